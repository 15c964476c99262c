"""The connection to Slack: its client, what it retries, and the socket on which Slack speaks to us."""

import logging
from typing import Final

from slack_bolt import App
from slack_bolt.adapter.socket_mode.builtin import SocketModeHandler
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler

from bot.core.errors import BadUse, Unready
from bot.slack import frames
from bot.slack.heard import Us

_TIMEOUT_S: Final = 15
_PATIENCE: Final = 8  # how often a call waits for as long as Slack says before it gives up
_SOCKET_THREADS: Final = 1  # takes in what Slack sends in the order in which it sends it, and does no more


def client(token: str, api_url: str) -> WebClient:
    """Retried is only what Slack said it has not done: after a lost reply the SDK would post a second time."""
    return WebClient(
        token=token,
        base_url=api_url,
        timeout=_TIMEOUT_S,
        retry_handlers=[RateLimitErrorRetryHandler(max_retry_count=_PATIENCE)],
    )


def who_we_are(web: WebClient) -> Us:
    try:
        found = web.auth_test()
    except SlackApiError as error:
        code = error.response.get("error", "unknown")
        raise BadUse(f"Slack does not accept SLACK_BOT_TOKEN ({code}). Copy it again from the app's page.") from error
    except (SlackClientError, OSError) as error:
        raise Unready(
            f"Slack cannot be reached ({type(error).__name__}). Look at the network, or SLACK_API_URL."
        ) from error
    return Us(team=str(found["team_id"]), user=str(found["user_id"]), bot=str(found["bot_id"]))


def bolt(web: WebClient) -> App:
    """Bolt's own logger speaks of payloads; ours does not."""
    quiet = logging.getLogger("footnote.bolt")
    quiet.setLevel(logging.ERROR)
    return App(client=web, logger=quiet, token_verification_enabled=False)


class Socket:
    """Socket Mode: events come to us, and nothing of ours listens to the network."""

    def __init__(self, app: App, app_token: str) -> None:
        frames.install()
        self._handler = SocketModeHandler(app, app_token, concurrency=_SOCKET_THREADS)

    def open(self) -> None:
        try:
            self._handler.connect()  # type: ignore[no-untyped-call]
        except SlackApiError as error:
            code = error.response.get("error", "unknown")
            raise BadUse(f"Slack does not accept SLACK_APP_TOKEN ({code}). It needs connections:write.") from error
        except (SlackClientError, OSError) as error:
            raise Unready(f"Slack cannot be reached ({type(error).__name__}). Look at the network.") from error

    def close(self) -> None:
        self._handler.close()  # type: ignore[no-untyped-call]
