"""What would remove the flag, asked of the shipped models."""

import csv
import json

import pytest
from rdkit import Chem

from pharmakon.core.errors import ConfigError, RefusedGoal, UsageError
from pharmakon.workflows.verbs import find_counterfactuals

TERFENADINE = "CC(C)(C)c1ccc(cc1)C(O)CCCN1CCC(CC1)C(O)(c1ccccc1)c1ccccc1"
FEXOFENADINE = "CC(C)(C(=O)O)c1ccc(C(O)CCCN2CCC(C(O)(c3ccccc3)c3ccccc3)CC2)cc1"
ASPIRIN = "CC(=O)Oc1ccccc1C(=O)O"


@pytest.fixture(scope="module")
def terfenadine():
    return find_counterfactuals(TERFENADINE, model="herg", profile="fast")


def test_terfenadine_becomes_the_drug_that_replaced_it(terfenadine):
    assert terfenadine.before.value > 5 > terfenadine.found[0].after.value
    assert FEXOFENADINE in [one.smiles for one in terfenadine.found]


def test_every_edit_is_over_the_line_and_says_how_surely(terfenadine):
    assert 2 <= len(terfenadine.found) <= 6
    for one in terfenadine.found:
        assert one.after.value < 5
        assert one.sure == (one.after.verdict == "good")
        assert ("point estimate only" in one.sentence) != one.sure
        mol = Chem.MolFromSmiles(one.smiles)
        assert all(i < mol.GetNumAtoms() for i in one.new)
        assert one.similarity >= 0.5
    assert "products" in terfenadine.tried


def test_the_full_profile_has_the_last_word_and_the_answer_is_that_of_predict():
    from pharmakon.workflows.verbs import predict_properties

    found = find_counterfactuals(TERFENADINE, model="herg", number=2)
    told = predict_properties([one.smiles for one in found.found], models=("herg",)).table["herg"]
    assert told.value.tolist() == pytest.approx([one.after.value for one in found.found])


def test_what_is_kept_is_in_every_edit():
    found = find_counterfactuals(TERFENADINE, model="herg", profile="fast", keep="CC(C)(C)c1ccccc1")
    kept = Chem.MolFromSmarts("CC(C)(C)c1ccccc1")
    assert found.found
    assert all(Chem.MolFromSmiles(one.smiles).HasSubstructMatch(kept) for one in found.found)


def test_a_change_is_reached():
    found = find_counterfactuals(ASPIRIN, model="lipophilicity", change=1.0, profile="fast", number=3)
    assert found.found
    assert all(one.after.value >= found.before.value + 1 for one in found.found)
    assert find_counterfactuals(ASPIRIN, model="lipophilicity", change=1.0, profile="fast", number=3) == found


def test_a_hazard_is_never_raised_and_nothing_is_done_where_nothing_is_wrong():
    with pytest.raises(RefusedGoal, match="hazard"):
        find_counterfactuals(ASPIRIN, model="herg", change=1.0)
    with pytest.raises(UsageError, match="already on the good side"):
        find_counterfactuals(ASPIRIN, model="herg")
    with pytest.raises(RefusedGoal):
        find_counterfactuals("CC(C)OP(C)(=O)F", model="herg", threshold=2.0)


def test_outside_the_domain_it_is_withheld():
    found = find_counterfactuals("[Pt](N)(N)(Cl)Cl", model="herg", threshold=2.0)
    assert (found.found, bool(found.withheld)) == ([], True)


def test_measured_pairs_stand_beside_the_edits(tmp_path):
    table = tmp_path / "measured.csv"
    acids = [f"{core}C(=O)O" for core in ("c1ccccc1", "Cc1ccccc1", "Fc1ccc(cc1)", "Clc1ccc(cc1)")]
    bare = [text.removesuffix("C(=O)O") for text in acids]
    rows = [
        f"{s},{v}"
        for group, base in ((acids, 4.0), (bare, 5.5))
        for s, v in zip(group, (base, base + 0.1) * 2, strict=True)
    ]
    table.write_text("smiles,pIC50\n" + "\n".join(rows) + "\n", encoding="utf-8")
    found = find_counterfactuals(TERFENADINE, model="herg", profile="fast", threshold=6.2, data=table)
    with_pairs = [one.pairs for one in found.found if one.pairs]
    acid = next(pair for pair in with_pairs if (pair.before, pair.after) == ("*[H]", "*C(=O)O"))
    assert acid.n == 4
    assert acid.mean < -1
    assert any("measured pairs" in one.evidence for one in found.found)


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"model": "lipophilicity"}, "no threshold"),
        ({"model": "herg", "keep": "C(("}, "not SMARTS"),
        ({"model": "herg", "keep": "[Se]"}, "is not in"),
        ({"model": "herg", "threshold": 1, "change": 1}, "either"),
        ({"model": "herg", "output": "page.pdf"}, ".html"),
        ({"model": "herg", "threshold": 20.0}, "outside the range"),
    ],
)
def test_a_request_that_makes_no_sense_is_told_so(options, why):
    with pytest.raises((ConfigError, UsageError, RefusedGoal), match=why):
        find_counterfactuals(TERFENADINE, profile="fast", **options)


def test_the_files(tmp_path):
    for ending in ("html", "csv", "json"):
        path = tmp_path / f"edits.{ending}"
        found = find_counterfactuals(ASPIRIN, model="lipophilicity", change=1.0, profile="fast", output=path)
        text = path.read_text(encoding="utf-8")
        assert found.found[0].smiles in text
    assert json.loads((tmp_path / "edits.json").read_text())["property"]["name"] == "lipophilicity"
    rows = list(csv.DictReader((tmp_path / "edits.csv").read_text(encoding="utf-8").splitlines()))
    assert [row["smiles"] for row in rows] == [one.smiles for one in found.found]
