"""The molecule page: one structure, one readable card."""

from __future__ import annotations

import json
import shlex
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse, Response

from pharmakon.core.types import Profile
from pharmakon.team.roles import Caller

from .estimates import card
from .guard import allowed, state
from .pages import copies, render
from .security import DRAWING

router = APIRouter(include_in_schema=False)

LONGEST = 10_000
"""Characters of a SMILES."""
EXAMPLES = (
    ("Aspirin", "CC(=O)Oc1ccccc1C(=O)O"),
    ("Gefitinib", "COc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OCCCN1CCOCC1"),
    ("Terfenadine", "CC(C)(C)c1ccc(cc1)C(O)CCCN1CCC(CC1)C(O)(c1ccccc1)c1ccccc1"),
)


@router.get("/molecule")
def molecule(
    request: Request,
    caller: Caller = allowed("molecule.read"),
    smiles: Annotated[str, Query(max_length=LONGEST)] = "",
    profile: Profile | None = None,
) -> HTMLResponse:
    """The card of a structure, or the box to give one."""
    used = profile or state(request).settings.profile
    found = card(smiles.strip(), used) if smiles.strip() else None
    return render(
        request,
        "molecule.html",
        caller,
        card=found,
        smiles=smiles,
        profile=used,
        examples=EXAMPLES,
        copies=_copies(found.smiles, used) if found and not found.problem else {},
    )


@router.get("/depict.svg")
def depict(
    caller: Caller = allowed("molecule.read"),
    smiles: Annotated[str, Query(max_length=LONGEST)] = "",
    width: Annotated[int, Query(ge=40, le=1200)] = 320,
    height: Annotated[int, Query(ge=40, le=1200)] = 220,
    atoms: Annotated[str, Query(max_length=4000, pattern=r"^[0-9,]*$")] = "",
) -> Response:
    """A structure as a picture; `atoms` (numbers with commas) get a halo."""
    from pharmakon.chem.depict import svg
    from pharmakon.chem.parse import parse

    mol = parse(smiles).mol
    marked = {int(n): -1.0 for n in atoms.split(",") if n and mol is not None and int(n) < mol.GetNumAtoms()}
    answer = Response(svg(mol, size=(width, height), highlight=marked or None), media_type="image/svg+xml")
    answer.headers["Content-Security-Policy"] = DRAWING
    answer.headers["Cache-Control"] = "private, max-age=86400"
    return answer


def _copies(smiles: str, profile: str) -> dict[str, str]:
    return copies(
        "predict",
        {},
        cli=f"pharmakon predict -s {shlex.quote(smiles)} --profile {profile}",
        python=f"import pharmakon\n\npharmakon.predict_properties({json.dumps(smiles)}, profile={json.dumps(profile)})",
    )
