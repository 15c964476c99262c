"""One question to Slack, without waiting for long: what it says, or why not."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.cli.doctor.examined import Finding, fault
from bot.settings import Settings

NOTHING_GOES: Final = "Nobody is answered in Slack without it."
_PATIENCE_S: Final = 8
_UNREACHED: Final = "!"


class Answer(NamedTuple):
    data: Mapping[str, Any]
    headers: Mapping[str, str]


def asked(settings: Settings, method: str, token: str | None, **arguments: str) -> Answer | str:
    """What Slack says; or why not, by its code or the kind of error."""
    web = WebClient(token=token, base_url=settings.slack_api_url, timeout=_PATIENCE_S, retry_handlers=[])
    try:
        said = web.api_call(method, data=arguments)
    except SlackApiError as error:
        code = error.response.get("error") if isinstance(error.response.data, dict) else None
        return str(code or f"HTTP {error.response.status_code}")
    except (SlackClientError, OSError, ValueError) as error:
        return _UNREACHED + type(error).__name__
    headers = {name.lower(): value for name, value in said.headers.items()}
    return Answer(said.data if isinstance(said.data, dict) else {}, headers)


def unanswered(check: str, token: str, because: str, fix: str, *, why: str = NOTHING_GOES) -> Finding:
    """`token`: as the sentence names it. `fix`: of one that is not accepted."""
    if because.startswith(_UNREACHED):
        what = f"Slack cannot be reached ({because.removeprefix(_UNREACHED)})."
        return fault(
            check,
            what,
            why=why,
            fix="Look at the network and the proxy (HTTPS_PROXY), or at SLACK_API_URL, if that is set.",
        )
    return fault(check, f"Slack does not accept {token} ({because}).", why=why, fix=fix)


def named(missing: Mapping[str, Sequence[str]]) -> str:
    """Each scope that is missing, with what needs it."""
    return ", ".join(f"{scope} (for {'; '.join(features)})" for scope, features in missing.items())
