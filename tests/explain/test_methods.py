from pharmakon.explain.methods import MASKING, methods, named
from pharmakon.predict.blend import MEMBERS


def test_every_kind_of_member_has_the_way_that_was_measured_best():
    assert set(methods()) == set(MEMBERS)
    for way in methods().values():
        assert way.name == MASKING or way.faithfulness > way.masking


def test_a_blend_is_named_by_its_members_ways():
    assert named({"network": 1.0}) == "integrated gradients"
    assert named({"ridge": 0.2, "support": 0.3, "trees": 0.5}) == "kernel terms (50 %), TreeSHAP (50 %)"
