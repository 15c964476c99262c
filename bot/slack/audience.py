"""Who asks in Slack, and everyone who will see the reply. What cannot be found out makes the audience incomplete, and
an incomplete audience may read nothing; a name that is missing from a complete one would be a leak.
"""

import time
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from typing import assert_never

import structlog
from pydantic import ValidationError
from slack_sdk import WebClient

from bot.core.admin import Member
from bot.core.nouns import Question, ReceiptId, SlackPlace, SlackUser
from bot.core.ports import Access
from bot.slack import wire
from bot.slack.calls import Refused, call
from bot.slack.directory import Directory
from bot.slack.identity import Account, Standing, account_of
from bot.slack.memory import Timer
from bot.slack.rooms import Kind, Room, Rooms
from connectors.model import AccessUnknown, Retryable
from policies.experts import held_by_readers_of
from policies.people import Audience, Email, Person, Principal

_CLOSELY_EVERY_S = 30.0
_COMPANY = "company:"
_NOBODY = frozenset({"user_not_found", "users_not_found"})

log = structlog.get_logger()


class SlackPeople:
    """The port `People`. `Retryable` about a place or a person passes through: nothing was concluded, and the question is
    tried again later.

    What the sources say of people is not remembered here: it changes with every sync. `saved_in`: the channels in which
    answers were saved. Whoever reads one of them at this moment holds it, and nobody for longer.
    """

    def __init__(
        self,
        client: WebClient,
        access: Access,
        *,
        team: str,
        bot_user: str,
        saved_in: Callable[[], Collection[str]] = frozenset,
        timer: Timer = time.monotonic,
    ) -> None:
        self._access, self._team, self._bot_user, self._timer = access, team, bot_user, timer
        self._saved_in = saved_in
        self._client = client
        self._directory = Directory(client, team=team, timer=timer)
        self._rooms = Rooms(client, team=team, timer=timer)

    def asker(self, question: Question) -> Person:
        return self.person(_account_that_asks(question), receipt=question.receipt)

    def person(self, who: SlackUser, *, receipt: ReceiptId | None = None) -> Person:
        """Whoever cannot be identified holds nothing."""
        nobody = Person(actor=str(who))
        if who.team != self._team:
            return nobody.model_copy(update={"outsider": True})
        try:
            account = self._directory.account(who.user)
        except AccessUnknown as why:
            log.warning("who asks could not be found out", why=str(why), receipt=receipt)
            return nobody
        if account.standing is not Standing.MEMBER:
            return nobody.model_copy(update={"outsider": True})
        if account.email is None:
            return nobody
        return _holding(self._access.person(account.email), self._saved_rooms(), who.user, actor=str(who))

    def member(self, user: SlackUser) -> Member | None:
        """The port `Members`. As they are at this moment: what an account was a minute ago makes nobody an admin."""
        found = self.named(user.user) if user.team == self._team else None
        return found if found is not None and found.user == user else None

    def named(self, name: str) -> Member | None:
        """Whoever cannot be found out now may be there all the same: then it is tried again."""
        try:
            user = (
                name if "@" not in name else call(self._client, "users.lookupByEmail", wire.OneUser, email=name).user.id
            )
            account = account_of(call(self._client, "users.info", wire.OneUser, user=user).user, self._team)
        except Refused as refused:
            if refused.is_about(_NOBODY):
                return None
            raise Retryable(str(refused)) from None
        if account.standing is not Standing.MEMBER:
            return None
        return Member(user=account.who, email=account.email, called=account.called)

    def everyone(self) -> Sequence[Member]:
        """All full members, as they were within a minute."""
        try:
            accounts = self._directory.everyone_and(()).values()
        except AccessUnknown as why:
            raise Retryable(str(why)) from None
        return [Member(user=one.who, email=one.email) for one in accounts if one.standing is Standing.MEMBER]

    def readers(self, question: Question, asker: Person, *, declared: frozenset[Principal]) -> Audience:
        who, place = _account_that_asks(question), _place(question)
        if place.alone:
            return Audience.only(asker)
        try:
            return self._readers(self._room(place), who, asker, declared)
        except AccessUnknown as why:
            log.warning("who reads along could not be found out", why=str(why), channel=place.channel)
            return Audience(people=(asker,), complete=False)

    def everybody(self, asker: Person, declared: frozenset[Principal]) -> Audience:
        """Every full member, as of a public channel; and whoever asks."""
        try:
            accounts = self._directory.everyone_and(()).values()
        except AccessUnknown as why:
            log.warning("who is in the company could not be found out", why=str(why))
            return Audience(people=(asker,), complete=False)
        members = [one for one in accounts if one.standing is Standing.MEMBER and str(one.who) != asker.actor]
        people = {person.name: person for person in (*self._persons(members, declared), asker)}
        return Audience(people=tuple(people[name] for name in sorted(people)), complete=True)

    def as_of(self, question: Question) -> Hashable | None:
        """Whatever nobody has told us of is looked at again after half a minute."""
        try:
            room = self._room(_place(question))
        except AccessUnknown:
            return None
        saved = tuple(sorted(self._saved_rooms().items()))
        return room, saved, self._directory.version(), self._access.version(), self._timer() // _CLOSELY_EVERY_S

    def readers_of(self, channel: str) -> frozenset[str]:
        """Everyone who reads there, as Slack names them: members, guests, and companies that it is shared with."""
        room = self._rooms.room(channel)
        if room.kind is Kind.DIRECT:
            return room.members
        gone = (Standing.BOT, Standing.DEACTIVATED)
        users = {account.who.user for account in self._accounts(room) if account.standing not in gone}
        return frozenset(users | {f"{_COMPANY}{company}" for company in room.companies})

    def is_reader(self, user: str, channel: str) -> bool:
        """Whether they are a full member of the workspace who reads there."""
        is_member = self._directory.account(user).standing is Standing.MEMBER
        return is_member and self._rooms.room(channel).is_read_by(user)

    def person_reads(self, email: Email, channel: str) -> bool:
        accounts = self._accounts(self._rooms.room(channel))
        return any(account.email == email for account in accounts if account.standing is Standing.MEMBER)

    def called(self, users: Collection[str]) -> Mapping[str, str]:
        """How people see these accounts; those that cannot be found out are left out."""
        return {user: account.called for user, account in self._found(users).items()}

    def handles(self, users: Collection[str]) -> Mapping[str, str]:
        """By which people mention these accounts; likewise."""
        return {user: account.handle for user, account in self._found(users).items() if account.handle}

    def names(self, channels: Collection[str], *, at: str) -> Mapping[str, str]:
        """Of these channels, those of which everybody may know who reads along there: they read there, too."""
        return {channel: name for channel in channels if (name := self._name(channel, at))}

    def _name(self, channel: str, at: str) -> str | None:
        try:
            name = self._rooms.name(channel)
            if name is None or channel == at:
                return name
            readers = self.readers_of(at)
            if self._rooms.is_public(channel):
                readers -= self._full_members(readers)  # who read it anyway: a large one is not gone through for them
            return name if not readers or readers <= self.readers_of(channel) else None
        except AccessUnknown as why:
            log.info("a channel that was mentioned has no name", why=str(why), channel=channel)
            return None

    def _full_members(self, readers: Collection[str]) -> frozenset[str]:
        accounts = self._directory.accounts([one for one in readers if not one.startswith(_COMPANY)])
        return frozenset(user for user, account in accounts.items() if account.standing is Standing.MEMBER)

    def _found(self, users: Collection[str]) -> Mapping[str, Account]:
        try:
            return self._directory.accounts(users)
        except AccessUnknown:
            return {user: account for user in users if (account := self._account(user)) is not None}

    def _account(self, user: str) -> Account | None:
        try:
            return self._directory.account(user)
        except AccessUnknown:
            return None

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

    def _saved_rooms(self) -> Mapping[str, Room]:
        """Those of which it is known who reads them; what was saved in another is nobody's, and stops no question."""
        rooms = {}
        for channel in self._saved_in():
            try:
                rooms[channel] = self._rooms.room(channel)
            except (AccessUnknown, Retryable) as why:
                log.warning("who reads saved answers could not be found out", why=str(why), channel=channel)
        return rooms

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
        saved = self._saved_rooms()
        for account in accounts:
            match account.standing:
                case Standing.MEMBER:
                    person = known[account.email] if account.email is not None else Person(actor=str(account.who))
                    counts = person if person.principals else person.model_copy(update={"principals": declared})
                    yield _holding(counts, saved, account.who.user)
                case Standing.GUEST | Standing.STRANGER:
                    yield Person(actor=str(account.who), outsider=True)
                case Standing.BOT | Standing.DEACTIVATED:
                    pass
                case _:
                    assert_never(account.standing)


def _holding(person: Person, saved: Mapping[str, Room], user: str, *, actor: str | None = None) -> Person:
    """With what a full member holds by reading channels."""
    held = frozenset(held_by_readers_of(channel) for channel, room in saved.items() if room.is_read_by(user))
    return person.model_copy(update={"principals": person.principals | held, "actor": actor or person.actor})


def _account_that_asks(question: Question) -> SlackUser:
    if not isinstance(question.asker, SlackUser):
        raise TypeError("this question was not asked in Slack")
    return question.asker


def _place(question: Question) -> SlackPlace:
    if not isinstance(question.place, SlackPlace):
        raise TypeError("this question was not put in Slack")
    return question.place
