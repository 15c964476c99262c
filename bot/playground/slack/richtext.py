"""How Slack's client writes what a person typed: text plus a rich_text block. Never more markup than people can type.

In the text, `&`, `<` and `>` are escaped, and nothing else; in the block they stand as they were typed.
"""

import re

from bot.playground.slack.nouns import Json

MARKUP = re.compile(
    r"<(?:@(?P<user>[UW][A-Z0-9]+)|#(?P<channel>C[A-Z0-9]+)(?:\|[^>]*)?|(?P<url>https?://[^|>]+)(?:\|(?P<label>[^>]*))?)>"
)
MENTION = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")


def mentioned(text: str) -> set[str]:
    return set(MENTION.findall(text))


def rich_text(text: str, block_id: str) -> Json:
    return {
        "type": "rich_text",
        "block_id": block_id,
        "elements": [{"type": "rich_text_section", "elements": _elements(text)}],
    }


def _elements(text: str) -> list[Json]:
    found: list[Json] = []
    at = 0
    for match in MARKUP.finditer(text):
        if match.start() > at:
            found.append({"type": "text", "text": _typed(text[at : match.start()])})
        found.append(_element(match))
        at = match.end()
    if at < len(text):
        found.append({"type": "text", "text": _typed(text[at:])})
    return found


def _typed(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _element(match: re.Match[str]) -> Json:
    if match["user"]:
        return {"type": "user", "user_id": match["user"]}
    if match["channel"]:
        return {"type": "channel", "channel_id": match["channel"]}
    link: Json = {"type": "link", "url": match["url"]}
    if match["label"]:
        link["text"] = _typed(match["label"])
    return link
