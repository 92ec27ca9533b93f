"""The QMRF of a trained model, sections 6 to 9 beside those of dossier_qmrf_model: data, scores, mechanism, sources."""

from __future__ import annotations

from pharmakon.core.units import show
from pharmakon.core.words import joined, sentence
from pharmakon.record.card import METRICS
from pharmakon.record.filling import Said, absent, points

from .dossier_facts import SPLITS, ModelFacts, coverage_table, scores_table
from .dossier_qmrf_model import QMRF

__all__ = ["QMRF"]

NO_SET = "There is no external set: all data were used, and predictivity was judged by cross-validation (7.6, 7.7)."


@QMRF.fills("6.1")
def _training_set(model: ModelFacts) -> Said:
    data = model.part("dataset")
    digests = data.get("sha256") or []
    digests = [digests] if isinstance(digests, str) else digests
    public = "publicly available" if model.shipped else "held by the user"
    files = data.get("files") or []
    rows = tuple(
        (str(name), str(digest))
        for name, digest in zip([files] if isinstance(files, str) else files, digests, strict=False)
    )
    licence = f" Licence: {data['licence']}." if data.get("licence") else ""
    said = f"Yes: {data.get('name', 'the data')}, {public}.{licence}"
    return Said((said, model.access), ("file", "SHA-256"), rows)


@QMRF.fills("6.2")
def _training_information(model: ModelFacts) -> str:
    return (
        "SMILES: yes, in the source file. Formula, InChI and MOL files: can be made from it. CAS number, name: as far "
        "as the source has them. Nanomaterials: none. The model's folder keeps fingerprints, identifiers and values of "
        "the training molecules, never their structures."
        + (
            f" Structures stand in column {model.part('dataset')['structure']}."
            if model.part("dataset").get("structure")
            else ""
        )
    )


@QMRF.fills("6.3")
def _training_descriptors(_: ModelFacts) -> str:
    return "All are computed from the structures by the software; ECFP4 fingerprints are kept with the model."


@QMRF.fills("6.4")
def _training_values(model: ModelFacts) -> str:
    column = model.part("dataset").get("value")
    return (
        f"Yes, for all {model.used:,} molecules{f', column {column} of the source' if column else ''}; kept with the "
        "model."
    )


@QMRF.fills("6.5")
def _training_more(model: ModelFacts) -> Said:
    more = model.part("learned").get("molecules_of_all_endpoints")
    return points(
        f"{model.used:,} molecules were used of {model.part('dataset').get('rows', model.used):,} rows.",
        f"Its network learnt from {more:,} molecules of all its endpoints together." if more else "",
        *(line for line in model.listed("limits") if "molecules" in line),
    )


@QMRF.fills("6.6")
def _processing(model: ModelFacts) -> Said:
    aside = model.part("dataset").get("set_aside") or {}
    rows = tuple((str(reason), f"{n:,}") for reason, n in aside.items())
    said = (
        "Structures were standardised; repeats of a molecule were merged, contradictions and what could not be read "
        "set "
        "aside."
        if rows
        else "Structures were standardised; no row was set aside.",
    )
    return Said(said, ("set aside because", "rows"), rows)


@QMRF.fills("6.7")
def _fit(_: ModelFacts) -> Said:
    return absent(
        "Not reported: models of this kind can reproduce the molecules they were trained on, so a fit to them says "
        "nothing. Statistics of molecules left out stand in 6.9."
    )


@QMRF.fills("6.8")
def _one_out(_: ModelFacts) -> Said:
    return absent(
        "Not performed: with near neighbours left in it flatters; whole scaffolds and clusters are left out (6.9)."
    )


@QMRF.fills("6.9")
def _many_out(model: ModelFacts) -> Said:
    found = scores_table(model, ["random"])
    if found is None:
        return absent("The card has no score of a random split; those of scaffolds and clusters stand in 7.7.")
    return Said(
        ("Cross-validation with molecules dealt at random into folds.", *found.sentences), found.columns, found.rows
    )


@QMRF.fills("6.10")
def _scrambling(model: ModelFacts) -> Said:
    found = model.part("y_scrambling")
    if not found and not model.shipped:
        return absent(
            "Not recorded with this model. `pharmakon audit` of its table refits a quick model on shuffled values ten "
            "times. The model that knows only the mean stands beside the scores."
        )
    if not found:
        return absent("Not performed: a network of many endpoints answers, and permuted values mean training it again.")
    name = METRICS[found["metric"]]
    rows = (
        (f"{name} of the true values", show(float(found["score"]))),
        *((f"{name} of permuted values, {what}", show(float(value))) for what, value in found["permuted"].items()),
        ("permutations", f"{found['permutations']:,}"),
        ("share of all that score as well as the true values", show(float(found["p"]))),
    )
    how = f"{found['of']}, {found['molecules']:,} molecules, refitted on permuted values, its settings kept"
    return Said((f"Response permutation (Rücker et al. 2007): {how}.",), ("what", "value"), rows)


@QMRF.fills("6.11")
def _bootstrap(_: ModelFacts) -> str:
    return (
        "The interval of every score is the 95 % percentile interval of bootstrap resamples of the molecules' "
        "out-of-fold predictions; the model itself is not refitted on resamples."
    )


@QMRF.fills("6.12")
def _other_statistics(model: ModelFacts) -> Said:
    found = coverage_table(model)
    if found is None:
        return absent("None.")
    return Said(
        ("How often the 90 % interval, or set of classes, held the measured one out of fold.",),
        found.columns,
        found.rows,
    )


@QMRF.fills("7.1", "7.2", "7.3", "7.4", "7.5")
def _external(model: ModelFacts) -> Said:
    if found := model.part("recalibration"):
        return points(
            f"{found.get('molecules', 0):,} molecules of a laboratory, held by it: they recalibrated the model, and "
            "each was judged by a calibration that had not seen it."
        )
    return absent(NO_SET)


@QMRF.fills("7.6")
def _design(model: ModelFacts) -> Said:
    rows = tuple((name, said) for name, said in SPLITS.items() if name in model.part("scores"))
    said = "Cross-validation, once for each of these splits: each molecule is predicted by models that did not see it."
    return Said(
        (said,),
        ("split", "what it keeps apart"),
        rows,
    )


@QMRF.fills("7.7")
def _predictivity(model: ModelFacts) -> Said:
    splits = [name for name in model.part("scores") if name != "random"]
    return scores_table(model, splits) or absent("The card has no scores.")


@QMRF.fills("7.8")
def _assessment(model: ModelFacts) -> Said:
    return absent(NO_SET) if not model.part("recalibration") else points("The laboratory's own molecules.")


@QMRF.fills("7.9")
def _external_comment(model: ModelFacts) -> Said:
    scores, metric = model.part("scores"), "auroc" if model.classes else "rmse"
    named = {"auroc": "AUROC", "rmse": "RMSE"}[metric]
    found = [
        (name, scores[name]["model"][metric][0]) for name in SPLITS if metric in scores.get(name, {}).get("model", {})
    ]
    if not found:
        return absent("None.")
    return points(
        f"{named} by split: {joined([f'{name} {show(value)}' for name, value in found])}. The random one tells of new "
        "members of known series, the other two of new series: that is what a new chemical usually is.",
        *(line for line in model.listed("limits") if line.startswith("It does not beat")),
    )


@QMRF.fills("8.2")
def _when(_: ModelFacts) -> str:
    return (
        "After modelling (a posteriori): no mechanism was assumed; which atoms an answer comes from can be shown "
        "with it."
    )


@QMRF.fills("8.3")
def _mechanism_more(_: ModelFacts) -> str:
    return (
        "For each prediction the contribution of atoms and the nearest measured molecules can be given; they are "
        "associations."
    )


@QMRF.fills("9.1")
def _comments(model: ModelFacts) -> Said:
    return points(*model.listed("notes")) or points("The card has no further notes.")


@QMRF.fills("9.2")
def _bibliography(model: ModelFacts) -> Said:
    return points(
        sentence(str(model.part("dataset").get("citation") or "The data of the user; no citation in the card")),
        "OECD, Guidance document on the validation of (Q)SAR models, ENV/JM/MONO(2007)2.",
    )


@QMRF.fills("9.3")
def _supporting(model: ModelFacts) -> Said:
    rows = tuple((str(name), str(digest)) for name, digest in model.part("files").items())
    return Said(
        (f"The model card (card.json, SHA-256 {model.digest}) and the files it names.",), ("file", "SHA-256"), rows
    )
