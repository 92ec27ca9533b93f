"""Annex IV of the EU AI Act: the technical documentation, as far as the evidence goes."""

from __future__ import annotations

from pharmakon.record.filling import Fillers, Said, absent, points

from .dossier_evidence import Evidence
from .dossier_facts import LICENCE

AI_ACT: Fillers[Evidence] = Fillers("ai_act_annex_iv")


@AI_ACT.fills("1a")
def _purpose(one: Evidence) -> Said:
    return points(
        *one.purpose.sentences, f"This {one.kind}: {one.name}, SHA-256 {one.digest}.", *one.versions.sentences
    )


@AI_ACT.fills("1b")
def _interaction(_: Evidence) -> str:
    return "It reads files and writes files; predictions and reports need no network and no other system."


@AI_ACT.fills("1c")
def _versions(one: Evidence) -> Said:
    return Said((), one.versions.columns, one.versions.rows)


@AI_ACT.fills("1d")
def _forms(_: Evidence) -> str:
    return f"A Python package ({LICENCE}) with a command line and functions of the same names."


@AI_ACT.fills("1e")
def _hardware(_: Evidence) -> str:
    return "A computer that runs Python 3.11 or later; no graphics card is needed to use it."


@AI_ACT.fills("1g")
def _interface(_: Evidence) -> str:
    return "A command line, and reports as self-contained HTML pages, CSV and JSON files."


@AI_ACT.fills("1h")
def _instructions(_: Evidence) -> str:
    return "The documentation of the package: a how-to for each command, with real output, and a reference."


@AI_ACT.fills("2a")
def _development(one: Evidence) -> Said:
    return Said(one.method.sentences, ("part", "version"), one.versions.rows)


@AI_ACT.fills("2b")
def _logic(one: Evidence) -> Said:
    said = (*one.inputs.sentences, *(one.outputs.sentences if one.outputs else ()))
    return points(*said, *(one.domain.sentences if one.domain else ()))


@AI_ACT.fills("2c")
def _architecture(one: Evidence) -> Said:
    return one.method


@AI_ACT.fills("2d")
def _data(one: Evidence) -> Said:
    said = (*one.data.sentences, f"Licence: {one.licence}." if one.licence else "", one.access)
    cleaned = one.processing.sentences if one.processing else ()
    return Said(tuple(text for text in (*said, *cleaned) if text), one.data.columns, one.data.rows)


@AI_ACT.fills("2e")
def _oversight(one: Evidence) -> Said:
    if one.kind == "model":
        return points(
            "Each output carries an interval, a domain flag, the nearest measured molecule and, where asked, the "
            "atoms it "
            "comes from; outside the domain the verdict is withheld."
            if one.domain
            else "Its outputs are drafts that a person reads before they are used.",
        )
    return points(
        "The run decides nothing: it writes a report with intervals, warnings and refusals for people to read."
    )


@AI_ACT.fills("2g")
def _validation(one: Evidence) -> Said | None:
    if one.scores is None:
        return None
    said = (*one.design.sentences, *one.scores.sentences, *one.record.sentences)
    return Said(said, one.scores.columns, one.scores.rows)


@AI_ACT.fills("2h")
def _security(_: Evidence) -> str:
    return (
        "Nothing that is loaded can run code (no pickle); files are checked against their SHA-256; sizes of inputs are "
        "limited; ledgers show edits; vaults encrypt files at rest; de-identification and differential privacy are "
        "there."
    )


@AI_ACT.fills("3")
def _capabilities(one: Evidence) -> Said | None:
    table = one.groups or one.scores or Said()
    return Said((*table.sentences, *one.limits), table.columns, table.rows) or None


@AI_ACT.fills("4")
def _metrics(one: Evidence) -> Said | None:
    if not one.figures:
        return None
    return points(f"Metrics are those of the field for the kind of outcome: {', '.join(one.figures)}.")


@AI_ACT.fills("6")
def _changes(one: Evidence) -> Said:
    return points("This version is fixed by its SHA-256.", *one.versions.sentences) if one.digest else absent("None.")
