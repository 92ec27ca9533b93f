"""A Ray cluster of two machines with a network between them that is cut: two network namespaces of this machine.

Run as a program: Ray reads its settings once, when it is first imported. Prints which machines are left, as JSON.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from pharmakon.core.errors import PharmakonError, UsageError
from pharmakon.engine.ray import RayEngine
from pharmakon.engine.shards import run_shards

PORT = 6397
HERE, THERE, MASK = "10.213.77.1", "10.213.77.2", "/30"
SETTINGS = {
    "RAY_AUTH_MODE": "disabled",
    "RAY_USAGE_STATS_ENABLED": "0",
    # A machine that does not answer is given up after seconds, not after two minutes as by default.
    "RAY_health_check_initial_delay_ms": "1000",
    "RAY_health_check_period_ms": "1000",
    "RAY_health_check_timeout_ms": "1000",
    "RAY_health_check_failure_threshold": "3",
    "RAY_core_worker_rpc_server_reconnect_timeout_base_s": "1",
    "RAY_core_worker_rpc_server_reconnect_timeout_max_s": "3",
    "RAY_grpc_client_keepalive_time_ms": "1000",
    "RAY_grpc_client_keepalive_timeout_ms": "2000",
}
BATCHES = [(index, [index, index + 0.5]) for index in range(16)]
NODE = ("--num-cpus", "1", "--object-store-memory", str(80 << 20), "--disable-usage-stats", "--block")
_STARTED = "Ray runtime started"


@dataclass(frozen=True, slots=True)
class TwoNetworks:
    """A cluster whose second machine is behind a link."""

    address: str
    link: str

    def cut(self) -> None:
        """From now on nothing comes through, in either direction."""
        _ip("link", "set", self.link, "down")


@contextmanager
def two_networks() -> Iterator[TwoNetworks]:
    """A cluster of one worker on each side. UsageError where this machine lends no network namespaces."""
    if sys.platform != "linux" or os.geteuid() or shutil.which("ip") is None:
        raise UsageError("a network that can be cut needs Linux, the command ip and the rights of root")
    space, link, far = (f"phk{os.getpid()}{part}" for part in ("", "a", "b"))
    inside = ("ip", "netns", "exec", space)
    with ExitStack() as stack:
        _ip("netns", "add", space)
        stack.callback(_ip, "netns", "delete", space)
        _ip("link", "add", link, "type", "veth", "peer", "name", far, "netns", space)
        stack.callback(_ip, "link", "delete", link)
        _ip("address", "add", HERE + MASK, "dev", link)
        _ip("link", "set", link, "up")
        for words in (
            ("address", "add", THERE + MASK, "dev", far),
            ("link", "set", far, "up"),
            ("link", "set", "lo", "up"),
        ):
            _run((*inside, "ip", *words))
        head = ("--head", "--port", str(PORT), "--node-ip-address", HERE, "--include-dashboard", "false")
        stack.enter_context(_node((), head))
        stack.enter_context(_node(inside, ("--address", f"{HERE}:{PORT}", "--node-ip-address", THERE)))
        yield TwoNetworks(f"{HERE}:{PORT}", link)


@contextmanager
def _node(before: Sequence[str], words: Sequence[str]) -> Iterator[None]:
    """A machine of a cluster, which nobody else can reach."""
    command = [*before, sys.executable, "-m", "ray.scripts.scripts", "start", *words, *NODE]
    started = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert started.stdout is not None
    try:
        said = []
        for line in started.stdout:
            said.append(line.strip())
            if _STARTED in line:
                break
        else:
            raise PharmakonError(f"Ray could not be started: {' '.join(said[-3:])}")
        yield
    finally:
        started.stdout.close()
        started.send_signal(signal.SIGTERM)  # upon which it ends what it has started
        try:
            started.wait(3)
        except subprocess.TimeoutExpired:
            os.killpg(started.pid, signal.SIGKILL)
            started.wait()


def _ip(*words: str) -> None:
    _run(("ip", *words))


def _run(command: Sequence[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise UsageError(f"this machine lends no networks: {' '.join(command)}: {done.stderr.strip()}")


def lines():
    """A function by value, which a worker need not import."""

    def function(payload):
        import time

        time.sleep(0.2)
        return "".join(f"{value}\n" for value in payload)

    return function


def main(folder: Path) -> None:
    """Shards of a run, in the midst of which the network is cut."""
    with two_networks() as cluster, RayEngine(address=cluster.address) as engine:

        def progress(done, *_):
            if done == 4:
                cluster.cut()

        run_shards(BATCHES, lines(), folder, engine=engine, progress=progress)
        for _ in range(60):  # the shards may all have been done before the cluster knows
            left = {node["NodeManagerAddress"]: node["Alive"] for node in engine._ray.nodes()}
            if not left[THERE]:
                break
            time.sleep(0.5)
        sys.stdout.write(json.dumps(left))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
