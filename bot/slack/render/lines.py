"""How is a short text for an admin put together? Of lines and lists that fit into a message; nothing in it is parsed by Slack."""

from collections.abc import Sequence
from datetime import datetime

from bot.slack.render import plain
from bot.slack.render.characters import one_line, shortened
from bot.slack.render.kit import Json
from bot.slack.render.message import Post
from bot.slack.render.parts import Code, Item, Paragraph, Part, Run, Runs
from bot.slack.render.richtext import blocks
from policies.gate import is_group

_NO_LINKS: frozenset[str] = frozenset()
_MOST_NAMED = 50
_MOST_CHARACTERS = 10_000
_MOST_OF_A_LINE, _MOST_OF_AN_ITEM = 1_500, 500
_MORE = "There is more than fits here."


def post(found: Sequence[Part]) -> Post:
    fitting = _fitting(found)
    return Post(plain.cut(plain.said(fitting, _NO_LINKS)), tuple(blocks(fitting, _NO_LINKS, with_table=False)))


def told(text: str) -> Paragraph:
    """What stands between backticks is typed."""
    pieces = enumerate(shortened(text, _MOST_OF_A_LINE).split("`"))
    return Paragraph(tuple(Run(piece, code=at % 2 == 1) for at, piece in pieces if piece))


def people(named: Sequence[str]) -> list[Json]:
    """Elements of a line. Whoever is named by an id is shown by the name that they have in Slack; nobody is rung for it."""
    shown: list[Json] = []
    for one in named:
        comma: list[Json] = [{"type": "text", "text": ", "}] if shown else []
        shown += [*comma, {"type": "user", "user_id": one} if _is_account(one) else {"type": "text", "text": one}]
    return shown


def _is_account(named: str) -> bool:
    """A user group is none: whoever were shown it by its id would ring all who are in it."""
    return "@" not in named and not is_group(named)


def item(text: str) -> Item:
    return Item((Run(shortened(one_line(text), _MOST_OF_AN_ITEM)),))


def coded(text: str, rest: str = "") -> Item:
    """What is typed, or stands in a file."""
    said = (Run(shortened(one_line(text), _MOST_OF_AN_ITEM), code=True),)
    return Item((*said, Run(shortened(rest, _MOST_OF_AN_ITEM))) if rest else said)


def named(names: Sequence[str]) -> Sequence[Part]:
    return [coded(name) for name in names[:_MOST_NAMED]]


def buttons(value: str, all_: Sequence[tuple[str, str, str | None]]) -> Json:
    """By the names of their actions, what stands on each, and how it looks."""
    return {
        "type": "actions",
        "elements": [
            {
                "type": "button",
                "action_id": action,
                "text": {"type": "plain_text", "text": text, "emoji": False},
                "value": value,
                **({"style": style} if style is not None else {}),
            }
            for action, text, style in all_
        ],
    }


def counted(count: int, one: str, several: str = "") -> str:
    return f"1 {one}" if count == 1 else f"{count:,} {several or one + 's'}"


def moment(at: datetime) -> str:
    return f"{at:%d %B %Y, %H:%M} UTC"


def _fitting(found: Sequence[Part]) -> Sequence[Part]:
    """The first of them, and the last, which says what to do next."""
    if size_of(found) <= _MOST_CHARACTERS:
        return found
    fitting: list[Part] = []
    left = _MOST_CHARACTERS - _size(found[-1])
    for part in found[:-1]:
        left -= _size(part)
        if left < 0:
            break
        fitting.append(part)
    return [*fitting, told(_MORE), found[-1]]


def size_of(found: Sequence[Part]) -> int:
    return sum(map(_size, found))


def _size(part: Part) -> int:
    if isinstance(part, Code):
        return len(part.text)
    runs: Runs = part.runs if isinstance(part, Paragraph | Item) else ()
    return sum(len(run.text) for run in runs)
