"""The study over Flower's own messages and apps; the network between them is left to Flower."""

import pytest

from pharmakon.core.errors import DataError, MissingExtra, UsageError
from pharmakon.workflows import federate_flower
from pharmakon.workflows.federate_flower import answered, client_app, coordinate, server_app
from pharmakon.workflows.federate_plan import State, read

from .conftest import NAMES
from .test_federate import PLAN, by_hand, run  # noqa: F401 - a fixture


@pytest.fixture
def flower(monkeypatch):
    """Flower, in a process that is told who it is, as its own are."""
    found = pytest.importorskip("flwr", reason="the extra `flower` is not installed")
    from flwr.supercore.task_identity import TaskIdentity

    for name in ("_run_id", "_task_id", "_node_id"):
        monkeypatch.setattr(TaskIdentity, name, 1)
    return found


@pytest.fixture
def nodes(by_hand):  # noqa: F811
    (by_hand / "plan.toml").write_text(PLAN)
    folders = {name: by_hand / "sites" / name for name in NAMES}
    return {
        i: {
            "plan": str(by_hand / "plan.toml"),
            "cohort": str(folder / "cohort.toml"),
            "site": name,
            "folder": str(folder),
        }
        for i, (name, folder) in enumerate(folders.items(), start=1)
    }


class Grid:
    """Hands messages to the ClientApps, as a SuperLink does, and what they raise back as an error."""

    def __init__(self, nodes):
        self.app, self.nodes = client_app(), nodes

    def get_node_ids(self):
        return list(self.nodes)

    def send_and_receive(self, messages, *, timeout=None):
        from flwr.app import Context, Error, Message, RecordDict

        for message in messages:
            node = message.metadata.dst_node_id
            context = Context(run_id=1, node_id=node, node_config=self.nodes[node], state=RecordDict(), run_config={})
            try:
                yield self.app(message, context)
            except Exception as error:  # noqa: BLE001 - as Flower does
                yield Message(Error(code=2, reason=str(error)), reply_to=message)


def test_it_ends_as_files_passed_by_hand_do(flower, nodes, by_hand):  # noqa: F811
    last = read(coordinate(Grid(nodes), {"plan": nodes[1]["plan"], "folder": str(by_hand / "flower")}), State)
    for folder in (by_hand / "sites").iterdir():
        for path in folder.glob("*.json*"):
            path.unlink()
    hand = run(by_hand, PLAN)
    assert last.stage == "done"
    assert last == hand.state
    assert (by_hand / "flower" / "signature" / "card.json").is_file()


def test_a_node_that_refuses_stops_the_study(flower, nodes, by_hand):  # noqa: F811
    nodes[2]["site"] = "east"
    with pytest.raises(DataError, match="could not answer round 0: no site named 'east'"):
        coordinate(Grid(nodes), {"plan": nodes[1]["plan"], "folder": str(by_hand / "flower")})


def test_more_nodes_than_sites_are_refused(flower, nodes, by_hand):  # noqa: F811
    with pytest.raises(DataError, match="4 nodes"):
        coordinate(Grid({**nodes, 9: nodes[1]}), {"plan": nodes[1]["plan"], "folder": str(by_hand / "flower")})


def test_too_few_nodes_are_not_waited_for_for_ever(flower, nodes, by_hand, monkeypatch):  # noqa: F811
    monkeypatch.setattr(federate_flower, "WAIT", 0.0)
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    with pytest.raises(DataError, match="1 of the plan's 3 sites"):
        coordinate(Grid({1: nodes[1]}), {"plan": nodes[1]["plan"], "folder": str(by_hand / "flower")})


def test_both_apps_are_flowers(flower):
    from flwr.clientapp import ClientApp
    from flwr.serverapp import ServerApp

    assert isinstance(client_app(), ClientApp)
    assert isinstance(server_app(), ServerApp)


def test_a_hospital_answers_from_its_own_configuration(nodes):
    """Without Flower: what a node sends is what `federate answer` writes, and it is kept beside the state."""
    sent = answered(nodes[1], b"")
    from pathlib import Path

    assert sent == (Path(nodes[1]["folder"]) / "answer-0.json").read_bytes()
    with pytest.raises(UsageError, match="cohort"):
        answered({**nodes[1], "cohort": ""}, b"")


def test_without_flower_the_install_line_is_told(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "flwr", None)
    for make in (client_app, server_app):
        with pytest.raises(MissingExtra, match=r"pharmakon\[flower\]"):
            make()
