"""Train the two priors: of ZINC250k, which benchmarks may use, and from it the one that is shipped, of ChEMBL.

    PHARMAKON_DATA=... python recipes/prior.py WORK [SHARE]

Molecules are standardised and flat, as the search's are. ChEMBL's (five collections of the data catalogue) leave out
the targets of the GuacaMol and PMO tasks and what is more similar to one of them than 0.323 (ECFP4), as GuacaMol's own
training set does. One molecule in 50 is held out, by its hash: `pharmakon benchmark distribution` judges by those. WORK
keeps checkpoints: a training that was stopped goes on.

The shipped one took ten minutes of a graphics card for the first two stages, and forty of a processor core for the
third. Its first two stages took steps of one length each, which makes a model write too little (12.5 tokens a molecule
instead of 14.2); the third put that right, and steps are mixed in all stages now. Without a graphics card the whole is
some ten hours of a core; SHARE .3 of the epochs takes a third of that, and a molecule held out costs two nats more.
"""

from __future__ import annotations

import sys
from pathlib import Path

from pharmakon.design.collection import CHEMBL, targets, write
from pharmakon.store.catalogue import data_set
from pharmakon.store.models import load_folder, save_folder
from pharmakon.workflows.train_prior import LANGUAGE, PriorConfig, run

ZINC = ("zinc250k",)
SHAPE = {"width": 192, "depth": 6, "heads": 6, "merges": 400, "context": 80}
SHIPPED = Path(__file__).parents[1] / "src/pharmakon/models/drug_like"


def say(done: int, total: int, note: str) -> None:
    """A line every hundred steps."""
    print(f"{done:,} of {total:,}: {note}", flush=True)


def ship(made: Path, *before: Path) -> None:
    """The trained prior into the package, with what it was taught on, and how, in its card."""
    folder = load_folder(made)
    stages = [load_folder(path).card["recipe"] for path in (*before, made)]
    sources = [
        {"set": name, "licence": found.licence, "citation": found.citation}
        for name in (*ZINC, *CHEMBL)
        for found in [data_set(name)]
    ]
    left_out = "targets of the GuacaMol and PMO tasks and their neighbours; one molecule in 50; stereo"
    card = folder.card | {"sources": sources, "left out": left_out, "recipe": {"stages": stages}}
    save_folder(SHIPPED, card=card, arrays={LANGUAGE: folder.arrays(LANGUAGE)}, texts={})


def main(work: Path, share: float = 1.0) -> None:
    """One after the other, with a share of their epochs; what is there already is not made again."""
    work.mkdir(parents=True, exist_ok=True)
    for name, sets, apart in (("zinc", ZINC, ()), ("chembl", CHEMBL, targets())):
        if not (work / f"{name}.smi").exists():
            write(sets, work / f"{name}.smi", apart=apart)
    if not (work / "zinc").exists():
        config = PriorConfig(
            data=work / "zinc.smi",
            output=work / "zinc",
            epochs=max(1, round(12 * share)),
            batch=512,
            resume=True,
            **SHAPE,
        )
        run(config, progress=say)
    for name, start, epochs, batch, rate in (
        ("chembl", "zinc", 26, 1024, 0.03),
        ("drug_like", "chembl", 2, 512, 0.006),
    ):
        config = PriorConfig(
            data=work / "chembl.smi",
            name=name,
            output=work / name,
            start=work / start,
            epochs=max(1, round(epochs * share)),
            batch=batch,
            rate=rate,
            resume=True,
        )
        if not (work / name).exists():
            run(config, progress=say)
    ship(work / "drug_like", work / "zinc", work / "chembl")


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else 1.0)
