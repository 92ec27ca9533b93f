"""Whatever is done to a ledger, `verify` finds it and names the place."""

import json
import random
import re

import pytest

from pharmakon.core.errors import RecordError
from pharmakon.record import Ledger, verify
from pharmakon.record.entry import Entry, Head, head_path, write_head

N = 30


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """The lines and the head of a ledger of N entries."""
    ledger = Ledger(tmp_path_factory.mktemp("run"))
    for i in range(N):
        ledger.append("batch", number=i, best=round(i / 7, 4), designs=[f"C{'C' * (i % 5)}O"])
    return ledger.path.read_bytes().splitlines(), head_path(ledger.path).read_bytes()


def dice(seed):
    return random.Random(seed)  # noqa: S311 - a replayable fuzz


def problems_of(folder, lines, head, end=b"\n"):
    (folder / "ledger.jsonl").write_bytes(b"".join(line + b"\n" for line in lines[:-1]) + b"".join(lines[-1:]) + end)
    (folder / "ledger.head.json").write_bytes(head)
    return verify(folder).problems


def names(problems, *wanted):
    """Each wanted number is in some problem, alone or inside a range."""
    spans = [
        (int(a), int(b or a)) for p in problems for a, b in re.findall(r"(\d+)(?:-(\d+))?", re.sub(r"\(.*?\)", "", p))
    ]
    return all(any(a <= n <= b for a, b in spans) for n in wanted)


def forged(line, rng, **changes):
    """The entry again with something changed and its hash made right."""
    old = json.loads(line)
    body = {
        "seq": old["seq"],
        "time": old["time"],
        "event": old["event"],
        "data": old["data"],
        "previous": old["previous"],
    }
    return Entry.make(**{**body, "data": {"forged": rng.random()}, **changes}).line().rstrip()


def test_an_untouched_ledger_is_whole(written, tmp_path):
    assert problems_of(tmp_path, *written) == ()


@pytest.mark.parametrize("seed", range(60))
def test_an_edited_byte_is_found_and_its_entry_named(written, tmp_path, seed):
    rng, (lines, head) = dice(seed), written
    k = rng.randrange(N)
    line = bytearray(lines[k])
    at = rng.randrange(len(line))
    line[at] = rng.choice([b for b in b'0123456789abcxyz{}[]",: \xff' if b != line[at]])
    found = problems_of(tmp_path, [*lines[:k], bytes(line), *lines[k + 1 :]], head)
    assert found == (f"entry {k + 1} was edited (hash does not match)",)


@pytest.mark.parametrize("seed", range(40))
def test_a_forged_entry_with_a_right_hash_is_found(written, tmp_path, seed):
    rng, (lines, head) = dice(seed), written
    k = rng.randrange(N)
    change = rng.choice([{}, {"event": "other"}, {"time": "2020-01-01T00:00:00.000000Z"}, {"previous": "a" * 64}])
    found = problems_of(tmp_path, [*lines[:k], forged(lines[k], rng, **change), *lines[k + 1 :]], head)
    assert names(found, k + 1), found
    assert any("hash recomputed" in p or "hashes recomputed" in p or "the head does not match" in p for p in found)


@pytest.mark.parametrize("seed", range(60))
def test_deleted_entries_are_named(written, tmp_path, seed):
    rng, (lines, head) = dice(seed), written
    k, many = rng.randrange(N), rng.randint(1, 4)
    found = problems_of(tmp_path, lines[:k] + lines[k + many :], head)
    last = min(k + many, N)
    if last == N:
        assert found == (f"the ledger was cut after entry {k}: its head says {N}",)
    else:
        assert found == (f"entry {last} is missing" if many == 1 else f"entries {k + 1}-{last} are missing",)


@pytest.mark.parametrize("seed", range(60))
def test_swapped_entries_are_named(written, tmp_path, seed):
    rng, (lines, head) = dice(seed), written
    i, j = sorted(rng.sample(range(N), 2))
    lines = list(lines)
    lines[i], lines[j] = lines[j], lines[i]
    assert problems_of(tmp_path, lines, head) == (f"entries {i + 1} and {j + 1} are out of order",)


@pytest.mark.parametrize("seed", range(40))
def test_a_cut_is_named_wherever_it_falls(written, tmp_path, seed):
    rng, (lines, head) = dice(seed), written
    text = b"".join(line + b"\n" for line in lines)
    at = rng.randrange(len(text))
    kept = text[:at].count(b"\n")
    (tmp_path / "ledger.jsonl").write_bytes(text[:at])
    (tmp_path / "ledger.head.json").write_bytes(head)
    found = verify(tmp_path).problems
    assert found[0] == f"the ledger was cut after entry {kept}: its head says {N}"
    assert text[:at].endswith(b"\n") or not at or "torn line" in found[1]


@pytest.mark.parametrize("seed", range(80))
def test_an_inserted_entry_is_found_and_its_place_named(written, tmp_path, seed):
    rng, (lines, head) = dice(seed), written
    k = rng.randrange(N + 1)  # goes in after entry k
    around = lines[max(k - 1, 0)]
    previous = json.loads(lines[k - 1])["hash"] if k else "0" * 64
    new = rng.choice(
        [
            lines[rng.randrange(N)],  # a copy of another
            b"",
            b"rubbish",
            forged(around, rng),  # its neighbour's number, a right hash
            forged(around, rng, seq=k + 1, previous=previous),  # continues the chain
            forged(around, rng, seq=rng.choice([0, -3, 10**12])),
        ]
    )
    found = problems_of(tmp_path, [*lines[:k], new, *lines[k:]], head)
    copied = json.loads(new)["seq"] if new in lines else -1
    assert len(found) >= 1
    # A line set down beside its own copy cannot be told from it: both places are right.
    assert any(f"inserted after {p}" in found[0] for p in ({k, k + 1} if copied in (k, k + 1) else {k})), (
        k,
        new,
        found,
    )


def test_a_moved_block_and_several_changes_at_once_are_all_named(written, tmp_path):
    lines, head = written
    moved = lines[:5] + lines[8:12] + lines[5:8] + lines[12:]
    assert problems_of(tmp_path, moved, head) == ("entries 6-12 are out of order",)
    several = [*lines[:3], lines[3].replace(b"batch", b"botch"), *lines[4:9], *lines[11:20], b"x", *lines[20:27]]
    assert problems_of(tmp_path, several, head) == (
        "entry 4 was edited (hash does not match)",
        "entries 10-11 are missing",
        "the ledger was cut after entry 27: its head says 30",
        "an entry was inserted after 20",
    )


def test_a_ledger_rewritten_from_some_entry_on_no_longer_fits_its_head(written, tmp_path):
    lines, head = written
    new, previous = [], json.loads(lines[9])["hash"]
    for line in lines[10:]:
        old = json.loads(line)
        entry = Entry.make(old["seq"], old["time"], old["event"], {"number": -1}, previous)
        new.append(entry.line().rstrip())
        previous = entry.hash
    found = problems_of(tmp_path, lines[:10] + new, head)
    assert len(found) == 1
    assert "the head does not match entry 30" in found[0]


def test_a_ledger_rewritten_with_its_head_no_longer_holds_a_hash_kept_elsewhere(tmp_path):
    kept = Ledger(tmp_path / "honest").append("batch", best=0.5).hash
    assert verify(tmp_path / "honest", expect=kept).ok
    Ledger(tmp_path / "forged").append("batch", best=0.9)
    assert verify(tmp_path / "forged").ok  # what an unsigned chain cannot show
    assert "no entry bears the hash" in verify(tmp_path / "forged", expect=kept).problems[0]


@pytest.mark.parametrize(
    ("head", "said"),
    [
        (None, "head ledger.head.json is missing"),
        (b"not json", "was edited"),
        (b'{"count":true,"hash":"x"}', "was edited"),
        (b"[" * 100_000, "was edited"),
        (b'{"count":-1,"hash":"x"}', "was edited"),
        (b'{"count":29,"hash":"x"}', "does not match entry 29"),
        (b'{"count":30,"hash":"x"}', "does not match entry 30"),
        (b'{"count":1000000000000,"hash":"x"}', "its head says 1000000000000"),
        (b'{"count":10,"hash":"x"}', "20 entries were inserted after 10"),
    ],
)
def test_an_altered_head_is_found(written, tmp_path, head, said):
    lines, good = written
    problems_of(tmp_path, lines, head or good)
    if head is None:
        (tmp_path / "ledger.head.json").unlink()
    assert any(said in p for p in verify(tmp_path).problems), verify(tmp_path).problems


def test_changed_and_missing_outputs_are_named(tmp_path):
    ledger = Ledger(tmp_path)
    for name in ("designs.csv", "designs.sdf", "report.html"):
        (tmp_path / name).write_text("first")
        ledger.output(tmp_path / name)
    (tmp_path / "report.html").write_text("second")
    ledger.output(tmp_path / "report.html")  # written again: the later record counts
    ledger.seal()
    assert verify(tmp_path).ok
    assert verify(tmp_path).outputs == 3
    (tmp_path / "designs.csv").write_text("firsT")
    (tmp_path / "designs.sdf").unlink()
    assert verify(tmp_path).problems == (
        "designs.csv was changed after it was recorded",
        "designs.sdf is missing",
    )


def test_a_run_that_has_not_finished_and_one_cut_short_are_not_closed(tmp_path):
    ledger = Ledger(tmp_path)
    first = ledger.append("batch", number=1)
    assert verify(tmp_path).ok
    assert not verify(tmp_path).closed
    ledger.seal()
    assert verify(tmp_path).closed
    ledger.path.write_bytes(first.line())
    write_head(ledger.path, Head(1, first.hash))
    assert verify(tmp_path).ok  # a cut whose head was rewritten
    assert not verify(tmp_path).closed


def test_files_that_the_ledger_does_not_know_are_named(tmp_path):
    ledger = Ledger(tmp_path)
    (tmp_path / "designs.csv").touch()
    ledger.output(tmp_path / "designs.csv")
    for name in ("note.txt", ".DS_Store", "more/poses.sdf"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert verify(tmp_path).unknown == ("more/poses.sdf", "note.txt")
    assert verify(ledger.path).unknown == ()


def test_an_entry_after_the_closing_one_is_found(tmp_path):
    ledger = Ledger(tmp_path)
    end = ledger.seal()
    late = Entry.make(2, end.time, "late", {}, end.hash)
    with ledger.path.open("ab") as file:
        file.write(late.line())
    head_path(ledger.path).write_text(json.dumps({"count": 2, "hash": late.hash}))
    assert verify(ledger.path).problems == ("an entry was inserted after 1, which closed the ledger",)


def test_no_ledger_and_an_empty_one_are_told_apart(tmp_path):
    with pytest.raises(RecordError, match="no ledger at"):
        verify(tmp_path)
    Ledger(tmp_path)
    assert "the ledger is empty" in verify(tmp_path).problems


@pytest.mark.parametrize(
    "name", ["/etc/hostname", "../../x", "a/../../x", "../a/../../x", "../../../../../etc/hostname"]
)
def test_a_ledger_has_no_other_file_of_the_machine_looked_at(tmp_path, monkeypatch, name):
    (tmp_path / "deep" / "run").mkdir(parents=True)
    ledger = Ledger(tmp_path / "deep" / "run" / "ledger.jsonl")
    ledger.append("output", path=name, sha256="0" * 64)
    monkeypatch.setattr("pharmakon.record.audit.sha256", lambda path: pytest.fail(f"{path} was read"))
    (said,) = verify(tmp_path / "deep" / "run").problems
    assert said == f"{name} is recorded, and lies neither in the record's folder nor beside it"
