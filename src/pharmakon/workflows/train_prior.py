"""train-prior: a chemical language model of a collection of molecules, of any length."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field

from pharmakon.core.access import SAID, TERMS, AccessClass, stated
from pharmakon.core.config import Config
from pharmakon.core.errors import ConfigError, DataError, UsageError
from pharmakon.core.types import Progress, silent
from pharmakon.record.notebook import Shown

from .train import check_name, slug

if TYPE_CHECKING:
    from pharmakon.design.language import LanguageModel
    from pharmakon.store.models import ModelFolder

LANGUAGE = "language"
"""The file of a prior's folder that holds the model, and its card's kind."""
LEARNT_FROM = 30_000
"""Molecules that the vocabulary is read off."""
SHIPPED = Path("drug_like")
"""The prior that comes with the package."""
JUDGED = 2_000
FEWEST = 1_000


class PriorConfig(Config):
    """What to learn from, and how large a model."""

    data: Path = Field(description="table of structures: CSV, TSV, SMI, SDF or Parquet, also gzipped")
    smiles: str | None = Field(None, description="structure column; guessed when not given")
    name: str | None = Field(None, description="the prior's name; the table's when not given")
    output: Path | None = Field(None, description="folder to write; priors/NAME when not given")
    start: Path | None = Field(None, description="prior to go on from, with its vocabulary and size")
    epochs: int = Field(2, ge=1, le=1000, description="how often every molecule is seen")
    merges: int = Field(400, ge=0, le=20_000, description="tokens of several characters")
    width: int = Field(256, ge=8, le=2048, description="numbers that stand for a token; a multiple of heads")
    depth: int = Field(6, ge=1, le=48, description="blocks of the transformer")
    heads: int = Field(8, ge=1, le=64, description="heads of a block")
    context: int = Field(100, ge=10, le=1000, description="tokens of the longest molecule")
    batch: int = Field(256, ge=1, description="molecules of a training step")
    rate: float | None = Field(None, gt=0, le=1, description="learning rate; 0.03, or 0.01 from a prior")
    threads: int = Field(2, ge=1, description="processor cores to train on")
    access: AccessClass | None = Field(None, description=SAID)
    terms: str = Field("", description=TERMS)
    resume: bool = Field(False, description="go on with a training that was stopped")
    seed: int = Field(0, ge=0, description="seed of every random choice")


@dataclass(frozen=True, slots=True)
class PriorResult(Shown):
    """A prior: where it is, and its card."""

    folder: Path
    card: dict[str, Any]
    notes: list[str] = field(default_factory=list)


def run(config: PriorConfig, *, progress: Progress = silent) -> PriorResult:
    """Standardise, learn a vocabulary, train, judge on molecules held out, and write the prior's folder.

    Unreadable rows and scheduled chemicals are left out, and molecules that came before. Raises DataError where fewer
    than 1,000 are left, MissingExtra without torch.
    """
    from pharmakon.core.lazy import require
    from pharmakon.store.models import paths_of

    from .recorded import recorded

    require("torch", extra="deep", needed_for="training a language model")  # before the reading, which may take long
    begun = _begun(config)
    name = config.name or slug(config.data.name.split(".")[0])
    check_name(name)
    output = config.output or Path("priors") / name
    inputs = [config.data, *(paths_of(prior_folder(config.start)) if config.start else [])]
    with recorded("train-prior", config, [output], inputs=inputs, seed=config.seed):
        return _trained(config, name, output, begun, progress)


def _trained(
    config: PriorConfig, name: str, output: Path, begun: LanguageModel | None, progress: Progress
) -> PriorResult:
    from pharmakon.core.files import sha256
    from pharmakon.core.random import stream
    from pharmakon.design.corpus import Corpus
    from pharmakon.design.language_training import LanguageRecipe, train_language_model
    from pharmakon.design.tokens import Tokens
    from pharmakon.store.models import load_folder, save_folder

    work = output.with_name(output.name + ".parts")
    if work.exists() and not config.resume:
        shutil.rmtree(work)
    counts, path = _collected(config, work, progress)
    kept = counts["molecules"] - counts["held out"]
    if kept < FEWEST:
        raise DataError(f"{config.data} has {kept:,} molecules to learn from; a language model needs {FEWEST:,}")
    if begun is None:
        tokens = Tokens.learn(_every(path / "train.smi", kept, LEARNT_FROM), config.merges)
        context = config.context
    else:
        tokens, context = begun.tokens, begun.context
    corpus = Corpus.write(_lines(path / "train.smi"), tokens, path, context=context)
    rate = config.rate or (LanguageRecipe().rate if begun is None else 0.01)
    recipe = LanguageRecipe(
        width=config.width,
        depth=config.depth,
        heads=config.heads,
        context=context,
        epochs=config.epochs,
        batch=config.batch,
        rate=rate,
        seed=config.seed,
    )
    language = train_language_model(
        corpus,
        tokens,
        recipe=recipe,
        start=begun,
        checkpoint=path / "checkpoint.npz",
        threads=config.threads,
        progress=progress,
    )
    held = list(_lines(path / "held_out.smi"))[:JUDGED]
    card = {
        "kind": LANGUAGE,
        "name": name,
        "data": {"file": config.data.name, "sha256": sha256(config.data), **counts, "too long": kept - len(corpus)},
        **stated(config.access, config.terms, *([load_folder(config.start).card] if config.start else [])),
        "writing": "Kekulé SMILES",
        "tokens per molecule": round(len(corpus.ids) / max(len(corpus), 1), 2),
        "recipe": {
            **config.model_dump(include={"epochs", "batch", "seed"}),
            "rate": rate,
            **({"start": load_folder(config.start).card["name"]} if config.start else _size(config)),
        },
        "judged": _judged(language, held, path / "train.smi", random=stream(config.seed, "judged")),
    }
    folder = save_folder(output, card=card, arrays={LANGUAGE: language.to_arrays()}, texts={})
    shutil.rmtree(work)
    return PriorResult(folder.path, card)


def _begun(config: PriorConfig) -> LanguageModel | None:
    """The prior to go on from. Its size is its own: ConfigError where another is asked for as well."""
    if config.width % config.heads:
        raise ConfigError(f"width {config.width} is no multiple of heads {config.heads}")
    if config.start is None:
        return None
    if given := config.model_fields_set & _size(config).keys():
        raise ConfigError(f"{', '.join(sorted(given))}: a prior that goes on from another has that one's")
    return load_prior(config.start)


def _size(config: PriorConfig) -> dict[str, int]:
    return config.model_dump(include={"merges", "width", "depth", "heads", "context"})


def prior_folder(path: str | Path) -> Path:
    """The folder of a prior, given by its path or a shipped one's name."""
    from pharmakon.predict.panel import shipped_folder

    shipped = shipped_folder() / path
    return shipped if not Path(path).exists() and len(Path(path).parts) == 1 and shipped.is_dir() else Path(path)


def prior_of(path: str | Path) -> ModelFolder:
    """A prior: a folder, or a shipped one's name. Raises UsageError where there is none, or another model."""
    from pharmakon.store.models import load_folder

    place = prior_folder(path)
    if not place.exists():
        raise UsageError(f"there is no prior {path}: pharmakon train-prior makes one, and {SHIPPED} is shipped")
    folder = load_folder(place)
    if folder.card.get("kind") != LANGUAGE:
        raise UsageError(f"{path} is not a prior: pharmakon train-prior makes one")
    return folder


def load_prior(path: str | Path) -> LanguageModel:
    """The language model of a prior; see prior_of."""
    from pharmakon.design.language import LanguageModel

    return LanguageModel.from_arrays(prior_of(path).arrays(LANGUAGE))


def _collected(config: PriorConfig, work: Path, progress: Progress) -> tuple[dict[str, int], Path]:
    """Counts, and the folder of the molecules' Kekulé texts, one a line: those to learn from and those held out."""
    from pharmakon.chem.scheduled import is_scheduled
    from pharmakon.chem.standardize import standardize
    from pharmakon.core.files import sha256
    from pharmakon.design.corpus import held_out
    from pharmakon.design.kekule import kekulized
    from pharmakon.store.plain import document
    from pharmakon.store.tables import open_table

    facts = {
        "data": sha256(config.data),
        "recipe": config.model_dump(mode="json", exclude={"resume", "threads", "access", "terms"}),
    }
    path = work / hashlib.sha256(document(facts).encode()).hexdigest()[:16]
    done = path / "counts.json"
    if done.is_file():
        import json

        return json.loads(done.read_text(encoding="utf-8")), path
    path.mkdir(parents=True, exist_ok=True)
    counts = dict.fromkeys(("rows", "unreadable", "twice", "withheld", "molecules", "held out"), 0)
    seen: set[bytes] = set()
    with (
        (path / "train.smi").open("w", encoding="utf-8") as train,
        (path / "held_out.smi").open("w", encoding="utf-8") as held,
    ):
        for row in open_table(config.data, smiles=config.smiles).rows():
            counts["rows"] += 1
            if counts["rows"] % 10_000 == 0:
                progress(counts["rows"], 0, "reading")
            found = standardize(row.structure if not row.problem else "")
            key = hashlib.blake2b(found.smiles.encode(), digest_size=8).digest()
            if found.mol is None:
                counts["unreadable"] += 1
            elif key in seen:
                counts["twice"] += 1
            elif is_scheduled(found.mol):
                counts["withheld"] += 1
            else:
                seen.add(key)
                counts["molecules"] += 1
                out = held_out(found.smiles)
                counts["held out"] += out
                (held if out else train).write(f"{kekulized(found.smiles)}\n")
    done.write_text(document(counts), encoding="utf-8")
    return counts, path


def _lines(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield line.rstrip("\n")


def _every(path: Path, total: int, wanted: int) -> list[str]:
    """About `wanted` lines at even distances."""
    step = max(1, total // wanted)
    return [line for i, line in enumerate(_lines(path)) if i % step == 0]


def _judged(language: LanguageModel, held: list[str], learnt: Path, *, random: Any) -> dict[str, float]:
    """What molecules held out cost, and what becomes of samples; `held` and `learnt` as the model spells them."""
    import numpy as np

    from pharmakon.chem.parse import to_mol

    fitting = [s for s, ids in zip(held, language.tokens.encode(held), strict=True) if len(ids) < language.context]
    texts = language.sample(JUDGED, random=random)
    valid = [language.spelt(text) for text in texts if to_mol(text) is not None]
    different = set(valid)
    known = different.intersection(_lines(learnt))
    costs = [-float(found.sum()) for found in language.text_likelihoods(fitting)]
    return {
        "held out, nats per molecule": round(float(np.mean(costs)), 3) if costs else float("nan"),
        "samples": len(texts),
        "validity": round(len(valid) / len(texts), 4),
        "uniqueness": round(len(different) / max(len(valid), 1), 4),
        "novelty": round(len(different - known) / max(len(different), 1), 4),
    }
