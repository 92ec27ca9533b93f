"""A signature counts for one record, in one meaning, at one place; whatever else is made of it is found and named."""

import json
import random
import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from pharmakon.core.errors import RecordError
from pharmakon.record import Ledger
from pharmakon.record.actor import Actor
from pharmakon.record.approval import check, sign
from pharmakon.record.entry import FIRST, Entry, Head, parse, write_head
from pharmakon.record.trust import TrustList

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def people(person):
    named = {"ada": "Ada Lovelace", "grace": "Grace Hopper", "rosa": "Rosa Parks", "eve": "Eve"}
    return {short: person(name)[1].open() for short, name in named.items()}


@pytest.fixture
def trust(people):
    roles = {"ada": ["author"], "grace": ["reviewer"], "rosa": ["approver"]}
    return TrustList(people=[{"name": people[s].name, "key": people[s].key, "roles": r} for s, r in roles.items()])


def run_of(folder, number=1):
    folder.mkdir()
    ledger = Ledger(folder, by=Actor("ada@lab", "ada@lab"))
    ledger.append("started", seed=number)
    (folder / "designs.csv").write_text(f"CCO,{number}\n")
    ledger.output(folder / "designs.csv")
    ledger.seal()
    return folder


def give(folder, signer, meaning, trust=None, why="read it"):
    who = Actor(f"{signer.name}@lab", f"{signer.name}@lab")
    return sign(folder, signer, meaning, why, authenticated="passphrase", when=NOW, trust=trust, by=who)


@pytest.fixture
def signed(tmp_path, people, trust):
    """A run signed by its author, reviewed, approved."""
    folder = run_of(tmp_path / "run")
    for who, meaning in (("ada", "authored"), ("grace", "reviewed"), ("rosa", "approved")):
        give(folder, people[who], meaning, trust)
    return folder


def lines_of(folder):
    return (folder / "signatures.jsonl").read_bytes().splitlines(keepends=True)


def put(folder, entries):
    """Entries as a forger writes them: chained anew, with the head that fits."""
    before, made = FIRST, []
    for seq, old in enumerate(entries, start=1):
        made.append(Entry.make(seq, old.time, old.event, old.data, before, by=old.by, clock=old.clock))
        before = made[-1].hash
    path = folder / "signatures.jsonl"
    path.write_bytes(b"".join(entry.line() for entry in made))
    write_head(path, Head(len(made), before))


def entries_of(folder):
    return [parse(line.rstrip()) for line in lines_of(folder)]


def test_a_record_goes_its_way(tmp_path, people, trust):
    folder = run_of(tmp_path / "run")
    assert check(folder, trust).state == "draft"
    found = give(folder, people["ada"], "authored", trust)
    found = give(folder, people["grace"], "reviewed", trust, why=" checked by hand ")
    assert found.state == "reviewed"
    found = give(folder, people["rosa"], "approved", trust)
    found = give(folder, people["rosa"], "released", trust)
    assert (found.state, found.problems) == ("released", ())
    second = found.signatures[1]
    assert (second.name, second.meaning, second.why, second.time) == (
        "Grace Hopper",
        "reviewed",
        "checked by hand",
        NOW,
    )
    assert give(folder, people["rosa"], "withdrawn", trust).state == "withdrawn"
    assert check(folder).state == "withdrawn"


@pytest.mark.parametrize(
    ("who", "meaning", "said"),
    [
        ("ada", "reviewed", "is no reviewer"),
        ("rosa", "approved", "it is draft, and only what is reviewed can be approved"),
        ("eve", "reviewed", "not in the trust list"),
        ("grace", "reviewed", "its author signs before"),
    ],
)
def test_a_refusal_is_a_sentence_and_leaves_nothing(tmp_path, people, trust, who, meaning, said):
    folder = run_of(tmp_path / "run")
    with pytest.raises(RecordError, match=f"nothing was signed: .*{said}"):
        give(folder, people[who], meaning, trust)
    assert not (folder / "signatures.jsonl").exists()
    with pytest.raises(RecordError, match="needs a reason"):
        give(folder, people["ada"], "authored", trust, why=" ")


def test_nothing_is_signed_that_is_not_as_it_was_written(signed, people, trust):
    (signed / "designs.csv").write_text("CCN\n")
    with pytest.raises(RecordError, match=r"designs\.csv was changed"):
        give(signed, people["rosa"], "released", trust)


def test_a_changed_file_undoes_each_signature(signed, trust):
    (signed / "designs.csv").write_text("CCN\n")
    found = check(signed, trust)
    assert found.state == "draft"
    assert found.problems[1] == (
        "signature 2 (reviewed, Grace Hopper): no longer fits: designs.csv is changed since then"
    )


@pytest.mark.parametrize("key", ["meaning", "name", "email", "key", "time", "why", "authenticated", "sha256", "record"])
def test_no_word_of_a_signature_can_be_changed(signed, trust, key):
    entries = entries_of(signed)
    new = {"meaning": "released", "time": "2025-01-01T00:00:00+00:00", "key": "ab" * 32}.get(key, "other")
    if key == "record":
        new = {**entries[1].data["record"], "head": "ab" * 32}
    entries[1] = Entry.make(2, entries[1].time, "signed", {**entries[1].data, key: new}, "x")
    put(signed, entries)
    found = check(signed, trust)
    assert any(p.startswith("signature 2 (") and "does not hold" in p for p in found.problems), found.problems
    assert found.state != "approved"


def test_signatures_of_another_record_are_named(tmp_path, signed, people, trust):
    other = run_of(tmp_path / "other", 2)
    give(other, people["ada"], "authored", trust)
    for name in ("signatures.jsonl", "signatures.head.json"):
        shutil.copy(signed / name, other / name)
    found = check(other, trust)
    assert [p.split(": ", 1)[1] for p in found.problems[:2]] == ["was given for another record"] * 2
    assert found.state == "draft"


@pytest.mark.parametrize("how", ["removed", "swapped", "copied", "pasted"])
def test_signatures_cannot_be_removed_moved_or_pasted_with_every_hash_made_right(tmp_path, signed, people, trust, how):
    one, two, three = entries_of(signed)
    if how == "pasted":
        other = run_of(tmp_path / "other", 2)
        give(other, people["ada"], "authored", trust)
        give(other, people["grace"], "reviewed", trust)
        two = entries_of(other)[1]
    changed = {
        "removed": [one, three],
        "swapped": [two, one, three],
        "copied": [one, two, three, three],
        "pasted": [one, two, three],
    }[how]
    put(signed, changed)
    found = check(signed, trust)
    assert any("does not hold" in p for p in found.problems), found.problems


def test_with_the_head_as_it_was_even_the_last_is_missed(signed, trust):
    (signed / "signatures.jsonl").write_bytes(b"".join(lines_of(signed)[:2]))
    assert "cut after entry 2: its head says 3" in check(signed, trust).problems[0]
    (signed / "signatures.jsonl").unlink()
    assert "is missing, and its head is there" in check(signed, trust).problems[0]


def test_a_signature_out_of_order_is_found_though_its_key_is_right(tmp_path, people, trust):
    """Made by somebody who has a key and writes the file by hand, around `sign`."""
    folder = run_of(tmp_path / "run")
    give(folder, people["ada"], "authored", trust)
    everything = TrustList(
        reviewer_may_approve=True,
        people=[{"name": p.name, "key": p.key, "roles": ["author", "reviewer", "approver"]} for p in people.values()],
    )
    give(folder, people["eve"], "reviewed", everything)
    give(folder, people["eve"], "approved", everything)
    found = check(folder, trust)
    assert "signature 2 (reviewed, Eve): signed by a key that is not in the trust list" in found.problems[0]
    assert found.problems[1].startswith("signature 3 (approved, Eve): it is draft")
    assert found.state == "draft"


def test_what_is_no_signature_is_named(signed):
    path = signed / "signatures.jsonl"
    Ledger(path).append("note", text="x")
    assert "signatures: entry 4 is not a signature" in check(signed).problems
    text = path.read_text()
    assert json.loads(text.splitlines()[0])["data"]["name"] == "Ada Lovelace"


def test_a_signer_killed_on_the_way_leaves_signatures_that_count(signed, people, trust):
    path = signed / "signatures.jsonl"
    with path.open("ab") as file:
        file.write(b'{"by":{"user"')
    assert "torn line" in check(signed, trust).problems[0]
    found = give(signed, people["rosa"], "released", trust)
    assert (found.state, found.problems) == ("released", ())
    assert [one.seq for one in found.signatures] == [1, 2, 3, 5]


def test_two_who_sign_at_once_take_turns(tmp_path, people):
    folder = run_of(tmp_path / "run")
    give(folder, people["ada"], "authored")

    def review(who):
        try:
            return give(folder, people[who], "reviewed").state
        except RecordError as error:
            return str(error)

    with ThreadPoolExecutor(3) as pool:
        said = list(pool.map(review, ["grace", "rosa", "grace"]))
    assert said.count("reviewed") == 2
    assert sum("already" in one for one in said) == 1
    assert [one.problem for one in check(folder).signatures] == ["", "", ""]


@pytest.mark.parametrize("seed", range(30))
def test_rubbish_is_told_and_never_crashes(signed, trust, seed):
    rng = random.Random(seed)  # noqa: S311 - a replayable fuzz
    entries = entries_of(signed)
    odd = [None, 1, -1.5, "", "x", [], {}, "\x1b[2J", "9" * 64, {"kind": []}]
    data = {**entries[1].data, rng.choice(list(entries[1].data)): rng.choice(odd)}
    entries[1] = Entry.make(2, rng.choice(["x", entries[1].time]), "signed", data, "x", by={"user": rng.choice(odd)})
    put(signed, entries)
    assert check(signed, trust).problems
