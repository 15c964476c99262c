"""Footnote in Slack, running: who takes in what is said, who answers it, and who keeps the sources fresh."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import NamedTuple

from bot import app, worker
from bot.core import failpoints
from bot.core.errors import BadUse
from bot.core.nouns import Explained, ReceiptId, SlackUser
from bot.core.ports import Embedder
from bot.flows.why import rate, why
from bot.settings import Settings
from bot.slack import connection
from bot.slack.audience import SlackPeople
from bot.slack.heard import Us
from bot.slack.listeners import Hands, Listeners
from bot.slack.poster import SlackPoster
from bot.stores.inbox import SLACK_QUESTION
from bot.timers import kept_fresh

_SMALL_THINGS_AT_ONCE = 4


class AtWork(NamedTuple):
    """Who we are in Slack, and what answers there."""

    us: Us
    assistant: app.Assistant


@contextmanager
def in_slack(records: app.Records, embedder: Embedder | None, *, command: str) -> Iterator[AtWork]:
    """From here to the end of the block, whoever writes to the bot is answered."""
    settings = records.settings
    bot_token, app_token = _tokens(settings)
    web = connection.client(bot_token, settings.slack_api_url)
    us = connection.who_we_are(web)
    reach = failpoints.armed(settings.failpoint)
    people, poster = SlackPeople(web, records.access, team=us.team, bot_user=us.user), SlackPoster(web, us, reach)
    composer = partial(app.composer, settings)
    reranker, rewriter = app.reranker(settings), app.rewriter(settings)
    with app.assistant(
        records,
        embedder,
        command=command,
        slack=people,
        composer=composer,
        reranker=reranker,
        rewriter=rewriter,
    ) as assistant:
        assistant.want(embedder)
        answer_next = partial(
            worker.answer_next,
            records.inbox,
            records.receipts,
            assistant.answering,
            poster,
            kinds=[SLACK_QUESTION],
        )
        with (
            kept_fresh(assistant),
            worker.Later(_SMALL_THINGS_AT_ONCE) as later,
            worker.Pool(answer_next, size=settings.workers) as pool,
        ):
            hands = Hands(
                busy=poster.busy,
                rest=poster.rest,
                wake=pool.wake,
                explain=partial(_explain, assistant),
                rate=partial(_rate, records),
            )
            bolt = connection.bolt(web)
            Listeners(us, records.receipts, people, hands, later=later, clock=records.clock, reach=reach).attach(bolt)
            socket = connection.Socket(bolt, app_token)
            socket.open()
            try:
                yield AtWork(us, assistant)
            finally:
                socket.close()


def _explain(
    assistant: app.Assistant, receipt: ReceiptId, clicker: SlackUser, channel: str, message: str
) -> Explained | None:
    return why(
        receipt,
        clicker,
        channel=channel,
        message=message,
        history=assistant.records.receipts,
        house=assistant.answering.reading,
    )


def _rate(
    records: app.Records,
    receipt: ReceiptId,
    clicker: SlackUser,
    useful: bool,  # noqa: FBT001 - it is called by position
    channel: str,
    message: str,
) -> bool:
    return rate(receipt, clicker, useful=useful, channel=channel, message=message, history=records.receipts)


def _tokens(settings: Settings) -> tuple[str, str]:
    missing = [
        name
        for name, token in (
            ("SLACK_BOT_TOKEN (xoxb-…)", settings.slack_bot_token),
            ("SLACK_APP_TOKEN (xapp-…)", settings.slack_app_token),
        )
        if token is None
    ]
    if settings.slack_bot_token is None or settings.slack_app_token is None:
        raise BadUse(
            f"To be in Slack, Footnote needs {' and '.join(missing)}. `footnote manifest` prints the app to create; "
            "`footnote demo` needs neither."
        )
    return settings.slack_bot_token.get_secret_value(), settings.slack_app_token.get_secret_value()
