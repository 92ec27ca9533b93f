from typing import ClassVar

import pytest
from rdkit import Chem

from pharmakon.core.errors import ConfigError, DataError
from pharmakon.core.types import Estimates, Property
from pharmakon.design.modes import guard_of
from pharmakon.workflows.design import DesignConfig, objective_of
from pharmakon.workflows.design_start import given_of, initial_of, sizes_of, start_of, with_table

GEFITINIB = "COc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OCCCN1CCOCC1"
GOAL = {"property": "qed", "want": ">= 0.7"}


class Nobody:
    properties: ClassVar[dict[str, Property]] = {}

    def estimate(self, smiles, names) -> dict[str, Estimates]:
        raise AssertionError


def started(**keys):
    config = DesignConfig.model_validate({"goals": [GOAL], **keys})
    guard = guard_of(config.mode)
    objective = objective_of(config, 1, Nobody(), guard)
    return start_of(config, objective, objective.sieve, guard)


@pytest.mark.parametrize(("wants", "least", "most"), [
    ((), 8, 60),
    (("<= 14",), 8, 14),
    (("<= 6",), 1, 6),
    (("4..80", ">= 5"), 5, 80),
    ((">= 70",), 70, 95),
])  # fmt: skip
def test_a_constraint_on_the_heavy_atoms_moves_the_limits(wants, least, most):
    constraints = [{"property": "heavy_atoms", "want": want} for want in wants]
    config = DesignConfig.model_validate({"goals": [GOAL], "constraints": [*constraints, {"avoid": "[F]"}]})
    assert sizes_of(config) == {"min_atoms": least, "max_atoms": most}


HITS = "id,smiles\nH1,CCOc1ccccc1\nH2,C1CC\nH3,\nH4,Cl.NCc1ccccc1\nH5,CCOc1ccccc1\n"


def test_a_table_to_start_from_is_read_and_its_rows_counted(tmp_path):
    path = tmp_path / "hits.csv"
    path.write_text(HITS, encoding="utf-8")
    config = DesignConfig.model_validate({"goals": [GOAL], "start": ["CCO"], "start_table": path})
    whole, read = with_table(config, None)
    assert whole.start == ("CCO", "CCOc1ccccc1", "NCc1ccccc1")
    assert read == ["hits.csv has 3 start molecules, of 5 rows: 2 cannot be read."]
    assert with_table(whole, None)[0] == whole  # a record that is repeated has both
    assert with_table(DesignConfig.model_validate({"goals": [GOAL]}), None)[1] == []


def test_rows_without_what_the_mode_keeps_are_left_out(tmp_path):
    path = tmp_path / "hits.csv"
    path.write_text(HITS, encoding="utf-8")
    mode = {"kind": "decorate", "scaffold": "[*:1]Oc1ccccc1"}
    config = DesignConfig.model_validate({"goals": [GOAL], "mode": mode, "start_table": path})
    whole, read = with_table(config, guard_of(config.mode))
    assert whole.start == ("CCOc1ccccc1",)
    assert read == ["hits.csv has 2 start molecules, of 5 rows: 2 cannot be read, 1 without what the mode keeps."]
    path.write_text("smiles\nCCO\n", encoding="utf-8")
    with pytest.raises(DataError, match="none of its molecules can be started from: "):
        with_table(config, guard_of(config.mode))
    path.write_text("smiles\nC1CC\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"none of its molecules can be read$"):
        with_table(config, None)


@pytest.mark.parametrize(("given", "calls", "first"), [(3, 2000, 40), (300, 2000, 300), (300, 400, 200), (300, 50, 40)])
def test_all_that_is_given_is_scored_but_for_half_of_the_calls(given, calls, first, tmp_path):
    path = tmp_path / "hits.smi"
    path.write_text("\n".join("C" * n for n in range(1, given + 1)), encoding="utf-8")
    config = DesignConfig.model_validate({"goals": [GOAL], "calls": calls, "start_table": path})
    whole, read = with_table(config, None)
    assert len(whole.start) == given and initial_of(whole) == first
    assert (f"The first {first} of {given} start molecules were scored" in read[-1]) == (first < given)


def test_without_anything_to_name_molecules_are_assembled_later():
    assert started() == []
    assert started(start=["CCO"]) == ["CCO"]


@pytest.mark.parametrize("keep", ["[#7]~[#6]=O", "[#6]C(=O)[#7]", "[C]S(=O)(=O)[N]", "[#6]B([#8])[#8]"])
def test_a_kept_pattern_begins_with_molecules_that_have_it(keep):
    pattern = Chem.MolFromSmarts(keep)
    found = [Chem.MolFromSmiles(smiles) for smiles in started(constraints=[{"keep": keep}])]
    assert found and all(mol.HasSubstructMatch(pattern) for mol in found)
    assert not any(atom.GetNumRadicalElectrons() for mol in found for atom in mol.GetAtoms())


def test_molecules_that_are_named_come_before_what_is_drawn():
    goal = {"to": GEFITINIB, "want": ">= 0.5"}
    assert started(goals=[goal], constraints=[{"keep": "[#6]C(=O)[#7]"}]) == [GEFITINIB, "CC(N)=O"]
    assert started(constraints=[{"keep": "C(=O)N"}]) == ["NC=O"]


def test_a_mode_starts_from_what_it_keeps():
    mode = {"kind": "decorate", "scaffold": "COc1cc2ncnc([*:1])c2cc1[*:2]"}
    assert started(goals=[{"to": GEFITINIB, "want": ">= 0.5"}], mode=mode) == [GEFITINIB]
    assert started(constraints=[{"keep": "[#6]C(=O)[#7]"}], mode=mode) == []


def test_an_element_that_no_search_makes_is_one_sentence_unless_a_mode_keeps_it():
    with pytest.raises(ConfigError, match="asks for U"):
        started(constraints=[{"keep": "[#92]~[#92]"}])
    with pytest.raises(ConfigError, match="asks for Si"):
        started(constraints=[{"keep": "[Si](C)C"}])
    silyl = {"kind": "grow", "fragment": "[*:1]c1ccc([Si](C)(C)C)cc1"}
    assert started(constraints=[{"keep": "[Si](C)C"}], mode=silyl) == []


def test_what_was_given_is_a_start_a_modes_molecule_or_what_to_be_like():
    config = DesignConfig.model_validate(
        {
            "goals": [{"property": "shape", "to": "OCC", "want": ">= 0.8"}],
            "constraints": [{"to": "CCN.Cl", "want": "<= 0.9"}],
            "start": ["C[C@H](N)c1ccccc1"],
            "mode": {"kind": "analogues", "molecule": GEFITINIB},
        }
    )
    assert given_of(config) == {"CCO", "CCN", "CC(N)c1ccccc1", GEFITINIB}
