"""export: a frozen signature alone, out of a run folder that is full of its patients, to be handed on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import Field

from pharmakon.core.access import access_of
from pharmakon.core.config import Config
from pharmakon.core.errors import GivesAway, NotPermitted, UsageError
from pharmakon.core.types import Progress, silent


class ExportConfig(Config):
    """What to hand on, and where to."""

    signature: Path = Field(description="a signature's folder, or the run that made it")
    output: Path | None = Field(None, description="folder to write; NAME-signature when not given")
    accept_risk: bool = Field(
        False, description="hand it on although it gives away whom it was made with; its card then says so"
    )
    permission: str = Field(
        "",
        max_length=500,
        description="of controlled or restricted data: who permitted handing it on, when, and where that is written",
    )


@dataclass(frozen=True, slots=True)
class ExportResult:
    """The folder to hand on, and its card."""

    folder: Path
    card: dict[str, Any]


def run(config: ExportConfig, *, progress: Progress = silent) -> ExportResult:
    """Copy a signature, with what attacks on it found in its card; everything else of the run stays.

    Raises GivesAway where an attack told its patients from others, or none was made, and the risk is not accepted;
    NotPermitted where its data are of controlled or restricted access, and nobody is named who permitted it.
    """
    from pharmakon.record.actor import actor
    from pharmakon.store.models import load_folder, save_folder

    from .attack_signature import KEPT
    from .study_signature import KIND
    from .train import slug
    from .validate import signature_folder

    folder = load_folder(signature_folder(config.signature))
    if folder.card.get("kind") != KIND:
        raise UsageError(f"{config.signature} is not a signature: pharmakon discover makes one")
    access, terms = access_of(folder.card)
    permission = config.permission.strip()
    if access not in (None, "open") and not permission:
        under = f" ({terms})" if terms else ""
        raise NotPermitted(
            f"{config.signature} was made of data of {access} access{under}: say who permitted handing it on, when, "
            "and where that is written (--permission); its card then says so"
        )
    said = folder.card.get("membership") or {}
    tried, leaks = bool(said.get("attacks")), bool(said.get("leaks"))
    if not config.accept_risk:
        if leaks:
            raise GivesAway(f"{config.signature} gives away whom it was made with. {KEPT}")
        if not tried:
            why = said.get("problem") or "its card has no attack"
            raise GivesAway(
                f"nobody knows whether {config.signature} gives away whom it was made with: {why} "
                "(pharmakon attack tries; --accept-risk hands it on untried)"
            )
    output = config.output or Path(f"{slug(str(folder.card['name']))}-signature")
    if output.resolve() == folder.path.resolve():
        raise UsageError(f"{output} is where the signature lies; choose another place (-o)")
    card = {key: value for key, value in folder.card.items() if key != "files"}
    card["handed on"] = {"risk": "accepted" if config.accept_risk and (leaks or not tried) else "none was shown"}
    if access is not None:
        card["handed on"] |= {"access": access, "permission": permission, "by": actor().plain()}
    made = save_folder(output, card=card, arrays={}, texts={}, copied=folder.contents())
    return ExportResult(made.path, dict(made.card))
