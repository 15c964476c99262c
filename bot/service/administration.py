"""Who carries out what admins type."""

import secrets
from collections.abc import Callable
from functools import partial

from bot import app, worker
from bot.core.admin import Conflict, Filled, NoSuchChange, RuleRefused
from bot.core.evaluated import Evaluations
from bot.core.failpoints import Reach
from bot.core.identities import LineRefused
from bot.core.nouns import SlackUser
from bot.core.tooling import ToolDesk, Untried
from bot.flows.admin import Administration
from bot.flows.channel import foresee
from bot.flows.people import is_ours, refusal_of_list
from bot.flows.policy import Governing, expire, refusal_of_form
from bot.flows.trying import is_ours as is_of_a_tool
from bot.flows.trying import refusal_of_arguments
from bot.service import signing_in
from bot.service.archive import Archive
from bot.service.channels import surroundings
from bot.service.models import ModelsInUse
from bot.slack.audience import SlackPeople
from bot.slack.voice import SlackVoice
from bot.stores.commands import Commands
from bot.stores.identities import StoredIdentities
from bot.stores.overview import StoredOverview
from bot.stores.pauses import Pauses


def administration(
    records: app.Records,
    typed: Commands,
    people: SlackPeople,
    voice: SlackVoice,
    evaluations: Evaluations,
    reach: Reach,
    tools: ToolDesk | None = None,
) -> Administration:
    around = surroundings(records, people)
    governing = Governing(
        configuration=records.config,
        changes=typed,
        members=people,
        identities=StoredIdentities(records.database, lambda: records.config.rules().audience.full_members.principals),
        voice=voice,
        first=records.settings.admins,
        anew=lambda: f"c_{secrets.token_hex(12)}",
        clock=records.clock,
        foresee=partial(foresee, around=around),
    )
    return Administration(
        signing_in=signing_in.house(records, governing),
        governing=governing,
        opened=typed.opened,
        paused=Pauses(records.database).now,
        overview=_overview(records),
        removals=typed,
        models=ModelsInUse(records),
        reviews=records.reviews,
        evaluations=evaluations,
        archive=Archive(records),
        reach=reach,
        surroundings=around,
        tools=tools,
    )


def commands(records: app.Records) -> Commands:
    return Commands(
        records.database,
        records.ledger,
        records.inbox,
        records.config,
        records.clock,
        sync=partial(app.sync_if_there, records),
        people=partial(app.reread_people, records),
        end=partial(app.end_later, records),
    )


def end_next(records: app.Records, house: Administration) -> bool:
    """Whether the time of a change was over that waited for a second admin."""

    def end(change: str, _check_lease: Callable[[], None]) -> None:
        expire(change, house.governing)

    return worker.run_errand(
        records.jobs, records.database, records.clock, end, lambda _change: None, kind=worker.CHANGE
    )


def _overview(records: app.Records) -> StoredOverview:
    return StoredOverview(
        records.database,
        records.ledger,
        records.key.known,
        records.config,
        records.embedders,
        app.purse(records),
        records.clock,
    )


def check(
    house: Administration, filled: Filled, by: SlackUser
) -> RuleRefused | LineRefused | Conflict | NoSuchChange | Untried | None:
    opened = house.opened(filled.opened)
    if opened is not None and is_ours(opened):
        return refusal_of_list(filled, str(by), house.governing, opened)
    if opened is not None and is_of_a_tool(opened):
        return refusal_of_arguments(filled, str(by), house.tools, opened)
    return refusal_of_form(filled, str(by), house.governing, opened)
