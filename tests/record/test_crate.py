"""A run's folder as an RO-Crate."""

import json
import warnings

import pytest

from pharmakon.core.errors import RecordError
from pharmakon.record.actor import Actor
from pharmakon.record.audit import verify
from pharmakon.record.crate import METADATA, close, describe, files_of, finished, named_by_hash, read
from pharmakon.record.ledger import Ledger
from pharmakon.store.runs import RunFolder


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "in put.csv").write_text("x\n1\n")
    made = RunFolder.create(
        tmp_path / "run",
        verb="weigh",
        config={"name": "toy", "goals": [{"want": "< 1"}]},
        inputs=[tmp_path / "in put.csv"],
        seed=7,
    )
    ledger = Ledger(made.path, by=Actor("Ada Author", "ada@lab"))
    ledger.output(made.path / "run.json")
    ledger.output(made.write("deep/a & b.csv", "y\n2\n"))
    close(ledger)
    return made.path


def graph(folder):
    return {one["@id"]: one for one in json.loads((folder / METADATA).read_bytes())["@graph"]}


def test_the_rocrate_library_reads_it_and_finds_every_file(folder):
    rocrate = pytest.importorskip("rocrate.rocrate", reason="rocrate is of the dev group")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        crate = rocrate.ROCrate(folder)
    here = {str(one.source) for one in crate.data_entities if not one.id.startswith("ni:")}
    assert here == {str(path) for path in folder.rglob("*") if path.is_file() and path.name != METADATA}
    action = crate.dereference("#run")
    assert action["instrument"].id == "#pharmakon" and action["agent"]["name"] == "Ada Author"
    assert {one["name"] for one in action["object"]} == {"in put.csv", "name", "goals", "seed"}
    assert crate.root_dataset["conformsTo"].id == "https://w3id.org/ro/wfrun/process/0.5"


def test_it_says_what_went_in_what_ran_and_what_came_out(folder):
    found = graph(folder)
    run = json.loads((folder / "run.json").read_bytes())
    digest = run["inputs"][0]["sha256"]
    assert found[named_by_hash(digest)]["sha256"] == digest
    assert found["#parameter-seed"]["value"] == "7"
    assert found["#parameter-goals"]["value"] == '[{"want": "< 1"}]'
    assert found["#run"]["startTime"] == run["started"]
    assert {"@id": "deep/a%20%26%20b.csv"} in found["#run"]["result"]
    assert found["#pharmakon"]["identifier"] == f"sha256:{run['code']['sha256']}"
    assert found["#pharmakon"]["softwareRequirements"] == {"@id": "environment.txt"}
    assert found["#ledger-head"]["value"] == verify(folder).head


def test_the_same_folder_gives_the_same_bytes_and_is_no_surprise_to_the_ledger(folder):
    assert describe(folder) == (folder / METADATA).read_text()
    assert verify(folder).ok and verify(folder).unknown == () and verify(folder).closed


def test_every_changed_byte_of_the_metadata_is_noticed(folder):
    content = (folder / METADATA).read_bytes()
    assert read(content).whole and read(content).files == files_of(folder)
    for place in range(0, len(content), 7):
        other = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
        try:
            assert not read(other).whole
        except RecordError:
            continue


def test_a_run_below_is_another_crate(folder):
    (folder / "design").mkdir()
    (folder / "design" / "run.json").write_text("{}")
    (folder / "design" / "x.csv").write_text("")
    (folder / ".hidden").write_text("")
    assert not any(name.startswith(("design", ".")) for name in files_of(folder))
    assert "run/design/x.csv" in {f"run/{n}" for n in ["design/x.csv"]} & set(files_of(folder.parent))


def test_what_a_kill_kept_from_being_done_at_the_end_is_done_and_a_changed_result_is_named(folder):
    assert finished(folder).event == "closed"
    (folder / METADATA).unlink()
    (folder / "scratch").mkdir()
    assert finished(folder, scratch=folder / "scratch").event == "closed"
    assert not (folder / "scratch").exists() and read((folder / METADATA).read_bytes()).whole
    (folder / "deep" / "a & b.csv").write_text("y\n3\n")
    with pytest.raises(RecordError, match=r"a & b\.csv"):
        finished(folder)
    ledger = folder / "ledger.jsonl"
    ledger.write_bytes(b"".join(ledger.read_bytes().splitlines(keepends=True)[:-1]))
    assert finished(folder) is None


def test_what_cannot_be_described(folder, tmp_path):
    ledger = folder / "ledger.jsonl"
    ledger.write_bytes(ledger.read_bytes().replace(b"Ada", b"Bob", 1))
    with pytest.raises(RecordError, match="not as it was written"):
        describe(folder)
    ledger.unlink()
    with pytest.raises(RecordError, match="has no ledger"):
        describe(folder)
    with pytest.raises(RecordError, match="not the metadata of a crate"):
        read(b"[1]")
