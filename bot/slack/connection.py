"""The connection to Slack: its client, what it retries, and the socket on which Slack speaks to us."""

import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from socket import SHUT_RDWR
from typing import Final

from slack_bolt import App
from slack_bolt.adapter.socket_mode.builtin import SocketModeHandler
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.http_retry import HttpRequest, HttpResponse, RetryState
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler

from bot.core.errors import BadUse, Unready
from bot.slack import frames
from bot.slack.heard import Us

_TIMEOUT_S: Final = 15
_GLANCE_S: Final = 5
_CLOSING_S: Final = 5.0
_PATIENCE: Final = 8  # how often a call waits for as long as Slack says before it gives up
_UNAWAITED: Final = (  # these come too late if they have to wait, and what they show is shown in the end
    "/assistant.threads.setStatus",
    "/chat.startStream",
    "/chat.appendStream",
    "/views.publish",
)
_TOO_MANY: Final = 429
_SILENT: Final = logging.CRITICAL + 1
_SOCKET_THREADS: Final = 1  # takes in what Slack sends in the order in which it sends it, and does no more


class _Patience(RateLimitErrorRetryHandler):
    """Waits for as long as Slack says; but nobody who has an answer waits for what is only to show it sooner. `limited` is
    told of each method that Slack had too much of.
    """

    def __init__(self, limited: Callable[[str], object]) -> None:
        super().__init__(max_retry_count=_PATIENCE)
        self._limited = limited

    def can_retry(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        if response is not None and response.status_code == _TOO_MANY:
            self._limited(request.url.rpartition("/")[2])
        return super().can_retry(state=state, request=request, response=response, error=error)

    def _can_retry(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        return not request.url.endswith(_UNAWAITED) and super()._can_retry(
            state=state, request=request, response=response, error=error
        )


def client(token: str, api_url: str, limited: Callable[[str], object] = lambda _: None) -> WebClient:
    """Retried is only what Slack said it has not done: after a lost reply the SDK would post a second time."""
    return WebClient(
        token=token,
        base_url=api_url,
        timeout=_TIMEOUT_S,
        retry_handlers=[_Patience(limited)],
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


def is_accepted(web: WebClient) -> bool:
    """Whether Slack takes our token at this moment. Nobody is waited for; who is asked too often has not said no."""
    impatient = WebClient(token=web.token, base_url=web.base_url, timeout=_GLANCE_S, retry_handlers=[])
    try:
        return bool(impatient.auth_test()["ok"])
    except SlackApiError as refusal:
        return bool(refusal.response.status_code == _TOO_MANY)
    except (SlackClientError, OSError):
        return False


_NAME: Final = "footnote"  # without one Bolt goes through the whole stack to find one


def bolt(web: WebClient, signing_secret: str | None = None, *, renewed_for: Us | None = None) -> App:
    """Bolt's own logger speaks of payloads; ours does not. What comes over HTTP has to be signed; a socket is Slack's.
    `renewed_for` whom the client's token is renewed while this runs: it is looked up each time.
    """
    quiet = logging.getLogger("footnote.bolt")
    quiet.setLevel(logging.ERROR)
    secret = signing_secret or ""
    if renewed_for is None:
        return App(name=_NAME, client=web, logger=quiet, signing_secret=secret, token_verification_enabled=False)
    us = renewed_for

    def authorize() -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=None, team_id=us.team, bot_id=us.bot, bot_user_id=us.user, bot_token=web.token
        )

    tokenless = client("", web.base_url)
    tokenless.token = None
    return App(name=_NAME, client=tokenless, logger=quiet, signing_secret=secret, authorize=authorize)


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

    def is_connected(self) -> bool:
        return bool(self._handler.client.is_connected())

    def close(self) -> None:
        """What is cut off on the way is no news: it was not acknowledged, so Slack sends it again."""
        self._handler.client.logger.setLevel(_SILENT)
        self._wake_the_reader()
        # The SDK waits for its reader, and for ever if that began between two lines of the SDK's `connect`: it then
        # looks at a state that nobody ends. By then the connection is shut, and the reader dies with the process.
        closing = threading.Thread(target=_shut, args=(self._handler.close,), name="closing", daemon=True)
        closing.start()
        closing.join(_CLOSING_S)

    def _wake_the_reader(self) -> None:
        """It sits on the socket for seconds, and nobody can close that while it does."""
        client = self._handler.client
        client.closed, client.auto_reconnect_enabled = True, False
        client.message_queue.put(None)  # whoever takes in what was read looks up once a second
        socket = client.current_session.sock if client.current_session is not None else None
        if socket is not None:
            with suppress(OSError):
                socket.shutdown(SHUT_RDWR)


def _shut(close: Callable[[], None]) -> None:
    """The SDK looks whether it has a socket before it locks it: its reader may let go of it in between. Then there is
    nothing left to be closed but what comes after it.
    """
    try:
        close()
    except (AttributeError, OSError):
        close()
