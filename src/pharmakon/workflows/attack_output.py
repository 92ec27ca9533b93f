"""What an attack leaves behind: result.json, report.html and the ledger; and what is said of it in one sentence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from pharmakon.core.files import write_atomic
from pharmakon.learn.interval import Interval
from pharmakon.privacy.attack import ALARMS, LEAKS_AUC, LEAKS_CAUGHT, Attack, curve
from pharmakon.record.crate import close
from pharmakon.record.ledger import Ledger
from pharmakon.record.plot import Curve, Plot
from pharmakon.record.statement import Grid, Part, Picture, StatementPage, render
from pharmakon.store.plain import document

if TYPE_CHECKING:
    from .attack import AttackConfig, AttackResult

RESULT, REPORT, LEDGER = "result.json", "report.html", "ledger.jsonl"
COLUMNS = ("attack", "AUC", "95 % interval", "caught at 1 %", "caught at 0.1 %", "members", "others", "verdict")
CAUTION = (
    "An attack that fails is no proof: a better one may come, and somebody who has the records of most patients knows "
    "more than this one. It says nothing of what a model tells about people who are not in it."
)
CSS = ("main", "other", "third")


def write(result: AttackResult, config: AttackConfig, ledger: Ledger) -> AttackResult:
    """Write every file, record it, close the ledger; the result with the ledger's head."""
    folder = result.folder
    write_atomic(folder / RESULT, document(plain(result)))
    ledger.output(folder / RESULT)
    head = ledger.append("attacked", leaks=result.leaks, attacks=[attack.plain() for attack in result.attacks])
    result = replace(result, head=head.hash)
    write_atomic(folder / REPORT, render(_page(result, config)))
    ledger.output(folder / REPORT)
    return replace(result, head=close(ledger).hash)


def plain(result: AttackResult) -> dict[str, Any]:
    """The result as plain data."""
    return {
        "name": result.name,
        "what": result.what,
        "leaks": result.leaks,
        "limits": {"auc": LEAKS_AUC, "caught at 1 %": LEAKS_CAUGHT},
        "attacks": [attack.plain() for attack in result.attacks],
        "notes": result.notes,
    }


def rows(attacks: Sequence[Attack]) -> list[tuple[str, ...]]:
    """One row an attack, in the order of COLUMNS."""
    return [
        (
            attack.name,
            f"{attack.auc.value:.3f}",
            _interval(attack.auc),
            *(_share(one.share, one.problem) for one in attack.caught),
            f"{attack.members:,}",
            f"{attack.others:,}",
            "LEAKS" if attack.leaks else "not shown to leak",
        )
        for attack in attacks
    ]


def verdict(attacks: Sequence[Attack]) -> str:
    """What the attacks say, in a sentence."""
    worst = max(attacks, key=lambda attack: attack.auc.value)
    said = f"AUC {worst.auc.value:.3f} ({_interval(worst.auc)}) by the {worst.name} attack"
    at_one = worst.caught[0].share
    if np.isfinite(at_one.value):
        said += f", {_share(at_one, '')} of the members caught at 1 % of false alarms"
    if any(attack.leaks for attack in attacks):
        return f"It gives away whom it was made with: {said}."
    return f"It was not shown to give away whom it was made with: {said}."


def _interval(found: Interval) -> str:
    if not np.isfinite(found.low):
        return "no interval"
    return f"{found.low:.3f} to {found.high:.3f}"


def _share(found: Interval, problem: str) -> str:
    if problem:
        return "cannot tell"
    return f"{found.value:.2%} ({found.low:.2%} to {found.high:.2%})"


def _page(result: AttackResult, config: AttackConfig) -> StatementPage:
    from pharmakon import __version__

    strongest = result.attacks[0]
    problems = dict.fromkeys(one.problem for attack in result.attacks for one in attack.caught if one.problem)
    figures = [(f"{strongest.auc.value:.3f}", "AUC of the strongest attack")]
    if not strongest.caught[0].problem:
        figures.append((f"{strongest.caught[0].share.value:.1%}", "members caught at 1 %"))
    figures += [(f"{strongest.models:,}", "model attacked" if strongest.models == 1 else "models attacked")]
    facts = {"pharmakon": __version__, "Seed": str(config.seed)}
    if result.head:
        facts["Ledger's entry before this page"] = result.head
    return StatementPage(
        "attack",
        f"Membership in {result.name}",
        [verdict(result.attacks), result.what, *result.notes],
        figures,
        [
            Part(
                "attacks",
                "Attacks",
                [f"{problem[:1].upper()}{problem[1:]}." for problem in problems],
                [Grid(COLUMNS, rows(result.attacks), COLUMNS[1:7])],
                list(_pictures(result)),
                _terms(),
                ("poor", "leaks") if result.leaks else ("good", "not shown to leak"),
            )
        ],
        CAUTION,
        facts,
        document(config.model_dump(mode="json", exclude={"output", "overwrite"})),
    )


def _pictures(result: AttackResult) -> Iterator[Picture]:
    curves = [
        Curve(curve(*result.scores[attack.name]), attack.name, css=css)
        for attack, css in zip(result.attacks, CSS, strict=False)
    ]
    curves.append(Curve([(0.0, 0.0), (1.0, 1.0)], "a guess", css="chance"))
    drawn = Plot(
        curves,
        ("share of others named", "share of members named"),
        "How many members an attacker names for how many false alarms",
        (0.0, 1.0),
        (0.0, 1.0),
        square=True,
    )
    yield Picture("Members against others", "The nearer to the diagonal, the less is given away.", drawn)


def _terms() -> list[tuple[str, str]]:
    ratio = (
        "What models say of a record that they have seen and that they have not, from shadow models of the same recipe "
        "(LiRA, Carlini et al. 2022). The strongest attack known that needs only answers."
    )
    caught = (
        "Share of members who are named where 1 % of others are named too. A guess catches 1 %. Equal scores are told "
        f"apart by a coin. It cannot be told where others are too few for {ALARMS} false alarms."
    )
    leaks = (
        f"Said where the lower end of the AUC is above {LEAKS_AUC}, or that of the catches at 1 % above "
        f"{LEAKS_CAUGHT:.0%}. Intervals count a person once, however many models were attacked."
    )
    loss = "Whoever the model answers well for is taken for a member. It needs nothing but the true outcome."
    return [("Loss attack", loss), ("Likelihood ratio", ratio), ("Caught at 1 %", caught), ("Leaks", leaks)]
