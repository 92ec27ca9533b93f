"""export: a frozen signature alone, out of a run folder that is full of its patients, to be handed on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import Field

from pharmakon.core.access import access_of
from pharmakon.core.config import Config
from pharmakon.core.errors import GivesAway, NotPermitted, RecordError, UsageError
from pharmakon.core.files import sha256
from pharmakon.core.types import Progress, silent
from pharmakon.record.notebook import Shown


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
class ExportResult(Shown):
    """The folder to hand on, and its card."""

    folder: Path
    card: dict[str, Any]


def run(config: ExportConfig, *, progress: Progress = silent) -> ExportResult:
    """Copy a signature, with what attacks on it found in its card; everything else of the run stays.

    Raises RecordError where the card is not the one that the run recorded; GivesAway where an attack told its patients
    from others, or none was made, and the risk is not accepted;
    NotPermitted where its data are of controlled or restricted access, and nobody is named who permitted it.
    """
    from pharmakon.record.actor import actor
    from pharmakon.store.models import load_folder, paths_of, save_folder

    from .attack_signature import KEPT
    from .recorded import recorded
    from .study_signature import KIND
    from .train import slug
    from .validate import signature_folder

    folder = load_folder(signature_folder(config.signature))
    if folder.card.get("kind") != KIND:
        raise UsageError(f"{config.signature} is not a signature: pharmakon discover makes one")
    _as_recorded(folder.path)
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
    with recorded("export", config, [output], inputs=paths_of(folder.path)):
        made = save_folder(output, card=card, arrays={}, texts={}, copied=folder.contents())
    return ExportResult(made.path, dict(made.card))


def _as_recorded(folder: Path) -> None:
    """What a card says of attacks counts only while it is the card that its run recorded, where a ledger did."""
    from pharmakon.record.entry import OUTPUT, parse

    ledger, card = folder.parent / "ledger.jsonl", folder / "card.json"
    if not ledger.is_file():
        return
    name = card.relative_to(folder.parent).as_posix()
    entries = [entry for line in ledger.read_bytes().splitlines() if (entry := parse(line)) is not None]
    hashes = [str(e.data.get("sha256")) for e in entries if e.event == OUTPUT and e.data.get("path") == name]
    if hashes and hashes[-1] != sha256(card):
        raise RecordError(
            f"{card} is not as the run recorded it, so what it says of attacks is not known; "
            f"`pharmakon ledger verify {folder.parent}` says what was changed"
        )
