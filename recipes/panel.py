"""Train the shipped panel from public data.

    PHARMAKON_DATA=... python recipes/panel.py [NAME ...]

Each model is written to src/pharmakon/models/NAME with its card. Seed and settings are fixed: the same data and the
same library versions give the same files.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from pharmakon.predict.endpoints import endpoints
from pharmakon.workflows.train import run_endpoint

MODELS = Path(__file__).parents[1] / "src" / "pharmakon" / "models"
MAX_POINTS = 5_000


def main(names: list[str]) -> None:
    """Train the named models, all of them when none is named."""
    for name in names or list(endpoints()):
        started = time.time()
        result = run_endpoint(
            name,
            MODELS / name,
            max_points=MAX_POINTS,
            workers=1,
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
