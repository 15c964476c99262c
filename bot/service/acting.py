"""The desk at which what is to be done is shown, confirmed and done."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from functools import partial
from typing import NamedTuple

from bot import app, worker
from bot.app import tools
from bot.core.admin import Groups, Member
from bot.core.failpoints import Reach
from bot.core.nouns import SlackUser
from bot.core.proposals import Acting, AnyTool, Pressed, ProposalId, Typed, typed
from bot.core.speaking import Speaker
from bot.core.tooling import Act
from bot.flows import pressed
from bot.flows.case import House
from bot.flows.drawn import Drawing
from bot.flows.read import Reading
from bot.slack.acting import Decisions, SlackCards
from bot.slack.audience import SlackPeople
from bot.slack.poster import SlackPoster
from bot.slack.render.cards import entered
from bot.slack.render.written import plain
from policies.admins import all_named


@contextmanager
def at_hand(records: app.Records, speaker: Speaker, instead: Sequence[AnyTool] | None = None) -> Iterator[Acting]:
    """Everything whose target there is; or these, instead."""
    with ExitStack() as stack:
        if instead is None:
            jira = tools.jira(records.settings)
            if jira is not None:
                stack.callback(jira.close)
            instead = tools.tools(records, speaker, jira)
        yield app.acting(records, instead)._replace(plain=plain)


def house(
    records: app.Records,
    acting: Acting,
    people: SlackPeople,
    groups: Groups,
    poster: SlackPoster,
    reading: Reading,
    reach: Reach,
) -> House:
    return House(
        acting=acting,
        history=records.receipts,
        rules=records.config.rules,
        member=people.member,
        groups=groups,
        admins=partial(_admins, records, people),
        cards=SlackCards(poster),
        clock=records.clock,
        reach=reach,
        drawing=Drawing(reading, people.everybody),
    )


def _admins(records: app.Records, people: SlackPeople) -> Sequence[Member]:
    """Those who are there at this moment."""
    named = all_named(records.settings.admins, records.config.rules().admins.people)
    return [member for member in map(people.named, named) if member is not None]


def decisions(house: House) -> Decisions:
    return Decisions(
        confirm=lambda id_, by: pressed.confirm(id_, by, house),
        cancel=lambda id_, by: pressed.cancel(id_, by, house),
        approve=lambda id_, by: pressed.approve(id_, by, house),
        refuse=lambda id_, by: pressed.refuse(id_, by, house),
        settle=lambda id_, by, happened: pressed.settle(id_, by, house, happened=happened),
        to_edit=lambda id_, by: pressed.to_edit(id_, by, house),
        edit=lambda id_, by, said: _edit(id_, by, said, house),
    )


class ToolsAtHand(NamedTuple):
    """The port `ToolDesk`."""

    records: app.Records
    acting: Acting
    groups: Groups

    def there(self) -> frozenset[str]:
        return frozenset(name for name, tool in self.acting.tools.items() if tool.is_set_up())

    def tool(self, name: str) -> AnyTool | None:
        return self.acting.tools.get(name)

    def understood(self, tool: AnyTool, entries: Mapping[str, str]) -> Typed:
        return typed(tool, entered(tool.takes.model_fields, entries))

    def used(self, by: SlackUser, tool: str, since: datetime) -> int:
        return self.records.executions.used(by, tool, since)

    def is_paused(self) -> bool:
        return self.records.executions.is_paused()

    def handles(self) -> Mapping[str, str]:
        return self.groups.handles()

    def recent(self, most: int) -> Sequence[Act]:
        return self.records.executions.recent(most)

    def open(self, most: int) -> Sequence[Act]:
        return self.records.executions.open_acts(most)


def act_next(records: app.Records, house: House) -> bool:
    return worker.act_next(records.executions, house)


def _edit(id_: ProposalId, by: SlackUser, said: Mapping[str, str], house: House) -> Pressed:
    sheet = pressed.to_edit(id_, by, house)
    return (
        sheet
        if isinstance(sheet, Pressed)
        else pressed.edit(id_, by, entered(sheet.fields, said, sheet.standing.proposal.values), house)
    )
