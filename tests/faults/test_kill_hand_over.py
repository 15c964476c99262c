"""`kill -9` while a question is handed over: it is in the experts' channel once, and whoever asked is told so."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.playground.slack import Delivery
from tests.faults.test_kill_slack import dies, is_signed, serving
from tests.slack.office import Office, until
from tests.slack.people import PUBLIC, UNANSWERED, an_office, buttons, heads, kinds, opens, refused, settled


@pytest.fixture
def acme(tmp_path: Path, database_url: str) -> Iterator[Office]:
    delivery = Delivery(ack_s=1.0, redelivery_s=(0.3,) * 60)
    with an_office(tmp_path, database_url, PUBLIC, delivery=delivery) as opened:
        yield opened


@pytest.mark.parametrize("failpoint", ["hand_over.after_submit", "hand_over.after_ask"])
def test_whoever_dies_while_handing_over_leaves_one_question(acme: Office, failpoint: str) -> None:
    console, place = acme.console(), acme.direct("zoe")
    with serving(console, FOOTNOTE_FAILPOINT=failpoint) as first:
        message = refused(acme, "zoe")
        opens(acme, "zoe", place, message)
        acme.person("zoe").submit()
        dies(first)
    with serving(console):
        until(lambda: "ask_a_person" not in buttons(place.messages[message.ts]))
        settled(acme)
    (asked,) = heads(acme, PUBLIC)
    assert UNANSWERED in asked.text
    assert (kinds(acme).count("handed_over"), kinds(acme).count("experts_asked")) == (1, 1)
    is_signed(acme)
