"""A conversation is summarised for those who can read it anyway, from what stands there now, with a link to each message."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from bot.playground.slack import Channel, Message
from tests.slack.office import Office, office, running, until
from tests.slack.replies import strings

Open = Callable[..., Office]

SUMMARISE = "summarise this thread"
NOT_YOURS = "There is nothing here that you may read now."
TALK = (
    ("ana", "Which supplier do we take for the new badges?"),
    ("ben", "Northwind costs 4,20 euros a badge, Contoso 3,90 euros."),
    ("ana", "lol"),
    ("zoe", "Contoso delivers in nine weeks, so let's go with Northwind."),
    ("ben", "I will order 120 badges by Friday."),
)


@pytest.fixture
def open_office(tmp_path: Path, database_url: str) -> Iterator[Open]:
    with ExitStack() as stack:

        def make(**options: Any) -> Office:
            made = stack.enter_context(office(tmp_path, database_url, **options))
            stack.enter_context(running(made))
            return made

        yield make


@pytest.fixture
def acme(open_office: Open) -> Office:
    return open_office()


def talks(acme: Office, channel: str | Channel = "general", talk: Any = TALK) -> Message:
    """A thread; its first message."""
    (who, text), *others = talk
    head = acme.person(who).post(channel, text)
    for who, text in others:
        acme.person(who).post(channel, text, thread_ts=head.ts)
    return head


def asked(acme: Office, name: str, text: str, channel: str | None = None, thread: str | None = None) -> Message:
    """The reply to it."""
    place: str | Channel = channel or acme.direct(name)
    before = len(acme.replies(place))
    acme.asks(name, text, channel=channel, thread=thread)
    until(lambda: len(acme.replies(place)) > before)
    acme.settled()
    return acme.replies(place)[-1]


def link(acme: Office, channel: str, message: Message) -> str:
    place = acme.slack.world.channel(channel)
    return f"https://acme.slack.com/archives/{place.id}/p{message.ts.replace('.', '')}"


def test_a_thread_is_summarised_in_its_own_words_with_who_said_them_and_links(acme: Office) -> None:
    head = talks(acme)
    reply = asked(acme, "zoe", SUMMARISE, "general", head.ts)
    assert reply.thread_ts == head.ts
    lines = reply.text.splitlines()
    assert lines[:4] == [
        "Ana: Which supplier do we take for the new badges? [1]",
        "Ben: Northwind costs 4,20 euros a badge, Contoso 3,90 euros. [2]",
        "Zoe: Contoso delivers in nine weeks, so let's go with Northwind. [3]",
        "Ben: I will order 120 badges by Friday. [4]",
    ]
    assert "lol" not in reply.text
    ordered = acme.slack.world.channel("general").messages
    last = next(one for one in ordered.values() if "120 badges" in one.text)
    address = f"{link(acme, 'general', last)}?thread_ts={head.ts}&cid={acme.slack.world.channel('general').id}"
    assert any(f"<{address.replace('&', '&amp;')}|Ben, " in text for text in strings(reply.blocks))
    (receipt,) = acme.receipts()
    assert [event.kind for event in receipt] == ["asked", "claimed", "retrieved", "composed", "closed", "posted"]


def test_another_conversation_is_summarised_for_the_asker_alone_as_long_as_they_are_in_it(acme: Office) -> None:
    head = talks(acme, "eng-hr", [("ana", "Which badges?"), ("ben", "We decided: 120 badges.")])
    address = link(acme, "eng-hr", head)
    assert "in a direct message" in asked(acme, "ben", f"summarise {address}", "general").text
    reply = asked(acme, "ana", f"summarise {address}")
    assert "Ben: We decided: 120 badges. [2]" in reply.text
    assert not [one for one in (*acme.replies("general"), *acme.replies("eng-hr")) if "120" in one.text]
    acme.person("ana").leave("eng-hr")
    assert "There is nothing that I can summarise" in asked(acme, "ana", f"summarise {address}").text
    assert opened(acme, "ana", acme.direct("ana"), reply) == NOT_YOURS


# --- why --------------------------------------------------------------------------------------------------------------


def opened(acme: Office, name: str, place: str | Channel, reply: Message) -> str:
    """What the view says, once it is filled; in short, where it says nothing."""
    person = acme.person(name)
    before = person.view()
    person.click(place, reply.ts, "why")
    until(lambda: (view := person.view()) is not None and view is not before and "Looking up" not in str(view.body))
    view = person.view()
    assert view is not None
    texts = [text for text in strings(view.body["blocks"]) if text]
    return NOT_YOURS if any(text.startswith(NOT_YOURS) for text in texts) else "\n".join(texts)


def test_why_shows_the_messages_as_far_as_they_still_stand(acme: Office) -> None:
    head = talks(acme)
    reply = asked(acme, "zoe", SUMMARISE, "general", head.ts)
    shown = opened(acme, "ana", "general", reply)
    assert "I will order 120 badges by Friday." in shown
    assert f"<{link(acme, 'general', head)}|Ana, " in shown
    assert "score" not in shown
    said = {one.text: one for one in acme.slack.world.channel("general").messages.values()}
    acme.person("ben").delete("general", said["I will order 120 badges by Friday."].ts)
    shown = opened(acme, "ana", "general", reply)
    assert "120 badges" not in shown
    assert "Only what you may read now is shown." in shown
    assert "Which supplier" in shown
