"""What does a text mean, as a vector? MiniLM's six layers on onnxruntime, from weights that are already here: this
module never downloads anything. The vector of a text never depends on what else is embedded with it.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from bot.core.ports import NOBODYS, Errand
from bot.models.graph import DIMENSIONS, cached_graph
from bot.models.weights import Weights

MOST_TOKENS = 256  # what the model was trained on; the two at the ends are its own

# The tokenizer reads the whole of a text before it cuts: 2 s for 2 MB. 64 characters a token are ten times what prose
# takes, so that only white space by the page, or "words" that no dictionary knows, could still be cut short by this.
MOST_CHARACTERS = 64 * MOST_TOKENS


class MiniLM:
    """The port `Embedder` on all-MiniLM-L6-v2: at most 256 tokens of a text count."""

    def __init__(self, weights: Weights, *, threads: int = 2) -> None:
        from tokenizers import Tokenizer

        onnxruntime = _silent_onnxruntime()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # texts run side by side instead: more of them a second
        options.inter_op_num_threads = 1
        options.log_severity_level = 3  # errors
        self._session = onnxruntime.InferenceSession(
            cached_graph(weights), sess_options=options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer = Tokenizer.from_file(str(weights.tokenizer))
        self._tokenizer.no_padding()  # its file asks for 128 tokens, always
        self._tokenizer.enable_truncation(MOST_TOKENS)
        self._name = weights.name
        self._pool = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="embedder")

    @property
    def name(self) -> str:
        return self._name

    @property
    def dimensions(self) -> int:
        return DIMENSIONS

    def embed(self, texts: Sequence[str], *, errand: Errand = NOBODYS) -> NDArray[np.float32]:  # noqa: ARG002 - it costs nobody
        if not texts:
            return np.empty((0, DIMENSIONS), dtype=np.float32)
        if len(texts) == 1:  # a question, whose asker must not wait behind the passages of a sync
            return self._vector(texts[0])
        return np.concatenate(list(self._pool.map(self._vector, texts)))

    def close(self) -> None:
        self._pool.shutdown(cancel_futures=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _vector(self, text: str) -> NDArray[np.float32]:
        """One text, one run: a batch would pad it to its neighbours' length, which costs time and the last bits."""
        readable = text[:MOST_CHARACTERS].encode("utf-8", errors="replace").decode()  # half an emoji is no text
        # Only `encode`: `encode_batch` starts threads of its own, and complains when the process forks later.
        ids = np.array(self._tokenizer.encode(readable).ids, dtype=np.int64)
        vector: NDArray[np.float32] = self._session.run(["vector"], {"ids": ids})[0]
        return vector


def _silent_onnxruntime() -> Any:
    """Its Linux builds (1.31) keep an identifier of the device and send events home. Its own switch for that holds
    back only some of them; all of it is held back by a variable that it looks for once, while it is imported.
    """
    os.putenv("ORT_DISABLE_TELEMETRY", "1")
    import onnxruntime

    onnxruntime.disable_telemetry_events()  # in case something else has imported it before
    return onnxruntime
