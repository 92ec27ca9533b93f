"""The audit finds each fault that was planted, names its rows, and stays quiet about a clean table."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from rdkit import Chem

from pharmakon.core.errors import ConfigError, UnknownName
from pharmakon.core.random import stream
from pharmakon.workflows.audit import AuditConfig, AuditResult, run

GUANINE = ("Nc1nc2[nH]cnc2c(=O)[nH]1", "Nc1nc(O)c2nc[nH]c2n1")


@pytest.fixture(scope="module")
def clean(molecules: list[str]) -> list[list[str]]:
    """Rows (id, SMILES, pIC50, part): each molecule once, values that neither size nor order explains."""
    noise = stream(3, "audit").normal(6.0, 0.35, len(molecules))
    parts = np.where(stream(3, "parts").random(len(molecules)) < 0.2, "test", "train")
    return [[f"M{i}", s, f"{y:.2f}", part] for i, (s, y, part) in enumerate(zip(molecules, noise, parts, strict=True))]


def write(path: Path, rows: list[list[str]]) -> Path:
    lines = ["id,smiles,pIC50,split", *(",".join(row) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def audit(path: Path, rows: list[list[str]], **options: object) -> AuditResult:
    options = {"value": "pIC50", "split_column": "split"} | options
    return run(AuditConfig(data=write(path / "data.csv", rows), **options))


def found(result: AuditResult, name: str) -> set[tuple[int, ...]]:
    """The row numbers of each case of a finding."""
    finding = next((f for f in result.findings if f.name == name), None)
    assert finding is not None, f"no {name} among {[f.name for f in result.findings]}"
    return {tuple(sorted(result.sample.rows[i].number for i in case.rows)) for case in finding.cases}


def severity(result: AuditResult, name: str) -> str:
    return next(f.severity for f in result.findings if f.name == name)


def test_a_clean_table_gives_no_warning(clean: list[list[str]], tmp_path: Path) -> None:
    result = audit(tmp_path, clean)
    # Of six scaffolds and pure noise these two are true.
    told = {"scaffolds", "y-randomisation"}
    assert [f.sentence for f in result.findings if f.severity != "info" and f.name not in told] == []
    assert result.passed
    assert not result.failed


def test_every_planted_fault_is_found_and_named(clean: list[list[str]], tmp_path: Path) -> None:
    rows = [list(row) for row in clean]
    for row in rows:
        row[3] = "train"
    n = len(rows)

    def plant(smiles: str, value: str = "6.0", part: str = "train") -> int:
        rows.append([f"P{len(rows)}", smiles, value, part])
        return len(rows)

    broken = [plant("C1CC"), plant("CCCCCCCO", "high")]
    censored = plant("CCCCCCCCO", ">7")
    exact = (plant("CC(=O)Nc1ccc(O)cc1", "6.0"), plant("Oc1ccc(NC(C)=O)cc1", "6.1"))
    salt = (plant("CN(C)CCOC(c1ccccc1)c1ccccc1"), plant("Cl.CN(C)CCOC(c1ccccc1)c1ccccc1"))
    stereo = (plant("C[C@H](N)Cc1ccccc1O"), plant("C[C@@H](N)Cc1ccccc1O"))
    tautomer = (plant(GUANINE[0]), plant(GUANINE[1]))
    conflict = (plant("O=C(O)Cc1ccccc1Nc1c(Cl)cccc1Cl", "5.0"), plant("O=C([O-])Cc1ccccc1Nc1c(Cl)cccc1Cl.[Na+]", "7.2"))
    thousand = (plant("CC(C)Cc1ccc(C(C)C(=O)O)cc1", "8.5"), plant("CC(C)Cc1ccc(C(C)C(=O)O)cc1", "5.5"))
    long = "O=C(NCCCCCCCCCCCCCCC{})c1ccccc1"
    cliff = (plant(long.format("C"), "5.0"), plant(long.format("CC"), "6.9"))
    leaks = {
        "exact": (plant("COc1ccc2cc(C(C)C(=O)O)ccc2c1"), plant("CC(C(=O)O)c1ccc2cc(OC)ccc2c1", "6.1", "test")),
        "parent": (plant("CNCCC(Oc1ccccc1)c1ccccc1"), plant("CNCCC(Oc1ccccc1)c1ccccc1.OC(=O)C(O)=O", "6.1", "test")),
        "stereo": (plant("OC[C@H](O)COc1ccccc1C"), plant("OCC(O)COc1ccccc1C", "6.1", "test")),
        "tautomer": (plant("Oc1ncccc1CC"), plant("O=c1[nH]cccc1CC", "6.1", "test")),
    }
    result = audit(tmp_path, rows)
    assert found(result, "unreadable") == {(row,) for row in broken}
    assert found(result, "censored") == {(censored,)}
    assert found(result, "duplicate-exact") == {exact, thousand, leaks["exact"]}
    assert found(result, "duplicate-parent") == {salt, conflict, leaks["parent"]}
    assert found(result, "duplicate-stereo") == {stereo, leaks["stereo"]}
    assert found(result, "duplicate-tautomer") == {tautomer, leaks["tautomer"]}
    assert found(result, "contradiction-exact") == {thousand}
    assert found(result, "contradiction-parent") == {conflict}
    for level, pair in leaks.items():
        assert found(result, f"leak-{level}") == {pair}
    assert found(result, "units-repeats") == {thousand}
    assert found(result, "cliffs") == {cliff}
    assert severity(result, "leak-parent") == "error"
    assert severity(result, "leak-stereo") == "warning"
    assert severity(result, "cliffs") == "info"
    assert result.failed
    assert n < min(broken)


def test_units_mixed_by_a_factor_of_a_thousand_show_as_two_heaps(clean: list[list[str]], tmp_path: Path) -> None:
    rows = [list(row) for row in clean]
    shifted = set(range(0, len(rows), 5))
    for i in shifted:
        rows[i][2] = f"{float(rows[i][2]) - 3:.2f}"
    result = audit(tmp_path, rows)
    assert severity(result, "units-heaps") == "error", "their neighbours' values are a thousand times larger"
    assert {numbers[0] - 1 for numbers in found(result, "units-heaps")} == shifted


def test_concentrations_in_two_units(clean: list[list[str]], tmp_path: Path) -> None:
    rows = [[a, s, f"{10 ** (9 - float(y)):.4g}", part] for a, s, y, part in clean]
    shifted = set(range(0, len(rows), 7))
    for i in shifted:
        rows[i][2] = f"{float(rows[i][2]) / 1e6:.4g}"
    result = audit(tmp_path, rows, scale="linear")
    assert {numbers[0] - 1 for numbers in found(result, "units-heaps")} == shifted


def test_a_log_with_both_signs(clean: list[list[str]], tmp_path: Path) -> None:
    rows = [list(row) for row in clean]
    turned = {3, 40, 77, 120, 150}
    for i in turned:
        rows[i][2] = f"-{rows[i][2]}"
    assert {numbers[0] - 1 for numbers in found(audit(tmp_path, rows), "units-sign")} == turned


def test_percent_beside_fractions(clean: list[list[str]], tmp_path: Path) -> None:
    share = stream(5, "share").uniform(0.2, 0.98, len(clean))
    fractions = set(range(0, len(clean), 6))
    rows = [
        [a, s, f"{y if i in fractions else 100 * y:.3g}", part]
        for i, ((a, s, _, part), y) in enumerate(zip(clean, share, strict=True))
    ]
    assert {numbers[0] - 1 for numbers in found(audit(tmp_path, rows), "units-percent")} == fractions


def test_a_column_of_units_that_names_two(clean: list[list[str]], tmp_path: Path) -> None:
    lines = [f"{a},{s},{y},{'uM' if i < 4 else 'nM'}" for i, (a, s, y, _) in enumerate(clean)]
    table = tmp_path / "units.csv"
    table.write_text("id,smiles,pIC50,standard_units\n" + "\n".join(lines) + "\n")
    assert found(run(AuditConfig(data=table, value="pIC50")), "units-column") == {(1,), (2,), (3,), (4,)}


def test_a_label_that_size_explains_and_a_sorted_file(molecules: list[str], tmp_path: Path) -> None:
    heavy = sorted((Chem.MolFromSmiles(s).GetNumHeavyAtoms() + i / 1000, s) for i, s in enumerate(molecules))
    rows = [[f"M{i}", s, f"{size / 3:.3f}", ""] for i, (size, s) in enumerate(heavy)]
    result = audit(tmp_path, rows, split_column=None)
    assert severity(result, "shortcut") == "warning"
    assert severity(result, "order") == "warning"


def test_a_split_that_nearest_neighbours_solve(tmp_path: Path) -> None:
    aromatic = [f"c1ccc(C{'C' * i}NC(=O)c2ccc({x})cc2)cc1" for i in range(8) for x in ("F", "Cl", "Br", "OC")]
    aliphatic = [f"CC(C)(C)OC(=O)N{'C' * i}N1CCC({x})CC1" for i in range(2, 10) for x in ("O", "C#N", "OC", "C=O")]
    rows = [
        [f"M{i}", s, str(int(i < len(aromatic))), "test" if i % 4 == 0 else "train"]
        for i, s in enumerate(aromatic + aliphatic)
    ]
    result = audit(tmp_path, rows)
    assert severity(result, "ave") == "warning"
    assert result.sample.kind == "classification"


def test_classes_that_contradict(clean: list[list[str]], tmp_path: Path) -> None:
    rows = [[a, s, str(i % 2), part] for i, (a, s, _, part) in enumerate(clean)]
    rows += [["A", "CCCCCCCN", "1", "train"], ["B", "CCCCCCCN.Cl", "0", "train"], ["C", "NCCCCCCC", "1", "train"]]
    n = len(clean)
    assert found(audit(tmp_path, rows), "contradiction-parent") == {(n + 1, n + 2, n + 3)}


def test_a_second_table_is_the_test_set(clean: list[list[str]], tmp_path: Path) -> None:
    train, test = write(tmp_path / "train.csv", clean[:150]), tmp_path / "test.csv"
    salt = f"{clean[7][1]}.OS(=O)(=O)C"
    test.write_text("id,smiles,pIC50\n" + "\n".join(f"{a},{s},{y}" for a, s, y, _ in clean[150:]) + f"\nX,{salt},6\n")
    result = run(AuditConfig(data=train, against=test, value="pIC50"))
    finding = next(f for f in result.findings if f.name == "leak-parent")
    named = [(result.sample.rows[i].table, result.sample.rows[i].number) for i in finding.cases[0].rows]
    assert named == [("train.csv", 8), ("test.csv", len(clean) - 150 + 1)]


def test_outputs_list_every_row(clean: list[list[str]], tmp_path: Path) -> None:
    rows = [*clean, ["A", "CCCCCCCN", "5", "train"], ["B", "CCCCCCCN.Cl", "8", "test"], ["<b>", "C1CC", "8", "test"]]
    page, listing = tmp_path / "audit.html", tmp_path / "rows.csv"
    result = audit(tmp_path, rows, output=(page, listing))
    with listing.open(newline="") as stream_:
        lines = list(csv.DictReader(stream_))
    assert len(lines) == sum(len(case.rows) for f in result.findings for case in f.cases)
    assert {"severity", "finding", "case", "table", "row", "id", "structure", "value", "note"} <= set(lines[0])
    text = page.read_text()
    assert f"test row {len(rows)} (&lt;b&gt;)" in text
    assert "http://" not in text and "https://" not in text and "src=" not in text
    again = audit(tmp_path, rows, output=(page, listing))
    assert page.read_text() == text, "the same table gives the same page"
    assert json.dumps(again.plain()) == json.dumps(result.plain())


def test_requests_that_cannot_be_understood(clean: list[list[str]], tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="split"):
        audit(tmp_path, clean, split_column="splitt")
    with pytest.raises(ConfigError, match="html"):
        audit(tmp_path, clean, output=(tmp_path / "report.docx",))
    with pytest.raises(ConfigError, match="only one part"):
        audit(tmp_path, [[*row[:3], "train"] for row in clean])


@pytest.fixture
def no_shortcuts(monkeypatch: pytest.MonkeyPatch) -> None:
    """An audit that looks for no shortcuts, which is a fifth of the time on a real table."""
    monkeypatch.setattr("pharmakon.workflows.audit_bias.biases", lambda *_, **__: [])


@pytest.fixture
def no_likeness(no_shortcuts: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """An audit that compares nobody with his neighbours either: another third of it."""
    for what in ("cliffs.cliffs", "leakage.split_bias", "leakage.similarity_to_training"):
        monkeypatch.setattr(f"pharmakon.predict.{what}", lambda *_, **__: [])


@pytest.mark.data
@pytest.mark.usefixtures("no_likeness")
def test_ppbr_az_mixes_species(data: Path) -> None:
    folder = data / "admet/tdc_admet_group/ppbr_az"
    result = run(AuditConfig(data=folder / "train_val.csv", against=folder / "test.csv", value="Y"))
    measures = next(f for f in result.findings if f.name == "contradiction-exact").measures
    assert measures["differing"] == 691, "molecules with more than one value, of 1,797"
    assert len(result.sample.groups("parent")) == 1797


@pytest.mark.data
@pytest.mark.usefixtures("no_likeness")
@pytest.mark.parametrize(("task", "parents"), [("bbb_martins", 1), ("solubility_aqsoldb", 7)])
def test_known_leaks_of_tdc(data: Path, task: str, parents: int) -> None:
    """The published counts of shared desalted InChIKeys are 2 and 7; one of bbb's two is a pair of tautomers."""
    folder = data / "admet/tdc_admet_group" / task
    result = run(AuditConfig(data=folder / "train_val.csv", against=folder / "test.csv", value="Y"))
    assert len(found(result, "leak-parent")) == parents
    if task == "bbb_martins":
        assert (370, 383) in found(result, "leak-tautomer")
    assert not any(f.name == "leak-exact" for f in result.findings)


@pytest.mark.data
@pytest.mark.usefixtures("no_shortcuts")
def test_moleculeace_is_clean_but_neighbours_know_it(data: Path) -> None:
    table = data / "moleculeace/benchmark_data/CHEMBL235_EC50.csv"
    result = run(AuditConfig(data=table, value="y [pEC50/pKi]", split_column="split"))
    assert not result.failed
    assert {"leaks", "duplicates", "units"} <= {f.name for f in result.passed}
    assert found(result, "cliffs")
    assert severity(result, "ave") == "warning"


@pytest.mark.data
def test_moleculeace_has_one_tautomer_in_both_parts(data: Path) -> None:
    table = data / "moleculeace/benchmark_data/CHEMBL1871_Ki.csv"
    result = run(AuditConfig(data=table, value="y [pEC50/pKi]", split_column="split"))
    assert found(result, "leak-tautomer") == {(132, 242)}


@pytest.mark.data
def test_a_zero_clearance_is_no_clearance(data: Path) -> None:
    result = run(AuditConfig(data=data / "admet/pk/pksmart_animal_pk.csv", value="human_CL_mL_min_kg"))
    assert found(result, "zeros") == {(3,)}


@pytest.mark.data
def test_units_slipped_in_a_real_table_are_found(data: Path, tmp_path: Path) -> None:
    source = data / "moleculeace/benchmark_data/CHEMBL2147_Ki.csv"
    with source.open(newline="") as stream_:
        rows = [(line["smiles"], float(line["exp_mean [nM]"])) for line in csv.DictReader(stream_)]
    slipped = set(stream(1, "slipped").choice(len(rows), len(rows) // 20, replace=False).tolist())
    lines = [f"{s},{y / 1000 if i in slipped else y}" for i, (s, y) in enumerate(rows)]
    table = tmp_path / "mixed.csv"
    table.write_text("smiles,Ki\n" + "\n".join(lines) + "\n")
    named = {row - 1 for (row,) in found(run(AuditConfig(data=table, value="Ki")), "units-relatives-below-3")}
    assert len(named & slipped) > 0.4 * len(slipped)
    assert len(named - slipped) <= 2
