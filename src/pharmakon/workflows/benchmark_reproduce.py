"""The demo run again from another checkout, and crates that were changed, each of which must be found and named."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pharmakon.core.errors import DataError, PharmakonError
from pharmakon.core.files import sha256
from pharmakon.core.random import stream
from pharmakon.record import attestation
from pharmakon.record.crate import ENVELOPE, METADATA, read
from pharmakon.record.entry import LEDGER, parse
from pharmakon.record.identity import Signer
from pharmakon.store.provenance import git_commit, package_folder

from .benchmark import BenchmarkConfig, Learner, Say, told
from .crate import CrateConfig
from .crate import run as make_crate
from .crate_inputs import Input, found_again
from .crate_verify import check

TRIES = 1_000
FOUND, NAMED, CONTROL, INPUTS = "found", "file named", "untouched: whole", "changed input: named"
GOAL = """
calls = 40
designs = 5
batch = 10
known = "known.csv"
goals = [{ property = "logp", want = "1..3" }, { property = "novelty", want = ">= 0.3" }]
"""
KNOWN = "smiles\nCCO\nc1ccccc1O\nCC(=O)Oc1ccccc1C(=O)O\n"
Change = Callable[[Path, list[str], Any], tuple[str, ...]]
"""Change something in a crate of these files; the file that was changed, or the two that were exchanged."""


class Reproductions:
    """Whether a run comes out again elsewhere, and whether a crate tells what was done to it."""

    what = "lineage: the demo run repeated from another checkout; 1,000 random changes of crates, found and named"
    protocol = (
        "demo: `make demo` (2,000 scorer calls), then `pharmakon reproduce` of its folder by the code of a fresh git "
        "clone of the same commit in another folder; the share of the compared files that came out with the same "
        "SHA-256, of the report after the hashes of the ledger and the run's time, which it quotes, were taken out. "
        "changes: 1,000 changes, by turns of each kind and of a signed and an unsigned crate of a small design with "
        "its inputs: a byte changed, a file cut, lengthened, deleted, added, two exchanged; not "
        "the signature deleted, which only a trust list asks for. A change counts as found where crate verify has a "
        "problem, as named where a problem begins with the file (one of the two), and for a ledger as placed "
        "where it names the entry whose byte was changed; the untouched crate as control, after each. changed input: a "
        "byte of an input changed before a repetition, which must be refused with the file's name"
    )
    published = "none: all must be found and named; the demo run must come out again"
    needs = ""
    repeats = 1

    def tasks(self) -> Sequence[str]:
        return ["demo", "changes"]

    def files(self, task: str, root: Path) -> list[Path]:
        return []

    def run(self, task: str, root: Path, config: BenchmarkConfig, learner: Learner, say: Say) -> dict[str, Any]:
        config.folder.mkdir(parents=True, exist_ok=True)
        if task == "demo":
            return _demo(config, say)
        with tempfile.TemporaryDirectory(dir=config.folder) as place:
            return {"scores": _changed(Path(place), config.limit or TRIES, config.seed, say), "anchors": {}}

    def summary(self, results: Mapping[str, Mapping[str, Any]], *, rivals: bool = True) -> dict[str, Any]:
        """What came out again, and what was found and named."""
        said: dict[str, Any] = {}
        for task, found in results.items():
            for name, score in found["scores"].items():
                if task == "demo" or name.startswith(("all", "untouched", "changed input")):
                    said[name] = f"{round(score['value'] * score['n']):,} of {score['n']:,}"
        return said


def _demo(config: BenchmarkConfig, say: Say) -> dict[str, Any]:
    """The demo run in this checkout, and again in a clone of it."""
    from .design import DesignConfig
    from .design import run as design

    root, commit = package_folder().parents[1], git_commit()
    if not commit or commit.endswith("-dirty"):
        raise DataError("the demo is repeated from a clone, which needs a checkout without changes of its own")
    first = (config.workplace / "demo").resolve()
    say("the demo run")
    design(DesignConfig.from_toml(root / "examples" / "egfr.toml"), output=first, resume=True, progress=told(say))
    with tempfile.TemporaryDirectory(prefix="pharmakon-checkout-") as place:
        clone = Path(place) / "elsewhere"
        _ran(["git", "clone", "--quiet", "--no-hardlinks", str(root), str(clone)], Path(place), {})
        _ran(["git", "checkout", "--quiet", commit], clone, {})
        say("the demo run again, from another checkout")
        words = [sys.executable, "-m", "pharmakon", "reproduce", str(first), "--json"]
        code, out = _ran(words, Path(place), {"PYTHONPATH": str(clone / "src")}, fails=True)
    if not out.startswith("{"):
        raise PharmakonError(f"the second run ended with exit code {code}: {out[-300:]}")
    found = json.loads(out)
    quoting = found["same but for what they quote of the ledger"]
    names = [*found["same"], *quoting, *(one["file"] for one in found["different"])]
    identical = [name not in {one["file"] for one in found["different"]} for name in names]
    note = f"{', '.join(found['same'])} byte for byte; {', '.join(quoting)} but for the ledger's hash and the time"
    differing = "; ".join(f"{one['file']} {one['where']}" for one in found["different"])
    return {
        "scores": {"files identical from another checkout": _share(identical)},
        "anchors": {},
        "note": "; ".join(filter(None, (note, differing, *found["warnings"]))),
    }


def _ran(words: Sequence[str], cwd: Path, extra: Mapping[str, str], *, fails: bool = False) -> tuple[int, str]:
    done = subprocess.run(  # noqa: S603  our own words
        words,
        cwd=cwd,
        env={**os.environ, **extra},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode and not fails:
        raise PharmakonError(f"{words[0]} {words[1]}: {done.stderr[-300:]}")
    return done.returncode, done.stdout or done.stderr


def _changed(folder: Path, tries: int, seed: int, say: Say) -> dict[str, Any]:
    """Shares found and named, by kind of change."""
    crates, inputs = _crates(folder)
    found: dict[str, list[bool]] = {kind: [] for kind in CHANGES}
    named: dict[str, list[bool]] = {kind: [] for kind in CHANGES}
    placed: list[bool] = []
    whole: list[bool] = []
    for i in range(tries):
        random, root = stream(seed, "reproduce", str(i)), crates[i % len(crates)]
        if i % 100 == 0:
            say(f"{i:,} of {tries:,} changes")
        kind = list(CHANGES)[i // len(crates) % len(CHANGES)]
        kept = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
        names = sorted(path.relative_to(root).as_posix() for path in kept)
        touched = CHANGES[kind](root, names, random)
        problems = check(root).problems
        found[kind].append(bool(problems))
        named[kind].append(any(said.startswith(touched) for said in problems))
        if kind == "byte changed" and touched[0].endswith(LEDGER):
            path = root / touched[0]
            placed.append(_placed(kept[path], path.read_bytes(), problems))
        for path in [path for path in root.rglob("*") if path.is_file() and path not in kept]:
            path.unlink()
        for path, content in kept.items():
            path.write_bytes(content)
        whole.append(check(root).ok)
    refused = [_refused(inputs, stream(seed, "input", str(i))) for i in range(max(1, tries // 10))]
    scores = {}
    for kind in CHANGES:
        scores[f"{kind}: {FOUND}"] = _share(found[kind])
        scores[f"{kind}: {NAMED}"] = _share(named[kind])
    scores[f"all: {FOUND}"] = _share([one for kind in CHANGES for one in found[kind]])
    scores[f"all: {NAMED}"] = _share([one for kind in CHANGES for one in named[kind]])
    more = {"ledger: record named": _share(placed)} if placed else {}
    return {**scores, **more, INPUTS: _share(refused), CONTROL: _share(whole)}


def _crates(folder: Path) -> tuple[list[Path], list[Input]]:
    """An unsigned and a signed crate of one small design, and its inputs."""
    from .design import DesignConfig
    from .design import run as design

    (folder / "known.csv").write_text(KNOWN, encoding="utf-8")
    (folder / "goal.toml").write_text(GOAL.replace("known.csv", str(folder / "known.csv")), encoding="utf-8")
    design(DesignConfig.from_toml(folder / "goal.toml"), output=folder / "run", workers=1)
    crates = []
    for name in ("unsigned", "signed"):
        make_crate(CrateConfig(run=folder / "run", output=folder / name, with_inputs=True, sbom=True))
        crates.append(folder / name)
    listed = {**read((crates[1] / METADATA).read_bytes()).files, METADATA: sha256(crates[1] / METADATA)}
    (crates[1] / ENVELOPE).write_bytes(attestation.sign(listed, _signer(), when=datetime(2026, 1, 1, tzinfo=UTC)))
    return crates, [Input(str(folder / "known.csv"), sha256(folder / "known.csv"))]


def _signer() -> Signer:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.generate()
    return Signer("Benchmark", "", key.public_key().public_bytes_raw().hex(), key.private_bytes_raw())


def _refused(inputs: Sequence[Input], random: Any) -> bool:
    """Whether a changed input is refused by its name."""
    path = Path(inputs[0].path)
    before = path.read_bytes()
    path.write_bytes(_flipped(before, random))
    try:
        found_again(inputs)
    except DataError as error:
        return path.name in str(error)
    finally:
        path.write_bytes(before)
    return False


def _placed(before: bytes, after: bytes, problems: Sequence[str]) -> bool:
    """Whether the entry is named whose byte was changed."""
    number = before[: next(i for i, (a, b) in enumerate(zip(before, after, strict=True)) if a != b)].count(b"\n") + 1
    lines = before.split(b"\n")
    entry = parse(lines[number - 1])
    seq = entry.seq if entry else number
    return any(f"entry {seq} " in said or f"entries {seq}" in said or f"-{seq} " in said for said in problems)


def _flipped(content: bytes, random: Any) -> bytes:
    place, other = int(random.integers(len(content))), int(random.integers(1, 256))
    return content[:place] + bytes([content[place] ^ other]) + content[place + 1 :]


def _flip(root: Path, names: list[str], random: Any) -> tuple[str, ...]:
    name = _any(names, random)
    (root / name).write_bytes(_flipped((root / name).read_bytes(), random))
    return (name,)


def _cut(root: Path, names: list[str], random: Any) -> tuple[str, ...]:
    name = _any(names, random)
    content = (root / name).read_bytes()
    (root / name).write_bytes(content[: int(random.integers(len(content)))])
    return (name,)


def _lengthen(root: Path, names: list[str], random: Any) -> tuple[str, ...]:
    name = _any(names, random)
    (root / name).write_bytes((root / name).read_bytes() + bytes(random.integers(0, 256, 1 + int(random.integers(20)))))
    return (name,)


def _delete(root: Path, names: list[str], random: Any) -> tuple[str, ...]:
    name = _any([one for one in names if one != ENVELOPE], random)
    (root / name).unlink()
    return (name,)


def _add(root: Path, names: list[str], random: Any) -> tuple[str, ...]:
    folder = Path(_any(names, random)).parent
    name = (folder / f"added-{random.integers(1000)}.csv").as_posix()
    (root / name).write_bytes(b"" if random.integers(2) else b"x,y\n")
    return (name,)


def _exchange(root: Path, names: list[str], random: Any) -> tuple[str, ...]:
    one, other = (names[i] for i in random.choice(len(names), 2, replace=False))
    a, b = (root / one).read_bytes(), (root / other).read_bytes()
    (root / one).write_bytes(b)
    (root / other).write_bytes(a)
    return (str(one), str(other))


def _any(names: Sequence[str], random: Any) -> str:
    return names[int(random.integers(len(names)))]


CHANGES: Mapping[str, Change] = {
    "byte changed": _flip,
    "cut": _cut,
    "lengthened": _lengthen,
    "deleted": _delete,
    "added": _add,
    "two exchanged": _exchange,
}


def _share(values: Sequence[bool]) -> dict[str, Any]:
    """A share, with its exact one-sided 95 % bound where none failed (the rule of three)."""
    n = len(values)
    share = sum(values) / n
    return {"value": share, "low": round(0.05 ** (1 / n), 6) if all(values) else 0.0, "high": 1.0, "n": n}


REPRODUCTIONS = Reproductions()
