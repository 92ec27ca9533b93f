"""The signature of a federated study: the models of its last state as `validate` and `export` read signatures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from pharmakon.biomarkers.block_model import BlockModel
from pharmakon.biomarkers.fusion import Fusion
from pharmakon.biomarkers.scaler import Scaler
from pharmakon.biomarkers.signature import Signature
from pharmakon.core.access import stated
from pharmakon.core.errors import DataError

from . import study_signature
from .federate_plan import Plan, State
from .train import slug

SAID = (
    "Fitted to sums of the hospitals, none of whose patients' rows left it. It keeps nothing of its patients, and so "
    "cannot know them again."
)


def signature_of(plan: Plan, state: State) -> Signature:
    """The frozen model of all patients at the chosen penalty. DataError for a state in which none is chosen yet."""
    if state.chosen is None:
        raise DataError(f"the study is in its stage {state.stage!r}: the model is not fitted yet")
    fit, penalty = state.fits[-1], plan.penalties[state.chosen]
    *weights, intercept = fit.at[state.chosen]
    pairs = [state.columns[j] for j in fit.columns]
    models: dict[str, BlockModel] = {}
    for block in dict.fromkeys(block for block, _ in pairs):
        at = [i for i, (name, _) in enumerate(pairs) if name == block]
        mean = np.array(fit.mean)[at]
        models[block] = BlockModel(
            block,
            state.kinds[block],
            tuple(pairs[i][1] for i in at),
            Scaler(mean, mean, np.array(fit.per_unit)[at]),
            np.array(weights)[at],
            0.0 if models else intercept,
            0.0,
            penalty,
        )
    names = tuple(models)
    return Signature(
        outcome=plan.name,
        kind=plan.outcome,
        positive=plan.positive,
        horizon=np.nan,
        models=models,
        fusions={names: Fusion(names, np.ones(len(names)), 0.0)},
        trained_on={},
        patients=state.patients,
        events=state.events,
        recipe=plan.model_dump(mode="json"),
    )


def save_signature(path: Path, plan: Plan, state: State, *, scores: dict[str, Any] | None = None) -> Path:
    """Write the signature's folder, with the hashes of the plan and of every answer in its card."""
    from pharmakon import __version__

    access: dict[str, Any] = stated(state.access, state.terms)
    return study_signature.save(
        path,
        signature_of(plan, state),
        corrections={},
        features={},
        name=slug(plan.name),
        cohort={"name": plan.name, "hash": plan.hash, "files": {}},
        nested={},
        membership={},
        final=plan.method,
        levels={column: list(words) for column, words in plan.levels.items()},
        version=__version__,
        **access,
        federated={
            "what": SAID,
            "plan": plan.hash,
            "sites": list(plan.sites),
            "masked": plan.masked,
            "answers": [step.model_dump(mode="json") for step in state.history],
            "kept back": scores or {},
        },
    )
