"""The list of models, a shipped card, and a model of the project with what it says of a molecule."""

import html
import json
import shutil

import pytest

from pharmakon.team.task import written
from pharmakon.workflows.train import TrainConfig, run


@pytest.fixture(scope="module")
def server(serving, tmp_path_factory):
    yield from serving(tmp_path_factory.mktemp("models"))


@pytest.fixture(scope="module")
def ada(server):
    return server.browser("analyst")


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A model of the lengths of chains."""
    folder = tmp_path_factory.mktemp("trained")
    kinds = ("C" * n + end for n in range(2, 12) for end in ("O", "N", "C(=O)O", "Cl"))
    rows = [f"{smiles},{20 * len(smiles)}" for smiles in kinds]
    (folder / "chains.csv").write_text("smiles,length\n" + "\n".join(rows) + "\n")
    run(
        TrainConfig(
            data=folder / "chains.csv", output=folder / "model", title="Chain length", unit="pm", max_points=100
        )
    )
    return folder / "model"


@pytest.fixture(scope="module")
def own(server, ada, trained):
    """The job that made it."""
    config = {"data": "chains.csv"}
    up = {"file": ("chains.csv", b"smiles,length\nCCO,60\n", "text/csv")}
    id = ada.ask("POST", "/api/v1/files", files=up).json()["id"]
    job = ada.ask("POST", "/api/v1/jobs", json={"verb": "train", "config": config, "files": [id]}).json()["id"]
    assert "is being made and judged" in ada.ask("GET", f"/models/job/{job}").text
    claimed = server.held.jobs.claim("worker")
    output = server.held.job_root / job / "1" / "output"
    shutil.copytree(trained, output / "model")
    server.held.jobs.end(claimed, "done", result={"attempt": 1, "files": written(output)})
    return job


def test_the_list_has_every_group_with_scores(ada):
    page = ada.ask("GET", "/models").text
    assert "Toxicity" in page and '<a href="/models/herg">hERG block</a>' in page and "baseline" in page
    found = ada.ask("GET", "/api/v1/models").json()
    herg = next(one for one in found if one["name"] == "herg")
    assert (herg["group"], herg["hazard"], herg["job"]) == ("toxicity", True, "")
    assert herg["score"][1] <= herg["score"][0] <= herg["score"][2]


def test_a_shipped_card_says_its_licence_limits_and_rivals(ada):
    page = ada.ask("GET", "/models/herg").text
    assert "Tanimoto kernel" in page and "Licence" in page and "Limits" in page and page.count("<h1") == 1
    assert ada.ask("GET", "/api/v1/models/herg").json()["card"]["property"]["hazard"]
    for name in ("nonsense", "..%2f..%2fetc", "drug_like"):
        assert ada.ask("GET", f"/models/{name}").status_code in (404, 422), name
        assert ada.ask("GET", f"/api/v1/models/{name}").status_code == 404, name


def test_a_model_of_the_project_has_a_card_and_answers(ada, own):
    page = ada.ask("GET", f"/models/job/{own}?smiles=CCCCCCO").text
    assert "Chain length" in page and "90 % interval" in page and "pm" in page
    assert "is not" not in page
    copied = html.unescape(page)
    assert f"http://localhost/api/v1/models/job/{own}" in copied and f'workbench.model("job/{own}").card' in copied
    bad = ada.ask("GET", f"/models/job/{own}?smiles=(((").text
    assert 'role="alert"' in bad
    assert ada.ask("GET", f"/api/v1/models/job/{own}").json()["card"]["property"]["unit"] == "pm"
    assert ada.ask("GET", "/api/v1/models").json()[0]["job"] == own
    assert f"/models/job/{own}" in ada.ask("GET", "/models").text


def test_a_goal_can_name_it_and_the_run_then_reads_it(ada, own, server):
    choice = ada.ask("GET", "/api/v1/design/choices").json()[0]
    assert (choice["name"], choice["group"]) == ("length", "own models")
    form = {"terms.0.kind": "length", "terms.0.role": "goal", "terms.0.sense": "high", "terms.0.low": "100"}
    id = ada.ask("POST", "/design/new", data=form | {"do": "start"}).headers["location"].removeprefix("/design/")
    assert server.held.jobs.get(ada.caller, id).config["models"] == [f"job:{own}/model"]
    assert "Lately used" in ada.ask("GET", "/models").text


def test_another_project_has_no_such_model(server, own):
    other = server.browser("analyst", project=server.held.projects.add("Elsewhere").id)
    assert other.ask("GET", f"/models/job/{own}").status_code == 404
    assert other.ask("GET", f"/api/v1/models/job/{own}").status_code == 404
    assert json.dumps(other.ask("GET", "/api/v1/models").json()).find(own) == -1
