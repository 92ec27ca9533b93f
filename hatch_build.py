"""Puts the structure editor and the 3-D viewer into a wheel: from npm, of one version and hash each.

Where npm or the network is missing, a wheel is built without them, and says so. `make editors` adds them to the source.
"""

from __future__ import annotations

import hashlib
import io
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path
from typing import Any

VENDOR = Path(__file__).parent / "src" / "pharmakon" / "web" / "static" / "vendor"

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # run by `make editors`
    BuildHookInterface = object


class CustomBuildHook(BuildHookInterface):  # type: ignore[misc,valid-type]
    """Called by hatchling before a wheel is built; an editable install is left as it is."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Take what is missing from npm."""
        if version == "standard" and (said := fetch()):
            self.app.display_warning(f"without the structure editor and the 3-D viewer: {said}")


def fetch(folder: Path = VENDOR) -> str:
    """Put the files of the manifest into a folder; why not, where it could not be done."""
    manifest = tomllib.loads((VENDOR / "manifest.toml").read_text(encoding="utf-8"))
    for entry in manifest.values():
        if all((folder / name).is_file() for name in entry["files"].values()):
            continue
        if (npm := shutil.which("npm")) is None:
            return "npm is not here"
        with tempfile.TemporaryDirectory() as scratch:
            asked = [npm, "pack", "--silent", f"{entry['package']}@{entry['version']}"]
            done = subprocess.run(  # noqa: S603
                asked, cwd=scratch, capture_output=True, text=True, check=False, timeout=300
            )
            packed = next(Path(scratch).glob("*.tgz"), None)
            if done.returncode or packed is None:
                return f"npm gave no {entry['package']}: {done.stderr.strip()[-200:]}"
            content = packed.read_bytes()
        if hashlib.sha256(content).hexdigest() != entry["sha256"]:
            return f"{entry['package']} {entry['version']} is not the file that was checked"
        with tarfile.open(fileobj=io.BytesIO(content)) as archive:
            for inside, name in entry["files"].items():
                member = archive.extractfile(inside)
                if member is None:
                    return f"{entry['package']} has no {inside}"
                (folder / name).write_bytes(member.read())
    return ""


if __name__ == "__main__":
    sys.exit(fetch() or 0)
