"""The QPRF of one prediction: the substance, the value with its interval, the domain, and what was measured near it."""

from __future__ import annotations

from math import isfinite

from pharmakon.core.units import show, show_interval
from pharmakon.core.words import sentence
from pharmakon.record.filling import Fillers, Said, absent, points

from .dossier_facts import LICENCE, scores_table
from .dossier_prediction import PredictionFacts
from .dossier_qmrf import QMRF as MODEL

SAME = 0.999


QPRF: Fillers[PredictionFacts] = Fillers("qprf")


@QPRF.fills("1.1")
def _date(one: PredictionFacts) -> str:
    return f"{one.model.today.isoformat()} (made by software on that day)."


@QPRF.fills("2.3")
def _identifiers(one: PredictionFacts) -> str:
    from pharmakon.chem.standardize import inchikey

    return f"InChIKey {inchikey(one.mol) or 'none: InChI cannot describe it'} (of the structure as processed)."


@QPRF.fills("2.5")
def _formula(one: PredictionFacts) -> str:
    from rdkit.Chem.rdMolDescriptors import CalcMolFormula

    return f"{CalcMolFormula(one.mol)}."


@QPRF.fills("2.6a", "5.1a")
def _smiles(one: PredictionFacts) -> Said:
    return points(
        f"As given: {one.given}", f"As processed: {one.structure}", *(f"Changed: {text}" for text in one.changes)
    )


@QPRF.fills("2.6b")
def _inchi(one: PredictionFacts) -> Said:
    from rdkit import Chem, rdBase

    silence = rdBase.BlockLogs()
    text = Chem.MolToInchi(one.mol)
    del silence
    return points(text) if text else absent("InChI cannot describe the structure.")


@QPRF.fills("2.6c")
def _image(one: PredictionFacts) -> Said:
    from pharmakon.chem.depict import svg

    return Said(("The structure as processed.",), picture=svg(one.mol))


@QPRF.fills("2.6d")
def _stereochemistry(one: PredictionFacts) -> str:
    could, are = one.stereo
    if not could:
        return "The structure has no stereocentre and no double bond with two forms."
    return (
        f"{are} of {could} stereocentres and double bonds are "
        f"marked{'' if are == could else ': which isomer is meant is not said'}."
    )


@QPRF.fills("2.6f")
def _weight(one: PredictionFacts) -> str:
    from rdkit.Chem.rdMolDescriptors import _CalcMolWt

    return (
        f"Molecular weight {show(_CalcMolWt(one.mol), digits=5)} g/mol, {one.mol.GetNumHeavyAtoms()} heavy atoms (as "
        "processed)."
    )


@QPRF.fills("3.1a")
def _model(one: PredictionFacts) -> str:
    return f"{one.model.title} ({one.model.name})."


@QPRF.fills("3.1b")
def _version(one: PredictionFacts) -> str:
    return f"Made with pharmakon {one.model.version}; SHA-256 of its card {one.model.digest}."


@QPRF.fills("3.1c")
def _reference(one: PredictionFacts) -> str:
    return f"The QMRF that `pharmakon dossier {one.model.name}` writes of this model; no number of a registry is known."


@QPRF.fills("3.2a")
def _software(_: PredictionFacts) -> str:
    return "pharmakon."


@QPRF.fills("3.2b")
def _software_version(_: PredictionFacts) -> str:
    from importlib.metadata import version

    from pharmakon import __version__

    return f"{__version__}, with RDKit {version('rdkit')}."


@QPRF.fills("3.2c")
def _software_reference(one: PredictionFacts) -> str:
    return f"pharmakon {one.model.version}; its methods are cited in its documentation."


@QPRF.fills("3.2d")
def _software_availability(_: PredictionFacts) -> str:
    return f"Open source ({LICENCE})."


@QPRF.fills("4.1a")
def _property(one: PredictionFacts) -> Said:
    return points(f"{one.model.title}.", sentence(str(one.model.card.get("what", ""))))


@QPRF.fills("4.1c")
def _dependent(one: PredictionFacts) -> Said | str | None:
    return MODEL.own["3.5"](one.model)


@QPRF.fills("4.2a")
def _value(one: PredictionFacts) -> str:
    unit = one.estimates.property.unit
    interval = show_interval(float(one.estimates.low[0]), float(one.estimates.high[0]))
    kind = "calibrated range of the probability" if one.model.classes else "90 % interval"
    return f"{show(one.value, unit)} ({kind} {interval})."


@QPRF.fills("4.2b")
def _confidence(one: PredictionFacts) -> Said:
    verdict, percentile = one.estimates.verdict[0], float(one.estimates.percentile[0])
    reference = one.model.part("reference").get("name", "approved drugs")
    what = one.estimates.property
    verdicts = {
        "good": "the whole answer lies on the good side",
        "poor": "the whole answer lies on the poor side",
        "don't know": "the answer does not exclude either side, or the molecule is outside the domain",
    }
    return points(
        f"Verdict at the limit of {show(what.threshold)}: {verdict} ({verdicts[verdict]})."
        if what.threshold is not None and verdict in verdicts
        else "",
        f"The value is higher than that of {percentile:.0f} % of {reference}." if isfinite(percentile) else "",
        "Inside the domain." if one.inside else "Outside the domain: not to be relied on.",
    )


@QPRF.fills("4.2c")
def _unit(one: PredictionFacts) -> str:
    return f"{one.estimates.property.unit or 'none'}."


@QPRF.fills("5.1b")
def _input_stereo(one: PredictionFacts) -> str:
    return f"{_stereochemistry(one)} The fingerprints do not tell mirror images apart."


@QPRF.fills("5.1c")
def _tautomer(_: PredictionFacts) -> str:
    return (
        "The tautomer that was given is used, but for the functional groups that standardising rewrites; another "
        "tautomer may get another value."
    )


@QPRF.fills("5.2")
def _descriptors(one: PredictionFacts) -> Said:
    from pharmakon.chem.alerts import find

    inputs = MODEL.own["4.3"](one.model)
    rows = tuple((alert.name, alert.set.upper(), " ".join(map(str, alert.atoms))) for alert in find(one.mol))
    said = inputs.sentences if isinstance(inputs, Said) else ()
    more = (
        "Structural alerts for reactivity or assay interference, which do not enter the prediction; atoms are "
        "counted from 0."
        if rows
        else "No structural alert of the PAINS and Brenk sets."
    )
    return Said((*said, more), ("alert", "set", "atoms"), rows)


@QPRF.fills("5.3")
def _settings(one: PredictionFacts) -> str:
    return f"Full profile, {100 * _level(one):.0f} % interval; nothing else can be set."


@QPRF.fills("6.1")
def _domain(one: PredictionFacts) -> Said | str | None:
    return MODEL.own["5.1"](one.model)


@QPRF.fills("6.1a")
def _verdict(one: PredictionFacts) -> str:
    return f"{'Within' if one.inside else 'Outside'} the domain (automatic)."


@QPRF.fills("6.1b")
def _justification(one: PredictionFacts) -> str:
    limit = one.model.part("domain").get("threshold", float("nan"))
    return f"Similarity {show(one.similarity)} to the nearest measured molecule; the limit is {show(float(limit))}."


@QPRF.fills("6.1c")
def _limitations(one: PredictionFacts) -> Said:
    return points(*one.model.listed("limits")) or points("The card names none beyond the domain.")


@QPRF.fills("7.1")
def _reproducibility(one: PredictionFacts) -> str:
    return (
        f"The same version, model and structure give the same value: `pharmakon predict -s '{one.given}' --models "
        f"{one.model.name if one.model.shipped else 'FOLDER'}`."
    )


@QPRF.fills("7.2")
def _performance(one: PredictionFacts) -> Said:
    return scores_table(one.model, [*one.model.part("scores")]) or absent("The card has no scores.")


@QPRF.fills("7.3a")
def _descriptor_space(_: PredictionFacts) -> Said:
    return absent("No range of single descriptors is checked: the domain is one of structures (6.1, 7.3b).")


@QPRF.fills("7.3b")
def _structural_space(one: PredictionFacts) -> str:
    near = sum(found.similarity >= one.model.part("domain").get("threshold", 1.0) for found in one.neighbours)
    return (
        f"{near} of the {len(one.neighbours)} nearest measured molecules are similar enough to be in its domain; the "
        f"nearest has {show(one.similarity)}."
    )


@QPRF.fills("7.3c")
def _response_space(one: PredictionFacts) -> Said:
    if one.limits is None:
        return absent("The measured range is not kept with the model.")
    low, high = one.limits
    if one.model.classes:
        return points("Both classes were measured in training.")
    within = "inside" if low <= one.value <= high else "outside"
    return points(f"The value lies {within} what was measured in training ({show_interval(low, high)}).")


@QPRF.fills("7.3d")
def _mechanism(_: PredictionFacts) -> str:
    return "The software knows no mechanism; whether the nearest measured molecules share one can be judged from 7.4."


@QPRF.fills("7.4a", "7.4c", "7.4g")
def _analogues(one: PredictionFacts) -> Said:
    unit = one.estimates.property.unit
    rows = tuple((found.id or "no name", show(found.value), show(found.similarity)) for found in one.neighbours)
    named = "measured class" if one.model.classes else f"measured, {unit}"
    return Said((), ("identifier", named, "similarity (ECFP4 Tanimoto)"), rows) if rows else absent("None.")


@QPRF.fills("7.4b", "7.4d")
def _source(one: PredictionFacts) -> str:
    data = one.model.part("dataset")
    return (
        f"All from the training set, {data.get('name', 'of the model')}: "
        f"{sentence(str(data.get('citation') or 'no citation in the card'))}"
    )


@QPRF.fills("7.4e", "7.4f")
def _analogue_predictions(_: PredictionFacts) -> Said:
    return absent("Not given: models keep no structures of their training molecules, and a fit to them would flatter.")


@QPRF.fills("7.5")
def _measured(one: PredictionFacts) -> str:
    same = [found for found in one.neighbours if found.similarity >= SAME]
    if not same:
        return "The training set has no molecule with the same fingerprint."
    values = ", ".join(
        f"{show(found.value, '' if one.model.classes else one.estimates.property.unit)} ({found.id or 'no name'})"
        for found in same
    )
    return (
        f"A training molecule has the same fingerprint, and is usually the substance itself: measured {values}. The "
        "prediction is then no test of the model."
    )


@QPRF.fills("7.6")
def _conclusion(one: PredictionFacts) -> str:
    if not one.inside:
        return "Not reliable by the software's own measure: outside the domain."
    nominal = one.model.part("coverage").get("scaffold", {})
    held = (
        f" Such intervals held {100 * nominal['observed']:.1f} % of the measured values on new scaffolds."
        if nominal
        else ""
    )
    return f"Inside the domain; the interval is as wide as the model's errors near this similarity.{held}"


@QPRF.fills("9")
def _references(one: PredictionFacts) -> Said:
    return points(
        f"pharmakon {one.model.version}.",
        sentence(str(one.model.part("dataset").get("citation") or "")),
        "OECD (Q)SAR Assessment Framework, ENV/CBC/MONO(2023)32.",
    )


def _level(one: PredictionFacts) -> float:
    calibration = one.model.part("calibration")
    part = calibration.get("conformal") or calibration.get("classes") or {}
    return float(part.get("level", 0.9))
