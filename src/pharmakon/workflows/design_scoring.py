"""Models as the scorer of a search: molecules are dealt to workers that hold the panel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pharmakon.core.types import Estimates, Property
from pharmakon.design.quantities import measured_aspects
from pharmakon.predict.panel import Panel, own_names

if TYPE_CHECKING:
    from pharmakon.engine.base import Engine
    from pharmakon.explain.attribution import AtomWeights

CHUNK = 5
"""Molecules a worker scores at a time: fixed, so that the number of workers changes no byte."""


class ModelScorer:
    """A panel as the objective's scorer: every model's property, and NAME.similarity to its training molecules.

    Molecules are dealt to the engine's workers, which hold the models.
    """

    def __init__(self, panel: Panel, engine: Engine) -> None:
        self._engine = engine
        self.properties: dict[str, Property] = offered(panel)

    def estimate(self, smiles: Sequence[str], names: Sequence[str]) -> dict[str, Estimates]:
        """See core.types.Scorer."""
        models = tuple(dict.fromkeys(name.partition(".")[0] for name in names))
        chunks = [(tuple(smiles[i : i + CHUNK]), models) for i in range(0, len(smiles), CHUNK)]
        found = list(self._engine.map(estimate, chunks, label="scoring"))
        joined = {model: join([part[model] for part in found]) for model in models}
        return aspects(joined, names, self.properties)


def offered(panel: Panel) -> dict[str, Property]:
    """What goals can name: each model's property, its NAME.similarity and its NAME.domain."""
    properties: dict[str, Property] = dict(panel.properties)
    for name, what in panel.properties.items():
        properties |= {aspect.name: aspect for aspect in measured_aspects(name, what)}
    return properties


def aspects(
    found: Mapping[str, Estimates], names: Sequence[str], properties: Mapping[str, Property]
) -> dict[str, Estimates]:
    """The named quantities, out of the estimates of the models that they are of."""
    out: dict[str, Estimates] = {}
    for name in names:
        model, _, aspect = name.partition(".")
        got = found[model]
        if aspect:
            value = got.nearest_similarity if aspect == "similarity" else got.in_domain.astype(float)
            out[name] = Estimates.exact(properties[name], model, value)
        else:
            out[name] = got
    return out


def join(parts: Sequence[Estimates]) -> Estimates:
    """Estimates of several lists of molecules as one."""
    import numpy as np

    def column(name: str) -> Any:
        values = [getattr(part, name) for part in parts]
        return np.concatenate(values) if isinstance(values[0], np.ndarray) else [x for value in values for x in value]

    rest = (name for name in Estimates.__slots__ if name not in ("property", "model"))
    return Estimates(property=parts[0].property, model=parts[0].model, **{name: column(name) for name in rest})


_worker: dict[str, Panel] = {}


def load_panel(models: tuple[str, ...]) -> Panel:
    """The endpoints' own models, and those that were asked for; in a worker, kept for the tasks to come."""
    _worker["panel"] = Panel.load([*own_names(), *models])
    return _worker["panel"]


def estimate(task: tuple[tuple[str, ...], tuple[str, ...]]) -> dict[str, Estimates]:
    """In a worker: the estimates of a few molecules."""
    smiles, models = task
    return _worker["panel"].estimate(smiles, models)


def explain_values(smiles: tuple[str, ...]) -> dict[str, list[AtomWeights]]:
    """In a worker: for each model, the atom weights of a few molecules."""
    from pharmakon.chem.parse import parse

    from .explain_members import explain_panel

    panel = _worker["panel"]
    inside = {name: got.in_domain.tolist() for name, got in panel.predict(smiles).items()}
    return explain_panel(panel, [parse(text).mol for text in smiles], inside)
