"""What can go wrong with Confluence's APIs, and how one tells that a list goes on."""

from collections.abc import Sequence
from typing import Final, Literal, get_args

from bot.playground.loopback import faults

Kind = Literal[
    "rate_limited",  # 429, with a Retry-After if `retry_after` is given
    "error_500",
    "error_503",
    "stall",
    "slow",
    "truncated",
    "wrong_type",  # 200, but a proxy's HTML page
    "lost_reply",
    "failed_after",  # 500, though it was done
    "foreign_next",  # a list whose next page is said to be at `url`
]
KINDS: Final[Sequence[Kind]] = get_args(Kind)
USUAL: Final[Sequence[Kind]] = (
    "rate_limited", "error_500", "error_503", "truncated", "wrong_type", "lost_reply",
)  # fmt: skip

Fault = faults.Fault[Kind]


class Faults(faults.Faults[Kind]):
    def __init__(self) -> None:
        super().__init__(usual=USUAL, goes_on=_goes_on)


def _goes_on(asked: str) -> bool:
    return "cursor=" in asked or ("start=" in asked and "start=0" not in asked)
