"""Which way each kind of member of a model is explained, as was measured: tables/methods.csv.

Measured is how well the shares of a part's atoms rank what the member says of real molecules without that part
(`pharmakon benchmark explanations`). Attention weights are not among the ways: on molecules of which the truth is known
they do hardly better than chance (Sanchez-Lengeling et al., NeurIPS 2020).
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

KERNEL_TERMS, TREESHAP, GRADIENTS, MASKING = "kernel terms", "TreeSHAP", "integrated gradients", "masking"


@dataclass(frozen=True, slots=True)
class Method:
    """A member's way, and Spearman's correlation of that way and of masking with the changes of real molecules."""

    name: str
    faithfulness: float
    masking: float


@cache
def methods() -> Mapping[str, Method]:
    """By kind of member, as `predict` names them."""
    text = files("pharmakon.explain").joinpath("tables", "methods.csv").read_text(encoding="utf-8")
    return {
        row["member"]: Method(row["method"], float(row["faithfulness"]), float(row["masking"]))
        for row in csv.DictReader(text.splitlines())
    }


def named(weights: Mapping[str, float]) -> str:
    """The ways of members of these weights, with their shares: "TreeSHAP (70 %), masking (30 %)"."""
    shares: dict[str, float] = {}
    for member, weight in weights.items():
        shares[methods()[member].name] = shares.get(methods()[member].name, 0.0) + weight
    if len(shares) == 1:
        return next(iter(shares))
    ordered = sorted(shares.items(), key=lambda item: -item[1])
    return ", ".join(f"{name} ({share:.0%})".replace("%", " %") for name, share in ordered)
