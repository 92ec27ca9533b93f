import io
import json
import os
import re
import shutil

import pytest

from pharmakon.core.config import build
from pharmakon.core.errors import ConfigError, DataError, UsageError
from pharmakon.store import vault as store
from pharmakon.store.keys import KEY, NEW
from pharmakon.workflows import study_scores, vault
from pharmakon.workflows.vault import EraseConfig, LockConfig, RotateConfig, UnlockConfig

HEX, OTHER = "0123456789abcdef" * 4, "fedcba9876543210" * 4


@pytest.fixture(autouse=True)
def key(monkeypatch):
    monkeypatch.setenv(KEY, HEX)
    monkeypatch.setenv(NEW[KEY], OTHER)


def lock(*files, **options):
    return vault.lock(LockConfig(files=files, key="environment", **options))


def test_lock_list_unlock(tmp_path):
    one, two = tmp_path / "one.csv", tmp_path / "two.csv"
    one.write_text("patient,age\nP1,40\n")
    two.write_text("x\n")
    assert lock(one, two, output=tmp_path / "safe") == [
        tmp_path / "safe" / "one.csv.vault",
        tmp_path / "safe" / "two.csv.vault",
    ]
    found = vault.listing([tmp_path])
    assert [(one.path.name, one.key, one.bytes) for one in found] == [
        ("one.csv.vault", "environment", 18),
        ("two.csv.vault", "environment", 2),
    ]
    out = io.BytesIO()
    assert vault.unlock(UnlockConfig(file=found[0].path), out) == 18
    assert out.getvalue() == one.read_bytes()
    plain = tmp_path / "plain.csv"
    vault.unlock(UnlockConfig(file=found[0].path, output=plain))
    assert plain.read_bytes() == one.read_bytes()
    with pytest.raises(UsageError, match="exists"):
        vault.unlock(UnlockConfig(file=found[0].path, output=plain))


def test_what_would_be_lost_is_refused(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("x\n")
    (locked,) = lock(path)
    with pytest.raises(UsageError, match="--overwrite"):
        lock(path)
    assert lock(path, overwrite=True) == [locked]
    with pytest.raises(UsageError, match="vault already"):
        lock(locked)
    with pytest.raises(UsageError, match=r"ends in \.vault"):
        lock(path, output=tmp_path / "x.bin")
    with pytest.raises(UsageError, match="no file"):
        lock(tmp_path / "absent.csv")
    (tmp_path / "a").mkdir()
    shutil.copy(path, tmp_path / "a" / "x.csv")
    with pytest.raises(UsageError, match="one name"):
        lock(path, tmp_path / "a" / "x.csv", output=tmp_path / "safe")


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="needs links")
def test_a_file_with_another_name_is_not_said_to_be_removed(tmp_path):
    path, soft, hard = tmp_path / "x.csv", tmp_path / "soft.csv", tmp_path / "hard.csv"
    path.write_text("x\n")
    soft.symlink_to(path)
    os.link(path, hard)
    for one in (soft, hard):
        with pytest.raises(UsageError, match="another name"):
            lock(one, remove=True)
        assert one.exists()
        assert not one.with_name(f"{one.name}.vault").exists()
    with pytest.raises(UsageError, match="a folder"):
        lock(tmp_path)


@pytest.mark.skipif(os.name != "posix", reason="needs permissions")
def test_the_plain_file_is_for_its_user_only(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("x\n")
    (locked,) = lock(path)
    vault.unlock(UnlockConfig(file=locked, output=tmp_path / "plain.csv"))
    assert (tmp_path / "plain.csv").stat().st_mode & 0o077 == 0


def test_the_plain_file_goes_only_when_its_vault_gives_it_back(tmp_path, monkeypatch):
    path = tmp_path / "x.csv"
    path.write_text("x\n")
    lock(path, remove=True)
    assert not path.exists()
    path.write_text("y\n")
    real = store.seal

    def wrong(source, out, by):
        return real(io.BytesIO(b"z\n"), out, by)

    monkeypatch.setattr(store, "seal", wrong)
    with pytest.raises(DataError, match="not removed"):
        lock(path, remove=True, overwrite=True)
    assert path.read_text() == "y\n"


def test_an_altered_vault_leaves_no_file(tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes(os.urandom(3_000_000))
    (locked,) = lock(path)
    whole = bytearray(locked.read_bytes())
    whole[2_500_000] ^= 1
    locked.write_bytes(bytes(whole))
    with pytest.raises(DataError, match="chunk 3 of 3"):
        vault.unlock(UnlockConfig(file=locked, output=tmp_path / "out.csv"))
    assert sorted(p.name for p in tmp_path.iterdir()) == ["x.csv", "x.csv.vault"]


def test_rotate_and_erase(tmp_path, monkeypatch):
    path = tmp_path / "x.csv"
    path.write_text("x\n")
    (locked,) = lock(path)
    before = vault.listing([locked])[0]
    vault.rotate(RotateConfig(files=(locked,), key="environment"))
    with pytest.raises(DataError, match="does not open"):
        vault.unlock(UnlockConfig(file=locked), io.BytesIO())
    monkeypatch.setenv(KEY, OTHER)
    assert vault.unlock(UnlockConfig(file=locked), io.BytesIO()) == 2
    with pytest.raises(UsageError, match="--yes"):
        vault.erase(EraseConfig(files=(locked,)))
    with pytest.raises(DataError, match="not a vault"):
        vault.erase(EraseConfig(files=(locked, path), yes=True))
    assert vault.unlock(UnlockConfig(file=locked), io.BytesIO()) == 2
    (after,) = vault.erase(EraseConfig(files=(locked,), yes=True))
    assert (after.key, after.fingerprint) == ("destroyed", before.fingerprint)
    for wrong in ({}, {"files": (locked,), "name": "x"}):
        with pytest.raises(ConfigError, match="--name a key"):
            build(EraseConfig, wrong)


@pytest.fixture
def opened_files(monkeypatch):
    """Every file that Python code opens to write."""
    import sys

    written = []
    watching = [True]

    def hook(event, arguments):
        if watching[0] and event == "open":
            path, _, flags = arguments
            if isinstance(path, (str, bytes, os.PathLike)) and (flags or 0) & (os.O_WRONLY | os.O_RDWR):
                written.append(os.fsdecode(path))

    sys.addaudithook(hook)
    yield written
    watching[0] = False


@pytest.mark.parametrize("kind", ["csv", "csv.gz", "parquet", "h5ad"])
def test_a_cohort_in_a_vault_is_read_without_a_plain_file(cohort_file, tmp_path, kind, monkeypatch, opened_files):
    """The same cohort, whatever its files are; and nothing of it is written anywhere, in this process at least."""
    import anndata
    import duckdb
    import pandas as pd

    from pharmakon.biomarkers.cohort import read_cohort

    path = cohort_file()
    plain = read_cohort(path)
    source = tmp_path / "rna.csv"
    frame = pd.read_csv(source, index_col=0)
    block = tmp_path / f"rna.{kind}"
    if kind == "csv.gz":
        frame.to_csv(block, index_label="sample")
    elif kind == "parquet":
        duckdb.from_df(frame.rename_axis("sample").reset_index()).write_parquet(str(block))
    elif kind == "h5ad":
        anndata.AnnData(frame).write_h5ad(block)
    lock(tmp_path / "clinical.csv", block)
    for file in (tmp_path / "clinical.csv", source, block):
        file.unlink(missing_ok=True)
    text = path.read_text().replace("clinical.csv", "clinical.csv.vault").replace("rna.csv", f"rna.{kind}.vault")
    path.write_text(text)
    before = {p.name for p in tmp_path.rglob("*")}
    opened_files.clear()
    found = read_cohort(path)
    assert opened_files == []
    assert {p.name for p in tmp_path.rglob("*")} == before
    assert found.ids == plain.ids
    assert found.blocks["rna"].features == plain.blocks["rna"].features
    assert found.blocks["rna"].values.tolist() == plain.blocks["rna"].values.tolist()
    assert found.files["clinical.csv.vault"] == vault.listing([tmp_path / "clinical.csv.vault"])[0].fingerprint


def test_discover_reads_a_vault_and_its_ledger_outlives_the_key(cohort_file, tmp_path, caplog, monkeypatch):
    """Rotation leaves the cohort's hash, erasure too; the secret is in no file of the run, in no log and no error."""
    from pharmakon.biomarkers.cohort import read_cohort
    from pharmakon.record.ledger import verify
    from pharmakon.workflows.discover import DiscoverConfig, run

    monkeypatch.setattr(study_scores, "RESAMPLES", 60)
    path = cohort_file()
    files = lock(tmp_path / "clinical.csv", tmp_path / "rna.csv", remove=True)
    path.write_text(re.sub(r"(clinical|rna)\.csv", r"\1.csv.vault", path.read_text()))
    config = DiscoverConfig(
        cohort=path, output=tmp_path / "run", folds=2, permutations=1, without=("trees", "stability"), workers=1
    )
    folder = run(config).folder
    known = read_cohort(path).hash
    ledger = (folder / "ledger.jsonl").read_text()
    assert known in ledger
    for file in folder.rglob("*"):
        assert not file.is_file() or HEX.encode() not in file.read_bytes()
    vault.erase(EraseConfig(files=tuple(files), yes=True))
    with pytest.raises(DataError, match="destroyed") as refused:
        read_cohort(path)
    assert HEX not in str(refused.value) + caplog.text
    assert verify(folder).ok
    prints = {one.path.name: one.fingerprint for one in vault.listing(files)}
    entries = [json.loads(line) for line in ledger.splitlines()]
    assert any(known in json.dumps(entry) for entry in entries)
    assert set(prints) == {"clinical.csv.vault", "rna.csv.vault"}
