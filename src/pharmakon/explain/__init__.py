"""Why a number is what it is: which atoms raise it, which lower it."""

from __future__ import annotations

from .attribution import AtomWeights, atom_weights, atom_weights_many, scaled, sentence

__all__ = ["AtomWeights", "atom_weights", "atom_weights_many", "scaled", "sentence"]
