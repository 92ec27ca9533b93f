"""attack: tries to tell whose data a model was made with, as somebody else would, and says how far that gets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field, model_validator

from pharmakon.core.config import Config
from pharmakon.core.errors import ConfigError, DataError, UnknownName
from pharmakon.core.types import Floats, Progress, silent
from pharmakon.record.notebook import Shown

from .engines import Address, Machines, OnEngine, Workers, address_is_of_a_cluster
from .train import slug

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pharmakon.privacy.attack import Attack

LOWER = ("loss", "error", "distance")
"""Columns of scores that are low for a member."""
SCORES = ("score", "confidence", "probability", *LOWER)
"""Columns that are taken for the score where none is named."""


class AttackConfig(Config):
    """What is attacked, and with whose records."""

    model: Path | None = Field(
        None, description="folder of a signature that discover wrote, or of a model that train wrote"
    )
    cohort: Path | None = Field(None, description="of a signature: TOML file of the cohort that it was made with")
    data: Path | None = Field(None, description="of a molecule model: the table that it was trained on")
    value: str | None = Field(None, description="column of measured values; the one of the model's card when not given")
    members: Path | None = Field(None, description="table of scores of records that made a model, in place of a model")
    others: Path | None = Field(None, description="table of scores of records that did not")
    column: str | None = Field(
        None, description="column of scores, the higher the more like a member; of a loss or an error, the lower"
    )
    shadows: int = Field(20, ge=10, le=512, description="models that are made again without some records")
    records: int = Field(1_000, ge=40, description="molecules that are attacked; of more a seeded sample")
    output: Path | None = Field(None, description="folder to write; attack-NAME when not given")
    workers: Workers = None
    engine: OnEngine = "local"
    address: Address = None
    overwrite: bool = Field(False, description="replace an earlier run in the folder")
    seed: int = Field(0, ge=0, description="seed of every random choice")

    _address = model_validator(mode="after")(address_is_of_a_cluster)

    @property
    def machines(self) -> Machines:
        """Where models are made again."""
        return Machines(self.workers, self.engine, self.address)

    @model_validator(mode="after")
    def _one_kind(self) -> AttackConfig:
        tables = (self.members is not None) + (self.others is not None)
        if self.model is None and tables != 2:
            raise ValueError("name a model, or give scores of both --members and --others")
        if self.model is not None and tables:
            raise ValueError("a model and tables of scores are two attacks; ask for one")
        return self


@dataclass(frozen=True, slots=True)
class AttackResult(Shown):
    """Every attack, the strongest first, and what it was measured on."""

    folder: Path
    name: str
    what: str
    """What was attacked, in a sentence."""
    attacks: list[Attack]
    scores: Mapping[str, tuple[Floats, NDArray[Any]]]
    """Attack: scores (m,) and who is a member (m,), for its curve."""
    notes: list[str] = field(default_factory=list)
    head: str = ""

    @property
    def leaks(self) -> bool:
        """Whether some attack tells members from others for certain."""
        return any(attack.leaks for attack in self.attacks)

    def plain(self) -> dict[str, Any]:
        """The result as plain data."""
        from .attack_output import plain

        return plain(self)


def run(config: AttackConfig, *, progress: Progress = silent) -> AttackResult:
    """Attack a model or measure scores, and write result and report. Every file is recorded in a ledger.

    Raises ConfigError where the model's records are not given, DataError where they are too few or not its own.
    """
    from pharmakon.biomarkers.cohort import paths_of
    from pharmakon.record.ledger import Ledger
    from pharmakon.store.models import paths_of as files_of_model
    from pharmakon.store.runs import RUN, RunFolder

    from .attack_output import LEDGER, write

    name, what, attacks, scores, notes = _attacked(config, progress)
    inputs = [] if config.cohort is None else paths_of(config.cohort)
    inputs += [p for p in (config.data, config.members, config.others) if p is not None]
    inputs += [] if config.model is None else files_of_model(signature_folder(config.model))
    folder = RunFolder.create(
        config.output or Path(f"attack-{slug(name)}"),
        verb="attack",
        config=config,
        inputs=inputs,
        seed=config.seed,
        overwrite=config.overwrite,
    )
    ledger = Ledger(folder.path / LEDGER)
    ledger.output(folder.path / RUN)
    attacks.sort(key=lambda attack: -attack.auc.value)
    return write(AttackResult(folder.path, name, what, attacks, scores, notes), config, ledger)


def signature_folder(path: Path) -> Path:
    """The signature's folder, given itself or the run that it lies in; a model's as it is."""
    from pharmakon.record.discovery import SIGNATURE

    inner = path / SIGNATURE
    return inner if (inner / "card.json").is_file() else path


Found = tuple[str, str, list["Attack"], Mapping[str, tuple[Floats, "NDArray[Any]"]], list[str]]


def _attacked(config: AttackConfig, progress: Progress) -> Found:
    if config.model is None:
        return _tables(config)
    from pharmakon.store.models import load_folder

    from .study_signature import KIND

    card = load_folder(signature_folder(config.model)).card
    if card.get("kind") == KIND:
        if config.cohort is None:
            raise ConfigError("an attack on a signature needs the patients that it was made with: --cohort cohort.toml")
        return _signature(config, config.cohort, progress)
    if config.data is None:
        raise ConfigError("an attack on a molecule model needs the table that it was trained on: --data table.csv")
    from .attack_molecules import attack_molecules

    return attack_molecules(config, card, config.data, progress)


def _signature(config: AttackConfig, path: Path, progress: Progress) -> Found:
    from pharmakon.biomarkers.cohort import read_cohort
    from pharmakon.biomarkers.recipe import Recipe
    from pharmakon.biomarkers.stability import StabilityRecipe
    from pharmakon.privacy.shadow import whole_divisions

    from .attack_signature import PARTS, shadows_of
    from .study import study_of
    from .study_signature import load

    assert config.model is not None  # noqa: S101  asked before
    frozen = load(signature_folder(config.model))
    progress(0, 0, "reading the cohort")
    cohort = read_cohort(path, levels=frozen.card["levels"])
    if cohort.hash != frozen.card["cohort"]["hash"]:
        raise DataError(f"{path} is not the cohort that the signature was made with: its hash is another")
    said = dict(frozen.signature.recipe)
    stability = said.pop("stability", None)
    said["alphas"] = tuple(said["alphas"])
    recipe = Recipe(**said, stability=None if stability is None else StabilityRecipe(**stability))
    final = frozen.card.get("final", "fused")
    step = next(iter(frozen.corrections.values()), None)
    study = study_of(
        cohort,
        recipe=recipe,
        correction="none" if step is None else "combat",
        unseen="reference" if step is None else step.unseen,
    )
    found = shadows_of(
        study,
        final=final,
        shadows=whole_divisions(config.shadows, PARTS),
        machines=config.machines,
        seed=config.seed,
        progress=progress,
    )
    what = (
        f"The recipe of the signature was made again {len(found.said)} times, each time without a fifth of the "
        f"{len(set(cohort.patients)):,} patients, and each of these was attacked with the others for its shadows."
    )
    scores = {name: (score.ravel(), found.member.ravel()) for name, score in found.scores().items()}
    return cohort.declaration.name, what, found.attacks(), scores, list(cohort.notes)


def _tables(config: AttackConfig) -> Found:
    import numpy as np

    from pharmakon.privacy.attack import measure

    assert config.members is not None  # noqa: S101  asked by the configuration
    assert config.others is not None  # noqa: S101
    inside, lower = _column(config.members, config.column)
    outside, _ = _column(config.others, config.column)
    score = np.concatenate([inside, outside]) * (-1 if lower else 1)
    member = np.arange(len(score)) < len(inside)
    notes = [f"{int(np.isnan(score).sum()):,} rows have no score."] if np.isnan(score).any() else []
    what = f"Scores that somebody made: {len(inside):,} of members and {len(outside):,} of others."
    return config.members.stem, what, [measure("scores", score, member)], {"scores": (score, member)}, notes


def _column(path: Path, asked: str | None) -> tuple[Floats, bool]:
    """The scores of a table (m,), NaN where there is none, and whether a member's are low."""
    import numpy as np

    from pharmakon.store.matrix import read_frame

    frame = read_frame(path)
    names = [str(name) for name in frame.columns]
    name = asked or next((n for n in names if n.casefold() in SCORES), names[0] if len(names) == 1 else None)
    if name is None or name not in names:
        raise UnknownName("column", name or "score", names, where=str(path), hint="--column names the scores")
    values = np.full(len(frame), np.nan)
    for i, text in enumerate(frame[name]):
        try:
            values[i] = float(text)
        except ValueError:
            continue
    if not np.isfinite(values).any():
        raise DataError(f"{path}: column {name!r} holds no number")
    return values, name.casefold() in LOWER
