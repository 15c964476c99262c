"""Whom admins say people are, in the rows: what two write at once, and what is being read meanwhile."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.core.errors import LostLease
from bot.core.identities import Relink
from bot.stores.config import Taken
from bot.stores.database import Database
from bot.stores.identities import StoredIdentities, relink
from bot.stores.jobs import Jobs, take_away_all
from bot.stores.sources import Sources
from policies.people import email_address

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MEI, ZOE = email_address("mei@acme.test"), email_address("zoe@acme.test")


@pytest.fixture
def wiki(database: Database) -> Database:
    with database.writing() as session:
        Sources(database).add(session, "wiki", "confluence", {}, NOON)
    return database


def write(database: Database, *links: Relink) -> None:
    with database.writing() as session:
        relink(session, links, NOON, by="ana", agreed_by=None, reread=lambda _session, _source, _now: None)


def link(email: str, after: str | None, before: str | None = None, source: str = "wiki") -> Relink:
    return Relink(email=email_address(email), source=source, before=before, after=after)


@pytest.mark.parametrize(
    "second",
    [link(ZOE, "acc:1"), link(MEI, "acc:2"), link(MEI, None, before="acc:2"), link(ZOE, "acc:3", source="gone")],
    ids=["taken", "linked", "otherwise", "no source"],
)
def test_who_writes_second_changes_nothing_not_even_the_rest_of_their_list(wiki: Database, second: Relink) -> None:
    write(wiki, link(MEI, "acc:1"))
    with pytest.raises(Taken):
        write(wiki, link("new@acme.test", "acc:9"), second)
    assert StoredIdentities(wiki, tuple).links() == {(MEI, "wiki"): "acc:1"}


def test_who_says_it_and_since_when_is_kept_with_it(wiki: Database) -> None:
    write(wiki, link(MEI, "acc:1"))
    (one,) = StoredIdentities(wiki, tuple).of(MEI)
    assert (one.how, one.account, one.by, one.agreed_by, one.since) == ("absent", "acc:1", "ana", None, NOON)


def test_whoever_reads_one_source_with_what_was_said_before_may_write_no_more_of_it(wiki: Database) -> None:
    jobs = Jobs(wiki, owner="here", length=timedelta(minutes=1))
    with wiki.writing() as session:
        for key in ("wiki", "other"):
            jobs.enqueue(session, "sync", key, {"full": False}, now=NOON)
    claims = {claim.key: claim for claim in (jobs.claim(NOON), jobs.claim(NOON)) if claim is not None}
    with wiki.writing() as session:
        take_away_all(session, "sync", "wiki")
    jobs.check(claims["other"])
    with pytest.raises(LostLease):
        jobs.check(claims["wiki"])
    again = jobs.claim(NOON)
    assert again is not None
    assert again.key == "wiki"
