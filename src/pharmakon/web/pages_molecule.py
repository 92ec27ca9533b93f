"""The molecule page: one structure, one readable card."""

from __future__ import annotations

import json
import shlex
from importlib.resources import files
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse, Response

from pharmakon.core.types import Profile
from pharmakon.team.roles import Caller
from pharmakon.workflows.molecule import MoleculeCard, Row

from .api_molecules import plain
from .estimates import card, meant
from .guard import allowed, state
from .pages import copies, render
from .security import DRAWING

router = APIRouter(include_in_schema=False)

LONGEST = 10_000
"""Characters of a SMILES."""
EXAMPLES = ("aspirin", "gefitinib", "terfenadine")
Smiles = Annotated[str, Query(max_length=LONGEST)]
KEEP = {"Cache-Control": "private, max-age=86400"}
TABLE = ("group", "name", "title", "value", "low", "high", "unit", "in_domain", "verdict", "percentile")


@router.get("/molecule")
def molecule(
    request: Request,
    caller: Caller = allowed("molecule.read"),
    smiles: Smiles = "",
    profile: Profile | None = None,
) -> HTMLResponse:
    """The card of a structure or of a drug by its name, or the box to give one."""
    from pharmakon.chem.biologics import why_none
    from pharmakon.chem.drugs import nearly

    used = profile or state(request).settings.profile
    structure, drug = meant(smiles) if smiles.strip() else ("", None)
    found = card(structure, used) if structure else None
    return render(
        request,
        "molecule.html",
        caller,
        card=found,
        drug=drug,
        nearly=nearly(smiles) if found and found.problem else "",
        unjudged=why_none(smiles) if found and found.problem else "",
        smiles=smiles,
        profile=used,
        examples=EXAMPLES,
        verdicts=_verdicts(found) if found else [],
        editor=_vendored("openchemlib"),
        viewer=_vendored("3Dmol"),
        copies=_copies(found.smiles, used) if found and not found.problem else {},
    )


@router.get("/depict.svg")
def depict(
    *,
    caller: Caller = allowed("molecule.read"),
    smiles: Smiles = "",
    width: Annotated[int, Query(ge=40, le=1200)] = 320,
    height: Annotated[int, Query(ge=40, le=1200)] = 220,
    atoms: Annotated[str, Query(max_length=4000, pattern=r"^[0-9,]*$")] = "",
    weights: Annotated[str, Query(max_length=8000, pattern=r"^[-0-9.,]*$")] = "",
) -> Response:
    """A structure as a picture.

    `atoms` (numbers with commas) get a halo; `weights`, a number from -1 to 1 for each atom, one that is blue where it
    raises and orange where it lowers.
    """
    from pharmakon.chem.depict import svg
    from pharmakon.chem.parse import parse

    mol = parse(smiles).mol
    marked = {int(n): -1.0 for n in atoms.split(",") if n and mol is not None and int(n) < mol.GetNumAtoms()}
    marked |= {atom: weight for atom, weight in enumerate(map(_number, weights.split(","))) if weight}
    return _drawing(svg(mol, size=(width, height), highlight=marked or None))


@router.get("/wheel.svg")
def wheel_of(
    request: Request, caller: Caller = allowed("molecule.read"), smiles: Smiles = "", profile: Profile | None = None
) -> Response:
    """The percentiles of a molecule's properties among approved drugs."""
    from pharmakon.record.wheel import Spoke, wheel

    found = card(smiles.strip(), profile or state(request).settings.profile)
    spokes = [
        Spoke(what.title, "structure", found.ranks.get(name, float("nan")))
        for name, (what, _) in found.computed.items()
    ]
    kinds = {"good": "good", "poor": "poor", "don't know": "unsure"}
    spokes += [
        Spoke(row.property.title, group, row.percentile, kinds.get(row.verdict, "none") if row.in_domain else "unsure")
        for group, rows in found.groups.items()
        for row in rows
    ]
    return _drawing(wheel(spokes, label=f"Percentiles of {found.smiles} among approved drugs"))


@router.get("/molecule/card.{kind}")
def download(
    request: Request,
    kind: Literal["json", "csv"],
    caller: Caller = allowed("molecule.read"),
    smiles: Smiles = "",
    profile: Profile | None = None,
) -> Response:
    """The card as a file."""
    from pharmakon.store.writers import CsvText

    found = plain(card(smiles.strip(), profile or state(request).settings.profile))
    if kind == "json":
        text, media = found.model_dump_json(indent=1), "application/json"
    else:
        table, media = CsvText(("structure", *TABLE)), "text/csv; charset=utf-8"
        lines = [one.model_dump(include=set(TABLE)) | {"structure": found.smiles} for one in found.properties]
        text = table.header() + table.text(lines)
    return Response(text, media_type=media, headers={"Content-Disposition": f'attachment; filename="molecule.{kind}"'})


def _drawing(svg: str) -> Response:
    return Response(svg, media_type="image/svg+xml", headers=KEEP | {"Content-Security-Policy": DRAWING})


def _number(text: str) -> float:
    try:
        return max(-1.0, min(1.0, float(text)))
    except ValueError:
        return 0.0


def _verdicts(found: MoleculeCard) -> list[tuple[str, list[Row]]]:
    """What to look at first: the rows of each verdict that says something."""
    rows = found.rows()
    return [
        (verdict, some)
        for verdict in ("poor", "good", "don't know")
        if (some := [row for row in rows if (row.verdict or ("" if row.in_domain else "don't know")) == verdict])
    ]


def _vendored(name: str) -> bool:
    """Whether a script of somebody else was put into this installation (`make editors`)."""
    return (files("pharmakon.web") / "static" / "vendor" / f"{name}.js").is_file()


def _copies(smiles: str, profile: str) -> dict[str, str]:
    return copies(
        cli=f"pharmakon predict -s {shlex.quote(smiles)} --profile {profile}",
        python=f"import pharmakon\n\npharmakon.predict_properties({json.dumps(smiles)}, profile={json.dumps(profile)})",
    )
