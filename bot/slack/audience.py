"""Who asks in Slack, and everyone who will see the reply. What cannot be found out makes the audience incomplete, and
an incomplete audience may read nothing; a name that is missing from a complete one would be a leak.
"""

import time
from collections.abc import Collection, Iterator, Mapping
from typing import assert_never

import structlog
from pydantic import ValidationError
from slack_sdk import WebClient

from bot.core.nouns import Question, SlackPlace, SlackUser
from bot.core.ports import Access
from bot.slack import wire
from bot.slack.directory import Directory
from bot.slack.identity import Account, Standing, account_of
from bot.slack.memory import Timer
from bot.slack.rooms import Kind, Room, Rooms
from connectors.model import AccessUnknown
from policies.people import Audience, Person, Principal

log = structlog.get_logger()


class SlackPeople:
    """The port `People`. `Retryable` passes through: nothing was concluded, and the question is tried again later.

    What the sources say of people is not remembered here: it changes with every sync.
    """

    def __init__(
        self, client: WebClient, access: Access, *, team: str, bot_user: str, timer: Timer = time.monotonic
    ) -> None:
        self._access, self._team, self._bot_user = access, team, bot_user
        self._directory = Directory(client, team=team, timer=timer)
        self._rooms = Rooms(client, team=team, timer=timer)

    def asker(self, question: Question) -> Person:
        who = _account_that_asks(question)
        nobody = Person(actor=str(who))
        if who.team != self._team:
            return nobody.model_copy(update={"outsider": True})
        try:
            account = self._directory.account(who.user)
        except AccessUnknown as why:
            log.warning("who asks could not be found out", why=str(why), receipt=question.receipt)
            return nobody
        if account.standing is not Standing.MEMBER:
            return nobody.model_copy(update={"outsider": True})
        if account.email is None:
            return nobody
        return self._access.person(account.email).model_copy(update={"actor": str(who)})

    def readers(self, question: Question, asker: Person, *, declared: frozenset[Principal]) -> Audience:
        who, place = _account_that_asks(question), _place(question)
        try:
            return self._readers(self._room(place), who, asker, declared)
        except AccessUnknown as why:
            log.warning("who reads along could not be found out", why=str(why), channel=place.channel)
            return Audience(people=(asker,), complete=False)

    def member_moved(self, channel: str) -> None:
        """Somebody came or went."""
        self._rooms.moved(channel)

    def place_changed(self, channel: str) -> None:
        """Converted, shared, left by us: whatever else may change who reads it."""
        self._rooms.changed(channel)

    def user_changed(self, user: str | None, said: Mapping[str, object] | None = None) -> None:
        """Somebody new, deactivated, made a guest, called otherwise; None: nobody knows who.

        `said` is the account as the event has it. It is never believed about what somebody is; but Slack tells of every
        new status line, and if nothing that we go by has changed, nothing is asked again.
        """
        try:
            account = account_of(wire.User.model_validate(said), self._team) if said is not None else None
        except ValidationError:
            account = None
        self._directory.changed(user, account)

    def _room(self, place: SlackPlace) -> Room:
        if place.team != self._team:
            raise AccessUnknown("a place in another workspace")
        return self._rooms.room(place.channel)

    def _readers(self, room: Room, who: SlackUser, asker: Person, declared: frozenset[Principal]) -> Audience:
        if room.kind is Kind.DIRECT:
            if room.members != {who.user}:
                raise AccessUnknown("a direct conversation with somebody else")
            return Audience.only(asker)
        accounts = [a for a in self._accounts(room) if a.who.user not in (who.user, self._bot_user)]
        companies = (Person(actor=f"slack:{company}", outsider=True) for company in room.companies)
        people = {person.name: person for person in (*self._persons(accounts, declared), *companies, asker)}
        bots = sorted(str(account.who) for account in accounts if account.standing is Standing.BOT)
        return Audience(people=tuple(people[name] for name in sorted(people)), complete=True, bots=tuple(bots))

    def _accounts(self, room: Room) -> Collection[Account]:
        """Those in the room; and, if it is public, those who may look in without joining."""
        if room.kind is not Kind.PUBLIC:
            return self._directory.accounts(room.members).values()
        everyone = self._directory.everyone_and(room.members)
        return [a for user, a in everyone.items() if a.standing is Standing.MEMBER or user in room.members]

    def _persons(self, accounts: Collection[Account], declared: frozenset[Principal]) -> Iterator[Person]:
        """Bots are no readers, and whoever was deactivated can no longer look."""
        known = self._access.people({account.email for account in accounts if account.email is not None})
        for account in accounts:
            match account.standing:
                case Standing.MEMBER:
                    person = known[account.email] if account.email is not None else Person(actor=str(account.who))
                    yield person if person.principals else person.model_copy(update={"principals": declared})
                case Standing.GUEST | Standing.STRANGER:
                    yield Person(actor=str(account.who), outsider=True)
                case Standing.BOT | Standing.DEACTIVATED:
                    pass
                case _:
                    assert_never(account.standing)


def _account_that_asks(question: Question) -> SlackUser:
    if not isinstance(question.asker, SlackUser):
        raise TypeError("this question was not asked in Slack")
    return question.asker


def _place(question: Question) -> SlackPlace:
    if not isinstance(question.place, SlackPlace):
        raise TypeError("this question was not put in Slack")
    return question.place
