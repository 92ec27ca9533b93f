"""Sections 1 to 5 of a trained model's QMRF: what it is, of what, how it works, and where it may be believed."""

from __future__ import annotations

import re

from pharmakon.core.units import show
from pharmakon.core.words import joined, sentence
from pharmakon.predict.endpoints import endpoints
from pharmakon.record.filling import Fillers, Said, absent, points

from .dossier_facts import (
    LICENCE,
    ModelFacts,
)

QMRF: Fillers[ModelFacts] = Fillers("qmrf")
SPECIES = {
    "human": "human|hepg2|herg|caco-2|patients?",
    "mouse": "mouse|mice|murine|lymph node",
    "rat": "rats?",
    "dog": "dogs?",
    "bacteria": "bacterial?|salmonella",
}
VIEWS = {
    "ecfp4": "ECFP4",
    "ecfp6": "ECFP6",
    "fcfp4": "FCFP4",
    "atom_pair": "atom pairs",
    "torsion": "topological torsions",
    "avalon": "Avalon",
}


@QMRF.fills("1.1")
def _title(model: ModelFacts) -> Said:
    return points(f"{model.title}: the model {model.name} of pharmakon.", sentence(str(model.card.get("what", ""))))


@QMRF.fills("1.2")
def _related(model: ModelFacts) -> Said:
    if model.endpoint is None:
        return (
            points("None is known to the software.")
            if not model.shipped
            else points("The models of other protein targets that the package ships answer from the same network.")
        )
    group = model.endpoint.group
    others = [one.title for name, one in endpoints().items() if one.group == group and name != model.name]
    return points(f"Shipped models of the same group ({group}): {joined(others)}." if others else "None in its group.")


@QMRF.fills("1.3")
def _software(model: ModelFacts) -> str:
    where = "shipped with the package" if model.shipped else "trained by a user with the package"
    return f"pharmakon {model.version} ({LICENCE}); {where}. SHA-256 of the model's card: {model.digest}."


@QMRF.fills("2.1")
def _date(model: ModelFacts) -> str:
    return f"{model.today.isoformat()} (this report was made by software on that day)."


@QMRF.fills("2.5")
def _developers(model: ModelFacts) -> str:
    if model.shipped:
        return f"The developers of pharmakon, version {model.version}."
    return f"The user who trained it with pharmakon {model.version}."


@QMRF.fills("2.6")
def _published(model: ModelFacts) -> str:
    made = model.made[:10]
    return f"Made on {made}." if made else f"Made with version {model.version} of the package."


@QMRF.fills("2.7")
def _references(model: ModelFacts) -> Said:
    cited = str(model.part("dataset").get("citation") or "")
    return points(
        f"Software: pharmakon {model.version}.",
        f"Data: {sentence(cited)}" if cited else "Data: the card has no citation of them.",
    )


@QMRF.fills("2.8")
def _availability(model: ModelFacts) -> Said:
    files = ", ".join(model.part("files")) or "its card"
    return points(
        f"Not proprietary: weights, card and source code come with the package ({LICENCE}), with recipes to train it "
        "again."
        if model.shipped
        else f"The software is open source ({LICENCE}); who trained the model decides who gets its folder.",
        f"In its folder: {files}." if model.part("files") else "",
    )


@QMRF.fills("2.9")
def _another(_: ModelFacts) -> str:
    return "None is known to the software."


@QMRF.fills("3.1")
def _species(model: ModelFacts) -> str | None:
    """From words of the description; a guess from anything else is for a person."""
    text = f"{model.card.get('what', '')} {model.title}"
    found = [name for name, words in SPECIES.items() if re.search(rf"\b(?:{words})\b", text, re.IGNORECASE)]
    return f"The description of the endpoint names: {joined(found)}." if found else None


@QMRF.fills("3.2")
def _endpoint(model: ModelFacts) -> str:
    return f"{model.title}{f' (group: {model.endpoint.group})' if model.endpoint else ''}."


@QMRF.fills("3.3")
def _comment(model: ModelFacts) -> Said:
    what = model.part("property")
    meaning = str(what.get("meaning") or "")
    return points(
        sentence(str(model.card.get("what", ""))),
        f"{'Class 1' if model.classes else 'How to read it'}: {meaning}." if meaning else "",
        "It is treated as a hazard: the software never rewards it in a design." if what.get("hazard") else "",
    )


@QMRF.fills("3.4")
def _unit(model: ModelFacts) -> str:
    return f"{model.part('property').get('unit') or 'none'}."


@QMRF.fills("3.5")
def _dependent(model: ModelFacts) -> Said:
    what, scale = model.part("property"), str(model.card.get("transform", "none"))
    column = model.part("dataset").get("value")
    scales = {"log10": "its decimal logarithm", "log10p1": "log10(x + 1)", "logit": "its logit"}
    kind = "A class, of which the model gives the probability" if model.classes else "A number"
    ends = [("open" if what.get(end) is None else show(what[end])) for end in ("low", "high")]
    return points(
        f"{kind}{f', column {column} of the data' if column else ''}.",
        f"The model works on {scales[scale]}."
        if scale in scales
        else "It is modelled as it is, without a transformation.",
        f"No answer leaves the range {ends[0]} to {ends[1]}." if ends != ["open", "open"] else "",
        f"Good and poor are divided at {show(what['threshold'])}." if what.get("threshold") is not None else "",
    )


@QMRF.fills("3.7")
def _quality(model: ModelFacts) -> Said:
    aside = model.part("dataset").get("set_aside") or {}
    cited = str(model.part("dataset").get("citation") or "")
    return points(
        f"Source: {sentence(cited)}" if cited else "",
        *(f"Version of the data: {one}" for one in model.part("dataset").get("origin", ())),
        *(f"{n:,} rows were set aside: {reason}." for reason, n in aside.items()),
        *(line for line in model.listed("notes") if "more than once" in line or "deviation" in line),
        *(line for line in model.listed("limits") if re.search(r"assay|lab|protocol|mixed|censored", line)),
    )


@QMRF.fills("4.1")
def _type(model: ModelFacts) -> str:
    kinds = {
        "ridge": "kernel ridge regression",
        "support": "a support vector machine",
        "trees": "gradient-boosted trees",
        "forest": "extremely randomised trees",
        "network": "a feed-forward network of many endpoints",
        "graph": "a directed message-passing network of many endpoints",
    }
    used = [kinds.get(name, name) for name in model.part("learned").get("weights", {})]
    learnt = "classification" if model.classes else "regression"
    return f"Statistical QSAR for {learnt}: {'a weighted mean of ' if len(used) > 1 else ''}{joined(used)}."


@QMRF.fills("4.2")
def _algorithm(model: ModelFacts) -> Said:
    learned = model.part("learned")
    weights = learned.get("weights", {})
    rest = {key: value for key, value in learned.items() if key not in ("weights", "views", "output")}
    rows = tuple((f"weight of {name}", show(float(value))) for name, value in weights.items())
    rows += tuple(
        (key.replace("_", " "), f"{value:,}" if isinstance(value, int) else show(float(value)))
        for key, value in rest.items()
        if isinstance(value, (int, float))
    )
    said = (
        sentence(str(model.card.get("method", ""))),
        "Deterministic: the same structure gives the same answer.",
        "Every weight is a number in a file of the model, or of the networks it borrows.",
        f"Random seed {model.card['seed']}." if "seed" in model.card else "",
    )
    return Said(tuple(text for text in said if text), ("setting", "value"), rows)


@QMRF.fills("4.3")
def _descriptors(model: ModelFacts) -> Said:
    saw, learned = model.featuriser, model.part("learned")
    views = [VIEWS.get(name, name) for name in learned.get("views", ())]
    network = model.part("network_featuriser") or (saw if "quick_names_sha256" in saw else {})
    rows = []
    if views:
        rows.append(("kernel", f"counts of {joined(views)}, not folded, and a descriptor kernel"))
    if "descriptors" in saw:
        hashed = joined([VIEWS.get(name, name) for name in saw.get("hashed_views", ())])
        rows.append(
            (
                "trees",
                f"{saw['descriptors']} RDKit descriptors and {saw['hashed_bits']:,} hashed counts each of {hashed}",
            )
        )
    if network:
        hashed = joined([VIEWS.get(name, name) for name in network.get("hashed_views", ())])
        rows.append(("network", f"{network['hashed_bits']:,} hashed counts each of {hashed}, and quick descriptors"))
    if "graph" in learned.get("weights", {}):
        rows.append(("graph network", "atoms and bonds of the molecular graph"))
    digests = [f"{key.replace('_', ' ')}: {value}" for key, value in saw.items() if key.endswith("sha256")]
    return Said(
        ("All are computed from the two-dimensional structure.", *digests), ("part", "what it sees"), tuple(rows)
    )


@QMRF.fills("4.4")
def _selection(_: ModelFacts) -> str:
    return (
        "None was selected by its relation to the endpoint: every part sees all its descriptors, and the weights of "
        "the "
        "parts were chosen on out-of-fold predictions. Trees and penalties pass over what does not help."
    )


@QMRF.fills("4.5")
def _generation(model: ModelFacts) -> str:
    return (
        "Structures are standardised (largest organic fragment, neutralised, isotopes dropped, one form of each "
        "functional group), then descriptors are computed from the molecular graph; a molecule is treated in training "
        f"and in prediction by the same code. Training: {sentence(str(model.card.get('method', '')))}"
    )


@QMRF.fills("4.6")
def _descriptor_software(model: ModelFacts) -> str:
    versions = model.part("versions")
    others = joined([f"{name} {version}" for name, version in versions.items() if name not in ("rdkit", "pharmakon")])
    return f"RDKit {versions.get('rdkit', 'of unknown version')}; {others or 'no other'} for the learning."


@QMRF.fills("4.7")
def _ratio(model: ModelFacts) -> Said:
    saw = model.featuriser
    inputs = int(saw.get("descriptors", 0)) + int(saw.get("hashed_bits", 0)) * len(saw.get("hashed_views", ()))
    part = "trees" if "descriptors" in saw else "network"
    if not inputs or not model.used:
        return absent("The card does not record it.")
    return points(
        f"{model.used:,} chemicals to {inputs:,} inputs of its {part}: {show(model.used / inputs)} each.",
        "With fewer chemicals than inputs the model rests on its penalties, and on scores of molecules it has not "
        "seen.",
    )


@QMRF.fills("5.1")
def _domain(model: ModelFacts) -> Said:
    found = model.part("domain")
    return (
        points(
            f"A molecule is inside if its largest Tanimoto similarity (ECFP4) to a training molecule is "
            f"{show(float(found['threshold']))} or more, and it is organic (has carbon, and no element but H, B, C, "
            "N, O, F, "
            "Si, P, S, Cl, As, Se, Br and I).",
            "Outside, the answer is still shown, with its flag, and the verdict is withheld.",
        )
        if found
        else absent("The card records no domain.")
    )


@QMRF.fills("5.2")
def _domain_method(model: ModelFacts) -> Said:
    found = model.part("domain")
    if not found:
        return absent("The card records no domain.")
    rows = (
        (
            f"where the out-of-fold error (isotonic fit) passes {show(found['multiple'])} times its mean",
            show(float(found["limit_error"])),
        ),
        (
            f"percentile {found['percentile']:g} of training molecules' similarity to their nearest other one",
            show(float(found["limit_percentile"])),
        ),
        ("limit: the larger of the two", show(float(found["threshold"]))),
    )
    return Said((f"Intervals are calibrated in {found['n_bins']} bins of similarity.",), ("what", "similarity"), rows)


@QMRF.fills("5.3")
def _domain_software(model: ModelFacts) -> str:
    return f"pharmakon {model.version}, with each prediction (columns in_domain and nearest_similarity)."


@QMRF.fills("5.4")
def _limits(model: ModelFacts) -> Said:
    return points(
        "Mixtures are read by their largest organic part; inorganic and metal compounds are outside the domain. "
        "Polymers and proteins are not what it was made for.",
        *model.listed("limits"),
    )
