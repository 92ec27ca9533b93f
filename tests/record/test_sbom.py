"""The bill of materials."""

import importlib.metadata
import json
from datetime import UTC, datetime

import pytest

from pharmakon.record.environment import closure
from pharmakon.record.sbom import INSTALLED, bill, licence

WHEN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture(scope="module")
def installed():
    return closure()


@pytest.fixture(scope="module")
def made(installed):
    return json.loads(bill(when=WHEN, installed=installed))


def test_it_is_valid_by_the_schema_of_cyclonedx(made):
    pytest.importorskip("cyclonedx", reason="the schema comes with cyclonedx-python-lib (dev)")
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    validator = JsonStrictValidator(SchemaVersion.V1_6)
    assert validator.validate_str(json.dumps(made)) is None
    assert validator.validate_str(json.dumps(made | {"serialNumber": "no"})) is not None


def test_every_component_is_what_is_installed(made):
    libraries = {one["name"]: one for one in made["components"] if one["type"] == "library"}
    assert libraries["numpy"]["version"] == importlib.metadata.version("numpy")
    assert libraries["numpy"]["purl"] == f"pkg:pypi/numpy@{libraries['numpy']['version']}"
    assert "rdkit" in libraries and "pharmakon" not in libraries
    assert all(len(one["properties"][0]["value"]) == 64 for one in libraries.values() if "properties" in one)
    assert libraries["numpy"]["properties"][0]["name"] == INSTALLED


def test_the_graph_is_closed_and_begins_at_the_package(made):
    refs = {one["bom-ref"] for one in made["components"]} | {"pharmakon"}
    graph = {one["ref"]: one["dependsOn"] for one in made["dependencies"]}
    assert graph.keys() == refs
    reached, waiting = set(), ["pharmakon"]
    while waiting:
        ref = waiting.pop()
        if ref not in reached:
            reached.add(ref)
            waiting += graph[ref]
    assert reached == refs


def test_the_same_environment_and_time_give_the_same_bytes(installed):
    assert bill(when=WHEN, installed=installed) == bill(when=WHEN, installed=installed)
    later = json.loads(bill(when=WHEN.replace(year=2027), installed=installed))
    assert later["metadata"]["timestamp"] == "2027-01-02T03:04:05Z"


def test_shipped_models_are_components(made):
    models = [one for one in made["components"] if one["type"] == "machine-learning-model"]
    assert any(one["name"].endswith("/screen") for one in models)
    assert all(one["hashes"][0]["alg"] == "SHA-256" for one in models)


class Stated:
    """A distribution that states its licence in one way."""

    def __init__(self, **fields):
        self.fields = fields
        self.distribution = self
        self.metadata = self

    def get_all(self, name):
        found = self.fields.get(name.replace("-", "_"))
        return [found] if isinstance(found, str) else found


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"License_Expression": "MIT OR Apache-2.0", "License": "x"}, [{"expression": "MIT OR Apache-2.0"}]),
        ({"Classifier": ["License :: OSI Approved :: MIT License"]}, [{"license": {"id": "MIT"}}]),
        ({"Classifier": ["License :: OSI Approved :: BSD License"]}, [{"license": {"name": "BSD License"}}]),
        ({"Classifier": ["License :: OSI Approved"], "License": "BSD\n\nCopyright"}, [{"license": {"name": "BSD"}}]),
        ({"License": "L" * 5000}, [{"license": {"name": "L" * 100}}]),
        ({"Classifier": ["Programming Language :: Python"]}, []),
    ],
)
def test_a_licence_is_what_the_metadata_states(fields, expected):
    assert licence(Stated(**fields)) == expected
