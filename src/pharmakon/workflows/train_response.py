"""train-response: a model of how cell lines respond to drugs, from a screen and the lines' profiles."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field

from pharmakon.core.access import SAID, TERMS, AccessClass, stated
from pharmakon.core.config import Config
from pharmakon.core.errors import ConfigError
from pharmakon.core.types import Progress, silent
from pharmakon.record.notebook import Shown

from .recorded import recorded

if TYPE_CHECKING:
    from pharmakon.therapy.crossvalidation import HeldOut, Split
    from pharmakon.therapy.screen import Screen

OUTPUT = Path("models/response")
NON_COMMERCIAL = (
    "trained on GDSC: for non-commercial use only, and neither the weights nor a product made with them may be given "
    "away under other terms"
)
OWN = "as your tables are"
SCALED = "the expression of GDSC was z-scored over all lines by its authors, held-out ones too: scores flatter a little"
CAVEATS = (
    "cell lines are not patients: no immune system, no blood supply, no dose; a ranking is a hypothesis for a trial",
    "intervals hold for a further cell line of this screen",
    "expression must be on the scale of the training table",
)
SPLITS: tuple[Split, ...] = ("cell", "drug", "both", "mixed")


class ResponseConfig(Config):
    """Tables to learn from. Without any, the public GDSC2 set is taken."""

    response: Path | None = Field(None, description="table of drug, cell, ln IC50 in ln uM (GDSC2 when not given)")
    expression: Path | None = Field(None, description="table of cells by genes")
    mutation: Path | None = Field(None, description="table of cells by genes, 0 or 1")
    copy_number: Path | None = Field(None, description="table of cells by genes")
    structures: Path | None = Field(None, description="table of drugs and their SMILES")
    annotations: Path | None = Field(None, description="table of cells and their tissue")
    name: str = Field("response", pattern="^[A-Za-z0-9_-]+$", description="the model's name")
    output: Path = Field(OUTPUT, description="folder to write")
    access: AccessClass | None = Field(None, description=SAID)
    terms: str = Field("", description=TERMS)
    seed: int = Field(0, ge=0, description="seed of the folds")

    @property
    def profiles(self) -> dict[str, Path]:
        """The tables of profiles by kind."""
        given = {"expression": self.expression, "mutation": self.mutation, "copy_number": self.copy_number}
        return {kind: path for kind, path in given.items() if path is not None}


@dataclass(frozen=True, slots=True)
class ResponseResult(Shown):
    """A response model: where it is, and its card."""

    folder: Path
    card: dict[str, Any]


def run(config: ResponseConfig, *, progress: Progress = silent) -> ResponseResult:
    """Learn, judge by split, calibrate, and write the folder. Raises DataError where a table is absent or too small."""
    from pharmakon.therapy.crossvalidation import cross_validate
    from pharmakon.therapy.predictor import ResponsePredictor
    from pharmakon.therapy.response import ResponseModel

    screen, data, licence = _tables(config)
    held: dict[str, HeldOut] = {}
    for done, split in enumerate(SPLITS):
        progress(done, len(SPLITS) + 1, f"held out: {split}")
        held[split] = cross_validate(screen, split, seed=config.seed, diagonal=split == "both")
    progress(len(SPLITS), len(SPLITS) + 1, "the model of all lines")
    model = ResponseModel().fit(screen, seed=config.seed)
    predictor = ResponsePredictor.calibrated(screen, model, held["cell"], held["both"])
    tested = int(screen.tested.sum())
    card = {
        "name": config.name,
        "unit": "ln uM",
        "data": data,
        "licence": licence,
        **stated(config.access, config.terms),
        "lines": len(screen.cells),
        "drugs": len(screen.drugs),
        "responses": tested,
        "genes": {kind: len(genes) for kind, genes in screen.profiles.genes.items()},
        "held out": {split: _rounded(found.scores()) for split, found in held.items()},
        "caveats": [*CAVEATS, *([SCALED] if config.response is None else [])],
        "seed": config.seed,
    }
    with recorded("train-response", config, [config.output], inputs=_files(config), seed=config.seed):
        folder = predictor.save(config.output, card)
    progress(len(SPLITS) + 1, len(SPLITS) + 1, "")
    return ResponseResult(folder.path, folder.card)


def _tables(config: ResponseConfig) -> tuple[Screen, dict[str, str], str]:
    """The screen, the SHA-256 of each table by name, and what may be done with the weights."""
    from pharmakon.core.files import sha256
    from pharmakon.therapy.screen import gdsc_screen, read_screen

    if config.response is None:
        if config.profiles:
            raise ConfigError("tables of profiles need a table of responses: --response")
        return gdsc_screen(), {path.name: sha256(path) for path in _files(config)}, NON_COMMERCIAL
    screen = read_screen(config.response, config.profiles, structures=config.structures, annotations=config.annotations)
    return screen, {path.name: sha256(path) for path in _files(config)}, OWN


def _files(config: ResponseConfig) -> list[Path]:
    """Every table that it learns from."""
    from pharmakon.store.places import paths_of
    from pharmakon.therapy.screen import GDSC

    if config.response is None:
        return paths_of(GDSC)
    paths = [config.response, *config.profiles.values(), config.structures, config.annotations]
    return [path for path in paths if path is not None]


def _rounded(scores: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
    return {who: {what: round(value, 4) for what, value in found.items()} for who, found in scores.items()}
