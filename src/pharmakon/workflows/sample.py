"""sample: molecules that a prior writes, valid, different, sensible, and none that must not be put out."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from pydantic import Field

from pharmakon.core.config import Config
from pharmakon.core.types import Progress, silent
from pharmakon.record.notebook import Shown

from .train_prior import SHIPPED, load_prior, prior_folder

TRIES = 20
"""Texts that are written for each molecule asked for, at most."""
ROUND = 1_000
ODD = "odd groups or rings"
"""What `rest` calls the molecules that no chemist would make."""


class SampleConfig(Config):
    """Which prior, how many molecules, where to."""

    prior: Path = Field(SHIPPED, description="folder that pharmakon train-prior wrote; the shipped one when not given")
    n: int = Field(1_000, ge=1, le=100_000_000, description="molecules to write")
    output: Path = Field(Path("samples.csv"), description="CSV to write")
    temperature: float = Field(1.0, gt=0, le=10, description="below 1 keeps to what is usual, above 1 dares more")
    prefix: str = Field("", description="group that every molecule begins with; its last atom bears the rest")
    known: Path | None = Field(None, description="table of molecules that shall not come out again")
    unfiltered: bool = Field(False, description="also what no chemist would make: absurd groups, unheard-of rings")
    seed: int = Field(0, ge=0, description="same seed, same molecules")


@dataclass(frozen=True, slots=True)
class SampleResult(Shown):
    """What was written: molecules, of how many texts, and what became of the rest."""

    output: Path
    molecules: int
    texts: int
    rest: dict[str, int] = field(default_factory=dict)
    withheld: list[str] = field(default_factory=list)
    """SHA-256 of each scheduled chemical that was not put out."""


def run(config: SampleConfig, *, progress: Progress = silent) -> SampleResult:
    """Sample until `n` different molecules are there, or twenty texts for each were written.

    The CSV has the canonical SMILES, the text as it was written, and its log-likelihood in nats.
    """
    from pharmakon.chem.alerts import unwanted
    from pharmakon.chem.parse import canonical, to_mol
    from pharmakon.chem.precedent import unprecedented
    from pharmakon.chem.scheduled import digest_of, is_scheduled
    from pharmakon.core.files import replacing
    from pharmakon.core.random import stream
    from pharmakon.store.models import paths_of
    from pharmakon.store.writers import CsvText

    from .molecules import check_output
    from .recorded import recorded

    check_output(config.known or prior_folder(config.prior), config.output)
    language = load_prior(config.prior)
    random = stream(config.seed, "sample")
    known = _known(config.known)
    seen = set(known)
    rest = dict.fromkeys(("no molecule", "twice", "known", ODD), 0)
    withheld: dict[str, None] = {}
    texts = found = 0
    table = CsvText(("smiles", "written", "log_likelihood"), formats={"log_likelihood": ".3f"})
    inputs = [*([] if config.known is None else [config.known]), *paths_of(prior_folder(config.prior))]
    with (
        recorded("sample", config, [config.output], inputs=inputs, seed=config.seed),
        replacing(config.output) as out,
    ):
        out.write(table.header().encode())
        while found < config.n and texts < TRIES * config.n:
            some = language.sample(ROUND, random=random, temperature=config.temperature, prefix=config.prefix)
            texts += len(some)
            fresh: dict[str, str] = {}
            for text in some:
                mol = to_mol(text) if text else None
                smiles = canonical(mol) if mol is not None else ""
                if mol is None:
                    rest["no molecule"] += 1
                elif smiles in known:
                    rest["known"] += 1
                elif smiles in seen:
                    rest["twice"] += 1
                elif is_scheduled(mol):
                    withheld[digest_of(smiles)] = None
                elif not config.unfiltered and (unprecedented(mol) or unwanted(mol)):
                    rest[ODD] += 1
                elif found + len(fresh) < config.n:
                    seen.add(smiles)
                    fresh[smiles] = text
            likelihoods = language.text_likelihoods(list(fresh.values()))
            rows = [
                {"smiles": smiles, "written": text, "log_likelihood": float(likely.sum())}
                for (smiles, text), likely in zip(fresh.items(), likelihoods, strict=True)
            ]
            out.write(table.text(rows).encode())
            found += len(rows)
            progress(found, config.n, "sampling")
    return SampleResult(config.output, found, texts, rest, list(withheld))


def _known(path: Path | None) -> set[str]:
    """The molecules of a table, standardised."""
    from pharmakon.chem.standardize import standardize
    from pharmakon.store.tables import open_table

    rows = open_table(path).rows() if path is not None else ()
    return {standardize(row.structure).smiles for row in rows if not row.problem} - {""}
