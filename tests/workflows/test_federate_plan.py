import json

import pytest

from pharmakon.core.errors import ConfigError, DataError, PharmakonError
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
    for text in ("", "[1]", '{"plan": 3}', "\x00", '{"plan":"p","round":1,"stage":"fit","rows":[[1]]}', "[" * 10_000):
        path.write_text(text)
        with pytest.raises(DataError, match=r"x\.json"):
            read(path, State)
    with pytest.raises(PharmakonError, match="absent"):
        read(tmp_path / "absent.json", State)
    with pytest.raises(DataError, match="mail"):
        unpacked("no", Answer, where="mail")


@pytest.mark.parametrize(
    "changed",
    [
        {"columns": [7]},
        {"columns": [-1]},
        {"columns": []},
        {"mean": [0.0, 1.0]},
        {"at": [[1.0], [2.0, 3.0]]},
        {"open": [True]},
        {"at": [[float("inf"), 2.0], [0.0, 0.0]]},
    ],
)
def test_a_state_whose_numbers_have_no_place_is_refused(tmp_path, changed):
    good = {"columns": [0], "mean": [0.0], "per_unit": [1.0], "at": [[1.0, 2.0], [0.0, 0.0]], "open": [True, True]}
    whole = {"plan": "p", "round": 2, "stage": "fit", "columns": [["rna", "x"]], "fits": [good]}
    path = tmp_path / "state.json"
    path.write_text(json.dumps(whole))
    assert read(path, State).fits[0].columns == (0,)
    path.write_text(json.dumps({**whole, "fits": [good | changed]}))
    with pytest.raises(DataError):
        read(path, State)
    path.write_text(json.dumps({**whole, "chosen": 2}))
    with pytest.raises(DataError, match="chosen"):
        read(path, State)
