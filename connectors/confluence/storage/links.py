"""Where does a link lead? Absolute addresses that Confluence itself resolves; nothing is asked and nothing is searched.

Only what a reader can safely be sent to is an address; of any other link the words stay.
"""

import re
from typing import Final, NamedTuple
from urllib.parse import quote, quote_plus, unquote_plus, urljoin, urlsplit

_LONGEST: Final = 2_000
_SCHEMES: Final = frozenset({"http", "https", "mailto"})
_PLAIN_TITLE = re.compile(r"[\w .,!()'-]+")
_CONTROL = re.compile(r"[\x00-\x20\x7f]+")
_BREAKS_OUT = re.compile(r"[^\w!#$%&'+,\-./:;=?@~]|(?<!\w)_|_(?!\w)", re.ASCII)
_TITLE_IN_PATH = re.compile(r"/spaces/[^/]+/(?:pages|blog)/(?:\d{4}/\d\d/\d\d/)?\d+/([^/]+)/?\Z")
_ISSUE_IN_PATH = re.compile(r"/browse/([A-Z][A-Z0-9_]+-\d+)/?\Z")


class Links(NamedTuple):
    """`page`: the id of the page itself, if it is known; its attachments and places lead there."""

    site: str
    space: str
    page: str | None = None

    def to_page(self, title: str, space: str = "", anchor: str = "") -> str:
        key = space or self.space
        if not title:
            return self.to_place(anchor)
        if _PLAIN_TITLE.fullmatch(title):
            found = f"{self._root}/display/{quote(key, safe='~')}/{quote_plus(title)}"
        else:
            found = f"{self._root}/pages/viewpage.action?spaceKey={quote_plus(key)}&title={quote_plus(title)}"
        return safe(found + _fragment(anchor))

    def to_blog_post(self, title: str, day: str, space: str = "", anchor: str = "") -> str:
        found = f"{self._root}/display/{quote(space or self.space, safe='~')}/{quote(day)}/{quote_plus(title)}"
        return safe(found + _fragment(anchor)) if title and day else ""

    def to_content(self, content: str, anchor: str = "") -> str:
        found = f"{self._root}/pages/viewpage.action?pageId={quote_plus(content)}"
        return safe(found + _fragment(anchor)) if content else ""

    def to_place(self, anchor: str) -> str:
        """On the page itself."""
        return self.to_content(self.page or "", anchor) if anchor else ""

    def to_space(self, space: str) -> str:
        return safe(f"{self._root}/display/{quote(space, safe='~')}") if space else ""

    def to_attachment(self, filename: str) -> str:
        """Of the page itself."""
        found = f"{self._root}/download/attachments/{quote(self.page or '')}/{quote(filename, safe='')}"
        return safe(found) if self.page and filename else ""

    def to(self, href: str) -> str:
        """Whatever an author wrote into a link."""
        href = href.strip()
        if not href or href.startswith("#"):
            return self.to_place(href[1:])
        try:
            return safe(urljoin(f"{self._root}/", href))
        except ValueError:
            return ""

    @property
    def _root(self) -> str:
        return self.site.rstrip("/")


def safe(url: str) -> str:
    """With everything encoded that could end it early in Markdown; empty if nobody should be sent there."""
    url = _BREAKS_OUT.sub(lambda found: quote(found.group(), safe=""), _CONTROL.sub("%20", url.strip()))
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    if len(url) > _LONGEST or parts.scheme.lower() not in _SCHEMES:
        return ""
    return url if parts.hostname or parts.scheme.lower() == "mailto" else ""


def shown(url: str) -> str:
    """What a link is called whose author pasted nothing but the address: as Confluence shows it, by the title."""
    try:
        path = urlsplit(url).path
    except ValueError:
        return ""
    title, issue = _TITLE_IN_PATH.search(path), _ISSUE_IN_PATH.search(path)
    return unquote_plus(title.group(1)).strip() if title else issue.group(1) if issue else ""


def _fragment(anchor: str) -> str:
    return f"#{quote(anchor.replace(' ', '-'))}" if anchor else ""
