"""What does a Confluence page say, as Markdown? Pure: storage format in, text and what could not be carried over out.

Only what a reader of this very page sees becomes text. Other pages are linked, never read in; comments, hidden parts and
parameters are nobody's text. It raises for no string, however malformed, and its work grows with the page's length only.

    parsing  mending            a string -> one well-formed tree, of bounded depth
    reader  phrases  lists  tables  macros  adf  panels         the tree -> blocks
    connectors.markdown                                         blocks -> Markdown
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from connectors.confluence.storage.links import Links
from connectors.confluence.storage.parsing import parsed
from connectors.confluence.storage.reader import PageReader
from connectors.markdown.losses import Loss, Losses
from connectors.markdown.spare import Spare
from connectors.markdown.writing import written

__all__ = ["Converted", "Links", "Loss", "markdown"]

_NOBODY: Mapping[str, str] = MappingProxyType({})


class Converted(NamedTuple):
    text: str
    losses: tuple[Loss, ...]


def markdown(storage: str, *, links: Links, people: Mapping[str, str] = _NOBODY) -> Converted:
    """`people`: names by account id, for mentions."""
    losses = Losses()
    page = parsed(storage, losses)
    reader = PageReader(links=links, people=people, losses=losses, spare=Spare.for_page(storage))
    text = written(reader.blocks(page))
    return Converted(text, losses.found())
