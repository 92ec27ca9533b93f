"""What each atom adds to a model's own score: of every member by the way that was measured best, blended as they are.

Counts are shared out exactly: a kernel's similarities column by column, trees by TreeSHAP and the fast network by
integrated gradients, all against a molecule of which nothing is counted; the graph network is masked atom by atom. What
a member makes of descriptors belongs to no atom and stays with the base, but for the fast network's, which are masked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import fsum
from typing import TYPE_CHECKING, cast

import numpy as np
from rdkit.Chem import CanonicalRankAtoms, Mol, MolToSmiles

from pharmakon.chem.fingerprints import COLUMNS, occurrences
from pharmakon.core.types import Floats
from pharmakon.explain.attribution import OUTSIDE, UNREAD, AtomWeights, masked
from pharmakon.explain.fragments import fragments
from pharmakon.explain.gradients import integrated
from pharmakon.explain.methods import MASKING, methods, named
from pharmakon.explain.placing import Places, alike
from pharmakon.explain.tree_shapley import shapley
from pharmakon.predict.blend import Blend
from pharmakon.predict.features import HASHED_BITS, HASHED_VIEWS, NETWORK_BITS, Features
from pharmakon.predict.growing import Grown
from pharmakon.predict.network import Network, answered

if TYPE_CHECKING:
    from pharmakon.learn.kernel_ridge import KernelRidge
    from pharmakon.learn.support_vector import SupportVector
    from pharmakon.predict.model import Model
    from pharmakon.predict.outputs import Outputs
    from pharmakon.predict.panel import Panel

KERNEL = ("ridge", "support")
COUNTED = HASHED_BITS * len(HASHED_VIEWS)
Link = Callable[[Floats], Floats]


class Seen:
    """One molecule as its models see it, each view of it made once for all of them."""

    def __init__(self, mol: Mol) -> None:
        self.mol = mol
        self.whole = Features([mol])
        self.masked = Features(masked(mol))
        self.smiles = MolToSmiles(mol)
        self.ranks = np.array(CanonicalRankAtoms(mol, breakTies=False))
        self.parts = fragments(mol)
        self._places: dict[str, Places] = {}
        self._networks: dict[int, tuple[Network, Floats, Floats]] = {}

    def places(self, view: str) -> Places:
        """What a fingerprint counted where."""
        if view not in self._places:
            self._places[view] = Places(*occurrences(self.mol, view))
        return self._places[view]

    def hashed(self, columns: np.ndarray, shares: Floats, *, bits: int) -> Floats:
        """Shares (c, t) of columns of the hashed views side by side, `bits` each, as the atoms' (n_atoms, t)."""
        found = np.zeros((self.mol.GetNumAtoms(), shares.shape[1]))
        for i, view in enumerate(HASHED_VIEWS):
            mine = columns // bits == i
            found += self.places(view).to_atoms(columns[mine] % bits, shares[mine], width=bits)
        return found

    def network(self, network: Network) -> tuple[Floats, Floats]:
        """A fast network's raw outputs (t,), and the atoms' shares in them, (n_atoms, t)."""
        if id(network) not in self._networks:
            self._networks[id(network)] = network, *_gradients(network, self)
        return self._networks[id(network)][1:]


def atom_shares(blend: Blend | Outputs, seen: Seen) -> dict[str, Floats]:
    """For each member what each atom adds to what the member says, (n_atoms,)."""
    return {name: shares_by(methods()[name].name, blend, name, seen) for name in blend.names_}


def shares_by(method: str, blend: Blend | Outputs, member: str, seen: Seen) -> Floats:
    """The same of one member, by one way."""
    if method == MASKING:
        return said_by(blend, member, seen.whole) - said_by(blend, member, seen.masked)
    return _EXACT[member](blend, member, seen)


def said_by(blend: Blend | Outputs, member: str, features: Features) -> Floats:
    """What one member says, (m,)."""
    if isinstance(blend, Blend) and member in KERNEL:
        return blend.kernel_members(features)[:, KERNEL.index(member)]
    if isinstance(blend, Blend) and member in blend.grown_:
        return blend.grown_[member].predict(features)
    return next(one for one in blend.lent if one.kind == member).predict(features)


def explain(model: Model, seen: Seen, *, inside: bool = True) -> AtomWeights:
    """What each atom adds to `model.values`, the model's own score; withheld outside its domain."""
    value = float(model.values(seen.whole)[0])
    if not inside:
        return AtomWeights(seen.smiles, None, np.nan, value, OUTSIDE)
    weights = dict(zip(model.blend.names_, model.blend.weights_.tolist(), strict=True))
    found = atom_shares(model.blend, seen)
    total = np.sum([weights[name] * shares for name, shares in found.items()], axis=0)
    if model.property.kind == "regression":
        total = total * model.calibration.map_.slope
    return AtomWeights.of(seen.smiles, alike(total, seen.ranks), value, seen.parts, method=named(weights))


def explain_panel(
    panel: Panel, mols: Sequence[Mol | None], inside: Mapping[str, Sequence[bool]]
) -> dict[str, list[AtomWeights]]:
    """Every model's explanation of every molecule, by the model's name."""
    found: dict[str, list[AtomWeights]] = {name: [] for name in panel.models}
    for i, mol in enumerate(mols):
        seen = None if mol is None else Seen(mol)
        for name, model in panel.models.items():
            found[name].append(
                AtomWeights("", None, np.nan, np.nan, UNREAD)
                if seen is None
                else explain(model, seen, inside=bool(inside[name][i]))
            )
    return found


def _kernel(blend: Blend, member: str, seen: Seen) -> Floats:
    kernel = blend.kernel_
    machine = cast("KernelRidge | SupportVector", kernel.ridge_ if member == "ridge" else kernel.support_)
    weights = machine.dual_coef_[:, None] / (len(kernel.views_) + kernel.descriptor_weight)
    found = np.zeros((seen.mol.GetNumAtoms(), 1))
    for view, minmax in kernel.views_.items():
        if view != "avalon":  # which does not say where it counted
            columns, shares = minmax.terms(seen.whole.counts(view), weights)
            found += seen.places(view).to_atoms(columns, shares, width=COLUMNS)
    if blend.kind == "regression":
        return found[:, 0]
    return _through(lambda x: np.clip(x, 0.0, 1.0), found[:, 0], float(kernel.predict(seen.whole)[0]))


def _trees(blend: Blend, member: str, seen: Seen) -> Floats:
    grown: Grown = blend.grown_[member]
    row = seen.whole.dense[0]
    reference = row.copy()
    reference[:COUNTED] = 0
    columns = np.flatnonzero(row[:COUNTED])
    shares, _ = shapley(grown.trees_, row, reference)
    found = seen.hashed(columns, shares[columns, None], bits=HASHED_BITS)[:, 0]
    return found if blend.kind == "regression" else _through(grown.link, found, grown.trees_.total(seen.whole)[0])


def _fast_network(blend: Blend | Outputs, member: str, seen: Seen) -> Floats:
    output = next(one for one in blend.lent if one.kind == member)
    network, task = cast(Network, output.network), output.column
    raw, shares = seen.network(network)
    one = slice(task, task + 1)

    def link(x: Floats) -> Floats:
        return answered(x, network.classes_[one], network.mean_[one], network.scale_[one])

    return _through(link, shares[:, task], float(raw[task]))


_EXACT: Mapping[str, Callable[..., Floats]] = {
    "ridge": _kernel,
    "support": _kernel,
    "trees": _trees,
    "forest": _trees,
    "network": _fast_network,
}


def _gradients(network: Network, seen: Seen) -> tuple[Floats, Floats]:
    whole, n = seen.whole, seen.mol.GetNumAtoms()
    steps = network.inputs(whole.hashed, whole.quick)
    columns = np.flatnonzero(steps[0, : NETWORK_BITS * len(HASHED_VIEWS)])
    shares = integrated(network.layers(), steps[0].astype(np.float64) * network.units_[0], columns)
    raw = network.raw(steps)
    others = network.raw(network.inputs(np.repeat(whole.hashed, n, axis=0), seen.masked.quick))
    return raw[0], seen.hashed(columns, shares, bits=NETWORK_BITS) + raw - others


def _through(link: Link, shares: Floats, value: float) -> Floats:
    """Shares of a raw value as shares of what a link makes of it: each times the secant from the base to the value."""
    base = value - fsum(shares)
    if abs(value - base) < 1e-12:
        return np.zeros(len(shares))
    low, high = link(np.array([base, value]))
    found: Floats = shares * (high - low) / (value - base)
    return found
