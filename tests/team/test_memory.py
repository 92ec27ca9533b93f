"""What the processes of a session take together."""

import subprocess
import sys
from pathlib import Path

import pytest

from pharmakon.team.memory import of_session

HUNGRY = """
import mmap, os, sys
with open(sys.argv[1], "wb") as file:
    file.write(bytes(200 << 20))
with open(sys.argv[1], "rb") as file:
    mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
read = sum(mapped[i] for i in range(0, len(mapped), 4096))
held = bytearray(os.urandom(1 << 20)) * 150
if os.fork() == 0:
    sys.stdin.read()
    os._exit(0)
print("ready", flush=True)
sys.stdin.read()
os.wait()
"""


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="the system does not say")
def test_what_a_fork_shares_counts_once_and_mapped_files_and_other_sessions_not_at_all(tmp_path):
    words = [sys.executable, "-c", HUNGRY, str(tmp_path / "mapped")]
    process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True)
    try:
        assert process.stdout.readline() == "ready\n"
        assert 150 < of_session(process.pid) < 250
    finally:
        process.communicate("")
    assert of_session(process.pid) == 0
