"""Which code made a number: the git commit when there is one, and the bytes of the code itself always."""

from __future__ import annotations

import hashlib
import subprocess
from importlib.resources import files
from pathlib import Path

PARTS = {".csv", ".py", ".toml"}
"""What decides a result besides data and versions: code and tables."""


def package_folder() -> Path:
    """Where this package lies."""
    return Path(str(files("pharmakon")))


def git_commit() -> str:
    """The commit of the checkout this package runs from, with "-dirty" for uncommitted changes; "" when installed."""
    folder = package_folder()
    commit = _git("rev-parse", "HEAD", folder=folder)
    if not commit or not _git("ls-files", "__init__.py", folder=folder):
        return ""
    return commit + ("-dirty" if _git("status", "--porcelain", "--", ".", folder=folder) else "")


def code_identity() -> str:
    """A short SHA-256 of the package's code and tables, shipped models not counted."""
    folder = package_folder()
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.suffix in PARTS and "models" not in path.relative_to(folder).parts[:1]:
            digest.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def code() -> dict[str, str]:
    """Both, as a run's record has them; no commit where the package is not run from a checkout."""
    commit = git_commit()
    return {"sha256": code_identity(), **({"commit": commit} if commit else {})}


def _git(*words: str, folder: Path) -> str:
    try:
        found = subprocess.run(  # noqa: S603  constant words
            ["git", *words],  # noqa: S607  whichever git the user has
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=10,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return found.stdout.strip() if found.returncode == 0 else ""
