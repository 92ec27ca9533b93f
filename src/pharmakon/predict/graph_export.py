"""A trained graph network as an ONNX file for one molecule, so that prediction needs no torch.

Written node by node: torch's own exporter puts paths of the machine into the file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto, checker, helper, numpy_helper

from pharmakon.chem.graphs import ATOM_WIDTH, BOND_WIDTH

from .graph import ANSWER
from .message_passing import SIZE, MessagePassing

if TYPE_CHECKING:
    from onnx import NodeProto

_OPSET, _IR = 17, 8
_INPUTS: dict[str, tuple[int, list[int | str | None]]] = {
    "atoms": (TensorProto.FLOAT, ["a", ATOM_WIDTH]),
    "bonds": (TensorProto.FLOAT, ["b", BOND_WIDTH]),
    "source": (TensorProto.INT64, ["b"]),
    "into": (TensorProto.FLOAT, ["a", "b"]),
    "before": (TensorProto.FLOAT, ["b", "b"]),
    "quick": (TensorProto.FLOAT, [1, "d"]),
}


class _Nodes:
    """The nodes and constants of a file, as they are added; every node is named after what it gives."""

    def __init__(self) -> None:
        self.nodes: list[NodeProto] = []
        self.constants: list[Any] = []

    def add(self, kind: str, *inputs: str, to: str, **options: Any) -> str:
        self.nodes.append(helper.make_node(kind, list(inputs), [to], **options))
        return to

    def constant(self, name: str, value: NDArray[Any]) -> str:
        """Kept in half precision: a network's answer does not change in the third digit."""
        self.constants.append(numpy_helper.from_array(value.astype(np.float16), f"{name}.half"))
        self.nodes.append(helper.make_node("Cast", [f"{name}.half"], [name], to=TensorProto.FLOAT))
        return name

    def linear(self, layer: Any, of: str, *, to: str) -> str:
        weight = self.constant(f"{to}.weight", layer.weight.detach().numpy().T)
        if layer.bias is None:
            return self.add("MatMul", of, weight, to=to)
        bias = self.constant(f"{to}.bias", layer.bias.detach().numpy())
        return self.add("Add", self.add("MatMul", of, weight, to=f"{to}.product"), bias, to=to)


def exported(module: MessagePassing) -> bytes:
    """The module for one molecule, as graph.inputs gives it."""
    net = _Nodes()
    leaving = net.add("Gather", net.linear(module.start_atom, "atoms", to="start_atom"), "source", to="leaving")
    begin = net.add("Add", leaving, net.linear(module.start_bond, "bonds", to="start_bond"), to="begin")
    arrows = net.add("Relu", begin, to="arrows")
    for depth, hear in enumerate(module.hear):
        heard = net.linear(hear, net.add("MatMul", "before", arrows, to=f"before{depth}"), to=f"hear{depth}")
        arrows = net.add("Relu", net.add("Add", begin, heard, to=f"sum{depth}"), to=f"arrows{depth}")
    heard = net.linear(module.end_heard, net.add("MatMul", "into", arrows, to="arriving"), to="end_heard")
    ended = net.add("Add", net.linear(module.end_atom, "atoms", to="end_atom"), heard, to="ended")
    atoms = net.add("Relu", ended, to="atoms_out")
    mean = net.add("ReduceMean", atoms, to="mean", axes=[0], keepdims=1)
    net.constants.append(numpy_helper.from_array(np.array([0]), "axis"))
    total = net.add("ReduceSum", atoms, "axis", to="total", keepdims=1)
    total = net.add("Div", total, net.constant("size", np.array([SIZE])), to="scaled_total")
    value = net.add("Concat", mean, total, "quick", to="molecule", axis=1)
    for depth, layer in enumerate(module.head):
        value = net.add("Relu", net.linear(layer, value, to=f"head{depth}"), to=f"head{depth}_out")
    net.linear(module.answer, value, to=ANSWER)
    given = [helper.make_tensor_value_info(name, kind, shape) for name, (kind, shape) in _INPUTS.items()]
    answer = helper.make_tensor_value_info(ANSWER, TensorProto.FLOAT, [1, module.tasks])
    graph = helper.make_graph(net.nodes, "directed_message_passing", given, [answer], net.constants)
    made = helper.make_model(
        graph, producer_name="pharmakon", ir_version=_IR, opset_imports=[helper.make_opsetid("", _OPSET)]
    )
    checker.check_model(made, full_check=True)
    return bytes(made.SerializeToString(deterministic=True))
