"""A federated study over Flower (extra `flower`): steps and files are those of `federate`, only the post differs.

A node is a hospital: its own configuration (`--node-config`) says where plan, cohort and folder lie and which site it
is, and no message can change that. The coordinator's (`--run-config`) says where its plan and folder lie.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pharmakon.core.errors import DataError, UsageError
from pharmakon.core.files import write_atomic
from pharmakon.core.lazy import require

from .federate import AnswerConfig, CombineConfig, answer, combine
from .federate_plan import Plan

RECORD, FILE = "federate", "file"
WAIT = 600.0
"""Seconds that the coordinator waits for nodes, and for their answers to a round."""


def client_app() -> Any:
    """Flower's ClientApp of a hospital: it takes a state and sends the answer that `federate answer` writes."""
    require("flwr", extra="flower", needed_for="a federated study over Flower")
    from flwr.app import Context, Message
    from flwr.clientapp import ClientApp

    app = ClientApp()

    @app.query()  # type: ignore[untyped-decorator]
    def respond(message: Message, context: Context) -> Message:
        sent = answered(context.node_config, _file(message))
        return Message(content=_record(sent), reply_to=message)

    return app


def server_app() -> Any:
    """Flower's ServerApp of the coordinator: rounds of states and answers, combined as `federate combine` does."""
    require("flwr", extra="flower", needed_for="a federated study over Flower")
    from flwr.app import Context
    from flwr.serverapp import Grid, ServerApp

    app = ServerApp()

    @app.main()  # type: ignore[untyped-decorator]
    def main(grid: Grid, context: Context) -> None:
        coordinate(grid, context.run_config)

    return app


def answered(config: Mapping[str, Any], state: bytes) -> bytes:
    """A hospital's answer to the bytes of a state, none in the first round; both files are kept in its folder.

    `config` has the keys plan, cohort, site and folder, and key for a masked plan.
    """
    folder = Path(_asked(config, "folder"))
    number = len(list(folder.glob("answer-*.json")))
    coming = write_atomic(folder / f"state-{number}.json", state) if state else None
    done = answer(
        AnswerConfig(
            plan=Path(_asked(config, "plan")),
            cohort=Path(_asked(config, "cohort")),
            site=_asked(config, "site"),
            round=coming,
            key=Path(str(config["key"])) if config.get("key") else None,
            output=folder / f"answer-{number}.json",
        )
    )
    return done.output.read_bytes()


def coordinate(grid: Any, config: Mapping[str, Any]) -> Path:
    """All rounds of the plan over a Flower grid; the last state. `config` has the keys plan and folder.

    Raises DataError where a node fails or does not answer: nothing can be summed up without it.
    """
    from flwr.app import Message

    plan, folder = Path(_asked(config, "plan")), Path(_asked(config, "folder"))
    sites = len(Plan.from_toml(plan).sites)
    nodes = _nodes(grid, sites)
    state: Path | None = None
    number = 0
    while True:
        content = state.read_bytes() if state else b""
        messages = [Message(content=_record(content), dst_node_id=node, message_type="query") for node in nodes]
        answers = []
        for i, reply in enumerate(grid.send_and_receive(messages, timeout=WAIT)):
            if reply.has_error():
                raise DataError(f"a node could not answer round {number}: {reply.error.reason}; its own log says more")
            answers.append(write_atomic(folder / f"answers-{number}" / f"{i}.json", _file(reply)))
        if len(answers) < sites:
            raise DataError(f"{len(answers)} of {sites} nodes answered round {number} within {WAIT:.0f} s")
        made = combine(
            CombineConfig(plan=plan, answers=tuple(answers), round=state, output=folder / f"state-{number}.json")
        )
        state, number = made.output, number + 1
        if made.state.stage == "done":
            return made.output


def _nodes(grid: Any, number: int) -> list[int]:
    end = time.monotonic() + WAIT
    while len(found := sorted(grid.get_node_ids())) < number:
        if time.monotonic() > end:
            raise DataError(f"{len(found)} of the plan's {number} sites are connected after {WAIT:.0f} s")
        time.sleep(1)
    if len(found) > number:
        raise DataError(f"{len(found)} nodes are connected, and the plan has {number} sites")
    return found


def _record(content: bytes) -> Any:
    from flwr.app import ConfigRecord, RecordDict

    return RecordDict({RECORD: ConfigRecord({FILE: content})})


def _file(message: Any) -> bytes:
    return bytes(message.content[RECORD][FILE])


def _asked(config: Mapping[str, Any], key: str) -> str:
    if not config.get(key):
        raise UsageError(f"the configuration of this Flower app lacks {key!r}")
    return str(config[key])
