"""How is a change of who people are taken back? As a command, or as a list that can be sent in as it stands. Pure."""

from collections.abc import Iterator, Sequence

from bot.core.identities import Relink
from bot.slack.render.lines import told
from bot.slack.render.parts import Code, Part
from policies.identities import MOST_CHARACTERS, NOBODY

_LIST = "To take it back, send this by `/footnote people import`; whoever is here no more is left out of it, and named:"
_LISTS = (
    "To take it back, send these by `/footnote people import`, each as a list of its own; whoever is here no more is left out of "
    "it, and named:"
)
_TOO_LONG = "To take it back: `/footnote people import`, with for each whom they were before, or `-`. It is more than fits here."
_MOST_CHARACTERS = 9_000  # as on the card of a change, which names more of each


def way_back(links: Sequence[Relink]) -> Sequence[Part]:
    if sum(len(_line(one)) + 1 for one in links) > _MOST_CHARACTERS:
        return [told(_TOO_LONG)]
    if len(links) > 1:
        lists = [Code("\n".join(lines)) for lines in _parted([_line(one) for one in links])]
        return [told(_LISTS if len(lists) > 1 else _LIST), *lists]
    (link,) = links
    back = f"unlink {link.email} {link.source}"
    if link.before is not None:
        back = f"link {link.email} {link.source} {link.before}"
    return [told(f"To take it back: `/footnote people {back}`")]


def _line(link: Relink) -> str:
    return f"{link.email},{link.source},{link.before or NOBODY}"


def _parted(lines: Sequence[str]) -> Iterator[Sequence[str]]:
    """Into lists of which each is short enough for a form."""
    part: list[str] = []
    for line in lines:
        if part and len("\n".join((*part, line))) > MOST_CHARACTERS:
            yield part
            part = []
        part.append(line)
    yield part
