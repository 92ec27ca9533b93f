"""Where heavy work runs: processes of this machine, or a Ray cluster whose machines would all give the same bytes."""

from __future__ import annotations

import platform
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Protocol, TypeVar

from pydantic import Field

from pharmakon.core.errors import PharmakonError, UsageError
from pharmakon.engine.base import Engine

Workers = Annotated[int | None, Field(ge=1, description="processes; one a core when not given")]
Where = Literal["local", "ray"]
OnEngine = Annotated[
    Where,
    Field(description="where work is done. local: processes of this machine; ray: a Ray cluster"),
]
Address = Annotated[
    str | None,
    Field(
        description="ray: the head of the cluster, as host:6379, or auto for that of this machine; when not given, a "
        "cluster is started here for the run"
    ),
]


class Asked(Protocol):
    """A configuration that says where work is done."""

    @property
    def engine(self) -> Where: ...

    @property
    def address(self) -> str | None: ...


C = TypeVar("C", bound=Asked)


def address_is_of_a_cluster(config: C) -> C:
    """For a model's validator. Raises ValueError for an address without the engine ray."""
    if config.address is not None and config.engine != "ray":
        raise ValueError("an address is that of a Ray cluster: say engine ray, or leave it out")
    return config


@dataclass(frozen=True, slots=True)
class Machines:
    """So many processes of this machine, or of the cluster at an address; None means one a core."""

    workers: int | None = None
    kind: Where = "local"
    address: str | None = None

    def __post_init__(self) -> None:
        if self.address is not None and self.kind != "ray":
            raise UsageError("an address is that of a Ray cluster: say engine ray, or leave it out")

    def engine(
        self,
        *,
        most: int | None = None,
        initializer: Callable[..., object] | None = None,
        initargs: tuple[Any, ...] = (),
    ) -> Engine:
        """The engine; `most` is how many workers have something to do, `initializer(*initargs)` runs once in each.

        On a cluster a machine with other code or libraries is a PharmakonError: it would give other values.
        """
        count = min(self.workers, most) if self.workers is not None and most is not None else self.workers
        if self.kind == "local":
            from pharmakon.engine.local import engine

            return engine(count, initializer=initializer, initargs=initargs)
        from pharmakon.engine.ray import RayEngine

        begin = (_installed(), initializer, *initargs)
        return RayEngine(count, address=self.address, initializer=begin_same, initargs=begin)


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
