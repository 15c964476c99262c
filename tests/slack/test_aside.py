"""What is for the asker alone, and does not go through: nobody else can see that there was any such thing."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.playground.slack import Message
from tests.slack.office import SECRET, SECRET_ANSWER, Office, office, running, until

PLACE = "eng-hr"


@pytest.fixture
def acme(tmp_path: Path, database_url: str) -> Iterator[Office]:
    with office(tmp_path, database_url) as opened, running(opened):
        yield opened


def kinds(acme: Office) -> list[str]:
    (events,) = acme.receipts()
    return [event.kind for event in events]


def refused(acme: Office) -> Message:
    acme.slack.faults.fail("chat.postMessage", "slack_error", code="restricted_action", skip=1)
    return acme.asks("ben", "paid annual leave a year for everyone who leaves", channel=PLACE)


def test_asker_is_told_alone_that_the_rest_did_not_go_through(acme: Office) -> None:
    asked = refused(acme)
    told = acme.reply(acme.direct("ben"))
    acme.settled()
    assert "something went wrong" in told.text
    assert acme.events("failed")[0]["error"] == "Refused"
    here = acme.reply(PLACE, asked.ts)
    assert "wrong" not in here.text
    assert acme.replies(PLACE) == [here]
    assert kinds(acme).count("shown") == 1
    assert kinds(acme)[-1] == "failed"


def test_place_that_has_its_answer_can_still_be_asked_why(acme: Office) -> None:
    refused(acme)
    acme.reply(acme.direct("ben"))
    acme.settled()
    ana, here = acme.person("ana"), acme.reply(PLACE)
    ana.click(PLACE, here.ts, "why")
    until(lambda: "27 days" in str(ana.view() and ana.view().body))  # type: ignore[union-attr]
    assert SECRET_ANSWER not in str(ana.view().body)  # type: ignore[union-attr]


def test_next_question_of_a_thread_does_not_wait_until_the_aside_goes_through(acme: Office) -> None:
    acme.slack.faults.fail("chat.postMessage", "error_500", skip=1)
    first = acme.asks("ben", SECRET, channel=PLACE)
    until(lambda: acme.events("delayed"))
    acme.asks("ana", channel=PLACE, thread=first.ts)
    until(lambda: len(acme.replies(PLACE, first.ts)) == 2)
    assert acme.replies(acme.direct("ben")) == []
    assert SECRET_ANSWER in acme.reply(acme.direct("ben")).text
