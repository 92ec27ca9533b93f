"""The one error tree. Each message says what happened, where, and what to do.

PharmakonError
├── UsageError           the request cannot be understood        (exit code 2)
│   ├── ConfigError      a TOML file or an option is wrong
│   ├── UnknownName      no such column, model, property, benchmark
│   ├── MissingExtra     an optional dependency is not installed
│   ├── MissingLibrary   the operating system lacks a shared library
│   └── RefusedGoal      the objective asks for harm
├── DataError            a file cannot be read at all            (exit code 1)
│   ├── RefusedDesign    a cohort cannot support what is asked of it
│   └── TooLarge         a file is larger than the server takes
├── ModelError           a model folder is damaged or does not fit
├── ScorerError          a scorer failed on a molecule
├── RecordError          a ledger or run folder is damaged
├── BudgetSpent          a release would pass the privacy budget
├── GivesAway            a model would tell whom it was made with
├── NotPermitted         data of controlled access would leave without a permission
├── Denied               the caller's role does not allow this
├── TooMany              a limit of the server is reached; later it may not be
├── Unavailable          the database does not answer now
└── Cancelled            the user stopped the run; it can be resumed

A *row* that cannot be read is data, not an error: it travels on with a `problem`.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

FEWEST = 3
"""Letters that a part of a name must have to suggest the whole."""
MOST = 20
"""Names that a message lists."""


class PharmakonError(Exception):
    """Anything this package raises on purpose."""

    exit_code = 1


class UsageError(PharmakonError):
    """The request cannot be understood; nothing was done."""

    exit_code = 2


class ConfigError(UsageError):
    """A configuration file or option has a wrong key or value."""


class UnknownName(UsageError):
    """A name is not among the known ones; carries suggestions, and a `hint` at what else can be done.

    Where `known` is empty, what there is stays unsaid: it may be nothing, or not for everybody to read.
    """

    def __init__(self, kind: str, name: str, known: Iterable[str], *, where: str = "", hint: str = "") -> None:
        self.kind, self.name, self.known, self.where = kind, name, tuple(known), where
        place = f" in {where}" if where else ""
        # Of many, the first few would pass for all: the hint says where they stand.
        advice = did_you_mean(name, self.known) if hint and len(self.known) > MOST else _advice(name, self.known)
        said = "; ".join(filter(None, [f"no {kind} named {name!r}{place}", advice]))
        if hint:
            said += f" {hint[:1].upper()}{hint[1:]}" if said.endswith("?") else f"; {hint}"
        super().__init__(said)


class MissingExtra(UsageError):
    """An optional dependency is needed; the message is its install line."""

    def __init__(self, package: str, extra: str, *, needed_for: str) -> None:
        self.package, self.extra = package, extra
        super().__init__(f'{needed_for} needs {package}. Install it: pip install "pharmakon[{extra}]"')


class MissingLibrary(UsageError):
    """A shared library is not on this machine; the message is what a minimal system installs."""

    def __init__(self, cause: ImportError, *, needed_for: str, packages: str) -> None:
        super().__init__(f"{needed_for} needs {cause}. Install it: {packages}")


class RefusedGoal(UsageError):
    """The objective rewards harm: a hazard may only be a penalty or a constraint."""


class DataError(PharmakonError):
    """A file cannot be read at all, or holds nothing usable."""


class RefusedDesign(DataError):
    """A cohort cannot support what is asked of it, however it is analysed."""


class TooLarge(DataError):
    """A file is larger than the server takes."""


class ModelError(PharmakonError):
    """A model folder is missing, altered, or made for something else."""


class ScorerError(PharmakonError):
    """A scorer failed; the message names the scorer and the molecule."""

    def __init__(self, scorer: str, molecule: str, cause: object) -> None:
        self.scorer, self.molecule, self.cause = scorer, molecule, cause
        super().__init__(f"scorer {scorer!r} failed on {molecule!r}: {cause}")


class RecordError(PharmakonError):
    """A ledger or a run folder is not what it should be."""


class BudgetSpent(PharmakonError):
    """A release would cost more privacy than is left for its data; nothing was released."""


class GivesAway(PharmakonError):
    """A model tells whom it was made with, and was not handed on."""


class NotPermitted(PharmakonError):
    """What was made of data of controlled or restricted access was to leave without a permission."""


class Denied(PharmakonError):
    """The caller is not known, or no role of the caller's allows this; nothing was done."""


class TooMany(PharmakonError):
    """A limit of the server is reached; `wait` seconds from now it may not be."""

    def __init__(self, message: str, *, wait: float = 60.0) -> None:
        self.wait = wait
        super().__init__(message)


class Unavailable(PharmakonError):
    """The database does not answer now; it may a moment later."""


class Cancelled(PharmakonError):
    """The user stopped the run; what was finished is kept and the run can be resumed."""

    exit_code = 130


def did_you_mean(name: str, known: Iterable[str], *, alike: float = 0.6) -> str:
    """'did you mean 'smiles'?' or an empty string: the name most alike, else the shortest one that has it in it."""
    folded = {k.casefold(): k for k in known}
    asked = name.casefold()
    close = difflib.get_close_matches(asked, list(folded), n=1, cutoff=alike)
    if not close and len(asked) >= FEWEST:
        inside = [k for k in folded if asked in k or (len(k) >= FEWEST and k in asked)]
        close = sorted(inside, key=lambda k: (not k.startswith(asked), asked not in k, len(k)))[:1]
    return f"did you mean {folded[close[0]]!r}?" if close else ""


def _advice(name: str, known: tuple[str, ...]) -> str:
    guess = did_you_mean(name, known)
    if guess:
        return guess
    shown = ", ".join(known[:MOST]) + (", ..." if len(known) > MOST else "")
    return f"known: {shown}" if known else ""
