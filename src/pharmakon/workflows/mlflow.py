"""mlflow: a finished run as a run of an MLflow tracking store, for those who keep their runs there."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import Field

from pharmakon.core.config import Config
from pharmakon.core.errors import NotPermitted, PharmakonError, RecordError
from pharmakon.core.lazy import require
from pharmakon.record.audit import verify
from pharmakon.record.crate import METADATA, files_of
from pharmakon.record.entry import LEDGER, parse
from pharmakon.record.notebook import Shown
from pharmakon.store.runs import RunFolder

from .crate_inputs import OF_PEOPLE

FILE_STORE = "MLFLOW_ALLOW_FILE_STORE"
"""Newer MLflow refuses a store that is a folder unless this says that it is meant; whoever names one means it."""
RESULTS = ("result.json", "card.json", "signature/card.json")
"""Files whose numbers become metrics, where a run has them."""
LONGEST = 6_000
"""Characters of a parameter that MLflow keeps."""
MOST = 2_000
"""Metrics of one run; lists of many numbers are results to be read as files."""


class MlflowConfig(Config):
    """Which run, and where to."""

    run: Path = Field(description="folder of a finished run")
    uri: str = Field(description="tracking store: file:FOLDER, sqlite:///FILE or http(s)://SERVER")
    experiment: str = Field("", description="experiment; pharmakon VERB when not given")
    files: bool = Field(True, description="copy the run's files as artifacts; of people's data only with --permission")
    permission: str = Field("", max_length=500, description="who permitted copying files that may tell of people")


@dataclass(frozen=True, slots=True)
class MlflowResult(Shown):
    """What was copied."""

    run_id: str
    experiment: str
    params: int
    metrics: int
    artifacts: int


def run(config: MlflowConfig) -> MlflowResult:
    """Copy a run.

    Raises MissingExtra without mlflow, RecordError where the run is not as it was recorded or not finished,
    NotPermitted where its files may tell of people and nobody is named who permitted it.
    """
    folder = RunFolder.open(config.run)
    found = verify(config.run)
    if found.problems or not found.closed:
        why = found.problems[0] if found.problems else "its ledger is not closed: the run has not finished"
        raise RecordError(f"{config.run} is not exported: {why}")
    if config.files and folder.run["verb"] in OF_PEOPLE and not config.permission.strip():
        raise NotPermitted(
            f"the files of {folder.run['verb']} may tell of people: name who permitted copying them (--permission), or "
            "copy only parameters, figures and hashes (--files false)"
        )
    if not config.uri.partition(":")[0].startswith(("http", "sqlite", "postgresql", "mysql", "mssql")):
        os.environ.setdefault(FILE_STORE, "true")
    module = require("mlflow", extra="mlflow", needed_for="exporting to MLflow")
    experiment = config.experiment or f"pharmakon {folder.run['verb']}"
    params, metrics = dict(_params(folder.run)), dict(_metrics(config.run))
    files = [*files_of(config.run), METADATA] if config.files else []
    start, end = _times(config.run)
    try:
        client = module.tracking.MlflowClient(tracking_uri=config.uri)
        known = client.get_experiment_by_name(experiment)
        place = known.experiment_id if known is not None else client.create_experiment(experiment)
        tags = dict(_tags(folder.run, found.head, config))
        made = client.create_run(place, start_time=start, tags=tags, run_name=config.run.resolve().name)
        run_id = str(made.info.run_id)
        for name, value in params.items():
            client.log_param(run_id, name, value)
        for name, number in metrics.items():
            client.log_metric(run_id, name, number, timestamp=end)
        for name in files:
            if (config.run / name).is_file():
                client.log_artifact(run_id, str(config.run / name), Path(name).parent.as_posix().removeprefix("."))
        client.set_terminated(run_id, end_time=end)
    except module.exceptions.MlflowException as error:
        raise PharmakonError(f"{config.uri}: {str(error).splitlines()[0]}") from None
    return MlflowResult(run_id, experiment, len(params), len(metrics), len(files))


def _params(run: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in sorted({**run["config"], "seed": run["seed"]}.items()):
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
        yield name, text[:LONGEST]


def _metrics(folder: Path) -> Iterator[tuple[str, float]]:
    """The finite numbers of the run's results, named by their place; and of its last entry."""
    count = 0
    for name in RESULTS:
        path = folder / name
        said = json.loads(path.read_bytes()) if path.is_file() else {}
        for place, number in _numbers(said):
            if count < MOST:
                count += 1
                yield f"{Path(name).stem}/{place}", number
    last = parse((folder / LEDGER).read_bytes().splitlines()[-1])
    for place, number in _numbers({k: v for k, v in (last.data if last else {}).items() if k != "checkpoint"}):
        yield place, number


def _numbers(value: Any, place: str = "") -> Iterator[tuple[str, float]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _numbers(inner, f"{place}/{_plain(key)}" if place else _plain(key))
    elif isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value) and place:
        yield place, float(value)


def _plain(name: str) -> str:
    """A name in the letters that MLflow allows."""
    kept = "".join(letter if (letter.isalnum() and letter.isascii()) or letter in "_-. " else " " for letter in name)
    return " ".join(kept.split()) or "_"


def _tags(run: Mapping[str, Any], head: str, config: MlflowConfig) -> Iterator[tuple[str, str]]:
    yield "pharmakon.verb", str(run["verb"])
    yield "pharmakon.ledger", head
    for name, value in run.get("code", {}).items():
        yield f"pharmakon.code.{name}", str(value)
    for name, version in run.get("versions", {}).items():
        yield f"pharmakon.version.{name}", str(version)
    for number, one in enumerate(run["inputs"], start=1):
        yield f"pharmakon.input.{number}", f"sha256:{one['sha256']} {Path(one['path']).name}"
    for name, digest in files_of(config.run).items():
        yield f"pharmakon.sha256.{_plain(name.replace('/', '.'))}", digest
    if config.permission.strip():
        yield "pharmakon.permission", config.permission.strip()


def _times(folder: Path) -> tuple[int, int]:
    """First and last entry of the ledger, milliseconds since 1970."""
    entries = [json.loads(line)["time"] for line in (folder / LEDGER).read_bytes().splitlines()]
    first, last = (round(datetime.fromisoformat(text).timestamp() * 1000) for text in (entries[0], entries[-1]))
    return first, last
