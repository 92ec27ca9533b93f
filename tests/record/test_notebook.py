"""Results show themselves: drawn, tabled, framed, and nothing of a user's text becomes code."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from pharmakon.record import notebook
from pharmakon.record.notebook import Drawn, Shown, structure, table


@dataclass(frozen=True, slots=True)
class Row:
    smiles: str
    value: float
    sure: bool
    inside: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Result(Shown):
    rows: list[Row] = field(default_factory=list)
    folder: Path | None = None
    notes: list[str] = field(default_factory=list)


def test_rows_become_a_table_with_structures_drawn():
    found = Result([Row("CCO", 1.2345, True), Row("C1CC", float("nan"), False)], notes=["<b>note</b>"])._repr_html_()
    assert found.count("<svg") == 1 and "1.23" in found and ">yes<" in found and "C1CC" in found
    assert "inside" not in found and "&lt;b&gt;note" in found


@dataclass(frozen=True, slots=True)
class Query:
    query: str
    hits: list[Row]


@dataclass(frozen=True, slots=True)
class Searched(Shown):
    molecules: int
    smiles: str
    text: str
    output: Path | None
    answers: list[Query]
    parts: dict[str, list[Row]]
    card: dict[str, object]
    warnings: tuple[str, ...] = ()


def test_facts_nested_lists_and_mappings_are_tables():
    found = Searched(
        12_345,
        "CCO",
        "a document " * 100,
        Path("out/hits.csv"),
        [Query("Q7", [Row("CCN", 0.5, True)]), Query("<Q8>", [Row("CCS", 0.25, False)])],
        {"left": [Row("CCF", 1.0, True)], "right": []},
        {"name": "herg", "nested": {"deep": 1}},
        ("torch is another",),
    )._repr_html_()
    for text in ("12345", "out/hits.csv", "Q7: hits", "&lt;Q8&gt;: hits", "left", "herg", "torch is another"):
        assert text in found.replace(",", "").replace("12 345", "12345"), text
    assert found.count("<svg") == 4 and "a document" not in found and "deep" not in found and "<Q8>" not in found


def test_a_report_stands_in_a_frame_that_reaches_nothing(tmp_path):
    (tmp_path / "report.html").write_text('<p title="x">hello</p>')
    found = Result([Row("CCO", 1.0, True)], folder=tmp_path)._repr_html_()
    assert (
        'sandbox="allow-scripts"' in found and "&lt;p title=&quot;x&quot;&gt;hello" in found and "<table" not in found
    )


def test_a_report_that_is_too_large_is_named_instead(tmp_path, monkeypatch):
    (tmp_path / "report.html").write_text("x" * 100)
    monkeypatch.setattr(notebook, "LARGEST", 10)
    assert "<iframe" not in Result(folder=tmp_path)._repr_html_()


def test_a_user_s_text_is_text():
    found = table(["<i>a"], [["<script>alert(1)</script>", Drawn("<svg></svg>")]], title="<u>")
    assert "<script>" not in found and "<svg></svg>" in found and "<i>" not in found and "<u>" not in found
    assert "<script" not in structure("<script>alert(1)</script>")


def test_a_long_table_says_how_much_is_left_out():
    found = table(["n"], ([n] for n in range(notebook.MOST + 7)))
    assert found.count("<tr>") == notebook.MOST + 1 and "and 7 more" in found


def test_estimates_show_each_structure_with_interval_and_verdict():
    import pharmakon

    found = pharmakon.predict_properties(["CCO", "C1CC"], models=("solubility",), profile="fast")._repr_html_()
    assert found.count("<svg") == 1 and "90 % interval" in found and "Aqueous solubility" in found
    assert "ring" in found.lower()  # why the second could not be read
