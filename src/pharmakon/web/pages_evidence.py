"""What stands behind a number of the molecule page, when a reader asks: atoms, changes, mutagenicity, a conformer.

Each is a page of its own; `part=true` gives what is inside alone, for the page's script.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import HTMLResponse, Response

from pharmakon.core.errors import UsageError
from pharmakon.core.types import Profile
from pharmakon.team.roles import Caller

from .estimates import counterfactuals, explained, mutagenicity
from .guard import allowed
from .pages import render
from .pages_molecule import LONGEST

router = APIRouter(prefix="/molecule", include_in_schema=False)

Smiles = Annotated[str, Query(min_length=1, max_length=LONGEST)]


@dataclass(frozen=True)
class AskedWhy:
    """One property of one structure; with `part` what is inside the page alone."""

    smiles: Smiles
    model: Annotated[str, Query(max_length=100)]
    profile: Profile = "fast"
    part: bool = False


@router.get("/why")
def why(
    request: Request, asked: Annotated[AskedWhy, Depends()], caller: Caller = allowed("molecule.read")
) -> HTMLResponse:
    """What each atom adds to one property."""
    from pharmakon.explain.attribution import scaled
    from pharmakon.workflows.explain_molecules import WARNING, told

    found = explained(asked.smiles.strip(), asked.model, asked.profile)
    if found is None:
        raise UsageError("the structure cannot be read")
    halos = {} if found.why.weights is None else scaled(found.why.weights)
    atoms = ",".join(f"{halos.get(atom, 0.0):.2f}" for atom in range(max(halos) + 1)) if halos else ""
    return render(
        request,
        "molecule_why.html",
        caller,
        found=found,
        parts=[] if found.why.withheld else told(found),
        weights=atoms,
        warning=WARNING,
        smiles=asked.smiles,
        part=asked.part,
    )


@router.get("/change")
def change(
    request: Request, asked: Annotated[AskedWhy, Depends()], caller: Caller = allowed("molecule.read")
) -> HTMLResponse:
    """The smallest edits that change one answer."""
    found = counterfactuals(asked.smiles.strip(), asked.model, asked.profile)
    return render(request, "molecule_change.html", caller, found=found, **vars(asked))


@router.get("/mutagenicity")
def impurity(
    request: Request, smiles: Smiles, *, caller: Caller = allowed("molecule.read"), part: bool = False
) -> HTMLResponse:
    """What ICH M7 asks: a statistical and an expert-rule call."""
    found = mutagenicity(smiles.strip())
    return render(request, "molecule_m7.html", caller, found=found, smiles=smiles, part=part)


@router.get("/conformer.sdf")
def conformer(smiles: Smiles, caller: Caller = allowed("molecule.read")) -> Response:
    """The lowest-energy conformer that was found, as a mol block."""
    from rdkit import Chem

    from pharmakon.chem.conformers import conformers
    from pharmakon.chem.standardize import standardize

    read = standardize(smiles)
    placed = conformers(read.smiles) if read.mol is not None else None
    if placed is None:
        raise UsageError(read.problem or "no conformer could be made")
    return Response(Chem.MolToMolBlock(placed, confId=0), media_type="chemical/x-mdl-molfile")
