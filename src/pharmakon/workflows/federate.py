"""federate: hospitals that share no rows. A site answers a plan with sums; the coordinator combines the answers.

The files travel by hand, by mail or over Flower (`federate_flower`): what is in them is the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field

from pharmakon.core.config import Config
from pharmakon.core.errors import UsageError
from pharmakon.record.notebook import Shown

if TYPE_CHECKING:
    from .federate_plan import Answer, Plan, State

LEDGER = "federate.ledger.jsonl"
"""Beside the file that a step writes."""
SIGNATURE = "signature"


class AnswerConfig(Config):
    """A hospital's answer to one round."""

    plan: Path = Field(description="TOML file of the plan, the same at every site")
    cohort: Path = Field(description="TOML file of this site's cohort")
    site: str = Field(description="which of the plan's sites this is")
    round: Path | None = Field(None, description="state that the coordinator sent; none in the first round")
    key: Path | None = Field(None, description="masked plans: file of this site's key, made where there is none")
    output: Path = Field(description="file to write: what leaves the site")


class CombineConfig(Config):
    """All answers to one round."""

    plan: Path = Field(description="TOML file of the plan")
    answers: tuple[Path, ...] = Field(min_length=1, description="what the sites sent: one file each")
    round: Path | None = Field(None, description="state that they answered; none in the first round")
    output: Path = Field(description="file to write: the next state, for all sites")


@dataclass(frozen=True, slots=True)
class AnswerResult(Shown):
    """What was written, and of how many patients."""

    answer: Answer
    output: Path
    bytes: int
    sha256: str
    fitted: int
    kept_back: int


@dataclass(frozen=True, slots=True)
class CombineResult(Shown):
    """The next state; `signature` is the folder of the model, once it is fitted."""

    plan: Plan
    state: State
    output: Path
    sha256: str
    signature: Path | None = None
    report: Path | None = None

    def plain(self) -> dict[str, Any]:
        """Everything but the coefficients on their way, for JSON."""
        from .federate_output import plain

        return plain(self.plan, self.state)


def respond(plan: Plan, site: Any, state: State | None, *, secret: bytes | None = None) -> Answer:
    """What a site sends in answer to a state: sums, or at the end its scores."""
    from .federate_score import score_answer
    from .federate_sums import answer

    if state is not None and state.stage == "score" and state.plan == plan.hash:
        return score_answer(plan, site, state)
    return answer(plan, site, state, secret=secret)


def answer(config: AnswerConfig) -> AnswerResult:
    """Write this site's answer. UsageError where the file exists: a round is answered once.

    Raises DataError, RefusedDesign or UnknownName where plan, state and cohort do not fit together.
    """
    import hashlib

    from pharmakon.biomarkers.kept_back import KEPT_BACK
    from pharmakon.core.files import write_atomic
    from pharmakon.privacy.pseudonym import read_key
    from pharmakon.record.ledger import Ledger
    from pharmakon.store.vault import fingerprint

    from .federate_plan import Plan, State, digest, packed, read
    from .federate_site import read_site

    _absent(config.output, "a round is answered once, and two answers give away their difference")
    plan = Plan.from_toml(config.plan)
    state = read(config.round, State) if config.round else None
    site = read_site(config.cohort, plan, config.site)
    secret = None
    if plan.masked and config.key is not None:
        secret = hashlib.sha256(read_key(config.key, output=config.output)).digest()
    sent = respond(plan, site, state, secret=secret)
    text = packed(sent)
    write_atomic(config.output, text)
    ledger = Ledger(config.output.parent / LEDGER)
    ledger.append(
        "answered",
        site=config.site,
        stage=sent.stage,
        plan=plan.hash,
        state=sent.state,
        cohort=fingerprint(config.cohort),
        answer={"path": config.output.name, "sha256": digest(sent)},
    )
    kept = int((site.part == KEPT_BACK).sum())
    return AnswerResult(sent, config.output, len(text.encode()), digest(sent), len(site.part) - kept, kept)


def combine(config: CombineConfig) -> CombineResult:
    """Write the next state; with it the signature once it is fitted, and the report once it is judged."""
    from pharmakon.core.files import write_atomic
    from pharmakon.record.ledger import Ledger

    from .federate_combine import combine as combined
    from .federate_model import save_signature
    from .federate_output import page, render
    from .federate_plan import Answer, Plan, State, digest, packed, read

    _absent(config.output, "the sites answer a state by its hash")
    plan = Plan.from_toml(config.plan)
    before = read(config.round, State) if config.round else None
    state = combined(plan, [read(path, Answer) for path in config.answers], before)
    write_atomic(config.output, packed(state))
    ledger = Ledger(config.output.parent / LEDGER)
    ledger.append(
        "combined",
        stage=state.history[-1].stage,
        plan=plan.hash,
        answers=state.history[-1].answers,
        state={"path": config.output.name, "sha256": digest(state)},
    )
    signature = report = None
    if state.chosen is not None:
        signature = save_signature(config.output.parent / SIGNATURE, plan, state, scores=state.scores)
        ledger.append("signature", path=SIGNATURE, card=_sha(signature / "card.json"))
    if state.stage == "done":
        report = write_atomic(config.output.with_suffix(".html"), render(page(plan, state)))
        ledger.append("report", path=report.name, sha256=_sha(report))
    return CombineResult(plan, state, config.output, digest(state), signature, report)


def _absent(path: Path, why: str) -> None:
    if path.exists():
        raise UsageError(f"{path} exists already ({why}); choose another -o, or move it away")


def _sha(path: Path) -> str:
    from pharmakon.core.files import sha256

    return sha256(path)
