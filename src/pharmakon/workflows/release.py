"""release: statistics of a cohort with differential privacy, paid from a budget that is kept beside the data."""

from __future__ import annotations

import math
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field

from pharmakon.core.config import Config
from pharmakon.core.errors import ConfigError, PharmakonError
from pharmakon.core.types import Progress, silent
from pharmakon.record.notebook import Shown

from .release_account import Paid, budget_of, history
from .release_plan import Expected, Line, expect
from .release_request import Request
from .train import slug

if TYPE_CHECKING:
    from pharmakon.biomarkers.declaration import Declaration
    from pharmakon.privacy.budget import Account, Price
    from pharmakon.privacy.promise import Promise


class ReleaseConfig(Config):
    """Which cohort, and what is to be released of it."""

    cohort: Path = Field(description="TOML file of the cohort")
    config: Path = Field(description="TOML file of the release: statistics, their prices and the budget")
    output: Path | None = Field(None, description="folder to write; release-NAME when not given")
    plan: bool = Field(False, description="show the price and the accuracy to expect, and spend nothing")
    overwrite: bool = Field(False, description="replace an earlier run in the folder; what it spent stays spent")


@dataclass(frozen=True, slots=True)
class ReleaseResult(Shown):
    """The plan, and what was released by it; `folder` is None where only the plan was asked for."""

    request: Request
    expected: list[Expected]
    total: Price
    account: Account
    """After the release, or as it stands where there was none."""
    promise: Promise
    budget: Path
    before: list[Paid]
    """What was paid from the budget before, the first release first."""
    folder: Path | None = None
    lines: list[Line] = field(default_factory=list)
    mechanisms: dict[str, tuple[str, float, float]] = field(default_factory=dict)
    """Statistic: mechanism, scale of the noise, epsilon by OpenDP's map."""
    head: str = ""

    @property
    def affordable(self) -> bool:
        """Whether the budget allows it, where only the plan was asked for."""
        from pharmakon.privacy.budget import Price, exceeds

        spent, total = self.account.spent(), self.account.total
        whole = Price(spent.epsilon + self.total.epsilon, spent.delta + self.total.delta)
        return total is not None and not exceeds(whole, total)

    def plain(self) -> dict[str, Any]:
        """Everything, for JSON."""
        from .release_output import plain

        return plain(self)


def run(config: ReleaseConfig, *, progress: Progress = silent) -> ReleaseResult:
    """Plan the release; unless only the plan is asked for, pay, draw, and write the report.

    Of the data the plan looks at the fingerprint alone. Raises BudgetSpent where the budget does not allow it,
    ConfigError for a request that makes no sense or another budget than the one kept, MissingExtra without OpenDP.
    """
    from pharmakon.biomarkers.declaration import Declaration
    from pharmakon.privacy.budget import Price
    from pharmakon.privacy.promise import Promise
    from pharmakon.privacy.release import prelude

    prelude()
    request = Request.from_toml(config.config)
    declaration = Declaration.from_toml(config.cohort)
    for statistic in request.statistics:
        if statistic.kind == "survival" and declaration.outcome.kind != "survival":
            raise ConfigError(
                f"{statistic.name!r} is a survival curve; the cohort's outcome is {declaration.outcome.kind}"
            )
    data = config.cohort.parent / declaration.clinical.file
    data = data.resolve() if data.is_symlink() else data  # a link is no second budget
    expected = [expect(statistic, request.people) for statistic in request.statistics]
    total = Price(math.fsum(e.price.epsilon for e in expected), math.fsum(e.price.delta for e in expected))
    ledger_path, before = budget_of(data), history(data)
    mechanisms = [f"discrete {'Gaussian' if e.price.delta else 'Laplace'}" for e in expected]

    def result(account: Account, **more: Any) -> ReleaseResult:
        promise = Promise(total, account, mechanisms, _version(), request.people)
        return ReleaseResult(request, expected, total, account, promise, ledger_path, before, **more)

    if config.plan:
        from .release_account import held

        return result(held(ledger_path, request))
    return _released(config, request, declaration, data, result=result, progress=progress)


def _released(
    config: ReleaseConfig, request: Request, declaration: Declaration, data: Path, *, result: Any, progress: Progress
) -> ReleaseResult:
    from pharmakon.record.ledger import Ledger
    from pharmakon.store.runs import RUN, RunFolder

    from .release_account import afford, held, pay
    from .release_output import LEDGER, write
    from .release_statistics import draw, people

    progress(0, 0, "reading")
    budget = budget_of(data)
    afford(budget, request, result(held(budget, request)).total)  # so that a refusal leaves no folder
    cohort = people(declaration, data, request)  # what a header or a request has wrong is told before anything is spent
    folder = RunFolder.create(
        config.output or Path(f"release-{slug(declaration.name)}"),
        verb="release",
        config=config,
        inputs=[config.cohort, config.config],
        overwrite=config.overwrite,
    )
    ledger = Ledger(folder.path / LEDGER)
    ledger.output(folder.path / RUN)
    try:
        account, entry = pay(data, request, result)
    except PharmakonError:
        shutil.rmtree(folder.path)
        raise
    ledger.append("paid", budget=result(account).budget.name, entry=entry)
    lines, mechanisms = [], {}
    for done, one in enumerate(result(account).expected):
        progress(done, len(request.statistics), one.statistic.name)
        drawn, how = draw(one, cohort)
        lines += drawn
        mechanisms[one.statistic.name] = how
    return write(result(account, folder=folder.path, lines=lines, mechanisms=mechanisms), config, ledger)


def _version() -> str:
    from importlib.metadata import version

    return version("opendp")
