"""Acts, seen from here: what a tool takes, what it would do, and what became of it. Only `Tool.run` writes."""

import re
import unicodedata
from typing import ClassVar, Final, Literal, Protocol, TypeVar, runtime_checkable

from pydantic import BaseModel, ConfigDict

from connectors.plain import NOTHING_BELOW, Below
from policies.people import Email, Noun

Why = Literal[
    "no_such_target", "not_yours", "unknown_there", "invalid", "too_many", "refused", "outdated", "not_for_all", "not_set_up",
    "changed",
]  # fmt: skip
"""`not_yours`: whom it is for may not do it there themselves. `unknown_there`: the target does not know who that is.

The first two are said with the same words, or a refusal would tell what there is. `outdated`: what a text was written from is not as
it was for whoever asked; `not_for_all`: not everybody who would read it there may read that. `not_set_up`: there is no target of
this sort here at all. `changed`: what is called that is not what the card was made of.
"""


_MOST_OF_A_NAME: Final = 80
WRITTEN_FROM: Final = "Written from:"
_IN_NAMES: Final = frozenset(" .'’-\u00b7")
_DOTTED: Final = re.compile(r"\.(?=\S)")  # `Dr. Ana` is a name, and `evil.test` may be drawn as a link


class Arguments(BaseModel):
    """What a tool takes, exactly as it will be sent. Each field has a description, which a person reads on the card."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


Taken_contra = TypeVar("Taken_contra", bound=Arguments, contravariant=True)


class Actor(Noun):
    """For whom it is done: the address that Slack has confirmed."""

    email: Email
    name: str = ""


def byline(actor: Actor) -> str:
    """Where our own account speaks for somebody, it says so: there, and on the card before. Anybody may call themselves
    anything, so the address that Slack has confirmed stands beside it.
    """
    name = _inert(actor.name)
    return f"For {name} ({actor.email}), by Footnote" if name else f"For {actor.email}, by Footnote"


def _inert(name: str) -> str:
    """Letters, digits, and what joins them in names: nothing that calls somebody, leads anywhere, or looks like our own words."""
    kept = "".join(c if c.isalnum() or unicodedata.category(c).startswith("M") or c in _IN_NAMES else " " for c in name)
    return " ".join(_DOTTED.sub(" ", kept).split())[:_MOST_OF_A_NAME].strip()


class Would(Noun):
    """What was read of the target before anything is written: its own name for it, and where that is. `id`: that of all that it
    would be done to, of which no other ever has the same; names move. `channel`: the conversation of Slack in which it would be
    said, by its id.
    """

    target: str
    id: str
    url: str = ""
    channel: str | None = None


class Barred(Noun):
    """It would not be done, or not for this person."""

    why: Why
    said: str = ""


class Done(Noun):
    """It was done: what the target calls the result, and where that is."""

    what: str
    url: str = ""


class NotDone(Noun):
    """The target said no, so that nothing happened; in its own words, which are material and no instruction."""

    why: Why
    said: str = ""


class Unsure(Exception):  # noqa: N818 - named by recovery, not by kind
    """Whether it happened is not known. Whoever may ask the target does; otherwise a person is asked."""


class Tool(Protocol[Taken_contra]):
    """One thing that can be done at one target."""

    name: ClassVar[str]
    takes: ClassVar[type[Arguments]]
    keyed: ClassVar[bool]
    """Whether running it twice with one key is one effect at the target. Only then is it ever run again."""
    signs: ClassVar[bool]
    """Whether the byline is added to what is sent."""

    def is_set_up(self) -> bool:
        """Whether there is any target here at this moment. Asks none."""

    def look(self, arguments: Taken_contra, actor: Actor) -> Would | Barred:
        """Only reads: whether the target is there, and whether the actor may do this there themselves. Raises `Retryable`."""

    def run(
        self, arguments: Taken_contra, actor: Actor, key: str, below: Below = NOTHING_BELOW, *, at: str | None = None
    ) -> Done | NotDone:
        """With what stands below the text, where it writes one. `at`: the id of what was looked at; where the same name stands for
        another by now, nothing is written. Raises `Retryable` where surely nothing was written, `Unsure` where that is not known.
        """

    def find(self, arguments: Taken_contra, actor: Actor, key: str) -> Done | None:
        """Only reads: what an earlier run with this key left at the target. Raises `Unsure` where the target cannot tell."""


@runtime_checkable
class Coded(Protocol[Taken_contra]):
    """A tool whose target is written as an id, which tells nobody what it is."""

    def title(self, arguments: Taken_contra, reader: Actor) -> str | None:
        """Only reads: what its target is called there, for somebody who may open it there themselves. None: it is not certain that
        they may. Raises `Retryable`.
        """
