"""The verbs of evidence as Python functions: ledgers, signatures, crates, forms, benchmarks, data."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pharmakon.core.config import build
from pharmakon.core.types import Progress, silent

if TYPE_CHECKING:
    from pharmakon.record.ledger import Verification
    from pharmakon.workflows.benchmark_result import BenchmarkResult
    from pharmakon.workflows.compare_runs import Compared
    from pharmakon.workflows.crate import CrateResult
    from pharmakon.workflows.crate_verify import CrateVerification
    from pharmakon.workflows.data import FetchResult
    from pharmakon.workflows.dossier import DossierResult
    from pharmakon.workflows.dossier_plan import Registered
    from pharmakon.workflows.ledger_export import LedgerExportResult
    from pharmakon.workflows.mlflow import MlflowResult
    from pharmakon.workflows.passport import PassportResult
    from pharmakon.workflows.replay import ReplayResult
    from pharmakon.workflows.reproduce import ReproduceResult
    from pharmakon.workflows.sbom import SbomResult
    from pharmakon.workflows.sign import SignResult


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


def compare_runs(runs: Sequence[str | Path]) -> Compared:
    """Where runs or models differ: in what was asked, read and found, and in versions."""
    from pharmakon.workflows import compare_runs as comparing

    return comparing.run(build(comparing.CompareRunsConfig, {"runs": tuple(runs)}))


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
