import os

import pytest

from pharmakon.core.errors import DataError
from pharmakon.workflows import benchmark_parsers
from pharmakon.workflows.benchmark import BENCHMARKS, BenchmarkConfig
from pharmakon.workflows.benchmark_parsers import PARSERS, SHARES, Counts, attempt, fuzz, reader
from pharmakon.workflows.fuzz import fuzzed, kinds


def test_it_is_listed_and_asks_for_enough():
    assert BENCHMARKS["parsers"] is PARSERS
    assert sum(SHARES.values()) == 100_000
    assert set(SHARES) == set(kinds())


@pytest.mark.parametrize("kind", ["SMILES", "SDF", "JSON", "TOML", "table"])
def test_inputs_are_read_or_refused(kind, tmp_path):
    read = reader(kind)
    ends = {attempt(read, fuzzed(kind, i), tmp_path / (kinds()[kind] or "x")) for i in range(60)}
    assert ends <= {"read", "refused"}


def test_what_should_not_be_is_told(tmp_path):
    def broken(content, path):
        raise KeyError(content)

    def told(content, path):
        raise DataError("a sentence")

    assert attempt(broken, b"x", tmp_path) == "KeyError: b'x'"
    assert attempt(told, b"x", tmp_path) == "refused"


def test_a_process_that_dies_costs_one_input(monkeypatch):
    monkeypatch.setattr(benchmark_parsers, "_serve", dies_at_two)
    found = fuzz("SMILES", 5)
    assert [(failure["number"], failure["what"]) for failure in found.failures] == [(2, "the process ended with 3")]
    assert sum(found.ends.values()) == 5
    assert found.ends["read"] == 4


def dies_at_two(line, kind, start, end, seed):
    line.send_bytes(b"ready")
    for number in range(start, end):
        if number == 2:
            os._exit(3)
        line.send_bytes(b"read\t0.1\t1000")


def test_a_run_is_summed_up(monkeypatch, tmp_path):
    def found(kind, number, **options):
        return Counts(
            benchmark_parsers.Counter(read=number - 1, failed=1), [{"kind": kind, "number": 0, "what": "x"}], 1.5, 10**8
        )

    monkeypatch.setattr(benchmark_parsers, "fuzz", found)
    config = BenchmarkConfig(name="parsers", limit=20)
    result = PARSERS.run("SMILES", tmp_path, config, lambda *_: {}, lambda text: None)
    assert result["scores"]["no failure"]["value"] == 0.95
    assert PARSERS.summary({"SMILES": result}) == {
        "inputs": 20,
        "failures": 1,
        "slowest, s": 1.5,
        "memory at most, MB": 100.0,
    }
