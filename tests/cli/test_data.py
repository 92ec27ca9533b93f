"""`pharmakon data`."""

import json
from pathlib import Path

import pytest

from pharmakon.cli.main import main
from pharmakon.store.catalogue import data_set
from pharmakon.workflows import data as workflow
from pharmakon.workflows.data import Fetched, FetchResult


@pytest.fixture
def asked(listening):
    fetched = (Fetched(Path("x.csv"), "copied", 1234),)
    return listening(workflow, FetchResult(data_set("moleculenet_sider"), fetched, "for tests only"))


def test_the_list_has_one_line_a_set(monkeypatch, capsys):
    monkeypatch.delenv("PHARMAKON_DATA", raising=False)
    assert main(["data", "list", "caco-2", "tdc"]) == 0
    (line,) = (line for line in capsys.readouterr().out.splitlines() if "caco2" in line)
    assert line.split() == ["tdc_caco2_wang", "910", "CC", "BY", "4.0", "yes", "Caco-2", "permeability", "(TDC)", "no"]


def test_the_list_shows_every_part_of_a_licence(capsys):
    assert main(["data", "list", "ctoxpred_herg"]) == 0
    assert "MIT; ChEMBL rows CC BY-SA 3.0" in capsys.readouterr().out


def test_json(capsys):
    assert main(["data", "list", "zinc250k", "--json"]) == 0
    (item,) = json.loads(capsys.readouterr().out)
    assert (item["name"], item["rows"], item["files"][0]["made"]) == ("zinc250k", 249455, "gzip")


def test_no_such_set_is_said(capsys):
    assert main(["data", "list", "unobtainium"]) == 0
    shown, remark = capsys.readouterr()
    assert (shown, "no data set has the words 'unobtainium'" in remark) == ("", True)


def test_fetch_shows_licence_citation_place_and_warning(asked, capsys):
    assert main(["data", "fetch", "moleculenet_sider", "-o", "out"]) == 0
    (config,) = asked
    assert (config.name, config.output) == ("moleculenet_sider", Path("out"))
    shown, remark = capsys.readouterr()
    assert "licence: CC BY-NC-SA 4.0 (SIDER)" in shown
    assert "cite: SIDER (Kuhn et al." in shown
    assert "copied: x.csv (1,234 bytes, SHA-256 as in the catalogue)" in shown
    assert remark.splitlines()[-1] == "warning: for tests only"


def test_a_wrong_name_gets_a_suggestion(capsys):
    assert main(["data", "fetch", "tdc_caco"]) == 2
    assert "no data set named 'tdc_caco'" in capsys.readouterr().err


def test_help_names_both(capsys):
    assert main(["data", "--help"]) == 0
    shown = capsys.readouterr().out
    assert "fetch" in shown and "list" in shown
