"""What a target's errors mean for an act. An error that is not clearly "nothing was done" is never taken for that."""

import contextlib
import hashlib
from collections.abc import Iterator
from typing import Annotated, Final

from pydantic import AfterValidator, StringConstraints

from bot.core.acting import Barred, NotDone, Unsure
from connectors.model import AccessUnknown, Fatal, Retryable, Unanswered

ABSENT: Final = Barred(why="no_such_target")
NOT_YOURS: Final = Barred(why="not_yours")
NOT_SET_UP: Final = Barred(why="not_set_up")
UNKNOWN: Final = Barred(why="unknown_there")
ANOTHER: Final = NotDone(why="changed")
_MOST_SAID: Final = 500


class Stopped(Exception):  # noqa: N818 - it carries the outcome
    """A person has to change something first: it is not done."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.barred, self.not_done = Barred(why="refused", said=why), NotDone(why="refused", said=why)


@contextlib.contextmanager
def asking() -> Iterator[None]:
    """`Retryable` passes through."""
    try:
        yield
    except (Fatal, AccessUnknown) as error:
        raise Stopped(str(error)) from None


@contextlib.contextmanager
def writing() -> Iterator[None]:
    try:
        yield
    except Unanswered as error:
        raise Unsure(str(error)) from None
    except Fatal as error:
        raise Stopped(str(error)) from None


@contextlib.contextmanager
def finding() -> Iterator[None]:
    """That it cannot be asked for now proves nothing either."""
    try:
        yield
    except (Unanswered, Fatal, AccessUnknown, Retryable) as error:
        raise Unsure(str(error)) from None


def not_done(barred: Barred) -> NotDone:
    return NotDone(why=barred.why, said=barred.said)


def is_another(id_: str, at: str | None) -> bool:
    """Than the one that a card was made of: a name stands for something else by now. Looked up for this one write, so no other
    lookup comes between.
    """
    return at is not None and id_ != at


def quoted(said: str) -> str:
    """A target's own words, of which not too many."""
    return " ".join(said.split())[:_MOST_SAID]


def nonce(key: str) -> str:
    """The same for every attempt, and nobody else's business."""
    return hashlib.sha256(key.encode()).hexdigest()[:32]


def _is_one_line(text: str) -> str:
    if not text.isprintable():
        raise ValueError("has to be one line")
    return text


def _says_something(text: str) -> str:
    if not text.strip():
        raise ValueError("says nothing")
    return text


OneLine = Annotated[str, StringConstraints(min_length=1, max_length=255), AfterValidator(_is_one_line)]
"""A title, a summary."""

Words = Annotated[str, AfterValidator(_says_something)]
