"""The verbs as Python functions: keyword options in, the workflow's result out. What `import pharmakon` offers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pharmakon.core.config import build
from pharmakon.core.types import Progress, silent

if TYPE_CHECKING:
    from pharmakon.design.own_scorer import Function
    from pharmakon.record.ledger import Verification
    from pharmakon.workflows.anonymise import AnonymiseResult
    from pharmakon.workflows.attack import AttackResult
    from pharmakon.workflows.audit import AuditResult
    from pharmakon.workflows.audit_cohort import AuditCohortResult
    from pharmakon.workflows.benchmark import BenchmarkResult
    from pharmakon.workflows.counterfactuals_result import CounterfactualsResult
    from pharmakon.workflows.crate import CrateResult
    from pharmakon.workflows.crate_verify import CrateVerification
    from pharmakon.workflows.data import FetchResult
    from pharmakon.workflows.deidentify import DeidentifyResult
    from pharmakon.workflows.design import DesignResult
    from pharmakon.workflows.discover import DiscoverResult
    from pharmakon.workflows.dose import DoseResult
    from pharmakon.workflows.dossier import DossierResult
    from pharmakon.workflows.dossier_plan import Registered
    from pharmakon.workflows.explain import ExplainResult
    from pharmakon.workflows.explain_molecules import ExplainMoleculesResult
    from pharmakon.workflows.export import ExportResult
    from pharmakon.workflows.federate import AnswerResult, CombineResult
    from pharmakon.workflows.federate_simulate import SimulateResult
    from pharmakon.workflows.ledger_export import LedgerExportResult
    from pharmakon.workflows.library import LibraryResult
    from pharmakon.workflows.match import MatchResult
    from pharmakon.workflows.mlflow import MlflowResult
    from pharmakon.workflows.monitor import MonitorResult
    from pharmakon.workflows.mutagenicity import MutagenicityResult
    from pharmakon.workflows.passport import PassportResult
    from pharmakon.workflows.predict import PredictResult
    from pharmakon.workflows.recalibrate import RecalibrateResult
    from pharmakon.workflows.release import ReleaseResult
    from pharmakon.workflows.replay import ReplayResult
    from pharmakon.workflows.reproduce import ReproduceResult
    from pharmakon.workflows.route import RouteResult
    from pharmakon.workflows.sample import SampleResult
    from pharmakon.workflows.sbom import SbomResult
    from pharmakon.workflows.sign import SignResult
    from pharmakon.workflows.slice import SliceResult
    from pharmakon.workflows.train import TrainResult
    from pharmakon.workflows.train_prior import PriorResult
    from pharmakon.workflows.train_response import ResponseResult
    from pharmakon.workflows.validate import ValidateResult


def audit_data(data: str | Path, *, progress: Progress = silent, **options: Any) -> AuditResult:
    """Find what is wrong with a table; options are those of `pharmakon audit`."""
    from pharmakon.workflows import audit

    return audit.run(build(audit.AuditConfig, {"data": data, **options}), progress=progress)


def audit_cohort(cohort: str | Path, *, progress: Progress = silent, **options: Any) -> AuditCohortResult:
    """Find out for whom a declared cohort and its model work; options are those of `pharmakon audit` of a cohort."""
    from pharmakon.workflows import audit_cohort as audit

    return audit.run(build(audit.AuditCohortConfig, {"data": cohort, **options}), progress=progress)


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
    scorers: Mapping[str, Function] | None = None,
    progress: Progress = silent,
    **options: Any,
) -> DesignResult:
    """Find molecules that meet a goal file; options win over the file's keys.

    `scorers` are functions by the names that goals give them: a list of SMILES in, as many numbers (or dicts with
    value, low and high) out. What the number means may stand in the file's [[scorers]] table of that name.
    """
    from pharmakon.workflows import design

    config = design.DesignConfig.from_toml(goal, **options)
    return design.run(
        config, output=Path(output), resume=resume, workers=workers, functions=scorers or {}, progress=progress
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


def discover_biomarkers(cohort: str | Path, *, progress: Progress = silent, **options: Any) -> DiscoverResult:
    """Find biomarkers in a declared cohort; options are those of `pharmakon discover`."""
    from pharmakon.workflows import discover

    return discover.run(build(discover.DiscoverConfig, {"cohort": cohort, **options}), progress=progress)


def train_response(*, progress: Progress = silent, **options: Any) -> ResponseResult:
    """Train a model of how tumours respond to drugs; options are those of `pharmakon train-response`."""
    from pharmakon.workflows import train_response

    return train_response.run(build(train_response.ResponseConfig, options), progress=progress)


def match_treatments(patients: str | Path, *, progress: Progress = silent, **options: Any) -> MatchResult:
    """Rank treatments for patients; options are those of `pharmakon match`."""
    from pharmakon.workflows import match

    return match.run(build(match.MatchConfig, {"patients": patients, **options}), progress=progress)


def dose_patients(drug: str, patients: str | Path, *, progress: Progress = silent, **options: Any) -> DoseResult:
    """Estimate doses of warfarin; options are those of `pharmakon dose`."""
    from pharmakon.workflows import dose

    return dose.run(build(dose.DoseConfig, {"drug": drug, "patients": patients, **options}), progress=progress)


def explain_molecules(
    smiles: str | Sequence[str], *, progress: Progress = silent, **options: Any
) -> ExplainMoleculesResult:
    """Say what each part of molecules adds to their properties; options are those of `pharmakon explain`."""
    from pharmakon.workflows import explain_molecules

    given = (smiles,) if isinstance(smiles, str) else tuple(smiles)
    config = build(explain_molecules.ExplainMoleculesConfig, {"molecules": given, **options})
    return explain_molecules.run(config, progress=progress)


def explain_signature(
    signature: str | Path, cohort: str | Path, *, progress: Progress = silent, **options: Any
) -> ExplainResult:
    """Take the risks that a signature gives apart; options are those of `pharmakon explain`."""
    from pharmakon.workflows import explain

    return explain.run(
        build(explain.ExplainConfig, {"signature": signature, "cohort": cohort, **options}), progress=progress
    )


def validate_signature(
    signature: str | Path, cohorts: str | Path | Sequence[str | Path], *, progress: Progress = silent, **options: Any
) -> ValidateResult:
    """Apply a frozen signature to other cohorts; options are those of `pharmakon validate`."""
    from pharmakon.workflows import validate

    given = (cohorts,) if isinstance(cohorts, (str, Path)) else tuple(cohorts)
    config = build(validate.ValidateConfig, {"signature": signature, "cohorts": given, **options})
    return validate.run(config, progress=progress)


def export_signature(signature: str | Path, **options: Any) -> ExportResult:
    """Take a signature out of its run folder; options are those of `pharmakon export`."""
    from pharmakon.workflows import export

    return export.run(build(export.ExportConfig, {"signature": signature, **options}))


def answer_round(plan: str | Path, cohort: str | Path, **options: Any) -> AnswerResult:
    """Write a site's answer to a round of a federated study; options are those of `pharmakon federate answer`."""
    from pharmakon.workflows import federate

    return federate.answer(build(federate.AnswerConfig, {"plan": plan, "cohort": cohort, **options}))


def combine_answers(plan: str | Path, answers: Sequence[str | Path], **options: Any) -> CombineResult:
    """Combine all sites' answers to a round; options are those of `pharmakon federate combine`."""
    from pharmakon.workflows import federate

    return federate.combine(build(federate.CombineConfig, {"plan": plan, "answers": tuple(answers), **options}))


def simulate_federation(cohort: str | Path, *, progress: Progress = silent, **options: Any) -> SimulateResult:
    """Run a federated study over the sites of one cohort; options are those of `pharmakon federate simulate`."""
    from pharmakon.workflows import federate_simulate

    config = build(federate_simulate.SimulateConfig, {"cohort": cohort, **options})
    return federate_simulate.run(config, progress=progress)


def monitor_model(model: str | Path, data: str | Path, *, progress: Progress = silent, **options: Any) -> MonitorResult:
    """Compare new data with what a model was made of; options are those of `pharmakon monitor`."""
    from pharmakon.workflows import monitor

    return monitor.run(build(monitor.MonitorConfig, {"model": str(model), "data": data, **options}), progress=progress)


def attack_model(model: str | Path | None = None, *, progress: Progress = silent, **options: Any) -> AttackResult:
    """Try to tell whose data a model was made with; options are those of `pharmakon attack`."""
    from pharmakon.workflows import attack

    return attack.run(build(attack.AttackConfig, {"model": model, **options}), progress=progress)


def anonymise_table(
    data: str | Path, *, config: str | Path, progress: Progress = silent, **options: Any
) -> AnonymiseResult:
    """Make a table in which nobody can be singled out; options are those of `pharmakon anonymise`."""
    from pharmakon.workflows import anonymise

    asked = build(anonymise.AnonymiseConfig, {"data": data, "config": config, **options})
    return anonymise.run(asked, progress=progress)


def release_statistics(
    cohort: str | Path, *, config: str | Path, progress: Progress = silent, **options: Any
) -> ReleaseResult:
    """Publish statistics with differential privacy; options are those of `pharmakon release`."""
    from pharmakon.workflows import release

    asked = build(release.ReleaseConfig, {"cohort": cohort, "config": config, **options})
    return release.run(asked, progress=progress)


def deidentify_data(
    inputs: str | Path | Sequence[str | Path], *, output: str | Path, progress: Progress = silent, **options: Any
) -> DeidentifyResult:
    """Take what identifies out of files; options are those of `pharmakon deidentify`."""
    from pharmakon.workflows import deidentify

    given = (inputs,) if isinstance(inputs, (str, Path)) else tuple(inputs)
    config = build(deidentify.DeidentifyConfig, {"inputs": given, "output": output, **options})
    return deidentify.run(config, progress=progress)


def fill_dossier(
    subject: str | Path, *, output: str | Path, progress: Progress = silent, **options: Any
) -> DossierResult:
    """Fill the forms that regulators ask for; options are those of `pharmakon dossier`."""
    from pharmakon.workflows import dossier

    config = build(dossier.DossierConfig, {"subject": str(subject), "output": output, **options})
    return dossier.run(config, progress=progress)


def register_plan(plan: str | Path, *, output: str | Path) -> Registered:
    """Register acceptance limits in a ledger, before the run; `output` is the folder of the ledger."""
    from pharmakon.workflows import dossier_plan

    return dossier_plan.register(build(dossier_plan.PlanConfig, {"plan": plan, "output": output}))


def list_models(names: Sequence[str] = ()) -> list[dict[str, Any]]:
    """The cards of the named models, or of all shipped ones."""
    from pharmakon.workflows import models

    return models.cards(names)


def design_passports(
    run: str | Path, designs: str | Sequence[str] = (), *, progress: Progress = silent, **options: Any
) -> PassportResult:
    """Passports of a design run's molecules, by number, name or SMILES; options are those of `pharmakon passport`."""
    from pharmakon.workflows import passport

    asked = (designs,) if isinstance(designs, str) else tuple(designs)
    return passport.run(build(passport.PassportConfig, {"run": run, "designs": asked, **options}), progress=progress)


def replay_run(run: str | Path) -> ReplayResult:
    """Make every molecule of a design run again from its recorded steps."""
    from pharmakon.workflows import replay

    return replay.replay(run)


def verify_ledger(run: str | Path, *, head: str = "", trust: str | Path | None = None) -> Verification:
    """What is wrong with a run's record; no problems when it is as it was written."""
    from pharmakon.workflows import ledger

    return ledger.verify(run, head=head, trust=None if trust is None else Path(trust))


def sign_record(record: str | Path, **options: Any) -> SignResult:
    """Sign a finished run or a model electronically; options are those of `pharmakon sign`."""
    from pharmakon.workflows import sign

    return sign.run(build(sign.SignConfig, {"record": record, **options}))


def export_ledgers(runs: Sequence[str | Path], **options: Any) -> LedgerExportResult:
    """Copy ledgers and signatures to a database or a file; options are those of `pharmakon ledger export`."""
    from pharmakon.workflows import ledger_export

    return ledger_export.run(build(ledger_export.LedgerExportConfig, {"runs": tuple(runs), **options}))


def make_crate(run: str | Path, **options: Any) -> CrateResult:
    """Write a finished run as an RO-Crate; options are those of `pharmakon crate`."""
    from pharmakon.workflows import crate

    return crate.run(build(crate.CrateConfig, {"run": run, **options}))


def verify_crate(crate: str | Path, *, trust: str | Path | None = None) -> CrateVerification:
    """What is wrong with a crate; no problems when it is as it was written."""
    from pharmakon.workflows import crate_verify

    return crate_verify.verify(crate, trust=None if trust is None else Path(trust))


def reproduce_run(run: str | Path, *, progress: Progress = silent, **options: Any) -> ReproduceResult:
    """Run a recorded run again and compare; options are those of `pharmakon reproduce`."""
    from pharmakon.workflows import reproduce

    return reproduce.run(build(reproduce.ReproduceConfig, {"run": run, **options}), progress=progress)


def make_sbom(**options: Any) -> SbomResult:
    """A software bill of materials; options are those of `pharmakon sbom`."""
    from pharmakon.workflows import sbom

    return sbom.run(build(sbom.SbomConfig, options))


def copy_to_mlflow(run: str | Path, uri: str, **options: Any) -> MlflowResult:
    """Copy a finished run into an MLflow store; options are those of `pharmakon mlflow`."""
    from pharmakon.workflows import mlflow

    return mlflow.run(build(mlflow.MlflowConfig, {"run": run, "uri": uri, **options}))


def run_benchmark(name: str, *, progress: Progress = silent, **options: Any) -> BenchmarkResult:
    """Score the learners; options are those of `pharmakon benchmark`."""
    from pharmakon.workflows import benchmark

    return benchmark.run(build(benchmark.BenchmarkConfig, {"name": name, **options}), progress=progress)


def lock_files(files: str | Path | Sequence[str | Path], *, progress: Progress = silent, **options: Any) -> list[Path]:
    """Encrypt files into vaults, which every reader opens; options are those of `pharmakon vault lock`.

    The secret stands in the environment or the keyring, as for the command.
    """
    from pharmakon.workflows import vault

    given = (files,) if isinstance(files, (str, Path)) else tuple(files)
    return vault.lock(build(vault.LockConfig, {"files": given, **options}), progress=progress)


def list_data(text: str = "") -> list[dict[str, Any]]:
    """The public data sets whose name, title or licence has these words; all without words."""
    from pharmakon.workflows import data

    return data.listing(text)


def fetch_data(name: str, *, progress: Progress = silent, **options: Any) -> FetchResult:
    """A checked copy of a public data set on this machine; options are those of `pharmakon data fetch`."""
    from pharmakon.workflows import data

    return data.run(build(data.FetchConfig, {"name": name, **options}), progress=progress)
