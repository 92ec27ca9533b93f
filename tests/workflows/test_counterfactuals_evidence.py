"""What an edit does to the other properties, and lists of them."""

from pharmakon.workflows.counterfactuals_evidence import shortly, side_effects


def test_a_list_names_four_and_counts_the_rest():
    assert shortly(["a", "b"]) == "a and b"
    assert shortly(["a", "b", "c", "d", "e", "f"]) == "a, b, c, d and 2 more"
    assert shortly([]) == ""


def test_side_effects_are_verdicts_that_change_of_other_properties():
    acid, ester = "O=C(O)c1ccc(-c2ccccc2)cc1", "CCOC(=O)c1ccc(-c2ccccc2)cc1"
    ((lost, gained),) = side_effects(acid, [ester], but="herg")
    assert lost or gained
    assert not set(lost) & set(gained)
    ((back_lost, back_gained),) = side_effects(ester, [acid], but="herg")
    assert (set(back_lost), set(back_gained)) == (set(gained), set(lost))
    assert side_effects(acid, [acid], but="") == [((), ())]
    assert side_effects(acid, [], but="") == []
