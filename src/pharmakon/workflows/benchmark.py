"""Public benchmarks: tasks run by their published protocol, each score with an interval and rival figures beside it.

One JSON file per benchmark, rewritten as each task finishes. The same command goes on where it stopped; a change of
code, settings, library versions or data makes the tasks concerned run again.
"""

from __future__ import annotations

import json
import math
import platform
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache, partial
from importlib.resources import files
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from pharmakon.core.config import Config
from pharmakon.core.errors import DataError, UnknownName
from pharmakon.core.log import data_root
from pharmakon.core.registry import Registry
from pharmakon.core.types import Floats, Kind, Progress, silent
from pharmakon.store.places import below_root, root_of
from pharmakon.store.provenance import code_identity, git_commit
from pharmakon.store.runs import sha256, versions, write_atomic

from .benchmark_beside import outcomes
from .benchmark_result import BenchmarkResult
from .engines import Address, Machines, OnEngine, address_is_of_a_cluster

PROTOCOL_CALLS, GUACAMOL_CALLS = 10_000, 20_000
POOL = 100_000
ELSEWHERE = ("workers", "processes", "engine", "address")
"""Options that say where the work is done, and change no figure."""
NETWORK_FILES = ("network", "graph", "out_of_fold")
WITH_NETWORK = ("tdc", "expansionrx")
BESIDE = (
    *("tdc", "moleculeace", "expansionrx", "pmo", "pmo-sane", "guacamol", "diverse-hits", "modes", "coverage"),
    *("response", "response-network", "biomarkers", "selection", "markers", "attack", "deid", "anonymity"),
    "attribution",
)
"""Benchmarks whose tasks do not measure how long something takes: they may run beside one another."""


class BenchmarkConfig(Config):
    """What to run. `limit` and fewer `repeats` or `calls` make a slice: quick, and comparable with nothing."""

    name: str | None = Field(None, description="which one; `--list` describes them")
    tasks: tuple[str, ...] = Field((), description="tasks to run (all otherwise), joined by commas")
    output: Path | None = Field(None, description="folder for NAME.json (benchmark-NAME otherwise)")
    limit: int | None = Field(None, ge=20, description="at most this many training and test molecules, drawn by seed")
    repeats: int | None = Field(
        None, ge=1, description="runs per task, each with its own seed (the protocol's otherwise)"
    )
    models: tuple[str, ...] = Field(
        (), description="coverage: model names or folders whose cards are read (the shipped ones otherwise)"
    )
    network: Path | None = Field(
        None, description="tdc, expansionrx: a folder of networks to blend in (recipes/benchmark_network.py makes it)"
    )
    admet_ai: Path | None = Field(None, description="admet-speed: virtual environment that has ADMET-AI installed")
    calls: int | None = Field(
        None, ge=10, description="oracle calls of a design task (pmo: 10,000, guacamol: 20,000 otherwise)"
    )
    pool: int = Field(POOL, ge=1000, description="guacamol: molecules of ChEMBL that are scored before the search")
    prior: Path | None = Field(
        None, description="distribution: folder that pharmakon train-prior wrote (the shipped one otherwise)"
    )
    work: Path | None = Field(
        None,
        description="pmo, distribution, guacamol, diverse-hits, similarity: folder for what a later run can use "
        "(OUTPUT/later-work otherwise)",
    )
    seed: int = Field(0, description="where the seeds start")
    max_points: int = Field(11_000, ge=100, description="most molecules that carry the kernel; trees use all")
    workers: int | None = Field(
        None, ge=1, description="threads of the learner, 1 when not given; admet-speed: processes, one a core"
    )
    processes: int | None = Field(
        None, ge=1, description="tasks at a time, each in a process of its own; one when not given, on Ray all cores"
    )
    engine: OnEngine = "local"
    address: Address = None

    @property
    def folder(self) -> Path:
        """Where the results go."""
        return self.output or Path(f"benchmark-{self.name}")

    @property
    def workplace(self) -> Path:
        """Where is kept what a later run can use."""
        return self.work or self.folder / "later-work"

    @property
    def paid(self) -> int:
        """Oracle calls of a design task."""
        return self.calls or protocol_calls(self.name)

    @model_validator(mode="after")
    def _models_are_for_coverage(self) -> BenchmarkConfig:
        if self.models and self.name not in (None, "coverage"):
            raise ValueError(f"models are for the coverage benchmark; {self.name} trains its own")
        return self

    @model_validator(mode="after")
    def _tasks_may_run_beside_one_another(self) -> BenchmarkConfig:
        beside = (self.processes or 1) > 1 or self.engine != "local"
        if beside and self.name not in (None, *BESIDE):
            raise ValueError(f"the tasks of {self.name} run one at a time: what they measure would change")
        return self

    _address = model_validator(mode="after")(address_is_of_a_cluster)

    @model_validator(mode="after")
    def _network_met_no_test(self) -> BenchmarkConfig:
        if self.network and self.name not in (None, *WITH_NETWORK):
            raise ValueError(f"networks can be blended in {' and '.join(WITH_NETWORK)}, not in {self.name}")
        if self.network and self.seed:
            raise ValueError(
                "the networks were kept from the test molecules of seed 0; they may have met those of another"
            )
        return self


def protocol_calls(name: str | None) -> int:
    """Oracle calls of a benchmark's design tasks."""
    return GUACAMOL_CALLS if name == "guacamol" else PROTOCOL_CALLS


Say = Callable[[str], object]
"""Told how far a task is."""
Learner = Callable[..., Sequence[Floats]]
"""learner(train_smiles, train_y, test_smiles, *, kind, transform, seeds, max_points, n_jobs) -> for each seed the
test values, or probabilities of class 1."""


def over_runs(values: Sequence[float]) -> dict[str, Any]:
    """The mean of a few runs. Over so few seeds no bootstrap is honest: the interval is their range."""
    mean, low, high = (round(float(value), 4) for value in (np.mean(values), min(values), max(values)))
    return {"value": mean, "low": low, "high": high, "n": len(values)}


def summed(results: Mapping[str, Mapping[str, Any]], metric: str, rivals: Collection[str]) -> dict[str, Any]:
    """Sums over the tasks that were run, the rivals' over the same tasks."""
    return {
        "tasks": len(results),
        "pharmakon": round(sum(r["scores"][metric]["value"] for r in results.values()), 3),
        **{who: round(sum(r["anchors"][metric][who] for r in results.values()), 3) for who in rivals},
    }


def told(say: Say) -> Progress:
    """A progress that says it in words."""

    def advance(done: int, total: int, note: str) -> None:
        say(f"{done:,} of {total:,}, {note}" if total else f"{done:,}, {note}")

    return advance


class Benchmark(Protocol):
    """One public benchmark. `needs` is a folder or file below the data root, "" where it can do without."""

    what: str
    protocol: str
    published: str
    needs: str
    repeats: int

    def tasks(self) -> Sequence[str]: ...

    def files(self, task: str, root: Path) -> list[Path]:
        """What the task reads; it is hashed."""
        ...

    def run(self, task: str, root: Path, config: BenchmarkConfig, learner: Learner, say: Say) -> dict[str, Any]:
        """{"scores": {metric: {value, low, high, n, ...}}, "anchors": {metric: {who: value}}, ...}."""
        ...

    def summary(self, results: Mapping[str, Mapping[str, Any]], *, rivals: bool = True) -> dict[str, Any]:
        """What the tasks say together; with `rivals` also their figures, taken over the same tasks."""
        ...


BENCHMARKS: Registry[Benchmark] = Registry(
    "benchmark",
    {
        "tdc": "pharmakon.workflows.benchmark_tdc:TDC",
        "moleculeace": "pharmakon.workflows.benchmark_moleculeace:MOLECULEACE",
        "expansionrx": "pharmakon.workflows.benchmark_expansionrx:EXPANSIONRX",
        "pmo": "pharmakon.workflows.benchmark_pmo:PMO",
        "pmo-sane": "pharmakon.workflows.benchmark_pmo:PMO_SANE",
        "guacamol": "pharmakon.workflows.benchmark_guacamol:GUACAMOL",
        "distribution": "pharmakon.workflows.benchmark_distribution:DISTRIBUTION",
        "modes": "pharmakon.workflows.benchmark_modes:MODES",
        "coverage": "pharmakon.workflows.benchmark_coverage:COVERAGE",
        "routes": "pharmakon.workflows.benchmark_routes:ROUTES",
        "diverse-hits": "pharmakon.workflows.benchmark_diverse_hits:DIVERSE_HITS",
        "scheduled": "pharmakon.workflows.benchmark_scheduled:SCHEDULED",
        "admet-speed": "pharmakon.workflows.benchmark_speed:ADMET_SPEED",
        "response": "pharmakon.workflows.benchmark_response:RESPONSE",
        "response-network": "pharmakon.workflows.benchmark_response_network:RESPONSE_NETWORK",
        "biomarkers": "pharmakon.workflows.benchmark_biomarkers:BIOMARKERS",
        "cohort-speed": "pharmakon.workflows.benchmark_cohort_speed:COHORT_SPEED",
        "selection": "pharmakon.workflows.benchmark_selection:SELECTION",
        "markers": "pharmakon.workflows.benchmark_markers:MARKERS",
        "dose": "pharmakon.workflows.benchmark_dose:DOSES",
        "trial": "pharmakon.workflows.benchmark_trial:TRIAL",
        "fairness": "pharmakon.workflows.benchmark_fairness:FAIRNESS",
        "safe-harbor": "pharmakon.workflows.benchmark_safe_harbor:SAFE_HARBOR",
        "attack": "pharmakon.workflows.benchmark_attack:ATTACK",
        "deid": "pharmakon.workflows.benchmark_deid:DEID",
        "vault": "pharmakon.workflows.benchmark_vault:VAULTS",
        "ledger": "pharmakon.workflows.benchmark_ledger:LEDGERS",
        "dossier": "pharmakon.workflows.benchmark_dossier:DOSSIERS",
        "api-fuzz": "pharmakon.workflows.benchmark_api_fuzz:API_FUZZ",
        "parsers": "pharmakon.workflows.benchmark_parsers:PARSERS",
        "anonymity": "pharmakon.workflows.benchmark_anonymity:ANONYMITY",
        "release": "pharmakon.workflows.benchmark_release:RELEASE",
        "federation": "pharmakon.workflows.benchmark_federation:FEDERATION",
        "attribution": "pharmakon.workflows.benchmark_attribution:ATTRIBUTION",
        "library": "pharmakon.workflows.benchmark_library:LIBRARY",
        "similarity": "pharmakon.workflows.benchmark_similarity:SIMILARITY",
        "workbench": "pharmakon.workflows.benchmark_workbench:WORKBENCH",
        "screen": "pharmakon.workflows.benchmark_screen:SCREEN",
        "faults": "pharmakon.workflows.benchmark_faults:SCREEN_FAULTS",
        "scale": "pharmakon.workflows.benchmark_scale:SCALE",
        "explanations": "pharmakon.workflows.benchmark_explanations:EXPLANATIONS",
        "passport": "pharmakon.workflows.benchmark_passport:PASSPORTS",
        "counterfactuals": "pharmakon.workflows.benchmark_counterfactuals:COUNTERFACTUALS",
        "reproduce": "pharmakon.workflows.benchmark_reproduce:REPRODUCTIONS",
        "server-faults": "pharmakon.web.benchmark_faults:FAULTS",
    },
)


def run(config: BenchmarkConfig, *, progress: Progress = silent, learner: Learner | None = None) -> BenchmarkResult:
    """Run the tasks that are not done yet. Raises UnknownName for a wrong task, DataError where the data is absent."""
    if config.name is None:
        raise UnknownName("benchmark", "", BENCHMARKS)
    benchmark = BENCHMARKS[config.name]
    known = list(dict.fromkeys(config.models or benchmark.tasks()))
    wanted = list(config.tasks) or known
    for task in wanted:
        if task not in known:
            raise UnknownName("task", task, known, where=config.name)
    root = root_of(benchmark.needs) if benchmark.needs else Path()
    if root is None:
        raise DataError(f"{config.name} needs {missing(benchmark)}")
    path = config.folder / f"{config.name}.json"
    record = _open(path, benchmark, config)
    data = {task: {_place(file): sha256(file) for file in benchmark.files(task, root)} for task in wanted}
    left = [(n, task) for n, task in enumerate(wanted) if record["tasks"].get(task, {}).get("data") != data[task]]
    beside = learner is None and ((config.processes or 1) > 1 or config.engine != "local")
    pool = Machines(config.processes, config.engine, config.address).engine if beside else None
    work = partial(_measured, config, root, learner)
    found = outcomes(work, left, of=len(wanted), pool=pool, progress=progress)
    for (done, task), (told, seconds) in zip(left, found, strict=True):
        if not told["scores"]:  # not measured, and nothing to keep it from being measured later
            progress(done, len(wanted), f"{task}: {told['note']}")
            continue
        record["tasks"][task] = {**told, "data": data[task], "seconds": seconds}
        record["tasks"] = {name: record["tasks"][name] for name in known if name in record["tasks"]}
        record["summary"] = benchmark.summary(record["tasks"], rivals=record["comparable"])
        write_atomic(path, json.dumps(record, indent=1, ensure_ascii=False, allow_nan=False) + "\n")
    progress(len(wanted), len(wanted), "")
    return BenchmarkResult(path, record)


def missing(benchmark: Benchmark) -> str:
    """What to do about absent data, or "" when it is there."""
    if not benchmark.needs or root_of(benchmark.needs) is not None:
        return ""
    root = data_root()
    if root is None:
        return f"{benchmark.needs} below the folder of public data sets: set PHARMAKON_DATA to that folder"
    return f"{benchmark.needs}, which is not in {root} (PHARMAKON_DATA)"


def _place(file: Path) -> str:
    """A data file's place in the catalogue; of one elsewhere (a model's card) its folder and name."""
    place = below_root(file)
    return f"{file.parent.name}/{file.name}" if place == str(file) else place


@cache
def anchors() -> dict[str, dict[str, dict[str, Any]]]:
    """Published figures: benchmark -> task -> {who: value}."""
    import tomllib

    return tomllib.loads(files("pharmakon.workflows").joinpath("anchors.toml").read_text(encoding="utf-8"))


def score(metric: str, truth: Floats, predicted: Floats, *, seed: int = 0) -> dict[str, Any]:
    """A metric with its 95 % bootstrap interval over the test molecules; null where it is not defined."""
    from pharmakon.learn.metrics import bootstrap

    value, low, high = bootstrap(metric, truth, predicted, random_state=seed)
    return {"value": _rounded(value), "low": _rounded(low), "high": _rounded(high), "n": len(truth)}


def _rounded(value: float) -> float | None:
    return round(value, 4) if math.isfinite(value) else None


def sample(labels: Floats, limit: int | None, *, kind: Kind, random: np.random.Generator) -> NDArray[np.intp]:
    """At most `limit` rows, in order; both classes keep their share."""
    everything = np.arange(len(labels))
    if limit is None or len(labels) <= limit:
        return everything
    if kind == "regression":
        return np.sort(random.choice(everything, size=limit, replace=False))
    ones, zeros = np.flatnonzero(labels > 0.5), np.flatnonzero(labels <= 0.5)
    share = min(max(round(limit * len(ones) / len(labels)), 1), len(ones))
    chosen = [random.choice(ones, size=share, replace=False)]
    chosen.append(random.choice(zeros, size=min(limit - share, len(zeros)), replace=False))
    return np.sort(np.concatenate(chosen))


def _measured(
    config: BenchmarkConfig, root: Path, learner: Learner | None, task: str, say: Say = str, /
) -> tuple[dict[str, Any], float]:
    """What a task gives, and its seconds."""
    from pharmakon.predict.training import fit_predict

    started = time.perf_counter()
    found = BENCHMARKS[str(config.name)].run(task, root, config, learner or fit_predict, say)
    return found, round(time.perf_counter() - started, 1)


def _open(path: Path, benchmark: Benchmark, config: BenchmarkConfig) -> dict[str, Any]:
    """The record so far, or a new one when there is none of the same code, versions and settings."""
    repeats = config.repeats or benchmark.repeats
    settings: dict[str, Any] = {
        "limit": config.limit,
        "repeats": repeats,
        "calls": config.paid,
        "max_points": config.max_points,
        "seed": config.seed,
        "network": [sha256(config.network / f"{stem}.npz") for stem in NETWORK_FILES] if config.network else None,
        "workers": config.workers,
    }
    if config.name == "guacamol":
        settings["pool"] = config.pool
    if config.prior is not None:
        from .train_prior import prior_folder

        weights = prior_folder(config.prior) / "language.npz"
        if not weights.is_file():
            raise DataError(f"{config.prior} is not a prior: pharmakon train-prior makes one")
        settings["prior"] = sha256(weights)
    identity = {"settings": settings, "versions": versions(), "code": code_identity()}
    enough = config.paid >= protocol_calls(config.name) and config.pool >= POOL
    whole = config.limit is None and repeats >= benchmark.repeats and enough
    record: dict[str, Any] = {
        "benchmark": config.name,
        "protocol": benchmark.protocol,
        "comparable": whole,
        "command": _command(config),
        "commit": git_commit(),
        **identity,
        "machine": platform.platform(),
        "summary": {},
        "tasks": {},
    }
    if path.is_file():
        try:
            earlier = json.loads(path.read_text(encoding="utf-8"))
        except ValueError:
            raise DataError(f"{path} is not a results file; move it away or give another -o folder") from None
        if all(earlier.get(key) == value for key, value in identity.items()):
            record["tasks"], record["summary"] = earlier["tasks"], earlier["summary"]
    return record


def _command(config: BenchmarkConfig) -> str:
    """The command that makes these results, whoever called."""
    given = config.model_dump(exclude_defaults=True, exclude={"name", "output", "work", "admet_ai", *ELSEWHERE})
    words = [
        f"--{key.replace('_', '-')} {','.join(value) if isinstance(value, tuple) else value}"
        for key, value in given.items()
    ]
    return " ".join(["pharmakon benchmark", str(config.name), *words])
