"""Who carries out what admins type."""

import secrets
from functools import partial

from bot import app
from bot.core.admin import Conflict, Filled, NoSuchChange, RuleRefused
from bot.core.evaluated import Evaluations
from bot.core.failpoints import Reach
from bot.core.nouns import SlackUser
from bot.flows.admin import Administration
from bot.flows.policy import Governing, refusal_of_form
from bot.service.archive import Archive
from bot.service.models import ModelsInUse
from bot.slack.audience import SlackPeople
from bot.slack.voice import SlackVoice
from bot.stores.commands import Commands
from bot.stores.overview import StoredOverview
from bot.stores.pauses import Pauses


def administration(
    records: app.Records,
    typed: Commands,
    people: SlackPeople,
    voice: SlackVoice,
    evaluations: Evaluations,
    reach: Reach,
) -> Administration:
    governing = Governing(
        configuration=records.config,
        changes=typed,
        members=people,
        voice=voice,
        first=records.settings.admins,
        anew=lambda: f"c_{secrets.token_hex(12)}",
        clock=records.clock,
    )
    return Administration(
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
    )


def commands(records: app.Records) -> Commands:
    sync = partial(app.sync_if_there, records)
    return Commands(records.database, records.ledger, records.inbox, records.config, records.clock, sync=sync)


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


def check(house: Administration, filled: Filled, by: SlackUser) -> RuleRefused | Conflict | NoSuchChange | None:
    return refusal_of_form(filled, str(by), house.governing, house.opened(filled.opened))
