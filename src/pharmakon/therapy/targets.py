"""From a gene to the drugs that act on its product and to a model that can design for it; and from drugs to genes."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from pharmakon.core.errors import UnknownName
from pharmakon.store.matrix import read_frame


@dataclass(frozen=True, slots=True)
class DrugTargets:
    """The genes that drugs act on, by the drug's folded name."""

    genes: Mapping[str, frozenset[str]]
    names: Mapping[str, str]
    """Each drug's name as its list has it, by the folded one."""

    def of(self, drug: str) -> frozenset[str]:
        """The genes of a drug; none where the drug or its target is not known."""
        return self.genes.get(folded(drug), frozenset())

    def drugs(self, gene: str) -> list[str]:
        """The drugs on the product of a gene, in alphabetical order."""
        return sorted({self.names[drug] for drug, genes in self.genes.items() if gene.upper() in genes})


@dataclass(frozen=True, slots=True)
class Objective:
    """What a gene gives to design: a shipped endpoint ("" where there is none), and the drugs on its product."""

    gene: str
    endpoint: str
    drugs: tuple[str, ...]


def read_targets(path: str | Path) -> DrugTargets:
    """The targets of a list of drugs with columns Name, Targets and, if it has it, Synonyms (as GDSC's list)."""
    frame = read_frame(path)
    named = {str(column).strip().casefold(): column for column in frame.columns}
    for wanted in ("name", "targets"):
        if wanted not in named:
            raise UnknownName("column", wanted, map(str, frame.columns), where=str(path))
    genes: dict[str, set[str]] = {}
    names: dict[str, str] = {}
    synonyms = frame[named["synonyms"]] if "synonyms" in named else [""] * len(frame)
    for name, others, targets in zip(frame[named["name"]], synonyms, frame[named["targets"]], strict=True):
        found = {gene for target in targets.split(",") for gene in genes_of(target)}
        for alias in (name, *others.split(",")):
            if key := folded(alias):
                genes.setdefault(key, set()).update(found)
                names.setdefault(key, name)
    return DrugTargets({drug: frozenset(found) for drug, found in genes.items()}, names)


def genes_of(target: str) -> list[str]:
    """The genes of a target as lists call it: a family's members, the word itself for a symbol, none for words."""
    target = target.strip()
    known: dict[str, list[str]] = _tables()["genes"]
    if target in known:
        return known[target]
    return [target] if re.fullmatch(r"[A-Z][A-Z0-9]{1,9}", target) else []


def endpoint_of(gene: str) -> str:
    """The shipped endpoint of potency at the product of a gene; "" where there is none."""
    return str(_tables()["endpoints"].get(gene.upper(), ""))


def objectives(genes: Iterable[str], targets: DrugTargets | None = None) -> list[Objective]:
    """What each gene gives to design, in the given order; genes with neither endpoint nor drug are left out.

    An endpoint's name can stand in a goal file as it is: potency is wanted high there.
    """
    found = [
        Objective(gene, endpoint_of(gene), tuple(targets.drugs(gene)) if targets is not None else ()) for gene in genes
    ]
    return [item for item in found if item.endpoint or item.drugs]


def folded(drug: str) -> str:
    """A drug's name without case, hyphens and blanks."""
    return re.sub(r"[^a-z0-9]", "", drug.casefold())


@cache
def _tables() -> dict[str, Any]:
    return tomllib.loads(files("pharmakon.therapy").joinpath("tables/target_genes.toml").read_text(encoding="utf-8"))
