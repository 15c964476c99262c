"""Saying something in a conversation for somebody, seen from here."""

from typing import Protocol

from connectors.plain import Below
from policies.people import Email, Noun


class Room(Noun):
    """A conversation that this person is in. `heard`: we are, too."""

    id: str
    name: str
    url: str = ""
    heard: bool


class Said(Noun):
    url: str = ""


class Speaker(Protocol):
    """All of it live. `Retryable` passes through: nothing was concluded, and nothing said."""

    def is_known(self, email: Email) -> bool:
        """Whether this is a full member."""
        ...

    def room(self, named: str, email: Email) -> Room | None:
        """By its id or its name. None: there is none, or they are not in it."""
        ...

    def say(self, room: str, text: str, *, byline: str, nonce: str, below: Below) -> Said | str:
        """A string: why not. Raises `Unanswered`, where nobody knows whether it was said."""
        ...

    def find(self, room: str, nonce: str) -> Said | None:
        """What we said with this nonce. Unanswered, where that cannot be found out."""
        ...
