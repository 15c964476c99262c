"""How is text put where Slack does parse? With everything taken out that it would understand; only our links remain."""

import re
from urllib.parse import urlsplit

from bot.slack.render.characters import one_line, shortened, visible, with_addresses

LONGEST_URL = 1_000  # escaped

_PINGS = re.compile(r"@(?=channel|here|everyone|group)", re.IGNORECASE)
_JOINER = "\u2060"  # of no width: what stands on both sides is read, but not followed
_STEERS = re.compile(r"(?<=<)(?=[!@#]|[a-z][a-z0-9+.-]*:)", re.IGNORECASE)
_IN_ADDRESSES = re.compile(r"(?<=[:.])(?=\S)")
_NOT_IN_URL = re.compile(r"[\s<>|\"`\\^{}\ufffd]")
_MARKS = str.maketrans({"*": "∗", "~": "∼", "`": "ˋ", "|": "∣"})
_UNDERSCORE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")  # but not within a word, where it formats nothing
_EMOJI = re.compile(r":(?=[\w+'-]+:)")


def apart(text: str) -> list[str]:
    """In pieces of which none holds the beginning of a mention or of a link."""
    return [piece for piece in _STEERS.split(text) if piece]


def escaped(text: str, links: frozenset[str] = frozenset()) -> str:
    """For a place where Slack looks for `<…>`, and where programs look for addresses: it finds none but these links."""
    pieces = (
        piece if not is_address or piece in links else _IN_ADDRESSES.sub(_JOINER, piece)
        for piece, is_address in with_addresses(visible(text))
    )
    return _PINGS.sub(f"@{_JOINER}", _entities("".join(pieces)))


def literal(text: str, most: int) -> str:
    """For mrkdwn: one line that shows its characters; a mark that would format has a look-alike."""
    safe = _UNDERSCORE.sub("＿", shortened(one_line(text), most)).translate(_MARKS)
    return escaped(_EMOJI.sub(f":{_JOINER}", safe))


def link(url: str | None) -> str | None:
    """The address of a document, if it is one that a reader can be sent to."""
    if url is None or len(_entities(url)) > LONGEST_URL or _NOT_IN_URL.search(visible(url)) or not url.isprintable():
        return None
    try:
        found = urlsplit(url)
    except ValueError:
        return None
    return url if found.scheme in {"http", "https"} and found.hostname else None


def linked(url: str | None, words: str) -> str:
    """`words` have been made safe."""
    return f"<{_entities(url)}|{words}>" if url else words


def _entities(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
