import pytest


@pytest.fixture(scope="module")
def server(serving, tmp_path_factory):
    yield from serving(tmp_path_factory.mktemp("design"))


@pytest.fixture(scope="module")
def ada(server):
    return server.browser("analyst")


def test_choices_say_what_is_a_hazard(ada):
    found = {one["name"]: one for one in ada.ask("GET", "/api/v1/design/choices").json()}
    assert found["herg"]["hazard"] and found["herg"]["want"] == "<= 5"
    assert not found["qed"]["hazard"]


def test_a_goal_is_checked_as_data_and_as_text(ada):
    def check(**asked):
        return ada.ask("POST", "/api/v1/design/check", json=asked)

    text = 'calls = 60\ngoals = [{property = "herg", want = ">= 7"}]'
    found = check(toml=text).json()
    assert found["mistakes"][0]["place"] == ["goals", 0, "want"] and found["config"]["calls"] == 60
    again = check(config=found["config"]).json()
    assert again == found
    assert check().status_code == 422 and check(toml="a =").status_code == 422


def test_a_curve_and_what_cannot_be_drawn(ada):
    asked = {"want": ">= 8", "low": 0, "high": 14, "tolerance": 2}
    found = ada.ask("POST", "/api/v1/design/curve", json=asked).json()
    assert len(found["values"]) == len(found["desirability"]) and found["desirability"][-1] == 1.0
    for wrong in ({"want": "much"}, {"high": -1}, {"shape": "round"}, {"points": [[0, 2]]}, {"low": None}):
        assert ada.ask("POST", "/api/v1/design/curve", json=asked | wrong).status_code == 422, wrong


def test_cuts_of_a_molecule(ada):
    found = ada.ask("POST", "/api/v1/design/slice", json={"smiles": "CC(=O)Nc1ccc(OCC)cc1"}).json()
    assert {one["mode"]["kind"] for one in found["proposals"]} >= {"decorate", "grow"}
    assert "is not the SMILES" in ada.ask("POST", "/api/v1/design/slice", json={"smiles": "?"}).json()["problem"]


def test_a_waiting_run_has_no_progress_and_no_designs(ada):
    config = {"goals": [{"property": "qed", "want": ">= 0.5"}], "calls": 60}
    job = ada.ask("POST", "/api/v1/jobs", json={"verb": "design", "config": config}).json()
    found = ada.ask("GET", f"/api/v1/design/{job['id']}/progress").json()
    assert (found["state"], found["calls"], found["best"], found["score"]) == ("queued", 0, [], None)
    assert ada.ask("GET", f"/api/v1/design/{job['id']}/designs").status_code == 422
    assert ada.ask("POST", f"/api/v1/design/{job['id']}/passports/D1").status_code == 422
    assert ada.ask("GET", "/api/v1/design/0123456789abcdef/progress").status_code == 404


def test_a_design_for_a_patient_is_a_patients_job_whatever_its_file_was_called(server, ada):
    curator = server.browser("curator")
    up = {"file": ("profile.csv", b"id,a\n1,2\n", "text/csv")}
    id = ada.ask("POST", "/api/v1/files", files=up).json()["id"]
    config = {"goals": [{"property": "qed", "want": ">= 0.5"}], "patient": "profile.csv"}
    asked = {"verb": "design", "config": config, "files": [id]}
    assert ada.ask("POST", "/api/v1/jobs", json=asked).status_code == 403
    assert curator.ask("POST", "/api/v1/jobs", json=asked).json()["patient"] is True
