"""Pieces of one document that follow each other, put together again: whoever reads them, reads on. Pure.

What cutting repeated above each part (a table's header, the line that leads into a list) stands there once.
"""

import re
from collections.abc import Sequence

from bot.core.markdown import is_item

_RULER = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*")


def runs(ordinals: Sequence[int]) -> list[list[int]]:
    """Those that follow each other, together; in order."""
    found: list[list[int]] = []
    for ordinal in sorted(ordinals):
        if found and ordinal == found[-1][-1] + 1:
            found[-1].append(ordinal)
        else:
            found.append([ordinal])
    return found


def joined(texts: Sequence[str]) -> str:
    """As near to how the document has it as can be told; each text stands in it word for word, but for what is repeated."""
    whole = texts[0]
    for text in texts[1:]:
        whole = _with(whole, text)
    return whole


def _with(above: str, below: str) -> str:
    over, under = above.split("\n"), below.split("\n")
    repeated = _repeated(over, under)
    rest = "\n".join(under[repeated:])
    if not rest.strip():
        return above
    goes_on = repeated or (is_item(under[0]) and _is_in_list(over))
    return f"{above}\n{rest}" if goes_on else f"{above}\n\n{rest}"


def _repeated(over: Sequence[str], under: Sequence[str]) -> int:
    """How many lines at the beginning of what stands below are there above already."""
    if len(under) > 2 and _RULER.fullmatch(under[1]) and "|" in under[0]:  # noqa: PLR2004 - a header and its ruler
        head = list(under[:2])
        return 2 if any(list(over[at : at + 2]) == head for at in range(len(over) - 1)) and "|" in over[-1] else 0
    is_lead = under[0].rstrip("*_ ").endswith(":") and len(under) > 1 and is_item(under[1])
    return 1 if is_lead and under[0] in over and _is_in_list(over) else 0


def _is_in_list(over: Sequence[str]) -> bool:
    """Whether the last line is an item, or stands in one."""
    return is_item(over[-1]) or (over[-1][:1] in {" ", "\t"} and any(map(is_item, over)))
