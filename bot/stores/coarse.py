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

BLOCK: Final = 256  # rows that share a step, and lie side by side for each number of a vector
LARGE: Final = 8_192  # rows of a segment for which it is worth it
_CODES: Final = 127
# Of the question, whose numbers are shifted to be positive: two products of 127 by 127 are the most that can be added in
# the 16 bits in which some processors do it, and cut off what is more.
_ASKED: Final = 63
_SLACK: Final = 1.001  # for the roundings of the bound itself

Codes = NDArray[np.int8]


class Coded(NamedTuple):
    """Of each block: the codes (number of a vector × row), how much one of a code is worth, and each row's sum of codes.
    What is missing of the last block is nought.
    """

    codes: Codes
    steps: Vector
    sums: NDArray[np.int32]


def coded(vectors: Iterable[Vector], dimensions: int) -> Iterator[Coded]:
    """Of vectors in portions of whole blocks, but for the last. A vector that is not a number has no code."""
    for some in vectors:
        blocks = -(-len(some) // BLOCK)
        padded = np.zeros((blocks * BLOCK, dimensions), dtype=np.float32)
        padded[: len(some)] = np.where(np.isfinite(some).all(axis=1, keepdims=True), some, 0)
        rows = padded.reshape(blocks, BLOCK, dimensions)
        steps = np.abs(rows).max(axis=(1, 2)) / np.float32(_CODES)
        codes = np.rint(rows / np.where(steps > 0, steps, 1)[:, None, None]).astype(np.int8)
        codes = np.ascontiguousarray(codes.transpose(0, 2, 1))
        yield Coded(codes, steps, codes.sum(axis=1, dtype=np.int32))


def nothing(dimensions: int) -> Coded:
    return Coded(
        np.empty((0, dimensions, BLOCK), dtype=np.int8),
        np.empty(0, dtype=np.float32),
        np.empty((0, BLOCK), dtype=np.int32),
    )


def ready(dimensions: int) -> None:
    _session(dimensions)


def looked_at(vector: Vector, of: Coded, largest_norm: float) -> tuple[Vector, Vector]:
    """About the product of each row with this vector, and of each block by how much that may be wrong."""
    step = float(np.abs(vector).max(initial=0.0)) / _ASKED
    numbers = np.rint(vector / (step or 1.0))
    (products,) = _session(len(vector)).run(
        None, {"asked": (numbers + _ASKED).astype(np.uint8)[None], "codes": of.codes}
    )
    about = (products.reshape(of.sums.shape) - _ASKED * of.sums).astype(np.float32)
    about *= of.steps[:, None] * np.float32(step)
    wrong_row = of.steps.astype(np.float64) / 2 * np.sqrt(len(vector))
    wrong_asked = float(np.linalg.norm(vector - numbers * step))
    norm = float(np.linalg.norm(vector))
    wrong = norm * wrong_row + wrong_asked * (largest_norm + wrong_row)
    return about, (wrong * _SLACK).astype(np.float32)


@cache
def _session(dimensions: int) -> Any:
    """The product of one question with every code, in whole numbers: as exact as they are, on every processor."""
    quiet_libraries()  # before the import, whoever it is that asks for it first
    import onnxruntime
    from onnx import TensorProto, helper

    onnxruntime.disable_telemetry_events()
    graph = helper.make_graph(
        [helper.make_node("MatMulInteger", ["asked", "codes"], ["products"])],
        "coarse",
        [
            helper.make_tensor_value_info("asked", TensorProto.UINT8, [1, dimensions]),
            helper.make_tensor_value_info("codes", TensorProto.INT8, ["blocks", dimensions, BLOCK]),
        ],
        [helper.make_tensor_value_info("products", TensorProto.INT32, ["blocks", 1, BLOCK])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1  # several questions at a time, each on its own
    options.log_severity_level = 3  # errors
    return onnxruntime.InferenceSession(
        model.SerializeToString(), sess_options=options, providers=["CPUExecutionProvider"]
    )
