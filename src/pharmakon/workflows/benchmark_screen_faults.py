"""A screen whose worker processes are killed, and one whose molecules hang, fill the memory and crash: what is lost."""

from __future__ import annotations

import contextlib
import csv
import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pharmakon.core.errors import DataError
from pharmakon.core.files import sha256

from .benchmark_speed import molecules, three
from .command_cost import children, cost, family, highest

KILLS, EVERY = 20, 20.0
"""Workers that are killed, and the most seconds between two of them."""
ONE_IN, SECONDS, MEGABYTES = 1_000, 5, 500
"""How many molecules there are for one that is evil, and the limits of each."""
COMPARED = ("top.csv", "sketches.json", "problems.csv", "quarantine.csv", "scaffolds.csv")
KILLED, DIFFER, ASIDE, LONGER = "workers killed", "files that differ", "molecules set aside", "times as long"
EVIL, MISTAKEN = "molecules that hang, grow or crash", "not named as what they are, or others named"
COSTS, PEAK = "seconds for each", "peak memory of a process, MB"
KINDS = {"[SiH2]": "time", "[Se]": "memory", "[AsH]": "crash"}
"""The atom of an evil molecule, and why it is set aside; all have a nitro group, so that no list has them anyway."""
SPOILT = """
import os, sys, time
from pharmakon.cli.main import main
from pharmakon.workflows import screen_shard

def grow():
    held = []
    while True:
        held.append(b"x" * 100_000_000)

EVIL = {"[SiH2]": lambda: time.sleep(3_600), "[Se]": grow, "[AsH]": os.abort}
usual = screen_shard.standardize

def standardize(text):
    for atom, evil in EVIL.items():
        if atom in text and text.startswith("O=[N+]([O-])C"):
            evil()
    return usual(text)

screen_shard.standardize = standardize
sys.exit(main(sys.argv[1:]))
"""
"""The command, with molecules that do something evil when they are standardised."""


def killed(command: Sequence[str], place: Path, *, seed: int) -> dict[str, Any]:
    """A screen during which a worker is killed now and then, beside one that nobody disturbs.

    `command` lacks the value of its last flag, the folder to write.
    """
    quiet = cost([*command, str(place / "quiet")], highest)
    every, kills, random = min(EVERY, quiet.seconds / (KILLS + 1)), 0, np.random.default_rng(seed)
    started = time.perf_counter()
    with subprocess.Popen([*command, str(place / "killed")], stdout=subprocess.DEVNULL) as process:  # noqa: S603
        while process.poll() is None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(every)
            # A child of the command starts its workers, and each of them the fork that it watches.
            workers = sorted(pid for child in children(process.pid) for pid in family(child) if pid != child)
            if workers and kills < KILLS:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(int(random.choice(workers)), signal.SIGKILL)
                    kills += 1
    if process.returncode:
        raise DataError(f"the disturbed screen ended with status {process.returncode}")
    return {
        KILLED: {"value": kills},
        DIFFER: {"value": len(_different(place / "quiet", place / "killed"))},
        ASIDE: {"value": len(_rows(place / "killed"))},
        LONGER: {"value": three((time.perf_counter() - started) / quiet.seconds)},
    }


def spoilt(table: Path, rows: int, asked: Sequence[str], place: Path) -> dict[str, Any]:
    """A screen of which one molecule in a thousand hangs, grows or crashes, beside one where these are like others."""
    evil: dict[int, str] = {}
    with table.open("w", encoding="utf-8", newline="") as stream:
        lines = csv.writer(stream, lineterminator="\n")
        lines.writerow(["compound", "smiles"])
        for i, usual in enumerate(itertools.islice(molecules(), rows)):
            smiles = usual
            if i % ONE_IN == ONE_IN // 2:
                atom, evil[i + 1] = list(KINDS.items())[len(evil) % len(KINDS)]
                smiles = f"O=[N+]([O-])C{'C' * (len(evil) % 9)}{atom}C"
            lines.writerow([f"C{i:07d}", smiles])
    limits = ["--seconds-per-molecule", str(SECONDS), "--megabytes-per-molecule", str(MEGABYTES), "--workers", "1"]
    command = ["screen", str(table), *asked, *limits, "-o"]
    mild = cost([sys.executable, "-m", "pharmakon", *command, str(place / "mild")], highest)
    found = cost([sys.executable, "-c", SPOILT, *command, str(place / "spoilt")], highest)
    named = {int(row["row"]): row["reason"].partition(":")[0] for row in _rows(place / "spoilt")}
    lists = ("top.csv", "problems.csv", "scaffolds.csv")
    return {
        EVIL: {"value": len(evil)},
        MISTAKEN: {"value": sum(evil.get(row) != named.get(row) for row in {*evil, *named})},
        DIFFER: {"value": len(_different(place / "mild", place / "spoilt", lists))},
        COSTS: {"value": three((found.seconds - mild.seconds) / max(len(evil), 1))},
        PEAK: {"value": round(found.peak / 1e6)},
    }


def _different(one: Path, other: Path, names: Sequence[str] = COMPARED) -> list[str]:
    return [name for name in names if sha256(one / name) != sha256(other / name)]


def _rows(folder: Path) -> list[dict[str, str]]:
    """What was set aside."""
    with (folder / "quarantine.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))
