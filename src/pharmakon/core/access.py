"""Who may have data, and so what was made of them: open, controlled, or restricted.

A model of patients' data can give them away, and some funders count it as a derivative of the data (NIH NOT-OD-25-081
of human genomic data under controlled access): what it was trained on says who may have the model.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal, get_args

AccessClass = Literal["open", "controlled", "restricted"]
ACCESS_CLASSES: tuple[AccessClass, ...] = get_args(AccessClass)
"""From the freest to the strictest: anybody; whoever a committee lets; nobody else."""

SAID = "who may have the data: open (anybody), controlled (whoever a committee lets), restricted (nobody else)"
TERMS = "under which terms, and who decides; it travels with every model made of the data"


def strictest(classes: Iterable[AccessClass | None]) -> AccessClass | None:
    """The class of what was made of several data sets; None where none has one."""
    said = [one for one in classes if one is not None]
    return max(said, key=ACCESS_CLASSES.index) if said else None


def access_of(card: Mapping[str, Any]) -> tuple[AccessClass | None, str]:
    """The access class and the terms that a card states: its own, its data's, its cohort's, its recalibration's.

    Of several the strictest counts. A word that is none of the classes is taken for the strictest.
    """
    places = [card, *(card.get(part) or {} for part in ("dataset", "data", "declaration", "recalibration"))]
    told = [part for part in places if isinstance(part, Mapping) and part.get("access")]
    found = strictest([part["access"] if part["access"] in ACCESS_CLASSES else "restricted" for part in told])
    return found, "; ".join(dict.fromkeys(str(part["terms"]) for part in told if part.get("terms")))


def stated(access: AccessClass | None, terms: str, *parents: Mapping[str, Any]) -> dict[str, str]:
    """What a card states of data of this class, and of the models (their cards) that it goes on from; {} of none."""
    told = [(access, terms), *(access_of(card) for card in parents)]
    found = strictest(one for one, _ in told)
    words = "; ".join(dict.fromkeys(text for _, text in told if text))
    return {key: value for key, value in (("access", found), ("terms", words)) if value}
