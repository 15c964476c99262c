"""Several things read at once, from a site that takes its time."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Given = TypeVar("Given")
Found = TypeVar("Found")


def together(read: Callable[[Given], Found], given: Iterable[Given], *, threads: int) -> list[Found]:
    """In their order. What one raises is raised."""
    items = list(given)
    threads = min(threads, len(items))
    if threads < 2:  # noqa: PLR2004 - alone it needs no other
        return [read(item) for item in items]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(read, items))
