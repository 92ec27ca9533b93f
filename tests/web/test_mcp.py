"""The workbench as tools of an assistant: described, answered as JSON, and no wider than the caller's roles."""

from __future__ import annotations

import asyncio
import json
from contextlib import contextmanager

import pytest

from pharmakon.core.errors import Denied, PharmakonError, UnknownName
from pharmakon.web.api_libraries import RowPage
from pharmakon.web.api_molecules import Card, Estimate
from pharmakon.web.mcp import INSTRUCTIONS, PIECE, Tools, server

mcp = pytest.importorskip("mcp")


class Workbench:
    """What a client gives, without a server."""

    def __init__(self, text=b""):
        self.text, self.asked = text, []

    def read(self, job, name):
        return self.text

    def upload(self, content, *, name, patient):
        raise Denied(f"patient.write is not allowed ({patient})")

    def drugs(self, name):
        self.asked.append(name)
        return []

    def verbs(self):
        return []

    def rows(self, library, **asked):
        self.asked.append((library, asked))
        return RowPage(total=0, offset=0, items=[])

    @contextmanager
    def exported(self, library, **asked):
        yield (self.asked.append(at) or self.text[at : at + 7] for at in range(0, len(self.text), 7))


def _with(workbench, ask):
    async def run():
        async with mcp.Client(server(workbench)) as assistant:
            return await ask(assistant)

    return asyncio.run(run())


def test_every_tool_is_described_and_has_a_schema():
    found = _with(Workbench(), lambda assistant: assistant.list_tools()).tools
    assert {tool.name for tool in found} == {tool.__name__ for tool in Tools(Workbench()).all()}
    assert all(tool.description and tool.input_schema["type"] == "object" for tool in found)
    start = next(tool for tool in found if tool.name == "start_job")
    assert start.input_schema["required"] == ["verb", "config"]


def test_an_answer_is_json_and_a_refusal_is_a_sentence():
    workbench = Workbench()
    answer = _with(workbench, lambda assistant: assistant.call_tool("find_drug", {"name": "asp"}))
    assert json.loads(answer.content[0].text) == [] and workbench.asked == ["asp"] and not answer.is_error
    none = _with(workbench, lambda assistant: assistant.call_tool("find_drug", {"name": "Adalimumab"}))
    assert none.is_error and "adalimumab is an antibody" in none.content[0].text
    asked = {"name": "x.csv", "content": "a", "patient_data": True}
    refused = _with(workbench, lambda assistant: assistant.call_tool("upload_text", asked))
    assert refused.is_error and "patient.write is not allowed (True)" in refused.content[0].text


def test_a_long_result_is_read_in_pieces():
    tools = Tools(Workbench(b"x" * (PIECE + 7)))
    assert tools.read_result("1", "a.csv").endswith("... 7 characters more")
    assert tools.read_result("1", "a.csv", PIECE) == "x" * 7


@pytest.mark.parametrize("content", [b"PAR1\0\0", b"\xff\xfe\x80", b"text\0"])
def test_what_is_no_text_is_not_shown_as_one(content):
    with pytest.raises(PharmakonError, match=r"x.parquet is no text.*/api/v1/jobs/7/files/x.parquet"):
        Tools(Workbench(content)).read_result("7", "x.parquet")
    assert Tools(Workbench("µ".encode())).read_result("7", "a.csv") == "µ"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"library": "1", "limit": "many"}, "limit: input should be a valid integer"),
        ({"limit": 3}, "library: field required"),
        ({"library": "1", "filter": {"smart": "c"}}, "Did you mean 'smarts'"),
        ({"library": "1", "colums": ["mw"]}, "no argument named 'colums' in library_rows; did you mean 'columns'?"),
    ],
)
def test_wrong_arguments_are_a_sentence_without_a_link(asked, said):
    workbench = Workbench()
    refused = _with(workbench, lambda assistant: assistant.call_tool("library_rows", asked))
    text = refused.content[0].text
    assert refused.is_error and said.casefold() in text.casefold() and not workbench.asked
    assert "pydantic" not in text and "http" not in text


def test_a_property_that_is_not_there_is_an_error_with_the_nearest():
    what = dict.fromkeys(Estimate.model_fields, "") | dict.fromkeys(["value", "low", "high", "percentile"], 1.0)
    what |= {"name": "herg", "in_domain": True, "nearest_value": None, "nearest_similarity": None}
    facts = {"asked": "C", "problem": "", "changes": [], "computed": {"mw": 16.0}, "alerts": []}
    workbench = Workbench()
    workbench.molecules = lambda smiles, profile: [Card(smiles="C", properties=[Estimate(**what)], **facts)]
    tools = Tools(workbench)
    assert [one["name"] for one in tools.estimate_molecules(["C"], ["herg"])[0]["properties"]] == ["herg"]
    with pytest.raises(UnknownName, match=r"no property named 'hreg'.*herg"):
        tools.estimate_molecules(["C"], ["hreg"])
    workbench.molecules = lambda smiles, profile: [Card(smiles="", properties=[], **facts | {"computed": {}})]
    assert tools.estimate_molecules(["x"], ["hreg"])[0]["properties"] == []


def test_a_library_is_asked_with_a_filter_whose_keys_are_described():
    workbench = Workbench()
    found = _with(workbench, lambda assistant: assistant.list_tools()).tools
    schema = next(tool for tool in found if tool.name == "library_rows").input_schema
    assert schema["required"] == ["library"] and "a substructure" in json.dumps(schema)
    asked = {"library": "1", "filter": {"smarts": "[#7]", "ranges": {"mw": [70, None]}}, "limit": 5}
    answer = _with(workbench, lambda assistant: assistant.call_tool("library_rows", asked))
    assert not answer.is_error, answer
    wanted = {"filter": {"smarts": "[#7]", "ranges": {"mw": [70.0, None]}}, "sort": "", "down": False, "columns": ()}
    assert workbench.asked == [("1", {"offset": 0, "limit": 5} | wanted)]
    wrong = asked | {"filter": {"mass": 1}}
    refused = _with(workbench, lambda assistant: assistant.call_tool("library_rows", wrong))
    assert refused.is_error and "mass" in refused.content[0].text and len(workbench.asked) == 1


def test_no_more_of_an_export_is_read_than_its_piece():
    workbench = Workbench("µ".encode() * (3 * PIECE))
    text = Tools(workbench).export_library("1", start=5)
    assert text == "µ" * PIECE + f"\n... more from character {PIECE + 5}"
    assert len(workbench.asked) < PIECE
    assert Tools(workbench).export_library("1", start=2 * PIECE) == "µ" * PIECE


def test_too_many_structures_and_an_unknown_verb_are_refused():
    with pytest.raises(PharmakonError, match="at most 20"):
        Tools(Workbench()).estimate_molecules(["C"] * 21)
    with pytest.raises(PharmakonError, match="no verb"):
        Tools(Workbench()).describe_verb("launch")


def test_the_assistant_is_told_to_repeat_the_doubt():
    assert "don't know" in INSTRUCTIONS and "90 %" in INSTRUCTIONS
