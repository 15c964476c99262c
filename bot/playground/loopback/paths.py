"""Which path is answered by what."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final, Generic, Protocol, TypeVar


class EndPoint(Protocol):
    """`path`: with names in it, as /files/{id}."""

    @property
    def method(self) -> str: ...
    @property
    def path(self) -> str: ...


Found = TypeVar("Found", bound=EndPoint)
_NAME: Final = re.compile(r"\{(\w+)\}")


class Table(Generic[Found]):
    def __init__(self, routes: Iterable[Found]) -> None:
        self._routes: defaultdict[tuple[str, int], list[tuple[re.Pattern[str], Found]]] = defaultdict(list)
        for route in routes:
            pattern = re.compile(_NAME.sub(r"(?P<\1>[^/]+)", route.path))
            self._routes[route.method, route.path.count("/")].append((pattern, route))

    def find(self, method: str, path: str) -> tuple[Found, Mapping[str, str]] | None:
        """The exact one before one with a name in it: they stand in that order."""
        found = ((pattern.fullmatch(path), route) for pattern, route in self._routes[method, path.count("/")])
        return next(((route, match.groupdict()) for match, route in found if match), None)
