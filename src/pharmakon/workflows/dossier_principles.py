"""The ten principles of FDA and EMA, and those of good machine learning practice: the evidence for each."""

from __future__ import annotations

from pharmakon.record.filling import Fillers, Said, absent, points

from .dossier_evidence import Evidence

PRINCIPLES: Fillers[Evidence] = Fillers("fda_ema_principles")
GMLP: Fillers[Evidence] = Fillers("gmlp")


@PRINCIPLES.fills("3")
def _standards(one: Evidence) -> str:
    reporting = "QMRF and QPRF of the OECD" if one.kind == "model" else "REMARK and TRIPOD+AI in the run's report"
    return f"Reporting follows {reporting}, where they apply."


@PRINCIPLES.fills("4")
def _use(one: Evidence) -> Said:
    return one.purpose


@PRINCIPLES.fills("6")
def _governance(one: Evidence) -> Said:
    licence = f"Licence of the data: {one.licence}." if one.licence else ""
    said = (
        *one.data.sentences,
        licence,
        one.access,
        *(one.processing.sentences if one.processing else ()),
        *one.record.sentences,
    )
    return Said(tuple(text for text in said if text), one.data.columns, one.data.rows)


@PRINCIPLES.fills("7")
def _development(one: Evidence) -> Said:
    return Said((*one.method.sentences, *one.design.sentences), one.method.columns, one.method.rows)


@PRINCIPLES.fills("8")
def _performance(one: Evidence) -> Said | None:
    if one.judged is not None:
        return Said(("Against the registered limits.",), ("figure", "limit", "found", "verdict"), one.judged.rows)
    return one.scores


@PRINCIPLES.fills("9")
def _life(one: Evidence) -> Said:
    return points(*one.versions.sentences, f"Fixed by SHA-256 {one.digest}: a changed one has another.")


@PRINCIPLES.fills("10")
def _information(one: Evidence) -> Said | None:
    return points(*one.limits) or None


@GMLP.fills("2")
def _engineering(one: Evidence) -> Said:
    said = (
        *one.versions.sentences,
        "Nothing that is loaded can run code; weights and inputs are checked against their SHA-256.",
        *one.record.sentences,
    )
    return Said(said, one.versions.columns, one.versions.rows)


@GMLP.fills("3")
def _representative(one: Evidence) -> Said:
    return Said((*one.data.sentences, *(one.domain.sentences if one.domain else ())), one.data.columns, one.data.rows)


@GMLP.fills("4")
def _independent(one: Evidence) -> Said:
    return one.design


@GMLP.fills("5")
def _reference(one: Evidence) -> Said:
    return one.purpose


@GMLP.fills("6")
def _suits(one: Evidence) -> Said:
    return one.method


@GMLP.fills("8")
def _conditions(one: Evidence) -> Said:
    return absent("The figures are of data that were collected before; nothing was tested in a setting of use.")


@GMLP.fills("9")
def _told(one: Evidence) -> Said | None:
    return points(*one.limits) or None
