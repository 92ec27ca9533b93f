"""From an uploaded table to a job: its columns, its audit, what it is for."""

import io
import json
import re

import pytest

from pharmakon.team.task import written

TABLE = b"id,smiles,pIC50\nA,CCO,5.1\nB,CCN,6.2\nC,CCC,4.0\n"


@pytest.fixture(scope="module")
def server(serving, tmp_path_factory):
    yield from serving(tmp_path_factory.mktemp("tables"))


@pytest.fixture(scope="module")
def ada(server):
    return server.browser("analyst")


def up(ada, purpose="train", model="", content=TABLE):
    files = {"file": ("assay.csv", io.BytesIO(content), "text/csv")}
    answer = ada.ask("POST", "/models/table", data={"purpose": purpose, "model": model}, files=files)
    assert answer.status_code == 303
    return answer.headers["location"], re.search(r"file=(\w+)", answer.headers["location"])[1]


def test_columns_are_guessed_and_the_first_rows_shown(ada):
    page = ada.ask("GET", up(ada)[0]).text
    for column in ("smiles", "pIC50", "id"):
        assert f"<option selected>{column}</option>" in page
    assert "<td>CCO</td>" in page
    assert "pharmakon train --data assay.csv --smiles smiles --value pIC50 --id id" in page


def test_before_there_is_a_table_it_says_how_a_program_asks(ada):
    assert "pharmakon train --help" in ada.ask("GET", "/models/table/train").text
    assert "pharmakon monitor --help" in ada.ask("GET", "/models/table/monitor?model=herg").text


def test_what_is_no_table_says_so_and_another_can_be_chosen(ada):
    page = ada.ask("GET", up(ada, content=b"")[0]).text
    assert 'role="alert"' in page and 'type="file"' in page


def test_training_begins_with_an_audit_whose_findings_are_shown(server, ada):
    _, file = up(ada)
    answer = ada.ask("POST", "/models/table/train", data={"file": file, "smiles": "smiles", "value": "pIC50"})
    audit = answer.headers["location"].rpartition("/")[2]
    job = server.held.jobs.get(ada.caller, audit)
    assert (job.verb, job.config) == ("audit", {"data": "assay.csv", "smiles": "smiles", "value": "pIC50"})
    assert "looked through" in ada.ask("GET", f"/models/audit/{audit}").text
    claimed = server.held.jobs.claim("worker")
    output = server.held.job_root / audit / "1" / "output"
    output.mkdir(parents=True)
    finding = {"severity": "error", "title": "Mixed units", "sentence": "Two scales <are> mixed.", "advice": "Mend it."}
    said = {"rows": 3, "passed": [], "findings": [finding], "failed": True}
    (output / "findings.json").write_text(json.dumps(said))
    server.held.jobs.end(claimed, "done", result={"attempt": 1, "files": written(output)})
    page = ada.ask("GET", f"/models/audit/{audit}").text
    assert "Mixed units" in page and "Two scales &lt;are&gt; mixed." in page and "would be wrong" in page
    form = {"title": "Our assay", "unit": "pIC50", "better": "high", "threshold": "7", "hazard": "true"}
    made = ada.ask("POST", f"/models/audit/{audit}", data=form).headers["location"].rpartition("/")[2]
    train = server.held.jobs.get(ada.caller, made)
    assert train.verb == "train" and train.files == [file]
    assert train.config["value"] == "pIC50" and train.config["hazard"] is True and train.config["threshold"] == "7"


@pytest.mark.parametrize(("purpose", "place"), [("recalibrate", "/models/job/"), ("monitor", "/jobs/")])
def test_a_shipped_model_is_recalibrated_and_monitored(server, ada, purpose, place):
    address, file = up(ada, purpose, "herg")
    assert "hERG block" in ada.ask("GET", address).text
    form = {"file": file, "model": "herg", "smiles": "smiles", "value": "pIC50"}
    answer = ada.ask("POST", f"/models/table/{purpose}", data=form)
    assert answer.headers["location"].startswith(place)
    job = server.held.jobs.get(ada.caller, answer.headers["location"].rpartition("/")[2])
    assert (job.verb, job.config["model"]) == (purpose, "herg")


def test_a_check_goes_on_from_the_record_of_the_last_one(server, ada):
    _, file = up(ada, "monitor", "herg")
    form = {"file": file, "model": "herg", "smiles": "smiles", "value": "pIC50"}

    def check():
        place = ada.ask("POST", "/models/table/monitor", data=form).headers["location"]
        return server.held.jobs.get(ada.caller, place.rpartition("/")[2])

    first = check()
    assert "since" not in check().config  # nothing is done yet
    while (claimed := server.held.jobs.claim("w")).id != first.id:
        server.held.jobs.end(claimed, "failed")
    record = server.held.job_root / first.id / "1" / "output" / "monitor"
    record.mkdir(parents=True)
    (record / "watch.json").write_text("{}")
    server.held.jobs.end(claimed, "done", result={"attempt": 1, "files": []})
    assert check().config["since"] == f"job:{first.id}/monitor"


def test_what_is_refused_is_said_on_the_page(ada):
    _, file = up(ada)
    audit = ada.ask("POST", "/models/table/train", data={"file": file, "value": "pIC50"}).headers["location"]
    assert ada.ask("POST", audit, data={"threshold": "high"}).status_code == 422
    assert ada.ask("GET", "/models/table/recalibrate?model=nonsense").status_code == 422
    assert ada.ask("POST", "/models/table/recalibrate", data={"file": file, "model": "nonsense"}).status_code == 422
    assert ada.ask("GET", "/models/audit/0123456789abcdef").status_code == 404


def test_a_reader_trains_nothing(server):
    reader = server.browser("reader")
    assert "Train a model" not in reader.ask("GET", "/models").text
    assert reader.ask("GET", "/models/table/train").status_code == 403
    assert reader.ask("POST", "/models/table/train", data={"file": "x"}).status_code == 403
