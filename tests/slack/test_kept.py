"""Where answers are kept, whoever asks in Slack what a colleague of the same rights has asked is answered as they were, under a
receipt of their own; and nobody by what they may not read any more.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests import company
from tests.slack.office import ANSWER, Office, office, running, until

Open = Callable[..., Office]

PEOPLE = company.PEOPLE.replace("zoe@acme.test: [group:sales]", "zoe@acme.test: [group:eng]")  # as ana
LEAVE = "hr/leave.md"


@pytest.fixture
def acme(tmp_path: Path, database_url: str) -> Iterator[Office]:
    with ExitStack() as stack:
        made = stack.enter_context(office(tmp_path, database_url, people=PEOPLE, answers_kept_mb=8))
        stack.enter_context(running(made))
        yield made


def told(acme: Office, name: str) -> str:
    """What they were told in their direct conversation, once all is done."""
    acme.asks(name)
    reply = acme.reply(acme.direct(name))
    acme.settled()
    return reply.text


def receipt(acme: Office, name: str) -> list[Any]:
    """The events of what they asked last."""
    user = acme.person(name).id
    return next(list(events) for events in acme.receipts() if user in str(events[0].body))


def answered_in(events: list[Any]) -> list[str | None]:
    return [event.body.get("answered_in") for event in events if event.kind == "retrieved"]


def shuts(tmp_path: Path) -> None:
    """At the source; nothing has read it since."""
    closed = company.DOCUMENTS[LEAVE].replace("[[group:staff]]", "[[group:hr]]")
    (tmp_path / "company" / LEAVE).write_text(closed, encoding="utf-8")


def test_whoever_lost_the_right_meanwhile_gets_nothing_of_what_was_kept(acme: Office, tmp_path: Path) -> None:
    assert ANSWER in told(acme, "ana")
    shuts(tmp_path)
    assert ANSWER not in told(acme, "zoe")
    events = receipt(acme, "zoe")
    first, *anew = answered_in(events)
    assert (first, set(anew)) == (receipt(acme, "ana")[0].receipt, {None})
    composed = [event.body["unreadable"] for event in events if event.kind == "composed"]
    assert composed[0] == {"documents": [f"acme:{LEAVE}"], "sources": []}
    assert ANSWER not in str([event.body for event in events if event.kind == "closed"])


def test_whoever_has_other_rights_is_answered_anew(acme: Office) -> None:
    assert ANSWER in told(acme, "ana")
    assert ANSWER in told(acme, "ben")
    assert answered_in(receipt(acme, "ben")) == [None]


def test_colleague_of_the_same_rights_is_answered_as_before_with_a_receipt_and_a_proof_of_their_own(
    acme: Office, tmp_path: Path
) -> None:
    assert told(acme, "ana") == told(acme, "zoe")
    hers, theirs = receipt(acme, "zoe"), receipt(acme, "ana")
    assert answered_in(hers) == [theirs[0].receipt]
    assert [event.kind for event in hers] == ["asked", "claimed", "retrieved", "composed", "closed", "posted"]
    (asker,) = {event.body["asker"] for event in hers if event.kind == "closed"}
    assert asker == "zoe@acme.test"
    assert why(acme, "zoe") == hers[0].receipt
    assert ANSWER in view(acme, "zoe")
    shuts(tmp_path)
    why(acme, "zoe")
    until(lambda: ANSWER not in view(acme, "zoe"))


def why(acme: Office, name: str) -> str:
    """The receipt whose proof is shown."""
    before = len(acme.events("explained"))
    acme.person(name).click(acme.direct(name), acme.reply(acme.direct(name)).ts, "why")
    until(lambda: len(acme.events("explained")) > before)
    until(lambda: "Looking up" not in view(acme, name))
    return str(
        max((event for events in acme.receipts() for event in events if event.kind == "explained"), key=_seq).receipt
    )


def _seq(event: Any) -> int:
    return int(event.seq)


def view(acme: Office, name: str) -> str:
    shown = acme.person(name).view()
    return str(shown.body) if shown is not None else "Looking up"
