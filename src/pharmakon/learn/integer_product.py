"""Products of matrices of small whole numbers, at four times the speed of NumPy's in floating point.

Processors multiply bytes faster than floats, and ONNX Runtime knows how. Where a processor adds pairs of products in
sixteen bits (AVX2), `right` must stay within 64 of zero for the sums to be exact; so it must everywhere.
"""

from __future__ import annotations

import base64
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pharmakon.core.errors import UsageError

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

MIDDLE = 128
"""What stands for zero in `left`."""
MOST = 64
_ONNX = base64.b64decode(
    "CAg6oQEKLQoEbGVmdAoFcmlnaHQKBm1pZGRsZRIHcHJvZHVjdCINTWF0TXVsSW50ZWdlchIPaW50ZWdlcl9wcm9kdWN0Kg0QAkIGbWlkZGxlSg"
    "GAWhgKBGxlZnQSEAoOCAISCgoDEgFtCgMSAWtaGQoFcmlnaHQSEAoOCAMSCgoDEgFrCgMSAW5iGwoHcHJvZHVjdBIQCg4IBhIKCgMSAW0KAxIBbkIECgAQEQ=="
)
"""One node, MatMulInteger, with MIDDLE as the zero point of its left side."""


@cache
def _session() -> InferenceSession:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1  # the processes of a run share the cores
    return onnxruntime.InferenceSession(_ONNX, options, providers=["CPUExecutionProvider"])


def product(
    left: NDArray[np.uint8], right: NDArray[np.int8], *, out: NDArray[np.int32] | None = None
) -> NDArray[np.int32]:
    """(left - MIDDLE) @ right, exactly: (m, k) by (k, n); written to `out`, which is contiguous, where that is given.

    Entries of `right` lie between -MOST and MOST, which is not checked. Raises UsageError for other types or shapes.
    """
    if left.dtype != np.uint8 or right.dtype != np.int8 or left.shape[1:] != right.shape[:1]:
        raise UsageError(
            f"want bytes (m, k) and signed bytes (k, n), not {left.dtype} {left.shape} and {right.dtype} {right.shape}"
        )
    if out is None:
        out = np.empty((len(left), right.shape[1]), np.int32)
    binding = _session().io_binding()
    binding.bind_cpu_input("left", left)
    binding.bind_cpu_input("right", right)
    binding.bind_output("product", "cpu", 0, np.int32, out.shape, out.ctypes.data)
    _session().run_with_iobinding(binding)
    return out
