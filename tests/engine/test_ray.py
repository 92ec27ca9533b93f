"""A Ray cluster of two machines, here two raylets: what dies is replaced, and the parts are those of one process."""

from __future__ import annotations

import importlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pharmakon.core.errors import DataError, MissingExtra, PharmakonError, UsageError
from pharmakon.engine import ray as module
from pharmakon.engine.ray import RayEngine
from pharmakon.engine.shards import MANIFEST, run_shards

cluster_utils = pytest.importorskip("ray.cluster_utils", reason="Ray is not installed (extra `ray`)")
SCRIPT = Path(__file__).with_name("two_networks.py")
SIZE = {"num_cpus": 1, "object_store_memory": 80 << 20, "include_dashboard": False}
BATCHES = [(index, [index, index + 0.5]) for index in range(12)]
EXPECTED = [f"{index}\n{index + 0.5}\n".encode() for index, _ in BATCHES]


def begun():
    """A cluster of two, or none where this machine is too busy to start one."""
    for _ in range(module.STARTS):
        try:
            cluster = cluster_utils.Cluster(initialize_head=True, head_node_args=SIZE)
            return cluster, cluster.add_node(**SIZE)
        except Exception as error:  # noqa: BLE001
            said = error
    return pytest.skip(f"Ray could not be started here: {said}")


@pytest.fixture(scope="module")
def cluster():
    cluster, second = begun()
    cluster.second = second
    yield cluster
    cluster.shutdown()


def lines(payload):
    return "".join(f"{value}\n" for value in payload)


def read(parts):
    return [part.read_bytes() for part in parts]


def slow(marker):
    """A function by value, as a worker cannot import this module; at item 5 it ends its process, the first time."""

    def function(payload):
        import os
        import signal
        import time

        time.sleep(0.05)
        if payload[0] == 5 and marker is not None:
            try:
                os.close(os.open(marker, os.O_CREAT | os.O_EXCL))
            except FileExistsError:
                pass
            else:
                os.kill(os.getpid(), signal.SIGKILL)
        return "".join(f"{value}\n" for value in payload)

    return function


def test_relative_paths_lead_to_the_same_files(cluster, tmp_path, monkeypatch):
    """Its nodes were started somewhere else."""
    (tmp_path / "a.csv").write_text("here")
    monkeypatch.chdir(tmp_path)
    with RayEngine(address=cluster.address) as engine:
        assert list(engine.map(lambda name: open(name).read(), ["a.csv"])) == ["here"]  # noqa: PTH123, SIM115


def test_a_killed_worker_is_replaced_and_the_parts_are_the_same(cluster, tmp_path):
    with RayEngine(address=cluster.address) as engine:
        parts = run_shards(BATCHES, slow(str(tmp_path / "killed")), tmp_path / "parts", engine=engine, claims=True)
        assert engine.workers == 2
    assert (tmp_path / "killed").exists()
    assert read(parts) == EXPECTED


def test_errors_come_back_with_their_item_and_their_kind(cluster, monkeypatch):
    monkeypatch.setattr(module, "TRIES", 2)

    def fails(item):
        from pharmakon.core.errors import DataError

        raise DataError(f"no {item}")

    def always_dies(item):
        import os

        os._exit(1)

    with RayEngine(address=cluster.address) as engine:
        with pytest.raises(DataError, match="no 7") as caught:
            list(engine.map(fails, [7], label="x"))
        assert "while working on item 0 of x" in caught.value.__notes__
        with pytest.raises(PharmakonError, match=f"item 0 of x was begun {module.TRIES} times"):
            list(engine.map(always_dies, [7], label="x"))


def test_items_are_taken_only_a_little_ahead(cluster):
    taken = []

    def items():
        for n in range(20):
            taken.append(n)
            yield n

    with RayEngine(address=cluster.address) as engine:
        for n, found in enumerate(engine.map(str, items())):
            assert found == str(n)
            assert len(taken) <= n + 1 + 2 * 2


def test_a_machine_that_leaves_takes_nothing_with_it(cluster, tmp_path):
    def progress(done, *_):
        if done == 3:
            cluster.remove_node(cluster.second, allow_graceful=False)

    with RayEngine(address=cluster.address) as engine:
        parts = run_shards(BATCHES, slow(None), tmp_path / "parts", engine=engine, progress=progress)
    assert read(parts) == EXPECTED


def test_a_head_that_goes_is_told_and_a_second_run_goes_on(cluster, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "PATIENCE", 1.0)

    def progress(done, *_):
        if done == 4:
            cluster.head_node.kill_all_processes(check_alive=False, allow_graceful=False)

    with (
        pytest.raises(PharmakonError, match="the Ray cluster has not answered"),
        RayEngine(address=cluster.address) as engine,
    ):
        run_shards(BATCHES, slow(None), tmp_path / "parts", engine=engine, progress=progress)
    kept = (tmp_path / "parts" / MANIFEST).read_text().count("sha256")
    assert 4 <= kept < len(BATCHES)
    seen = []
    parts = run_shards(BATCHES, lines, tmp_path / "parts", progress=lambda done, *_: seen.append(done))
    assert seen[0] == kept
    assert read(parts) == EXPECTED


def test_a_machine_whose_network_is_cut_takes_nothing_with_it(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(SCRIPT.parent))
    cut = importlib.import_module("two_networks")
    clean = {name: value for name, value in os.environ.items() if not name.startswith("RAY_")}  # Ray sets some itself
    done = subprocess.run(
        [sys.executable, str(SCRIPT), str(tmp_path / "parts")],
        env=clean | cut.SETTINGS,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    if re.search("a network that can be cut needs|this machine lends no networks", done.stderr):
        pytest.skip(done.stderr.strip().rpartition("\n")[2])
    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(done.stdout.strip().rpartition("\n")[2]) == {cut.HERE: True, cut.THERE: False}
    parts = sorted((tmp_path / "parts").glob("part-*"))
    assert [part.read_text() for part in parts] == [f"{index}\n{index + 0.5}\n" for index, _ in cut.BATCHES]


def test_what_cannot_be_joined_is_told(monkeypatch):
    with pytest.raises(UsageError, match="host:6379"):
        RayEngine(address="ray://somewhere:10001")
    assert os.environ["RAY_USAGE_STATS_ENABLED"] == "0"
    for address in ("127.0.0.1:1", "nonsense"):
        with pytest.raises(PharmakonError, match=f"nothing answers at {address}"):
            RayEngine(address=address)


def test_a_cluster_that_wants_its_token_is_told(monkeypatch):
    def init(**options):
        raise ConnectionError("no way in") from RuntimeError("RPC error: InvalidAuthToken: it is missing")

    monkeypatch.setattr(module, "_answers", lambda address: True)
    engine = RayEngine(address="head:6379")
    monkeypatch.setattr(engine._ray, "is_initialized", lambda: False)
    monkeypatch.setattr(engine._ray, "init", init)
    with pytest.raises(PharmakonError, match=r"head:6379 wants its token: .* set RAY_AUTH_MODE=token"):
        list(engine.map(str, [1]))


def test_without_ray_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MissingExtra, match=r"pharmakon\[ray\]"):
        RayEngine()
