"""Two companies in one process, with the same names for everything and other words in everything: whatever they do, nothing
that is kept, counted, logged or said of the one holds a word of the other.
"""

import gc
import io
import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, NamedTuple

from cachetools import Cache
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlmodel import SQLModel
from structlog.testing import capture_logs

from bot import app
from bot.app import Records
from bot.core.ports import Embedder
from bot.models.remembered import Remembered
from bot.playground.slack import membership
from bot.worker import SYNC
from tests.fakes.embedder import HashingEmbedder
from tests.slack.office import until
from tests.slack.several import Both, Company, company_of, serving

Whose = Literal["acme", "globex"]
MARKS: dict[Whose, str] = {"acme": "zebrafinch", "globex": "walrustusk"}
TOPICS = ("Annual leave", "Badge", "Canteen")


class Asks(NamedTuple):
    whose: Whose
    who: Literal["ana", "ben"]
    about: int


class Types(NamedTuple):
    whose: Whose
    words: Literal["sources", "status", "people", "help"]


class Edits(NamedTuple):
    whose: Whose
    topic: int
    number: int


class Leaves(NamedTuple):
    """And comes back at the next of its doings."""

    whose: Whose


Doing = Asks | Types | Edits | Leaves
WHOSE = st.sampled_from(["acme", "globex"])
DOINGS: st.SearchStrategy[Doing] = st.one_of(
    st.builds(Asks, WHOSE, st.sampled_from(["ana", "ben"]), st.integers(0, 2)),
    st.builds(Asks, WHOSE, st.sampled_from(["ana", "ben"]), st.integers(0, 2)),
    st.builds(Types, WHOSE, st.sampled_from(["sources", "status", "people", "help"])),
    st.builds(Edits, WHOSE, st.integers(0, 2), st.integers(10, 99)),
    st.builds(Leaves, st.just("globex")),
)


def said(whose: Whose, topic: str, number: int) -> str:
    return f"The {topic.lower()} of everybody is {number} {MARKS[whose]} a year."


class Scene:
    def __init__(self, both: Both, folder: Path) -> None:
        self.both, self.folder = both, folder
        self.texts = {whose: {topic: said(whose, topic, 7) for topic in TOPICS} for whose in MARKS}
        for whose in MARKS:
            assert both.install(self.company(whose)).status_code == 200
            both.add_source(self.company(whose), folder / whose, self.texts[whose])

    def company(self, whose: Whose) -> Company:
        return self.both.acme if whose == "acme" else self.both.globex

    def do(self, doing: Doing) -> None:
        one = self.company(doing.whose)
        if self.both.installed(one).state == "ended":
            assert self.both.install(one).status_code == 200
        match doing:
            case Asks(whose, who, about):
                topic = TOPICS[about]
                answer = self.both.answer(one, who, f"What is the {topic.lower()} of {MARKS[whose]}?")
                assert self.texts[whose][topic].split()[-3] in answer, answer
            case Types(_, words):
                assert self.both.slack.as_user(one.people["ana"]).slash("/footnote", words).acked
            case Edits(whose, topic, number):
                self.texts[whose][TOPICS[topic]] = said(whose, TOPICS[topic], number)
                company_of(one, self.folder / whose, self.texts[whose])
                with self.both.records(one) as records:
                    app.ask_for_sync(records, ["handbook"])
                    until(lambda: not records.jobs.is_in_hand(SYNC, "handbook"))
            case Leaves():
                membership.uninstall(self.both.world, self.both.app_in(one))
                until(lambda: self.both.installed(one).state == "ended")


def other(whose: Whose) -> str:
    return MARKS["globex" if whose == "acme" else "acme"]


def check_rows(both: Both) -> None:
    """Every row of every table, by whose it is; the list of installations is nobody's, and holds no word of either."""
    names = {both.installed(both.acme).id: "acme", both.installed(both.globex).id: "globex"}
    seen = dict.fromkeys(MARKS.values(), 0)
    with both.home.database.engine.connect() as connection:
        for table in SQLModel.metadata.tables.values():
            for row in connection.execute(select(table)).mappings():
                whose = names.get(row["workspace"])
                text = repr(dict(row))
                for mark_of, mark in MARKS.items():
                    assert mark not in text or mark_of == whose, (table.name, mark)
                    seen[mark] += mark in text
    assert all(seen.values())  # else there was nothing to be mixed up


def check_caches() -> None:
    for cache in [one for one in gc.get_objects() if isinstance(one, Cache)]:
        text = repr(list(cache.items()))
        assert sum(mark in text for mark in MARKS.values()) <= 1, type(cache)


def check_said(both: Both) -> None:
    for channel in both.world.channels.values():
        whose: Whose = "acme" if channel.team_id == both.acme.team.id else "globex"
        shown = [(one.text, one.blocks) for one in channel.messages.values()]
        whispered = [(one.text, one.blocks) for one in channel.ephemerals]
        assert other(whose) not in repr(shown + whispered)


@contextmanager
def logs() -> Iterator[io.StringIO]:
    """Ours and the libraries'."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    logging.getLogger().addHandler(handler)
    try:
        with capture_logs() as ours:
            yield written
        written.write(repr(ours))
    finally:
        logging.getLogger().removeHandler(handler)


@settings(max_examples=3, phases=(Phase.explicit, Phase.generate))  # an example takes seconds: none is made smaller
@given(doings=st.lists(DOINGS, min_size=5, max_size=9))
def test_whatever_two_workspaces_do_nothing_of_the_one_holds_a_word_of_the_other(doings: list[Doing]) -> None:
    shared = Remembered(HashingEmbedder())

    def embedder_of(_: Records) -> Embedder:
        return shared.apart()

    with tempfile.TemporaryDirectory() as folder, logs() as written:
        with serving(
            Path(folder), "sqlite", embedder_of=embedder_of, embedder="hashing/test", answers_kept_mb=2
        ) as both:
            scene = Scene(both, Path(folder))
            for doing in [*doings, Asks("acme", "ana", 0), Asks("globex", "ana", 0)]:
                scene.do(doing)
            check_rows(both)
            check_caches()
            check_said(both)
            metrics = both.served_text("/metrics")
            assert both.served_text("/readyz").startswith("{")
        check_written(metrics, both)
    check_written(written.getvalue(), both)


def check_written(text: str, both: Both) -> None:
    for word in (*MARKS.values(), "handbook", both.acme.team.id, both.globex.team.id, "Globex", "globex.test"):
        assert word not in text, word
