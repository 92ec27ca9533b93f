"""Two runs beside each other: what is the same, what quotes the clock, and where the first difference is."""

import pytest

from pharmakon.record.crate import close
from pharmakon.record.ledger import Ledger
from pharmakon.store.runs import RunFolder
from pharmakon.workflows.reproduce_compare import compare


@pytest.fixture
def twice(tmp_path):
    """Two runs of one thing, at two times, and a way to change a file of the second."""

    def make(name, table="smiles,y\nC,1\nCC,2\n", at="data"):
        folder = RunFolder.create(tmp_path / name, verb="weigh", config={})
        ledger = Ledger(folder.path)
        head = ledger.output(folder.write("table.csv", table)).hash
        started = folder.run["started"]
        page = f"<code>{head}</code> <dd>{started}</dd> pharmakon ledger verify {name} --head {head} of {at}/x.csv"
        ledger.output(folder.write("report.html", page))
        ledger.output(folder.write("model.npz", b"\x00\x01\x02"))
        close(ledger)
        return folder.path

    return make


def test_times_and_hashes_of_the_ledger_are_no_difference(twice):
    found = compare(twice("one"), twice("two"))
    assert found.ok and found.different == []
    assert found.same == ["model.npz", "table.csv"] and found.quoting == ["report.html"]
    aside = dict(found.aside)
    assert {"run.json", "ledger.jsonl", "ledger.head.json", "ro-crate-metadata.json", "environment.txt"} == set(aside)
    assert "time" in aside["run.json"]


def test_paths_that_moved_are_no_difference(twice):
    first, second = twice("one", at="/old"), twice("two", at="/new/place")
    assert [name for name, _ in compare(first, second).different] == ["report.html"]
    assert compare(first, second, moved={"/new/place/": "/old/"}).ok


def test_the_first_cell_line_and_byte_are_named(twice):
    first, second = twice("one"), twice("two", table="smiles,y\nC,1\nCC,3\n")
    (second / "model.npz").write_bytes(b"\x00\x01\x03")
    (second / "report.html").write_text((second / "report.html").read_text() + "\nmore")
    found = dict(compare(first, second).different)
    assert found["table.csv"] == "differs in row 2, column 'y': '2' then, '3' now"
    assert found["model.npz"] == "differs from byte 3 on"
    assert found["report.html"] == "differs in line 2: no such line then, 'more' now"
    place = dict(compare(first, second, values=False).different)["table.csv"]
    assert place == "differs in row 2, column 'y'"


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("smiles,y\nC,1\n", "has 1 rows, and had 2"),
        ("smiles,z\nC,1\nCC,2\n", "differs in the header, column 'y': 'y' then, 'z' now"),
        ("smiles,y,z\nC,1,1\nCC,2,2\n", "differs in line 1: 'smiles,y' then, 'smiles,y,z' now"),
    ],
)
def test_tables_of_another_shape(twice, table, said):
    assert dict(compare(twice("one"), twice("two", table=table)).different)["table.csv"] == said


def test_files_that_only_one_has_and_runs_below(twice, tmp_path):
    first, second = twice("one"), twice("two")
    (first / "old.txt").write_text("x")
    (second / "new.txt").write_text("x")
    twice("one/inner")
    twice("two/inner", table="smiles,y\nC,9\nCC,2\n")
    found = dict(compare(first, second).different)
    assert found["old.txt"] == "was not made again" and found["new.txt"] == "was not made by the first run"
    assert found["inner/table.csv"].startswith("differs in row 1")
    assert not compare(tmp_path / "nothing", tmp_path / "nothing").ok


def test_how_long_the_ledger_was_is_no_difference_and_another_number_is(twice):
    first, second = twice("one"), twice("two")
    for folder, entries in ((first, 106), (second, 108)):
        page = folder / "report.html"
        page.write_text(f"{page.read_text()} When the page was written it had <b>{entries}</b> entries")
    assert compare(first, second).ok
    (second / "report.html").write_text((second / "report.html").read_text() + " of <b>9</b>")
    (first / "report.html").write_text((first / "report.html").read_text() + " of <b>8</b>")
    assert [name for name, _ in compare(first, second).different] == ["report.html"]
