"""Answers that wait for a person to check them, as an admin sees them: who is asked, by which rule, since when. Neither what was
asked nor what the answer says is here, for an admin may read no more of documents than anybody else.
"""

from datetime import datetime
from typing import Literal, NamedTuple, Protocol

from bot.core.nouns import ReceiptId, SlackUser


class ReviewStanding(NamedTuple):
    """`intents`: by whose rule it is checked. `reviewer`: whose turn it is; None: nobody was asked yet."""

    receipt: ReceiptId
    intents: tuple[str, ...]
    held_at: datetime
    reviewer: SlackUser | None
    number: int
    until: datetime | None
    is_yours: bool = False


class ReviewsListed(NamedTuple):
    """The oldest first."""

    reviews: tuple[ReviewStanding, ...]


class ReviewMoved(NamedTuple):
    """`to`: whoever is next by the rule, or nobody any more: then whoever asked is told that nobody could check it."""

    receipt: ReceiptId
    to: Literal["next", "nobody"]


class NotInReview(NamedTuple):
    """It does not wait for anybody, or does so no more."""

    receipt: str


class ReviewQueue(Protocol):
    def standing(self) -> tuple[ReviewStanding, ...]:
        """What waits for a person."""
        ...


ReviewReply = ReviewsListed | ReviewMoved | NotInReview
