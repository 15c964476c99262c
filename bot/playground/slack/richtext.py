"""How Slack's client writes what a person typed: text plus a rich_text block. Never more markup than people can type."""

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
            found.append({"type": "text", "text": text[at : match.start()]})
        found.append(_element(match))
        at = match.end()
    if at < len(text):
        found.append({"type": "text", "text": text[at:]})
    return found


def _element(match: re.Match[str]) -> Json:
    if match["user"]:
        return {"type": "user", "user_id": match["user"]}
    if match["channel"]:
        return {"type": "channel", "channel_id": match["channel"]}
    link: Json = {"type": "link", "url": match["url"]}
    if match["label"]:
        link["text"] = match["label"]
    return link
