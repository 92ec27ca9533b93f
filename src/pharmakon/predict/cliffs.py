"""Activity cliffs: near twins whose values differ most, where a model errs most and a curation error shows first.

As MoleculeACE has them (van Tilborg et al., J. Chem. Inf. Model. 2022, 62, 5938): ECFP4 Tanimoto of at least 0.9 and
more than ten-fold between the values. (It also takes scaffold and SMILES-edit similarity, which are not used here.)
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from pharmakon.chem import fingerprints
from pharmakon.chem.identity import first_shared
from pharmakon.chem.similarity import similar_pairs
from pharmakon.core.types import Progress, silent
from pharmakon.core.words import counted

from .findings import Case, Finding, cases, passed, verb
from .measured import Sample

SIMILAR = 0.9
OTHER_STEPS = 2.0
"""Standard deviations that make a cliff where values do not count in powers of ten."""


def cliffs(sample: Sample, *, progress: Progress = silent) -> list[Finding]:
    """Pairs of molecules at least 0.9 similar and more than 1 log unit, 2 standard deviations or one class apart."""
    rows_of: dict[str, list[int]] = defaultdict(list)
    for i, row in enumerate(sample.rows):
        if row.identity.parent and np.isfinite(sample.compared[i]):
            rows_of[row.identity.parent].append(i)
    molecules = list(rows_of)
    values = np.array([np.median(sample.compared[rows_of[smiles]]) for smiles in molecules])
    packed = fingerprints.bits_of_smiles(molecules)
    steps = {"classes": 0.5, "other": OTHER_STEPS}.get(sample.scale.name, 1.0)
    found: list[Case] = []
    compared = 0
    on_cliffs: set[int] = set()
    for done, (a, b, similar) in enumerate(similar_pairs(packed, SIMILAR)):
        if done % 50 == 0:
            progress(min(done * 64, len(molecules)), len(molecules), "comparing near twins")
        apart = np.abs(values[a] - values[b]) / sample.scale.step
        compared += len(a)
        for i, j, likeness, width in zip(a, b, similar, apart, strict=True):
            if width > steps:
                on_cliffs.update((int(i), int(j)))
                first, second = rows_of[molecules[i]][0], rows_of[molecules[j]][0]
                found.append(Case((first, second), _note(sample, first, second, likeness, width), float(width)))
    if not found:
        said = f"None of {counted(compared, 'pair')} of near twins (similarity of at least {SIMILAR}) is a cliff."
        return [passed("cliffs", "Activity cliffs", said)]
    n, share = len(found), len(on_cliffs) / len(molecules)
    far = "different classes" if sample.kind == "classification" else f"more than {sample.scale.words(steps)} apart"
    sentence = (
        f"{counted(n, 'pair')} of near twins {verb(n, 'is', 'are')} {far} (of {counted(compared, 'pair')} at least "
        f"{SIMILAR} similar); {100 * share:.1f} % of the molecules stand on a cliff."
    )
    advice = "Look the largest up: real ones are the chemistry to learn, the rest are errors. Report the error on them."
    measures = {"pairs": n, "share": share, "twins": compared}
    return [Finding("cliffs", "info", "Activity cliffs", sentence, advice, cases(found), measures)]


def _note(sample: Sample, a: int, b: int, likeness: float, width: float) -> str:
    one, two = sample.rows[a], sample.rows[b]
    apart = "" if sample.kind == "classification" else f", {sample.scale.words(width)} apart"
    stereo = ", stereoisomers" if first_shared(one.identity, two.identity) == "stereo" else ""
    return f"similarity {likeness:.2f}{stereo}, values {sample.shown(a)} and {sample.shown(b)}{apart}"
