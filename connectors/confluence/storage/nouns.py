"""What the readers of a page's elements hand to each other."""

from collections.abc import Callable, Iterable
from typing import Protocol

from lxml import etree

from connectors.confluence.storage.links import Links
from connectors.markdown.blocks import Block, Look, Run, Runs
from connectors.markdown.losses import Losses
from connectors.markdown.spare import Spare

Element = etree._Element  # noqa: SLF001 - lxml's own name for its type

Item = Run | Block | None
"""What an element's content is made of, in order. None: what stands before and after it is not one paragraph."""


class Reader(Protocol):
    """What each kind of element needs to read what is inside it."""

    @property
    def links(self) -> Links: ...

    @property
    def losses(self) -> Losses: ...

    @property
    def spare(self) -> Spare: ...

    def items(self, element: Element, look: Look = Look.PLAIN) -> list[Item]: ...

    def blocks(self, element: Element, look: Look = Look.PLAIN) -> tuple[Block, ...]: ...

    def blocks_of(self, element: Element, look: Look = Look.PLAIN) -> tuple[Block, ...]:
        """Of the element itself, as it is understood where it stands."""
        ...

    def rest(self, element: Element, look: Look, *understood: str) -> list[Item]:
        """Its content without what is understood elsewhere: text that stands where none should."""
        ...

    def runs(self, element: Element, look: Look = Look.PLAIN) -> Runs:
        """Everything in it on one line, but for the author's own breaks."""
        ...

    def person(self, user: Element) -> str: ...


Handler = Callable[[Element, Reader, Look], Iterable[Item]]
