"""Networks against the kernels of `response`, on the same held-out lines and drugs, both beside the additive baseline.

Additive is the potency by structure (or the drug's mean) plus the line's general sensitivity (or what its profile says
of it). A network learns what is left, from what the kernels have: the line's omics, its responses to the training drugs
(out of fold, where lines are held out), the likeness of structures; and the shipped networks' answers for the drug.
Its line features and when it stops are chosen on a fifth of the training part, and so is its share beside the kernels.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from pharmakon.core.lazy import require
from pharmakon.core.types import Floats, Progress, silent
from pharmakon.learn.kernel_ridge import out_of_fold
from pharmakon.learn.metrics import rmse
from pharmakon.learn.soft_impute import soft_impute
from pharmakon.learn.splits import random_folds

from .crossvalidation import MODEL, HeldOut, Split, parts
from .response import PENALTY, ResponseModel
from .response_network import (
    SHAPES,
    NetworkRecipe,
    Shape,
    kernel_components,
    network_answers,
    principal,
    train_network,
)
from .screen import Screen

ADDITIVE, NETWORKS, BLEND = "additive", "networks", "kernel + networks"
"""Beside "model", the kernels: the means; the networks of all shapes averaged; and those with the kernels."""
MEMBERS = 3
"""Networks of one shape that are averaged."""
SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
MOST_OMICS, MOST_RESPONSES, MOST_STRUCTURES, MOST_ANSWERS = 30, 10, 64, 32
STOPS = (5, 10, 15, 20)
Mask = NDArray[np.bool_]


def challenge(screen: Screen, split: Split, *, seed: int = 0, threads: int = 1, progress: Progress = silent) -> HeldOut:
    """Out-of-fold predictions by the kernels, the additive baseline, networks of each shape, and their averages.

    Splits "cell", "drug" and "both". Raises MissingExtra without torch.
    """
    require("torch", extra="deep", needed_for="networks of drug response").set_num_threads(threads)
    names = (MODEL, ADDITIVE, *SHAPES, NETWORKS, BLEND)
    empty = np.full(screen.response.shape, np.nan)
    held = HeldOut(split, screen.response, {name: empty.copy() for name in names})
    answers = network_answers(screen.smiles)
    every = list(parts(screen, split, seed))
    for done, (lines, drugs) in enumerate(every):
        progress(done, len(every), f"{split} split")
        part = Part.of(screen, lines, drugs, answers, seed)
        at = np.ix_(part.rows, part.columns)
        for name, values in part.predictions(seed).items():
            held.predicted[name][at] = values
    progress(len(every), len(every), "")
    return held


@dataclass(frozen=True, slots=True)
class Part:
    """n training lines and m training drugs; k lines and q drugs that are asked for."""

    rows: NDArray[np.intp]
    columns: NDArray[np.intp]
    new_lines: bool
    new_drugs: bool
    response: Floats
    """(n, m), NaN where untested."""
    left: Floats
    """The response less its drug's mean and its line's mean departure, (n, m): what networks learn."""
    additive: tuple[Floats, Floats]
    """Out of fold (n, m), and asked (k, q)."""
    kernel: tuple[Floats, Floats]
    omics: tuple[Floats, Floats]
    departures: tuple[Floats, Floats]
    """Of lines for each training drug, from the profile; (n, m) out of fold, (k, m)."""
    drugs: tuple[Floats, Floats]

    @classmethod
    def of(cls, screen: Screen, lines: Mask, drugs: Mask, answers: Floats, seed: int) -> Self:
        """Fit the kernels to what is not masked."""
        training = screen.take(~lines, ~drugs)
        tested = np.flatnonzero(training.tested.any(axis=0))
        kept = np.flatnonzero(~drugs)[tested]
        training = training.take(drugs=tested)
        model = ResponseModel().fit(training, seed=seed)
        new_lines, new_drugs = bool(lines.any()), bool(drugs.any())
        rows = np.flatnonzero(lines if new_lines else ~lines)
        columns = np.flatnonzero(drugs) if new_drugs else kept
        profiles = screen.profiles.take(rows)
        about = training.response - model.drug_mean_
        own = np.nanmean(about, axis=1, keepdims=True)
        shown, asked = model.smooth_, model.smooth_
        if new_lines:
            shown, asked = model.departures_out_of_fold_, model.departures(model.cells_.cross(profiles))
        general, general_asked = (x.mean(axis=1, keepdims=True) for x in (shown, asked)) if new_lines else (own, own)
        gram = model.structures_.gram()
        if new_drugs:
            smiles = [screen.smiles[j] for j in columns]
            likeness = model.structures_.cross(smiles)
            potency, potency_asked = model.potency_out_of_fold_, model.potency(likeness)
            special = out_of_fold(gram, (shown - general).T, folds=model.drug_folds_, alpha=model.sharing_alpha_).T
            kernel = (potency + general + special, model.new(asked, smiles))
        else:
            likeness, potency, potency_asked = gram, model.drug_mean_, model.drug_mean_
            kernel = (potency + shown, potency + asked)
        drug_features = _drug_features(gram, likeness, answers[kept], answers[columns], identity=not new_drugs)
        return cls(
            rows,
            columns,
            new_lines,
            new_drugs,
            training.response,
            about - own,
            (potency + general, potency_asked + general_asked),
            kernel,
            (model.cells_.features(training.profiles), model.cells_.features(profiles)),
            (shown, asked),
            drug_features,
        )

    def predictions(self, seed: int) -> Mapping[str, Floats]:
        """By name, (k, q): the kernels, the additive baseline, the networks and their averages."""
        n, m = self.response.shape
        all_lines, all_drugs = np.ones(n, dtype=bool), np.ones(m, dtype=bool)
        lines = random_folds(n, random_state=seed) > 0 if self.new_lines else all_lines
        drugs = random_folds(m, random_state=seed) > 0 if self.new_drugs else all_drugs
        there = np.ix_(~lines if self.new_lines else lines, ~drugs if self.new_drugs else drugs)
        inner: list[Floats] = []
        outer: dict[str, Floats] = {}
        for shape in SHAPES:
            chosen, omics, stop = self._choose(shape, lines, drugs, there, seed)
            inner.append(chosen)
            x, z = self._lines(all_drugs, omics=omics), self.drugs
            said = [
                train_network(
                    x[0], z[0], self.left, (x[1], z[1]), NetworkRecipe(shape), seed=seed + member, stops=[stop]
                )[stop]
                for member in range(MEMBERS)
            ]
            outer[shape] = self.additive[1] + np.mean(said, axis=0)
        met, kernel = np.mean(inner, axis=0), self.kernel[0][there]
        truth = self.response[there]
        share = min(SHARES, key=lambda w: _rmse(truth, (1 - w) * kernel + w * met))
        networks = np.mean(list(outer.values()), axis=0)
        return {
            MODEL: self.kernel[1],
            ADDITIVE: self.additive[1],
            **outer,
            NETWORKS: networks,
            BLEND: (1 - share) * self.kernel[1] + share * networks,
        }

    def _choose(
        self, shape: Shape, lines: Mask, drugs: Mask, there: tuple[NDArray[np.intp], ...], seed: int
    ) -> tuple[Floats, bool, int]:
        """Of the inner held-out responses `there`, the best prediction; with omics or without, and after which epoch.

        The network learns from `lines` and `drugs`.
        """
        found: list[tuple[float, bool, int, Floats]] = []
        known = np.ix_(lines, drugs)
        asked_lines, asked_drugs = there[0].ravel(), there[1].ravel()
        for omics in (False, True):
            x = self._lines(drugs, omics=omics)[0]
            z = self.drugs[0]
            ask = (x[asked_lines], z[asked_drugs])
            said = train_network(
                x[lines], z[drugs], self.left[known], ask, NetworkRecipe(shape), seed=seed, stops=STOPS
            )
            for stop, values in said.items():
                values = self.additive[0][there] + values
                found.append((_rmse(self.response[there], values), omics, stop, values))
        _, omics, stop, values = min(found, key=lambda one: one[0])
        return values, omics, stop

    def _lines(self, drugs: Mask, *, omics: bool) -> tuple[Floats, Floats]:
        """Features of the training lines and of those asked for, from their responses to `drugs` and their omics."""
        shown, asked = (table[:, drugs] for table in self.departures)
        if not self.new_lines:
            # Filled anew: a table with the other drugs' columns would tell of them.
            about = self.response[:, drugs] - np.nanmean(self.response[:, drugs], axis=0)
            shown = asked = soft_impute(about, penalty=PENALTY)[1]
        special = (table - table.mean(axis=1, keepdims=True) for table in (shown, asked))
        blocks = [principal(*special, most=MOST_RESPONSES)]
        if omics:
            blocks.append(principal(*self.omics, most=MOST_OMICS))
        training, queries = (np.hstack(views) for views in zip(*blocks, strict=True))
        return training, queries


def _drug_features(
    gram: Floats, likeness: Floats, answers: Floats, asked: Floats, *, identity: bool
) -> tuple[Floats, Floats]:
    """Of m training drugs and q others: components of the kernel, of the shipped networks' answers; who it is."""
    mean, spread = answers.mean(axis=0), np.maximum(answers.std(axis=0), 1e-9)
    blocks = [
        kernel_components(gram, likeness, most=MOST_STRUCTURES),
        principal(*(np.clip((rows - mean) / spread, -4, 4) for rows in (answers, asked)), most=MOST_ANSWERS),
    ]
    if identity:
        blocks.append([np.eye(len(gram)) * len(gram) ** 0.5] * 2)
    training, queries = (np.hstack(views) for views in zip(*blocks, strict=True))
    return training, queries


def _rmse(truth: Floats, predicted: Floats) -> float:
    known = np.isfinite(truth)
    return rmse(truth[known], predicted[known])
