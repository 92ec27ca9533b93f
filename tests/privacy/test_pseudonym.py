import re

import pytest

from pharmakon.core.errors import UsageError
from pharmakon.privacy.pseudonym import VARIABLE, Pseudonyms, read_key

ONE, OTHER = Pseudonyms(b"a" * 32), Pseudonyms(b"b" * 32)


def test_the_same_person_has_the_same_token_and_another_key_gives_another():
    assert ONE.token(" mr123 ") == ONE.token("MR123") == Pseudonyms(b"a" * 32).token("MR123")
    assert ONE.token("MR123") != ONE.token("MR124")
    assert ONE.token("MR123") != OTHER.token("MR123")
    assert ONE.token("  ") == ""


def test_a_token_is_letters_and_that_of_a_uuid_is_one():
    assert re.fullmatch("[a-z]{20}", ONE.token("12345678"))
    uuid = "d88f994a-5efa-421d-9c40-5f116d2114a6"
    assert re.fullmatch("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", ONE.token(uuid))
    assert ONE.token(f"urn:uuid:{uuid}") == ONE.token(uuid.upper()) != uuid


def test_ten_thousand_tokens_do_not_meet():
    assert len({ONE.token(str(i)) for i in range(10_000)}) == 10_000


def test_a_uid_is_one_of_dicom():
    assert re.fullmatch(r"2\.25\.\d{1,39}", ONE.uid("1.2.3"))
    assert ONE.uid("1.2.3") == ONE.uid("1.2.3 ") != ONE.uid("1.2.4")


def test_shifts_are_of_the_person_never_none_and_within_a_year():
    shifts = [ONE.shift(str(i)) for i in range(2000)]
    assert ONE.shift("7") == ONE.shift("7")
    assert 0 not in shifts
    assert min(shifts) >= -365
    assert max(shifts) <= 365
    assert len(set(shifts)) > 600


def test_the_key_is_not_told():
    assert "aaaa" not in repr(ONE)
    assert ONE.fingerprint != OTHER.fingerprint


def test_a_key_file_is_made_for_its_owner_alone_and_read_again(tmp_path):
    path = tmp_path / "keys" / "key"
    made = read_key(path, output=tmp_path / "out")
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(made) == 64
    assert read_key(path, output=tmp_path / "out") == made


def test_a_key_that_is_no_secret_is_refused(tmp_path, monkeypatch):
    out = tmp_path / "out"
    with pytest.raises(UsageError, match="output folder"):
        read_key(out / "key", output=out)
    (tmp_path / "up").mkdir()
    with pytest.raises(UsageError, match="output folder"):
        read_key(tmp_path / "up" / ".." / "out" / "key", output=out)
    open_key = tmp_path / "open"
    open_key.write_text("x" * 40)
    open_key.chmod(0o644)
    with pytest.raises(UsageError, match="chmod 600"):
        read_key(open_key, output=out)
    open_key.chmod(0o600)
    open_key.write_text("short")
    with pytest.raises(UsageError, match="too short"):
        read_key(open_key, output=out)
    monkeypatch.delenv(VARIABLE, raising=False)
    with pytest.raises(UsageError, match=VARIABLE):
        read_key(None, output=out)
    monkeypatch.setenv(VARIABLE, "y" * 40)
    assert read_key(None, output=out) == b"y" * 40
