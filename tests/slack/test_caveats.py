"""What whoever reads an answer should know of it, on the running bot: that pages disagree and that one is old; and nothing
of a page that somebody who reads along may not read.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.core.clock import utc_now
from tests import company
from tests.slack.office import Office, office, running, until

Open = Callable[..., Office]

QUESTION = "How many EUR may a hotel cost a night?"
NOW = utc_now()


def page(title: str, text: str, days: int, access: str = "[group:staff]") -> str:
    edited = (NOW - timedelta(days=days)).date().isoformat()
    return f"---\ntitle: {title}\nupdated: {edited}\naccess: [{access}]\n---\n{text}\n"


NEWER = page("Trips", "A hotel may cost 175 EUR a night. Ask early.", 30)
OLDER = page("Travel notes", "A hotel may cost 150 EUR a night.", 400)
SECRET = page("Board travel", "A hotel may cost 900 EUR a night.", 3, "[group:staff], [group:hr]")
OLD = page("Parking", "A parking permit costs 40 EUR a month.", 1000)


@pytest.fixture
def open_office(tmp_path: Path, database_url: str) -> Iterator[Open]:
    with ExitStack() as stack:

        def make(**documents: str) -> Office:
            named = {f"fin/{name}.md": text for name, text in documents.items()}
            made = stack.enter_context(office(tmp_path, database_url, documents={**company.DOCUMENTS, **named}))
            stack.enter_context(running(made))
            return made

        yield make


def asked(acme: Office, name: str, text: str, channel: str | None = None) -> str:
    acme.asks(name, text, channel=channel)
    reply = acme.reply(channel or acme.direct(name))
    acme.settled()
    return reply.text + str(reply.blocks)


def caveats(acme: Office, kind: str = "closed") -> list[dict[str, Any]]:
    return [caveat for body in acme.events(kind) for caveat in body["reply"].get("caveats", ())]


def test_two_pages_that_disagree_are_both_named_and_on_record(open_office: Open) -> None:
    acme = open_office(newer=NEWER, older=OLDER)
    said = asked(acme, "zoe", QUESTION, "general")
    assert "Two pages disagree: the newer, Trips, says “A hotel may cost 175 EUR a night.”" in said
    assert "Travel notes says “A hotel may cost 150 EUR a night.”" in said
    (conflict,) = caveats(acme)
    assert (conflict["kind"], conflict["newer"]) == ("conflict", "here")
    assert [conflict[side]["quote"] for side in ("here", "there")] == [
        "A hotel may cost 175 EUR a night.",
        "A hotel may cost 150 EUR a night.",
    ]


def test_a_page_that_somebody_there_may_not_read_disagrees_with_nothing(open_office: Open) -> None:
    """Ben may read it; in the channel the answer is what it would be without that page."""
    acme = open_office(newer=NEWER, secret=SECRET)
    said = asked(acme, "ben", QUESTION, "general")
    assert "175 EUR" in said
    assert "disagree" not in said
    assert "Board" not in said
    assert caveats(acme) == []
    until(lambda: acme.replies(acme.direct("ben")))
    (aside,) = acme.replies(acme.direct("ben"))
    assert "Two pages disagree" in aside.text
    assert "Board travel" in aside.text
    assert [one["kind"] for one in caveats(acme, "closed_aside")] == ["conflict"]


def test_a_page_that_was_edited_long_ago_says_so(open_office: Open) -> None:
    acme = open_office(old=OLD)
    said = asked(acme, "zoe", "What does a parking permit cost a month?")
    edited = NOW - timedelta(days=1000)
    assert f"Parking was last edited in {edited:%B %Y}." in said
    (old,) = caveats(acme)
    assert old["kind"] == "old"


def test_a_source_that_was_not_read_for_long_says_so(tmp_path: Path, database_url: str) -> None:
    with office(tmp_path, database_url) as acme, running(acme, lambda: utc_now() + timedelta(days=20)):
        said = asked(acme, "zoe", "How many days of annual leave do I have?")
    assert "was last read on" in said
    assert [one["kind"] for one in caveats(acme)] == ["unread"]
