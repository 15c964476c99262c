"""The accounts that Slack knows: one, some, or all of the workspace. Old news are never given out as fresh ones."""

import threading
from collections.abc import Collection, Mapping
from typing import Final, NamedTuple

from slack_sdk import WebClient

from bot.slack import wire
from bot.slack.calls import ask, ask_all
from bot.slack.identity import Account, account_of
from bot.slack.memory import Memory, Timer
from connectors.model import AccessUnknown

_FRESH_S: Final = 60.0
_FEW: Final = 20  # so many are looked up one by one; for more, the list of all is cheaper
_ALL: Final = "all"


class _Listed(NamedTuple):
    accounts: Mapping[str, Account]
    at: int  # the number of changes that had been told when the list began


class Directory:
    """A list of ten thousand accounts is not thrown away because one of them changed their status line, which happens
    all the time: whoever changed since it began is looked up alone.
    """

    def __init__(self, client: WebClient, *, team: str, timer: Timer) -> None:
        self._client, self._team = client, team
        self._lock = threading.Lock()
        self._changes = 0
        self._changed_at: dict[str, int] = {}  # of each account the newest
        # Keys: a user; the one list. Both end after a minute, or when that user, or nobody knows who, is told to have changed.
        self._one: Memory[str, Account] = Memory(self._look_up, for_s=_FRESH_S, most=10_000, timer=timer)
        self._all: Memory[str, _Listed] = Memory(self._list, for_s=_FRESH_S, most=1, timer=timer)

    def account(self, user: str) -> Account:
        return self._one.get(user)

    def accounts(self, users: Collection[str]) -> Mapping[str, Account]:
        """Of exactly these."""
        listed = self._everyone() if len(users) > _FEW else {}
        return self._of(users, listed)

    def everyone_and(self, users: Collection[str]) -> Mapping[str, Account]:
        """All of the workspace, whoever else Slack lists, and these."""
        listed = self._everyone()
        return {**listed, **self._of(users, listed)}

    def changed(self, user: str | None, said: Account | None = None) -> None:
        """Told by an event; None: somebody. What it says they are is believed only if we knew it."""
        if user is None:
            self._one.forget_all()
            self._all.forget_all()
            with self._lock:
                self._changes += 1
            return
        if said is not None and said.who.user == user and self._is_known(said):
            return
        self._one.forget(user)
        with self._lock:
            self._changes += 1
            self._changed_at[user] = self._changes

    def version(self) -> int:
        """Another one as soon as anybody has changed."""
        with self._lock:
            return self._changes

    def _is_known(self, said: Account) -> bool:
        """First whether anything is being found out: that may have begun before what is said."""
        user = said.who.user
        if self._one.is_finding(user) or self._all.is_finding(_ALL):
            return False
        alone, listed = self._one.kept(user), self._all.kept(_ALL)
        return alone in (None, said) and (listed is None or listed.accounts.get(user) == said)

    def _of(self, users: Collection[str], listed: Mapping[str, Account]) -> Mapping[str, Account]:
        """Slack may leave out whoever has come just now, or belongs to another company."""
        if sum(user not in listed for user in users) > _FEW:
            raise AccessUnknown("users.list: too many are not in it")
        return {user: listed.get(user) or self.account(user) for user in users}

    def _everyone(self) -> Mapping[str, Account]:
        listed = self._all.get(_ALL)
        changed = self._changed_since(listed)
        if len(changed) > _FEW:
            self._all.forget(_ALL, only=listed)
            listed = self._all.get(_ALL)
            changed = self._changed_since(listed)
        return {**listed.accounts, **{user: self.account(user) for user in changed}} if changed else listed.accounts

    def _changed_since(self, listed: _Listed) -> list[str]:
        with self._lock:
            return [user for user, at in self._changed_at.items() if at > listed.at]

    def _look_up(self, user: str) -> Account:
        found = ask(self._client, "users.info", wire.OneUser, user=user).user
        if found.id != user:
            raise AccessUnknown("users.info: another account")
        return account_of(found, self._team)

    def _list(self, _: str) -> _Listed:
        with self._lock:
            at = self._changes
        listed = ask_all(self._client, "users.list", wire.UsersPage)
        return _Listed({user.id: account_of(user, self._team) for page in listed for user in page.members}, at)
