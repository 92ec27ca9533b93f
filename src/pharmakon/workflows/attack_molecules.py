"""Shadow models of a molecule model: the default learner on halves of its table, and the model's own answers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pharmakon.core.errors import ConfigError, DataError
from pharmakon.core.random import stream
from pharmakon.core.types import Floats, Kind, Progress
from pharmakon.privacy.attack import Attack, measure
from pharmakon.privacy.shadow import likelihood_ratio, whole_divisions, without_parts

if TYPE_CHECKING:
    from .attack import AttackConfig

PARTS, FEWEST = 2, 40
KEPT = (
    "The model's folder lists the fingerprints, identifiers and values of its training molecules: whoever has the "
    "folder needs no attack. What is measured here is what its answers alone give away."
)


def attack_molecules(
    config: AttackConfig, card: Mapping[str, Any], data: Path, progress: Progress
) -> tuple[str, str, list[Attack], dict[str, tuple[Floats, NDArray[Any]]], list[str]]:
    """(name, what was attacked, attacks, scores, notes). ConfigError for a folder that is no molecule model."""
    from pharmakon.predict.curate import curate
    from pharmakon.store.tables import open_table

    if "property" not in card or "dataset" not in card:
        raise ConfigError(f"{config.model} is neither a signature nor a molecule model with a card")
    kind: Kind = card["property"]["kind"]
    table = open_table(data)
    value = config.value or card["dataset"]["value"]
    if value not in table.columns:
        raise ConfigError(f"{data} has no column {value!r}, of which the model is; name it with --value")
    clean = curate(table.rows(), value=value, kind=kind)
    smiles, y = list(clean.smiles), np.asarray(clean.y, np.float64)
    notes = [KEPT]
    if len(smiles) > config.records:
        kept = np.sort(stream(config.seed, "attack", "molecules").choice(len(smiles), config.records, replace=False))
        smiles, y = [smiles[i] for i in kept], y[kept]
        notes.append(f"A seeded sample of {len(smiles):,} of {len(clean.smiles):,} molecules.")
    if len(smiles) < FEWEST:
        raise DataError(f"{len(smiles)} usable molecules are too few to attack; {FEWEST} is the least")
    shadows = whole_divisions(config.shadows, PARTS)
    member = without_parts(np.arange(len(y)), models=shadows, parts=PARTS, stratify=y, random_state=config.seed)
    transform = card.get("transform", "none")
    begin = (smiles, y, kind, transform, config.seed)
    with config.machines.engine(most=shadows, initializer=_begin, initargs=begin) as pool:
        found = pool.map(_shadow, list(member), total=shadows, label="shadow models", progress=progress)
        said = np.array(list(found))
    confidence, loss = answers(said, y, kind, transform)
    scores = {
        "loss": (-loss.ravel(), member.ravel()),
        "likelihood ratio": (likelihood_ratio(confidence, member, parts=PARTS).ravel(), member.ravel()),
    }
    person = np.broadcast_to(np.arange(len(y)), member.shape).ravel()
    model = np.repeat(np.arange(shadows), len(y))
    attacks = [measure(name, score, who, person=person, model=model) for name, (score, who) in scores.items()]
    own = _own(config, smiles, y, kind, transform)
    if own is not None:
        scores["loss of the model itself"] = own
        attacks.append(measure("loss of the model itself", *own))
    what = (
        f"The default learner was trained {shadows} times on one half of {len(y):,} molecules, and each of these "
        "models was attacked with the others for its shadows. A model of all of them gives away less than one of half."
    )
    return str(card["name"]), what, attacks, scores, notes


_known: dict[str, Any] = {}
"""In a worker: the molecules, and how to learn from them."""


def _begin(smiles: list[str], y: Floats, kind: Kind, transform: str, seed: int) -> None:
    _known.update(smiles=smiles, y=y, options={"kind": kind, "transform": transform, "seeds": (seed,)})


def _shadow(chosen: NDArray[np.bool_]) -> Floats:
    """In a worker: what the default learner says of every molecule when it has learnt from the chosen ones."""
    from pharmakon.predict.training import fit_predict

    smiles = _known["smiles"]
    some = [text for text, yes in zip(smiles, chosen, strict=True) if yes]
    return np.asarray(fit_predict(some, _known["y"][chosen], smiles, **_known["options"])[0])


def answers(said: Floats, y: Floats, kind: Kind, transform: str) -> tuple[Floats, Floats]:
    """(confidence, loss) of each answer (k, n): the logit of the true class, or what is left of a number."""
    if kind == "classification":
        p = np.clip(said, 1e-6, 1 - 1e-6)
        logit = np.where(y > 0.5, 1, -1) * np.log(p / (1 - p))
        return logit, np.logaddexp(0, -logit)
    if transform == "log10":
        said, y = np.log10(np.maximum(said, 1e-300)), np.log10(np.maximum(y, 1e-300))
    off = y - said
    return off, np.abs(off)


def _own(
    config: AttackConfig, smiles: list[str], y: Floats, kind: Kind, transform: str
) -> tuple[Floats, NDArray[np.bool_]] | None:
    """The model's own loss where the table has 20 molecules that it was not trained on; else None."""
    from pharmakon.engine.threads import one_thread
    from pharmakon.predict.panel import load_model

    assert config.model is not None  # noqa: S101  asked before
    with one_thread():
        found = load_model(config.model).predict(smiles)
    member = found.nearest_similarity >= 1
    if min(member.sum(), (~member).sum()) < FEWEST // 2:
        return None
    return -answers(found.value, y, kind, transform)[1], member
