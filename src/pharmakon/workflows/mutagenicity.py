"""mutagenicity: impurities judged as ICH M7 asks, by a statistical and an expert-rule method, apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field, model_validator

from pharmakon.core.config import Config
from pharmakon.core.errors import ConfigError, UsageError
from pharmakon.core.types import Progress, silent

if TYPE_CHECKING:
    from rdkit.Chem import Mol

    from pharmakon.core.types import Estimates
    from pharmakon.predict.model import Model
    from pharmakon.predict.mutagenicity import ImpurityClass, Outcome, RuleCall, Rules

MODEL = "ames"
"""The statistical method."""
COLUMNS = (
    "problem",
    "standard_smiles",
    "m7_class",
    "m7_meaning",
    "model_call",
    "model_probability",
    "model_low",
    "model_high",
    "nearest_id",
    "nearest_value",
    "nearest_similarity",
    "rules_call",
    "alerts",
    "alert_atoms",
    "strange_atoms",
)
_BATCH = 500


class MutagenicityConfig(Config):
    """Which molecules, made from which drug substance, where to."""

    data: Path | None = Field(None, description="table of structures: CSV, TSV, SMI, SDF or Parquet, also gzipped")
    smiles: tuple[str, ...] = Field((), description="structures given as text")
    parent: str | None = Field(
        None,
        description="the drug substance, known not to be mutagenic, as SMILES: what it gives reason for as well, in "
        "the same surroundings, is class 4",
    )
    output: Path | None = Field(None, description="CSV to write; needed for a file")
    smiles_column: str | None = Field(None, description="structure column; guessed when not given")
    id_column: str | None = Field(None, description="identifier column; guessed when not given")

    @model_validator(mode="after")
    def _one_source(self) -> MutagenicityConfig:
        if (self.data is None) == (not self.smiles):
            raise ValueError("give either a file or structures (-s)")
        if self.data is not None and self.output is None:
            raise ValueError("name the table to write with -o")
        return self


@dataclass(frozen=True, slots=True)
class Judged:
    """One molecule. With a `problem` the rest is empty.

    `model` and `rules` are the calls of the two methods. Atoms are counted from 0 in `structure`, the standardised
    SMILES.
    """

    given: str
    structure: str
    problem: str = ""
    impurity_class: ImpurityClass | None = None
    meaning: str = ""
    model: Outcome | None = None
    probability: float = float("nan")
    low: float = float("nan")
    high: float = float("nan")
    nearest_id: str = ""
    nearest_value: float = float("nan")
    nearest_similarity: float = float("nan")
    rules: RuleCall | None = None
    evidence: tuple[str, ...] = ()
    """For each alert: why it harms, and how many measured molecules with it were mutagenic."""


@dataclass(frozen=True, slots=True)
class MutagenicityResult:
    """Judged molecules in memory (`table`) or counts of a file by class (`output`)."""

    rows: int
    classes: dict[str, int]
    table: list[Judged] = field(default_factory=list)
    output: Path | None = None
    notes: list[str] = field(default_factory=list)


def run(config: MutagenicityConfig, *, progress: Progress = silent) -> MutagenicityResult:
    """Judge each molecule; a row that cannot be read keeps its columns and says why in `problem`.

    Raises ConfigError for a parent that cannot be read, DataError for a file that cannot be read at all, UnknownName
    for a wrong column.
    """
    judge = Judge.load(config.parent)
    counts: dict[str, int] = {}
    if config.data is None:
        table = judge.judge(config.smiles)
        for one in table:
            _count(counts, one)
        return MutagenicityResult(len(table), counts, table)
    from pharmakon.store.tables import open_table
    from pharmakon.store.writers import CsvWriter

    rows_in = open_table(config.data, smiles=config.smiles_column, id=config.id_column, flag="--smiles-column")
    output = _place(config)
    ours = {name: f"pharmakon_{name}" if name in rows_in.columns else name for name in COLUMNS}
    done = 0
    with CsvWriter(output, (*rows_in.columns, *ours.values()), ours=set(ours.values())) as writer:
        for batch in rows_in.batches(_BATCH):
            texts = ["" if row.problem else row.structure for row in batch]
            for row, one in zip(batch, judge.judge(texts), strict=True):
                told = {"problem": row.problem} if row.problem else record(one)
                _count(counts, one)
                writer.write({**row.fields, **{ours[name]: value for name, value in told.items()}})
            done += len(batch)
            progress(done, 0, config.data.name)
    return MutagenicityResult(done, counts, output=output, notes=list(rows_in.notes))


@dataclass(frozen=True)
class Judge:
    """Both methods, and the parent's reasons."""

    model: Model
    rules: Rules
    parent: Mol | None = None
    parent_call: Outcome | None = None

    @classmethod
    def load(cls, parent: str | None) -> Judge:
        """The shipped methods, and what they say of a parent."""
        from pharmakon.chem.standardize import standardize
        from pharmakon.predict.features import Features
        from pharmakon.predict.mutagenicity import NAME, Rules, statistical
        from pharmakon.predict.panel import load_model, shipped_folder

        model, rules = load_model(MODEL), Rules.load(shipped_folder() / NAME)
        if parent is None:
            return cls(model, rules)
        found = standardize(parent)
        if found.problem:
            raise ConfigError(f"the parent cannot be read: {found.problem}")
        call = statistical(model.predict([found.smiles], features=Features([found.mol])))[0]
        return cls(model, rules, found.mol, call)

    def judge(self, smiles: Sequence[str]) -> list[Judged]:
        """Each molecule, in order."""
        from pharmakon.chem.parse import to_mol
        from pharmakon.chem.standardize import standardize
        from pharmakon.predict.features import Features
        from pharmakon.predict.mutagenicity import statistical

        done = [standardize(text) for text in smiles]
        got = self.model.predict([one.smiles for one in done], features=Features([one.mol for one in done]))
        calls = statistical(got)
        table = []
        for i, (text, one) in enumerate(zip(smiles, done, strict=True)):
            mol = to_mol(one.smiles)  # read again, so that atoms are counted as they stand in the SMILES
            if mol is None:
                table.append(Judged(text, "", one.problem))
                continue
            table.append(self._judged(Judged(text, one.smiles), mol, calls[i], got, i))
        return table

    def _judged(self, read: Judged, mol: Mol, model: Outcome, got: Estimates, i: int) -> Judged:
        from pharmakon.predict.mutagenicity import impurity_class, meaning

        rules = self.rules.call(mol)
        verdict = impurity_class(model, rules.outcome, shared=self._shared(mol, model, rules))
        return replace(
            read,
            impurity_class=verdict,
            meaning=meaning(verdict, rules.alerts),
            model=model,
            probability=float(got.value[i]),
            low=float(got.low[i]),
            high=float(got.high[i]),
            nearest_id=got.nearest_id[i],
            nearest_value=float(got.nearest_value[i]),
            nearest_similarity=float(got.nearest_similarity[i]),
            rules=rules,
            evidence=tuple(self._evidence(alert.name) for alert in rules.alerts),
        )

    def _shared(self, mol: Mol, model: Outcome, rules: RuleCall) -> bool:
        """The parent has all alerts as well; and the model, where it objects, objects to the parent too."""
        from pharmakon.chem.mutagenic import mutagenic_alerts
        from pharmakon.predict.mutagenicity import shared

        if self.parent is None or not rules.alerts or (model == "positive" and self.parent_call != "positive"):
            return False
        return shared(mol, rules.alerts, self.parent, mutagenic_alerts(self.parent))

    def _evidence(self, alert: str) -> str:
        from pharmakon.chem.mutagenic import mutagenic_table

        molecules, mutagenic = self.rules.record(alert)
        seen = f"{mutagenic:,} of {molecules:,} measured molecules with it were mutagenic"
        return f"{alert} ({mutagenic_table()[alert]['mechanism']}); {seen if molecules else 'none was measured'}"


def record(one: Judged) -> dict[str, object]:
    """A row of the output, by COLUMNS; lists are joined by semicolons."""
    if one.rules is None:
        return {"problem": one.problem}
    return {
        "problem": "",
        "standard_smiles": one.structure,
        "m7_class": one.impurity_class,
        "m7_meaning": one.meaning,
        "model_call": one.model,
        "model_probability": one.probability,
        "model_low": one.low,
        "model_high": one.high,
        "nearest_id": one.nearest_id,
        "nearest_value": one.nearest_value,
        "nearest_similarity": one.nearest_similarity,
        "rules_call": one.rules.outcome,
        "alerts": "; ".join(alert.name for alert in one.rules.alerts),
        "alert_atoms": "; ".join(" ".join(map(str, alert.atoms)) for alert in one.rules.alerts),
        "strange_atoms": " ".join(map(str, one.rules.strange)),
    }


def _place(config: MutagenicityConfig) -> Path:
    """The output, which may not be the input."""
    output = Path(config.output or "")
    if output.exists() and config.data is not None and output.resolve() == config.data.resolve():
        raise UsageError(f"{output} is the input; choose another -o")
    return output


def _count(counts: dict[str, int], one: Judged) -> None:
    name = one.impurity_class or "unreadable"
    counts[name] = counts.get(name, 0) + 1
