"""One's own account over the API: the tokens of programs, and the password given again."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from pharmakon.team.accounts import LONGEST, NAME
from pharmakon.team.roles import Caller
from pharmakon.team.sessions import Token

from .answers import Answer
from .guard import allowed, state
from .pages_login import prove

router = APIRouter(prefix="/api/v1", tags=["account"])


class TokenOut(Answer):
    """A token of a program, without its secret. Times are seconds since 1970, UTC; `used` is 0 before the first use."""

    id: str
    name: str
    project: str
    roles: list[str]
    created: float
    expires: float
    used: float


class NewToken(BaseModel):
    """A token to make, for the open project."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=NAME)
    roles: list[str] = Field(min_length=1, max_length=20, description="roles that you have; it can do no more")
    days: float = Field(90.0, gt=0, le=366, description="days until it ends")


class MadeToken(BaseModel):
    """A token that was made; its secret is told this once."""

    token: TokenOut
    secret: str


class Proof(BaseModel):
    """The caller's password."""

    model_config = ConfigDict(extra="forbid")

    password: Annotated[str, Field(max_length=LONGEST)]


@router.get("/tokens")
def list_tokens(request: Request, caller: Caller = allowed("account.self")) -> list[TokenOut]:
    """The caller's tokens, of all projects, the newest first."""
    return [TokenOut.of(token) for token in state(request).sessions.tokens_of(caller.user)]


@router.post("/tokens", status_code=201)
def make_token(request: Request, asked: NewToken, caller: Caller = allowed("token.write")) -> MadeToken:
    """Make a token. It takes a browser's session: a token makes no other."""
    token, secret = new_token(request, caller, asked)
    return MadeToken(token=TokenOut.of(token), secret=secret)


def new_token(request: Request, caller: Caller, asked: NewToken) -> tuple[Token, str]:
    """A token and its secret, noted in the ledger without it."""
    held = state(request)
    token, secret = held.sessions.add_token(caller, asked.name, as_roles=asked.roles, days=asked.days)
    held.journal.note("token made", caller, made=token.id, roles=[*token.roles], days=asked.days)
    return token, secret


@router.delete("/tokens/{id}", status_code=204, response_class=Response)
def end_token(request: Request, id: str, caller: Caller = allowed("account.change")) -> None:
    """Take a token back: it opens nothing any more."""
    held = state(request)
    held.sessions.end_token(caller.user, id)
    held.journal.note("token taken back", caller, taken=id)


@router.post("/proof", status_code=204, response_class=Response)
def give_again(request: Request, asked: Proof, caller: Caller = allowed("account.change")) -> None:
    """Give the password again, as a signature wants."""
    prove(request, caller, asked.password)
