"""A trained graph network as an ONNX file for one molecule, so that prediction needs no torch."""

from __future__ import annotations

from typing import Any

import numpy as np

from pharmakon.chem.graphs import ATOM_WIDTH, BOND_WIDTH
from pharmakon.learn.onnx_nodes import FLOAT, INT64, Nodes, Shapes

from .graph import ANSWER
from .message_passing import SIZE, MessagePassing

_INPUTS: Shapes = {
    "atoms": (FLOAT, ["a", ATOM_WIDTH]),
    "bonds": (FLOAT, ["b", BOND_WIDTH]),
    "source": (INT64, ["b"]),
    "into": (FLOAT, ["a", "b"]),
    "before": (FLOAT, ["b", "b"]),
    "quick": (FLOAT, [1, "d"]),
}


def _linear(net: Nodes, layer: Any, of: str, *, to: str) -> str:
    weight = net.half(f"{to}.weight", layer.weight.detach().numpy().T)
    if layer.bias is None:
        return net.add("MatMul", of, weight, to=to)
    bias = net.half(f"{to}.bias", layer.bias.detach().numpy())
    return net.add("Add", net.add("MatMul", of, weight, to=f"{to}.product"), bias, to=to)


def exported(module: MessagePassing) -> bytes:
    """The module for one molecule, as graph.inputs gives it."""
    net = Nodes()
    leaving = net.add("Gather", _linear(net, module.start_atom, "atoms", to="start_atom"), "source", to="leaving")
    begin = net.add("Add", leaving, _linear(net, module.start_bond, "bonds", to="start_bond"), to="begin")
    arrows = net.add("Relu", begin, to="arrows")
    for depth, hear in enumerate(module.hear):
        heard = _linear(net, hear, net.add("MatMul", "before", arrows, to=f"before{depth}"), to=f"hear{depth}")
        arrows = net.add("Relu", net.add("Add", begin, heard, to=f"sum{depth}"), to=f"arrows{depth}")
    heard = _linear(net, module.end_heard, net.add("MatMul", "into", arrows, to="arriving"), to="end_heard")
    ended = net.add("Add", _linear(net, module.end_atom, "atoms", to="end_atom"), heard, to="ended")
    atoms = net.add("Relu", ended, to="atoms_out")
    mean = net.add("ReduceMean", atoms, to="mean", axes=[0], keepdims=1)
    total = net.add("ReduceSum", atoms, net.exact("axis", np.array([0])), to="total", keepdims=1)
    total = net.add("Div", total, net.half("size", np.array([SIZE])), to="scaled_total")
    value = net.add("Concat", mean, total, "quick", to="molecule", axis=1)
    for depth, layer in enumerate(module.head):
        value = net.add("Relu", _linear(net, layer, value, to=f"head{depth}"), to=f"head{depth}_out")
    _linear(net, module.answer, value, to=ANSWER)
    return net.file("directed_message_passing", _INPUTS, {ANSWER: (FLOAT, [1, module.tasks])})
