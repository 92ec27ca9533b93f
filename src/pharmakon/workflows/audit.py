"""audit: what is wrong with a table of structures and measurements, before a model or a score is made of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from pharmakon.core.errors import ConfigError, UnknownName
from pharmakon.core.types import Progress, silent
from pharmakon.record.notebook import Shown

from .assay import AssayConfig, open_assay

if TYPE_CHECKING:
    from pharmakon.predict.findings import Finding
    from pharmakon.predict.measured import Sample
    from pharmakon.store.tables import Table

FailOn = Literal["info", "warning", "error", "never"]
KINDS = (".html", ".csv", ".csv.gz", ".json")


class AuditConfig(AssayConfig):
    """What to look at, how values are compared, and what counts as a failure."""

    against: Path | None = Field(
        None, description="a second table, the test set; its molecules must not be in the first"
    )
    split_column: str | None = Field(None, description="column that names the part of a row, such as train and test")
    unit_column: str | None = Field(None, description="column of units; one whose name holds 'unit' when not given")
    source_column: str | None = Field(
        None, description="column of the laboratory, assay or year of a row; one of such a name when not given"
    )
    model: str | None = Field(
        None, description="a shipped model's name or a model folder: its error by kind of molecule on these values"
    )
    kind: Literal["auto", "regression", "classification"] = Field("auto", description="what the values are")
    scale: Literal["auto", "log", "linear", "other"] = Field(
        "auto",
        description=(
            "how values are compared: log (they are logarithms), linear (concentrations, compared as log10), other (in "
            "standard deviations); guessed from the column's name and range"
        ),
    )
    spread: float = Field(
        1.0, gt=0, description="repeats contradict when further apart: log units, or standard deviations (scale other)"
    )
    fail_on: FailOn = Field("error", description="exit code 1 when a finding is at least this severe")
    output: tuple[Path, ...] = Field((), description="files to write: .html report, .csv or .json of every finding row")
    seed: int = Field(0, ge=0, description="seed of every random choice")


@dataclass(frozen=True, slots=True)
class AuditResult(Shown):
    """Findings, the worst first; `passed` is what was looked for and not found. `failed` is by `fail_on`."""

    findings: list[Finding]
    passed: list[Finding]
    sample: Sample
    failed: bool
    notes: list[str] = field(default_factory=list)
    outputs: tuple[Path, ...] = ()

    def plain(self) -> dict[str, Any]:
        """Everything as plain data, for JSON."""
        from .audit_output import plain

        return plain(self)


def run(config: AuditConfig, *, progress: Progress = silent) -> AuditResult:
    """Audit a table, and write the outputs that were asked for.

    Raises UnknownName for a wrong column, ConfigError for a request that makes no sense and DataError where nothing can
    be used.
    """
    from pharmakon.predict.findings import ranked
    from pharmakon.predict.measured import Source, measure
    from pharmakon.predict.origin import guessed

    from .audit_bias import biases, model_errors

    _check_outputs(config.output)
    table, value = open_assay(config, taken=(config.split_column, config.unit_column, config.source_column))
    unit = config.unit_column or next((name for name in table.columns if _is_unit(name, value)), None)
    for name in (config.split_column, config.unit_column, config.source_column):
        if name is not None and name not in table.columns:
            raise UnknownName("column", name, table.columns, where=str(config.data))
    sources = [Source(config.data.name, list(table.rows()), "train" if config.against else "")]
    notes = list(table.notes)
    if config.against is not None:
        if config.split_column is not None:
            raise ConfigError("give a second table (--against) or a split column, not both")
        other = _second(config.against, config)
        name = config.against.name if config.against.name != config.data.name else str(config.against)
        sources.append(Source(name, list(other.rows()), "test"))
        notes += [f"{config.against.name}: {note}" for note in other.notes]
        if value not in other.columns:
            notes.append(f"{config.against.name} has no column {value!r}: its rows are compared by structure only")
    sample = measure(
        sources,
        value=value,
        split_column=config.split_column,
        unit_column=unit,
        kind=None if config.kind == "auto" else config.kind,
        positive=config.positive,
        scale=config.scale,
        progress=progress,
    )
    if config.split_column and len(sample.parts) < 2:
        raise ConfigError(f"column {config.split_column!r} names only one part ({', '.join(sample.parts) or 'none'})")
    source = config.source_column or guessed([c for c in table.columns if c not in (value, config.split_column)])
    labels = [row.fields.get(source, "") for one in sources for row in one.rows] if source else []
    found = _findings(sample, config, progress)
    found += biases(sample, source=source, labels=labels, seed=config.seed, progress=progress)
    if config.model is not None:
        found.append(model_errors(sample, config.model, progress=progress))
    found = ranked(found)
    result = AuditResult(
        [finding for finding in found if finding.severity != "passed"],
        [finding for finding in found if finding.severity == "passed"],
        sample,
        fails(found, config.fail_on),
        [*notes, *_assumed(sample, config, value)],
        config.output,
    )
    if config.output:
        from .audit_output import write
        from .recorded import model_files, recorded

        inputs = [path for path in (config.data, config.against) if path is not None]
        inputs += [] if config.model is None else model_files(config.model)
        with recorded("audit", config, config.output, inputs=inputs, seed=config.seed):
            write(result, config)
    progress(1, 1, "done")
    return result


def fails(findings: Sequence[Finding], fail_on: FailOn) -> bool:
    """Whether a finding is at least so severe."""
    from pharmakon.predict.findings import SEVERITIES

    if fail_on == "never":
        return False
    return any(SEVERITIES.index(finding.severity) >= SEVERITIES.index(fail_on) for finding in findings)


def _findings(sample: Sample, config: AuditConfig, progress: Progress) -> list[Finding]:
    from pharmakon.predict.cliffs import cliffs
    from pharmakon.predict.duplicates import contradictions, duplicates, unreadable
    from pharmakon.predict.leakage import leaks, similarity_to_training, split_bias
    from pharmakon.predict.mixtures import units
    from pharmakon.predict.placeholders import placeholders

    found = [*unreadable(sample), *duplicates(sample), *contradictions(sample, spread=config.spread), *leaks(sample)]
    progress(0, 0, "looking for mixed units")
    found += [*units(sample), *placeholders(sample)]
    found += cliffs(sample, progress=progress)
    progress(0, 0, "measuring the split's bias")
    return [*found, *split_bias(sample, seed=config.seed), *similarity_to_training(sample, seed=config.seed)]


def _is_unit(name: str, value: str) -> bool:
    """Whether a column holds units: `units`, `standard_units`; of several value columns only this one's."""
    plain = name.casefold()
    return plain in ("unit", "units", "standard_units", "standard units", f"{value.casefold()}_unit") or plain in (
        f"{value.casefold()}_units",
        f"{value.casefold()} units",
    )


def _second(path: Path, config: AuditConfig) -> Table:
    """The second table, its columns named as the first one's where it has them, else guessed."""
    from pharmakon.store.tables import open_table

    try:
        return open_table(path, smiles=config.smiles, id=config.id)
    except UnknownName:
        return open_table(path)


def _assumed(sample: Sample, config: AuditConfig, value: str) -> list[str]:
    words = {
        "classes": "classes",
        "log": "logarithms: differences in log units",
        "linear": "concentrations: differences in log10 units",
        "other": f"plain numbers: differences in standard deviations ({sample.scale.step:.3g})",
    }
    guess = "" if sample.kind == "classification" or config.scale != "auto" else " (a guess; --scale decides)"
    notes = [f"column {value!r} read as {words[sample.scale.name]}{guess}"]
    if sample.reference:
        others = ", ".join(part for part in sample.parts if part != sample.reference)
        notes.append(f"training part: {sample.reference}; tested against it: {others}")
    return notes


def _check_outputs(paths: Sequence[Path]) -> None:
    for path in paths:
        if not path.name.casefold().endswith(KINDS):
            raise ConfigError(f"an audit is written as .html, .csv or .json, not {path.name!r}")
