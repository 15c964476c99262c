"""Where people may sign in to be linked, and what that is made of: a source with an OAuth client, an address of ours that
browsers reach, and a port on which something listens.
"""

from functools import partial
from types import MappingProxyType

from bot import app, kinds
from bot.core.signing_in import Offer, Offers
from bot.flows.policy import Governing
from bot.flows.signing_in import START, SigningIn
from bot.settings import Settings
from bot.stores.sign_ins import StoredSignIns
from bot.web.link import DONE
from connectors.model import Fatal


def house(records: app.Records, governing: Governing) -> SigningIn:
    workspace, ours = records.settings.workspace, records.settings.public_url
    return SigningIn(
        governing=governing,
        offers=partial(offers, records),
        sign_ins=StoredSignIns(records.database),
        address=lambda held: f"{ours}{START}?state={workspace}.{held}",
        clock=records.clock,
    )


def offers(records: app.Records) -> Offers:
    """By the name of the source. A source that cannot be understood offers nothing; what is wrong with it, the doctor says."""
    ours = records.settings.public_url
    if ours is None or not is_reached(records.settings):
        return MappingProxyType({})
    found: dict[str, Offer] = {}
    for source in records.sources.listed():
        try:
            provider = kinds.sign_in(source.kind, source.settings, f"{ours}{DONE}")
        except Fatal:
            continue
        if provider is not None:
            found[source.name] = Offer(source.kind, source.added_at, provider)
    return found


def is_reached(settings: Settings) -> bool:
    """Whether a port is open: with a socket to Slack, only where one is named."""
    return settings.slack_app_token is None or settings.port is not None
