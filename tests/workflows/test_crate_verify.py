"""Whatever is changed in a crate is found, and named."""

import shutil
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pharmakon.core.errors import UsageError
from pharmakon.core.files import sha256
from pharmakon.core.random import stream
from pharmakon.record import attestation
from pharmakon.record.crate import ENVELOPE, METADATA, describe, read
from pharmakon.record.identity import Signer
from pharmakon.record.trust import TrustList
from pharmakon.workflows.crate import CrateConfig, run
from pharmakon.workflows.crate_verify import check, verify


def signer(name="Ada Author"):
    key = Ed25519PrivateKey.generate()
    return Signer(name, "", key.public_key().public_bytes_raw().hex(), key.private_bytes_raw())


def signed(root, who):
    """The crate with its list of files signed."""
    listed = {**read((root / METADATA).read_bytes()).files, METADATA: sha256(root / METADATA)}
    (root / ENVELOPE).write_bytes(attestation.sign(listed, who, when=datetime(2026, 1, 1, tzinfo=UTC)))
    return root


@pytest.fixture
def crate(small_run, tmp_path):
    run(CrateConfig(run=small_run, output=tmp_path / "crate", with_inputs=True))
    return tmp_path / "crate"


def names(root):
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())


@pytest.mark.parametrize("with_key", [False, True])
def test_a_flipped_byte_of_any_file_is_named_by_that_file_alone(crate, with_key):
    if with_key:
        signed(crate, signer())
    everything = names(crate)
    assert check(crate).ok and len(everything) == 8 + with_key
    for name in everything:
        path = crate / name
        before = path.read_bytes()
        for place in stream(3, name).choice(len(before), min(12, len(before)), replace=False).tolist():
            path.write_bytes(before[:place] + bytes([before[place] ^ 4]) + before[place + 1 :])
            problems = check(crate).problems
            told = {one for one in everything if any(text.startswith(one) for text in problems)}
            assert name in told, (name, place, problems)
            others = {"run/ledger.jsonl"} if name == "run/ledger.head.json" else set()
            assert told <= {name} | others, (name, place, problems)
        path.write_bytes(before)
    assert check(crate).ok


def test_missing_and_added_files_are_named(crate):
    for name in names(crate):
        before = (crate / name).read_bytes()
        (crate / name).unlink()
        assert any(name in text and "missing" in text for text in check(crate).problems), name
        (crate / name).write_bytes(before)
    for name in ("new.csv", "run/new.csv", "inputs/new.csv", "x/run.json", "run/signatures.jsonl"):
        (crate / name).parent.mkdir(exist_ok=True)
        (crate / name).write_text("")
        assert any(text.startswith(f"{name} was added") for text in check(crate).problems), name
        (crate / name).unlink()
    assert check(crate).ok


def test_the_record_of_a_changed_ledger_is_named(crate):
    path = crate / "run" / "ledger.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"molecules":1', b'"molecules":2'))
    problems = check(crate).problems
    assert "run/ledger.jsonl: entry 3 was edited (hash does not match)" in problems


def test_a_list_that_was_made_right_again_needs_the_key(crate):
    signed(crate, signer())
    (crate / "run" / "weights.csv").write_text("forged")
    (crate / METADATA).write_text(describe(crate, run="run/"))
    problems = check(crate).problems
    assert any(text.startswith("run/weights.csv was changed") for text in problems)
    assert f"{METADATA} is not the one that was signed" in problems
    (crate / ENVELOPE).unlink()  # without a signature only the ledger tells
    assert any("weights.csv was changed after it was recorded" in text for text in check(crate).problems)


def test_with_a_trust_list_somebody_in_it_must_have_signed(crate):
    who, stranger = signer(), signer("Sam Stranger")
    trust = TrustList.model_validate({"people": [{"name": who.name, "key": who.key, "roles": ["author"]}]})
    assert any("nobody in the trust list signed" in text for text in check(crate, trust).problems)
    assert any("not in the trust list" in text for text in check(signed(crate, stranger), trust).problems)
    problems = check(signed(crate, who), trust).problems
    assert problems == tuple(text for text in problems if text.startswith("run/ledger.jsonl: no entry is signed"))


def test_another_machine_needs_only_the_folder(crate, tmp_path):
    shutil.copytree(crate, tmp_path / "elsewhere")
    shutil.rmtree(crate)
    found = verify(tmp_path / "elsewhere")
    assert found.ok and found.entries == 6 and found.signer == ""


def test_what_is_no_crate(tmp_path):
    with pytest.raises(UsageError, match="neither a crate"):
        verify(tmp_path)
    with pytest.raises(UsageError, match="no crate at"):
        verify(tmp_path / "nothing")
