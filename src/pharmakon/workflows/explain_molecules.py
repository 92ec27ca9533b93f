"""explain, of molecules: what each atom and part adds to each property, in numbers, words and colours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field, field_validator

from pharmakon.core.config import Config
from pharmakon.core.errors import UsageError
from pharmakon.core.excerpt import excerpt
from pharmakon.core.types import Estimates, Profile, Progress, Property, silent
from pharmakon.core.units import show, show_interval
from pharmakon.record.notebook import Shown

if TYPE_CHECKING:
    from rdkit.Chem import Mol

    from pharmakon.explain.attribution import AtomWeights
    from pharmakon.predict.panel import Panel

KINDS = (".html", ".json", ".csv")
WARNING = "it explains the models, not nature: a part with a large number need not be what a change of it would move"


class ExplainMoleculesConfig(Config):
    """Which molecules, by which models."""

    molecules: tuple[str, ...] = Field(
        min_length=1, description="SMILES; of a signature: its folder, then the cohort's TOML file"
    )
    models: tuple[str, ...] = Field(
        (),
        description="shipped models, groups of them (absorption, toxicity ...) or model folders; all when none",
    )
    profile: Profile = Field(
        "full", description="fast: one network for every shipped endpoint; full: each endpoint's own, better model"
    )
    output: Path | None = Field(None, description="file to write: a page (HTML), or a table (CSV) or JSON, by its name")

    @field_validator("output")
    @classmethod
    def _known_kind(cls, output: Path | None) -> Path | None:
        if output is not None and output.suffix.lower() not in KINDS:
            raise ValueError(f"{output.name} should end in {', '.join(KINDS[:-1])} or {KINDS[-1]}")
        return output


@dataclass(frozen=True, slots=True)
class Explained:
    """One property of one molecule: what is estimated, and what its atoms add to the model's own score.

    `why.weights` and `why.base` sum to `why.value`, the score: before a probability is calibrated, on the scale that
    the model learnt on, which `scale` names.
    """

    what: Property
    model: str
    value: float
    low: float
    high: float
    in_domain: bool
    verdict: str
    why: AtomWeights
    scale: str
    sentence: str

    @property
    def parts(self) -> list[tuple[str, float]]:
        """Each part of the molecule and what it adds to the score, the largest first."""
        return [(part.name, change) for part, change in sorted(self.why.parts, key=lambda pair: -abs(pair[1]))]

    @property
    def estimate(self) -> str:
        """Value, unit and interval in words."""
        return f"{show(self.value, self.what.unit)} ({show_interval(self.low, self.high)})"

    def plain(self) -> dict[str, Any]:
        """It, for JSON."""
        explained = self.why.weights is not None
        return {
            "title": self.what.title,
            "value": self.value,
            "unit": self.what.unit,
            "low": self.low,
            "high": self.high,
            "in_domain": self.in_domain,
            "verdict": self.verdict,
            "model": self.model,
            "sentence": self.sentence,
            "withheld": self.why.withheld,
            "method": self.why.method if explained else "",
            "score": self.why.value,
            "scale": self.scale,
            "base": self.why.base,
            "atoms": self.why.weights.tolist() if self.why.weights is not None else [],
            "parts": [
                {"part": part.name, "atoms": list(part.atoms), "adds": change} for part, change in self.why.parts
            ],
        }


@dataclass(frozen=True, slots=True)
class ExplainedMolecule:
    """One molecule as it was given and as it was read; `problem` says why there is nothing else."""

    given: str
    smiles: str
    mol: Mol | None
    problem: str
    properties: list[Explained] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ExplainMoleculesResult(Shown):
    """Molecules in the order given."""

    molecules: list[ExplainedMolecule]
    profile: Profile
    notes: list[str] = field(default_factory=list)
    output: Path | None = None

    def plain(self) -> dict[str, Any]:
        """Everything, for JSON; atoms are in the order of `structure`."""
        return {
            "profile": self.profile,
            "molecules": [
                {
                    "input": one.given,
                    "structure": one.smiles,
                    "problem": one.problem,
                    "properties": {each.what.name: each.plain() for each in one.properties},
                }
                for one in self.molecules
            ],
            "notes": self.notes,
        }

    def rows(self) -> list[dict[str, Any]]:
        """A line for each part of each molecule and property, the base among them; one where none is explained."""
        return [
            {
                "molecule": one.given,
                "structure": one.smiles,
                "property": each.what.name,
                "value": each.value,
                "unit": each.what.unit,
                "low": each.low,
                "high": each.high,
                "in_domain": "yes" if each.in_domain else "no",
                "part": part,
                "adds": adds,
                "scale": each.scale,
                "score": each.why.value,
                "method": "" if each.why.withheld else each.why.method,
                "withheld": each.why.withheld,
            }
            for one in self.molecules
            for each in one.properties
            for part, adds in ([("", None)] if each.why.withheld else [*each.parts, ("no atom", each.why.base)])
        ]


def run(config: ExplainMoleculesConfig, *, progress: Progress = silent) -> ExplainMoleculesResult:
    """Estimate and explain. A molecule that cannot be read says so; outside a domain the explanation is withheld.

    Raises UnknownName for a model that is not there, UsageError for a folder in the place of a molecule.
    """
    from rdkit.Chem import MolFromSmiles

    from pharmakon.chem.standardize import standardize
    from pharmakon.predict.features import Features
    from pharmakon.predict.panel import Panel, expanded, shipped_names

    from .recorded import models_files, recorded

    if folders := [text for text in config.molecules if Path(text).is_dir()]:
        raise UsageError(f"{folders[0]} is a folder; a signature is explained for a cohort: give its TOML file, too")
    progress(0, len(config.molecules), "reading the models")
    names = expanded(config.models or shipped_names())
    panel = Panel.load(names, config.profile)
    done = [standardize(text) for text in config.molecules]
    mols = [
        None if one.problem else MolFromSmiles(one.smiles) for one in done
    ]  # in the order of the SMILES that is told
    found = panel.predict([one.smiles for one in done], features=Features(mols))
    molecules = []
    for i, (text, one, mol) in enumerate(zip(config.molecules, done, mols, strict=True)):
        progress(i, len(done), excerpt(text))
        properties = [] if mol is None else _explained(panel, found, i, mol)
        molecules.append(ExplainedMolecule(text, one.smiles, mol, one.problem, properties))
    notes = [
        f"{excerpt(text)}: {', '.join(one.changes)}"
        for text, one in zip(config.molecules, done, strict=True)
        if one.changes
    ]
    result = ExplainMoleculesResult(molecules, config.profile, [*notes, WARNING], config.output)
    if config.output is not None:
        with recorded("explain", config, [config.output], inputs=models_files(names, config.profile)):
            _write(result, config.output)
    return result


def _explained(panel: Panel, found: Mapping[str, Estimates], i: int, mol: Mol) -> list[Explained]:
    from pharmakon.explain.attribution import sentence
    from pharmakon.predict.scale import difference, scale_words

    from .explain_members import Seen, explain

    seen, out = Seen(mol), []
    for name, got in found.items():
        model, what = panel.models[name], got.property
        why = explain(model, seen, inside=bool(got.in_domain[i]))
        said = partial(difference, what=what, transform=model.transform)
        out.append(
            Explained(
                what=what,
                model=got.model,
                value=float(got.value[i]),
                low=float(got.low[i]),
                high=float(got.high[i]),
                in_domain=bool(got.in_domain[i]),
                verdict=got.verdict[i],
                why=why,
                scale=scale_words(what, model.transform),
                sentence=sentence(why, what, said=said),
            )
        )
    return out


def _write(result: ExplainMoleculesResult, path: Path) -> None:
    from pharmakon.core.files import write_atomic
    from pharmakon.store.plain import document
    from pharmakon.store.writers import CsvText

    if path.suffix.lower() == ".json":
        text = document(result.plain())
    elif path.suffix.lower() == ".csv":
        rows = result.rows()
        table = CsvText(list(rows[0]) if rows else ["molecule"])
        text = table.header() + table.text(rows)
    else:
        text = page(result)
    write_atomic(path, text)


def page(result: ExplainMoleculesResult) -> str:
    """The result as one self-contained page with a coloured drawing for each property."""
    from pharmakon.chem import depict
    from pharmakon.explain.attribution import scaled
    from pharmakon.record import explanation

    sections = []
    for one in result.molecules:
        cards = [
            explanation.Card(
                title=each.what.title,
                value=show(each.value, each.what.unit),
                interval=show_interval(each.low, each.high),
                verdict=each.verdict,
                in_domain=each.in_domain,
                sentence=each.sentence,
                weights=None if each.why.weights is None else scaled(each.why.weights),
                parts=[] if each.why.withheld else told(each),
                scale=each.scale,
                method="" if each.why.withheld else each.why.method,
            )
            for each in one.properties
        ]
        svg, atoms = depict.drawing(one.mol, size=(320, 220))
        sections.append(explanation.Section(one.given, one.smiles, one.problem, svg, atoms, cards))
    return explanation.render(sections, profile=result.profile, notes=result.notes)


def told(each: Explained) -> list[tuple[str, str]]:
    """What a table says of a property: each part and what it adds, then the base, and the score that they make."""
    return [
        *((name, _signed(change)) for name, change in each.parts),
        ("no atom (base)", _signed(each.why.base)),
        ("together", f"{each.why.value:.3f}".replace("-", "−")),
    ]


def _signed(change: float) -> str:
    return f"{change:+.3f}".replace("-", "−")
