"""Why did a model's server not give what it was asked for? Errors are named by recovery and carry the kind of what went
wrong: never its message, which may hold what was asked, what somebody must not read, or a key.
"""

from enum import StrEnum

from bot.core.nouns import Budget


class Kind(StrEnum):
    TIMEOUT = "timeout"
    BUSY = "busy"
    UNREACHABLE = "unreachable"  # no connection, or a fault on the server's side
    KEY = "key"
    UNKNOWN_MODEL = "unknown_model"
    TOO_LONG = "too_long"
    FILTERED = "filtered"
    NOT_ACCEPTED = "not_accepted"
    MALFORMED = "malformed"  # not what a model's server answers
    NOT_ALLOWED = "not_allowed"  # it may not be sent this
    SPENT = "spent"  # a budget
    PAUSED = "paused"  # by an admin
    NO_TIME = "no_time"  # was left for it


class NoReply(Exception):  # noqa: N818 - named by recovery, not by kind
    """The model did not give what it was asked for. Each kind says what helps."""

    def __init__(self, kind: Kind, *, wait_s: float | None = None) -> None:
        super().__init__(kind)
        self.kind, self.wait_s = kind, wait_s


class NotAsked(NoReply):
    """It was not asked, and nothing was sent. `budget`: the one that is spent."""

    def __init__(self, kind: Kind, *, budget: Budget | None = None) -> None:
        super().__init__(kind)
        self.budget = budget


class TryAgain(NoReply):
    """The same call may be answered a moment later; `wait_s` is what the server asks for."""


class BrokenOff(TryAgain):
    """It had begun to answer, and did not end: whoever takes over goes on from what was heard. Nothing is asked again."""


class LookAtSettings(NoReply):
    """Somebody has to correct a setting first."""


class AskOtherwise(NoReply):
    """The same call is never answered as it is put."""
