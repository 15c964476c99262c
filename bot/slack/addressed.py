"""For which installation is a request of Slack's? Pure, and strict: of a request that names two, or none, nobody is meant.

The authorizations of an event say whose it is; its `team_id` may be of another company, in a channel that is shared.
"""

import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from bot.slack.heard import ENDS

_NAME: Final = re.compile(r"[A-Z0-9]{2,64}")


class Address(NamedTuple):
    team: str
    enterprise: str | None
    app: str | None


def addressed(body: Mapping[str, Any]) -> Address | None:  # noqa: PLR0911 - one for each shape
    app = _name(body.get("api_app_id"))
    match body:
        case {"authorizations": [{"team_id": str(team), **rest}, *_], "event": dict()}:
            return _address(team, rest.get("enterprise_id"), app, is_org_wide=rest.get("is_enterprise_install"))
        case {"authorizations": _}:
            return None
        case {"view": {"app_installed_team_id": str(team)}}:  # it may be opened from another workspace
            return _address(team, None, app)
        case {"team": {"id": str(team), **rest}}:
            return _address(team, rest.get("enterprise_id"), app, is_org_wide=body.get("is_enterprise_install"))
        case {"team": dict() | str()}:
            return None
        case {"team_id": str(team)}:
            return _address(team, body.get("enterprise_id"), app, is_org_wide=body.get("is_enterprise_install"))
        case _:
            return None


def ends(body: Mapping[str, Any]) -> str | None:
    """By which event we may not be there any longer. The tokens of people are none of ours."""
    match body:
        case {"event": {"type": "tokens_revoked", "tokens": dict(tokens)}}:
            return "tokens_revoked" if tokens.get("bot") else None
        case {"event": {"type": str(kind)}} if kind in ENDS:
            return kind
        case _:
            return None


def _address(team: str, enterprise: object, app: str | None, *, is_org_wide: object = False) -> Address | None:
    """What is installed for a whole organisation is no workspace's."""
    if not _NAME.fullmatch(team) or is_org_wide in {True, "true"}:
        return None
    return Address(team, _name(enterprise), app)


def _name(said: object) -> str | None:
    return said if isinstance(said, str) and _NAME.fullmatch(said) else None
