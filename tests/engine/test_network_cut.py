"""Two machines of a cluster, each in a network of its own, and the link between them cut."""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("two_networks.py")


@pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason="Ray is not installed (extra `ray`)")
def test_a_machine_whose_network_is_cut_takes_nothing_with_it(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(SCRIPT.parent))
    cut = importlib.import_module("two_networks")
    done = subprocess.run(
        [sys.executable, str(SCRIPT), str(tmp_path / "parts")],
        env=os.environ | cut.SETTINGS,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    if "UsageError" in done.stderr:
        pytest.skip(done.stderr.strip().rpartition("\n")[2])
    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(done.stdout.strip().rpartition("\n")[2]) == {cut.HERE: True, cut.THERE: False}
    parts = sorted((tmp_path / "parts").glob("part-*"))
    assert [part.read_text() for part in parts] == [f"{index}\n{index + 0.5}\n" for index, _ in cut.BATCHES]
