"""Train the shipped panel from public data.

    PHARMAKON_DATA=... python recipes/panel.py [NAME ...]

Each model is written to src/pharmakon/models/NAME with its card. Seed and settings are fixed: the same data and the
same library versions give the same files. recipes/screen.py and recipes/graph.py come first: their networks are members
of every model, and the pool holds their molecules. Endpoints that gain little from a model of their own are left to the
networks.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from graph import lender

from pharmakon.predict.endpoints import endpoints
from pharmakon.workflows.train import run_endpoint

MODELS = Path(__file__).parents[1] / "src" / "pharmakon" / "models"
MAX_POINTS = 3_000
POTENCY_POINTS = 5_000
NETWORK_ALONE = (
    "cyp1a2_inhibition",
    "cyp2c19_inhibition",
    "cyp2c9_inhibition",
    "cyp2d6_inhibition",
    "cyp3a4_inhibition",
    "fraction_unbound",
    "mean_residence_time",
    "clearance_microsome_az",
    "clearance_microsome_rat",
    "mdr1_efflux",
)
"""Trained when they are named; left out for size."""


def wanted() -> list[str]:
    """The endpoints with a model of their own."""
    tox21 = [name for name in endpoints() if name.startswith("tox21_")]
    programme = [name for name, facts in endpoints().items() if "openadmet_expansionrx/train" in facts.data.sets]
    return [name for name in endpoints() if name not in {*NETWORK_ALONE, *tox21, *programme}]


def main(names: list[str]) -> None:
    """Train the named models; those with a model of their own when none is named."""
    for name in names or wanted():
        started = time.time()
        result = run_endpoint(
            name,
            MODELS / name,
            max_points=POTENCY_POINTS if endpoints()[name].group == "efficacy" else MAX_POINTS,
            workers=1,
            lend=lender(name),
            progress=lambda done, total, note: print(f"  {done}/{total} {note}", flush=True),
        )
        size = sum(file.stat().st_size for file in result.folder.iterdir()) / 1e6
        scores = {split: got["model"] for split, got in result.card["scores"].items()}
        print(f"{name}: {size:.2f} MB, {time.time() - started:.0f} s, {result.card['dataset']['used']} molecules")
        for split, metrics in scores.items():
            print(
                "   ", split, {m: [round(x, 3) for x in v] for m, v in metrics.items()}, result.card["coverage"][split]
            )


if __name__ == "__main__":
    main(sys.argv[1:])
