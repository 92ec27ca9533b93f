"""Is a ledger what was written? Every difference is found and its place named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from pharmakon.core.errors import RecordError
from pharmakon.core.files import sha256
from pharmakon.core.words import joined

from .beside import is_beside, stays
from .checkpoint import SIGNED, checkpoints, problem, uncovered
from .entry import (
    AMENDED,
    CLOSED,
    CRATE,
    FIRST,
    OUTPUT,
    SIGNATURES,
    Entry,
    Head,
    claimed_seq,
    head_path,
    locate,
    parse,
    read_head,
)
from .notebook import Shown
from .trust import TrustList


@dataclass(frozen=True, slots=True)
class Verification(Shown):
    """What `verify` found: no problem, or one sentence for each."""

    entries: int
    problems: tuple[str, ...]
    head: str
    """The last entry's hash: compare it with the one printed in the report."""
    outputs: int
    """How many recorded files were hashed again."""
    closed: bool
    """Whether the last entry says that the run is over. A ledger cut short whose head was rewritten is not closed."""
    bearer: int = 0
    """The number of the entry with the hash that was expected; 0 when none was, or none has it."""
    unknown: tuple[str, ...] = ()
    """Files of the run folder that no entry records."""
    remarks: tuple[str, ...] = ()
    """What is worth knowing and no problem: a clock that was set back, an amendment, who signed a checkpoint."""

    @property
    def ok(self) -> bool:
        return not self.problems


def verify(path: str | Path, *, expect: str = "", trust: TrustList | None = None) -> Verification:
    """Check the ledger of a run folder (or the .jsonl itself), its head, and every output it recorded.

    Signed checkpoints are checked too; with a `trust` list, somebody in it must have signed the ledger's end.

    `expect` is a hash kept elsewhere, such as the one a report prints: a ledger rewritten as a whole does not hold it.
    Files that no entry records are named for a folder only: a ledger that lies alone says nothing of its neighbours.
    Raises RecordError when there is no ledger at all.
    """
    ledger = locate(path)
    try:
        *lines, torn = ledger.read_bytes().split(b"\n")
    except OSError:
        raise RecordError(f"there is no ledger at {ledger}") from None
    head: Head | None = None
    problems: list[str] = []
    try:
        head = read_head(ledger)
        if head is None:
            problems.append(f"the head {head_path(ledger).name} is missing: a cut at the end would not show")
    except RecordError as error:
        problems.append(str(error))
    chain = _Chain([parse(line) for line in lines], [claimed_seq(line) for line in lines], head)
    problems += chain.problems()
    last = max(chain.placed, default=0)
    if torn:
        problems.append(
            f"a torn line of {len(torn)} bytes follows entry {last}: its writer was killed, or the line was cut"
        )
    entries = [chain.placed[seq] for seq in sorted(chain.placed)]
    bearer = next((entry.seq for entry in entries if entry is not None and entry.hash == expect), 0)
    if expect and not bearer:
        problems.append(f"no entry bears the hash {expect}: the ledger was rewritten, or is another run's")
    sound = [entry for entry in entries if entry is not None]
    problems += [said for entry in checkpoints(sound) if (said := problem(entry, trust))]
    if said := uncovered(sound, trust):
        problems.append(said)
    dated = list(_dates(sound))
    problems += [said for said, marked in dated if not marked]
    recorded = {str(e.data.get("path")): e for e in sound if e.event == OUTPUT}
    problems += [p for name, e in recorded.items() if (p := _output_problem(ledger.parent, name, e.data.get("sha256")))]
    end = chain.placed.get(last)
    return Verification(
        entries=len(lines),
        problems=tuple(problems),
        head=end.hash if end else "",
        outputs=len(recorded),
        closed=end is not None and end.event == CLOSED,
        bearer=bearer,
        unknown=tuple(_unknown(ledger, recorded.keys())) if Path(path).is_dir() else (),
        remarks=(*(said for said, marked in dated if marked), *_remarks(sound, trust), *_elsewhere(ledger, recorded)),
    )


def _dates(entries: Sequence[Entry]) -> Iterator[tuple[str, bool]]:
    """Entries dated before their predecessor, and whether their writer saw it: the clock, then, and no forger."""
    for before, after in pairwise(entries):
        if after.seq == before.seq + 1 and after.time < before.time:
            marked = "behind" in after.clock or not after.by  # an old ledger marks nothing
            said = f"entry {after.seq} is dated before entry {before.seq}"
            yield (f"{said}: the clock was set back" if marked else f"{said}, and its writer did not say so"), marked


def _remarks(entries: Sequence[Entry], trust: TrustList | None) -> Iterator[str]:
    """Signed checkpoints that hold, and amendments."""
    for entry in checkpoints(entries):
        if not problem(entry, trust):
            whose = "" if trust else ", whose key is compared with no trust list"
            yield f"entry {entry.seq} and all before it are signed by {entry.data[SIGNED]['name']}{whose}"
    for entry in entries:
        if entry.event == AMENDED:
            who = entry.by.get("user", "somebody")
            yield f"entry {entry.seq}: {who} amended {entry.data.get('what')}: {entry.data.get('why')}"


def _elsewhere(ledger: Path, recorded: Collection[str]) -> Iterator[str]:
    """Results that were written beside the record and lie there no more: the record goes without them, too."""
    gone = [name for name in recorded if is_beside(name) and stays(name) and not (ledger.parent / name).is_file()]
    if gone:
        others = f" and {len(gone) - 1:,} more" if len(gone) > 1 else ""
        verb = "are" if others else "is"
        yield f"{gone[0].removeprefix('../')}{others} {verb} not beside the record, which has the SHA-256"


def _unknown(ledger: Path, recorded: Collection[str]) -> list[str]:
    """Files beside the ledger that it does not record, itself, its head, the crate's and hidden ones left out."""
    known = {ledger.name, head_path(ledger).name, *CRATE, *recorded}
    files = (p.relative_to(ledger.parent) for p in ledger.parent.rglob("*") if p.is_file() and p.name not in SIGNATURES)
    names = (p.as_posix() for p in files if not any(part.startswith(".") for part in p.parts))
    return sorted(name for name in names if name not in known)


def _output_problem(folder: Path, name: str, expected: object) -> str:
    # A ledger that a stranger wrote must not have other files of this machine looked at.
    if not stays(name):
        return f"{name} is recorded, and lies neither in the record's folder nor beside it"
    path = folder / name
    if not path.is_file():
        return "" if is_beside(name) else f"{name} is missing"
    return "" if sha256(path) == expected else f"{name} was changed after it was recorded"


class _Chain:
    """Gives each line of a file its place among 1..n, then says what does not fit.

    A line is *sound* when its own hash holds; its number can then be believed unless it is a forger's. A line that is
    not sound fills the hole it stands in. `placed` maps a number to its sound entry, or to None for an edited one.
    """

    def __init__(self, lines: Sequence[Entry | None], claims: Sequence[int], head: Head | None) -> None:
        self.head = head
        self.placed: dict[int, Entry | None] = {}
        self.order: list[int] = []  # the numbers of sound, placed entries as they stand in the file
        self.inserted: list[int] = []  # each the number of the entry that the insertion follows
        self._place(lines, claims)

    def _place(self, lines: Sequence[Entry | None], claims: Sequence[int]) -> None:
        genuine = self._genuine(lines)
        self.placed.update((entry.seq, entry) for entry in genuine.values())
        self.order = [entry.seq for entry in genuine.values()]
        end = max([self.head.count if self.head else len(lines), *self.order]) + 1
        following = iter([*self.order, end])
        before, after = 0, next(following)
        for index, line in enumerate(lines):
            if index in genuine:
                before, after = genuine[index].seq, next(following)
                continue
            claim = claims[index] if before < claims[index] < after and claims[index] not in self.placed else 0
            hole = claim or next((seq for seq in range(before + 1, after) if seq not in self.placed), 0)
            if line is None and hole:
                self.placed[hole] = None
                before = hole
            else:
                self.inserted.append(before)

    def _genuine(self, lines: Sequence[Entry | None]) -> dict[int, Entry]:
        """The sound lines, by index, that are the entries they say: of two with one number, the one the chain knows."""
        named = {entry.previous for entry in lines if entry} | ({self.head.hash} if self.head else set())
        count = self.head.count if self.head else len(lines) + 1
        best: dict[int, tuple[tuple[bool, bool, int], int, Entry]] = {}
        before: Entry | None = None
        for index, entry in enumerate(lines):
            if entry is None:
                continue
            in_place = entry.seq == (before.seq if before else 0) + 1
            follows = in_place and entry.previous == (before.hash if before else FIRST)
            before = entry
            rank = (entry.hash in named, in_place, -index)
            # A number beyond the head is believed only of a line that continues the chain.
            if (1 <= entry.seq <= count or follows) and (entry.seq not in best or rank > best[entry.seq][0]):
                best[entry.seq] = (rank, index, entry)
        return {index: entry for _, index, entry in sorted(best.values(), key=lambda found: found[1])}

    def problems(self) -> Iterator[str]:
        """Everything that is wrong, by kind."""
        last = max(self.placed, default=0)
        known = self.head.count if self.head else last
        if not self.placed and not known:
            yield "the ledger is empty"
        for first, end in _ranges(sorted(seq for seq, entry in self.placed.items() if entry is None)):
            one = first == end
            yield (
                f"entry {first} was edited (hash does not match)"
                if one
                else (f"entries {first}-{end} were edited (hashes do not match)")
            )
        for one_before, one_after in pairwise([0, *sorted(self.placed)]):
            first, end = one_before + 1, one_after - 1
            if first <= end:
                yield f"entry {first} is missing" if first == end else f"entries {first}-{end} are missing"
        if last < known:
            yield f"the ledger was cut after entry {last}: its head says {known}"
        moved = sorted(seq for seq, right in zip(self.order, sorted(self.order), strict=True) if seq != right)
        if moved:
            yield f"entries {_listed(moved)} are out of order"
        for seq, times in Counter(self.inserted).items():
            yield f"{'an entry was' if times == 1 else f'{times} entries were'} inserted after {seq}"
        yield from self._broken_links()
        yield from self._beyond_the_end(last)

    def _broken_links(self) -> Iterator[str]:
        """Edits whose hash was recomputed: each entry holds, but what follows names another."""
        first = self.placed.get(1)
        if first is not None and first.previous != FIRST:
            yield "entry 1 was edited and its hash recomputed (it does not begin a ledger)"
        sound = {seq: entry for seq, entry in self.placed.items() if entry is not None}
        broken = sorted(s for s in sound if s + 1 in sound and sound[s + 1].previous != sound[s].hash)
        for begin, end in _ranges(broken):
            if begin == end:
                yield f"entry {begin} was edited and its hash recomputed (entry {begin + 1} does not follow from it)"
            else:
                yield f"entries {begin}-{end} were edited and their hashes recomputed (the chain is broken there)"
        if self.head and self.head.count in sound and sound[self.head.count].hash != self.head.hash:
            yield (
                f"the head does not match entry {self.head.count}: that entry, or one before it, or the head was "
                "rewritten"
            )

    def _beyond_the_end(self, last: int) -> Iterator[str]:
        """Entries after the head's or after the closing one."""
        if self.head and self.head.count < last:
            extra = last - self.head.count
            yield (
                f"{'an entry was' if extra == 1 else f'{extra} entries were'} inserted after {self.head.count}: the "
                "head ends there (or its writer was killed in between, which opening the ledger again records)"
            )
        for seq, entry in self.placed.items():
            if entry is not None and entry.event == CLOSED and seq < last:
                yield f"an entry was inserted after {seq}, which closed the ledger"


def _ranges(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Runs of consecutive numbers, as (first, last)."""
    runs: list[tuple[int, int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs


def _listed(numbers: Sequence[int]) -> str:
    """Numbers in words: 12 and 13; 4, 7 and 9; 12-15."""
    parts = [str(a) if a == b else f"{a} and {b}" if b == a + 1 else f"{a}-{b}" for a, b in _ranges(numbers)]
    return joined(parts)
