"""While the bot is at work, another embedder takes over beside it, and nobody who asks has to wait for that."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from bot import app
from bot.core.errors import Unembedded
from bot.settings import Settings
from bot.stores.tables import EventRow
from bot.timers import kept_fresh
from connectors.model import Loop
from tests import company, inside
from tests.fakes.embedder import CountingEmbedder, HashingEmbedder
from tests.world import console, settings_of

QUESTION = "How many days of annual leave do I have?"
PATIENCE_S = 60.0
PAUSE = timedelta(minutes=15)


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    """Of a home that was read with the hashing embedder, whose vectors serve."""
    found = settings_of(console(tmp_path, database_url)).model_copy(update={"sync_every_minutes": 0.02})
    with inside.assistant(found, HashingEmbedder()) as assistant:
        inside.sync(assistant, company.write(tmp_path / "company"))
    return found


def until_it_serves(assistant: app.Assistant, name: str) -> None:
    until(lambda: (serving := assistant.records.embedders.serving()) is not None and serving.name == name)


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


def test_who_begins_anew_reads_only_what_is_due(tmp_path: Path, database_url: str) -> None:
    ours = settings_of(console(tmp_path, database_url)).model_copy(update={"embedder": "none", "lease_s": 1})
    with inside.assistant(ours, None) as assistant:
        inside.sync(assistant, company.write(tmp_path / "company"))
        first = read_at(assistant)
        due = {loop: app.due(assistant.records, loop, PAUSE) for loop in first}
        assert due == {loop: at + PAUSE for loop, at in first.items()}
        (tmp_path / "company" / "new.md").write_text("# New\n\nSomething new.\n", encoding="utf-8")
        with kept_fresh(assistant):
            time.sleep(1.0)
        assert read_at(assistant) == first
    with inside.assistant(ours.model_copy(update={"sync_every_minutes": 0.01}), None) as assistant:
        with kept_fresh(assistant):
            until(lambda: read_at(assistant)[Loop.CONTENT] > first[Loop.CONTENT])
        others = {loop: at for loop, at in read_at(assistant).items() if loop is not Loop.CONTENT}
        assert others == {loop: at for loop, at in first.items() if loop is not Loop.CONTENT}


def test_what_was_never_read_is_due_at_once_whatever_else_was(tmp_path: Path, database_url: str) -> None:
    ours = settings_of(console(tmp_path, database_url)).model_copy(update={"embedder": "none", "lease_s": 1})
    with inside.assistant(ours, None) as assistant:
        records = assistant.records
        inside.sync(assistant, company.write(tmp_path / "company"))
        with records.database.writing() as session:
            records.sources.add(session, "new", "folder", {"path": str(tmp_path / "company")}, records.clock())
        assert app.due(records, Loop.CONTENT, PAUSE) <= records.clock()
        with kept_fresh(assistant):
            until(lambda: all(Loop.CONTENT in source.read_at for source in records.sources.listed()))


def read_at(assistant: app.Assistant) -> dict[Loop, datetime]:
    source = next(source for source in assistant.records.sources.listed() if source.name == "acme")
    return {loop: at for loop, at in source.read_at.items() if at is not None}


def until(happens: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not happens():
        assert time.monotonic() < deadline, "it does not happen"
        time.sleep(0.02)
