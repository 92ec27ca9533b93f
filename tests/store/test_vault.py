import hashlib
import io
import os

import pytest

from pharmakon.core.errors import DataError, PharmakonError, UsageError
from pharmakon.core.files import sha256
from pharmakon.store import vault
from pharmakon.store.keys import KEY, NEW, PASSPHRASE, Cost, Lock
from pharmakon.store.vault import HEAD, HEADER, TAG, erase, fingerprint, is_vault, looked_at, relock, seal, unsealed

HEX, OTHER = "0123456789abcdef" * 4, "fedcba9876543210" * 4
SIZE, PIECE = 1 << 6, (1 << 6) + TAG
BY = Lock("environment")


def noise(length, seed):
    """Bytes that look drawn at random."""
    return hashlib.shake_128(bytes([seed % 251])).digest(length)


@pytest.fixture(autouse=True)
def key(monkeypatch):
    for name in (PASSPHRASE, *NEW.values()):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(KEY, HEX)


@pytest.fixture
def locked(tmp_path):
    def locked(content, name="x.vault", by=BY, **options):
        path = tmp_path / name
        with path.open("wb") as out:
            seal(io.BytesIO(content), out, by, chunk=6, cost=Cost(4, 1, 1), **options)
        return path

    return locked


def opened(path):
    with unsealed(path) as stream:
        return stream.read()


@pytest.mark.parametrize("length", [0, 1, 63, 64, 65, 128, 1000])
def test_what_goes_in_comes_out(locked, length):
    content = noise(length, length)
    path = locked(content)
    assert opened(path) == content
    assert looked_at(path).bytes == length
    assert is_vault(path)
    assert content[:16] not in path.read_bytes() or length < 16


def test_a_stream_seeks(locked):
    content = noise(1000, 0)
    with unsealed(locked(content)) as stream:
        for start, length in ((900, 200), (0, 10), (60, 10), (128, 64), (1000, 5)):
            stream.seek(start)
            assert stream.read(length) == content[start : start + length]
        assert stream.seek(-10, os.SEEK_END) == 990
        assert stream.read() == content[-10:]


def test_a_pipe_that_gives_little_at_a_time_is_read_whole(locked, tmp_path):
    class Slow(io.BytesIO):
        def readinto(self, buffer):
            return super().readinto(buffer[:7])

    path = tmp_path / "slow.vault"
    content = noise(300, 1)
    with path.open("wb") as out:
        assert seal(Slow(content), out, BY, chunk=6) == 300
    assert opened(path) == content


def refused(path, content):
    path.write_bytes(content)
    with pytest.raises(PharmakonError):
        opened(path)


def test_every_byte_counts(locked):
    path = locked(noise(150, 2))
    whole = path.read_bytes()
    for place in range(len(whole)):
        changed = bytearray(whole)
        changed[place] ^= 1 << place % 8
        refused(path, bytes(changed))


def test_every_cut_shows(locked):
    path = locked(noise(200, 3))
    whole = path.read_bytes()
    for length in range(len(whole)):
        refused(path, whole[:length])
    for more in (b"\0", bytes(TAG), bytes(PIECE)):
        refused(path, whole + more)


def pieces(path):
    whole = path.read_bytes()
    return whole[:HEAD], [whole[i : i + PIECE] for i in range(HEAD, len(whole), PIECE)]


def test_chunks_are_neither_moved_nor_dropped_nor_repeated(locked):
    path = locked(noise(5 * SIZE, 4))
    head, chunks = pieces(path)
    for i in range(5):
        refused(path, head + b"".join(chunks[:i] + chunks[i + 1 :]))
        refused(path, head + b"".join([*chunks, chunks[i]]))
        for j in range(i):
            moved = list(chunks)
            moved[i], moved[j] = moved[j], moved[i]
            refused(path, head + b"".join(moved))


def test_chunks_of_another_vault_do_not_fit_nor_does_its_head(locked):
    content = noise(3 * SIZE, 5)
    one, two = locked(content, "one.vault"), locked(content, "two.vault")
    (head, chunks), (other, others) = pieces(one), pieces(two)
    for i in range(3):
        refused(one, head + b"".join([*chunks[:i], others[i], *chunks[i + 1 :]]))
    refused(one, other + b"".join(chunks))
    refused(one, head[:HEADER] + other[HEADER:] + b"".join(chunks))


def test_equal_files_make_different_vaults_and_no_nonce_comes_twice(locked, monkeypatch):
    from cryptography.hazmat.primitives.ciphers import aead

    used, real = [], aead.AESGCM

    class Watched:
        def __init__(self, key):
            self.key, self.real = key, real(key)

        def encrypt(self, nonce, data, associated):
            used.append((self.key, nonce))
            return self.real.encrypt(nonce, data, associated)

        generate_key = real.generate_key

    monkeypatch.setattr(aead, "AESGCM", Watched)
    one, two = locked(bytes(500), "one.vault"), locked(bytes(500), "two.vault")
    assert len(used) == len(set(used)) == 2 * (1 + 8)
    chunks = pieces(one)[1]
    assert len(set(chunks)) == len(chunks)
    assert not {*chunks} & {*pieces(two)[1]}


def test_another_secret_does_not_open_it(locked, monkeypatch):
    path = locked(b"patients")
    monkeypatch.setenv(KEY, OTHER)
    with pytest.raises(DataError, match="does not open") as refused:
        opened(path)
    assert HEX not in str(refused.value)
    assert OTHER not in str(refused.value)


def test_a_rotation_touches_the_lock_only(locked, monkeypatch):
    path = locked(noise(300, 6))
    before, content, known = path.read_bytes(), opened(path), fingerprint(path)
    monkeypatch.setenv(NEW[PASSPHRASE], "five little ducks went out")
    relock(path, Lock("passphrase", new=True), cost=Cost(4, 1, 1))
    after = path.read_bytes()
    assert after[:HEADER] == before[:HEADER]
    assert after[HEAD:] == before[HEAD:]
    assert fingerprint(path) == known
    assert looked_at(path).lock == Lock("passphrase")
    with pytest.raises(UsageError, match=PASSPHRASE):
        opened(path)
    monkeypatch.setenv(PASSPHRASE, "five little ducks went out")
    assert opened(path) == content


def test_a_vault_that_is_erased_while_its_key_changes_stays_erased(locked, monkeypatch):
    path = locked(b"x")
    monkeypatch.setenv(NEW[PASSPHRASE], "five little ducks went out")
    wrapped = vault._wrapped

    def slow(*given):
        erase(path)
        return wrapped(*given)

    monkeypatch.setattr(vault, "_wrapped", slow)
    with pytest.raises(DataError, match="changed while"):
        relock(path, Lock("passphrase", new=True), cost=Cost(4, 1, 1))
    assert looked_at(path).lock is None


def test_an_erased_vault_opens_no_more_and_keeps_its_fingerprint(locked):
    path = locked(b"patients" * 30)
    known, lock = fingerprint(path), path.read_bytes()[HEADER:HEAD]
    erase(path)
    assert fingerprint(path) == known
    assert lock[-48:] not in path.read_bytes()
    assert looked_at(path).lock is None
    with pytest.raises(DataError, match="destroyed"):
        opened(path)


def test_a_plain_file_has_its_own_fingerprint(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(b"abc")
    assert fingerprint(path) == sha256(path)
    assert not is_vault(path)
    assert not is_vault(tmp_path)
    for act in (looked_at, erase):
        with pytest.raises(DataError, match="not a vault"):
            act(path)
    assert path.read_bytes() == b"abc"


def test_a_file_that_is_too_long_for_its_nonces_is_refused(locked, monkeypatch):
    monkeypatch.setattr(vault, "MOST", 3)
    assert opened(locked(bytes(3 * SIZE)))
    with pytest.raises(DataError, match="do not fit"):
        locked(bytes(3 * SIZE + 1))


def test_a_long_name_and_an_absent_file(locked, tmp_path):
    with pytest.raises(UsageError, match="at most 64"):
        locked(b"", by=Lock("keyring", "é" * 40))
    with pytest.raises(UsageError, match="no file"):
        looked_at(tmp_path / "absent.vault")
