"""ICH M7 for one impurity: the calls of both methods beside each other, and the class that follows or expert review."""

from __future__ import annotations

from dataclasses import dataclass

from pharmakon.core.errors import DataError
from pharmakon.core.units import show, show_interval
from pharmakon.core.words import sentence
from pharmakon.record.filling import Fillers, Said, points

from .mutagenicity import MODEL, ImpurityCall, Judge

ICH_M7: Fillers[ImpurityFacts]
OUTCOMES = ("positive", "negative", "indeterminate", "out of domain")
REVIEW = "expert review"


@dataclass(frozen=True)
class ImpurityFacts:
    """One judged molecule, and the drug substance it was judged beside."""

    call: ImpurityCall
    parent: str


def judge(smiles: str, *, parent: str | None = None) -> ImpurityFacts:
    """Ask both methods. Raises DataError for a structure that cannot be judged, ConfigError for such a parent."""
    (call,) = Judge.load(parent).judge([smiles])
    if call.rules is None:
        raise DataError(f"{smiles}: {call.problem}")
    return ImpurityFacts(call, parent or "")


ICH_M7 = Fillers("ich_m7")


@ICH_M7.fills("1.1")
def _structure(one: ImpurityFacts) -> Said:
    from rdkit import Chem

    from pharmakon.chem.depict import svg

    call = one.call
    atoms = {atom for alert in call.rules.alerts for atom in alert.atoms} if call.rules else set()
    said = [f"As given: {call.given}", f"As judged: {call.structure}", *(f"Changed: {text}" for text in call.changes)]
    if atoms:
        numbers = " ".join(map(str, sorted(atoms)))
        said.append(f"Atoms of the alerts, counted from 0 in the structure as judged: {numbers}.")
    return Said(tuple(said), picture=svg(Chem.MolFromSmiles(call.structure)))


@ICH_M7.fills("1.3")
def _parent(one: ImpurityFacts) -> str | None:
    return f"Judged beside {one.parent}, which is taken as known not to be mutagenic." if one.parent else None


@ICH_M7.fills("2.1")
def _statistical(one: ImpurityFacts) -> str:
    call = one.call
    return (
        f"Model {MODEL}: {call.model}; probability {show(call.probability)} ({show_interval(call.low, call.high)}). "
        "Nearest "
        f"measured molecule: class {call.nearest_value:.0f}, {call.nearest_id or 'no name'}, similarity "
        f"{show(call.nearest_similarity)}. Indeterminate is where neither class can be excluded at 90 %."
    )


@ICH_M7.fills("2.2")
def _rules(one: ImpurityFacts) -> Said:
    rules = one.call.rules
    outcome = rules.outcome if rules else ""
    strange = " ".join(map(str, rules.strange)) if rules else ""
    return points(
        f"Structural alerts: {outcome}{'' if one.call.evidence else '; no alert'}.",
        *map(sentence, one.call.evidence),
        f"No measured molecule has the surroundings of atoms {strange}." if strange else "",
    )


@ICH_M7.fills("2.3")
def _both(one: ImpurityFacts) -> Said:
    rules = one.call.rules.outcome if one.call.rules else ""
    rows = tuple(
        (f"rules {row}", *("this impurity" if (row, column) == (rules, one.call.model) else "" for column in OUTCOMES))
        for row in OUTCOMES
        if row != "indeterminate"
    )
    return Said(
        (f"Statistical {one.call.model}, rules {rules}.",), ("", *(f"statistical {name}" for name in OUTCOMES)), rows
    )


@ICH_M7.fills("2.4")
def _measured(one: ImpurityFacts) -> str:
    if one.call.measured is None:
        return "This molecule is not in the Ames data that came with the software."
    return (
        "In the Ames data that came with the software this molecule is "
        f"{'positive' if one.call.measured else 'negative'}."
    )


@ICH_M7.fills("3.1")
def _class(one: ImpurityFacts) -> str:
    verdict = one.call.impurity_class
    name = "Expert review" if verdict == REVIEW else f"Class {verdict}"
    return f"{name}: {one.call.meaning}."


@ICH_M7.fills("3.2")
def _concern(one: ImpurityFacts) -> str:
    from pharmakon.predict.mutagenicity import cohort_of_concern

    found = cohort_of_concern(one.call.rules.alerts) if one.call.rules else ""
    return f"Yes: {found}; the general threshold does not hold." if found else "No alert of the cohort of concern."
