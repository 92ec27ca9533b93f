"""Passports as a JSON document, and as a page."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from pharmakon.record.passport import Passport, Passports

from .passport_language import CAUTION


def data_of(found: Passports) -> str:
    """Everything as JSON, with the result of every check; the score can be rebuilt from it alone."""
    from pharmakon.store.plain import document

    return document(
        {
            "run": found.run,
            "title": found.title,
            "passports": [_plain(one) for one in found.passports],
            "memory": asdict(found.memory),
            "fragments counted in": found.collection,
            "likelihood": CAUTION,
            "notes": list(found.notes),
            "facts": dict(found.facts),
        }
    )


def _plain(one: Passport) -> dict[str, Any]:
    told = asdict(one)
    del told["seconds"]  # all else is the same when it is made again
    return told | {
        "verdict": one.verdict,
        "checks": {
            "same molecule": one.replay.ok,
            "score error": one.score.error,
            "desirability error": one.score.regrading_error,
            "likelihood error": one.spelling.error,
            "second opinion": {o.name: "flagged" if o.flagged else "usual" for o in one.opinions if not o.problem},
        },
    }


def page_of(found: Passports) -> str:
    """The page, with every molecule of a lineage drawn."""
    from pharmakon.chem import depict
    from pharmakon.chem.parse import to_mol
    from pharmakon.record.passport_page import render

    drawn: dict[str, str] = {}

    def draw(smiles: str, size: tuple[int, int]) -> None:
        if smiles and (mol := to_mol(smiles)) is not None:
            drawn.setdefault(smiles, depict.svg(mol, size=size))

    for one in found.passports:
        draw(one.smiles, (420, 280))
        for step in one.lineage:
            for smiles in (step.parent, step.mate, step.child, step.rival.smiles if step.rival else ""):
                draw(smiles, (200, 140))
        for part in one.fragments:
            draw(part.smiles, (140, 90))
    return render(found, drawn=drawn, caution=CAUTION)
