"""Files written node by node are run by ONNX Runtime and are the same twice."""

import numpy as np
import pytest

pytest.importorskip("onnx")


def made():
    from pharmakon.learn.onnx_nodes import FLOAT, Nodes

    net = Nodes()
    weight = np.array([[1.0, 100.0], [-0.5, 3.0]], np.float32)
    one, two = net.split(net.add("MatMul", "x", net.byte("weight", weight), to="y"), to=("one", "two"), axis=1)
    net.add("Add", net.add("Mul", one, two, to="product"), net.half("shift", np.array([0.1])), to="z")
    return net.file("toy", {"x": (FLOAT, ["n", 2])}, {"z": (FLOAT, ["n", 1])})


def test_a_file_runs():
    from onnxruntime import InferenceSession

    x = np.array([[1, 2], [3, -1]], np.float32)
    (found,) = InferenceSession(made(), providers=["CPUExecutionProvider"]).run(None, {"x": x})
    assert found[:, 0] == pytest.approx([0 * 106 + 0.1, 3.5 * 297 + 0.1], rel=0.02, abs=1.5)
    assert made() == made()


def test_a_file_that_is_wrong_is_not_written():
    from onnx.checker import ValidationError

    from pharmakon.learn.onnx_nodes import FLOAT, Nodes

    net = Nodes()
    net.add("Relu", "nothing", to="y")
    with pytest.raises(ValidationError):
        net.file("toy", {"x": (FLOAT, [1])}, {"y": (FLOAT, [1])})
