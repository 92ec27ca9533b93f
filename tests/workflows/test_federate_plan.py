import pytest

from pharmakon.core.errors import ConfigError, DataError
from pharmakon.workflows.federate_plan import Answer, Plan, State, digest, packed, read, unpacked

GOOD = 'name = "s"\nsites = ["a", "b", "c"]\noutcome = "binary"\npositive = "R"\nblocks = ["rna"]\n'


def plan_of(tmp_path, text):
    path = tmp_path / "plan.toml"
    path.write_text(text)
    return Plan.from_toml(path)


def test_the_hash_is_of_what_it_says_and_not_of_how(tmp_path):
    plan = plan_of(tmp_path, GOOD)
    assert plan_of(tmp_path, "# a remark\n" + GOOD.replace("=", "  =")).hash == plan.hash
    assert plan_of(tmp_path, GOOD + "fewest = 6\n").hash != plan.hash


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GOOD.replace('positive = "R"\n', ""), "positive class"),
        (GOOD.replace('blocks = ["rna"]\n', ""), "blocks or covariates"),
        (GOOD.replace('"c"', '"a"'), "one twice"),
        (GOOD.replace(', "c"', "") + "masked = true\n", "three sites"),
        (GOOD + "penalties = [0.0]\n", "above 0"),
        (GOOD + '[features]\nprotein = ["x"]\n', "not among the blocks"),
        (GOOD + "penalty = 1\n", "did you mean"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused(tmp_path, text, said):
    with pytest.raises(ConfigError, match=said):
        plan_of(tmp_path, text)


def test_files_come_back_as_they_went(tmp_path):
    sent = Answer(plan="p", state="", stage="meet", site="a", names={"rna": ("x", "y")}, sums={"s": [0.1, 1e300]})
    path = tmp_path / "a.json"
    path.write_text(packed(sent))
    assert read(path, Answer) == sent
    assert digest(read(path, Answer)) == digest(sent)


def test_what_is_no_answer_is_told_off(tmp_path):
    path = tmp_path / "x.json"
    for text in ("", "[1]", '{"plan": 3}', "\x00", '{"plan":"p","round":1,"stage":"fit","rows":[[1]]}'):
        path.write_text(text)
        with pytest.raises(DataError, match="federated study"):
            read(path, State)
    with pytest.raises(DataError, match="cannot be read"):
        read(tmp_path / "absent.json", State)
    with pytest.raises(DataError, match="mail"):
        unpacked("no", Answer, where="mail")
