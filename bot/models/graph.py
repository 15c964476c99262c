"""The arithmetic of MiniLM as an ONNX graph, built from the weights once and kept beside them."""

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bot.models.weights import Weights

if TYPE_CHECKING:
    from onnx import NodeProto

GRAPH_VERSION = 1  # of `build_graph`: a change there that leaves this number alone would never be seen
LAYERS, HEADS, DIMENSIONS = 6, 12, 384


def cached_graph(weights: Weights) -> bytes:
    """The graph that lies beside the weights; built if there is none, or not the one that was put there."""
    path = weights.model.with_name(f"graph-{GRAPH_VERSION}.onnx")
    record = path.with_suffix(".sha256")
    with suppress(OSError):
        graph = path.read_bytes()
        if hashlib.sha256(graph).hexdigest() == record.read_text(encoding="ascii"):
            return graph

    from safetensors.numpy import load_file

    graph = build_graph(load_file(weights.model))
    with suppress(OSError):  # where nothing can be written it is built at each start
        _write(path, graph)
        _write(record, hashlib.sha256(graph).hexdigest().encode("ascii"))
    return graph


def build_graph(tensors: Mapping[str, NDArray[np.float32]]) -> bytes:
    """BERT for one text: token ids (tokens,) to a vector (1, 384). No batch and no padding, hence no mask either."""
    import onnx
    from onnx import helper, numpy_helper

    graph = _Graph(tensors)
    x = _embeddings(graph)
    for number in range(LAYERS):
        x = _layer(graph, x, f"encoder.layer.{number}")
    mean = graph.op("ReduceMean", x, graph.integers(0), keepdims=1)
    graph.op("LpNormalization", mean, axis=-1, p=2, out="vector")

    ids = helper.make_tensor_value_info("ids", onnx.TensorProto.INT64, ["tokens"])
    vector = helper.make_tensor_value_info("vector", onnx.TensorProto.FLOAT, [1, DIMENSIONS])
    constants = [numpy_helper.from_array(array, name) for name, array in graph.constants.items()]
    whole = helper.make_graph(graph.nodes, "MiniLM", [ids], [vector], constants)
    model = helper.make_model(whole, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    serialized: bytes = model.SerializeToString()
    return serialized


def _embeddings(graph: "_Graph") -> str:
    words = graph.op("Gather", graph.weight("embeddings.word_embeddings.weight"), "ids")
    length = graph.op("Shape", "ids")
    positions = graph.op(
        "Slice", graph.weight("embeddings.position_embeddings.weight"), graph.integers(0), length, graph.integers(0)
    )
    kind = graph.op("Gather", graph.weight("embeddings.token_type_embeddings.weight"), graph.integers(0))
    return graph.normed(graph.op("Add", graph.op("Add", words, kind), positions), "embeddings")


def _layer(graph: "_Graph", x: str, layer: str) -> str:
    query, key, value = (
        graph.op(
            "Transpose",
            graph.op("Reshape", graph.linear(x, f"{layer}.attention.self.{part}"), graph.integers(0, HEADS, -1)),
            perm=order,
        )
        for part, order in (("query", [1, 0, 2]), ("key", [1, 2, 0]), ("value", [1, 0, 2]))
    )
    scale = graph.constant("scale", np.array((DIMENSIONS // HEADS) ** -0.5, dtype=np.float32))
    attention = graph.op("Softmax", graph.op("Mul", graph.op("MatMul", query, key), scale), axis=-1)
    seen = graph.op("Transpose", graph.op("MatMul", attention, value), perm=[1, 0, 2])
    joined = graph.linear(graph.op("Reshape", seen, graph.integers(0, -1)), f"{layer}.attention.output.dense")
    x = graph.normed(graph.op("Add", joined, x), f"{layer}.attention.output")
    inner = graph.op("Gelu", graph.linear(x, f"{layer}.intermediate.dense"))  # by erf, as it was trained
    return graph.normed(graph.op("Add", graph.linear(inner, f"{layer}.output.dense"), x), f"{layer}.output")


class _Graph:
    """Nodes in the order they run, each named by its result; the tensors that they use, and no others."""

    def __init__(self, tensors: Mapping[str, NDArray[np.float32]]) -> None:
        self._tensors = tensors
        self.nodes: list[NodeProto] = []
        self.constants: dict[str, NDArray[np.float32] | NDArray[np.int64]] = {}

    def op(self, kind: str, *inputs: str, out: str = "", **attributes: Any) -> str:
        from onnx import helper

        result = out or f"{kind}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [result], **attributes))
        return result

    def constant(self, name: str, value: NDArray[np.float32] | NDArray[np.int64]) -> str:
        self.constants[name] = value
        return name

    def integers(self, *values: int) -> str:
        return self.constant(f"integers{values}", np.array(values, dtype=np.int64))

    def weight(self, name: str) -> str:
        return self.constant(name, self._tensors[name])

    def linear(self, x: str, name: str) -> str:
        return self.op("Gemm", x, self.weight(f"{name}.weight"), self.weight(f"{name}.bias"), transB=1)

    def normed(self, x: str, name: str) -> str:
        scale, shift = self.weight(f"{name}.LayerNorm.weight"), self.weight(f"{name}.LayerNorm.bias")
        return self.op("LayerNormalization", x, scale, shift, axis=-1, epsilon=1e-12)


def _write(path: Path, content: bytes) -> None:
    """All of it or nothing, also when two processes write at once."""
    with TemporaryDirectory(dir=path.parent, prefix=".graph-") as scratch:
        whole = Path(scratch) / path.name
        whole.write_bytes(content)
        whole.replace(path)
