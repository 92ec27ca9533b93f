"""The documentation says what the program does."""

import re
import sys
import tomllib
from pathlib import Path

import pytest

from pharmakon.core.config import build

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
sys.path.insert(0, str(DOCS))

import console  # noqa: E402  lies beside the pages, which is no package
import generate  # noqa: E402

PAGES = sorted([*DOCS.glob("*/*.md"), *ROOT.glob("*.md")])
CODE = re.compile(r"^```.*?^```$|^    .*?$|`[^`\n]+`", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize(
    "name",
    [
        *("aims.md", "benchmarks.md", "configuration.md", "data.md", "descriptors.md", "endpoints.md", "roles.md"),
        "scale.md",
    ],
)
def test_the_reference_is_up_to_date(name):
    assert (DOCS / "reference" / name).read_text(encoding="utf-8") == generate.pages()[name], "run `make docs`"


def test_an_aim_that_was_missed_says_what_was_tried():
    rows = [line.split(" | ") for line in generate.aims().splitlines() if line.startswith("| `")]
    assert {row[3] for row in rows} - {"not measured"} == {"met", "**missed**"}
    assert all(row[5].rstrip("| ") for row in rows if row[3] == "**missed**")


@pytest.mark.parametrize(("value", "aim"), [(0.9, ">= 0.9"), (2, "<= 2"), (0.5, "0.45..0.55")])
def test_an_aim_is_a_bound_or_a_range(value, aim):
    assert generate.reached(value, aim)
    assert not generate.reached(value + (-0.1 if ">" in aim else 0.1), aim)


def test_an_aim_of_more_than_the_rivals_is_met_by_more_than_each():
    aim = {"benchmark": "hits", "task": "one", "metric": "hits", "aim": generate.MORE}
    score = {"value": 9, "low": None, "high": None, "n": 3}
    for best, met in ((8, "met"), (9, "**missed**")):
        tasks = {"one": {"scores": {"hits": score}, "anchors": {"hits": {"GA": best, "LSTM": 2}}}}
        assert generate._aimed(aim, tasks)[1:] == ("9", met)
        assert generate._rivals(aim, {"tasks": tasks}) == f"GA {best}, LSTM 2"


def test_an_aim_over_all_tasks_waits_for_all_of_them():
    aim = {"benchmark": "pmo", "task": "all tasks", "summary": "sum", "of": 20, "aim": ">= 14.8"}
    assert generate._summed(aim, {}) == ("`pmo`: all tasks, sum", "-", "not measured")
    assert generate._summed(aim, {"tasks": 19, "sum": 15.0})[1:] == ("15 over 19 of 20", "not measured")
    assert generate._summed(aim, {"tasks": 20, "sum": 14.9})[1:] == ("14.9", "met")
    assert generate._summed(aim, {"tasks": 20, "sum": 14.7})[1:] == ("14.7", "**missed**")


def test_every_configuration_key_says_what_it_is():
    lines = [line for line in generate.configuration().splitlines() if line.startswith("| `")]
    assert lines
    assert all(line.rstrip("| ").count("|") == 4 for line in lines), "a key without a description"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    prose = CODE.sub("", page.read_text(encoding="utf-8"))
    links = [link for link in LINK.findall(prose) if "://" not in link]
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", console.pages(), ids=lambda page: str(page.relative_to(DOCS)))
def test_a_page_shows_what_its_commands_print(page):
    assert console.skeleton(console.refreshed(page)) == console.skeleton(page.read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_goal_in_a_page_is_one_the_program_takes(page):
    from pharmakon.workflows.design import DesignConfig

    for block in re.findall(r"^```toml\n(.*?)^```$", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE):
        said = tomllib.loads(block)
        assert "fairness" in said or build(DesignConfig, said).goals  # a cohort's table is no goal


def test_the_container_copies_what_the_build_of_the_wheel_needs():
    said = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    needed = {"pyproject.toml", "constraints.txt", "hatch_build.py", said["project"]["readme"], "LICENSE", "src"}
    copied = re.findall(
        r"^COPY (?!--from)(.+) \S+$", (ROOT / "Containerfile").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert needed <= {name for line in copied for name in line.split()}
