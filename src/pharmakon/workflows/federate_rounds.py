"""A federated study whose hospitals are all in this process: a simulation, or one hospital on its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pharmakon.core.types import Progress, silent

from .federate_combine import combine
from .federate_plan import Answer, Plan, State, packed
from .federate_site import Site
from .federate_sums import answer


@dataclass(slots=True)
class Traffic:
    """Bytes that each hospital sent and was sent, as files, and the rounds it took."""

    sent: dict[str, int] = field(default_factory=dict)
    received: dict[str, int] = field(default_factory=dict)
    rounds: int = 0

    def count(self, state: State | None, answers: list[Answer]) -> None:
        """Add a round."""
        self.rounds += 1
        down = len(packed(state).encode()) if state else 0
        for one in answers:
            self.sent[one.site] = self.sent.get(one.site, 0) + len(packed(one).encode())
            self.received[one.site] = self.received.get(one.site, 0) + down


def fit_rounds(
    plan: Plan,
    sites: Mapping[str, Site],
    *,
    secrets: Mapping[str, bytes] | None = None,
    traffic: Traffic | None = None,
    progress: Progress = silent,
) -> State:
    """The state in which the model is fitted and waits to be judged."""
    keys = secrets or {}
    state: State | None = None
    while state is None or state.stage != "score":
        progress(state.round if state else 0, plan.rounds + 2, state.stage if state else "meet")
        answers = [answer(plan, sites[name], state, secret=keys.get(name)) for name in plan.sites]
        if traffic is not None:
            traffic.count(state, answers)
        state = combine(plan, answers, state)
    return state


def alone(plan: Plan, site: Site) -> State:
    """The same study with this hospital's patients only, who are split as in the common one."""
    own = plan.model_copy(update={"sites": (site.name,), "masked": False})
    return fit_rounds(own, {site.name: site})
