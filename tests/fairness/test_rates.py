import numpy as np

from pharmakon.fairness.groups import Groups
from pharmakon.fairness.rates import compared


def test_a_column_that_one_group_lacks_is_found_and_another_is_not():
    random = np.random.default_rng(0)
    sex = Groups.of("sex", ["f"] * 200 + ["m"] * 200)
    gone = {
        "her2": np.arange(400) < 60,  # women only
        "noise": random.random(400) < 0.2,
        "full": np.zeros(400, bool),
    }
    found = {(one.of, one.level): one for one in compared(gone, [sex])}
    assert {of for of, _ in found} == {"her2", "noise"}
    her2 = found["her2", "f"]
    assert her2.found and her2.more.value == 0.3 and 0.2 < her2.more.low < 0.3
    assert not found["noise", "f"].found


def test_small_groups_are_not_tested_and_say_so():
    race = Groups.of("race", ["A"] * 100 + ["B"] * 5)
    lost = np.zeros(105, bool)
    lost[-5:] = True
    small = next(one for one in compared({"x": lost}, [race]) if one.level == "B")
    assert not small.found and np.isnan(small.q) and "5 people" in small.small
