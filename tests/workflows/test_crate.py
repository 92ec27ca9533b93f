"""The verb that makes a crate of a run."""

import json
import zipfile

import pytest

from pharmakon.core.errors import DataError, NotPermitted, RecordError, UsageError
from pharmakon.record import identity
from pharmakon.record.crate import METADATA, close
from pharmakon.record.ledger import Ledger
from pharmakon.store import keys
from pharmakon.store.keys import Cost
from pharmakon.store.runs import RunFolder
from pharmakon.workflows import sign
from pharmakon.workflows.crate import CrateConfig, run
from pharmakon.workflows.crate_verify import verify
from pharmakon.workflows.identity import IdentityConfig, new


@pytest.fixture
def author(monkeypatch, tmp_path):
    monkeypatch.setattr(identity, "Cost", lambda *given: Cost(*given) if given else Cost(4, 1, 1))
    monkeypatch.setenv("PHARMAKON_IDENTITY_PASSPHRASE", "five little ducks went out")
    keys.ask_with(None)
    return new(IdentityConfig(name="Ada Author", output=tmp_path / "ada.identity"))


def test_a_crate_with_its_inputs_is_whole_and_loads(small_run, tmp_path):
    done = run(CrateConfig(run=small_run, output=tmp_path / "crate", with_inputs=True, sbom=True))
    assert (done.copied, done.named, done.signer) == (1, 0, "")
    assert (tmp_path / "crate" / "run" / "weights.csv").read_bytes() == (small_run / "weights.csv").read_bytes()
    (copy,) = (tmp_path / "crate" / "inputs").rglob("*.csv")
    assert copy.read_bytes() == (tmp_path / "table.csv").read_bytes()
    assert verify(tmp_path / "crate").ok
    rocrate = pytest.importorskip("rocrate.rocrate", reason="rocrate is of the dev group")
    crate = rocrate.ROCrate(tmp_path / "crate")
    assert all((tmp_path / "crate" / one.source).is_file() for one in crate.data_entities)
    assert "sbom.json" in {one.id for one in crate.data_entities}


def test_a_zip_file_has_the_same_bytes_twice(small_run, tmp_path):
    for name in ("one.zip", "two.zip"):
        run(CrateConfig(run=small_run, output=tmp_path / name))
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    assert verify(tmp_path / "one.zip").ok
    assert METADATA in zipfile.ZipFile(tmp_path / "one.zip").namelist()


def test_signatures_are_actions_and_the_list_is_signed(small_run, tmp_path, author):
    path, who = author
    config = sign.SignConfig(record=small_run, meaning="authored", why="mine", identity=path)
    sign.run(config)
    found = verify(small_run)
    assert found.ok and "the run is" in found.remarks[-1]
    graph = {one["@id"]: one for one in json.loads((small_run / METADATA).read_bytes())["@graph"]}
    assert graph["#signature-1"]["name"] == "authored" and graph["#signature-1"]["description"] == "mine"
    assert graph[f"#key-{who.key}"]["name"] == "Ada Author"
    done = run(CrateConfig(run=small_run, output=tmp_path / "crate", sign=path))
    assert done.signer == "Ada Author"
    assert verify(tmp_path / "crate").signer == "Ada Author"


def test_a_run_in_place_takes_only_its_description(small_run):
    before = (small_run / METADATA).read_bytes()
    done = run(CrateConfig(run=small_run))
    assert done.place == small_run and (small_run / METADATA).read_bytes() == before
    with pytest.raises(UsageError, match="name a place with -o"):
        run(CrateConfig(run=small_run, with_inputs=True))


def test_what_is_not_whole_makes_no_crate(small_run, tmp_path):
    (tmp_path / "table.csv").write_text("smiles,y\nCCO,2\n")
    with pytest.raises(DataError, match=r"table\.csv is not the file that the run read"):
        run(CrateConfig(run=small_run, output=tmp_path / "crate", with_inputs=True))
    (small_run / "weights.csv").write_text("other")
    with pytest.raises(RecordError, match=r"makes no crate: weights\.csv was changed"):
        run(CrateConfig(run=small_run, output=tmp_path / "crate"))
    assert not (tmp_path / "crate").exists()
    assert not list(tmp_path.glob(".crate*"))
    open_run = RunFolder.create(tmp_path / "open", verb="weigh", config={})
    Ledger(open_run.path).append("started")
    with pytest.raises(RecordError, match="not closed"):
        run(CrateConfig(run=open_run.path, output=tmp_path / "crate"))


def of_people(place, access):
    """A run of `discover` with a cohort's file that states an access class."""
    place.mkdir()
    stated = f'access = "{access}"\n' if access else ""
    (place / "cohort.toml").write_text(f'name = "toy"\n{stated}')
    folder = RunFolder.create(place / "run", verb="discover", config={}, inputs=[place / "cohort.toml"])
    ledger = Ledger(folder.path)
    ledger.output(folder.path / "run.json")
    close(ledger)
    return folder.path


def test_peoples_data_leave_only_with_leave(tmp_path):
    silent, free, held = (of_people(tmp_path / str(one), one) for one in (None, "open", "controlled"))
    with pytest.raises(NotPermitted, match="people's data"):
        run(CrateConfig(run=silent, output=tmp_path / "a", with_inputs=True))
    assert run(CrateConfig(run=silent, output=tmp_path / "a")).notes
    assert run(CrateConfig(run=free, output=tmp_path / "b", with_inputs=True)).copied == 1
    with pytest.raises(NotPermitted, match="controlled access"):
        run(CrateConfig(run=held, output=tmp_path / "c"))
    run(CrateConfig(run=held, output=tmp_path / "c", with_inputs=True, permission="DAC 17, 2 May"))
    assert "DAC 17, 2 May" in (tmp_path / "c" / METADATA).read_text()
