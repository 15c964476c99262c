"""Who is whom, from Slack to the wiki and back: linked by two admins, read, told to whoever it is about, and taken back."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot import app
from bot.core.clock import utc_now
from bot.core.errors import LostLease
from bot.playground.confluence import ConfluenceEmulator
from bot.playground.world import World
from bot.slack.commands import as_typed
from bot.stores.access import AccessStore
from bot.worker import SYNC
from connectors.model import Loop
from policies.people import email_address
from tests.slack.office import Office, office, running, until
from tests.slack.replies import inside
from tests.slack.test_commands import told, types, whispers
from tests.slack.test_commands_policy import card, shown

ZOE = email_address("zoe@acme.test")
TOKEN = "WIKI_TOKEN_OF_A_TEST"


@pytest.fixture
def world() -> World:
    """Zoe shows her address to nobody there."""
    made = World()
    made.add_person("Ana", email="ana@acme.test", account_id="acc:ana")
    made.add_person("Zoe", email="zoe@acme.test", account_id="acc:zoe", email_shown=False)
    made.confluence.add_space("ENG", "Engineering", author="acc:ana")
    return made


@pytest.fixture
def acme(tmp_path: Path, database_url: str, world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    with (
        ConfluenceEmulator(world) as site,
        office(tmp_path, database_url, admins=("ana@acme.test", "ben@acme.test")) as made,
    ):
        monkeypatch.setenv(TOKEN, site.caller.token)
        settings = {
            "site": site.url,
            "user": site.caller.email or "",
            "secret": f"env:{TOKEN}",
            "spaces": "ENG",
            "requests_per_second": "1000",
        }
        with made.records.database.writing() as session:
            made.records.sources.add(session, "wiki", "confluence", settings, utc_now())
        yield made


def is_zoe_at_the_wiki(acme: Office) -> bool:
    held = AccessStore(acme.records.database).person(ZOE).principals
    return "wiki/user:acc:zoe" in held


def is_read(acme: Office) -> None:
    """Who is who there, too; and nobody is at it any more."""
    until(lambda: was_read(acme) and not acme.records.jobs.is_in_hand(SYNC, "wiki"))


def was_read(acme: Office) -> bool:
    return all(one.read_at.get(Loop.GROUPS) for one in acme.records.sources.listed() if one.name == "wiki")


def press(acme: Office, name: str, action: str = "change:approve") -> None:
    asked, place = card(acme, name), acme.direct(name)
    assert acme.person(name).click(place, asked.ts, action).acked
    until(lambda: not buttons(acme, name))
    acme.settled()


def buttons(acme: Office, name: str) -> list[object]:
    found = [block for message in acme.replies(acme.direct(name)) for block in inside(message.blocks)]
    return [block for block in found if block.get("type") == "button"]


def test_somebody_is_linked_by_two_hears_of_it_is_read_and_is_nobody_at_once_when_it_is_taken_back(
    acme: Office,
) -> None:
    zoes = f"<@{acme.person('zoe').id}|zoe>"
    with running(acme):
        is_read(acme)
        assert "wiki (confluence): 1 linked by their address; 0 by an admin; 2 not linked" in told(
            acme, "ana", "people"
        )
        assert "an account is one person's" in told(acme, "ana", f"people link {zoes} wiki acc:ana")
        assert "I asked ben@acme.test" in told(acme, "ana", f"people link {zoes} wiki acc:zoe")
        assert "wiki, zoe@acme.test: nothing → acc:zoe" in card(acme, "ben").text
        assert not is_zoe_at_the_wiki(acme)
        press(acme, "ben")
        assert "you are the account acc:zoe, and ben@acme.test has agreed" in acme.reply(acme.direct("zoe")).text
        assert "people unlink zoe@acme.test wiki" in acme.reply(acme.direct("ana")).text
        until(lambda: is_zoe_at_the_wiki(acme))
        is_read(acme)
        said = told(acme, "ben", "people show zoe@acme.test")
        assert "wiki (confluence): acc:zoe, by an admin (ana@acme.test, agreed to by ben@acme.test), since" in said
        assert "Only admins" in told(acme, "zoe", "people show zoe@acme.test")
        assert "Done, at once" in told(acme, "ben", f"people unlink {zoes} wiki")
        assert not is_zoe_at_the_wiki(acme)
        until(lambda: len(acme.replies(acme.direct("zoe"))) == 2)
        is_read(acme)
        assert not is_zoe_at_the_wiki(acme)
    (back, given) = acme.events("relinked")
    assert (given["by"], given["agreed_by"], back["by"]) == ("ana@acme.test", "ben@acme.test", "ben@acme.test")


def test_a_list_is_refused_by_its_line_shown_and_agreed_to_as_one(acme: Office) -> None:
    with running(acme):
        types(acme, "ana", "people import")
        until(lambda: acme.person("ana").view())
        refused = acme.person("ana").submit({"text": "zoe@acme.test,wiki,acc:zoe\nzoe@acme.test,jira,acc:zoe"})
        assert refused.errors["text"].startswith("Line 2: the second field is no source")
        assert not acme.person("ana").submit({"text": "zoe@acme.test,wiki,acc:zoe\nx@else.test,wiki,acc:x"}).errors
        until(lambda: "New: 1." in shown(acme, "ana"))
        assert "x@else.test" in shown(acme, "ana")
        assert not acme.person("ana").submit({}).errors
        until(lambda: "I asked ben@acme.test" in shown(acme, "ana"))
        assert "Link people" in shown(acme, "ana")
        acme.settled()
        assert acme.events("relinked") == []
        press(acme, "ben")
        until(lambda: is_zoe_at_the_wiki(acme))
        assert whispers(acme, "ana") == []
        is_read(acme)


def test_whoever_asked_hears_when_nobody_agreed_in_time(acme: Office) -> None:
    ahead = timedelta()
    with running(acme, lambda: utc_now() + ahead):
        told(acme, "ana", "people link zoe@acme.test wiki acc:zoe")
        card(acme, "ben")
        ahead = timedelta(days=8)
        assert "Nobody agreed to it in time" in acme.reply(acme.direct("ana")).text
        press(acme, "ben")
        assert len(acme.replies(acme.direct("ana"))) == 1
    assert acme.events("relinked") == []


def test_who_reads_with_what_was_said_before_stops_and_who_is_who_is_read_anew(acme: Office) -> None:
    records = acme.records
    app.ask_for_sync(records, ["wiki"], [Loop.CONTENT])
    claim = records.jobs.claim(records.clock(), kinds=[SYNC])
    assert claim is not None
    with records.database.writing() as session:
        app.reread_people(records, session, "wiki", records.clock())
    with pytest.raises(LostLease):
        records.jobs.check(claim)
    again = records.jobs.claim(records.clock(), kinds=[SYNC])
    assert again is not None
    assert {"groups", "content"} <= json.loads(again.payload).keys()


@pytest.mark.parametrize(
    ("sent", "typed"),
    [
        ("people show <@U1|ana>", "people show <@U1|ana>"),
        (
            'policy set admins.people ["<mailto:mei@acme.test|mei@acme.test>"]',
            'policy set admins.people ["mei@acme.test"]',
        ),
        ("a <https://acme.test/x?a=1&amp;b=2> b", "a https://acme.test/x?a=1&b=2 b"),
        ("<#C1|general> &lt;b&gt; &amp;amp;", "<#C1|general> <b> &amp;"),
        ("<!channel> < > <>", "<!channel> < > <>"),
    ],
)
def test_what_slack_marks_up_reads_as_it_was_typed_and_people_stay_ids(sent: str, typed: str) -> None:
    assert as_typed(sent) == typed
