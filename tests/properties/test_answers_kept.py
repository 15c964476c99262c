"""With answers that are remembered and without, the same story of edits, of access and of questions is answered alike."""

import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot import app
from bot.core.nouns import ListId
from bot.flows.answer import Outcome, answer
from bot.flows.answered import Answers
from connectors.model import OwnedLayer, Retryable, SourceDocument
from policies.access import AccessList, Grant, Layer
from policies.evidence import Answer
from policies.people import Email, Principal
from tests import company, inside
from tests.conftest import MakeDatabaseUrl
from tests.fakes.access import a_list
from tests.fakes.embedder import HashingEmbedder
from tests.flows.world import ANA, BO, World
from tests.world import console, settings_of

WORDS = ("leave", "days", "price", "pump", "27", "not")
GROUPS = ("acme/staff", "acme/hr", "acme/eng")
PAGES = ("a.md", "b.md", "c.md", "d.md")

pages = st.sampled_from(PAGES)
groups = st.sampled_from(GROUPS)
people = st.sampled_from([ANA, BO])
sentences = st.lists(st.sampled_from(WORDS), min_size=2, max_size=5).map(" ".join).map(lambda said: f"The {said}.")
questions = st.tuples(
    st.sampled_from(["How many days of leave?", "pump 27"]),
    st.sampled_from(["{}", "{}", " {}\n"]),
).map(lambda both: both[1].format(both[0]))

asks = st.tuples(st.just("asks"), people, questions, st.frozensets(people, max_size=1))
steps = st.one_of(
    asks,
    asks,
    asks,
    asks,
    st.tuples(st.just("writes"), pages, sentences, groups),
    st.tuples(st.just("forgets"), pages),
    st.tuples(st.just("takes back"), pages),
    st.tuples(st.just("gives back"), pages),
    st.tuples(st.just("tightens"), pages),
    st.tuples(st.just("joins"), people, st.frozensets(groups)),
    st.tuples(st.just("ends"), groups, st.integers(1, 4)),
    st.tuples(st.just("passes"), st.integers(1, 40)),
    st.tuples(st.just("is away"), st.booleans()),
)
Step = tuple[Any, ...]


class Told:
    """One world, and two who answer in it."""

    def __init__(self) -> None:
        self.world, self.ticks, self.hits = World(), 0.0, 0
        self.answers = Answers(1_000_000, timer=lambda: self.ticks)
        self.taken: dict[str, tuple[OwnedLayer, ...]] = {}
        for person in (ANA, BO):
            self.world.knows(person, *GROUPS[:2])
        for page in PAGES[:3]:
            self.world.writes(page, f"Page {page}: leave of 27 days, and the price of a pump.", GROUPS[0])

    def asks(self, asker: Email, text: str, beside: frozenset[Email]) -> None:
        world = self.world
        world.people.beside = [world.access.person(one) for one in sorted(beside - {asker})]
        told = []
        for answers in (None, self.answers):
            work = world.asks(text, asker)
            told.append(answer(work, replace(world.answering(), answers=answers), world.poster))
            looks = [event.body for event in work.kept.events if event.kind == "retrieved"]
            self.hits += sum("answered_in" in look for look in looks)
        anew, kept = map(without_times, told)
        assert kept == anew

    def does(self, what: str, *how: Any) -> None:
        getattr(self, what.replace(" ", "_"))(*how)

    def writes(self, page: str, text: str, group: str) -> None:
        self.world.writes(page, text, group)

    def forgets(self, page: str) -> None:
        if page in self.there:
            self.world.forgets(page)

    def takes_back(self, page: str) -> None:
        if page in self.there:
            self.taken.setdefault(page, self.there[page].access)
            self.world.takes_back(page)

    def gives_back(self, page: str) -> None:
        if page in self.there and page in self.taken:
            self.there[page] = self.there[page].model_copy(update={"access": self.taken.pop(page)})

    def tightens(self, page: str) -> None:
        self.world.passages.tighten(f"acme:{page}", a_list("acme/nobody"))

    def joins(self, person: Email, held: frozenset[str]) -> None:
        self.world.knows(person, *held)

    def ends(self, group: str, hours: int) -> None:
        grant = Grant(principal=Principal(group), valid_until=self.world.now + timedelta(hours=hours))
        list_id, access = ListId(f"acme:{group}"), AccessList(layers=(Layer(grants=frozenset({grant})),))
        self.world.access.lists[list_id] = access
        for stored in list(self.world.passages.stored.values()):
            if stored.list_id == list_id:
                self.world.passages.tighten(stored.document, access)

    def passes(self, hours: int) -> None:
        """Of which the memory notices little, so that it is not always its own age that ends something."""
        self.world.now, self.ticks = self.world.now + timedelta(hours=hours), self.ticks + 60 * hours

    def is_away(self, away: bool) -> None:  # noqa: FBT001 - a step's value
        self.world.connectors["acme"].fails_with = Retryable("away") if away else None

    @property
    def there(self) -> dict[str, SourceDocument]:
        return self.world.connectors["acme"].documents


@settings(max_examples=150, deadline=None)
@given(story=st.lists(steps, min_size=4, max_size=24))
def test_whoever_asks_cannot_tell_whether_it_was_asked_before(story: list[Step]) -> None:
    told = Told()
    for step in story:
        told.does(*step)


def test_story_has_hits() -> None:
    """A property that is never put to the test proves nothing."""
    told = Told()
    for asker in (ANA, BO, ANA):
        told.does("asks", asker, "How many days of leave?", frozenset())
    assert told.hits == 2


def test_story_would_notice_an_answer_that_outlived_an_edit(monkeypatch: pytest.MonkeyPatch) -> None:
    told = Told()
    monkeypatch.setattr(type(told.world.passages), "generation", property(lambda _: 7, lambda *_: None), raising=False)
    told.does("asks", ANA, "How many days of leave?", frozenset())
    told.does("writes", "d.md", "The leave is 27 days.", GROUPS[0])
    with pytest.raises(AssertionError):
        told.does("asks", ANA, "How many days of leave?", frozenset())


# -- in the real stores

LEAVE = ("How many days of leave are there?", "What is the price?", "How is billing-api deployed?")
EDITS = st.sampled_from(
    [
        ("hr/leave.md", "27", "28"),
        ("hr/leave.md", "[[group:staff]]", "[[group:hr]]"),
        ("eng/deploy.md", "[[group:eng]]", "[[group:staff]]"),
        ("people.yaml", "ben@acme.test: [group:hr]", "ben@acme.test: [group:eng]"),
        ("people.yaml", "group:eng: [group:staff]", "group:eng: []"),
    ]
)
deeds = st.one_of(
    st.tuples(st.just("asks"), st.sampled_from(["ana@acme.test", "ben@acme.test"]), st.sampled_from(LEAVE)),
    st.tuples(st.just("asks"), st.sampled_from(["ana@acme.test", "ben@acme.test"]), st.sampled_from(LEAVE)),
    st.tuples(st.just("edits"), EDITS, st.booleans()),
    st.tuples(st.just("syncs")),
)


@contextmanager
def kept_and_anew(folder: Path, database_url: str) -> Iterator[tuple[Path, app.Assistant, app.Assistant]]:
    written = company.write(folder / "company", dict(company.DOCUMENTS))
    with inside.assistant(settings_of(console(folder, database_url, secrets.token_hex(3))), HashingEmbedder()) as kept:
        assert kept.answering.answers is not None
        inside.sync(kept, written)
        yield written, kept, replace(kept, answering=replace(kept.answering, answers=None))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(story=st.lists(deeds, min_size=4, max_size=14))
def test_in_the_real_stores_it_is_answered_alike(make_database_url: MakeDatabaseUrl, story: list[Step]) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        kept_and_anew(Path(folder), make_database_url()) as (written, kept, anew),
    ):
        for deed in story:
            match deed:
                case ("asks", asker, text):
                    told = [without_times(inside.ask(one, text, asker)) for one in (anew, kept)]
                    assert told[0] == told[1]
                case ("edits", (file, old, new), back):
                    path = written / file
                    old, new = (new, old) if back else (old, new)
                    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
                case _:
                    inside.synced(kept, "acme")


def test_second_time_is_a_hit_in_the_real_stores(make_database_url: MakeDatabaseUrl, tmp_path: Path) -> None:
    with kept_and_anew(tmp_path, make_database_url()) as (_, kept, anew):
        first, again = (inside.ask(kept, LEAVE[0], "ana@acme.test") for _ in range(2))
        assert isinstance(first.reply, Answer)
        assert "retrieve" in first.timings_ms
        assert "retrieve" not in again.timings_ms
        assert (
            without_times(first) == without_times(again) == without_times(inside.ask(anew, LEAVE[0], "ana@acme.test"))
        )


def without_times(outcome: Outcome) -> object:
    aside = outcome.aside
    return (
        outcome.reply,
        outcome.evidence,
        outcome.route,
        outcome.model,
        outcome.shortfall,
        aside and (aside.reply, aside.evidence, aside.model),
    )
