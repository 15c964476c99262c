"""Two companies in one process, with the same names for everything and other words in everything: whatever the one does,
nothing that is kept, counted, logged or said of the other changes, or holds a word of it.
"""

import functools
import gc
import io
import logging
import random
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

import cachetools
import numpy as np
import pytest
from cachetools import Cache
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlmodel import SQLModel, col
from structlog.testing import capture_logs

from bot import app
from bot.stores.leader import TIMERS
from bot.stores.tables import PassageRow
from bot.stores.vectors import Vectors
from tests.fakes.embedder import HashingEmbedder
from tests.slack.doings import DOINGS, LEAVES, MARKS, OF_BOTH, Scene, Whose, other, scene

Order = list[tuple[Whose, str]]
State = Mapping[Whose, Mapping[str, list[str]]]  # by where it is kept

_OURS: Final = ("bot.", "connectors.", "policies.")
_CACHES: Final = frozenset(one for one in vars(cachetools).values() if isinstance(one, type) and issubclass(one, Cache))


class Stage(NamedTuple):
    """`written`: what was logged, by us and by the libraries."""

    scene: Scene
    written: Callable[[], str]

    def __repr__(self) -> str:
        return "two companies"


@pytest.fixture
def stage(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    with logs() as written:
        with scene(tmp_path, database_url, monkeypatch) as made:
            yield Stage(made, written)
        check_written(written(), made)


@contextmanager
def logs() -> Iterator[Callable[[], str]]:
    libraries = io.StringIO()
    handler = logging.StreamHandler(libraries)
    logging.getLogger().addHandler(handler)
    try:
        with capture_logs() as ours:
            yield lambda: libraries.getvalue() + repr(ours)
    finally:
        logging.getLogger().removeHandler(handler)


@settings(
    max_examples=1,  # each of them does everything that there is to do, in another order
    phases=(Phase.explicit, Phase.generate),  # it takes seconds: none is made smaller
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(seed=st.integers(min_value=1, max_value=2**32))
def test_whatever_two_workspaces_do_nothing_of_the_one_changes_or_holds_a_word_of_the_other(
    stage: Stage, seed: int
) -> None:
    made = stage.scene
    before = state(made)
    for whose, doing in in_some_order(seed):
        if doing == LEAVES:  # what is kept in memory of a company goes with it
            check_caches()
        DOINGS[doing](made, made.sides[whose])
        made.settled()
        after = state(made)
        check_marks(after)
        check_written(made.both.served_text("/metrics") + made.both.served_text("/readyz") + stage.written(), made)
        if doing not in OF_BOTH:
            changed = [where for where, was in before[other(whose)].items() if after[other(whose)].get(where) != was]
            assert changed == [], (doing, changed)
        before = after
    check_caches()
    check_what_all_have_in_common()
    check_vectors(made)


def in_some_order(seed: int) -> Order:
    """Each does each once."""
    order: Order = [(whose, doing) for whose in MARKS for doing in DOINGS]
    random.Random(seed).shuffle(order)
    return order


def state(made: Scene) -> State:
    """Every row of every table, and all that stands in Slack, by whose it is."""
    found: dict[Whose, dict[str, list[str]]] = {whose: {} for whose in MARKS}
    for whose, table, row in rows(made):
        found[whose].setdefault(table, []).append(row)
    with made.both.world.lock:
        for whose, side in made.sides.items():
            places = [one for one in made.both.world.channels.values() if one.team_id == side.company.team.id]
            found[whose]["Slack"] = [repr((one.messages, one.ephemerals)) for one in places]
    return found


def rows(made: Scene) -> Iterator[tuple[Whose, str, str]]:
    """The list of installations is nobody's, and holds no word of either."""
    names = {made.both.installed(side.company).id: whose for whose, side in made.sides.items()}
    with made.both.home.database.engine.connect() as connection:
        for table in SQLModel.metadata.tables.values():
            for row in connection.execute(select(table).order_by(*table.primary_key)):
                whose, text = names.get(row.workspace), repr(tuple(row))
                if whose is None:
                    assert not any(mark in text for mark in MARKS.values()), table.name
                elif getattr(row, "kind", None) != TIMERS:  # says only who is at work
                    yield whose, table.name, text


def check_marks(found: State) -> None:
    """All is full of their own, else there was nothing to be mixed up."""
    for whose, kept in found.items():
        for where, lines in kept.items():
            for line in lines:
                assert MARKS[other(whose)] not in line, (where, near(line, MARKS[other(whose)]))
        for where in ("Slack", "passage", "ledger_content", "inbox", "config"):
            assert any(MARKS[whose] in line for line in kept[where]), where


def near(text: str, word: str) -> str:
    at = text.find(word)
    return text[max(0, at - 300) : at + 100]


def check_caches() -> None:
    """Whatever is kept in memory is of one of them."""
    with np.printoptions(threshold=0):  # vectors say nothing
        texts = [repr(list(cache.items())) for cache in caches()]
    for text in texts:
        assert sum(mark in text for mark in MARKS.values()) <= 1, text[:1000]
    for mark in MARKS.values():
        assert any(mark in text for text in texts)  # else there was nothing to be mixed up


def caches() -> list[Cache[Any, Any]]:
    """Those of modules too, which the collector does not name once they are frozen."""
    return [one for one in (*gc.get_objects(), *in_modules()) if type(one) in _CACHES]


def in_modules() -> Iterator[object]:
    for name, module in list(sys.modules.items()):
        if name.startswith(_OURS):
            yield from list(vars(module).values())


def check_what_all_have_in_common() -> None:
    """What functions remember is kept under all that it was made from: it would be no other if nobody had asked before."""
    held = set[str]()
    for cache in in_modules():
        if isinstance(cache, functools._lru_cache_wrapper):
            for key in remembered(cache):
                marks = [mark for mark in MARKS.values() if mark in repr(key)]
                assert len(marks) <= 1, cache
                if marks:
                    given = key if isinstance(key, tuple) else (key,)
                    assert cache(*given) == cache.__wrapped__(*given), cache
                held.update(marks)
    assert held == set(MARKS.values())


def remembered(cache: Any) -> list[Any]:
    """Its keys: the arguments. The one that is no attribute of it is what it keeps them in."""
    return [key for one in gc.get_referents(cache) if isinstance(one, dict) and one is not vars(cache) for key in one]


def check_vectors(made: Scene) -> None:
    """Each collection holds those of its own passages, and there are some."""
    for side in made.sides.values():
        records, embedder = side.records, HashingEmbedder()
        with records.database.reading() as session:
            theirs = set(session.scalars(select(col(PassageRow.id))))
        with closing(
            Vectors(
                app.chroma(records.settings),
                workspace=records.database.workspace,
                embedder=embedder.name,
                dimensions=embedder.dimensions,
            )
        ) as vectors:
            held = set(vectors.ids())
        assert held
        assert held <= theirs


def check_written(text: str, made: Scene) -> None:
    both = made.both
    for word in (*MARKS.values(), "handbook", both.acme.team.id, both.globex.team.id, "Globex", "globex.test"):
        assert word not in text, near(text, word)
