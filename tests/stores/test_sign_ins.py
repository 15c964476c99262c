"""Who is on their way to a source: once, from one browser, within ten minutes, in one workspace, and one of two at one moment."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from bot.core.nouns import SlackUser
from bot.stores.database import Database
from bot.stores.sign_ins import HOLDS, StoredSignIns

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MEI, ZOE = (SlackUser(team="T1", user=user) for user in ("UMEI", "UZOE"))
BROWSER = "what only one browser holds"


def held(sign_ins: StoredSignIns, who: SlackUser = MEI, source: str = "wiki") -> str:
    return sign_ins.issue(who, source, NOON, NOON)[1]


def test_who_left_comes_back_as_whoever_was_given_the_link(database: Database) -> None:
    sign_ins = StoredSignIns(database)
    issued, link = sign_ins.issue(MEI, "wiki", NOON, NOON)
    assert sign_ins.look(link, NOON) == issued
    leaving = sign_ins.leave(link, BROWSER, NOON)
    assert leaving is not None
    back = sign_ins.come_back(leaving.state, BROWSER, NOON)
    assert back is not None
    assert (back.sign_in, back.proof) == (issued, leaving.proof)
    assert (issued.by, issued.source, issued.added_at, issued.until) == (MEI, "wiki", NOON, NOON + HOLDS)


def test_it_ends_with_its_last_moment_wherever_one_is(database: Database) -> None:
    sign_ins, early, late = StoredSignIns(database), NOON + HOLDS - timedelta(seconds=1), NOON + HOLDS
    link = held(sign_ins)
    assert sign_ins.look(link, late) is None
    assert sign_ins.leave(link, BROWSER, late) is None
    leaving = sign_ins.leave(link, BROWSER, early)
    assert leaving is not None
    assert sign_ins.come_back(leaving.state, BROWSER, late) is None
    assert sign_ins.come_back(leaving.state, BROWSER, early) is not None


def test_a_new_link_ends_the_one_before_of_the_same_person_at_the_same_source_alone(database: Database) -> None:
    sign_ins = StoredSignIns(database)
    first, others, elsewhere = held(sign_ins), held(sign_ins, ZOE), held(sign_ins, source="drive")
    second = held(sign_ins)
    assert sign_ins.look(first, NOON) is None
    assert None not in [sign_ins.look(one, NOON) for one in (second, others, elsewhere)]


def test_another_workspace_knows_nothing_of_it(database: Database, database_url: str) -> None:
    sign_ins = StoredSignIns(database)
    link = held(sign_ins)
    leaving = sign_ins.leave(held(sign_ins, ZOE), BROWSER, NOON)
    assert leaving is not None
    with closing(Database(database_url, "another")) as another:
        theirs = StoredSignIns(another)
        assert theirs.look(link, NOON) is None
        assert theirs.leave(link, BROWSER, NOON) is None
        assert theirs.come_back(leaving.state, BROWSER, NOON) is None
        held(theirs)
    assert sign_ins.look(link, NOON) is not None


def test_of_several_at_one_moment_one_leaves_and_one_comes_back(database: Database) -> None:
    sign_ins = StoredSignIns(database)
    link = held(sign_ins)
    with ThreadPoolExecutor(6) as pool:
        left = [one for one in pool.map(lambda _: sign_ins.leave(link, BROWSER, NOON), range(6)) if one is not None]
        (leaving,) = left
        back = list(pool.map(lambda _: sign_ins.come_back(leaving.state, BROWSER, NOON), range(6)))
    assert sum(one is not None for one in back) == 1


def test_who_asks_with_what_we_gave_nobody_keeps_no_writer_waiting(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_ins = StoredSignIns(database)
    leaving = sign_ins.leave(held(sign_ins), BROWSER, NOON)
    assert leaving is not None
    monkeypatch.setattr(database, "writing", lambda: pytest.fail("it wants to write"))
    for state, browser, now in (
        ("x", BROWSER, NOON),
        (leaving.state, "x", NOON),
        (leaving.state, BROWSER, NOON + HOLDS),
    ):
        assert sign_ins.come_back(state, browser, now) is None
