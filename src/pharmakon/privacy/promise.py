"""What a differentially private release promises, in the order in which NIST SP 800-226 (2025) asks for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .budget import Account, Price, said

STRONG, WEAK = 1.0, 10.0


@dataclass(frozen=True, slots=True)
class Promise:
    """What holds for this release and for all together."""

    release: Price
    account: Account
    mechanisms: Sequence[str]
    version: str
    """Of OpenDP."""
    people: int
    """Declared number of people."""

    def lines(self) -> list[tuple[str, str]]:
        """(what, answer), to be read by a person."""
        total = self.account.total or Price(0.0)
        spent, left = self.account.spent(), self.account.left
        return [
            (
                "Unit of privacy",
                (
                    "One person, with everything that the table says of them; of several rows of a person the first "
                    "that belongs to the cohort is used."
                ),
            ),
            (
                "Neighbouring relation",
                "Tables that differ by one person who is there or is not (unbounded). Their number is protected too.",
            ),
            ("Epsilon", f"{self.release.epsilon:.6g} for this release. {band(self.release.epsilon)}"),
            ("Delta", self._delta()),
            (
                "Mechanism",
                (
                    f"{' and '.join(dict.fromkeys(self.mechanisms))} noise on whole numbers, by OpenDP {self.version}; "
                    "the cost is that of OpenDP's privacy map. Cells of one histogram or curve are disjoint."
                ),
            ),
            (
                "Total over all releases",
                (
                    f"{said(spent)} of {said(total)} spent in {len(self.account.releases)} "
                    f"release{'s' * (len(self.account.releases) != 1)}, by basic composition; {said(left)} left. "
                    f"{band(spent.epsilon)}"
                ),
            ),
            (
                "Trust model",
                (
                    "Central: whoever runs this sees the data. The released numbers are protected from anybody, "
                    "whatever else they know."
                ),
            ),
            (
                "Floating-point safety",
                (
                    "Noise is drawn exactly, on integers; real values are put on a grid before the sum. No noise is "
                    "added to a floating-point number."
                ),
            ),
            (
                "Side channels",
                (
                    "Not covered: how long the run took, memory, error messages, logs of the machine, and the data "
                    "file itself. Keep these from readers of the release."
                ),
            ),
            (
                "Not protected",
                (
                    "The declared names, categories, bounds, times and number of people; whether a release was made. "
                    "Conclusions that would be the same without the person are no breach. A copy of the data without "
                    "its budget file starts a ledger anew."
                ),
            ),
        ]

    def _delta(self) -> str:
        if not self.release.delta:
            return "0: the promise has no exceptions (pure differential privacy)."
        enough = self.release.delta < 1 / max(1, self.people)
        verdict = "below" if enough else "NOT below"
        return f"{self.release.delta:.3g}, {verdict} 1 in the {self.people:,} people declared."


def band(epsilon: float) -> str:
    """What an epsilon is commonly held to be worth."""
    if epsilon <= STRONG:
        return "Up to 1 counts as strong."
    if epsilon <= WEAK:
        return "Between 1 and 10: only with an attack on the release that fails."
    return "Above 10 the promise says little."
