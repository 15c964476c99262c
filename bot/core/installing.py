"""What it is to be installed in a workspace of Slack. A token is never shown: not in a log, an error or a `repr`."""

from datetime import datetime
from typing import Literal

from pydantic import SecretStr

from policies.people import Noun


class Tokens(Noun):
    """What a bot calls Slack with. Where it ends by itself, `refresh` renews it, once."""

    bot: SecretStr
    refresh: SecretStr | None = None
    expires_at: datetime | None = None


class Granted(Noun):
    """What Slack gives for a code: for this workspace, to this app, allowed by this person."""

    team: str
    enterprise: str | None
    app: str
    by: str
    scopes: str
    tokens: Tokens


class Installed(Noun):
    """A workspace as it is listed, without its tokens. `id` says nothing about whose it is."""

    id: str
    team: str
    enterprise: str | None
    app: str
    scopes: str
    first_admin: str
    state: Literal["live", "ended"]
    installed_at: datetime
    ended_at: datetime | None
    ended_by: str | None
    expires_at: datetime | None
    version: int
    trouble: str | None
