from __future__ import annotations

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from pharmakon.core.errors import UsageError
from pharmakon.learn.integer_product import _ONNX, MIDDLE, MOST, product


@pytest.mark.parametrize(("m", "k", "n"), [(1, 1, 1), (3, 64, 1000), (256, 64, 17), (5, 200, 3)])
def test_products_are_exact(m: int, k: int, n: int) -> None:
    random = np.random.default_rng(0)
    left = random.integers(0, 256, (m, k)).astype(np.uint8)
    right = random.integers(-MOST, MOST + 1, (k, n)).astype(np.int8)
    assert (product(left, right) == (left.astype(int) - MIDDLE) @ right.astype(int)).all()


def test_the_largest_sums_are_exact() -> None:
    left, right = np.full((2, 64), 255, np.uint8), np.full((64, 40), MOST, np.int8)
    assert (product(left, right) == (255 - MIDDLE) * MOST * 64).all()


def test_other_types_and_shapes_are_refused() -> None:
    with pytest.raises(UsageError, match="float64"):
        product(np.zeros((2, 2)), np.zeros((2, 2), np.int8))  # type: ignore[arg-type]
    with pytest.raises(UsageError, match=r"\(3, 2\)"):
        product(np.zeros((2, 2), np.uint8), np.zeros((3, 2), np.int8))


def test_the_bytes_are_what_they_are_said_to_be() -> None:
    given = [("left", TensorProto.UINT8, ["m", "k"]), ("right", TensorProto.INT8, ["k", "n"])]
    graph = helper.make_graph(
        [helper.make_node("MatMulInteger", ["left", "right", "middle"], ["product"])],
        "integer_product",
        [helper.make_tensor_value_info(*one) for one in given],
        [helper.make_tensor_value_info("product", TensorProto.INT32, ["m", "n"])],
        [numpy_helper.from_array(np.array(MIDDLE, np.uint8), "middle")],
    )
    model = helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", 17)])
    assert model.SerializeToString(deterministic=True) == _ONNX
