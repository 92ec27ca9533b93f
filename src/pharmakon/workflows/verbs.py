"""The verbs as Python functions: keyword options in, the workflow's result out. What `import pharmakon` offers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pharmakon.core.config import build
from pharmakon.core.types import Progress, silent

from .engines import Where
from .verbs_patients import (
    anonymise_table,
    answer_round,
    attack_model,
    audit_cohort,
    combine_answers,
    deidentify_data,
    discover_biomarkers,
    dose_patients,
    explain_signature,
    export_signature,
    match_treatments,
    release_statistics,
    simulate_federation,
    train_response,
    validate_signature,
)
from .verbs_record import (
    compare_runs,
    copy_to_mlflow,
    design_passports,
    export_ledgers,
    fetch_data,
    fill_dossier,
    list_data,
    lock_files,
    make_crate,
    make_sbom,
    register_plan,
    replay_run,
    reproduce_run,
    run_benchmark,
    sign_record,
    verify_crate,
    verify_ledger,
)

if TYPE_CHECKING:
    from pharmakon.design.own_scorer import Function
    from pharmakon.workflows.audit import AuditResult
    from pharmakon.workflows.counterfactuals_result import CounterfactualsResult
    from pharmakon.workflows.design import DesignResult
    from pharmakon.workflows.explain_molecules import ExplainMoleculesResult
    from pharmakon.workflows.index import IndexResult
    from pharmakon.workflows.index_view import Index
    from pharmakon.workflows.library import LibraryResult
    from pharmakon.workflows.monitor import MonitorResult
    from pharmakon.workflows.mutagenicity import MutagenicityResult
    from pharmakon.workflows.predict import PredictResult
    from pharmakon.workflows.recalibrate import RecalibrateResult
    from pharmakon.workflows.route import RouteResult
    from pharmakon.workflows.sample import SampleResult
    from pharmakon.workflows.screen import ScreenResult
    from pharmakon.workflows.similar import SimilarResult
    from pharmakon.workflows.slice import SliceResult
    from pharmakon.workflows.substructure import SubstructureResult
    from pharmakon.workflows.train import TrainResult
    from pharmakon.workflows.train_prior import PriorResult

__all__ = [
    "anonymise_table",
    "answer_round",
    "assess_mutagenicity",
    "attack_model",
    "audit_cohort",
    "audit_data",
    "combine_answers",
    "compare_runs",
    "copy_to_mlflow",
    "deidentify_data",
    "design_molecules",
    "design_passports",
    "discover_biomarkers",
    "dose_patients",
    "explain_molecules",
    "explain_signature",
    "export_ledgers",
    "export_signature",
    "fetch_data",
    "fill_dossier",
    "find_counterfactuals",
    "find_routes",
    "find_similar",
    "find_substructure",
    "index_library",
    "list_data",
    "list_models",
    "lock_files",
    "make_crate",
    "make_library",
    "make_sbom",
    "match_treatments",
    "monitor_model",
    "open_index",
    "predict_properties",
    "recalibrate_model",
    "register_plan",
    "release_statistics",
    "replay_run",
    "reproduce_run",
    "run_benchmark",
    "sample_molecules",
    "screen_library",
    "sign_record",
    "simulate_federation",
    "slice_molecules",
    "train_model",
    "train_prior",
    "train_response",
    "validate_signature",
    "verify_crate",
    "verify_ledger",
]


def audit_data(data: str | Path, *, progress: Progress = silent, **options: Any) -> AuditResult:
    """Find what is wrong with a table; options are those of `pharmakon audit`."""
    from pharmakon.workflows import audit

    return audit.run(build(audit.AuditConfig, {"data": data, **options}), progress=progress)


def train_model(data: str | Path, *, progress: Progress = silent, **options: Any) -> TrainResult:
    """Make a model from a table; options are those of `pharmakon train`."""
    from pharmakon.workflows import train

    return train.run(build(train.TrainConfig, {"data": data, **options}), progress=progress)


def recalibrate_model(
    model: str | Path, data: str | Path, *, progress: Progress = silent, **options: Any
) -> RecalibrateResult:
    """Fit a model's calibration to a table of measurements; options are those of `pharmakon recalibrate`."""
    from pharmakon.workflows import recalibrate

    config = build(recalibrate.RecalibrateConfig, {"model": str(model), "data": data, **options})
    return recalibrate.run(config, progress=progress)


def predict_properties(
    smiles: str | Sequence[str] = (), *, data: str | Path | None = None, progress: Progress = silent, **options: Any
) -> PredictResult:
    """Estimate properties of one SMILES, several, or a file's molecules; options are those of `pharmakon predict`."""
    from pharmakon.workflows import predict

    given = (smiles,) if isinstance(smiles, str) else tuple(smiles)
    config = build(predict.PredictConfig, {"smiles": given, "data": data, **options})
    return predict.run(config, progress=progress)


def find_counterfactuals(smiles: str, *, progress: Progress = silent, **options: Any) -> CounterfactualsResult:
    """Find edits that change a model's answer; options are those of `pharmakon counterfactuals`."""
    from pharmakon.workflows import counterfactuals

    config = build(counterfactuals.CounterfactualsConfig, {"smiles": smiles, **options})
    return counterfactuals.run(config, progress=progress)


def make_library(data: str | Path, *, output: str | Path, progress: Progress = silent, **options: Any) -> LibraryResult:
    """Make a table of a file of molecules with their properties; options are those of `pharmakon library`."""
    from pharmakon.workflows import library

    config = build(library.LibraryConfig, {"data": data, "output": output, **options})
    return library.run(config, progress=progress)


def index_library(data: str | Path, *, output: str | Path, progress: Progress = silent, **options: Any) -> IndexResult:
    """Make a library searchable; options are those of `pharmakon index`."""
    from pharmakon.workflows import index

    return index.run(build(index.IndexConfig, {"data": data, "output": output, **options}), progress=progress)


def open_index(folder: str | Path) -> Index:
    """An index to be asked again and again: its methods are `similar` and `having`."""
    from pharmakon.workflows.index_view import Index

    return Index(folder)


def find_similar(
    queries: str | Sequence[str], *, index: str | Path, progress: Progress = silent, **options: Any
) -> SimilarResult:
    """Find the molecules of an index most like some SMILES or files; options are those of `pharmakon similar`."""
    from pharmakon.workflows import similar

    given = (queries,) if isinstance(queries, str) else tuple(queries)
    config = build(similar.SimilarConfig, {"queries": given, "index": index, **options})
    return similar.run(config, progress=progress)


def find_substructure(
    smarts: str, *, index: str | Path, progress: Progress = silent, **options: Any
) -> SubstructureResult:
    """Find the molecules of an index that have a part; options are those of `pharmakon substructure`."""
    from pharmakon.workflows import substructure

    config = build(substructure.SubstructureConfig, {"smarts": smarts, "index": index, **options})
    return substructure.run(config, progress=progress)


def screen_library(
    inputs: str | Path | Sequence[str | Path], *, output: str | Path, progress: Progress = silent, **options: Any
) -> ScreenResult:
    """Send files of molecules through an objective and list the best; options are those of `pharmakon screen`."""
    from pharmakon.workflows import screen

    given = (inputs,) if isinstance(inputs, (str, Path)) else tuple(inputs)
    config = build(screen.ScreenConfig, {"inputs": tuple(map(str, given)), "output": output, **options})
    return screen.run(config, progress=progress)


def assess_mutagenicity(
    smiles: str | Sequence[str] = (), *, data: str | Path | None = None, progress: Progress = silent, **options: Any
) -> MutagenicityResult:
    """Judge impurities as ICH M7 asks; options are those of `pharmakon mutagenicity`."""
    from pharmakon.workflows import mutagenicity

    given = (smiles,) if isinstance(smiles, str) else tuple(smiles)
    config = build(mutagenicity.MutagenicityConfig, {"smiles": given, "data": data, **options})
    return mutagenicity.run(config, progress=progress)


def design_molecules(
    goal: str | Path,
    *,
    output: str | Path,
    resume: bool = False,
    workers: int | None = None,
    engine: Where = "local",
    address: str | None = None,
    scorers: Mapping[str, Function] | None = None,
    progress: Progress = silent,
    **options: Any,
) -> DesignResult:
    """Find molecules that meet a goal file; options win over the file's keys.

    `scorers` are functions by the names that goals give them: a list of SMILES in, as many numbers (or dicts with
    value, low and high) out. What the number means may stand in the file's [[scorers]] table of that name. With engine
    ray the models work on a Ray cluster, at `address` or on this machine.
    """
    from pharmakon.workflows import design

    config = design.DesignConfig.from_toml(goal, **options)
    return design.run(
        config,
        output=Path(output),
        resume=resume,
        workers=workers,
        engine=engine,
        address=address,
        functions=scorers or {},
        progress=progress,
    )


def slice_molecules(smiles: str | Sequence[str] = (), *, progress: Progress = silent, **options: Any) -> SliceResult:
    """Propose where to cut molecules for a mode of design; options are those of `pharmakon slice`."""
    from pharmakon.workflows import slice as slicing

    given = (smiles,) if isinstance(smiles, str) else tuple(smiles)
    return slicing.run(build(slicing.SliceConfig, {"smiles": given, **options}), progress=progress)


def find_routes(
    smiles: str | Sequence[str] = (),
    *,
    stock: str | Path,
    data: str | Path | None = None,
    progress: Progress = silent,
    **options: Any,
) -> RouteResult:
    """Find how molecules can be made from building blocks; options are those of `pharmakon route`."""
    from pharmakon.workflows import route

    given = (smiles,) if isinstance(smiles, str) else tuple(smiles)
    config = build(route.RouteConfig, {"smiles": given, "data": data, "stock": stock, **options})
    return route.run(config, progress=progress)


def train_prior(data: str | Path, *, progress: Progress = silent, **options: Any) -> PriorResult:
    """Train a chemical language model; options are those of `pharmakon train-prior`."""
    from pharmakon.workflows import train_prior

    return train_prior.run(build(train_prior.PriorConfig, {"data": data, **options}), progress=progress)


def sample_molecules(prior: str | Path, *, progress: Progress = silent, **options: Any) -> SampleResult:
    """Write molecules from a language model; options are those of `pharmakon sample`."""
    from pharmakon.workflows import sample

    return sample.run(build(sample.SampleConfig, {"prior": prior, **options}), progress=progress)


def explain_molecules(
    smiles: str | Sequence[str], *, progress: Progress = silent, **options: Any
) -> ExplainMoleculesResult:
    """Say what each part of molecules adds to their properties; options are those of `pharmakon explain`."""
    from pharmakon.workflows import explain_molecules

    given = (smiles,) if isinstance(smiles, str) else tuple(smiles)
    config = build(explain_molecules.ExplainMoleculesConfig, {"molecules": given, **options})
    return explain_molecules.run(config, progress=progress)


def monitor_model(model: str | Path, data: str | Path, *, progress: Progress = silent, **options: Any) -> MonitorResult:
    """Compare new data with what a model was made of; options are those of `pharmakon monitor`."""
    from pharmakon.workflows import monitor

    return monitor.run(build(monitor.MonitorConfig, {"model": str(model), "data": data, **options}), progress=progress)


def list_models(names: Sequence[str] = ()) -> list[dict[str, Any]]:
    """The cards of the named models, or of all shipped ones."""
    from pharmakon.workflows import models

    return models.cards(names)
