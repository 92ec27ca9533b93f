import stat
import subprocess
import sys
from pathlib import Path

import pytest

from pharmakon.core.errors import PharmakonError, UsageError
from pharmakon.core.files import alone, append, replacing, sha256, sweep, write_atomic


def test_sha256_is_that_of_the_standard(tmp_path):
    (tmp_path / "abc").write_bytes(b"abc")
    assert sha256(tmp_path / "abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_text_keeps_its_line_ends_and_missing_folders_are_made(tmp_path):
    path = write_atomic(tmp_path / "a" / "b" / "x.txt", "µ\r\n\n")
    assert path.read_bytes() == "µ\r\n\n".encode()


def test_a_failing_block_leaves_the_old_file_and_no_trace(tmp_path):
    path = tmp_path / "x"
    path.write_text("old")
    with pytest.raises(TypeError), replacing(path) as stream:  # noqa: PT012
        stream.write(b"half")
        stream.write("not bytes")
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["x"]


def test_the_target_is_whole_or_old_while_being_written(tmp_path):
    path = tmp_path / "x"
    path.write_text("old")
    with replacing(path) as stream:
        stream.write(b"new")
        stream.flush()
        assert path.read_text() == "old"
    assert path.read_text() == "new"


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    write_atomic(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"


def test_the_file_gets_the_usual_permissions(tmp_path):
    (tmp_path / "usual").touch()
    path = write_atomic(tmp_path / "x", "")
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE((tmp_path / "usual").stat().st_mode)


def test_a_pipe_is_written_through():
    code = "from pharmakon.core.files import write_atomic; write_atomic('/dev/stdout', 'through')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "through"


def test_what_cannot_be_written_is_a_sentence(tmp_path):
    with pytest.raises(UsageError, match="it is a folder"):
        write_atomic(tmp_path, "x")
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match=r"file/x cannot be written"):
        write_atomic(tmp_path / "file" / "x", "x")


def test_sweep_removes_only_what_killed_writers_left(tmp_path):
    (tmp_path / ".x.0a1b2c3d.partial").touch()
    (tmp_path / "y.partial").touch()
    (tmp_path / ".hidden").touch()
    sweep(tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == [".hidden", "y.partial"]


def test_what_is_appended_is_whole_and_a_full_disk_is_a_sentence(tmp_path):
    with (tmp_path / "journal").open("ab", buffering=0) as stream:
        append(stream, b"one\n")
        append(stream, b"two\n", durable=False)
    assert (tmp_path / "journal").read_bytes() == b"one\ntwo\n"
    with (
        Path("/dev/full").open("ab", buffering=0) as stream,
        pytest.raises(PharmakonError, match="/dev/full cannot be"),
    ):
        append(stream, b"three\n")


def test_a_folder_is_one_process_s_at_a_time(tmp_path):
    script = (
        "import sys\nfrom pathlib import Path\nfrom pharmakon.core.files import alone\n"
        "with alone(Path(sys.argv[1])):\n    print('in', flush=True)\n    sys.stdin.read()\n"
    )
    command = [sys.executable, "-c", script, tmp_path / "run"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout.readline() == b"in\n"
        with pytest.raises(UsageError, match="another process is working"), alone(tmp_path / "run"):
            pass
        other.kill()
    with alone(tmp_path / "run"):  # a kill leaves nothing behind
        pass
