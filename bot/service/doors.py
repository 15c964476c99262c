"""How Slack reaches us: on a socket that we open, or on a port of ours, where it is also told how we are."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Final, NamedTuple

from slack_bolt import App
from starlette.applications import Starlette
from starlette.routing import Route

from bot.core.clock import Clock
from bot.core.errors import BadUse
from bot.ops.counted import Counted
from bot.settings import Settings
from bot.slack import connection
from bot.web.health import Check, Health
from bot.web.link import Desk, LinkPages
from bot.web.metrics import Metrics
from bot.web.server import Server
from bot.web.slack import Requests, Taker

_PORT: Final = 3000  # where Slack's requests are taken, unless a setting says otherwise


class Keys(NamedTuple):
    """With an app's token we open a socket to Slack; without one Slack calls us, and signs what it sends."""

    bot: str
    app: str | None
    signing: str | None


def keys(settings: Settings) -> Keys:
    """An app's token is for Socket Mode and nothing else, so whoever has set one wants a socket."""
    bot, app_level, signing = (
        given.get_secret_value() if given is not None else None
        for given in (settings.slack_bot_token, settings.slack_app_token, settings.slack_signing_secret)
    )
    missing = [] if bot is not None else ["SLACK_BOT_TOKEN (xoxb-…)"]
    missing += [] if app_level is not None or signing is not None else ["SLACK_APP_TOKEN (xapp-…)"]
    if bot is None or missing:
        raise BadUse(
            f"To be in Slack, Footnote needs {' and '.join(missing)}; for HTTP, SLACK_SIGNING_SECRET in place of the "
            "app's token. `footnote manifest` prints the app to create; `footnote demo` needs neither."
        )
    return Keys(bot, app_level, signing)


@contextmanager
def reached(
    bolt: App,
    keys: Keys,
    settings: Settings,
    checks: dict[str, Check],
    counted: Counted,
    more: Sequence[Route] = (),
) -> Iterator[int | None]:
    """By Slack, on a socket that we open or on a port of ours; and on that port, by whoever asks how we are."""
    port, routes = settings.port, list(more)
    with ExitStack() as doors:
        if keys.app is not None:
            socket = connection.Socket(bolt, keys.app)
            socket.open()
            doors.callback(socket.close)
            checks = {**checks, "socket": socket.is_connected}
        else:
            requests = Requests(bolt, keys.signing or "")
            doors.callback(requests.close)
            port, routes = port if port is not None else _PORT, [*requests.routes(), *more]
        if port is None:
            yield None
            return
        yield doors.enter_context(listening(port, routes, settings, checks, counted))


@contextmanager
def called(
    taker: Taker, more: list[Route], settings: Settings, checks: dict[str, Check], counted: Counted
) -> Iterator[int]:
    """By Slack and by browsers, on a port of ours alone."""
    secret = settings.slack_signing_secret
    if secret is None:
        raise BadUse(
            "To be installed by OAuth, Footnote needs SLACK_SIGNING_SECRET beside SLACK_CLIENT_ID and SLACK_CLIENT_SECRET: "
            "Slack calls it over HTTP. All three are on the app's page, under Basic Information."
        )
    with ExitStack() as doors:
        requests = Requests(taker, secret.get_secret_value())
        doors.callback(requests.close)
        port = settings.port if settings.port is not None else _PORT
        yield doors.enter_context(listening(port, [*requests.routes(), *more], settings, checks, counted))


def link_pages(of: Callable[[str], Desk | None], settings: Settings, clock: Clock) -> list[Route]:
    """Where we have no address that browsers reach, nobody is sent anywhere, and there is no page."""
    ours = settings.public_url
    if ours is None:
        return []
    return LinkPages(of, is_encrypted=ours.startswith("https:"), clock=clock).routes()


@contextmanager
def listening(
    port: int, routes: list[Route], settings: Settings, checks: dict[str, Check], counted: Counted
) -> Iterator[int]:
    """What is there for everybody; and beside it, how we are."""
    token = settings.metrics_token.get_secret_value() if settings.metrics_token is not None else None
    ours = [*Health(checks).routes(), *Metrics(counted.text, host=settings.host, token=token).routes()]
    server = Server(Starlette(routes=[*routes, *ours]), host=settings.host, port=port)
    server.open()
    try:
        yield server.port
    finally:
        server.close()
