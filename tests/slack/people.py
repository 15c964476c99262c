"""The small company with channels of people who are asked, and what a test drives of that."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bot import app
from bot.playground.slack import Channel, Message, SlackWorld
from policies.rules import EXPERTS
from tests.slack.office import Office, a_slack_world, office, until
from tests.slack.replies import inside

UNANSWERED = "Where is the espresso machine of the Reykjavik bureau kept?"
KNOWN = "The espresso machine of the Reykjavik bureau is kept in the cellar behind the red door."
PUBLIC, PRIVATE = "help", "desk"

Json = dict[str, Any]


def a_world() -> SlackWorld:
    """`help` is public, `desk` is ben's and ana's, `closed` ben's alone; in `cold` the bot is not."""
    world = a_slack_world()
    world.add_channel(PUBLIC, members=["ben", "footnote"])
    world.add_channel(PRIVATE, members=["ana", "ben", "footnote"], private=True)
    world.add_channel("cold", members=["ben"], private=True)
    return world


@contextmanager
def an_office(folder: Path, database_url: str, experts: str | None, **options: Any) -> Iterator[Office]:
    """`experts`: the channel of the rules; None: there is none."""
    with office(folder, database_url, **{"world": a_world(), **options}) as acme:
        if experts is not None:
            rule(acme, f'channel = "{acme.slack.world.channel(experts).id}"')
        yield acme


def rule(acme: Office, text: str, **others: str) -> None:
    with app.records(acme.settings) as records, records.database.writing() as session:
        texts = {**app.packaged_rules(), EXPERTS: text, **others}
        records.config.save(session, texts, author="test", note="experts", now=records.clock())


def buttons(message: Message) -> list[str]:
    return [one["action_id"] for one in inside(message.blocks) if one.get("type") == "button"]


def refused(acme: Office, name: str, channel: str | None = None, text: str = UNANSWERED) -> Message:
    asked = acme.asks(name, text, channel=channel)
    place: str | Channel = channel or acme.direct(name)
    until(lambda: acme.replies(place, asked.ts if channel else None))
    acme.settled()
    return acme.replies(place, asked.ts if channel else None)[-1]


def opens(acme: Office, name: str, place: str | Channel, message: Message, button: str = "ask_a_person") -> Json:
    """Clicks, and waits for the view to be filled."""
    person = acme.person(name)
    person.click(place, message.ts, button)
    until(lambda: (view := person.view()) is not None and "One moment" not in str(view.body))
    view = person.view()
    assert view is not None
    return view.body


def hands_over(acme: Office, name: str, place: str | Channel, message: Message, text: str | None = None) -> None:
    assert opens(acme, name, place, message).get("callback_id") == "ask_a_person"
    done = acme.person(name).submit({"text": text} if text is not None else {})
    assert done.acked, done
    assert not done.errors, done
    acme.person(name).close()


def posted(acme: Office, channel: str) -> Message:
    """The bot's question in the experts' channel."""
    until(lambda: heads(acme, channel))
    settled(acme)
    (found,) = heads(acme, channel)
    return found


def heads(acme: Office, channel: str) -> list[Message]:
    return [one for one in acme.replies(channel) if not one.is_reply]


def lines(acme: Office, channel: str, under: Message) -> list[Message]:
    return [one for one in acme.replies(channel, under.ts) if one.is_reply]


def settled(acme: Office) -> None:
    """Everything was delivered, and nothing is left to be done."""
    acme.settled()
    with app.records(acme.settings) as records:
        until(lambda: not any(state in {"waiting", "claimed"} for _, state in _jobs(records)))


def _jobs(records: app.Records) -> list[tuple[str, str]]:
    return [(id_, state) for id_, state in records.jobs.states() if id_ != "timers"]


def handed_over(acme: Office, name: str = "zoe", experts: str = PUBLIC, channel: str | None = None) -> Message:
    """Asked, refused, handed over; the question among the experts."""
    message = refused(acme, name, channel)
    hands_over(acme, name, channel or acme.direct(name), message)
    return posted(acme, experts)


def replied(acme: Office, under: Message, name: str = "ben", experts: str = PUBLIC, text: str = KNOWN) -> Message:
    """Somebody has replied there, and the bot has done all that follows."""
    said = acme.person(name).post(experts, text, thread_ts=under.ts)
    until(lambda: any("e_" in str(one.blocks) for one in lines(acme, experts, under)))
    settled(acme)
    return said


def saved(acme: Office, under: Message, name: str = "ben", experts: str = PUBLIC, **values: str) -> None:
    line = lines(acme, experts, under)[-1]
    assert opens(acme, name, experts, line, "save_answer").get("callback_id") == "save_answer"
    done = acme.person(name).submit(values)
    assert done.acked, done
    assert not done.errors, done
    acme.person(name).close()
    settled(acme)


def at(acme: Office) -> list[str]:
    """Where, by the receipts, people could be asked."""
    return [one["asks_in"] for body in acme.events("posted") for one in body["to"] if "asks_in" in one]


def kinds(acme: Office) -> list[str]:
    return [event.kind for events in acme.receipts() for event in events]


Open = Callable[..., Office]
