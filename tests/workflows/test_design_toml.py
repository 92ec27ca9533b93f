import tomllib

from hypothesis import given
from hypothesis import strategies as st

from pharmakon.workflows.design_examples import examples
from pharmakon.workflows.design_toml import goal_file

VALUES = st.one_of(
    st.booleans(),
    st.integers(-(2**60), 2**60),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(codec="utf-8")),
    st.lists(st.text(st.characters(codec="utf-8"), max_size=5), max_size=3),
)
TABLE = st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=8), VALUES, max_size=4)


@given(TABLE, st.lists(TABLE, min_size=1, max_size=3), TABLE)
def test_what_is_written_reads_as_it_was(plain, goals, mode):
    config = {f"k{number}": value for number, value in enumerate(plain.values())} | {"mode": mode, "goals": goals}
    assert tomllib.loads(goal_file(config)) == config


def test_a_smarts_reads_as_a_chemist_wrote_it():
    assert r"avoid = '[#6]\C=C'" in goal_file({"constraints": [{"avoid": r"[#6]\C=C"}]})


def test_the_examples_come_back():
    for one in examples().values():
        assert tomllib.loads(goal_file(one.goal)) == one.goal
