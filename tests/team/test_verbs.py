"""What a request may ask of each verb: no path of the server, and nothing that is the server's to say."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from pydantic import BaseModel

from pharmakon.core.config import inner_model
from pharmakon.core.errors import ConfigError, Denied, UnknownName, UsageError
from pharmakon.team.verbs import OURS, _holds_path, check, jobs_named, prepared, verb, verbs

JOB = "job:0123456789abcdef"
GOAL = {"goals": [{"property": "qed", "want": ">= 0.9"}]}


def nested_paths(model: type[BaseModel], place: str = "") -> list[str]:
    """The fields of the models inside a model that hold paths."""
    found = []
    for name, field in model.model_fields.items():
        inner = inner_model(field.annotation)
        if inner is not None:
            found += [f"{place}{name}.{x}" for x, f in inner.model_fields.items() if _holds_path(f.annotation)]
            found += nested_paths(inner, f"{place}{name}.")
    return found


@pytest.mark.parametrize("name", verbs())
def test_every_verb_has_a_configuration_a_workflow_and_no_path_that_is_not_looked_at(name):
    what = verb(name)
    assert callable(what.run) and what.title and what.outputs
    assert what.paths <= set(what.model.model_fields)
    hidden = [path for path in nested_paths(what.model) if path.partition(".")[0] not in what.taken()]
    assert hidden == [], f"{name} has paths inside tables, which nothing contains"


@pytest.mark.parametrize("name", verbs())
def test_no_request_says_where_the_output_goes_or_how_much_of_the_machine_it_takes(name):
    for key in OURS:
        with pytest.raises(Denied, match="server's to say"):
            check(verb(name), {key: "x"}, [])


@pytest.mark.parametrize("text", ["/etc/passwd", "../x.csv", "a/b.csv", "..", ".hidden", "x\x00.csv", "a\\b"])
@pytest.mark.parametrize(
    ("name", "field", "listed"),
    [
        ("predict", "data", False),
        ("predict", "models", True),
        ("design", "models", True),
        ("audit", "model", False),
        ("dossier", "subject", False),
        ("validate", "cohorts", True),
        ("screen", "inputs", True),
        ("screen", "objective", False),
    ],
)
def test_a_path_of_the_server_is_refused_in_every_field(name, field, listed, text):
    with pytest.raises(UsageError):
        check(verb(name), {field: [text] if listed else text}, ["mine.csv"])


def test_files_are_named_as_they_were_uploaded_and_each_name_once():
    what = verb("predict")
    check(what, {"data": "mine.csv"}, ["mine.csv"])
    with pytest.raises(UnknownName, match="upload it"):
        check(what, {"data": "other.csv"}, ["mine.csv"])
    with pytest.raises(UsageError, match="two of the job's files"):
        check(what, {"data": "mine.csv"}, ["mine.csv", "mine.csv"])
    with pytest.raises(ConfigError, match="did you mean"):
        check(what, {"dta": "mine.csv"}, ["mine.csv"])


def test_only_what_the_server_recorded_is_run_again():
    check(verb("reproduce"), {"run": JOB}, [])
    check(verb("reproduce"), {"run": f"{JOB}/run"}, [])
    with pytest.raises(Denied, match="no uploaded file"):  # its record could name programs to start
        check(verb("reproduce"), {"run": "crate.zip"}, ["crate.zip"])


def test_a_design_cannot_run_programs_or_write_to_a_cache_of_its_choice():
    for key, value in {"scorers": [], "cache": "/tmp/x"}.items():  # noqa: S108
        with pytest.raises(Denied):
            check(verb("design"), {**GOAL, key: value}, [])
    check(verb("design"), GOAL, [])


def test_what_other_jobs_made_is_named_by_their_id():
    what = verb("dossier")
    check(what, {"subject": f"{JOB}/model"}, [])
    assert jobs_named(what, {"subject": f"{JOB}/model"}) == [JOB.removeprefix("job:")]
    assert jobs_named(verb("validate"), {"signature": JOB, "cohorts": ["a.toml", f"{JOB}/x"]}) == [JOB[4:]]


@pytest.mark.parametrize("text", ["s3://bucket/library.parquet", "*.csv", "solubility"])
def test_a_screen_reads_uploaded_files_and_no_address_pattern_or_model(text):
    with pytest.raises(UsageError):
        check(verb("screen"), {"inputs": [text], "models": ["solubility"]}, ["mine.csv"])
    with pytest.raises(Denied):
        check(verb("screen"), {"inputs": ["mine.csv"], "models": ["logd"], "address": "10.0.0.1:6379"}, ["mine.csv"])
    check(verb("screen"), {"inputs": ["mine.csv", f"{JOB}/predicted.csv"], "models": ["solubility"]}, ["mine.csv"])


def test_a_screen_goes_on_in_the_folder_of_another_attempt(tmp_path):
    rows = "".join(f"M{i},{'C' * (1 + i % 20)}O\n" for i in range(250))
    goal = '[[constraints]]\nproperty = "mw"\nwant = ">= 100"\n[[goals]]\nproperty = "logp"\nwant = "<= 3"\n'
    made = []
    for attempt in ("1", "2"):
        inputs, output = tmp_path / attempt / "in", tmp_path / attempt / "out"
        inputs.mkdir(parents=True)
        (inputs / "rows.csv").write_text("id,smiles\n" + rows)
        (inputs / "goal.toml").write_text(goal)
        if attempt == "2":  # stopped when one of its shards was done
            shutil.copytree(tmp_path / "1" / "out", output)
            for path in (output / "screen").iterdir():
                if path.name not in ("run.json", "ledger.jsonl", "shards"):
                    path.unlink() if path.is_file() else shutil.rmtree(path)
            whole = (output / "screen" / "ledger.jsonl").read_text().splitlines(keepends=True)
            (output / "screen" / "ledger.jsonl").write_text("".join(whole[:2]))
        asked = {"inputs": ["rows.csv"], "objective": "goal.toml", "rows": 100, "top": 20}
        config, more = prepared(
            verb("screen"), asked, inputs=inputs, output=output, made=lambda job: Path(), resume=attempt == "2"
        )
        found = verb("screen").run(config.model_copy(update={"workers": 1}), **more)
        assert (found.rows, found.listed) == (250, 20)
        made.append((output / "screen" / "top.csv").read_bytes())
    assert made[0] == made[1]
    assert "resumed" in (tmp_path / "2" / "out" / "screen" / "ledger.jsonl").read_text()


def test_names_become_paths_below_the_job_s_own_folders(tmp_path):
    inputs, made = tmp_path / "in", tmp_path / "made"
    for folder in (inputs, made / "model"):
        folder.mkdir(parents=True)
    (inputs / "mine.csv").write_text("smiles\nCCO\n")
    where = {"inputs": inputs, "output": tmp_path / "out", "made": lambda job: made}
    config, more = prepared(
        verb("predict"), {"data": "mine.csv", "models": [f"{JOB}/model", "logd"]}, resume=True, **where
    )
    assert config.data == inputs / "mine.csv"
    assert config.models == (str(made / "model"), "logd")
    assert config.output == tmp_path / "out" / "predicted.csv" and config.resume and more == {}
    with pytest.raises(Denied):
        prepared(verb("predict"), {"data": f"{JOB}/../in/mine.csv"}, resume=False, **where)
    (inputs / "goal.toml").write_text('known = "/etc/passwd"')
    with pytest.raises(Denied, match=r"goal\.toml names"):
        prepared(verb("predict"), {"data": "mine.csv"}, resume=False, **where)


def test_a_design_goes_into_a_folder_of_its_job(tmp_path):
    config, more = prepared(
        verb("design"), GOAL, inputs=tmp_path, output=tmp_path / "out", made=lambda job: Path(), resume=True
    )
    assert config.goals[0].property == "qed"
    assert more == {"output": tmp_path / "out" / "run/", "resume": True}


def test_structures_given_as_text_become_a_table_since_a_job_answers_with_a_file(tmp_path):
    check(verb("mutagenicity"), {"smiles": ["CCO", "C1CC,"]}, [])
    where = {"inputs": tmp_path, "output": tmp_path / "out", "made": lambda job: Path()}
    config, _ = prepared(verb("mutagenicity"), {"smiles": ["CCO", "C1CC,"]}, resume=False, **where)
    assert config.smiles == () and config.data.read_text().splitlines() == ["id,smiles", "1,CCO", '2,"C1CC,"']
    with pytest.raises(ConfigError, match="either a file or structures"):
        check(verb("predict"), {"smiles": []}, [])
