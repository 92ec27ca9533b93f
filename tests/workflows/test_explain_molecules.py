import csv
import json
from math import fsum

import pytest

import pharmakon
from pharmakon.core.errors import ConfigError, UsageError
from pharmakon.workflows.explain_molecules import ExplainMoleculesConfig, run, told

GEFITINIB = "COc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OCCCN1CCOCC1"
STRANGE = "C[Si](C)(C)C#CC12CC1C2"
MODELS = ("herg", "half_life", "bbb")


@pytest.fixture(scope="module")
def explained():
    return pharmakon.explain_molecules([GEFITINIB, "[Na+].CC(=O)[O-]", "nope", STRANGE], models=MODELS, profile="fast")


def test_parts_and_base_make_the_score(explained):
    one = explained.molecules[0]
    assert [each.what.name for each in one.properties] == list(MODELS)
    for each in one.properties:
        assert fsum([*each.why.weights, each.why.base]) == pytest.approx(each.why.value, abs=1e-6)
        assert fsum([*(change for _, change in each.parts), each.why.base]) == pytest.approx(each.why.value, abs=1e-6)
        assert each.why.method == "integrated gradients"
        assert told(each)[-1][0] == "together"


def test_the_sentence_has_the_numbers_of_the_table(explained):
    herg, half_life, bbb = explained.molecules[0].properties
    name, change = max(herg.parts, key=lambda pair: pair[1])
    assert herg.sentence.startswith(f"The {name} raises hERG block most (+{change:.2f} pIC50)")
    assert "×" in half_life.sentence
    assert half_life.scale == "log10 h"
    assert "of the score" in bbb.sentence


def test_what_cannot_be_read_or_lies_outside_says_so(explained):
    _, salt, nope, strange = explained.molecules
    assert salt.smiles == "CC(=O)O"
    assert nope.properties == []
    assert "not a SMILES" in nope.problem
    for each in strange.properties:
        assert not each.in_domain
        assert each.why.weights is None
        assert each.sentence.startswith("Not explained: outside the model's domain")


def test_the_files(explained, tmp_path):
    asked = {"molecules": (GEFITINIB, STRANGE), "models": ("herg",), "profile": "fast"}
    run(ExplainMoleculesConfig(**asked, output=tmp_path / "why.csv"))
    rows = list(csv.DictReader((tmp_path / "why.csv").read_text(encoding="utf-8").splitlines()))
    whole = [row for row in rows if row["molecule"] == GEFITINIB]
    assert sum(float(row["adds"]) for row in whole) == pytest.approx(float(whole[0]["score"]), abs=1e-6)
    assert [row["withheld"][:7] for row in rows if row["molecule"] == STRANGE] == ["outside"]
    run(ExplainMoleculesConfig(**asked, output=tmp_path / "why.json"))
    found = json.loads((tmp_path / "why.json").read_text(encoding="utf-8"))["molecules"][0]["properties"]["herg"]
    assert sum(found["atoms"]) + found["base"] == pytest.approx(found["score"], abs=1e-6)
    run(ExplainMoleculesConfig(**asked, output=tmp_path / "why.html"))
    page = (tmp_path / "why.html").read_text(encoding="utf-8")
    assert page.count('class="glow"') == 1  # of the one that is explained
    assert '<circle class="up"' in page
    assert "Not explained: outside" in page
    assert "By integrated gradients." in page
    assert "http" not in page.replace("http-equiv", "").replace("http://www.w3.org", "")
    with pytest.raises(ConfigError, match="should end in"):
        pharmakon.explain_molecules(GEFITINIB, output=tmp_path / "why.png")


def test_a_folder_is_no_molecule(tmp_path):
    with pytest.raises(UsageError, match="give its TOML file"):
        pharmakon.explain_molecules(str(tmp_path))
