"""What the tests of the verbs share: a workflow that only listens."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest


@pytest.fixture
def listening(monkeypatch: pytest.MonkeyPatch) -> Callable[[ModuleType, Any], list[Any]]:
    """Replaces a workflow's `run`: the configurations it is asked with go into the list, the result comes back."""

    def listen(workflow: ModuleType, result: Any) -> list[Any]:
        seen: list[Any] = []

        def run(config: Any, *, progress: Callable[..., None]) -> Any:
            seen.append(config)
            progress(1, 1, "done")
            return result

        monkeypatch.setattr(workflow, "run", run)
        return seen

    return listen
