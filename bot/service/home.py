"""What our Home is made of, and who draws it."""

import shutil
import threading
from collections.abc import Callable
from functools import partial
from typing import Final

from cachetools import LRUCache
from slack_sdk import WebClient

from bot import app
from bot.core.nouns import Explained, ReceiptId, SlackUser
from bot.flows import home as flow
from bot.flows.admin import Administration
from bot.service import signing_in
from bot.slack import wire
from bot.slack.audience import SlackPeople
from bot.slack.calls import Refused, call
from bot.slack.heard import Us
from bot.slack.homes import Homes
from bot.stores.commands import Commands
from bot.stores.library import StoredLibrary
from bot.web.health import Health
from connectors.model import Retryable

_LEAST_FREE: Final = 1024**3  # as `footnote doctor` has it
_MOST_LINKS: Final = 4096


def homes(
    assistant: app.Assistant,
    administration: Administration,
    commands: Commands,
    people: SlackPeople,
    web: WebClient,
    us: Us,
) -> Homes:
    records = assistant.records
    house = flow.House(
        reading=assistant.answering.reading,
        governing=administration.governing,
        person=people.person,
        asked=records.receipts,
        library=StoredLibrary(records.database),
        link=_links(web),
        spent=app.purse(records).spent_by,
        paused=administration.paused,
        overview=administration.overview,
        pending=commands.pending,
        signs_in=partial(signing_in.offers, records),
        health=Health({"database": partial(_answers, records), "disk": partial(_has_room, records)}).found,
    )
    drawn = Homes(web, us, lambda user: flow.home(user, house), house.governing.admins)
    records.ledger.hear(drawn.hear)
    return drawn


def why(assistant: app.Assistant, receipt: ReceiptId, clicker: SlackUser) -> Explained | None:
    records = assistant.records
    return flow.why_of_own(
        receipt, clicker, asked=records.receipts, history=records.receipts, reading=assistant.answering.reading
    )


def _links(web: WebClient) -> Callable[[str, str], str | None]:
    """Slack is asked once for each message: where it stands never changes."""
    known: LRUCache[tuple[str, str], str] = LRUCache(_MOST_LINKS)
    lock = threading.Lock()

    def link(channel: str, message: str) -> str | None:
        with lock:
            found = known.get((channel, message))
        if found is None:
            try:
                found = call(web, "chat.getPermalink", wire.Permalink, channel=channel, message_ts=message).permalink
            except (Refused, Retryable):
                return None
            with lock:
                known[channel, message] = found
        return found

    return link


def _answers(records: app.Records) -> bool:
    """The database does, whatever is in it."""
    records.sources.listed()
    return True


def _has_room(records: app.Records) -> bool:
    return shutil.disk_usage(records.settings.home).free >= _LEAST_FREE
