"""Counters in the words of Prometheus."""

from __future__ import annotations

import re

from pharmakon.web.metrics import BOUNDS, Requests, family

LINE = re.compile(r'(# (HELP|TYPE) \w+ .+|\w+(\{(\w+="(\\.|[^"\\\n])*",?)+\})? [-+0-9.eE]+)')


def test_requests_are_counted_by_route_and_cut_by_time():
    requests = Requests()
    for seconds in (0.001, 0.02, 0.3, 99.0):
        requests.answered("GET", "/jobs", 200, seconds)
    lines = list(requests.lines())
    assert all(LINE.fullmatch(line) for line in lines), [line for line in lines if not LINE.fullmatch(line)]
    assert 'pharmakon_requests_total{method="GET",route="/jobs",status="200"} 4' in lines
    buckets = [int(line.rsplit(" ", 1)[1]) for line in lines if "_bucket" in line]
    assert len(buckets) == len(BOUNDS) + 1 and buckets == sorted(buckets) and buckets[0] == 1 and buckets[-1] == 4
    assert 'pharmakon_request_seconds_count{route="/jobs"} 4' in lines


def test_labels_are_escaped():
    (*_, line) = family("x", "gauge", "Y.", {(("a", 'b"\\\n'),): 1})
    assert line == 'x{a="b\\"\\\\\\n"} 1'
