from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from pharmakon.core.errors import ModelError
from pharmakon.core.types import Property
from pharmakon.learn.correction import LinearMap
from pharmakon.predict.features import Features
from pharmakon.predict.model import BORROWS, UNSURE, Model, _verdicts
from pharmakon.predict.panel import load_model, model_place


@pytest.fixture(scope="module")
def model(trained: Path) -> Model:
    return Model.load(trained)


def test_an_estimate_is_complete(model: Model, molecules: list[str], solubilities: list[float]) -> None:
    got = model.predict([*molecules[:20], "not a molecule"])
    assert np.abs(got.value[:20] - solubilities[:20]).mean() < 0.5
    assert (got.low[:20] < got.value[:20]).all() and (got.value[:20] < got.high[:20]).all()
    assert np.isnan(got.value[20]) and not got.in_domain[20] and got.verdict[20] == ""
    assert got.nearest_similarity[:20] == pytest.approx(1.0)
    assert got.nearest_id[:3] == ["M0", "M1", "M2"]
    assert got.nearest_value[:20] == pytest.approx(solubilities[:20], abs=1e-5)


def test_a_verdict_needs_the_whole_interval_and_the_domain(model: Model, molecules: list[str]) -> None:
    strange = "[Fe]C#CC1(OOSS1)[Si](C)(C)B(Br)I"
    got = model.predict([*molecules, strange])
    threshold = model.property.threshold
    assert threshold is not None
    for low, high, inside, verdict in zip(got.low, got.high, got.in_domain, got.verdict, strict=True):
        expected = "good" if low >= threshold else "poor" if high < threshold else "don't know"
        assert verdict == (expected if inside else "don't know")
    assert set(got.verdict) == {"good", "poor", "don't know"}
    assert not got.in_domain[-1]


def test_the_same_answer_after_loading(model: Model, trained: Path, molecules: list[str]) -> None:
    assert (Model.load(trained).predict(molecules[:5]).value == model.predict(molecules[:5]).value).all()


def test_neighbours_carry_measured_values(model: Model, molecules: list[str], solubilities: list[float]) -> None:
    near = model.neighbours(Features.from_smiles(molecules[:1]), k=3)[0]
    assert [n.similarity for n in near] == sorted((n.similarity for n in near), reverse=True)
    assert near[0].id == "M0" and near[0].row == 1
    assert near[0].value == pytest.approx(solubilities[0], abs=1e-5)


def test_good_neighbours_are_on_the_good_side(model: Model, molecules: list[str]) -> None:
    for several in model.neighbours(Features.from_smiles(molecules[:30]), k=2, good=True):
        assert all(n.value >= -1.0 for n in several)


def test_a_changed_byte_is_named(trained: Path, tmp_path: Path) -> None:
    for file in trained.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    Model.load(tmp_path)
    weights = bytearray((tmp_path / "trees.npz").read_bytes())
    weights[len(weights) // 2] ^= 1
    (tmp_path / "trees.npz").write_bytes(bytes(weights))
    with pytest.raises(ModelError, match=r"trees\.npz"):
        Model.load(tmp_path)


def test_no_structure_is_kept(trained: Path, molecules: list[str]) -> None:
    content = b"".join(file.read_bytes() for file in trained.iterdir())
    with np.load(trained / "training.npz") as kept:
        content += b"".join(kept[name].tobytes() for name in kept.files)
    assert not [s for s in molecules if len(s) > 8 and s.encode() in content]


@pytest.mark.parametrize("text", ["[Na+].[Cl-]", "[Zn+2]", "*c1ccccc1", "Cl", "C"])
def test_what_is_no_organic_molecule_is_outside_the_domain(model: Model, text: str) -> None:
    got = model.predict([text])
    assert not got.in_domain[0]
    assert got.verdict[0] == "don't know"


def test_a_correction_moves_values_intervals_and_explanations_alike(trained: Path, molecules: list[str]) -> None:
    model, moved = Model.load(trained), Model.load(trained)
    moved.calibration.map_ = LinearMap(2.0, 0.5)
    features = Features.from_smiles(molecules[:10])
    before, after = model.predict(molecules[:10], features=features), moved.predict(molecules[:10], features=features)
    assert after.value == pytest.approx(0.5 * before.value + 2)
    assert (after.low + after.high) / 2 == pytest.approx(after.value)
    assert moved.values(features) == pytest.approx(after.value)


def test_weights_are_copied_byte_for_byte(trained: Path, tmp_path: Path) -> None:
    model = Model.load(trained)
    model.calibration.map_ = LinearMap(1.0, 1.0)
    model.blend = SimpleNamespace(lent=())  # type: ignore[assignment]  nothing of it is written again
    model.save(tmp_path / "new", weights=trained)
    for file in ("kernel.npz", "trees.npz", "blend.npz", "training.npz"):
        assert (tmp_path / "new" / file).read_bytes() == (trained / file).read_bytes()
    assert Model.load(tmp_path / "new").calibration.map_ == LinearMap(1.0, 1.0)


@pytest.mark.parametrize("name", ["hia", "tox21_ahr"])
def test_a_model_that_borrows_can_be_made_to_stand_alone(name: str, tmp_path: Path) -> None:
    """As a recalibrated one does: it must not stop working with the next version's network."""
    model, place = load_model(name), model_place(name)
    card = {key: value for key, value in model.card.items() if key != BORROWS}
    alone = Model(card, model.blend, model.calibration, model.domain, model.training)
    alone.save(tmp_path / "own", weights=place if place.is_dir() else None)
    again = Model.load(tmp_path / "own")
    drugs = ["CC(=O)Oc1ccccc1C(=O)O", "COc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OCCCN1CCOCC1", "CCO"]
    one, two = load_model(name).predict(drugs), again.predict(drugs)
    assert (one.value == two.value).all()
    assert (one.low == two.low).all()
    assert one.nearest_id == two.nearest_id


def test_a_verdict_on_a_class_needs_its_probability_and_the_other_class_excluded() -> None:
    what = Property("x", "X", "probability", "classification", better="low", threshold=0.5)
    low = np.array([0.03, 0.03, 0.03, 0.6, 0.6, 0.4])
    high = np.array([0.05, 0.05, 0.05, 0.7, 0.7, 0.6])
    labels = np.array([[1, 0], [0, 1], [1, 1], [0, 1], [1, 1], [0, 1]], dtype=bool)
    # The second is what a rare class brings: 4 % is far above what the others have, and still 4 %.
    assert _verdicts(what, low, high, labels) == ["good", UNSURE, UNSURE, "poor", UNSURE, UNSURE]
