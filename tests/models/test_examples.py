"""What a message is like, by examples: the same for everybody, with any embedder or none, and kept so that it costs once."""

from pathlib import Path

import numpy as np
import pytest

from bot.app import packaged_rules
from bot.models import examples as module
from bot.models.examples import ByExamples
from bot.steps.route import route
from bot.stores.config import Config
from bot.stores.database import Database
from policies.intents import Intent, Route
from policies.rules import INTENTS, Rules, parse
from tests.fakes.embedder import CountingEmbedder, HashingEmbedder, SilentEmbedder
from tests.fakes.passages import NOON

RULES = parse(packaged_rules())


def intent(name: str, *examples: str) -> Intent:
    return Intent(intent=name, does="talk" if name != "question" else "answer", risk="low", retrievers=("keywords",), examples=examples)  # fmt: skip


FEW = {"question": intent("question", "how long is leave", "who signs it"), "talk": intent("talk", "hello", "nice day")}


@pytest.fixture(autouse=True)
def _nothing_is_fitted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_FITTED", {})


def does(guesser: ByExamples, text: str, rules: Rules) -> str:
    way = route(text, rules, guesser.guess(text, rules.intents))
    assert isinstance(way, Route)
    return way.does


def test_each_example_is_likest_to_its_own_kind(tmp_path: Path) -> None:
    for guesser in (ByExamples(None, tmp_path), ByExamples(HashingEmbedder(), tmp_path)):
        for name, kind in FEW.items():
            for text in kind.examples:
                scores = guesser.guess(text.upper() + "!", FEW).scores
                assert max(scores, key=scores.__getitem__) == name


def test_the_same_examples_give_the_same_scores(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = ByExamples(HashingEmbedder(), tmp_path / "a").guess("who signs the leave", FEW)
    monkeypatch.setattr(module, "_FITTED", {})
    assert ByExamples(HashingEmbedder(), tmp_path / "b").guess("who signs the leave", FEW) == one


def test_rules_without_examples_guess_nothing(tmp_path: Path) -> None:
    assert ByExamples(None, tmp_path).guess("hello", {"question": intent("question")}).scores == {}


def test_examples_are_embedded_once_and_new_ones_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ByExamples(CountingEmbedder(), tmp_path).guess("hello", FEW)
    monkeypatch.setattr(module, "_FITTED", {})
    embedder = CountingEmbedder()
    more = {**FEW, "talk": intent("talk", "hello", "nice day", "good evening")}
    ByExamples(embedder, tmp_path).guess("hi", more)
    assert embedder.texts == ["good evening", "hi"]


@pytest.mark.parametrize("junk", [b"", b"PK\x03\x04 half of it", b"\x80\x04pickled"], ids=["empty", "cut", "other"])
def test_what_is_kept_and_cannot_be_read_is_made_again(
    tmp_path: Path, junk: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = ByExamples(HashingEmbedder(), tmp_path).guess("hello", FEW)
    (file,) = tmp_path.iterdir()
    file.write_bytes(junk)
    monkeypatch.setattr(module, "_FITTED", {})
    assert ByExamples(HashingEmbedder(), tmp_path).guess("hello", FEW) == before


def test_vectors_of_another_length_or_not_finite_are_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = ByExamples(HashingEmbedder(), tmp_path).guess("hello", FEW)
    (file,) = tmp_path.iterdir()
    with np.load(file) as kept:
        keys, vectors = kept["keys"], kept["vectors"]
    for wrong in (vectors[:, :3], vectors * np.float32("nan")):
        np.savez(file, keys=keys, vectors=wrong)
        monkeypatch.setattr(module, "_FITTED", {})
        assert ByExamples(HashingEmbedder(), tmp_path).guess("hello", FEW) == before


def test_where_nothing_can_be_kept_it_is_guessed_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert ByExamples(HashingEmbedder(), tmp_path / "file").guess("hello", FEW).scores


def test_embedder_that_is_silent_leaves_the_words(tmp_path: Path) -> None:
    guess = ByExamples(SilentEmbedder(), tmp_path).guess("hello", FEW)
    assert (guess.because, guess.reads, guess.by) == ("busy", "words", "examples")
    assert guess.scores == ByExamples(None, tmp_path).guess("hello", FEW).scores


def test_nobody_waits_while_many_examples_are_read(tmp_path: Path) -> None:
    many = {**FEW, "talk": intent("talk", "hello", *(f"nice day number {number}" for number in range(40)))}
    embedder = CountingEmbedder()
    guesser = ByExamples(embedder, tmp_path)
    guess = guesser.guess("hello", many)
    assert (guess.because, guess.by, embedder.texts) == ("unread", "examples", [])
    assert guess.scores == ByExamples(None, tmp_path).guess("hello", many).scores
    guesser.warm(many)
    assert len(embedder.texts) == 43
    assert guesser.guess("hello", many).by == guesser.name


def test_an_embedder_that_is_silent_stops_no_start(tmp_path: Path) -> None:
    ByExamples(SilentEmbedder(), tmp_path).warm(FEW)


def test_message_of_two_megabytes_costs_what_a_short_one_costs(tmp_path: Path) -> None:
    assert ByExamples(HashingEmbedder(), tmp_path).guess("a" * 2_000_000, FEW).scores


def test_three_examples_of_an_admin_mend_what_went_astray(tmp_path: Path, database: Database) -> None:
    """Through the store, as an admin changes them; nothing is started anew."""
    config, guesser = Config(database), ByExamples(None, tmp_path)
    said, texts = "Is the kanban card for valves green", packaged_rules()
    with database.writing() as session:
        config.adopt(session, texts, NOON)
    assert does(guesser, said, config.rules()) != "act"
    added = (
        '"Is the kanban card for seals green", "Is the kanban card for bolts green?", "kanban card for pumps green",'
    )
    first = "\nexamples = [\n"
    at = texts[INTENTS].index(first, texts[INTENTS].index("\n[act]")) + len(first)
    mended = {**texts, INTENTS: f"{texts[INTENTS][:at]}  {added}\n{texts[INTENTS][at:]}"}
    with database.writing() as session:
        config.save(session, mended, author="ana@acme.test", note="kanban", now=NOON)
    assert does(guesser, said, config.rules()) == "act"
    with database.writing() as session:
        config.roll_back(session, 1, author="ana@acme.test", now=NOON)
    assert does(guesser, said, config.rules()) != "act"
