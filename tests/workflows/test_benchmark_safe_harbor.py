import pytest

from pharmakon.workflows import benchmark_safe_harbor as module
from pharmakon.workflows.benchmark import BENCHMARKS, BenchmarkConfig, run
from pharmakon.workflows.benchmark_safe_harbor import bundles, dangling, harmless_of, identifying, leftovers, planted


def test_nothing_is_left_of_forty_planted_patients(tmp_path):
    found = planted(40, 3, tmp_path, lambda _: None)
    assert found["left"] == {}
    assert found["scores"]["classes left"]["value"] == 0
    assert 700 < found["scores"]["values left"]["n"] <= 40 * 22


def test_what_is_left_is_counted(tmp_path, monkeypatch):
    """The search is no better than what it finds: without de-identification it finds every class."""
    import shutil

    def copy(config):
        shutil.copytree(config.inputs[0], config.output / "data")

    monkeypatch.setattr(module, "deidentify", copy)
    found = planted(40, 3, tmp_path, lambda _: None)
    assert found["scores"]["classes left"]["value"] == 18
    assert found["scores"]["values left"]["value"] > 0.95 * found["scores"]["values left"]["n"]
    assert found["changed"] == []


def test_a_value_is_found_whatever_its_case_and_separators():
    told = [("name", "Ana"), ("phone", "(617) 555-0192"), ("mrn", "MR1"), ("place", "Bath")]
    assert leftovers(told, "x ana y\nbathroom", {"6175550192"}) == {"name": {"Ana"}, "phone": {"(617) 555-0192"}}


def test_what_identifies_in_a_bundle_is_told_without_the_walker():
    resource = {"resourceType": "Patient", "id": "p-12345", "name": [{"family": "García"}], "birthDate": "1951-02-03"}
    assert set(identifying(resource)) == {("mrn", "p-12345"), ("name", "García"), ("date", "1951-02-03")}
    kept = {
        "code": {"coding": [{"system": "http://loinc.org", "code": "1-2"}]},
        "valueQuantity": {"value": 3, "unit": "kg"},
    }
    assert sorted(harmless_of(kept)) == ["1-2", "3"]


def test_references_that_find_nothing_are_counted():
    def whole(target):
        return {"entry": [{"fullUrl": "urn:uuid:1", "resource": {"subject": {"reference": target}}}]}

    assert dangling([whole("urn:uuid:2")], [whole("urn:uuid:1")]) == (1, 1)
    assert dangling([whole("urn:uuid:1")], [whole("urn:uuid:1")]) == (0, 1)


@pytest.mark.data
def test_one_synthea_bundle(data, tmp_path):
    paths = sorted((data / "privacy" / "fhir_r4_synthea").glob("*.json"))[:1]
    found = bundles(paths, tmp_path)
    assert found["left"] == {}
    assert found["scores"]["measurements and codes lost"]["value"] == 0
    assert found["scores"]["references that find nothing"]["value"] == 0


@pytest.mark.data
def test_the_command_writes_the_record(data, tmp_path):
    config = BenchmarkConfig(name="safe-harbor", tasks=("planted records",), limit=20, output=tmp_path)
    record = run(config).record
    assert record["summary"] == {"tasks": 1, "classes left, of 18": 0}
    assert not record["comparable"]
    assert "safe-harbor" in BENCHMARKS
