"""The API's description: every refusal is the problem that is sent, and bytes are described as bytes."""

from __future__ import annotations

import pytest

from pharmakon.web.described import STATUSES, binary, described
from pharmakon.web.problems import TITLES


@pytest.fixture(scope="module")
def document(server):
    return server.browser("reader").ask("GET", "/api/v1/openapi.json").json()


def test_every_refusal_is_described_as_the_problem_that_is_sent(document):
    assert "HTTPValidationError" not in str(document) and set(STATUSES) <= set(map(str, TITLES))
    for path, operations in document["paths"].items():
        for operation in operations.values():
            refused = {s: answer for s, answer in operation["responses"].items() if s[0] == "4"}
            assert {"422", "429"} <= set(refused) or path in ("/health", "/ready")
            assert ("401" in refused) == ("security" in operation) and ("404" in refused) == ("{" in path)
            for answer in refused.values():
                assert list(answer["content"]) == ["application/problem+json"] and answer["description"]


def test_the_problem_described_is_the_one_that_is_sent(document, server):
    sent = server.nobody.ask("GET", "/api/v1/me")
    assert sent.headers["content-type"] == "application/problem+json"
    assert set(sent.json()) == set(document["components"]["schemas"]["Problem"]["required"])


def test_bytes_are_described_by_their_kinds(document):
    export = document["paths"]["/api/v1/libraries/{id}/export"]["get"]["responses"]["200"]["content"]
    assert set(export) == {"text/csv", "chemical/x-mdl-sdfile", "application/vnd.apache.parquet"}
    mask = document["paths"]["/api/v1/libraries/{id}/mask"]["get"]["responses"]["200"]["content"]
    assert mask == binary("application/octet-stream")["responses"][200]["content"]


def test_what_has_no_body_says_no_kind(document, server):
    reader = server.browser("analyst")
    reader.ask("POST", "/api/v1/tokens", json={"name": "t", "roles": ["analyst"]})
    (token,) = reader.ask("GET", "/api/v1/tokens").json()
    gone = reader.ask("DELETE", f"/api/v1/tokens/{token['id']}")
    assert gone.status_code == 204 and "content-type" not in gone.headers and not gone.content
    assert not any(
        "content" in one["responses"].get("204", {}) for ones in document["paths"].values() for one in ones.values()
    )


def test_a_description_may_be_described_again():
    made = described({"paths": {"/x/{id}": {"get": {"responses": {}}}}})
    assert set(made["paths"]["/x/{id}"]["get"]["responses"]) == {"404", "429"} and described(made) == made
