"""Which machines a screen runs on, and that each of them would give the same bytes."""

from __future__ import annotations

import platform

from pharmakon.core.errors import PharmakonError
from pharmakon.engine.base import Engine

from .screen_request import ScreenConfig
from .screen_shard import Asked, load


def engine_of(config: ScreenConfig, asked: Asked) -> Engine:
    """The engine that was asked for; its workers load what they are asked once."""
    if config.engine == "local":
        from pharmakon.engine.local import engine

        return engine(config.workers, initializer=load, initargs=(asked,))
    from pharmakon.engine.ray import RayEngine

    return RayEngine(config.workers, address=config.address, initializer=load_same, initargs=(asked, _installed()))


def load_same(asked: Asked, wanted: dict[str, str]) -> None:
    """In each worker of a cluster: load the models. PharmakonError where this machine has other code or libraries."""
    have = _installed()
    if differ := [f"{name} {have.get(name)} (not {text})" for name, text in wanted.items() if have.get(name) != text]:
        raise PharmakonError(
            f"the machine {platform.node()} of the cluster has {', '.join(differ)}: rows would get other values there; "
            "install there what is installed here"
        )
    load(asked)


def _installed() -> dict[str, str]:
    """What values depend on: versions, and the code itself."""
    from pharmakon.store.provenance import code_identity
    from pharmakon.store.runs import versions

    return versions() | {"code of pharmakon": code_identity()}
