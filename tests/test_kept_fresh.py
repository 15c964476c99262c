"""While the bot is at work, another embedder takes over beside it, and nobody who asks has to wait for that."""

import time
from pathlib import Path

import pytest
from sqlmodel import select

from bot import app
from bot.core.errors import Unembedded
from bot.settings import Settings
from bot.stores.tables import EventRow
from bot.timers import kept_fresh
from tests import company, inside
from tests.fakes.embedder import CountingEmbedder, HashingEmbedder
from tests.world import console, settings_of

QUESTION = "How many days of annual leave do I have?"
PATIENCE_S = 60.0


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    """Of a home that was read with the hashing embedder, whose vectors serve."""
    found = settings_of(console(tmp_path, database_url)).model_copy(update={"sync_every_minutes": 0.02})
    with inside.assistant(found, HashingEmbedder()) as assistant:
        inside.sync(assistant, company.write(tmp_path / "company"))
    return found


def until_it_serves(assistant: app.Assistant, name: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while (serving := assistant.records.embedders.serving()) is None or serving.name != name:
        assert time.monotonic() < deadline, "nobody took over"
        time.sleep(0.05)


def searched_by(assistant: app.Assistant) -> str | None:
    """With which embedder a question is searched now; it is answered in any case."""
    outcome = inside.ask(assistant, QUESTION, "ana@acme.test")
    assert outcome.evidence.found
    embedder = assistant.answering.reading.meaning().embedder
    return embedder.name if embedder is not None else None


def test_another_embedder_takes_over_in_the_background(settings: Settings) -> None:
    """The old one cannot be built by this version: it is words alone until then."""
    new = CountingEmbedder("new")
    with inside.assistant(settings, new) as assistant:
        assert searched_by(assistant) is None
        with kept_fresh(assistant):
            until_it_serves(assistant, "new")
            assert searched_by(assistant) == "new"
        passages = [text for text in new.texts if "\n" in text]
        assert len(passages) == len(set(passages))


def test_a_provider_that_was_away_is_asked_again_with_the_next_round(settings: Settings) -> None:
    def away_at_first(calls: int) -> None:
        if calls < 2:
            raise Unembedded("new", "busy")

    def failing(calls: int) -> None:
        new.calls = calls + 1  # what raises counts too
        away_at_first(calls)
        new.calls = calls

    new = CountingEmbedder("new", failing)
    with inside.assistant(settings, new) as assistant, kept_fresh(assistant):
        until_it_serves(assistant, "new")
        assert searched_by(assistant) == "new"
        kinds = ledger_kinds(assistant)
    assert kinds.count("embedding_failed") == 2
    assert kinds.count("embedder_switched") == 1


def ledger_kinds(assistant: app.Assistant) -> list[str]:
    with assistant.records.database.reading() as session:
        return list(session.exec(select(EventRow.kind)))
