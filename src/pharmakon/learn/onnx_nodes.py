"""Writing an ONNX file node by node: torch's own exporter puts paths of the machine into it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto, checker, helper, numpy_helper

if TYPE_CHECKING:
    from onnx import NodeProto

OPSET, IR = 17, 8
FLOAT, INT64 = TensorProto.FLOAT, TensorProto.INT64
Shape = tuple[int, Sequence[int | str]]
"""Kind and shape of an input or output; a text stands for a size that varies."""
Shapes = Mapping[str, Shape]


class Nodes:
    """The nodes and constants of a file, as they are added; every node is named after what it gives."""

    def __init__(self) -> None:
        self.nodes: list[NodeProto] = []
        self.constants: list[Any] = []

    def add(self, kind: str, *inputs: str, to: str, **options: Any) -> str:
        """One operator; the name of what it gives."""
        self.nodes.append(helper.make_node(kind, list(inputs), [to], **options))
        return to

    def split(self, of: str, *, to: Sequence[str], axis: int) -> Sequence[str]:
        """Equal parts of something."""
        self.nodes.append(helper.make_node("Split", [of], list(to), axis=axis))
        return to

    def exact(self, name: str, value: NDArray[Any]) -> str:
        """A constant as it is."""
        self.constants.append(numpy_helper.from_array(value, name))
        return name

    def half(self, name: str, value: NDArray[Any]) -> str:
        """A constant in half precision: a network's answer does not change in the third digit."""
        self.exact(f"{name}.half", value.astype(np.float16))
        self.nodes.append(helper.make_node("Cast", [f"{name}.half"], [name], to=FLOAT))
        return name

    def byte(self, name: str, value: NDArray[Any]) -> str:
        """A matrix in whole numbers of one byte, each column with its own unit."""
        unit = np.maximum(np.abs(value).max(axis=0), 1e-12).astype(np.float32) / 127
        self.exact(f"{name}.byte", np.rint(value / unit).astype(np.int8))
        # Not DequantizeLinear: ONNX Runtime would do that at every run; these two are done once, when the file is read.
        self.nodes.append(helper.make_node("Cast", [f"{name}.byte"], [f"{name}.whole"], to=FLOAT))
        return self.add("Mul", f"{name}.whole", self.exact(f"{name}.unit", unit), to=name)

    def file(self, name: str, inputs: Shapes, outputs: Shapes) -> bytes:
        """The whole file, checked; the same nodes give the same bytes."""
        given, found = (
            [helper.make_tensor_value_info(key, kind, list(shape)) for key, (kind, shape) in side.items()]
            for side in (inputs, outputs)
        )
        graph = helper.make_graph(self.nodes, name, given, found, self.constants)
        made = helper.make_model(
            graph, producer_name="pharmakon", ir_version=IR, opset_imports=[helper.make_opsetid("", OPSET)]
        )
        checker.check_model(made, full_check=True)
        return bytes(made.SerializeToString(deterministic=True))
