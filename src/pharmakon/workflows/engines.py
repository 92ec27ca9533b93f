"""Where heavy work runs: processes of this machine, or a Ray cluster whose machines would all give the same bytes."""

from __future__ import annotations

import platform
from collections.abc import Callable
from typing import Any, Literal

from pharmakon.core.errors import PharmakonError
from pharmakon.engine.base import Engine

Kind = Literal["local", "ray"]


def engine_for(
    kind: Kind,
    workers: int | None,
    address: str | None,
    *,
    initializer: Callable[..., object] | None = None,
    initargs: tuple[Any, ...] = (),
) -> Engine:
    """The engine that was asked for; `initializer(*initargs)` runs once in each worker.

    On a cluster a machine with other code or libraries is a PharmakonError: it would give other values.
    """
    if kind == "local":
        from pharmakon.engine.local import engine

        return engine(workers, initializer=initializer, initargs=initargs)
    from pharmakon.engine.ray import RayEngine

    return RayEngine(workers, address=address, initializer=begin_same, initargs=(_installed(), initializer, *initargs))


def begin_same(wanted: dict[str, str], initializer: Callable[..., object] | None, *initargs: Any) -> None:
    """In each worker of a cluster: begin, if what is installed here is what is installed there."""
    have = _installed()
    if differ := [f"{name} {have.get(name)} (not {text})" for name, text in wanted.items() if have.get(name) != text]:
        raise PharmakonError(
            f"the machine {platform.node()} of the cluster has {', '.join(differ)}: it would give other values; "
            "install there what is installed here"
        )
    if initializer is not None:
        initializer(*initargs)


def _installed() -> dict[str, str]:
    """What values depend on: versions, and the code itself."""
    from pharmakon.store.provenance import code_identity
    from pharmakon.store.runs import versions

    return versions() | {"code of pharmakon": code_identity()}
