"""Macros. Those that show this page's own text give it; those that bring in another page's become a link to it, for
who may read that page is that page's own business; of those that are computed, only their name is left, as a loss.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from connectors.confluence.storage.elements import (
    attribute,
    child,
    children,
    plain_text,
    source,
    within,
    words,
    written_in,
)
from connectors.confluence.storage.nouns import Element, Item, Reader
from connectors.confluence.storage.panels import panel, titled
from connectors.confluence.storage.phrases import called, link_to
from connectors.markdown.blocks import Block, Code, Look, Run


@dataclass(frozen=True, slots=True)
class Macro:
    name: str
    parameters: Mapping[str, Element]
    rich: Element | None
    plain: str | None

    def text(self, *names: str) -> str:
        """Of the first of these parameters that says anything."""
        return next(filter(None, (plain_text(self.parameters.get(name)) for name in names)), "")

    def element(self, *names: str) -> Element | None:
        """The first of these inside any parameter."""
        found = (within(parameter, *names) for parameter in self.parameters.values())
        return next((one for one in found if one is not None), None)

    @property
    def is_hidden(self) -> bool:
        return self.text("hidden").lower() == "true"


_BODIES: Final = ("ac:parameter", "ac:default-parameter", "ac:rich-text-body", "ac:plain-text-body")


def macro(element: Element, reader: Reader, look: Look) -> Iterable[Item]:
    found = _read(element)
    if found.is_hidden and (found.rich is not None or found.plain is not None):
        reader.losses.add("hidden text")
        return ()
    return (*_MACROS.get(found.name, _unknown)(found, reader, look), *reader.rest(element, look, *_BODIES))


def _read(element: Element) -> Macro:
    plain = child(element, "ac:plain-text-body")
    return Macro(
        name=attribute(element, "name").strip().lower(),
        parameters={attribute(one, "name"): one for one in children(element, "ac:parameter")},
        rich=child(element, "ac:rich-text-body"),
        plain=source(written_in(plain)).strip("\n") if plain is not None else None,
    )


def _unknown(macro: Macro, reader: Reader, look: Look) -> Iterator[Item]:
    has_body = macro.rich is not None or bool(macro.plain and macro.plain.strip())
    reader.losses.add("only the body of macro" if has_body else "macro", called=macro.name or "without a name")
    yield from _body(macro, reader, look)


def _body(macro: Macro, reader: Reader, look: Look) -> tuple[Block, ...]:
    if macro.rich is not None:
        return reader.blocks(macro.rich, look)
    return (Code(macro.plain),) if macro.plain and macro.plain.strip() else ()


def _nothing(_: Macro, __: Reader, ___: Look) -> Iterator[Item]:
    yield from ()


def _raw(macro: Macro, reader: Reader, _: Look) -> Iterator[Item]:
    """What its source says and what its readers see are two things."""
    reader.losses.add("macro", called=macro.name)
    yield from ()


def _kept_from_some(macro: Macro, reader: Reader, _: Look) -> Iterator[Item]:
    """Its body is for some of the page's readers only, and the source does not tell for whom."""
    reader.losses.add("text for some readers only, in macro", called=macro.name)
    yield from ()


def _code(macro: Macro, _: Reader, __: Look) -> Iterator[Item]:
    if macro.plain and macro.plain.strip():
        if title := macro.text("title"):
            yield titled(title)
        yield Code(macro.plain, macro.text("language") if macro.name != "noformat" else "")


def _panel(macro: Macro, reader: Reader, look: Look) -> Iterator[Item]:
    yield from panel(macro.name, macro.text("title"), _body(macro, reader, look))


def _expand(macro: Macro, reader: Reader, look: Look) -> Iterator[Item]:
    if title := macro.text("title"):
        yield titled(title)
    yield from _body(macro, reader, look)


def _status(macro: Macro, _: Reader, look: Look) -> Iterator[Item]:
    yield Run(macro.text("title", "colour", "color"), look)


def _jira(macro: Macro, reader: Reader, look: Look) -> Iterator[Item]:
    """One issue by its key. Where that lies is known to Confluence only."""
    key = macro.text("key", "issueKey")
    if not key:
        reader.losses.add("list of Jira issues")
    yield Run(key, look)


def _included(macro: Macro, reader: Reader, look: Look) -> Iterator[Item]:
    """Never its text: it may be kept from readers of this page."""
    reader.losses.add("other page included, as a link")
    target = macro.element("ri:page", "ri:blog-post", "ri:content-entity")
    if target is not None:
        yield Run(called(target), look, link=link_to(target, reader.links))
        return
    space, _, title = macro.text("", "page", "pageTitle", "PageWithExcerpt").rpartition(":")
    yield Run(title, look, link=reader.links.to_page(title, space) if title else "")


def _file(macro: Macro, reader: Reader, look: Look) -> Iterator[Item]:
    reader.losses.add("file shown in the page")
    target = macro.element("ri:attachment", "ri:url")
    if target is not None:
        yield Run(called(target), look, link=link_to(target, reader.links))
    else:
        yield Run(macro.text("name"), look)


def _frame(macro: Macro, reader: Reader, look: Look) -> Iterator[Item]:
    reader.losses.add("other site shown in the page")
    target = macro.element("ri:url")
    address = words(attribute(target, "value")).strip() if target is not None else macro.text("url", "src")
    yield Run(address, look, link=reader.links.to(address) if address else "")


def _mathematics(macro: Macro, _: Reader, look: Look) -> Iterator[Item]:
    """As it was written; in a line of text or, if it takes several lines or is set apart, as a block of its own."""
    formula = (macro.plain or macro.text("body", "equation", "")).strip()
    if macro.name in _IN_LINE and "\n" not in formula:
        yield Run(formula, look, code=True)
    elif formula:
        yield Code(formula, "math")


def _profile(macro: Macro, reader: Reader, look: Look) -> Iterator[Item]:
    user = macro.element("ri:user")
    if user is not None:
        yield Run(reader.person(user), look)


_IN_LINE: Final = frozenset(
    {"mathinline", "math-inline", "mathjax-inline-macro", "easy-math-inline", "eazy-math-inline", "latexmath-inline"}
)
_PANELS: Final = ("info", "note", "warning", "tip", "success", "error", "panel")
_OWN_TEXT: Final = (
    "excerpt",
    "details",
    "section",
    "column",
    "toc-zone",
    "multiexcerpt",
    "multiexcerpt-macro",
    "div",
    "span",
)
_LEAD_AROUND: Final = (
    *("toc", "children", "pagetree", "pagetreesearch", "anchor", "livesearch", "search", "index", "breadcrumbs"),
    *("create-from-template", "create-page", "create-space-button", "navmap", "space-menu", "style", "css-stylesheet"),
)
_FOR_SOME: Final = (
    *("show-if", "hide-if", "show-to", "hide-from", "visibility-show", "visibility-hide", "visibility"),
    *("secret", "secure", "secure-content", "protected-content", "restricted-content", "private-content", "encrypted"),
)
_UNSEEN: Final = ("htmlcomment", "html-comment", "comment", "hidden-data", "hidden")
_RAW: Final = ("html", "html-macro", "macro-html", "html-bobswift", "html-include", "javascript", "script")

_MACROS: Final[Mapping[str, Callable[[Macro, Reader, Look], Iterable[Item]]]] = {
    **dict.fromkeys(("code", "code-block", "codeblock", "noformat", "code-pro"), _code),
    **dict.fromkeys(_PANELS, _panel),
    **dict.fromkeys(_OWN_TEXT, _body),
    **dict.fromkeys(_LEAD_AROUND, _nothing),
    **dict.fromkeys((*_FOR_SOME, *_UNSEEN), _kept_from_some),
    **dict.fromkeys(_RAW, _raw),
    **dict.fromkeys(("expand", "ui-expand"), _expand),
    "quote": lambda macro, reader, look: panel("", "", _body(macro, reader, look)),
    "status": _status,
    "jira": _jira,
    "jiraissues": _jira,
    **dict.fromkeys(("include", "includeplus", "excerpt-include", "excerpt-includeplus"), _included),
    **dict.fromkeys(("multiexcerpt-include", "multiexcerpt-include-macro", "include-page"), _included),
    **dict.fromkeys(("view-file", "viewpdf", "viewdoc", "viewxls", "viewppt", "multimedia"), _file),
    **dict.fromkeys(("iframe", "widget", "widgetconnector", "embed"), _frame),
    **dict.fromkeys((*_IN_LINE, "mathblock", "math", "latex", "mathjax-block-macro", "easy-math-block"), _mathematics),
    "profile": _profile,
}
