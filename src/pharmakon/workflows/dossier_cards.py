"""A model card and a datasheet of the data, from the same evidence as the other forms."""

from __future__ import annotations

from pharmakon.record.filling import Fillers, Said, points

from .dossier_evidence import Evidence

MODEL_CARD: Fillers[Evidence] = Fillers("model_card")
DATASHEET: Fillers[Evidence] = Fillers("datasheet")


@MODEL_CARD.fills("1")
def _details(one: Evidence) -> Said:
    said = (f"{one.title} ({one.name}).", *one.versions.sentences, *one.method.sentences, f"SHA-256 {one.digest}.")
    return Said(tuple(text for text in said if text), one.versions.columns, one.versions.rows)


@MODEL_CARD.fills("2")
def _use(one: Evidence) -> Said:
    return one.purpose


@MODEL_CARD.fills("3")
def _factors(one: Evidence) -> Said | None:
    return one.domain or one.groups


@MODEL_CARD.fills("4")
def _metrics(one: Evidence) -> Said | None:
    return points(f"Figures that were measured: {', '.join(one.figures)}.") if one.figures else None


@MODEL_CARD.fills("5")
def _evaluation(one: Evidence) -> Said:
    return one.design


@MODEL_CARD.fills("6")
def _training(one: Evidence) -> Said:
    return one.data


@MODEL_CARD.fills("7")
def _analyses(one: Evidence) -> Said | None:
    return one.scores


@MODEL_CARD.fills("9")
def _caveats(one: Evidence) -> Said | None:
    return points(*one.limits) or None


@DATASHEET.fills("2")
def _composition(one: Evidence) -> Said:
    return one.data


@DATASHEET.fills("3")
def _collection(one: Evidence) -> Said | None:
    cited = [row[1] for row in one.data.rows if row[0] in ("citation", "source", "reference")]
    published = [text for text in one.data.sentences if text.startswith("As published: ")]
    return points(*published, *(f"As published: {text}." for text in cited)) or None


@DATASHEET.fills("4")
def _preprocessing(one: Evidence) -> Said | None:
    return one.processing


@DATASHEET.fills("5")
def _uses(one: Evidence) -> Said:
    return points(f"They were used for: {one.title}.")


@DATASHEET.fills("6")
def _distribution(one: Evidence) -> Said | None:
    return points(f"Licence: {one.licence}." if one.licence else "", one.access) or None
