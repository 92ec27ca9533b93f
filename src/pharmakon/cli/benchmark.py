"""`pharmakon benchmark --list` and `pharmakon benchmark tdc --tasks caco2_wang,hia_hou -o DIR`."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Annotated, Any

from cyclopts import Parameter

from pharmakon.core.errors import UsageError
from pharmakon.core.units import show, show_interval
from pharmakon.workflows import benchmark as workflow

from . import render
from .flags import from_config
from .progress import progress


@from_config(positional=("name",), short={"output": "-o"}, commas=("tasks", "models"))
def benchmark(
    config: workflow.BenchmarkConfig,
    *,
    overview: Annotated[bool, Parameter("--list", negative=(), help="describe the benchmarks; run none")] = False,
    as_json: Annotated[bool, Parameter("--json", negative=(), help="print the results as JSON")] = False,
) -> None:
    """Score the learners on public benchmarks, with confidence intervals and published figures beside them.

    Results are written as each task finishes; the same command goes on where it stopped.
    """
    if overview:
        _list()
        return
    if not config.name:
        raise UsageError(f"which benchmark? {', '.join(workflow.BENCHMARKS)} (--list describes them)")
    known = workflow.BENCHMARKS[config.name].tasks() if config.tasks and config.name in workflow.BENCHMARKS else ()
    whole = config.model_copy(update={"tasks": _whole(config.tasks, known)})
    with progress(config.name) as advance:
        result = workflow.run(whole, progress=advance)
    if as_json:
        print(json.dumps(result.record, indent=2, ensure_ascii=False))
        return
    rows = [row for name, task in result.record["tasks"].items() for row in _rows(name, task)]
    render.table(("task", "score", "interval", "n", "published", "seconds"), rows)
    for what, figure in result.record["summary"].items():
        print(f"{what}: {_flat(figure)}")
    if not result.record["comparable"]:
        render.note("this is a slice: fewer molecules, runs or calls than the protocol asks; compare it with nothing")
    print(f"results: {result.path}")


def _whole(parts: Sequence[str], known: Collection[str]) -> tuple[str, ...]:
    """Tasks that were told apart at the commas of their own names, put together again."""
    found, left = list[str](), list(parts)
    while left:
        ways = range(len(left), 0, -1)
        many = next((n for n in ways if ", ".join(part.strip() for part in left[:n]) in known), 1)
        found.append(", ".join(part.strip() for part in left[:many]) if many > 1 else left[0])
        left = left[many:]
    return tuple(found)


def _list() -> None:
    for name in workflow.BENCHMARKS:
        item = workflow.BENCHMARKS[name]
        absent = workflow.missing(item)
        print(f"{name}: {item.what}")
        print(f"  protocol  {item.protocol}")
        there = f"{item.needs} is there" if item.needs else "none is needed"
        print(f"  data      {'missing: ' + absent if absent else there}")
        print(f"  anchors   {item.published}")
        print(f"  tasks     {', '.join(item.tasks()) or 'named by the data files'}")
        print()


def _rows(name: str, task: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """One row per metric of a task."""
    rows: list[tuple[str, ...]] = []
    for metric, score in task["scores"].items():
        anchors = task["anchors"].get(metric, {})
        rows.append(
            (
                name,
                f"{metric} {show(_float(score['value']))}",
                show_interval(_float(score.get("low")), _float(score.get("high"))),
                f"{score['n']:,}",
                ", ".join(f"{who} {value}" for who, value in anchors.items()) or "-",
                f"{task['seconds']:.0f}",
            )
        )
    return rows


def _flat(figure: Any) -> str:
    return ", ".join(f"{who} {value}" for who, value in figure.items()) if isinstance(figure, dict) else str(figure)


def _float(value: float | None) -> float:
    return float("nan") if value is None else value
