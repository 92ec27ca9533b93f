"""Who is to blame for a failure is found, whoever was asked with it."""

import threading

import pytest

from pharmakon.engine.callers import Callers, Failed


class Upper:
    """Answers in capitals; "bad" makes it fail for all that were asked together."""

    def __init__(self):
        self.calls = []
        self.closed = threading.Event()

    def call(self, items):
        self.calls.append(list(items))
        if "bad" in items:
            return dict.fromkeys(range(len(items)), Failed("no", "any"))
        return {i: item.upper() for i, item in enumerate(items)}

    def close(self):
        self.closed.set()


@pytest.mark.parametrize(("workers", "at_once"), [(1, 1), (1, 4), (3, 2), (2, 100)])
def test_each_item_gets_its_own_answer(workers, at_once):
    items = [f"m{i}" for i in range(9)]
    with Callers(Upper, workers=workers, at_once=at_once) as callers:
        for _ in range(2):
            assert dict(callers.ask(items)) == {i: item.upper() for i, item in enumerate(items)}
        assert dict(callers.ask([])) == {}


def test_only_the_guilty_one_fails():
    with Callers(Upper, at_once=4) as callers:
        found = dict(callers.ask(["a", "b", "bad", "c", "d"]))
    assert found == {0: "A", 1: "B", 2: Failed("no", "any"), 3: "C", 4: "D"}


def test_what_does_not_work_at_all_is_not_asked_again():
    class Dead(Upper):
        def call(self, items):
            self.calls.append(list(items))
            return dict.fromkeys(range(len(items)), Failed("dead", "none"))

    dead = Dead()
    with Callers(lambda: dead, at_once=3) as callers:
        assert [found for _, found in callers.ask(["a", "b", "c"])] == [Failed("dead", "none")] * 3
    assert dead.calls == [["a", "b", "c"]]


def test_a_caller_that_raises_is_told_and_not_waited_for():
    class Wrong(Upper):
        def call(self, items):
            raise KeyError("oh")

    with Callers(Wrong) as callers:
        assert dict(callers.ask(["a"])) == {0: Failed("KeyError: 'oh'", "none")}


def test_what_is_not_read_is_not_asked_and_closing_frees_one_that_waits():
    started = threading.Event()

    class Waits(Upper):
        def call(self, items):
            self.calls.append(list(items))
            started.set()
            self.closed.wait()
            return dict.fromkeys(range(len(items)), Failed("closed", "none"))

    waits = Waits()
    callers = Callers(lambda: waits)
    asking = threading.Thread(target=lambda: next(callers.ask(["a", "b", "c"])))
    asking.start()
    assert started.wait(60)
    callers.close()
    asking.join(60)
    assert not asking.is_alive()
    assert waits.calls == [["a"]]
