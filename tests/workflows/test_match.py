import csv
import json

import pytest

from pharmakon.core.errors import UnknownName
from pharmakon.workflows.match import MatchConfig, as_rows, run


@pytest.fixture
def model(tmp_path):
    import numpy as np

    from pharmakon.workflows.train_response import ResponseConfig
    from pharmakon.workflows.train_response import run as train

    random = np.random.default_rng(0)
    genes = [f"G{j}" for j in range(10)]
    values, mutated = random.normal(size=(60, 10)), (random.random((60, 10)) < 0.3).astype(int)
    for name, table in (("expression", values.round(3)), ("mutation", mutated)):
        rows = [["", *genes], *([f"C{i}", *row] for i, row in enumerate(table.tolist()))]
        (tmp_path / f"{name}.csv").write_text("\n".join(",".join(map(str, row)) for row in rows))
    smiles = ["CCO", "c1ccccc1O", "CC(=O)Nc1ccc(O)cc1", "CCN", "CCCCO", "c1ccncc1C", "CC(C)O", "O=C(O)c1ccccc1"]
    rows = ["drug,cell,ln_ic50"]
    for j in range(8):
        rows += [f"D{j},C{i},{values[i, 0] + j - 3 * mutated[i, 1] * (j == 0):.3f}" for i in range(60)]
    (tmp_path / "response.csv").write_text("\n".join(rows))
    (tmp_path / "drugs.csv").write_text("name,smiles\n" + "\n".join(f"D{j},{s}" for j, s in enumerate(smiles)))
    tables = {name: tmp_path / f"{name}.csv" for name in ("response", "expression", "mutation")}
    train(ResponseConfig(**tables, structures=tmp_path / "drugs.csv", output=tmp_path / "model"))
    (tmp_path / "patient.csv").write_text(
        "patient," + ",".join(genes) + ",mutation:G1\nP1," + ",".join(["0.1"] * 10) + ",1\n"
    )
    return tmp_path


def test_all_drugs_are_ranked_for_a_patient(model):
    result = run(MatchConfig(patients=model / "patient.csv", model=model / "model"))
    assert {item.drug for item in result.matches} == {f"D{j}" for j in range(8)}
    first = next(item for item in result.matches if item.drug == "D0")
    assert any(push.gene == "G1" for push in first.reasons)
    assert {item.trained_on for item in result.matches} == {""}
    assert result.found["P1"] == {"expression": 1.0, "mutation": 0.1}
    assert "not patients" in result.notes[0]


@pytest.mark.parametrize("name", ["out.csv", "out.json"])
def test_candidates_are_names_or_smiles_and_a_table_is_written(model, name):
    (model / "candidates.csv").write_text("what\nd3\nCCCl\n")
    config = MatchConfig(
        patients=model / "patient.csv", model=model / "model", drugs=model / "candidates.csv", output=model / name
    )
    result = run(config)
    assert {item.drug for item in result.matches} == {"D3", "CCCl"}
    assert as_rows(result.matches)[0]["patient"] == "P1"
    if name.endswith("json"):
        assert len(json.loads(config.output.read_text())["matches"]) == 2
    else:
        with config.output.open() as lines:
            assert "ln_ic50_ln_uM" in next(csv.reader(lines))


@pytest.mark.parametrize("name", ["P1", "C4"])
def test_a_line_that_was_trained_on_is_told(model, name):
    rows = (model / "expression.csv").read_text().splitlines()
    genes, values = rows[0].split(",")[1:], rows[5].split(",")[1:]
    (model / "patient.csv").write_text("patient," + ",".join(genes) + f"\n{name}," + ",".join(values) + "\n")
    config = MatchConfig(patients=model / "patient.csv", model=model / "model", output=model / "out.json")
    result = run(config)
    assert {item.trained_on for item in result.matches} == {"C4"}
    assert f"{name} is the training line C4" in result.notes[0]
    said = json.loads(config.output.read_text())
    assert said["matches"][0]["trained_on"] == "C4"
    assert "training line C4" in said["notes"][0]


def test_a_word_that_is_neither_is_told(model):
    (model / "candidates.csv").write_text("what\nwonderdrug!\n")
    with pytest.raises(UnknownName, match="wonderdrug"):
        run(MatchConfig(patients=model / "patient.csv", model=model / "model", drugs=model / "candidates.csv"))


def test_an_unreadable_structure_is_told_and_has_no_numbers(model):
    config = MatchConfig(
        patients=model / "patient.csv", model=model / "model", smiles=("nonsense",), output=model / "out.csv"
    )
    (row,) = as_rows(run(config).matches)
    assert (row["percentile_of_lines"], row["ln_ic50_ln_uM"]) == (None, None)
    assert row["why"] == "the structure cannot be read"
    assert "nan" not in config.output.read_text()


def test_mutations_in_words_leave_nothing_to_tell(model):
    text = (model / "patient.csv").read_text()
    (model / "patient.csv").write_text(text.removesuffix(",1\n") + ",V600E\n")
    matches = run(MatchConfig(patients=model / "patient.csv", model=model / "model")).matches
    assert {item.verdict for item in matches} == {"cannot tell"}
    assert "mutation values" in matches[0].why


def test_symbols_of_the_mouse_are_told_of_and_not_taken_for_human_ones(model):
    path = model / "mouse.csv"
    head, row = (model / "patient.csv").read_text().splitlines()
    path.write_text(f"{head.replace('G', 'g')}\n{row}\n")
    result = run(MatchConfig(patients=path, model=model / "model"))
    assert result.found["P1"]["expression"] == 0
    assert any("but for their case (g0)" in note for note in result.notes)


def test_what_cannot_be_predicted_has_no_reasons(model):
    result = run(MatchConfig(patients=model / "patient.csv", model=model / "model", smiles=("no molecule",)))
    assert result.matches[0].verdict == "cannot tell"
    assert result.matches[0].reasons == ()


def test_a_patient_whose_name_is_a_formula_is_none_in_the_table(model):
    path = model / "patient.csv"
    path.write_text(path.read_text().replace("P1,", "=P1(),"))
    config = MatchConfig(patients=path, model=model / "model", output=model / "out.csv")
    run(config)
    assert "'=P1()" in config.output.read_text()
