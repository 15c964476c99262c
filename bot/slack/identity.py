"""Who an account is. Pure, and deny first: whatever is not clearly a full member of our own workspace is not one."""

import re
from enum import StrEnum
from typing import Final

from bot.core.nouns import SlackUser
from bot.slack import wire
from policies.people import Email, Noun, email_address

_HANDLE: Final = re.compile(r"[\w.-]{1,80}")
_SLACKBOT = "USLACKBOT"  # of which Slack says that it is no bot


class Standing(StrEnum):
    MEMBER = "member"
    GUEST = "guest"
    STRANGER = "stranger"  # of another company
    BOT = "bot"
    DEACTIVATED = "deactivated"


class Account(Noun):
    """Only a full member has an address, and only one that Slack has confirmed. `called`: by their full
    name, which is decorated less than the one that they chose; anybody may call themselves anything. `handle`: one word, so
    that it says nothing where it stands among somebody else's words.
    """

    who: SlackUser
    standing: Standing
    email: Email | None = None
    called: str = ""
    handle: str = ""


def account_of(user: wire.User, team: str) -> Account:
    """As the workspace `team` sees it."""
    standing = _standing(user, team)
    email = _confirmed_address(user) if standing is Standing.MEMBER else None
    called = user.real_name or user.profile.real_name or user.profile.display_name or user.name or user.id
    handle = user.name if user.name is not None and _HANDLE.fullmatch(user.name) else ""
    who = SlackUser(team=user.team_id, user=user.id)
    return Account(who=who, standing=standing, email=email, called=called, handle=handle)


def _standing(user: wire.User, team: str) -> Standing:
    """`is_app_user` says nothing here: it is true of people who have authorised the app."""
    if user.deleted:
        return Standing.DEACTIVATED
    if user.is_bot or user.id == _SLACKBOT:
        return Standing.BOT
    if user.is_stranger or user.team_id != team:
        return Standing.STRANGER
    if user.is_restricted is not False or user.is_ultra_restricted is not False:
        return Standing.GUEST
    return Standing.MEMBER


def _confirmed_address(user: wire.User) -> Email | None:
    if user.profile.email is None or user.is_email_confirmed is False:
        return None
    try:
        return email_address(user.profile.email)
    except ValueError:
        return None
