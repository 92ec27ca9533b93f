"""Is a crate what was written? Every file, the ledger's chain, the signatures; what is wrong is named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pharmakon.core.errors import RecordError, UsageError
from pharmakon.core.files import sha256
from pharmakon.record import approval, attestation, audit
from pharmakon.record.attestation import Attested
from pharmakon.record.beside import record_of
from pharmakon.record.crate import ENVELOPE, METADATA, Listed, files_of, read
from pharmakon.record.entry import LEDGER, SIGNATURES
from pharmakon.record.notebook import Shown
from pharmakon.record.trust import TrustList
from pharmakon.store.runs import RUN

from .crate_archive import unpacked
from .sign import trusted

_CHANGED = "was changed after it was recorded"
_ADDED = "was added after the crate was written"


@dataclass(frozen=True, slots=True)
class CrateVerification(Shown):
    """What was found: no problem, or a sentence for each."""

    files: int
    entries: int
    problems: tuple[str, ...]
    remarks: tuple[str, ...]
    signer: str
    """Whose key vouches for the list of files; "" where nobody's does."""

    @property
    def ok(self) -> bool:
        return not self.problems


def verify(crate: str | Path, *, trust: Path | None = None) -> CrateVerification:
    """Check a crate, a folder or a zip file, or a run's own folder; nothing else is needed, and no network.

    `trust` lists the people whose signatures count, and then one of them must have signed the list of files. Raises
    UsageError where there is no crate.
    """
    listed = trusted(trust)
    with unpacked(record_of(Path(crate))) as root:
        if not any((root / name).is_file() for name in (METADATA, ENVELOPE, RUN, f"run/{RUN}")):
            raise UsageError(f"{crate} is neither a crate (no {METADATA}) nor a run's folder (no {RUN})")
        return check(root, listed)


def check(root: Path, trust: TrustList | None = None) -> CrateVerification:
    """The same, of a folder and a trust list that were read."""
    problems: list[str] = []
    remarks: list[str] = []
    metadata, said = _metadata(root)
    problems += said
    signed, said = _envelope(root, trust)
    problems += said
    present = files_of(root)
    expected = signed.files if signed is not None else metadata.files if metadata is not None and metadata.whole else {}
    wanted = {name: digest for name, digest in expected.items() if name != METADATA}
    if not wanted:
        problems.append("no list of files can be believed: only the ledger says what they were")
    if signed is not None and metadata is not None and metadata.whole:
        whole = expected.get(METADATA) == sha256(root / METADATA)
        problems += [] if whole else [f"{METADATA} is not the one that was signed"]
    where = metadata.run if metadata is not None else "" if (root / RUN).is_file() else "run/"
    found = list(_differences(wanted, present)) if wanted else []
    entries, said, more, given = _record(root / where, where, {name for name, _ in found}, trust)
    since = {f"{where}{name} {_ADDED}" for name in SIGNATURES} if given else set()
    problems += [sentence for _, sentence in found if sentence not in since] + said
    remarks += more
    if signed is not None:
        whose = "" if trust else ", whose key is compared with no trust list"
        remarks.insert(0, f"the list of {len(expected)} files is signed by {signed.name}{whose}")
    elif trust is not None and not (root / ENVELOPE).is_file():
        problems.append(f"nobody in the trust list signed the list of files: there is no {ENVELOPE}")
    unique = tuple(dict.fromkeys(problems))
    return CrateVerification(len(present), entries, unique, tuple(remarks), signed.name if signed else "")


def _metadata(root: Path) -> tuple[Listed | None, list[str]]:
    try:
        listed = read((root / METADATA).read_bytes())
    except OSError:
        return None, [f"{METADATA} is missing"]
    except RecordError as error:
        return None, [str(error)]
    return listed, [] if listed.whole else [f"{METADATA} was changed after it was written (its own hash does not hold)"]


def _envelope(root: Path, trust: TrustList | None) -> tuple[Attested | None, list[str]]:
    """What was signed, where the signature holds."""
    if not (root / ENVELOPE).is_file():
        return None, []
    try:
        found = attestation.read((root / ENVELOPE).read_bytes())
    except RecordError as error:
        return None, [f"{ENVELOPE} {error}: it was changed after it was written"]
    doubt = found.doubt(trust)
    return found, [f"{ENVELOPE} is {doubt}"] if doubt else []


def _differences(expected: Mapping[str, str], present: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """(file, what is wrong with it)."""
    for name in sorted(expected.keys() | present.keys()):
        if name not in present:
            yield name, f"{name} is missing"
        elif name not in expected:
            yield name, f"{name} {_ADDED}"
        elif present[name] != expected[name]:
            yield name, f"{name} was changed after the crate was written"


def _record(
    folder: Path, where: str, named: set[str], trust: TrustList | None
) -> tuple[int, list[str], tuple[str, ...], bool]:
    """The ledger's entries, what is wrong with it and with the signatures, remarks, and whether somebody signed."""
    if not (folder / LEDGER).is_file():
        return 0, [f"{where}{LEDGER} is missing"], (), False
    # A file that was named already is not named again.
    gone = {f"{name.removeprefix(where)} {what}" for name in named for what in ("is missing", _CHANGED)}
    chain = audit.verify(folder, trust=trust)
    problems = [f"{where}{LEDGER}: {said}" for said in chain.problems if said not in gone]
    if not chain.closed:
        problems.append(f"{where}{LEDGER} is not closed: its end was cut off, or the run has not finished")
    try:
        given = approval.check(folder, trust)
    except (RecordError, KeyError, TypeError, ValueError) as error:
        return chain.entries, [*problems, f"{where}{SIGNATURES[0]} cannot be read: {error}"], chain.remarks, False
    said = [f"{where}{SIGNATURES[0]}: {text}" for text in given.problems]
    stand = (f"the run is {given.state}",) if given.signatures else ()
    signed = bool(given.signatures) and not given.problems
    return chain.entries, [*problems, *said], (*chain.remarks, *stand), signed
