import math

import pytest
from rdkit import Chem, DataStructs

from pharmakon.chem.fingerprints import bit_vector
from pharmakon.core.errors import UnknownName
from pharmakon.design.quantities import halves, is_slow, likeness, named_values, value
from pharmakon.design.terms import Goal

IBUPROFEN, NAPROXEN = "CC(C)Cc1ccc(C(C)C(=O)O)cc1", "COc1ccc2cc(C(C)C(=O)O)ccc2c1"
CAGE = "C1#CC2CC1C2"


def asked(smiles, known="", **goal):
    return value(Goal(want=">= 0.5", **goal), Chem.MolFromSmiles(smiles), known)


@pytest.mark.parametrize("kind", ["ecfp4", "ecfp6", "fcfp4", "atom_pair", "torsion"])
def test_a_similarity_by_any_fingerprint(kind):
    assert asked(IBUPROFEN, to=IBUPROFEN, fingerprint=kind) == 1.0
    one, other = (bit_vector(Chem.MolFromSmiles(s), kind) for s in (IBUPROFEN, NAPROXEN))
    expected = DataStructs.TanimotoSimilarity(one, other)
    assert asked(IBUPROFEN, to=NAPROXEN, fingerprint=kind) == pytest.approx(expected, abs=1e-6)
    assert 0 < expected < 1


@pytest.mark.parametrize("kind", ["similarity", "pharmacophore", "shape"])
def test_likeness_is_near_one_to_itself_and_less_to_another(kind):
    same, other = (asked(IBUPROFEN, property=kind, to=to) for to in (IBUPROFEN, NAPROXEN))
    assert same > 0.99
    assert other < 0.9


def test_a_3d_descriptor_is_that_of_the_conformer_and_nan_without_one():
    flat, ball = (asked(s, property="rdkit.NPR1") + asked(s, property="rdkit.NPR2") for s in ("c1ccccc1", "CC(C)(C)C"))
    assert flat == pytest.approx(1.0, abs=0.05)  # a disc
    assert ball == pytest.approx(2.0, abs=0.05)  # a sphere
    assert asked("c1ccccc1", property="rdkit.PBF") < 0.01
    assert math.isnan(asked(CAGE, property="rdkit.RadiusOfGyration"))
    assert math.isnan(asked(CAGE, property="shape", to=IBUPROFEN))


def test_ring_systems_that_chemists_have_not_made_are_counted():
    assert asked("c1ccc2ncncc2c1", property="unprecedented_rings") == 0
    assert asked("C1CC2=C(C1)N1SOC2N1", property="unprecedented_rings") == 1


def test_novelty_is_of_the_table_that_is_given(tmp_path):
    table = tmp_path / "known.smi"
    table.write_text(f"{IBUPROFEN} I\n")
    assert asked(IBUPROFEN, str(table), property="novelty") == 0
    assert asked(NAPROXEN, str(table), property="novelty") == pytest.approx(1 - asked(NAPROXEN, to=IBUPROFEN))


def test_what_is_slow_is_asked_late():
    slow = [{"property": name} for name in ("qed", "novelty", "rdkit.NPR1", "rdkit.BertzCT", "unprecedented_rings")]
    slow += [{"property": kind, "to": "CCO"} for kind in ("pharmacophore", "shape")]
    assert all(is_slow(Goal(want=">= 0", **goal)) for goal in slow)
    quick = [{"property": "mw"}, {"to": "CCO"}, {"property": "similarity", "to": "CCO", "fingerprint": "fcfp4"}]
    assert not any(is_slow(Goal(want=">= 0", **goal)) for goal in quick)


def test_names():
    assert halves(Goal(property="shape", to="CCO", want=">= 0.5")) == ()
    assert halves(Goal(property="logp", over="tpsa", want=">= 0.5")) == ("logp", "tpsa")
    assert likeness(Goal(to="CCO", want=">= 0.5", fingerprint="fcfp4")).title == "Tanimoto similarity (FCFP4)"
    assert Goal(property="shape", to="CCO", want=">= 0.5").name() == "shape to CCO"
    assert Goal(to="CCO", want=">= 0.5", fingerprint="fcfp4").name() == "similarity (fcfp4) to CCO"


def test_a_name_of_nothing():
    with pytest.raises(UnknownName):
        named_values("rdkit.NPR3", [Chem.MolFromSmiles("CCO")])
