"""Counters of a server, and the text in which Prometheus reads them (exposition format 0.0.4)."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping

BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds at which the histogram of latencies is cut."""
KIND = "text/plain; version=0.0.4; charset=utf-8"

Labels = tuple[tuple[str, str], ...]


class Requests:
    """How many requests were answered, how, and how fast; by route, never by address or caller."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: defaultdict[Labels, int] = defaultdict(int)
        self._cut: defaultdict[str, list[int]] = defaultdict(lambda: [0] * (len(BOUNDS) + 1))
        self._sums: defaultdict[str, float] = defaultdict(float)
        self.open = 0

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one."""
        place = next((i for i, bound in enumerate(BOUNDS) if seconds <= bound), len(BOUNDS))
        with self._lock:
            self._counts[("method", method), ("route", route), ("status", str(status))] += 1
            self._cut[route][place] += 1
            self._sums[route] += seconds

    def lines(self) -> Iterator[str]:
        """Everything that was counted."""
        with self._lock:
            counts, cut, sums = dict(self._counts), {k: list(v) for k, v in self._cut.items()}, dict(self._sums)
        yield from family("pharmakon_requests_total", "counter", "Requests answered.", counts)
        yield from family("pharmakon_requests_open", "gauge", "Requests being answered.", {(): self.open})
        name = "pharmakon_request_seconds"
        yield from (f"# HELP {name} Time to the end of an answer.", f"# TYPE {name} histogram")
        for route, numbers in sorted(cut.items()):
            total = 0
            for bound, number in zip((*map(repr, BOUNDS), "+Inf"), numbers, strict=True):
                total += number
                yield f"{name}_bucket{_text((('route', route), ('le', bound)))} {total}"
            yield f"{name}_sum{_text((('route', route),))} {sums[route]:.6f}"
            yield f"{name}_count{_text((('route', route),))} {total}"


def family(name: str, kind: str, help: str, values: Mapping[Labels, float]) -> Iterator[str]:
    """The lines of one metric."""
    yield f"# HELP {name} {help}"
    yield f"# TYPE {name} {kind}"
    for labels, value in sorted(values.items()):
        yield f"{name}{_text(labels)} {value}"


def _text(labels: Labels) -> str:
    if not labels:
        return ""
    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in labels) + "}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
