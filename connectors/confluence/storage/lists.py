"""Lists: bullets, numbers, tasks with their state."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from connectors.confluence.storage.elements import attribute, child, name_of, plain_text, whole_number, words
from connectors.confluence.storage.nouns import Element, Handler, Item, Reader
from connectors.markdown.blocks import Block, Entry, Listing, Look, Paragraph, Run

_HIGHEST: Final = 999_999_999  # Markdown's own
_DONE: Final = "complete"


def _list(element: Element, reader: Reader, look: Look) -> Iterable[Item]:
    start = whole_number(attribute(element, "start"), least=0, most=_HIGHEST, otherwise=1)
    is_ordered = name_of(element) == "ol"
    found = [
        Entry(blocks, min(number, _HIGHEST) if is_ordered else None)
        for number, blocks in enumerate(_members(element, reader, look), start=start)
    ]
    yield from _astray(element.text, look)
    yield from _listing(found)


def _members(element: Element, reader: Reader, look: Look) -> Iterator[tuple[Block, ...]]:
    """A list that stands directly in a list belongs to the item before it; so does any text that lost its way."""
    held: list[Block] | None = None
    for inner in element:
        blocks = reader.blocks_of(inner, look)
        if held is not None and name_of(inner) != "li":
            held.extend(blocks)
        else:
            if held is not None:
                yield tuple(held)
            held = list(blocks)
        held.extend(_astray(inner.tail, look))
    if held is not None:
        yield tuple(held)


def _tasks(element: Element, reader: Reader, look: Look) -> Iterable[Item]:
    found: list[Entry] = []
    yield from _astray(element.text, look)
    for inner in element:
        is_task = name_of(inner) == "ac:task"
        done = is_task and plain_text(child(inner, "ac:task-status")).lower() == _DONE
        blocks = (*reader.blocks_of(inner, look), *_astray(inner.tail, look))
        if found and not is_task:
            found[-1] = Entry((*found[-1].blocks, *blocks), done=found[-1].done)
        else:
            found.append(Entry(blocks, done=done))
    yield from _listing(found)


def _listing(entries: list[Entry]) -> Iterator[Listing]:
    """Empty ones are left out; the others keep their numbers."""
    full = tuple(entry for entry in entries if entry.blocks)
    if full:
        yield Listing(full)


def _astray(text: str | None, look: Look) -> Iterator[Paragraph]:
    if text and text.strip():
        yield Paragraph((Run(words(text), look),))


HANDLERS: Final[Mapping[str, Handler]] = {"ul": _list, "ol": _list, "ac:task-list": _tasks}
