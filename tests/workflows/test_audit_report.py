"""The page of an audit: its verdict, its pictures, its provenance."""

from pharmakon.core.files import sha256
from pharmakon.workflows.audit import AuditConfig, run
from pharmakon.workflows.audit_report import DRAWN, page


def audit(tmp_path, lines, **options):
    path = tmp_path / "data.csv"
    path.write_text("smiles,pIC50\n" + "\n".join(lines) + "\n")
    config = AuditConfig(data=path, value="pIC50", **options)
    return page(run(config), config), path


def test_the_verdict_leads(tmp_path):
    assert "would be wrong" in audit(tmp_path, ["CCO,5", "OCC,8"])[0]
    assert "the warnings may" in audit(tmp_path, ["CCO,5", "OCC,5"])[0]
    assert "Nothing was found that stands in the way" in audit(tmp_path, ["CCO,5", "CCN,5"])[0]


def test_structures_are_drawn_for_the_first_cases_only(tmp_path):
    lines = [f"{s},5" for i in range(1, 20) for s in ("C" * i + "O", "O" + "C" * i)]
    text, _ = audit(tmp_path, lines)
    assert text.count("<use ") == DRAWN


def test_both_dresses_of_a_molecule_are_drawn(tmp_path):
    assert audit(tmp_path, ["CCN,5", "CCN.Cl,5"])[0].count("<use ") == 2


def test_the_input_is_named_by_its_hash(tmp_path):
    text, path = audit(tmp_path, ["CCO,5", "CCN,6"])
    assert sha256(path) in text
