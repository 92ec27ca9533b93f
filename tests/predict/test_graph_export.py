from __future__ import annotations

import numpy as np
import onnx
import torch

from pharmakon.chem.graphs import Joined
from pharmakon.predict.features import Features
from pharmakon.predict.graph import ANSWER, GraphNetwork
from pharmakon.predict.graph_export import exported
from pharmakon.predict.message_passing import Batch, MessagePassing


def test_the_file_says_what_the_module_says(molecules: list[str]) -> None:
    torch.manual_seed(0)
    module = MessagePassing(quick=57, described=5, tasks=3, hidden=16, depth=3, head=16, dropout=0.5).eval()
    features = Features.from_smiles(["O", *molecules[:30]])
    network = GraphNetwork(
        exported(module),
        tasks=("a", "b", "c"),
        classes=np.zeros(3, bool),
        mean=np.zeros(3),
        scale=np.ones(3),
        centre=np.zeros(57, np.float32),
        spread=np.full(57, 50.0, np.float32),
    )
    quick = torch.from_numpy(np.clip(features.quick / 50.0, -5, 5))
    with torch.no_grad():
        want, _ = module(Batch.of(Joined.of([one for one in features.graphs if one is not None])), quick)
    assert np.abs(network.read(features) - want.numpy()).max() < 2e-3 * want.abs().max()  # half precision


def test_the_file_is_onnx_and_names_no_file_of_this_machine() -> None:
    module = MessagePassing(quick=57, described=5, tasks=2, hidden=4, depth=3, head=4, dropout=0.0)
    content = exported(module)
    model = onnx.load_from_string(content)
    assert [one.name for one in model.graph.output] == [ANSWER]
    assert [one.name for one in model.graph.input] == ["atoms", "bonds", "source", "into", "before", "quick"]
    assert not any(node.doc_string or node.metadata_props for node in model.graph.node)
    assert exported(module) == content
