"""How is a command told to an app that wants people and channels by their ids? As Slack's client writes them down."""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.playground.slack.world import SlackWorld

_TYPED = re.compile(
    r"(?P<marked><[@#][A-Z0-9]+(?:\|[^<>]*)?>)|(?<![\w.])@(?P<user>[\w.-]+)|(?<!\w)#(?P<channel>[\w-]+)"
    r"|(?P<mail>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)|(?P<url>https?://[^\s<>\"]+)"
)


def marked_up(world: "SlackWorld", text: str) -> str:
    """What stands in nothing that is known stays as it was typed, but for `&`, `<` and `>`."""
    made, at = "", 0
    for found in _TYPED.finditer(text):
        made += _escaped(text[at : found.start()]) + _marked(world, found)
        at = found.end()
    return made + _escaped(text[at:])


def _marked(world: "SlackWorld", found: re.Match[str]) -> str:
    if found["marked"]:
        return found["marked"]
    if found["mail"]:
        return f"<mailto:{found['mail']}|{found['mail']}>"
    if found["url"]:
        return f"<{_escaped(found['url'])}>"
    with world.lock:
        known = world.users.values() if found["user"] else world.channels.values()
        same = [one for one in known if one.name == (found["user"] or found["channel"])]
    sign = "@" if found["user"] else "#"
    return f"<{sign}{same[0].id}|{same[0].name}>" if len(same) == 1 else _escaped(found[0])


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
