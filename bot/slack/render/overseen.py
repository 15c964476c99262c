"""What waits for a person to check it, in words; without what was asked, and without the answer."""

from collections.abc import Sequence
from typing import assert_never

from bot.core.checked import NotInReview, ReviewMoved, ReviewReply, ReviewsListed, ReviewStanding
from bot.slack.render.lines import item, moment, told
from bot.slack.render.parts import Part

_MOST = 40
_MOVING = (
    "To have the next one asked: `/footnote review next RECEIPT`. To end it unchecked, so that whoever asked is told that nobody "
    "could check it: `/footnote review cancel RECEIPT`. Who checks what is said by the rules: `/footnote policy show intents`"
)


def overseen(reply: ReviewReply) -> Sequence[Part]:
    match reply:
        case ReviewsListed(reviews):
            return _listed(reviews)
        case ReviewMoved(receipt, to):
            return [told(f"{receipt}: {_MOVED[to]}")]
        case NotInReview(receipt):
            return [told(f"{receipt} does not wait for anybody to check it. `/footnote review` shows what does.")]
        case _:
            assert_never(reply)


_MOVED = {
    "next": "whoever is next by the rule is asked now. If there is nobody, whoever asked is told that nobody could check it.",
    "nobody": "nobody checks it any more, and whoever asked is told that nobody could.",
}


def _listed(reviews: Sequence[ReviewStanding]) -> Sequence[Part]:
    if not reviews:
        return [told("No answer waits for anybody to check it.")]
    more = [told(f"And {len(reviews) - _MOST} more.")] if len(reviews) > _MOST else []
    first = f"{len(reviews)} wait for somebody to check them, the oldest first:"
    return [told(first), *map(_review, reviews[:_MOST]), *more, told(_MOVING)]


def _review(one: ReviewStanding) -> Part:
    rule = f" by the rule of {', '.join(one.intents)}" if one.intents else ""
    since = f"{one.receipt}, asked on {moment(one.held_at)}, checked{rule}"
    if one.reviewer is None or one.until is None:
        return item(f"{since}: nobody was written to yet")
    yours = "; the card is in your direct conversation with me" if one.is_yours else ""
    return item(f"{since}: the turn of {one.reviewer.user}, as number {one.number}, until {moment(one.until)}{yours}")
