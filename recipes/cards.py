"""Write into the shipped cards what follows from weights and data that are there: y-scrambling, dates, origin.

    python recipes/cards.py [NAME ...]

Weights stay as they are. A model keeps its kernel and the ridge regression's coefficients, from which the values that
it was fitted to follow, so that permutations of them need neither structures nor training; recipes/panel.py writes the
same of a model that it trains. Endpoints that only the networks answer have none: permuting their values means training
the networks again.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import numpy as np

from pharmakon.predict.blend import Blend
from pharmakon.predict.endpoints import endpoints
from pharmakon.predict.model import Model
from pharmakon.predict.panel import own_names, shipped_pair
from pharmakon.predict.scrambling import doubt, scrambled
from pharmakon.store.models import CARD, SUMS
from pharmakon.store.plain import document
from pharmakon.workflows.train import origin_of

MODELS = Path(__file__).parents[1] / "src" / "pharmakon" / "models"


def main(names: list[str]) -> None:
    """Amend the named cards; those of every endpoint with a model of its own when none is named."""
    for name in names or own_names():
        folder = MODELS / name
        model = Model.load(folder, lender=shipped_pair)
        if not isinstance(model.blend, Blend):
            raise SystemExit(f"{name} has no kernel")
        kernel = model.blend.kernel_
        gram = kernel.kept_gram()
        dual = kernel.ridge_.dual_coef_
        target = gram @ dual + kernel.alpha * dual + kernel.ridge_.intercept_
        if model.property.kind == "classification":
            if np.abs(target - np.rint(target)).max() > 1e-3:
                raise SystemExit(f"{name}: the values that it was fitted to do not follow from its weights")
            target = np.rint(target)
        found = scrambled(gram, target, alpha=kernel.alpha, kind=model.property.kind, seed=model.card["seed"])
        card = json.loads((folder / CARD).read_bytes())
        card["y_scrambling"] = found
        card["created"] = committed(folder)
        card["dataset"]["origin"] = origin_of(endpoints()[name])
        card["limits"] = [*card["limits"], *(said for said in doubt(found) if said not in card["limits"])]
        write(folder, card)
        print(name, found["metric"], found["score"], found["permuted"], f"p {found['p']}", flush=True)


def committed(folder: Path) -> str:
    """The day on which the weights were written, as the repository knows it."""
    files = sorted(str(path.name) for path in folder.glob("*.npz"))
    words = ["git", "log", "-1", "--format=%as", "--", *files]
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, check=True).stdout.strip()


def write(folder: Path, card: dict) -> None:
    """The card, and its sum among the folder's."""
    text = document(card)
    (folder / CARD).write_text(text, encoding="utf-8")
    digest = hashlib.sha256(text.encode()).hexdigest()
    sums = (folder / SUMS).read_text().splitlines()
    lines = [f"{digest}  {CARD}" if line.endswith(f"  {CARD}") else line for line in sums]
    (folder / SUMS).write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
