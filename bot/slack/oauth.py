"""Being installed: where somebody allows it, what Slack gives for the code that they bring back, and a new pair of tokens for
the one that renews. No token, no code and no secret of the app is ever in what goes wrong.
"""

from datetime import datetime, timedelta
from typing import Annotated, Final, TypeVar
from urllib.parse import urlencode, urljoin

from pydantic import Field, SecretStr
from slack_sdk import WebClient

from bot.core.installing import Granted, Tokens
from bot.slack.calls import Refused, call
from bot.slack.features import scopes, switched_on
from bot.slack.wire import Payload

_TIMEOUT_S: Final = 15
_METHOD: Final = "oauth.v2.access"
ORG_WIDE: Final = "org_wide"
_Name = Annotated[str, Field(pattern=r"^[A-Z0-9]{2,64}$")]
_Secret = Annotated[str, Field(min_length=1, max_length=4096)]


class _Named(Payload):
    id: _Name


class _Pair(Payload):
    access_token: _Secret
    refresh_token: _Secret | None = None
    expires_in: Annotated[int, Field(gt=0)] | None = None

    def tokens(self, now: datetime) -> Tokens:
        """Slack counts from when it made them: not later than now."""
        return Tokens(
            bot=SecretStr(self.access_token),
            refresh=SecretStr(self.refresh_token) if self.refresh_token is not None else None,
            expires_at=now + timedelta(seconds=self.expires_in) if self.expires_in is not None else None,
        )


class _Access(_Pair):
    app_id: _Name
    scope: str = ""
    authed_user: _Named
    team: _Named | None = None
    enterprise: _Named | None = None
    is_enterprise_install: bool = False


_AnyPair = TypeVar("_AnyPair", bound=_Pair)


class SlackOAuth:
    """We send no address to come back to: it is the one of the app's page, and nobody's request can make it another."""

    def __init__(self, client_id: str, client_secret: SecretStr, api_url: str) -> None:
        self._id, self._secret, self._api = client_id, client_secret, api_url

    def where(self, state: str) -> str:
        """What it asks for is what each workspace may switch on later: its rules are made once it is there."""
        scope = ",".join(sorted(scopes(switched_on(None))))
        asked = {"client_id": self._id, "scope": scope, "state": state}
        return f"{urljoin(self._api, '/oauth/v2/authorize')}?{urlencode(asked)}"

    def exchange(self, code: str, now: datetime) -> Granted:
        """Raises `Refused` and `Retryable`; a code holds once, so there is nothing to be tried again."""
        found = self._call(_Access, code=code)
        if found.is_enterprise_install or found.team is None:
            raise Refused(_METHOD, ORG_WIDE)
        return Granted(
            team=found.team.id,
            enterprise=found.enterprise.id if found.enterprise is not None else None,
            app=found.app_id,
            by=found.authed_user.id,
            scopes=found.scope,
            tokens=found.tokens(now),
        )

    def renew(self, refresh: SecretStr, now: datetime) -> Tokens:
        found = self._call(_Pair, grant_type="refresh_token", refresh_token=refresh.get_secret_value())
        if found.refresh_token is None:
            raise Refused(_METHOD, "no_refresh_token")
        return found.tokens(now)

    def _call(self, payload: type[_AnyPair], **arguments: str) -> _AnyPair:
        web = WebClient(base_url=self._api, timeout=_TIMEOUT_S, retry_handlers=[])
        secret = self._secret.get_secret_value()
        return call(web, _METHOD, payload, client_id=self._id, client_secret=secret, **arguments)
