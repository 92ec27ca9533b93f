"""mutagenicity: impurities judged as ICH M7 asks, by a statistical and an expert-rule method, apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field, model_validator

from pharmakon.core.errors import ConfigError, UsageError
from pharmakon.core.types import Progress, silent
from pharmakon.record.notebook import Shown

from .molecules import MoleculesConfig, check_output

if TYPE_CHECKING:
    from rdkit.Chem import Mol

    from pharmakon.chem.alerts import Alert
    from pharmakon.predict.model import Model
    from pharmakon.predict.mutagenicity import ImpurityClass, Outcome, RuleCall, Rules

MODEL = "ames"
"""The statistical method."""
MIXTURE = "a mixture: judge its parts one by one"
METAL = "a metal compound or cluster: neither method is about these"
_REFUSED = {"kept largest of": MIXTURE, "metal compound": METAL, "metal bond": METAL, "boron cluster": METAL}
"""What standardising says of a structure that cannot be judged as one organic molecule."""
_SALT = "removed salt: "
# Hydrazine, hydroxylamine, azide, nitrite, chloramine.
_REACTIVE = "[#7;!$([#7](=O)([O-])[O;H1,-])]-,=[#7,#8,F,Cl,Br,I]"
_PEROXIDE = "[#8]-[#8]"
"""What may damage DNA itself, and so is no counter-ion that can be left out of a judgement; a nitrate is none."""
COLUMNS = (
    "problem",
    "standard_smiles",
    "changes",
    "m7_class",
    "m7_meaning",
    "measured",
    "model",
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


class MutagenicityConfig(MoleculesConfig):
    """Which molecules, made from which drug substance, where to."""

    output: Path | None = Field(None, description="CSV to write; needed for a file")
    parent: str | None = Field(
        None,
        description="the drug substance, known not to be mutagenic, as SMILES: an alert that it has too, at the same "
        "site, makes class 4",
    )

    @model_validator(mode="after")
    def _a_file_has_an_output(self) -> MutagenicityConfig:
        if self.data is not None and self.output is None:
            raise ValueError("name the table to write with -o")
        return self


@dataclass(frozen=True, slots=True)
class ImpurityCall:
    """One molecule. With a `problem` the rest is empty.

    `calls` of the two methods: `model` and `rules`. `measured` is whether this very molecule was mutagenic in the Ames
    data. Atoms are counted from 0 in `structure`, the standardised SMILES; `changes` made it from what was given.
    """

    given: str
    structure: str
    problem: str = ""
    changes: tuple[str, ...] = ()
    impurity_class: ImpurityClass | None = None
    meaning: str = ""
    measured: bool | None = None
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
class MutagenicityResult(Shown):
    """Judged molecules in memory (`table`) or counts of a file by class (`output`)."""

    rows: int
    classes: dict[str, int]
    table: list[ImpurityCall] = field(default_factory=list)
    output: Path | None = None
    notes: list[str] = field(default_factory=list)


def run(config: MutagenicityConfig, *, progress: Progress = silent) -> MutagenicityResult:
    """Judge each molecule; a row that cannot be read or judged keeps its columns and says why in `problem`.

    Raises ConfigError for a parent that cannot be judged, DataError for a file that cannot be read at all, UnknownName
    for a wrong column.
    """
    judge = Judge.load(config.parent)
    counts: dict[str, int] = {}
    if config.data is None:
        table = judge.judge(config.smiles)
        for one in table:
            _count(counts, one)
        return MutagenicityResult(len(table), counts, table)
    from pharmakon.predict.mutagenicity import NAME
    from pharmakon.store.tables import open_table
    from pharmakon.store.writers import CsvWriter, own_columns

    from .recorded import models_files, recorded

    rows_in = open_table(config.data, smiles=config.smiles_column, id=config.id_column, flag="--smiles-column")
    output = _place(config.data, Path(config.output or ""))
    titled = not (rows_in.id_column or rows_in.structure_column)  # an SDF file's names stand in no column
    names = own_columns((*(["id"] if titled else []), *COLUMNS), rows_in.columns)
    formats = {names[name]: ".5g" for name in COLUMNS if name.endswith(("probability", "low", "high"))}
    formats[names["nearest_similarity"]] = ".3f"
    done = 0
    columns = (*rows_in.columns, *names.values())
    inputs = [config.data, *models_files([MODEL, NAME])]
    with (
        recorded("mutagenicity", config, [output], inputs=inputs),
        CsvWriter(output, columns, formats=formats) as writer,
    ):
        for batch in rows_in.batches(_BATCH):
            texts = ["" if row.problem else row.structure for row in batch]
            for row, one in zip(batch, judge.judge(texts), strict=True):
                told = {"problem": row.problem} if row.problem else record(one)
                told |= {"id": row.id} if titled else {}
                _count(counts, one)
                writer.write({**row.fields, **{names[name]: value for name, value in told.items()}})
            done += len(batch)
            progress(done, 0, config.data.name)
    return MutagenicityResult(done, counts, output=output, notes=list(rows_in.notes))


@dataclass(frozen=True)
class Judge:
    """Both methods, and a parent with its alerts."""

    model: Model
    rules: Rules
    parent: Mol | None = None
    parent_alerts: tuple[Alert, ...] = ()

    @classmethod
    def load(cls, parent: str | None) -> Judge:
        """The shipped methods (never a folder that happens to bear the name), and a parent read."""
        from pharmakon.chem.mutagenic import mutagenic_alerts
        from pharmakon.predict.model import Model
        from pharmakon.predict.mutagenicity import NAME, Rules
        from pharmakon.predict.panel import shipped_folder, shipped_pair

        model = Model.load(shipped_folder() / MODEL, lender=shipped_pair)
        rules = Rules.load(shipped_folder() / NAME)
        if parent is None:
            return cls(model, rules)
        (read,) = _read([parent])
        mol = None if read.problem else _mol(read.structure)
        if mol is None or not any(atom.GetAtomicNum() == 6 for atom in mol.GetAtoms()):
            raise ConfigError(f"the parent cannot be judged: {read.problem or 'it has no carbon'}")
        return cls(model, rules, mol, tuple(mutagenic_alerts(mol)))

    def judge(self, smiles: Sequence[str]) -> list[ImpurityCall]:
        """Each molecule, in order."""
        from pharmakon.predict.features import Features
        from pharmakon.predict.mutagenicity import statistical

        table = _read(smiles)
        places = [i for i, one in enumerate(table) if not one.problem]
        mols = [_mol(table[i].structure) for i in places]
        got = self.model.predict([table[i].structure for i in places], features=Features(mols))
        for at, (i, mol, call) in enumerate(zip(places, mols, statistical(got), strict=True)):
            one = replace(
                table[i],
                model=call,
                probability=float(got.value[at]),
                low=float(got.low[at]),
                high=float(got.high[at]),
                nearest_id=got.nearest_id[at],
                nearest_value=float(got.nearest_value[at]),
                nearest_similarity=float(got.nearest_similarity[at]),
            )
            table[i] = self._concluded(one, mol, call)
        return table

    def _concluded(self, one: ImpurityCall, mol: Mol, model: Outcome) -> ImpurityCall:
        from pharmakon.predict.mutagenicity import cohort_of_concern, impurity_class, meaning, shared

        rules, measured = self.rules.call(mol), self.rules.measurement(mol)
        same = (
            self.parent is not None
            and bool(rules.alerts)
            and not cohort_of_concern(rules.alerts)
            and shared(mol, rules.alerts, self.parent, self.parent_alerts)
        )
        verdict = impurity_class(model, rules.outcome, measured=measured, shared=same)
        return replace(
            one,
            impurity_class=verdict,
            meaning=meaning(verdict, rules.alerts, measured=measured),
            measured=measured,
            rules=rules,
            evidence=tuple(self._evidence(alert.name) for alert in rules.alerts),
        )

    def _evidence(self, alert: str) -> str:
        from pharmakon.chem.mutagenic import mutagenic_table

        molecules, mutagenic = self.rules.record(alert)
        seen = f"{mutagenic:,} of {molecules:,} measured molecules with it were mutagenic"
        return f"{alert} ({mutagenic_table()[alert]['mechanism']}); {seen if molecules else 'none was measured'}"


def _read(smiles: Sequence[str]) -> list[ImpurityCall]:
    """Each structure standardised, or refused: one that is no single organic molecule would be judged by a part."""
    from pharmakon.chem.standardize import standardize

    table = []
    for text in smiles:
        done = standardize(text)
        why = done.problem or next(
            (why for change in done.changes for start, why in _REFUSED.items() if change.startswith(start)), ""
        )
        why = why or (MIXTURE if any(map(_is_reactive, done.changes)) else "")
        table.append(ImpurityCall(text, "" if why else done.smiles, why, done.changes))
    return table


def _is_reactive(change: str) -> bool:
    """Whether what standardising left out as a salt has to be judged itself."""
    from rdkit import Chem

    parts = change.removeprefix(_SALT).split(", ") if change.startswith(_SALT) else []
    queries = [Chem.MolFromSmarts(pattern) for pattern in (_REACTIVE, _PEROXIDE)]
    mols = [mol for part in parts if (mol := Chem.MolFromSmiles(part)) is not None]
    return any(mol.HasSubstructMatch(query) for mol in mols for query in queries)


def _mol(smiles: str) -> Mol:
    """Read again, so that atoms are counted as they stand in the SMILES."""
    from rdkit import Chem

    return Chem.MolFromSmiles(smiles)


def record(one: ImpurityCall) -> dict[str, object]:
    """A row of the output, by COLUMNS; lists are joined by semicolons."""
    if one.rules is None:
        return {"problem": one.problem, "changes": "; ".join(one.changes)}
    return {
        "problem": "",
        "standard_smiles": one.structure,
        "changes": "; ".join(one.changes),
        "m7_class": one.impurity_class,
        "m7_meaning": one.meaning,
        "measured": "" if one.measured is None else "positive" if one.measured else "negative",
        "model": MODEL,
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


def _place(data: Path, output: Path) -> Path:
    """The output: a CSV file in a folder that is there, and not the input."""
    check_output(data, output)
    if not output.name.lower().endswith((".csv", ".csv.gz")):
        raise UsageError(f"the output is a CSV file; name it so: {output.with_suffix('.csv')}")
    return output


def _count(counts: dict[str, int], one: ImpurityCall) -> None:
    name = one.impurity_class or "not judged"
    counts[name] = counts.get(name, 0) + 1
