"""`pharmakon sample`."""

from pathlib import Path

import pytest

from pharmakon.cli.main import main
from pharmakon.workflows import sample
from pharmakon.workflows.sample import SampleResult


@pytest.fixture
def asked(listening):
    rest = {"no molecule": 12, "twice": 3, "known": 0}
    return listening(sample, SampleResult(Path("out.csv"), 900, 2000, rest, ["a" * 64]))


def test_flags_reach_the_configuration(asked):
    words = ["sample", "priors/mine", "-n", "1000", "-o", "out.csv", "--temperature", "0.8", "--prefix", "c1ccc"]
    assert main([*words, "--known", "mine.csv"]) == 0
    (config,) = asked
    assert (config.prior, config.n, config.output) == (Path("priors/mine"), 1000, Path("out.csv"))
    assert (config.temperature, config.prefix, config.known) == (0.8, "c1ccc", Path("mine.csv"))


def test_what_came_of_it_is_said(asked, capsys):
    assert main(["sample", "priors/mine"]) == 0
    shown, remarks = capsys.readouterr()
    assert "900 molecules of 2,000 texts (12 no molecule, 3 twice)" in shown
    assert "1 were withheld" in remarks
    assert "only 900 of 1,000" in remarks
    assert "--temperature" in remarks


def test_where_most_is_odd_it_says_what_leaves_it_in(listening, capsys):
    listening(sample, SampleResult(Path("out.csv"), 0, 2000, {sample.ODD: 1988}, []))
    assert main(["sample", "--prefix", "OOO"]) == 0
    shown, remarks = capsys.readouterr()
    assert "1,988 odd groups or rings" in shown
    assert "only 0 of 1,000" in remarks and "--unfiltered" in remarks
