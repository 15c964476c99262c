"""The small company with a Jira beside its Slack, each in this process, and what was done there: counted at the target alone."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from bot import app
from bot.playground.jira import Issue, JiraEmulator
from bot.playground.loopback.log import Request
from bot.playground.slack import Channel, Message
from bot.playground.slack.errors import CannotDo
from bot.playground.world import World
from bot.slack.render.cards import CONFIRM, DID_NOT, HAPPENED
from bot.slack.words import FAILED
from policies.rules import OVERRIDES
from tests.console import Console
from tests.slack.office import Office, office
from tests.slack.replies import inside, read

PROJECT = "ENG"
CREATED = "POST /rest/api/3/issue?"
Said = Literal["done", "not done", "unknown"]
_RULE = f'[tools.jira.create_issue]\nenabled = true\ntargets = ["{PROJECT}"]\na_day = 1000\n'


def request(summary: str) -> str:
    return f'Create a ticket in {PROJECT} "{summary}"'


@dataclass(frozen=True)
class Card:
    """As it stands in Slack. `pressable`: by the action of each button."""

    message: Message
    pressable: frozenset[str]
    place: Channel

    @property
    def waits(self) -> bool:
        return CONFIRM in self.pressable

    @property
    def asks_what_happened(self) -> bool:
        return {HAPPENED, DID_NOT} <= self.pressable

    @property
    def says(self) -> Said | None:
        """What became of it. None: nothing, though nobody is asked either."""
        if self.waits or self.asks_what_happened:
            return "unknown" if self.asks_what_happened else None
        words = read(self.message.blocks)
        if ": Done." in words:
            return "done"
        return "not done" if "It was not done." in words or "It is not done" in words else None


@dataclass(frozen=True)
class Tracker:
    """`effects` by summary. What Jira holds and what it says it was asked agree, or neither is believed."""

    acme: Office
    jira: JiraEmulator

    def console(self, **variables: str) -> Console:
        return self.acme.console(
            FOOTNOTE_JIRA_URL=self.jira.url,
            FOOTNOTE_JIRA_EMAIL=self.jira.caller.email,
            FOOTNOTE_JIRA_TOKEN=self.jira.caller.token,
            **variables,
        )

    def issues(self) -> list[Issue]:
        with self.jira.world.lock:
            return list(self.jira.world.jira.issues.values())

    def writes(self) -> list[Request]:
        return self.jira.requests.writes()

    @property
    def effects(self) -> Counter[str]:
        found = Counter(issue.summary for issue in self.issues())
        assert found.total() == len(self.writes()), "what Jira holds is not what it was asked"
        return found

    def card(self, summary: str) -> Card | None:
        """The newest message of ours that names it, wherever it stands."""
        with self.acme.slack.world.lock:
            places = list(self.acme.slack.world.channels.values())
            said = [(place, one) for place in places for one in reversed(place.messages.values()) if one.app_id]
        for place, one in said:
            if _names(one, summary):
                pressable = {str(each["action_id"]) for each in inside(one.blocks) if each.get("type") == "button"}
                return Card(one, frozenset(pressable), place)
        return None

    def says(self, summary: str) -> Said | None:
        card = self.card(summary)
        return card.says if card is not None else None

    def waits(self, summary: str) -> bool:
        """For somebody to confirm it."""
        card = self.card(summary)
        return card is not None and card.waits

    def presses(self, name: str, summary: str, action: str = CONFIRM) -> bool:
        """Whether Slack heard that it arrived."""
        card = self.card(summary)
        assert card is not None, "there is nothing to press"
        return self.acme.person(name).click(card.place, card.message.ts, action).acked

    def presses_late(self, name: str, summary: str, action: str = CONFIRM) -> bool:
        """Likewise; or by then there was nothing to press."""
        try:
            return self.presses(name, summary, action)
        except CannotDo:
            return True

    def is_given_up(self, summary: str) -> bool:
        """Whoever asked reads that nothing could be got ready, with the id of their receipt."""
        with self.acme.slack.world.lock:
            places = list(self.acme.slack.world.channels.values())
            told = [read(one.blocks) for place in places for one in place.messages.values() if one.app_id]
        asked = [events[0] for events in self.acme.receipts(100_000) if events and events[0].kind == "asked"]
        ids = [str(event.receipt) for event in asked if f'"{summary}"' in str((event.body or {}).get("text"))]
        return any(FAILED in one and id_ in one for id_ in ids for one in told)

    def stages(self) -> dict[str, str]:
        """Of each proposal, by the ledger: what became of it last, by its summary."""
        found = {}
        for events in self.acme.receipts(100_000):
            proposed = next((event.body or {} for event in events if event.kind == "act_proposed"), None)
            if proposed is not None:
                acts = [event for event in events if event.kind.startswith("act_")]
                last = acts[-1].body or {}
                found[_summary(proposed)] = str(last.get("stage", acts[-1].kind))
        return found


def _names(message: Message, summary: str) -> bool:
    return any(each.get("text") == summary for each in inside(message.blocks))


def _summary(proposed: dict[str, Any]) -> str:
    return str(json.loads(proposed["arguments"])["summary"])


@contextmanager
def tracker(folder: Path, database_url: str, **how: Any) -> Iterator[Tracker]:
    """One tool, one project, everybody in it."""
    world = World()
    world.add_person("Footnote", email="footnote@acme.test", admin=True, app=True)
    for name in ("ana", "ben", "zoe"):
        world.add_person(name.title(), email=f"{name}@acme.test")
    world.jira.add_project(PROJECT, "Engineering")
    with office(folder, database_url, **how) as acme, JiraEmulator(world) as jira:
        texts = {**app.packaged_rules(), OVERRIDES: _RULE}
        with acme.records.database.writing() as session:
            acme.records.config.save(session, texts, author="test", note="tools", now=acme.records.clock())
        yield Tracker(acme, jira)
