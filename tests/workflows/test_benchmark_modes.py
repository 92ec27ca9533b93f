"""The check of what is kept can fail, and the figures are shares of what was asked."""

import pytest
from rdkit import Chem

from pharmakon.design.modes import Mode
from pharmakon.workflows.benchmark import BenchmarkConfig, run
from pharmakon.workflows.benchmark_modes import DRUGS, MODES, TASKS, judged, keeps, mode_of

GEFITINIB = DRUGS["gefitinib"]


@pytest.mark.parametrize("task", TASKS)
def test_every_drug_has_a_mode_that_other_drugs_do_not_fit(task):
    for drug, smiles in DRUGS.items():
        mode = mode_of(task, smiles)
        others = [Chem.MolFromSmiles(other) for name, other in DRUGS.items() if name != drug]
        assert not any(keeps(mol, mode) for mol in others)
        if task in ("decorate", "link", "grow", "keep"):
            assert keeps(Chem.MolFromSmiles(smiles), mode)


@pytest.mark.parametrize(
    ("mode", "kept", "lost"),
    [
        (
            Mode(kind="decorate", scaffold="COc1ccc([*:1])cc1"),
            ["COc1ccc(CC)cc1", "COc1ccccc1"],
            ["CCOc1ccc(C)cc1", "COc1ccc(C)cc1C", "COc1ccc2CCCc2c1"],
        ),
        (
            Mode(kind="link", fragments=("[*:1]c1ccccc1", "[*:1]c1ccccc1")),
            ["c1ccccc1CCc1ccccc1"],
            ["c1ccccc1CC", "Cc1ccccc1CCc1ccccc1"],
        ),
        (
            Mode(kind="hop", molecule="CCCCc1ccc(CCO)cc1"),
            ["CCCCc1cnc(CCO)cn1"],
            ["CCCCc1ccc(CCO)c(C)c1", "CCCc1cnc(CCO)cn1"],
        ),
        (
            Mode(kind="analogues", molecule="CCOc1ccc(C(=O)NC)cc1Cl", similarity="0.1..0.99", one_place=True),
            ["CCOc1ccc(C(=O)NC)cc1F", "CCOc1ccc(C(=O)NC)cc1", "CCOc1cnc(C(=O)NC)cc1Cl", "CCOc1ccc(C(=O)NC)c(C)c1Cl"],
            ["COc1ccc(C(=O)NCC)cc1F", "CCOc1ccc(C(=O)NC)cc1Cl"],
        ),
        (Mode(kind="keep", substructure="c1ccncc1"), ["Cc1ccncc1"], ["Cc1ccccc1"]),
    ],
    ids=lambda value: value.kind if isinstance(value, Mode) else "",
)
def test_the_check_tells_kept_from_lost(mode, kept, lost):
    assert all(keeps(Chem.MolFromSmiles(smiles), mode) for smiles in kept)
    assert not any(keeps(Chem.MolFromSmiles(smiles), mode) for smiles in lost)


def test_what_is_no_molecule_or_comes_twice_is_counted_out():
    mode = Mode(kind="keep", substructure="c1ccccc1")
    found = judged(["Cc1ccccc1", "c1ccccc1C", "CCCC", "C1CC", "Cc1ccccc1.C"], mode)
    assert found == {"kept": 2, "valid": 3, "unique": 2, "druglike": 3}


def test_a_slice_of_one_mode(tmp_path):
    record = run(BenchmarkConfig(name="modes", tasks=("grow",), calls=48, output=tmp_path)).record
    scores = record["tasks"]["grow"]["scores"]
    assert {name: score["value"] for name, score in scores.items() if name != "druglike"} == {
        "kept": 1.0,
        "valid": 1.0,
        "unique": 1.0,
    }
    assert scores["kept"]["n"] == 48
    assert not record["comparable"]
    assert MODES.summary(record["tasks"])["least kept"] == 1.0
