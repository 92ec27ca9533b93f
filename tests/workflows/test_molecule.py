"""One structure's card: the same numbers as `predict` gives, alerts with their atoms, or why there is none."""

from __future__ import annotations

from pharmakon.workflows import predict
from pharmakon.workflows.molecule import COMPUTED, MoleculeConfig, run

ASPIRIN = "CC(=O)Oc1ccccc1C(=O)O"


def test_the_numbers_are_those_of_predict():
    card = run(MoleculeConfig(smiles=ASPIRIN))
    rows = {row.property.name: row for rows in card.groups.values() for row in rows}
    table = predict.run(predict.PredictConfig(smiles=(ASPIRIN,), profile="fast")).table
    assert set(rows) == set(table) and len(rows) > 30
    for name, row in rows.items():
        assert (row.value, row.low, row.high) == (table[name].value[0], table[name].low[0], table[name].high[0])
        assert row.verdict == table[name].verdict[0] and row.low <= row.value <= row.high
    assert set(card.computed) == set(COMPUTED) and abs(card.computed["mw"][1] - 180.16) < 0.01


def test_a_salt_is_read_and_the_change_is_said():
    card = run(MoleculeConfig(smiles="[Na+].CC(=O)Oc1ccccc1C(=O)[O-]"))
    assert card.smiles == run(MoleculeConfig(smiles=ASPIRIN)).smiles and card.changes


def test_an_alert_names_its_atoms():
    card = run(MoleculeConfig(smiles="O=[N+]([O-])c1ccccc1"))
    assert any("nitro" in alarm.name.lower() and alarm.atoms for alarm in card.alarms)


def test_what_is_no_structure_says_why():
    card = run(MoleculeConfig(smiles="C1CC"))
    assert card.problem and not card.groups
