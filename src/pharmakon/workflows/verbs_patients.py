"""The verbs of patients as Python functions: cohorts, signatures, treatments, privacy."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pharmakon.core.config import build
from pharmakon.core.types import Progress, silent

if TYPE_CHECKING:
    from pharmakon.workflows.anonymise import AnonymiseResult
    from pharmakon.workflows.attack import AttackResult
    from pharmakon.workflows.audit_cohort import AuditCohortResult
    from pharmakon.workflows.deidentify import DeidentifyResult
    from pharmakon.workflows.discover import DiscoverResult
    from pharmakon.workflows.dose import DoseResult
    from pharmakon.workflows.explain import ExplainResult
    from pharmakon.workflows.export import ExportResult
    from pharmakon.workflows.federate import AnswerResult, CombineResult
    from pharmakon.workflows.federate_simulate import SimulateResult
    from pharmakon.workflows.match import MatchResult
    from pharmakon.workflows.release import ReleaseResult
    from pharmakon.workflows.train_response import ResponseResult
    from pharmakon.workflows.validate import ValidateResult


def audit_cohort(cohort: str | Path, *, progress: Progress = silent, **options: Any) -> AuditCohortResult:
    """Find out for whom a declared cohort and its model work; options are those of `pharmakon audit` of a cohort."""
    from pharmakon.workflows import audit_cohort as audit

    return audit.run(build(audit.AuditCohortConfig, {"data": cohort, **options}), progress=progress)


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
