from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from pharmakon.core.errors import ModelError, UnknownName
from pharmakon.core.types import Profile, Scorer
from pharmakon.predict.model import Model
from pharmakon.predict.panel import (
    Panel,
    card_file,
    expanded,
    load_model,
    model_place,
    own_names,
    shipped_names,
    target_names,
)


def test_a_panel_is_a_scorer_and_agrees_with_its_models(trained: Path, molecules: list[str]) -> None:
    panel = Panel.load([trained])
    assert isinstance(panel, Scorer)
    got = panel.estimate(molecules[:4], ["logs"])["logs"]
    assert (got.value == Model.load(trained).predict(molecules[:4]).value).all()


def test_two_models_of_one_name_are_refused(trained: Path, tmp_path: Path) -> None:
    shutil.copytree(trained, tmp_path / "copy")
    with pytest.raises(ModelError, match="logs"):
        Panel.load([trained, tmp_path / "copy"])
    assert list(Panel.load([trained, trained]).models) == ["logs"]


def test_a_folder_does_not_take_the_place_of_a_shipped_model(
    trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(trained, tmp_path / "ames")
    monkeypatch.chdir(tmp_path)
    assert load_model("ames").name == "ames"
    assert load_model("./ames").name == "logs"


def test_wrong_names_and_places(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="did you mean 'herg'"):
        load_model("hergg")
    with pytest.raises(ModelError, match=r"no card\.json"):
        load_model(tmp_path / "absent")


def test_a_folder_in_other_letters_is_suggested(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "models" / "my_pic50"
    folder.mkdir(parents=True)
    (folder / "card.json").write_text("{}")
    with pytest.raises(ModelError, match="did you mean 'my_pic50'"):
        model_place(tmp_path / "models" / "My_pIC50x")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UnknownName, match="did you mean 'models/my_pic50'"):
        model_place("my_pIC50")


def test_the_shipped_panel_answers_within_its_ranges() -> None:
    panel = Panel.load()
    assert shipped_names() == list(panel.models)
    drugs = ["CC(=O)Oc1ccccc1C(=O)O", "COc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OCCCN1CCOCC1", "CCCCCCCCCCCCCCCCCC", "C"]
    for name, got in panel.predict(drugs).items():
        what = panel.properties[name]
        assert what.low is not None and what.high is not None
        for value in (got.low, got.value, got.high):
            assert np.isfinite(value).all(), name
            assert (value >= what.low).all() and (value <= what.high).all(), name
        assert ((got.percentile >= 0) & (got.percentile <= 100)).all(), name


def test_shipped_models_know_what_everyone_knows() -> None:
    gefitinib, ethanol, nitrosamine = "COc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OCCCN1CCOCC1", "CCO", "CN(C)N=O"
    got = Panel.load(["egfr_pic50", "solubility", "ames"]).predict([gefitinib, ethanol, nitrosamine])
    assert got["egfr_pic50"].value[0] > 7
    assert got["solubility"].value[1] > got["solubility"].value[0] + 2
    assert got["ames"].value[2] > 0.5
    assert not got["egfr_pic50"].in_domain[1]


def test_a_profile_decides_who_answers() -> None:
    full, fast = (Panel.load(["solubility", "tox21_ahr"], profile) for profile in ("full", "fast"))
    assert "solubility" in own_names() and "tox21_ahr" not in own_names()
    assert {*full.models["solubility"].card["learned"]["weights"]} > {"network", "graph"}
    assert {*full.models["tox21_ahr"].card["learned"]["weights"]} == {"network", "graph"}
    assert fast.models["solubility"].card["learned"]["weights"] == {"network": 1.0}
    assert card_file("solubility") != card_file("solubility", "fast")
    assert card_file("tox21_ahr") != card_file("tox21_ahr", "fast")


def test_the_fast_profile_knows_its_way_too() -> None:
    drugs = ["CC(=O)Oc1ccccc1C(=O)O", "COc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OCCCN1CCOCC1", "CCCCCCCCCCCCCCCCCC", "CCO"]
    panel = Panel.load(profile="fast")
    assert list(panel.models) == shipped_names()
    got = panel.predict(drugs)
    for name, estimates in got.items():
        assert np.isfinite(estimates.value).all() and (estimates.low <= estimates.high).all(), name
        assert ((estimates.percentile >= 0) & (estimates.percentile <= 100)).all(), name
    assert got["egfr_pic50"].value[1] > 6.5 and got["egfr_pic50"].nearest_similarity[1] == 1
    assert got["solubility"].value[3] > got["solubility"].value[1] + 2
    together = panel.predict(drugs)["herg"]
    assert panel.predict(drugs[1:2])["herg"].value[0] == together.value[1]


def test_a_group_stands_for_its_members() -> None:
    assert set(expanded(["toxicity"])) >= {"ames", "herg", "tox21_ahr"}
    assert expanded(["herg", "toxicity"])[0] == "herg"
    assert len(expanded(["herg", "toxicity"])) == len(expanded(["toxicity"]))
    assert expanded(["targets"]) == target_names()
    assert expanded(["no_group"]) == ["no_group"]  # and load_model says what it thinks of that
    assert not {*target_names()} & {*shipped_names()}


@pytest.mark.parametrize("profile", ["full", "fast"])
def test_targets_are_asked_for_beside_endpoints(profile: Profile) -> None:
    haloperidol, ethanol = "O=C(CCCN1CCC(O)(c2ccc(Cl)cc2)CC1)c1ccc(F)cc1", "CCO"
    panel = Panel.load(["chembl217", "solubility"], profile)
    got = panel.predict([haloperidol, ethanol])
    d2 = got["chembl217"]
    assert d2.value[0] > 7
    assert d2.in_domain.tolist() == [True, False]
    assert "D2" in d2.property.title
    assert got["solubility"].value[1] > got["solubility"].value[0]


def test_every_shipped_target_passed_the_bar() -> None:
    for name in target_names():
        scores = json.loads(card_file(name).read_text(encoding="utf-8"))["scores"]["scaffold"]
        assert scores["model"]["r2"][0] >= 0.3
        assert scores["model"]["spearman"][0] >= 0.5
        assert scores["model"]["rmse"][0] < scores["nearest_neighbour"]["rmse"][0]
    assert len(target_names()) > 20


def test_who_asks_for_a_shipped_model_that_somebody_holds_shares_it_and_an_own_one_is_read_anew(trained: Path) -> None:
    first = Panel.load(["solubility", "herg"], profile="fast")
    again = Panel.load(["herg", "bbb"], profile="fast")
    assert again.models["herg"] is first.models["herg"]
    assert Panel.load(["herg"]).models["herg"] is not first.models["herg"]
    assert load_model(trained) is not load_model(trained)
