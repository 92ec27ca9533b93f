"""Functions travel to workers by name, so these tests use ones that any process can import."""

import functools
import itertools
import math
import operator
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from pharmakon.core.errors import Cancelled, DataError, PharmakonError, UnknownName, UsageError
from pharmakon.engine.local import THREADS, LocalEngine, SerialEngine, cores, engine
from pharmakon.store.tables import open_table

BOTH = pytest.mark.parametrize("make", [SerialEngine, functools.partial(LocalEngine, 2)], ids=["serial", "pool"])


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_cores_are_those_this_process_may_use():
    assert 1 <= cores() <= len(os.sched_getaffinity(0))


def test_the_factory():
    assert isinstance(engine(1), SerialEngine)
    assert isinstance(engine(3), LocalEngine)
    assert engine(3).workers == 3
    assert engine().workers == cores()


@BOTH
def test_results_come_in_order_with_progress(make):
    seen = []
    with make() as pool:
        results = pool.map(math.sqrt, range(30), total=30, label="roots", progress=lambda *args: seen.append(args))
        assert list(results) == [math.sqrt(n) for n in range(30)]
        assert seen == [(n, 30, "roots") for n in range(1, 31)]
        assert list(pool.map(operator.neg, [1, 2])) == [-1, -2]
        assert list(pool.map(operator.neg, [])) == []


@BOTH
def test_an_endless_input_is_taken_only_a_little_ahead(make):
    taken = itertools.count()
    with make() as pool:
        results = pool.map(operator.neg, taken)
        assert [next(results) for _ in range(10)] == [-n for n in range(10)]
        results.close()
    assert next(taken) <= 10 + 2 * pool.workers


@BOTH
def test_a_failing_item_is_named(make):
    with make() as pool:
        results = pool.map(math.sqrt, [4, 9, -1, 16], label="roots")
        assert [next(results), next(results)] == [2, 3]
        with pytest.raises(PharmakonError, match=r"^item 2 of roots failed: ValueError: ") as caught:
            next(results)
        assert isinstance(caught.value.__cause__, ValueError)
        assert list(pool.map(math.sqrt, [25])) == [5]


@BOTH
def test_our_errors_arrive_whole(make, tmp_path):
    (tmp_path / "x.csv").write_text("smiles\n")
    with make() as pool:
        with pytest.raises(UsageError, match="there is no file"):
            list(pool.map(open_table, [tmp_path / "nothing.csv"]))
        with pytest.raises(UnknownName, match="did you mean 'smiles'") as caught:
            list(pool.map(functools.partial(open_table, smiles="smile"), [tmp_path / "x.csv"]))
        assert caught.value.known == ("smiles",)
        assert "while working on item 0" in caught.value.__notes__


@BOTH
def test_an_error_in_the_input_passes_through(make):
    def items():
        yield 1
        raise DataError("row 2 is gone")

    with make() as pool, pytest.raises(DataError, match="row 2 is gone"):
        list(pool.map(operator.neg, items()))


@BOTH
def test_the_initializer_runs_before_the_work(make):
    usual = sys.getrecursionlimit()
    try:
        with make(initializer=sys.setrecursionlimit, initargs=(usual + 123,)) as pool:
            assert set(pool.map(operator.methodcaller("__call__"), [sys.getrecursionlimit] * 8)) == {usual + 123}
    finally:
        sys.setrecursionlimit(usual)


@BOTH
def test_a_failing_initializer_is_reported_as_itself(make, tmp_path):
    with make(initializer=open_table, initargs=(tmp_path / "nothing.csv",)) as pool:
        for _ in range(2):
            with pytest.raises(UsageError, match="there is no file"):
                list(pool.map(operator.neg, [1]))


@BOTH
def test_work_has_one_thread_and_the_caller_gets_his_back(make, monkeypatch):
    from threadpoolctl import threadpool_info

    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    before = [library["num_threads"] for library in threadpool_info()]
    with make() as pool:
        assert list(pool.map(os.getenv, THREADS)) == ["1"] * len(THREADS)
        (found,) = pool.map(operator.methodcaller("__call__"), [threadpool_info])
        assert {library["num_threads"] for library in found} <= {1}
    assert [library["num_threads"] for library in threadpool_info()] == before
    assert os.environ["OMP_NUM_THREADS"] == "7"
    assert "OPENBLAS_NUM_THREADS" not in os.environ


@BOTH
def test_matrix_products_have_the_same_bytes(make):
    a = np.random.default_rng(0).normal(size=(300, 300))
    with SerialEngine() as serial:
        (expected,) = serial.map(functools.partial(np.dot, a), [a])
    with make() as pool:
        (found,) = pool.map(functools.partial(np.dot, a), [a])
    assert found.tobytes() == expected.tobytes()


def test_a_dying_worker_is_an_error_and_the_engine_lives_on():
    with LocalEngine(2) as pool:
        with pytest.raises(PharmakonError, match=r"a worker process died at item 0 of tests; .*memory"):
            list(pool.map(os._exit, [1, 1, 1], label="tests"))
        assert list(pool.map(operator.neg, [1])) == [-1]


UNGUARDED = """
import math
from pharmakon.engine.local import LocalEngine
{guard}
    with LocalEngine(1) as pool:
        print(list(pool.map(math.sqrt, [4, 9])))
"""


@pytest.mark.parametrize(("guard", "code"), [("if True:", 1), ("if __name__ == '__main__':", 0)])
def test_a_script_that_every_worker_would_run_is_told_so(tmp_path, guard, code):
    (tmp_path / "mine.py").write_text(UNGUARDED.format(guard=guard))
    command = [sys.executable, tmp_path / "mine.py"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == code
    last = done.stderr.strip().rpartition("\n")[2]
    assert ("UsageError: mine.py needs the line if __name__ == '__main__':" in last) == bool(code)
    assert done.stderr.count("Traceback") <= 2  # one of the worker, one of the script


def once_gone(path):
    """Its worker is killed by the first who calls."""
    if path.exists():
        path.unlink()
        os.kill(os.getpid(), signal.SIGKILL)
    return os.getpid()


def test_an_item_whose_worker_was_killed_is_begun_again_and_the_others_go_on(tmp_path):
    paths = [tmp_path / name for name in "abcd"]
    paths[0].touch()
    with LocalEngine(2) as pool:
        before = set(pool.map(operator.methodcaller("__call__"), [os.getpid] * 8))
        after = list(pool.map(once_gone, paths))
    assert not paths[0].exists()
    assert len(after) == 4
    assert len(set(after) - before) <= 1


def test_interrupting_the_consumer_ends_the_workers_and_is_cancelled():
    with pytest.raises(Cancelled) as caught, LocalEngine(2) as pool:  # noqa: PT012
        pids = set(pool.map(operator.methodcaller("__call__"), [os.getpid] * 8))
        started = time.monotonic()
        next(iter(pool.map(time.sleep, [0, 600, 600])))
        raise KeyboardInterrupt
    assert caught.value.exit_code == 130
    assert time.monotonic() - started < 30
    assert not any(map(alive, pids))


def test_an_interrupted_serial_engine_is_cancelled():
    def interrupt(_):
        raise KeyboardInterrupt

    with SerialEngine() as serial, pytest.raises(Cancelled, match="what was finished is kept"):
        list(serial.map(interrupt, [1]))


SCRIPT = """
import functools, os, signal, sys, time
from pharmakon.core.errors import Cancelled
from pharmakon.engine.local import LocalEngine

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored, if the tests run in a shell's background
    with LocalEngine(2) as pool:
        print(*set(pool.map(os.path.basename, ["x"] * 4)), flush=True)
        print(*[pid for process in pool._processes for pid in process._executor._processes], flush=True)
        try:
            list(pool.map(time.sleep, [600] * 4))
        except Cancelled:
            print("cancelled", flush=True)
            sys.exit(130)
"""


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -9)])
def test_no_worker_outlives_its_parent(tmp_path, number, code):
    (tmp_path / "script.py").write_text(SCRIPT)
    command = [sys.executable, tmp_path / "script.py"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        assert process.stdout.readline() == "x\n"
        pids = [int(pid) for pid in process.stdout.readline().split()]
        assert len(pids) == 2
        assert all(map(alive, pids))
        time.sleep(0.3)
        if number == signal.SIGINT:
            os.killpg(process.pid, number)  # what a terminal does: the workers get it too
        else:
            process.send_signal(number)
        rest = process.stdout.read()
        assert process.wait(20) == code
    assert ("cancelled" in rest) == (number == signal.SIGINT)
    deadline = time.monotonic() + 10
    while any(map(alive, pids)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(alive, pids))
