"""Content in the orders in which the API lists it, kept while it changes, so that a page of a listing costs its own length."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator, Sequence

from bot.playground.confluence.nouns import Content

Place = tuple[int | str, int]  # a sort value and an id, the values of one order being of one type


class Shelf:
    """Ids by creation and by last change, both ways."""

    def __init__(self) -> None:
        self._by: dict[str, list[Place]] = {"created-date": [], "modified-date": [], "id": []}

    def put(self, content: Content) -> None:
        for order, places in self._by.items():
            insort(places, place(content, order))

    def take(self, content: Content) -> None:
        for order, places in self._by.items():
            found = bisect_left(places, place(content, order))
            if found < len(places) and places[found] == place(content, order):
                del places[found]

    def after(self, order: str, last: Place | None, *, backwards: bool) -> Iterator[Place]:
        """What follows a place; everything if there is none."""
        return following(self._by[order], last, backwards=backwards)

    def __len__(self) -> int:
        return len(self._by["id"])


def following(places: Sequence[Place], last: Place | None, *, backwards: bool) -> Iterator[Place]:
    if backwards:
        at = bisect_left(places, last) if last else len(places)
        return (places[index] for index in range(at - 1, -1, -1))
    at = bisect_right(places, last) if last else 0
    return (places[index] for index in range(at, len(places)))


def place(content: Content, order: str) -> Place:
    match order:
        case "modified-date":
            return content.modified_ms, content.order
        case "created-date":
            return content.created_ms, content.order
        case "title":
            return content.title, content.order
        case _:
            return content.order, content.order
