"""Approved drugs by name over the API, and what stands behind an estimate."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from pharmakon.core.errors import UsageError
from pharmakon.core.types import Profile
from pharmakon.team.roles import Caller

from .estimates import counterfactuals, explained
from .guard import allowed

router = APIRouter(prefix="/api/v1", tags=["molecules"])


class DrugOut(BaseModel):
    """A medicine (a table under CC BY-SA 3.0, most of it from ChEMBL)."""

    name: str
    smiles: str
    chembl: str = Field(description="its number there, empty where ChEMBL is not the source")
    approved: int = Field(description="year of the first approval, 0 where unknown")
    source: str = Field(description="where the structure is from")


class AskedWhy(BaseModel):
    """One property of one structure."""

    model_config = ConfigDict(extra="forbid")

    smiles: str = Field(min_length=1, max_length=10_000)
    model: str = Field(max_length=100, description="a shipped model, such as herg")
    profile: Profile = "fast"


@router.get("/drugs")
def find_drugs(
    caller: Caller = allowed("molecule.read"),
    q: Annotated[str, Query(max_length=200, description="letters of the name")] = "",
    limit: Annotated[int, Query(ge=1, le=100)] = 12,
) -> list[DrugOut]:
    """Drugs whose name has these letters, those that begin with them first."""
    from pharmakon.chem.drugs import beginning

    return [
        DrugOut(name=drug.name, smiles=drug.smiles, chembl=drug.chembl, approved=drug.approved, source=drug.source)
        for drug in beginning(q, limit=limit)
    ]


@router.post("/molecules/explanation")
def explain(asked: AskedWhy, caller: Caller = allowed("molecule.read")) -> dict[str, Any]:
    """What each atom and part adds to an estimate."""
    found = explained(asked.smiles.strip(), asked.model, asked.profile)
    if found is None:
        raise UsageError("the structure cannot be read")
    return found.plain()


@router.post("/molecules/counterfactuals")
def change(asked: AskedWhy, caller: Caller = allowed("molecule.read")) -> dict[str, Any]:
    """The smallest believable edits that change an answer."""
    return counterfactuals(asked.smiles.strip(), asked.model, asked.profile).plain()
