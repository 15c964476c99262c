"""How listeners leave to others what takes time."""

from collections.abc import Callable
from typing import Protocol


class Later(Protocol):
    """Does something on another thread. What goes wrong is logged there, and then `otherwise` is done."""

    def __call__(self, do: Callable[[], object], *, otherwise: Callable[[], object] | None = None) -> None: ...
