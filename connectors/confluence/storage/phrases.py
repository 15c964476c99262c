"""What stands in a line of text: links, mentions, pictures, signs, dates, raised and lowered letters."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Final

from connectors.confluence.storage.elements import attribute, child, name_of, words
from connectors.confluence.storage.links import Links, shown
from connectors.confluence.storage.nouns import Element, Handler, Item, Reader
from connectors.markdown.blocks import BREAK, Look, Run, says_something

_RAISED = str.maketrans("0123456789+-−=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱ")
_LOWERED = str.maketrans("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎")
_CAN_BE_RAISED = re.compile(r"[0-9+\-−=()ni]+")
_CAN_BE_LOWERED = re.compile(r"[0-9+\-−=()]+")
_ENDING = re.compile(r"[^\W\d_]{2,}|[®™*†‡]+")  # 1st, 2ème, Acme™
_WORD = re.compile(r"\w+")
_SHORTNAME = re.compile(r":[\w+-]+:")
_EMOTICONS: Final[Mapping[str, str]] = {
    "smile": "🙂", "sad": "🙁", "cheeky": "😛", "laugh": "😀", "wink": "😉", "thumbs-up": "👍", "thumbs-down": "👎",
    "information": "ℹ️", "tick": "✅", "cross": "❌", "warning": "⚠️", "plus": "➕", "minus": "➖", "question": "❓",
    "light-on": "💡", "light-off": "💡", "yellow-star": "⭐", "red-star": "⭐", "green-star": "⭐", "blue-star": "⭐",
    "heart": "❤️", "broken-heart": "💔",
}  # fmt: skip


def link_to(target: Element, links: Links, anchor: str = "") -> str:
    """Of a resource identifier (`ri:…`); empty where it leads nowhere that can be written down."""
    of = partial(attribute, target)
    match name_of(target):
        case "ri:page":
            found = links.to_page(of("content-title"), of("space-key"), anchor)
        case "ri:blog-post":
            found = links.to_blog_post(of("content-title"), of("posting-day"), of("space-key"), anchor)
        case "ri:content-entity":
            found = links.to_content(of("content-id"), anchor)
        case "ri:space":
            found = links.to_space(of("space-key"))
        case "ri:attachment":
            container = _resource(target)
            found = links.to_attachment(of("filename")) if container is None else link_to(container, links)
        case "ri:url":
            found = links.to(of("value"))
        case _:
            found = ""
    return found


def _resource(element: Element) -> Element | None:
    return next((inner for inner in element if name_of(inner).startswith("ri:")), None)


def called(target: Element) -> str:
    """A resource by its own name, for a link that has no words."""
    names = (
        attribute(target, name) for name in ("content-title", "filename", "space-key", "value", "content-id", "key")
    )
    return words(next(filter(None, names), "")).strip()


def _link(element: Element, reader: Reader, look: Look) -> Iterable[Item]:
    target = _resource(element)
    anchor = attribute(element, "anchor")
    if target is not None and name_of(target) == "ri:user":
        yield Run(reader.person(target), look)
        return
    url = reader.links.to_place(anchor) if target is None else link_to(target, reader.links, anchor)
    body = child(element, "ac:link-body")
    if body is None:
        body = child(element, "ac:plain-text-link-body")
    said = reader.items(element if body is None else body, look)
    if not any(not isinstance(item, Run) or item.text.strip() for item in said if item is not None):
        said = [Run((called(target) if target is not None else "") or words(anchor), look)]
    yield from _leading_to(url, said)


def _anchor(element: Element, reader: Reader, look: Look) -> Iterable[Item]:
    href = attribute(element, "href")
    url = reader.links.to(href) if href else ""
    said = reader.items(element, look)
    alone = "".join(item.text for item in said if isinstance(item, Run)).strip()
    if url and (alone in {href.strip(), url} or (not alone and attribute(element, "data-card-appearance"))):
        said = [Run(words(shown(url) or alone or href), look)]
    yield from _leading_to(url, said)


def _leading_to(url: str, said: Iterable[Item]) -> Iterator[Item]:
    for item in said:
        yield replace(item, link=item.link or url) if isinstance(item, Run) and item != BREAK else item


def _image(element: Element, reader: Reader, look: Look) -> Iterable[Item]:
    target = _resource(element)
    caption = child(element, "ac:caption")
    said = reader.runs(caption, look) if caption is not None else ()
    text = words(attribute(element, "alt") or attribute(element, "title")).strip()
    url = link_to(target, reader.links) if target is not None else reader.links.to(attribute(element, "src"))
    if not text and says_something(said):
        text, said = " ".join("".join(run.text for run in said).split()), ()
    if text:
        yield Run(text, look, link=url, image=bool(url))
    else:
        reader.losses.add("image without text")
    if says_something(said) and "".join(run.text for run in said).strip() != text:
        yield None
        yield from said
        yield None
    yield from reader.rest(element, look, "ac:caption")


def _emoticon(element: Element, reader: Reader, look: Look) -> Iterable[Item]:
    fallback, shortname = attribute(element, "emoji-fallback"), attribute(element, "emoji-shortname")
    sign = _EMOTICONS.get(attribute(element, "name"), "")
    if fallback and not _SHORTNAME.fullmatch(fallback):
        sign = fallback
    yield Run(words(sign or shortname or fallback), look)
    yield from reader.rest(element, look)


def _time(element: Element, reader: Reader, look: Look) -> Iterable[Item]:
    moment = words(attribute(element, "datetime")).strip()
    yield from [Run(moment, look)] if moment else reader.items(element, look)


def _raised(element: Element, reader: Reader, look: Look) -> Iterable[Item]:
    """10⁶ is not 106."""
    said = reader.items(element, look)
    if len(said) != 1 or not isinstance(said[0], Run) or not (text := said[0].text.strip()):
        return said
    if _CAN_BE_RAISED.fullmatch(text):
        return [replace(said[0], text=text.translate(_RAISED))]
    return said if _ENDING.fullmatch(text) else [replace(said[0], text=_marked("^", text))]


def _lowered(element: Element, reader: Reader, look: Look) -> Iterable[Item]:
    said = reader.items(element, look)
    if len(said) != 1 or not isinstance(said[0], Run) or not (text := said[0].text.strip()):
        return said
    lowered = text.translate(_LOWERED) if _CAN_BE_LOWERED.fullmatch(text) else _marked("_", text)
    return [replace(said[0], text=lowered)]


def _marked(sign: str, text: str) -> str:
    return f"{sign}{text}" if _WORD.fullmatch(text) else f"{sign}({text})"


def _break(element: Element, reader: Reader, look: Look) -> Iterable[Item]:
    return (BREAK, *reader.rest(element, look))


def _quoted(element: Element, reader: Reader, look: Look) -> Iterable[Item]:
    return (Run("“", look), *reader.items(element, look), Run("”", look))


HANDLERS: Final[Mapping[str, Handler]] = {
    "a": _anchor,
    "ac:link": _link,
    "ac:image": _image,
    "img": _image,
    "ac:emoticon": _emoticon,
    "time": _time,
    "sup": _raised,
    "sub": _lowered,
    "br": _break,
    "q": _quoted,
}
