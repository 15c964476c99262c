"""How much may a page's text be repeated? A merged cell stands in each of its rows, and must not make a page of a
megabyte one of a gigabyte: what is repeated in all is bounded by the page's own length.
"""

from typing import Final

_ALWAYS: Final = 20_000  # characters
_PLACE: Final = 3  # what an empty cell is written with


class Spare:
    def __init__(self, characters: int) -> None:
        self._text = characters
        self._places = characters

    @classmethod
    def for_page(cls, storage: str) -> "Spare":
        return cls(_ALWAYS + len(storage))

    def text(self, length: int) -> bool:
        """Whether this much may stand once more; then it is spent."""
        if length + _PLACE > self._text:
            return False
        self._text -= length + _PLACE
        return True

    def place(self) -> bool:
        if self._places < _PLACE:
            return False
        self._places -= _PLACE
        return True
