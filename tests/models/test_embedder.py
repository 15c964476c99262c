"""The real weights, held against vectors that torch 2.13.0 and transformers 5.23.0 made of the same files (CPU, fp32)."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from bot.models import embedder as embedder_module
from bot.models import graph as module
from bot.models.embedder import MOST_CHARACTERS, MiniLM
from bot.models.graph import cached_graph
from bot.models.weights import Weights

pytestmark = pytest.mark.meaning

TEXTS = [
    "",
    "password",
    "How do I reset my password for the staging VPN?",
    "Travel is booked through the portal. " * 120,  # more than 256 tokens
    "Wie viele Urlaubstage habe ich, und wie beantrage ich sie? Größe, Übung, Straße.",
    "def total(rows: list[int]) -> int:\n    return sum(row for row in rows if row > 0)  # no refunds\n",
    "🎉🚀 shipped! 👩🏽\u200d💻 café naïve",
    "日本語の文章と한국어 문장",
    "| plan | price |\n|---|---|\n| team | 12 € |\n| enterprise | ask |",
    "https://example.com/a/b?c=d&e=f#g sha256:53aa51172d142c89",
    "antidisestablishmentarianism " + "x" * 120,  # a word too long for the vocabulary
    "\t \n\u00a0\u200b\u0000 NOT ALLOWED \ufffd !!! ??? ...",
]

FIRST_EIGHT_COMPONENTS = """
-0.1188384  0.0482987 -0.0025481 -0.0110112  0.0519508  0.0102917  0.1154333  0.0007008
-0.0559345  0.0216353 -0.0938862 -0.0405369 -0.0744183  0.0464421  0.1002652 -0.0136694
-0.0345341 -0.0286818 -0.0434853 -0.0284682 -0.0186226  0.0504952  0.0153295 -0.0105304
 0.0654210 -0.0382313 -0.0446713  0.0313215 -0.0184254  0.0316045  0.1038963 -0.0554339
 0.0771633  0.0422627  0.0212057 -0.0367699 -0.0991337  0.0798189  0.0554531  0.0831203
-0.0508126  0.0597684 -0.0100147 -0.0137452 -0.0428237 -0.0045572  0.0591852 -0.0211382
-0.0095821 -0.0295375  0.0265275  0.0332417  0.0392502 -0.0076710  0.0446821 -0.0781379
 0.0133341  0.0904893 -0.0122354  0.0329910 -0.1059316 -0.0321440 -0.0109042 -0.0017215
 0.0509075  0.0708360 -0.0597544 -0.0044248  0.0000398  0.0234157  0.0265966  0.0851746
-0.0238365 -0.0013919 -0.0277566 -0.0358329  0.0103137  0.0129337  0.0127883 -0.0591460
 0.0367699  0.0664026  0.0194530  0.0377878 -0.0462605 -0.0604337  0.0973770 -0.0715770
-0.0016675  0.0673772 -0.0280185 -0.0596513  0.0264932  0.0144258  0.0797825 -0.1339905
"""

# Of every text with every text: any component that is off shows here.
DOT_PRODUCTS = """
 1.0000001  0.2050645  0.0375296  0.0451258  0.0680588  0.0884968  0.1051552  0.0261492  0.1293224  0.1305785  0.1763808  0.2046664
 0.2050645  1.0000001  0.4496945  0.1195570  0.0473733  0.0255589  0.1129124  0.0990008  0.0831197  0.1767347  0.0596972  0.2192995
 0.0375296  0.4496945  1.0000000  0.0533587 -0.0078284 -0.0548829  0.0562997 -0.0144914  0.0039433  0.0649050 -0.1562040  0.0108127
 0.0451258  0.1195570  0.0533587  0.9999999  0.0596113  0.0235385  0.1491998  0.0609703  0.1017030  0.0021786  0.0163707  0.0582886
 0.0680588  0.0473733 -0.0078284  0.0596113  1.0000000 -0.0329827  0.0572246  0.1342305  0.1482033  0.0799100  0.1342830  0.0554187
 0.0884968  0.0255589 -0.0548829  0.0235385 -0.0329827  1.0000001  0.0309402 -0.0516337  0.1700595  0.0308254 -0.0098008  0.0948152
 0.1051552  0.1129124  0.0562997  0.1491998  0.0572246  0.0309402  1.0000000  0.0372503  0.1716675 -0.0110955  0.1198349  0.1108051
 0.0261492  0.0990008 -0.0144914  0.0609703  0.1342305 -0.0516337  0.0372503  1.0000000  0.0862198 -0.0058380  0.2105289  0.0704934
 0.1293224  0.0831197  0.0039433  0.1017030  0.1482033  0.1700595  0.1716675  0.0862198  1.0000001  0.0191928  0.0513971  0.0194887
 0.1305785  0.1767347  0.0649050  0.0021786  0.0799100  0.0308254 -0.0110955 -0.0058380  0.0191928  1.0000000  0.0386252  0.1785378
 0.1763808  0.0596972 -0.1562040  0.0163707  0.1342830 -0.0098008  0.1198349  0.2105289  0.0513971  0.0386252  1.0000000  0.1561337
 0.2046664  0.2192995  0.0108127  0.0582886  0.0554187  0.0948152  0.1108051  0.0704934  0.0194887  0.1785378  0.1561337  1.0000000
"""


def table(text: str) -> NDArray[np.float64]:
    return np.array([line.split() for line in text.strip().splitlines()], dtype=np.float64)


def test_vectors_are_those_of_the_reference(embedder: MiniLM) -> None:
    vectors = embedder.embed(TEXTS).astype(np.float64)
    assert np.abs(vectors[:, :8] - table(FIRST_EIGHT_COMPONENTS)).max() < 1e-5
    assert np.abs(vectors @ vectors.T - table(DOT_PRODUCTS)).max() < 1e-5


def test_every_row_is_of_unit_length(embedder: MiniLM) -> None:
    vectors = embedder.embed(TEXTS)
    assert vectors.dtype == np.float32
    assert vectors.shape == (len(TEXTS), embedder.dimensions)
    assert np.abs(np.linalg.norm(vectors, axis=1) - 1).max() < 1e-6


def test_name_tells_the_model_and_the_weights(embedder: MiniLM) -> None:
    assert embedder.name == "all-MiniLM-L6-v2@53aa5117"


def test_no_texts_are_no_rows(embedder: MiniLM) -> None:
    assert embedder.embed([]).shape == (0, 384)


@settings(max_examples=25, deadline=None)
@given(texts=st.lists(st.one_of(st.text(max_size=300), st.sampled_from(TEXTS)), min_size=2, max_size=6))
def test_company_never_changes_a_single_bit_of_a_vector(embedder: MiniLM, texts: list[str]) -> None:
    together = embedder.embed(texts)
    alone = [embedder.embed([text])[0] for text in reversed(texts)][::-1]
    assert [row.tobytes() for row in together] == [row.tobytes() for row in alone]


def test_threads_asking_at_once_get_the_vectors_of_their_own_texts(embedder: MiniLM) -> None:
    alone = [embedder.embed([text]).tobytes() for text in TEXTS]
    with ThreadPoolExecutor(8) as askers:
        at_once = list(askers.map(lambda text: embedder.embed([text]).tobytes(), TEXTS * 4))
    assert at_once == alone * 4


def test_what_comes_after_256_tokens_does_not_count(embedder: MiniLM) -> None:
    long = "portal " * 254
    first, second = embedder.embed([long + "travel", long + "holiday"])
    assert first.tobytes() == second.tobytes()
    assert embedder.embed([long[:-7]]).tobytes() != first.tobytes()


def test_two_megabytes_cost_no_more_than_the_characters_that_can_count(
    embedder: MiniLM, monkeypatch: pytest.MonkeyPatch
) -> None:
    prose = "Travel is booked through the portal. "
    book = prose * (2_000_000 // len(prose))
    cut = embedder.embed([book])
    monkeypatch.setattr(embedder_module, "MOST_CHARACTERS", len(book))
    assert cut.tobytes() == embedder.embed([book]).tobytes()
    assert len(book) > 100 * MOST_CHARACTERS


def test_half_of_an_emoji_is_read_as_a_question_mark(embedder: MiniLM) -> None:
    assert embedder.embed(["shipped \ud83d"]).tobytes() == embedder.embed(["shipped ?"]).tobytes()


@pytest.fixture
def copied(models: Weights, tmp_path: Path) -> Weights:
    (tmp_path / models.model.name).symlink_to(models.model)
    return models._replace(model=tmp_path / models.model.name)


def test_graph_is_built_once(copied: Weights, monkeypatch: pytest.MonkeyPatch) -> None:
    built = cached_graph(copied)
    monkeypatch.setattr(module, "build_graph", lambda _tensors: pytest.fail("built again"))
    assert cached_graph(copied) == built


@pytest.mark.parametrize("damage", [b"", b"not a graph"], ids=["cut off", "something else"])
def test_damaged_graph_is_built_again(copied: Weights, damage: bytes) -> None:
    built = cached_graph(copied)
    [path] = copied.model.parent.glob("graph-*.onnx")
    path.write_bytes(damage)
    assert cached_graph(copied) == built
    assert path.read_bytes() == built
    assert {left.name for left in copied.model.parent.glob("graph-*")} == {path.name, path.with_suffix(".sha256").name}


EMBED_ONE_TEXT = """
import sys
from pathlib import Path
from bot.models.embedder import MiniLM
from bot.models.weights import Weights
with MiniLM(Weights("real", Path(sys.argv[1]), Path(sys.argv[2]))) as embedder:
    embedder.embed(["hello"])
"""


def test_onnxruntime_keeps_nothing_about_this_machine_and_says_nothing(models: Weights, tmp_path: Path) -> None:
    """A process of its own, whose home shows whether the library began to gather its telemetry."""
    told = subprocess.run(
        [sys.executable, "-B", "-c", EMBED_ONE_TEXT, models.model, models.tokenizer],
        cwd=Path(__file__).parents[2],
        env={"HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert (told.stdout, told.stderr) == ("", "")
    assert list(tmp_path.rglob("*")) == []
