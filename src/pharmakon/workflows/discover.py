"""discover: from a cohort to markers and a signature, with everything inside nested folds and a record of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, field_validator, model_validator

from pharmakon.core.config import Config
from pharmakon.core.errors import ConfigError
from pharmakon.core.types import Progress, silent
from pharmakon.record.discovery import DESIGN, LEDGER, SIGNATURE
from pharmakon.record.notebook import Shown

from .engines import Address, Machines, OnEngine, Workers, address_is_of_a_cluster
from .train import slug

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pharmakon.biomarkers.batch import ComBat
    from pharmakon.biomarkers.check import Check
    from pharmakon.biomarkers.cohort import Cohort
    from pharmakon.biomarkers.differential import Differential
    from pharmakon.biomarkers.nested import Nested
    from pharmakon.biomarkers.signature import Signature
    from pharmakon.biomarkers.stability import Stability
    from pharmakon.record.ledger import Ledger

    from .attack_signature import Membership
    from .study_scores import Scores


class DiscoverConfig(Config):
    """Which cohort, and how it is analysed."""

    cohort: Path = Field(description="TOML file that declares the cohort")
    output: Path | None = Field(None, description="folder to write; discover-NAME when not given")
    family: Literal["block", "all"] = Field("block", description="features among which false discoveries are counted")
    level: float = Field(0.05, gt=0, lt=1, description="false discovery rate of a marker that is called found")
    without: tuple[str, ...] = Field(
        (), description="parts to leave out: signature (single markers only), stability (selection), trees (challenger)"
    )
    final: Literal["fused", "stable"] = Field(
        "fused", description="which signature is kept: elastic nets of all blocks, or the stable markers"
    )
    folds: int = Field(5, ge=2, le=20, description="outer folds, by patient")
    repeats: int = Field(1, ge=1, le=50, description="how often the folds are drawn anew")
    permutations: int = Field(5, ge=1, le=200, description="runs on permuted outcomes")
    slack: float = Field(
        0.0,
        ge=0,
        le=20,
        description="standard errors that a stronger penalty may cost; 4 gives less away of who is in the cohort",
    )
    horizon: float | None = Field(None, gt=0, description="survival: the time of a risk; the median time of events")
    correction: Literal["none", "combat"] = Field("none", description="of batches, learnt from training patients only")
    unseen: Literal["refuse", "reference", "estimate"] = Field(
        "reference", description="what becomes of a batch that was not there in training"
    )
    then: Literal["nothing", "design"] = Field(
        "nothing", description="design: make a marker with a model of its product the goal of a design, and run it"
    )
    accept: tuple[str, ...] = Field((), description="refusals of a signature to go on despite; the report says so")
    workers: Workers = None
    engine: OnEngine = "local"
    address: Address = None
    overwrite: bool = Field(False, description="replace an earlier run in the folder")
    seed: int = Field(0, ge=0, description="seed of every random choice")

    _address = model_validator(mode="after")(address_is_of_a_cluster)

    @property
    def machines(self) -> Machines:
        """Where folds are worked on."""
        return Machines(self.workers, self.engine, self.address)

    @field_validator("without")
    @classmethod
    def _known_parts(cls, without: tuple[str, ...]) -> tuple[str, ...]:
        if unknown := [part for part in without if part not in PARTS]:
            raise ValueError(f"no part named {unknown[0]!r}; there are {', '.join(PARTS)}")
        return without


FEWEST_OF_BATCH = 5
"""Samples of a batch without which no correction of it is learnt."""
PARTS = ("signature", "stability", "trees")
"""What a discovery can do without."""


@dataclass(frozen=True, slots=True)
class DiscoverResult(Shown):
    """Where everything is, and what was found."""

    folder: Path
    cohort: Cohort
    checks: list[Check]
    differential: dict[str, Differential]
    scores: Scores | None = None
    nested: Nested | None = None
    signature: Signature | None = None
    stability: dict[str, Stability] = field(default_factory=dict)
    membership: Membership | None = None
    """How well the signature's patients are told from others."""
    notes: list[str] = field(default_factory=list)
    head: str = ""
    """Hash of the ledger's last entry: keep it elsewhere, and no one can rewrite the record unseen."""

    def markers(self) -> list[dict[str, Any]]:
        """Every feature of every block as a record, the smallest p first."""
        from .study_markers import records

        return records(self.differential)

    def plain(self) -> dict[str, Any]:
        """Everything but the patients, for JSON."""
        from .study_output import plain

        return plain(self)


def run(config: DiscoverConfig, *, progress: Progress = silent) -> DiscoverResult:
    """Check the design, test every marker alone, judge signatures in nested folds, keep one, and write the report.

    Raises RefusedDesign where the cohort cannot answer the question at all, or not the claim that it declares.
    """
    from pharmakon.biomarkers.check import enforce, refusals
    from pharmakon.biomarkers.cohort import paths_of, read_cohort
    from pharmakon.biomarkers.quality import check_design
    from pharmakon.record.ledger import Ledger
    from pharmakon.store.runs import RUN, RunFolder

    from .study_markers import each_marker, untested
    from .study_output import write

    progress(0, 0, "reading the cohort")
    cohort = read_cohort(config.cohort)
    checks = check_design(cohort, seed=config.seed)
    _known_checks(config.accept, checks)
    enforce(checks, ["predictive"] if cohort.declaration.context_of_use == "predictive" else [])
    _possible(config, cohort)
    output = config.output or Path(f"discover-{slug(cohort.declaration.name)}")
    folder = RunFolder.create(
        output,
        verb="discover",
        config=config,
        inputs=paths_of(config.cohort),
        seed=config.seed,
        overwrite=config.overwrite,
    )
    ledger = Ledger(folder.path / LEDGER)
    ledger.output(folder.path / RUN)
    ledger.append(
        "cohort", name=cohort.declaration.name, hash=cohort.hash, samples=len(cohort), files=dict(cohort.files)
    )
    for check in checks:
        ledger.append("check", name=check.name, severity=check.severity, sentence=check.sentence)
    differential = each_marker(cohort, family=config.family, workers=config.workers or 1, progress=progress)
    result = DiscoverResult(folder.path, cohort, checks, differential, notes=untested(differential))
    against = [check for check in refusals(checks, ["multivariable"]) if check.name not in config.accept]
    if against and "signature" not in config.without:
        reasons = " ".join(check.sentence for check in against)
        result.notes.append(f"No signature was made: {reasons} (--accept {against[0].name} makes one all the same.)")
    if "signature" not in config.without and not against:
        result = _with_signature(result, config, progress)
        accepted = sorted({*config.accept} & {check.name for check in refusals(checks, ["multivariable"])})
        if accepted:
            ledger.append("accepted", refusals=accepted)
            result.notes.append(f"The signature was made although the design check refused it: {', '.join(accepted)}.")
    if config.then == "nothing":
        return write(result, config, ledger)
    return _designed(result, config, ledger, progress)


def _designed(result: DiscoverResult, config: DiscoverConfig, ledger: Ledger, progress: Progress) -> DiscoverResult:
    """The goal of a design from the markers, the report, and the design."""
    from pharmakon.core.files import write_atomic

    from . import design
    from .study_design import GOAL_FILE, sentences, targeted
    from .study_output import write

    found = targeted(result, level=config.level)
    result.notes.extend(sentences(found))
    if found is not None:
        write_atomic(result.folder / GOAL_FILE, found.text)
        ledger.output(result.folder / GOAL_FILE)
    result = write(result, config, ledger)
    if found is not None:
        goal = design.DesignConfig.from_toml(result.folder / GOAL_FILE, seed=config.seed)
        design.run(
            goal,
            output=result.folder / DESIGN,
            workers=config.workers,
            engine=config.engine,
            address=config.address,
            progress=progress,
        )
    return result


def _with_signature(result: DiscoverResult, config: DiscoverConfig, progress: Progress) -> DiscoverResult:
    """Nested folds, their scores, and the signature of all patients."""
    import math
    from dataclasses import replace

    from pharmakon.biomarkers.recipe import Recipe
    from pharmakon.biomarkers.signature import horizon_of
    from pharmakon.biomarkers.stability import StabilityRecipe

    from .attack_signature import membership
    from .study import keep_signature, run_study, study_of
    from .study_paths import paths_of
    from .study_scores import scores_of

    cohort = result.cohort
    horizon = horizon_of(Recipe(horizon=config.horizon), cohort.outcome)
    recipe = Recipe(
        slack=config.slack,
        stability=None if "stability" in config.without else StabilityRecipe(),
        challenger="trees" not in config.without,
        horizon=None if math.isnan(horizon) else horizon,
    )
    study = study_of(cohort, recipe=recipe, correction=config.correction, unseen=config.unseen)
    nested = run_study(
        study,
        folds=config.folds,
        repeats=config.repeats,
        permutations=config.permutations,
        machines=config.machines,
        seed=config.seed,
        progress=progress,
    )
    progress(0, 0, "judging by resampled patients")
    scores = scores_of(nested, cohort, horizon=horizon, seed=config.seed)
    progress(0, 0, "making the signature")
    signature, corrections = keep_signature(study, stable=config.final == "stable", seed=config.seed)
    model = "stable" if config.final == "stable" else scores.main
    attacked = membership(study, final=config.final, machines=config.machines, seed=config.seed, progress=progress)
    stability = paths_of(study, seed=config.seed)
    result = replace(result, scores=scores, nested=nested, stability=stability, membership=attacked)
    result.notes.append(attacked.said())
    _save(result, signature, corrections, scores=scores, model=model, config=config)
    return replace(result, signature=signature)


def _save(
    result: DiscoverResult,
    signature: Signature,
    corrections: Mapping[str, ComBat],
    *,
    scores: Scores,
    model: str,
    config: DiscoverConfig,
) -> None:
    from pharmakon import __version__

    from . import study_signature
    from .study_known import KnownPatients
    from .study_patterns import PATTERNS, alone

    cohort = result.cohort
    study_signature.save(
        result.folder / SIGNATURE,
        signature,
        corrections=corrections,
        features={name: block.features for name, block in cohort.blocks.items()},
        name=slug(cohort.declaration.name),
        cohort={"name": cohort.declaration.name, "hash": cohort.hash, "files": dict(cohort.files)},
        context_of_use=cohort.declaration.context_of_use,
        known=KnownPatients.of(cohort, seed=config.seed),
        final=config.final,
        membership={} if result.membership is None else result.membership.plain(),
        nested={name: asdict(estimate) for name, estimate in scores.models[model].items()},
        **{PATTERNS: alone(scores, signature, model=model)},
        levels={column: list(words) for column, words in cohort.levels.items()},
        permuted=list(scores.null[model].values),
        declaration=cohort.declaration.model_dump(mode="json"),
        version=__version__,
    )


def _possible(config: DiscoverConfig, cohort: Cohort) -> None:
    """What cannot be asked is found before a folder is emptied for it."""
    from collections import Counter

    if config.final == "stable" and "stability" in config.without:
        raise ConfigError("the final signature 'stable' needs stability selection, which is to be left out")
    if config.correction == "combat":
        labels = cohort.role("batch")
        if labels is None:
            raise ConfigError("a correction of batches needs the column of the batch: design.batch")
        name, number = min(Counter(labels.tolist()).items(), key=lambda one: one[1])
        if number < FEWEST_OF_BATCH:
            raise ConfigError(f"batch {name!r} has {number} samples: too few to learn a correction in every fold")
    outcome = cohort.outcome
    if config.horizon is not None and outcome.kind == "survival":
        last = float(outcome.value[outcome.known].max())
        if config.horizon >= last:
            raise ConfigError(
                f"nobody was followed beyond {config.horizon:g}: the longest time is {last:g} {outcome.unit}".rstrip()
                + ", and the horizon has to lie before it, in the same unit"
            )
    groups = len({*cohort.patients})
    if "signature" not in config.without and groups < config.folds:
        raise ConfigError(f"{groups} patients cannot make {config.folds} folds")


def _known_checks(accepted: tuple[str, ...], checks: list[Check]) -> None:
    """Only a refusal of the signature can be accepted."""
    refused = {check.name: check for check in checks if check.severity == "refused"}
    for name in accepted:
        if name not in refused or refused[name].forbids != "multivariable":
            can = [check.name for check in refused.values() if check.forbids == "multivariable"]
            raise ConfigError(
                f"--accept {name}: no refusal of that name can be accepted ({', '.join(can) or 'none can'})"
            )
