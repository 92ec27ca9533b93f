"""The FDA's seven-step credibility assessment: what the evidence and a registered plan say of each step."""

from __future__ import annotations

from pharmakon.record.filling import Fillers, Said, absent, points

from .dossier_evidence import Evidence
from .dossier_plan import LEVELS

CREDIBILITY: Fillers[Evidence] = Fillers("fda_credibility")


@CREDIBILITY.fills("2.1")
def _role(one: Evidence) -> Said:
    return one.purpose


@CREDIBILITY.fills("3.3")
def _risk(one: Evidence) -> str | None:
    """Our reading of the draft's matrix: the higher of the two; a person may say otherwise."""
    plan = one.judged.registered.plan if one.judged else None
    if plan is None or plan.influence is None or plan.consequence is None:
        return None
    risk = max(plan.influence, plan.consequence, key=LEVELS.index)
    return f"{risk.capitalize()}: the higher of influence ({plan.influence}) and consequence ({plan.consequence})."


@CREDIBILITY.fills("4.1")
def _architecture(one: Evidence) -> Said:
    table = one.method
    said = (*one.inputs.sentences, *(one.outputs.sentences if one.outputs else ()), *table.sentences)
    return Said(tuple(text for text in said if text), table.columns, table.rows)


@CREDIBILITY.fills("4.2")
def _features(one: Evidence) -> Said:
    return one.inputs


@CREDIBILITY.fills("4.3")
def _data(one: Evidence) -> Said:
    return one.data


@CREDIBILITY.fills("4.4")
def _relevance(one: Evidence) -> Said | None:
    return one.domain


@CREDIBILITY.fills("4.5")
def _learning(one: Evidence) -> Said:
    return Said(one.method.sentences, ("setting", "value"), tuple(one.settings.items()))


@CREDIBILITY.fills("4.6")
def _versions(one: Evidence) -> Said:
    return one.versions


@CREDIBILITY.fills("4.7")
def _evaluation(one: Evidence) -> Said:
    return points(*one.design.sentences, *(f"{row[0]}: {row[1]}." for row in one.design.rows))


@CREDIBILITY.fills("4.8")
def _limits(one: Evidence) -> Said | None:
    if one.judged is None:
        return None
    found = one.judged.registered
    said = (
        f"Registered at {found.time.isoformat()} by {found.plan.by}: entry {found.entry} of the ledger.",
        f"Hash of the entry {found.hash}; SHA-256 of the plan {found.sha256}.",
    )
    return Said(said, ("figure", "limit"), tuple((limit.figure, limit.words) for limit in found.plan.limits))


@CREDIBILITY.fills("5.1")
def _performance(one: Evidence) -> Said | None:
    return one.scores


@CREDIBILITY.fills("5.2")
def _uncertainty(one: Evidence) -> Said:
    return one.uncertainty or absent("Single outputs carry no interval.")


@CREDIBILITY.fills("5.3")
def _groups(one: Evidence) -> Said | None:
    return one.groups


@CREDIBILITY.fills("5.4")
def _limitations(one: Evidence) -> Said | None:
    return points(*one.limits) or None


@CREDIBILITY.fills("6.1")
def _results(one: Evidence) -> Said | None:
    return Said((), ("figure", "limit", "found", "verdict"), one.judged.rows) if one.judged else None


@CREDIBILITY.fills("6.2")
def _deviations(one: Evidence) -> Said | None:
    if one.judged is None:
        return None
    return points(*one.judged.deviations) or points("None: every limit was met, and every planned setting was used.")


@CREDIBILITY.fills("6.3")
def _record(one: Evidence) -> Said:
    return one.record
