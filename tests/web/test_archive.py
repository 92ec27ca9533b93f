"""An archive that is made while it is sent."""

from __future__ import annotations

import io
import tracemalloc
import zipfile

from pharmakon.web.archive import PART, zipped


def test_it_holds_the_files_by_their_names(tmp_path):
    content = {"run/a.csv": b"id\n1\n" * 1000, "run/b.png": bytes(range(256)), "ünï.txt": b"", "c.gz": b"x"}
    files = {}
    for number, (name, data) in enumerate(content.items()):
        files[name] = tmp_path / f"{number}.{name.rsplit('.')[-1]}"
        files[name].write_bytes(data)
    with zipfile.ZipFile(io.BytesIO(b"".join(zipped(files, {"READ.txt": "é"})))) as archive:
        assert archive.testzip() is None and archive.namelist()[0] == "READ.txt"
        assert {name: archive.read(name) for name in archive.namelist()} == {"READ.txt": "é".encode()} | content


def test_a_large_file_is_never_whole_in_memory(tmp_path):
    with (tmp_path / "big.bin").open("wb") as stream:
        stream.truncate(64 * PART)
    tracemalloc.start()
    sent = sum(len(part) for part in zipped({"big.gz": tmp_path / "big.bin"}))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert sent > 0 and peak < 16 * PART
