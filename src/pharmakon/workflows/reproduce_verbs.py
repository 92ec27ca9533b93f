"""Which verbs can be run again from their record, and how a recorded configuration becomes a request again."""

from __future__ import annotations

import importlib
import os
import shlex
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from pharmakon.core.config import Config, build, inner_model
from pharmakon.core.errors import UsageError
from pharmakon.core.files import write_atomic
from pharmakon.core.types import Progress

CONFIGS = {
    "anonymise": ("anonymise", "AnonymiseConfig"),
    "attack": ("attack", "AttackConfig"),
    "audit": ("audit", "AuditConfig"),
    "audit-cohort": ("audit_cohort", "AuditCohortConfig"),
    "counterfactuals": ("counterfactuals", "CounterfactualsConfig"),
    "deidentify": ("deidentify", "DeidentifyConfig"),
    "design": ("design", "DesignConfig"),
    "discover": ("discover", "DiscoverConfig"),
    "dose": ("dose", "DoseConfig"),
    "explain": ("explain_molecules", "ExplainMoleculesConfig"),
    "explain-signature": ("explain", "ExplainConfig"),
    "export": ("export", "ExportConfig"),
    "federate simulate": ("federate_simulate", "SimulateConfig"),
    "index": ("index", "IndexConfig"),
    "library": ("library", "LibraryConfig"),
    "match": ("match", "MatchConfig"),
    "mutagenicity": ("mutagenicity", "MutagenicityConfig"),
    "passport": ("passport", "PassportConfig"),
    "predict": ("predict", "PredictConfig"),
    "recalibrate": ("recalibrate", "RecalibrateConfig"),
    "route": ("route", "RouteConfig"),
    "sample": ("sample", "SampleConfig"),
    "screen": ("screen", "ScreenConfig"),
    "similar": ("similar", "SimilarConfig"),
    "substructure": ("substructure", "SubstructureConfig"),
    "train": ("train", "TrainConfig"),
    "train-prior": ("train_prior", "PriorConfig"),
    "train-response": ("train_response", "ResponseConfig"),
    "validate": ("validate", "ValidateConfig"),
}
"""Verb: the workflow's module and its configuration."""
RANDOM = {
    "release": "the noise of a private release is drawn anew each time, by no seed: a second one would be another "
    "release, and cost budget"
}
"""Verbs that leave a record and cannot be run again, and why."""
IN_PLACE = {
    "passport": "the design run, whose models its own record names",
    "similar": "the index, of which the record holds the manifest alone",
    "substructure": "the index, of which the record holds the manifest alone",
}
"""Verbs that are run again only where what they read lies as it lay, and what that is."""
PLACES = {"output", "overwrite", "resume"}
"""Keys that say where a run goes, and nothing of what comes."""
NAMED = {"model"}
"""Keys whose text may be a path."""
Moved = Callable[[str], Path | None]
"""Where a path of the run is now; None where it is as it was."""


def check(verb: str) -> None:
    """UsageError for a verb that cannot be run again."""
    if verb in RANDOM:
        raise UsageError(f"a run of {verb} cannot be repeated: {RANDOM[verb]}")
    if verb not in CONFIGS:
        raise UsageError(f"a run of {verb} cannot be repeated by this version; it knows {', '.join(CONFIGS)}")


def again(
    run: Mapping[str, Any],
    output: Path,
    *,
    results: Sequence[str] = (),
    moved: Moved,
    given: Path | None,
    work: Path,
    scorers: bool = False,
    progress: Progress,
) -> None:
    """Run a recorded verb once more into `output`. `work` is a folder for files that only this run needs.

    Programs that the record names as `scorers` are started only where somebody says so: a record may be a stranger's.

    `results` are the names of what the verb wrote beside its record; they are made again as files of `output`.
    """
    verb = str(run["verb"])
    workflow = importlib.import_module(f"pharmakon.workflows.{CONFIGS[verb][0]}")
    model = config_of(verb)
    if verb == "deidentify":
        workflow.run(_deidentify(model, run, output, given, work), progress=progress)
        return
    data = {key: value for key, value in pruned(model, run["config"]).items() if key not in PLACES}
    if any(not one.get("python") and not one.get("command") and not one.get("url") for one in data.get("scorers", ())):
        raise UsageError("the run's scorers were functions of the program that called it, which its record cannot hold")
    if started := [one.get("python") or one.get("command") or one.get("url") for one in data.get("scorers", ())]:
        words = "; ".join(one if isinstance(one, str) else shlex.join(map(str, one)) for one in started)
        if not scorers:
            raise UsageError(
                f"to repeat the run is to start what its record names ({words}): where you trust whoever wrote it, say "
                "--scorers"
            )
    here: dict[str, Any] = {} if verb == "design" else {"output": output}
    if results:
        places = [output / name for name in results]
        several = isinstance(run["config"].get("output"), list)
        here = {"output": tuple(places) if several else places[0]}
        output.mkdir(parents=True, exist_ok=True)
    config = relocated(build(model, data | here, where="the run's configuration"), moved)
    if verb == "design":
        workflow.run(config, output=output, progress=progress)
    else:
        workflow.run(config, progress=progress)


def config_of(verb: str) -> type[Config]:
    """The configuration of a verb that can be run again."""
    module, name = CONFIGS[verb]
    found: type[Config] = getattr(importlib.import_module(f"pharmakon.workflows.{module}"), name)
    return found


def pruned(model: type[BaseModel], data: Mapping[str, Any]) -> dict[str, Any]:
    """A recorded configuration without the keys that have their default, as somebody would write it.

    Some keys are refused beside others when they are given, and a record holds them all.
    """
    kept: dict[str, Any] = {}
    for key, value in data.items():
        field = model.model_fields.get(key)
        inner = inner_model(field.annotation) if field is not None else None
        if field is not None and value == _plain_default(field.get_default(call_default_factory=True)):
            continue
        if inner is not None and isinstance(value, dict):
            value = pruned(inner, value)
        elif inner is not None and isinstance(value, list):
            value = [pruned(inner, one) if isinstance(one, dict) else one for one in value]
        kept[key] = value
    return kept


def relocated(config: Config, moved: Moved) -> Config:
    """The configuration with each path where it is now."""
    update: dict[str, Any] = {}
    for name in type(config).model_fields:
        value = getattr(config, name)
        several = isinstance(value, tuple)
        parts = value if several else (value,)
        now = [
            (moved(str(one)) if isinstance(one, (str, Path)) else None, one)
            for one in parts
            if isinstance(value, Path) or several or name in NAMED
        ]
        if any(place is not None for place, _ in now):
            found = tuple(one if place is None else type(one)(str(place)) for place, one in now)
            update[name] = found if several else found[0]
    return config.model_copy(update=update)


def _plain_default(default: Any) -> Any:
    from pharmakon.store.plain import plain

    return PydanticUndefined if default is PydanticUndefined else plain(default)


def _deidentify(model: type[Config], run: Mapping[str, Any], output: Path, given: Path | None, work: Path) -> Config:
    """The request of a de-identification, whose record names neither its files nor its key."""
    from pharmakon.privacy.pseudonym import VARIABLE

    if given is None:
        raise UsageError("a de-identification records no names of files: name the folder of its files with --inputs")
    if not os.environ.get(VARIABLE):
        raise UsageError(f"the pseudonyms of the run follow from its secret key: set {VARIABLE} to it")
    data = {key: value for key, value in pruned(model, run["config"]).items() if key != "columns" and value is not None}
    data.setdefault("today", datetime.fromisoformat(run["started"]).date())
    if declared := run["config"].get("columns"):
        lines = [f'"{name}" = "{action}"' for name, action in declared.items()]
        data["columns"] = write_atomic(work / "columns.toml", "\n".join(["[columns]", *lines]) + "\n")
    return build(model, {**data, "inputs": (given,), "output": output}, where="the run's configuration")
