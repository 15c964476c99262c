"""Several threads that begin at the same moment, for the tests of races."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Result = TypeVar("Result")


def at_once(count: int, act: Callable[[int], Result]) -> list[Result]:
    """What each of them came to, in the order of their numbers. The first error is raised."""
    ready = threading.Barrier(count)

    def start(number: int) -> Result:
        ready.wait()
        return act(number)

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(start, range(count)))
