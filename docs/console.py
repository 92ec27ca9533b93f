"""Run the console blocks of the documentation pages, so that no output in them is invented.

A block that starts with ```console holds commands after `$ ` and what each prints (standard output and error together).
The blocks of a page run one after the other in a scratch folder that holds the page's neighbours and the examples, and
as goal.toml the last block before that starts with ```toml. A block that starts with ```console slow is run when pages
are written, and not when they are tested.

    python docs/console.py [PAGE ...]
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

DOCS = Path(__file__).parent
SLOW = (
    "audit train recalibrate predict explain counterfactuals design route match dose train-response discover validate "
    "deidentify anonymise release attack vault federate dossier passport reproduce library screen backup restore "
    "index similar substructure"
)
"""The verbs that say how far they are."""
PROGRESS = re.compile(rf"^({'|'.join(SLOW.split())}): \d")
BLOCK = re.compile(r"^```(console|console slow|toml)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def pages() -> list[Path]:
    """The pages that have console blocks."""
    return sorted(page for page in DOCS.glob("*/*.md") if "```console" in page.read_text(encoding="utf-8"))


def refreshed(page: Path, *, slow: bool = False) -> str:
    """The page with what its commands print now; of `slow` blocks, too."""
    with tempfile.TemporaryDirectory() as scratch:
        for neighbour in page.parent.iterdir():
            if neighbour.suffix != ".md" and neighbour.is_file():
                shutil.copy(neighbour, scratch)
        shutil.copytree(DOCS.parent / "examples", Path(scratch) / "examples")

        def renewed(block: re.Match[str]) -> str:
            if block[1] == "toml":
                (Path(scratch) / "goal.toml").write_text(block[2], encoding="utf-8")
            if block[1] == "toml" or (block[1] == "console slow" and not slow):
                return block[0]
            return f"```{block[1]}\n{_run(block[2], Path(scratch))}```"

        return BLOCK.sub(renewed, page.read_text(encoding="utf-8"))


def skeleton(text: str) -> str:
    """A page without hashes, digits, rules and spaces: machines may differ in these, and in nothing else."""
    return re.sub(r"[\d.,─ -]+", " ", re.sub(r"\b[0-9a-f]{16,}\b", "", text))


def _run(block: str, folder: Path) -> str:
    return "".join(f"$ {command}\n{_output(command, folder)}" for command in _commands(block))


def _commands(block: str) -> Iterator[str]:
    return (line.removeprefix("$ ") for line in block.splitlines() if line.startswith("$ "))


def _output(command: str, folder: Path) -> str:
    """What the command prints, as a shell shows it. One thread: on a busy machine, threads that wait cost minutes."""
    here = str(Path(sys.executable).parent)
    environment = {
        **os.environ,
        "PATH": here + os.pathsep + os.environ["PATH"],
        "COLUMNS": "110",
        "OMP_THREAD_LIMIT": "1",
        "PHARMAKON_CACHE": str(folder / "cache"),
        "TZ": "UTC",  # times on a page bear their offset
    }
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env={name: value for name, value in environment.items() if name != "PHARMAKON_DATA"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    lines = [line.rstrip() for line in done.stdout.splitlines()]
    # Progress depends on the clock, so a page shows none.
    return "".join(f"{line}\n" for line in lines if line and not PROGRESS.match(line))


if __name__ == "__main__":
    for page in [Path(name).resolve() for name in sys.argv[1:]] or pages():
        page.write_text(refreshed(page, slow=True), encoding="utf-8")
        print(page)
