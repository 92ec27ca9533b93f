"""A collection becomes a prior: what was left out is counted, what was held out is judged."""

import json

import numpy as np
import pytest

from pharmakon.core.errors import ConfigError, DataError, UsageError
from pharmakon.store.models import load_folder
from pharmakon.workflows import train_prior
from pharmakon.workflows.train_prior import PriorConfig, load_prior, run

pytest.importorskip("torch")
pytest.importorskip("onnx")

SMALL = {"epochs": 1, "merges": 20, "width": 16, "depth": 1, "heads": 2, "context": 40, "threads": 1}


@pytest.fixture(scope="module")
def collection(tmp_path_factory):
    chains = [f"{'C' * n}{middle}{'C' * m}O" for n in range(1, 20) for m in range(1, 20) for middle in "NOS"]
    odd = ["C1CC", "CC(C)OP(C)(=O)F", "OCC", "C(CO)", "C(F)(F)" * 60, "CCOCCO.Cl", "what"]
    path = tmp_path_factory.mktemp("collection") / "mine.csv"
    path.write_text("smiles\n" + "\n".join([*chains, *odd]) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def made(collection, tmp_path_factory):
    return run(
        PriorConfig(data=collection, output=tmp_path_factory.mktemp("out") / "prior", access="restricted", **SMALL)
    )


def test_what_was_left_out_is_counted(made):
    data = made.card["data"]
    assert data["rows"] == 19 * 19 * 3 + 7
    assert (data["unreadable"], data["withheld"], data["twice"]) == (2, 1, 2)
    assert data["molecules"] == 19 * 19 * 3 + 2
    assert 0 < data["held out"] < 40
    assert data["too long"] == 1
    judged = made.card["judged"]
    assert judged["samples"] == 2000
    assert 0 <= judged["validity"] <= 1
    assert judged["held out, nats per molecule"] > 0


def test_the_folder_is_a_prior_and_no_work_is_left(made):
    assert json.loads((made.folder / "card.json").read_text())["kind"] == "language"
    assert len(load_prior(made.folder).sample(3, random=np.random.default_rng(0))) == 3
    assert not made.folder.with_name("prior.parts").exists()
    assert load_folder(made.folder).card["name"] == "mine"


def test_stopped_and_resumed_it_is_the_same(made, collection, tmp_path, monkeypatch):
    config = PriorConfig(data=collection, output=tmp_path / "again", **SMALL)

    def dies(*args, **kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(train_prior, "_judged", dies)
        with pytest.raises(KeyboardInterrupt):
            run(config)
    assert (tmp_path / "again.parts").is_dir()
    with monkeypatch.context() as patched:
        patched.setattr("pharmakon.store.tables.open_table", dies)  # the collection is not read again
        again = run(config.model_copy(update={"resume": True}))
    assert (again.folder / "language.npz").read_bytes() == (made.folder / "language.npz").read_bytes()


def test_from_another_prior_it_goes_on(made, collection, tmp_path):
    config = PriorConfig(data=collection, start=made.folder, epochs=1, rate=0.03, output=tmp_path / "on", threads=1)
    on = run(config)
    assert on.card["recipe"]["start"] == "mine"
    assert on.card["access"] == made.card["access"] == "restricted"
    assert load_prior(on.folder).tokens.merges == load_prior(made.folder).tokens.merges
    nats = "held out, nats per molecule"
    assert on.card["judged"][nats] < made.card["judged"][nats]
    with pytest.raises(ConfigError, match=r"depth, width: a prior that goes on"):
        run(PriorConfig(data=collection, start=made.folder, width=16, depth=1))


def test_what_cannot_be(collection, tmp_path):
    few = tmp_path / "few.smi"
    few.write_text("CCO\nCCN\n", encoding="utf-8")
    with pytest.raises(DataError, match="needs 1,000"):
        run(PriorConfig(data=few, output=tmp_path / "x"))
    with pytest.raises(ConfigError, match="multiple of heads"):
        run(PriorConfig(data=collection, width=30, heads=4))
    with pytest.raises(ConfigError, match="letters, digits"):
        run(PriorConfig(data=collection, name="a/b"))


def test_a_model_is_no_prior(trained):
    with pytest.raises(UsageError, match="not a prior"):
        load_prior(trained)


def test_a_prior_that_is_not_there_is_a_mistake_of_the_request():
    with pytest.raises(UsageError, match="there is no prior nofolder"):
        load_prior("nofolder")


def test_it_is_made_again_from_its_record(made):
    from pharmakon.workflows.reproduce import ReproduceConfig
    from pharmakon.workflows.reproduce import run as reproduce

    found = reproduce(ReproduceConfig(run=made.folder))
    assert found.ok and "prior/language.npz" in found.compared.same
