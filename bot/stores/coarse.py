"""A first look at every vector of a large segment, at a byte a number: which rows may be among the nearest at all?

It decides nothing. What it lets through is looked at in full, and it lets through all that its own error may hide.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bot.core.ports import Vector
from bot.settings import quiet_libraries

LARGE: Final = 8_192  # rows of a segment for which it is worth it
# Two products of a code and a number of the question are the most that can be added in the 16 bits in which some processors
# do it, and cut off what is more. A code is shifted by the largest to be positive.
_CODES: Final = 127
_ASKED: Final = 63
_SLACK: Final = 1.001  # for the roundings of the bound itself

Codes = NDArray[np.uint8]


class Coded(NamedTuple):
    """Of each row: its codes, and how much one of them is worth."""

    codes: Codes
    steps: Vector


def coded(vectors: Iterable[Vector]) -> Iterator[Coded]:
    """Of vectors in portions. A vector that is not a number is coded as nought."""
    for some in vectors:
        rows = np.where(np.isfinite(some).all(axis=1, keepdims=True), some, np.float32(0))
        steps = np.abs(rows).max(axis=1, initial=0) / np.float32(_CODES)
        codes = np.rint(rows / np.where(steps > 0, steps, np.float32(1))[:, None]) + _CODES
        yield Coded(codes.astype(np.uint8), steps)


def nothing(dimensions: int) -> Coded:
    return Coded(np.empty((0, dimensions), dtype=np.uint8), np.empty(0, dtype=np.float32))


def ready(dimensions: int) -> None:
    _session(dimensions)


def looked_at(vector: Vector, of: Coded, largest_norm: float) -> tuple[Vector, Vector]:
    """About the product of each row with this vector, and by how much that may be wrong."""
    step = float(np.abs(vector).max(initial=0.0)) / _ASKED
    numbers = np.rint(vector / (step or 1.0)).astype(np.int8)
    (products,) = _session(len(vector)).run(None, {"codes": of.codes, "asked": numbers[:, None]})
    about = (products.reshape(-1) - _CODES * int(numbers.sum(dtype=np.int64))).astype(np.float32)
    about *= of.steps * np.float32(step)
    norm, wrong_asked = (float(np.linalg.norm(each)) for each in (vector, vector - numbers * step))
    wrong_of_step = (norm + wrong_asked) * np.sqrt(len(vector)) / 2  # of a row's own codes, for each of its step
    wrong = of.steps * np.float32(wrong_of_step * _SLACK) + np.float32(wrong_asked * largest_norm * _SLACK)
    return about, wrong


@cache
def _session(dimensions: int) -> Any:
    """The product of one question with every code, in whole numbers: as exact as they are, on every processor."""
    quiet_libraries()  # before the import, whoever it is that asks for it first
    import onnxruntime
    from onnx import TensorProto, helper

    onnxruntime.disable_telemetry_events()
    graph = helper.make_graph(
        [helper.make_node("MatMulInteger", ["codes", "asked"], ["products"])],
        "coarse",
        [
            helper.make_tensor_value_info("codes", TensorProto.UINT8, ["rows", dimensions]),
            helper.make_tensor_value_info("asked", TensorProto.INT8, [dimensions, 1]),
        ],
        [helper.make_tensor_value_info("products", TensorProto.INT32, ["rows", 1])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1  # several questions at a time, each on its own
    options.log_severity_level = 3  # errors
    return onnxruntime.InferenceSession(
        model.SerializeToString(), sess_options=options, providers=["CPUExecutionProvider"]
    )
