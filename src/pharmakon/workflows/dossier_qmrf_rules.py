"""The QMRF of the structural alerts for mutagenicity: rules of experts, not a trained model."""

from __future__ import annotations

from pharmakon.core.units import show
from pharmakon.record.filling import Fillers, Said, absent, points

from .dossier_facts import ModelFacts
from .dossier_qmrf import QMRF

RULES: Fillers[ModelFacts] = Fillers.upon(QMRF)
TEST = (
    "The test part of PharmaBench's scaffold split. A few rules were mended after a look at the whole set, so it is "
    "not quite unseen."
)


@RULES.fills("1.2")
def _related(_: ModelFacts) -> str:
    return (
        "ames, the statistical model of the same endpoint: the second method that ICH M7 asks for. Neither feeds "
        "the other."
    )


@RULES.fills("3.2")
def _endpoint(_: ModelFacts) -> str:
    return "Mutagenicity in the bacterial reverse mutation (Ames) test."


@RULES.fills("3.4")
def _unit(_: ModelFacts) -> str:
    return "None: positive, negative or out of domain."


@RULES.fills("3.5")
def _dependent(_: ModelFacts) -> str:
    return "A class: mutagenic or not. An alert makes positive; none, with every atom in known surroundings, negative."


@RULES.fills("4.1")
def _type(model: ModelFacts) -> str:
    return f"Expert rules: {len(model.part('alerts'))} structural alerts as SMARTS."


@RULES.fills("4.2")
def _algorithm(model: ModelFacts) -> Said:
    rows = tuple((name, f"{n:,}", f"{hits:,}") for name, (n, hits) in model.part("alerts").items())
    said = "A molecule with any of these alerts is positive; the counts are of the training part and of no influence."
    return Said((said,), ("alert", "measured molecules", "mutagenic"), rows)


@RULES.fills("4.3")
def _descriptors(_: ModelFacts) -> str:
    return "Substructures (SMARTS) in the two-dimensional structure."


@RULES.fills("4.4")
def _selection(_: ModelFacts) -> str:
    return "Published alerts for reactions with DNA, written anew and refined on the training part of a scaffold split."


@RULES.fills("4.5")
def _generation(_: ModelFacts) -> str:
    return "Structures are standardised, then matched; exceptions that make an alert harmless are part of its pattern."


@RULES.fills("4.6")
def _software(model: ModelFacts) -> str:
    from importlib.metadata import version

    return f"RDKit {version('rdkit')} with pharmakon {model.version}."


@RULES.fills("4.7")
def _ratio(model: ModelFacts) -> str:
    alerts = len(model.part("alerts"))
    return f"{model.used:,} chemicals to {alerts} alerts: {show(model.used / alerts)} each."


@RULES.fills("5.1", "5.2")
def _domain(_: ModelFacts) -> str:
    return (
        "Without an alert a molecule is inside if each of its atoms, with its neighbours, occurs in a measured "
        "molecule; "
        "an atom in surroundings that none has puts it outside. A molecule with an alert is inside."
    )


@RULES.fills("6.7")
def _fit(model: ModelFacts) -> Said:
    return _table(model, "train", "The training part, on which the rules were refined.")


@RULES.fills("6.8", "6.9", "6.10", "6.11", "6.12")
def _not_fitted(_: ModelFacts) -> Said:
    return absent("Not performed: rules are not fitted, so there is nothing to refit.")


@RULES.fills("7.1", "7.5", "7.6")
def _external(model: ModelFacts) -> Said:
    return points(f"{TEST} {model.part('scores')['test']['molecules']:,} molecules, publicly available.")


@RULES.fills("7.2")
def _external_information(_: ModelFacts) -> str:
    return "SMILES: yes, in the public source. Formula, InChI and MOL files can be made from it."


@RULES.fills("7.3", "6.3")
def _external_descriptors(_: ModelFacts) -> str:
    return "The alerts of each structure are found by the software."


@RULES.fills("7.4")
def _external_values(_: ModelFacts) -> str:
    return "Yes: the measured class of each molecule, in the public source."


@RULES.fills("7.7")
def _predictivity(model: ModelFacts) -> Said:
    return _table(model, "test", TEST)


@RULES.fills("7.8")
def _assessment(_: ModelFacts) -> str:
    return "It shares no scaffold with the training part."


@RULES.fills("7.9")
def _comment(_: ModelFacts) -> str:
    return "What is out of domain has no alert, so leaving it out takes away negatives alone."


@RULES.fills("8.1")
def _mechanism(_: ModelFacts) -> Said:
    from pharmakon.chem.mutagenic import mutagenic_table

    rows = tuple((name, str(one["mechanism"])) for name, one in mutagenic_table().items())
    return Said(("Each alert names the reaction with DNA that it stands for.",), ("alert", "mechanism"), rows)


@RULES.fills("8.2")
def _when(_: ModelFacts) -> str:
    return "Before modelling (a priori): the alerts are of known mechanisms."


@RULES.fills("8.3")
def _more(_: ModelFacts) -> str:
    return "With each call stand the alerts, their atoms, and how many measured molecules with them were mutagenic."


def _table(model: ModelFacts, part: str, said: str) -> Said:
    rows = tuple(
        (name.replace("_", " "), f"{value:,}" if isinstance(value, int) else show(float(value)))
        for name, value in model.part("scores")[part].items()
    )
    return Said((said,), ("what", "value"), rows)
