"""validate: a frozen signature on other cohorts. It is applied; nothing is fitted, and its own patients are refused."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from pharmakon.core.config import Config
from pharmakon.core.types import Progress, silent
from pharmakon.record.discovery import LEDGER, SIGNATURE
from pharmakon.record.notebook import Shown

if TYPE_CHECKING:
    from pharmakon.biomarkers.check import Check
    from pharmakon.biomarkers.cohort import Cohort
    from pharmakon.biomarkers.fusion import Pattern
    from pharmakon.biomarkers.judging import Estimate, Subgroup
    from pharmakon.biomarkers.meta import Summary
    from pharmakon.biomarkers.risks import Risks

    from .study_signature import Frozen
    from .validate_scores import Scored

RESAMPLES, MOST_SEEN, FAR = 500, 0.2, 2.0
"""Resamples; share of patients that may be known; how many SDs off a feature's median is too far."""


class ValidateConfig(Config):
    """Which signature, and on which cohorts."""

    signature: Path = Field(description="folder of the signature: the one that discover wrote, or signature/ in it")
    cohorts: tuple[Path, ...] = Field(min_length=1, description="TOML files of other cohorts")
    output: Path | None = Field(None, description="folder to write; validate-NAME when not given")
    unseen: Literal["as trained", "refuse", "reference", "estimate"] = Field(
        "as trained", description="what becomes of a batch that was not there in training, where batches are corrected"
    )
    drop_seen: bool = Field(False, description="leave out patients that the signature was made with, and say how many")
    overwrite: bool = Field(False, description="replace an earlier run in the folder")
    seed: int = Field(0, ge=0, description="seed of the resampling")


@dataclass(frozen=True, slots=True)
class Validation:
    """How the signature did in one cohort."""

    cohort: Cohort
    checks: list[Check]
    risks: Risks
    scored: Scored
    groups: dict[str, list[Subgroup]]
    seen: int
    without: int
    """Patients for whom the signature has no risk."""
    pattern: Pattern
    """The blocks of the signature that the risks are made of."""
    notes: list[str]

    @property
    def scores(self) -> dict[str, Estimate]:
        """Every measure, the leading one first."""
        return self.scored.scores


@dataclass(frozen=True, slots=True)
class ValidateResult(Shown):
    """Each cohort's validation, and what they say together."""

    folder: Path
    frozen: Frozen
    validations: list[Validation]
    leading: str
    summary: Summary | None = None
    notes: list[str] = field(default_factory=list)
    head: str = ""

    def plain(self) -> dict[str, Any]:
        """Everything but the patients, for JSON."""
        from .validate_output import plain

        return plain(self)


def run(config: ValidateConfig, *, progress: Progress = silent) -> ValidateResult:
    """Apply the signature to each cohort, judge its risks, sum up over cohorts, and write the report.

    Raises DataError where a cohort has another kind of outcome, lacks features of the signature, or holds patients that
    it was made with (unless these are to be dropped).
    """
    from pharmakon.biomarkers.cohort import paths_of
    from pharmakon.biomarkers.judging import metrics_of
    from pharmakon.record.ledger import Ledger
    from pharmakon.store.models import paths_of as files_of_model
    from pharmakon.store.runs import RUN, RunFolder

    from .study_scores import pooled
    from .study_signature import load
    from .train import slug
    from .validate_output import write

    frozen = load(signature_folder(config.signature))
    if config.unseen != "as trained":
        frozen = frozen.with_policy(config.unseen)
    output = config.output or Path(f"validate-{slug(str(frozen.card['name']))}")
    progress(0, len(config.cohorts), "reading")
    validations = []
    for done, path in enumerate(config.cohorts):
        progress(done, len(config.cohorts), f"applying to {path.stem}")
        validations.append(apply_to(frozen, path, config))
    folder = RunFolder.create(
        output,
        verb="validate",
        config=config,
        inputs=[
            *files_of_model(signature_folder(config.signature)),
            *(path for cohort in config.cohorts for path in paths_of(cohort)),
        ],
        seed=config.seed,
        overwrite=config.overwrite,
    )
    ledger = Ledger(folder.path / LEDGER)
    ledger.output(folder.path / RUN)
    ledger.append("signature", name=frozen.card["name"], sha256=frozen.card["signature"]["sha256"])
    for one in validations:
        ledger.append("cohort", name=one.cohort.declaration.name, hash=one.cohort.hash, samples=len(one.cohort))
    leading = next(iter(metrics_of(validations[0].cohort.outcome, horizon=frozen.signature.horizon)))
    summary = pooled([one.scores[leading] for one in validations], leading)
    result = ValidateResult(folder.path, frozen, validations, leading, summary)
    return write(result, config, ledger)


def signature_folder(path: Path) -> Path:
    """The signature's folder, given itself or the run that it lies in."""
    inner = path / SIGNATURE
    return inner if (inner / "card.json").is_file() else path


def _same_unit(frozen: Frozen, cohort: Cohort, path: Path) -> list[str]:
    """A note where the outcome may be in another unit than the signature's; DataError where it is, or too short."""
    from pharmakon.core.errors import DataError

    declared = frozen.card.get("declaration", {}).get("outcome", {})
    outcome, made = cohort.outcome, str(declared.get("unit") or "")
    notes = []
    if made and outcome.unit and (one := _time(made)) != (other := _time(outcome.unit)):
        if outcome.kind == "survival" and {one, other} <= set(TIMES):
            raise DataError(f"{path}: times in {outcome.unit}; the signature's are in {made}: convert them")
        notes.append(
            f"The outcome is in {outcome.unit} here, and the signature's was in {made}: make sure it is the same."
        )
    known = outcome.value[outcome.known]
    if outcome.kind == "survival" and len(known) and float(known.max()) <= frozen.signature.horizon:
        notes.append(
            f"Nobody was followed beyond the signature's horizon of {frozen.signature.horizon:g} {made}".rstrip()
            + ": risks cannot be judged at it."
        )
    return notes


def _time(unit: str) -> str:
    """A unit of time in one spelling; any other as it stands."""
    plain = unit.strip().casefold().rstrip(".")
    return next((name for name, words in TIMES.items() if plain in words), plain)


def _units(frozen: Frozen, cohort: Cohort) -> list[str]:
    """Whether the features are where they were in training: another unit, or no logarithm, moves most of them far."""
    import numpy as np

    notes = []
    for name, model in frozen.signature.models.items():
        if name not in cohort.blocks or not len(model.features) or name in frozen.corrections:
            continue
        block = cohort.blocks[name]
        place = {feature: j for j, feature in enumerate(block.features)}
        values = block.values[:, [place[feature] for feature in model.features if feature in place]]
        if values.shape[1] != len(model.features) or not np.isfinite(values).any():
            continue
        middle = np.nanmedian(values, axis=0)
        away = np.abs(middle - model.scaler.mean) * model.scaler.per_unit
        if float(np.median(away)) > FAR:
            notes.append(
                f"Half of the features of {name} lie more than {FAR:g} standard deviations from where they were in "
                "training: another unit, or another scale? The risks mean nothing then."
            )
    return notes


TIMES = {
    "day": ("day", "days", "d"),
    "week": ("week", "weeks", "wk", "wks"),
    "month": ("month", "months", "mo", "mos"),
    "year": ("year", "years", "yr", "yrs", "y", "a"),
}


def _of_judging(check: Check) -> Check:
    """A check whose refusal is of making a model: here none is made, and too few events make wide intervals."""
    from pharmakon.biomarkers.quality import TOO_FEW

    if check.name != "events" or check.severity != "refused":
        return check
    sentence = check.sentence.replace(TOO_FEW, "too few for a figure to rest on")
    return replace(check, severity="warning", sentence=sentence, advice="", forbids=None)


def _refuse_alike(frozen: Frozen, cohort: Cohort, risks: Risks, path: Path) -> None:
    """DataError where some of the patients are known by the pattern of their values only: it says how it knows."""
    from pharmakon.core.errors import DataError

    exact = frozen.signature.apply(frozen.prepared(cohort.blocks, cohort.role("batch"))).seen
    alike = int((risks.seen & ~exact).sum())
    if alike:
        raise DataError(
            f"{path}: {int(risks.seen.sum()):,} of {len(risks):,} patients made the model, {alike:,} of them known by "
            "the pattern of their values: a copy that was rounded, rescaled or given gaps. Their risks do not say how "
            "good it is; use the nested estimate, or other patients. If a few were taken for others, --drop-seen goes "
            "on without them"
        )


def _named_alike(frozen: Frozen, cohort: Cohort) -> list[str]:
    """A note where patients bear the identifiers of those trained on, though their values are not known again."""
    number = int(frozen.known.named_alike(cohort).sum())
    if not number:
        return _unsketched(frozen)
    said = (
        f"{number:,} of {len(cohort):,} samples bear the same identifiers as samples that made the signature, with "
        "other values: are these the patients trained on? Then no score of them means anything."
    )
    return [said, *_unsketched(frozen)]


def _unsketched(frozen: Frozen) -> list[str]:
    """A note where nothing but exact values tells the training patients."""
    if frozen.known.sketches:
        return []
    if "federated" in frozen.card:
        return ["The signature is federated and knows none of its patients: were these among them, it could not tell."]
    return ["No block of the signature was large enough for a sketch: its patients are known by exact values only."]


def apply_to(frozen: Frozen, path: Path, config: ValidateConfig) -> Validation:
    """The signature on one cohort: what `run` does with each, and writes nothing."""
    import numpy as np

    from pharmakon.biomarkers.check import enforce
    from pharmakon.biomarkers.cohort import read_cohort
    from pharmakon.biomarkers.judging import subgroups
    from pharmakon.biomarkers.quality import check_design
    from pharmakon.core.errors import DataError

    from .study_patterns import pattern_of
    from .validate_scores import scored

    cohort = read_cohort(path, levels=frozen.card["levels"])
    signature = frozen.signature
    if cohort.outcome.kind != signature.kind:
        raise DataError(
            f"{path}: the outcome {cohort.outcome.name!r} is {cohort.outcome.kind}; the signature is of one that is "
            f"{signature.kind} ({signature.outcome})"
        )
    unit = _same_unit(frozen, cohort, path)
    checks = check_design(cohort, seed=config.seed)
    enforce(checks, [])
    checks = [_of_judging(check) for check in checks]
    batch = cohort.role("batch")
    risks = frozen.apply(cohort.blocks, batch)
    seen = int(risks.seen.sum())
    notes: list[str] = []
    if seen and not config.drop_seen:
        _refuse_alike(frozen, cohort, risks, path)
    if config.drop_seen and seen > MOST_SEEN * len(cohort):
        raise DataError(
            f"{path}: {seen:,} of {len(cohort):,} samples made the signature; the rest are likely to be of the same "
            "patients, and no score of them would mean anything"
        )
    if seen and config.drop_seen:
        kept = ~risks.seen
        cohort, risks = cohort.take(kept), risks.take(kept)
        notes.append(f"{seen:,} samples made the signature and were left out.")
    without = int((~np.isfinite(risks.value)).sum())
    if without:
        notes.append(f"{without:,} of {len(cohort):,} samples lack every block that the signature takes: no risk.")
    pattern = pattern_of(signature, [name for name, block in cohort.blocks.items() if block.present.any()])
    if missing := [name for name in signature.models if name not in pattern]:
        notes.append(f"Without the block {', '.join(missing)}: the risks are of {' and '.join(pattern)} alone.")
    if signature.kind == "binary" and cohort.outcome.positive != signature.positive:
        notes.append(
            f"The signature's risk is that of {signature.positive!r}; here a 1 is {cohort.outcome.positive!r}: make "
            "sure that it means the same."
        )
    notes += unit + _units(frozen, cohort) + _named_alike(frozen, cohort)
    horizon = signature.horizon
    found = scored(frozen, cohort, risks, resamples=RESAMPLES, seed=config.seed)
    lead = next(iter(found.scores.values()))
    if signature.kind != "continuous" and lead.high < 0.5:
        notes.append("It orders patients the wrong way round: is the outcome reversed here?")
    groups = {
        column: subgroups(
            cohort.outcome,
            risks,
            cohort.patients,
            cohort.labels(column),
            horizon=horizon,
            resamples=RESAMPLES,
            random_state=config.seed,
        )
        for column in cohort.declaration.design.subgroups
    }
    return Validation(cohort, checks, risks, found, groups, seen, without, pattern, notes)
