"""What a click on one of our messages comes to. Who clicked is Slack's word; everything else is looked up."""

from functools import partial
from typing import Literal

from bot import app
from bot.core.nouns import Explained, ReceiptId, SlackUser, new_receipt_id
from bot.flows import ruling
from bot.flows.choose import choose
from bot.flows.seen import choice_as_seen
from bot.flows.why import rate, why
from bot.slack.listeners import Choice
from bot.slack.reviewing import Rulings


def explained(
    assistant: app.Assistant,
    noted: Literal["explained", "draft_opened"],
    receipt: ReceiptId,
    clicker: SlackUser,
    channel: str,
    message: str,
) -> Explained | None:
    return why(
        receipt,
        clicker,
        channel=channel,
        message=message,
        history=assistant.records.receipts,
        house=assistant.answering.reading,
        noted=noted,
    )


def rated(
    records: app.Records,
    receipt: ReceiptId,
    clicker: SlackUser,
    useful: bool,  # noqa: FBT001 - it is called by position
    channel: str,
    message: str,
    click: str,
) -> bool:
    return rate(
        receipt, clicker, useful=useful, channel=channel, message=message, click=click, history=records.receipts
    )


def chosen(
    records: app.Records, receipt: ReceiptId, number: int, clicker: SlackUser, channel: str, message: str
) -> Choice:
    choice = choose(
        receipt,
        number,
        clicker,
        channel=channel,
        message=message,
        history=records.receipts,
        rules=records.redaction(),
        take=records.receipts.take,
        anew=new_receipt_id(),
        now=records.clock(),
    )
    return choice_as_seen(*choice, records.redaction()) if isinstance(choice, tuple) else choice


def rulings(assistant: app.Assistant) -> Rulings:
    reviews, history = assistant.records.reviews, assistant.records.receipts
    reading = assistant.answering.reading
    return Rulings(
        approve=partial(ruling.approve, reviews=reviews, history=history),
        decline=partial(ruling.decline, reviews=reviews, history=history),
        approve_edited=partial(ruling.approve_edited, reviews=reviews, history=history, house=reading),
        to_edit=partial(ruling.to_edit, reviews=reviews, history=history, house=reading),
    )
