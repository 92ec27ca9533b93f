"""passport: of each designed molecule its descent, its score taken apart, and what speaks against it."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field, field_validator

from pharmakon.core.config import Config
from pharmakon.core.errors import UsageError
from pharmakon.core.types import Progress, silent
from pharmakon.record.notebook import Shown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pharmakon.design.lineage import Record
    from pharmakon.predict.model import Model
    from pharmakon.record.passport import Influence, Nearest, Opinion, Passport, Passports

    from .finished_run import FinishedRun

TOP = 10
RUNNER_UP = (
    "A runner-up is the best other molecule that was scored at the step. Proposals that the surrogate refused were "
    "never scored, and are not kept."
)


class PassportConfig(Config):
    """Of which run, and of which of its molecules."""

    run: Path = Field(description="the folder of a design run")
    designs: tuple[str, ...] = Field(
        (), description="designs by number (1, D001), or SMILES of any molecule that the run scored; the best otherwise"
    )
    top: int = Field(TOP, ge=1, description="how many designs, where none is named")
    quick: bool = Field(False, description="leave out which training data moves the score, which takes longest")
    output: Path | None = Field(None, description="page (.html) or data (.json) to write")

    @field_validator("output")
    @classmethod
    def _page_or_data(cls, path: Path | None) -> Path | None:
        if path is not None and path.suffix.casefold() not in (".html", ".json"):
            raise ValueError(f"{path} is neither .html nor .json")
        return path


@dataclass(frozen=True, slots=True)
class PassportResult(Shown):
    """The passports, and where they were written."""

    found: Passports
    output: Path | None = None

    @property
    def ok(self) -> bool:
        """Whether every molecule was made again and every score rebuilt."""
        return all(one.ok for one in self.found.passports)


def run(config: PassportConfig, *, progress: Progress = silent) -> PassportResult:
    """Make the passports of a finished run's molecules. Nothing is searched and no scorer is asked.

    Raises RecordError for a folder that is no design run, UnknownName for a molecule that it did not score.
    """
    from .finished_run import read_run

    if not config.run.is_dir():
        raise UsageError(f"{config.run} is no folder: name that of a design run")
    progress(0, 0, "reading the run")
    finished = read_run(config.run)
    asked = config.designs or tuple(list(finished.designs)[: config.top])
    found = passports_of(finished, asked, quick=config.quick, progress=progress)
    if config.output is not None:
        from pharmakon.core.files import write_atomic

        from .passport_output import data_of, page_of
        from .recorded import recorded

        text = page_of(found) if config.output.suffix.casefold() == ".html" else data_of(found)
        with recorded("passport", config, [config.output], inputs=_files(finished)):
            write_atomic(config.output, text)
    return PassportResult(found, config.output)


def _files(finished: FinishedRun) -> list[Path]:
    """What is read: of the run, and of its user's models; the shipped ones are told by the version of this package."""
    from pharmakon.store.models import paths_of
    from pharmakon.store.runs import RUN

    from .design_results import CALLS, TABLE

    own = [path for model in finished.config.models if Path(model).is_dir() for path in paths_of(model)]
    return [*(finished.path / name for name in (RUN, CALLS, TABLE)), *own]


def passports_of(
    finished: FinishedRun, asked: Sequence[str], *, quick: bool = False, progress: Progress = silent
) -> Passports:
    """The passports of some of a run's molecules, by number, name or SMILES."""
    from pharmakon.design.origins import fragment_counts
    from pharmakon.record.passport import Passports

    from .passport_models import memory_of, models_of

    named = dict(finished.named(text) for text in asked)
    made = list(_passports(finished, named, quick=quick, progress=progress))
    counts, models = fragment_counts(), models_of(finished)
    return Passports(
        title=finished.config.name,
        run=finished.path.name,
        passports=made,
        memory=memory_of(finished, models, given=_starts(finished)),
        collection=f"{counts.molecules:,} drug-like molecules ({', '.join(counts.sources)})",
        notes=[RUNNER_UP],
        warnings=_warnings(finished, models),
        facts={
            "run": str(finished.path),
            "seed": str(finished.run["seed"]),
            "started": str(finished.run.get("started", "")),
            "models": ", ".join(model.name for model in models) or "none",
            "prior": str(finished.config.prior),
        },
        config=finished.config.model_dump_json(indent=2, exclude_defaults=True),
    )


def _warnings(finished: FinishedRun, models: Sequence[Model]) -> list[str]:
    """What is wrong with the record, and models that are not those of the run."""
    from pharmakon.record.ledger import verify

    from .design import LEDGER, hashes
    from .design_journal import started_with

    path = finished.path / LEDGER
    if not path.is_file():
        return ["The run has no ledger, so nothing shows whether its record was changed."]
    out = [f"The run's ledger does not hold: {problem}." for problem in verify(finished.path).problems[:3]]
    then, now = started_with(path), hashes({model.name: model.card for model in models})
    if others := [name for name, digest in now.items() if then.get(name, digest) != digest]:
        out.append(f"Another {', '.join(others)} is here than the run had: what is said of models is of that one.")
    return out


def _starts(finished: FinishedRun) -> list[str]:
    """The designs that the search was given to start from."""
    from .passport_lineage import Lineages

    lineages = Lineages(finished)
    return [smiles for smiles in finished.designs.values() if lineages.given(smiles)]


def _passports(
    finished: FinishedRun, named: Mapping[str, Record], *, quick: bool, progress: Progress
) -> list[Passport]:
    from pharmakon.design.origins import origins
    from pharmakon.record.passport import Fragment, Passport

    from .passport_language import Speller
    from .passport_lineage import Lineages
    from .passport_score import score_of

    records = list(named.values())
    started = time.perf_counter()
    lineages = Lineages(finished)
    progress(0, 0, "spelling")
    speller = Speller(finished.config.prior)
    known = _of_models(finished, records, quick=quick, progress=progress)
    shared = (time.perf_counter() - started) / max(len(records), 1)
    out = []
    for i, (name, record) in enumerate(zip(named, records, strict=True)):
        progress(i, len(records), name)
        began_at = time.perf_counter()
        began, line = lineages.line(record)
        made = Passport(
            name=name,
            smiles=record.smiles,
            score=score_of(finished, record),
            replay=lineages.replay(record),
            began=began,
            lineage=line,
            spelling=speller.spell([record.smiles])[0],
            nearest=known.nearest[i],
            fragments=[Fragment(one.smiles, one.kind, one.molecules) for one in origins(record.smiles)],
            influence=known.influence[i],
            opinions=known.opinions[i],
        )
        out.append(replace(made, seconds=shared + time.perf_counter() - began_at))
    progress(len(records), len(records), "")
    return out


@dataclass(frozen=True, slots=True)
class _Known:
    """What the models know, molecule by molecule."""

    nearest: list[list[Nearest]]
    influence: list[list[Influence]]
    opinions: list[list[Opinion]]


def _of_models(finished: FinishedRun, records: Sequence[Record], *, quick: bool, progress: Progress) -> _Known:
    from .passport_influence import influences
    from .passport_models import features_of, models_of, nearest_of, opinions_of, usual_molecules

    known = _Known([[] for _ in records], [[] for _ in records], [[] for _ in records])
    features, usual, models = features_of(records), usual_molecules(finished), models_of(finished)
    for number, model in enumerate(models):
        progress(number, len(models), f"asking {model.name}")
        for near, mine in zip(known.nearest, nearest_of(model, features), strict=True):
            near.append(mine)
        for said, opinion in zip(known.opinions, opinions_of(model, features, usual), strict=True):
            said.append(opinion)
        if not quick:
            for moves, found in zip(known.influence, influences(finished, records, model, features), strict=True):
                moves.append(found)
    return known
