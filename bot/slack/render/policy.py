"""How do rules look, and what becomes of them? As lines with where each comes from; as a form in which they are edited; as a
card on which a second admin agrees.
"""

import tomllib
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any, assert_never

from bot.core.admin import (
    Change,
    Changed,
    ChangeState,
    Conflict,
    Decided,
    Edit,
    FormOpened,
    NoSuchChange,
    NoSuchRule,
    NoSuchVersion,
    NotYourself,
    PolicyReply,
    PolicyShown,
    PolicyVersions,
    RuleRefused,
    Setting,
    TooLong,
    TooMuch,
    Unchanged,
    Version,
    Waiting,
)
from bot.slack.render.characters import one_line, shortened
from bot.slack.render.kit import Json, plain_text
from bot.slack.render.lines import buttons, coded, counted, item, moment, named, post, told
from bot.slack.render.message import Post
from bot.slack.render.parts import Item, Part
from bot.slack.render.way_back import way_back
from policies.rules import FILES
from policies.spelt import value

TITLE = "Change a rule"
_MOST_NAMED = 3
_MOST_LISTED = 10
_MOST_CHARACTERS = 9_000
_MOST_OF_A_VALUE = 150
_MOST_OF_A_LINE = 450


def policy(reply: PolicyReply) -> Sequence[Part]:  # noqa: C901, PLR0911, PLR0912 - one line for each that there is
    match reply:
        case PolicyVersions(versions, more):
            older = [told("Older ones are in the ledger.")] if more else []
            return [told("The newest first:"), *(item(_version(one)) for one in versions), *older]
        case PolicyShown():
            return _shown(reply)
        case NoSuchRule(path, there_are):
            return [told(f"There is no such rule{f' in {path}' if path else ''}. There are:"), *named(there_are)]
        case RuleRefused(line, reason):
            return [told(f"Nothing was changed. {refused(line, reason)}")]
        case TooLong(path, of):
            return [told(f"{path} is longer than Slack lets you edit. Choose one of its parts:"), *named(of)]
        case TooMuch(widens):
            return [told(_TOO_MUCH.format(widens=", ".join(widens[:_MOST_NAMED])))]
        case FormOpened(opened):
            return [told("Make your change in the window that I opened." if opened else _NOT_OPENED)]
        case Changed():
            return _changed(reply)
        case Unchanged():
            return [told("That is so already, so nothing was changed.")]
        case NoSuchVersion(newest):
            return [told(f"There is no such version; the newest is {newest}. `/footnote policy history` lists them.")]
        case Conflict():
            return [told(conflict(reply)), *_edits(reply.edits)]
        case Waiting():
            return [told(_waiting(reply)), *_passed_over("Once that is agreed to, it passes over:", reply.passed_over)]
        case NotYourself():
            return [told("You asked for this yourself, so another admin has to agree to it.")]
        case NoSuchChange():
            return [told("There is nothing here to be decided any more. Type the command again.")]
        case Decided(change, number):
            return decided(change, number)
        case _:
            assert_never(reply)


_TOO_MUCH = "Nothing was changed. It needs a second admin ({widens}), and it is more than they could read on one card. Change it in parts."
_NOT_OPENED = "Slack did not let me open the window in time. Please type that again."
_OUTCOMES: Mapping[ChangeState, str] = {
    "pending": "It still waits.",
    "approved": "{by} has agreed, and it is in force.",
    "declined": "{by} has declined it. Nothing was changed.",
    "expired": "Nobody agreed to it in time. Nothing was changed; type the command again if it is still wanted.",
    "outdated": (
        "The rules were changed since it was asked for, or whoever asked for it is no admin any more. Nothing was changed; "
        "type the command again if it is still wanted."
    ),
}


def decided(change: Change, number: int | None) -> Sequence[Part]:
    wanted = "asked for a link that needs an" if change.own else "wanted a change that needs a second"
    what = told(f"{change.name} {wanted} admin: {change.note}.")
    version = f" It is version {number}." if number is not None else ""
    outcome = (
        _OWN_MOVED
        if change.own and change.state == "outdated"
        else _MOVED
        if change.links and change.state == "outdated"
        else _OUTCOMES[change.state]
    )
    back = way_back(change.links) if change.links and change.state == "approved" else []
    return [what, told(outcome.format(by=change.decided_by or "Somebody") + version), *back]


_MOVED = (
    "Somebody was linked otherwise since it was asked for, has left, or the account is another's by now; the source was removed, "
    "or added anew; or whoever asked for it is no admin any more. Nothing was changed; look, and type the command again if it is still wanted."
)


_OWN_MOVED = (
    "Since it was asked for, somebody was linked otherwise, has left, or has signed in as somebody else; the account is another's "
    "by now; or the source was removed, or added anew. Nothing was changed. If it is still there, sign in again."
)


def outcome(one: Decided) -> Post:
    return post(decided(one.change, one.number))


def greeting(version: Version) -> Post:
    """To somebody who was named."""
    return post([told(f"{version.author} has made you an admin of Footnote. `/footnote help` shows what you can do.")])


def card(change: Change, edits: Sequence[Edit], follows: Sequence[Part] = ()) -> Post:
    """What would be seen by more people, or trust more of them, stands first; then what follows from it."""
    agreed = _agreed_to(change, edits)
    others = [edit for edit in edits if edit not in agreed]
    lines = [*map(_whole, agreed), *(_lines(edit, _MOST_OF_A_VALUE) for edit in others)]
    what = "who people are at a source, so that they may read there what the account may" if change.links else _RULES
    wants = (
        f"{change.name} wants to change {what}. It needs a second admin, and waits until {moment(change.expires_at)}:"
    )
    if change.own:
        wants = _OWN.format(until=moment(change.expires_at))
    shown = post(
        [
            told(wants),
            *_listed(lines),
            *follows,
            *([told(shortened(one_line(change.note), _MOST_OF_A_LINE))] if change.own else []),
        ]
    )
    return Post(shown.text, (*shown.blocks, _buttons(change.id)))


_OWN = (
    "Somebody has signed in at a source to be linked there, and may then read what the account may. "
    "The link may have been handed on: agree only if you know that this account is theirs. It waits until {until}:"
)
_RULES = "rules in a way that lets more be seen, or trusts more people"


def _buttons(change: str) -> Json:
    both = (("change:approve", "Agree", "primary"), ("change:decline", "Decline", "danger"))
    return buttons(change, both)


def form(path: str, text: str, *, receipt: str) -> Json:
    """What is sent back of it is what somebody wrote, and the receipt of the command that opened it."""
    written = {
        "type": "plain_text_input",
        "action_id": "text",
        "multiline": True,
        "initial_value": text,
        "max_length": 3_000,
    }
    hint = "What you leave out is as packaged. Another admin has to agree to what lets more be seen."
    block = {
        "type": "input",
        "block_id": "text",
        "label": {"type": "plain_text", "text": shortened(one_line(path), 150), "emoji": False},
        "element": written,
        "hint": {"type": "plain_text", "text": hint, "emoji": False},
    }
    return {**modal([block]), "submit": plain_text("Save"), "callback_id": "policy", "private_metadata": receipt}


def saving() -> Json:
    return modal(post([told("Saving…")]).blocks)


def in_field(reply: RuleRefused | Conflict | NoSuchChange) -> str:
    """Beside what was written, where it is read in one glance."""
    match reply:
        case RuleRefused(line, reason):
            return refused(line, reason)
        case Conflict():
            return "Since you opened this, another version was saved, so nothing of yours was changed. Close it, and look again."
        case NoSuchChange():
            return "This window is not yours, or too old. Close it, and type the command again."
        case _:
            assert_never(reply)


def refused(line: int | None, reason: str) -> str:
    return shortened(one_line(f"{f'Line {line}: ' if line else ''}{reason}"), 600)


def conflict(one: Conflict) -> str:
    by = one.version
    return (
        f"{by.author} saved version {by.number} after you had looked ({by.note}), so nothing of yours was changed. "
        "Look at what holds now, and type the command again."
    )


def _shown(reply: PolicyShown) -> Sequence[Part]:
    lines, size = [], 0
    for one in reply.settings:
        lines.append(setting(one))
        size += len(lines[-1].runs[0].text) + len(lines[-1].runs[1].text)
        if size > _MOST_CHARACTERS:
            break
    left_out = reply.left_out + len(reply.settings) - len(lines)
    more = [told(f"And {left_out} more: show a part of it.")] if left_out else []
    if reply.path is None and not lines:
        return [told(f"{_in_force(reply.version)} All of it is as packaged. {_FILES}")]
    what = f"Set here: {_FILES}" if reply.path is None else ""
    return [told(f"{_in_force(reply.version)} {what}".strip()), *lines, *more]


_NAMES = [name.removesuffix(".toml") for name in FILES]
_FILES = f"The rules are {', '.join(_NAMES[:-1])} and {_NAMES[-1]}; `/footnote policy show answers` shows those of one."


def _in_force(version: Version) -> str:
    return f"Version {version.number} ({version.digest[:12]}) is in force since {moment(version.at)}."


def setting(one: Setting) -> Item:
    text = f"{one.path} = {shortened(one_line(one.value), _MOST_OF_A_VALUE)}"
    of = one.origin
    where = " packaged" if of is None else f" version {of.number}, {of.author}, {moment(of.at)}"
    return coded(text, where)


def _waiting(reply: Waiting) -> str:
    what = f"That lets more be seen, or trusts more people ({', '.join(reply.widens)})"
    if reply.expires_at is None:
        return (
            f"{what}, so a second admin has to agree, and there is none. Name one first: "
            '`/footnote policy set admins.people ["mei@company.example"]`'
        )
    if not reply.asked:
        return (
            f"{what}, so a second admin has to agree, and Slack let me write to none of them. "
            "Once one of them can get messages from me, type the command again."
        )
    asked = ", ".join(reply.asked[:_MOST_NAMED])
    return f"{what}, so a second admin has to agree. I asked {asked}; you hear from me. It waits until {moment(reply.expires_at)}."


def _changed(reply: Changed) -> Sequence[Part]:
    """What others had set, or saved, is named: whoever typed this may not have seen it."""
    replaced: Sequence[Part] = [setting(one) for one in reply.replaced[:_MOST_LISTED]]
    return [
        told(f"Done. Version {reply.number} is in force:"),
        *_edits(reply.edits),
        *([told("Set there until now:"), *replaced] if replaced else []),
        *_passed_over("That passes over:", reply.passed_over),
        told(f"To take it back: `/footnote policy rollback {reply.number - 1}`"),
    ]


def _passed_over(what: str, versions: Sequence[Version]) -> Sequence[Part]:
    if not versions:
        return []
    more = len(versions) - _MOST_LISTED
    older = [told(f"And {counted(more, 'older one', 'older ones')}.")] if more > 0 else []
    return [told(what), *(item(_version(one)) for one in versions[:_MOST_LISTED]), *older]


def _edits(edits: Sequence[Edit]) -> Sequence[Part]:
    return _listed([[shortened(line, _MOST_OF_A_LINE) for line in _lines(edit, _MOST_OF_A_VALUE)] for edit in edits])


def _listed(edits: Sequence[Sequence[str]]) -> Sequence[Part]:
    parts: list[Part] = []
    size = 0
    for number, lines in enumerate(edits):
        size += sum(map(len, lines))
        if size > _MOST_CHARACTERS:
            return [*parts, told(f"And {len(edits) - number} more.")]
        parts += map(coded, lines)
    return parts


def _lines(edit: Edit, most: int | None) -> Sequence[str]:
    """Of a list, what comes to it and what goes: in a long one nobody sees that. `most`: of a value; None, and it is whole."""
    before, after = _as_list(edit.before), _as_list(edit.after)
    if before is not None and after is not None:
        added, removed = (
            [one for one in these if one not in those] for these, those in ((after, before), (before, after))
        )
        if added or removed:
            marked = (*(("+", one) for one in added), *(("-", one) for one in removed))
            return [f"{edit.path}: {mark} {_cut(value(one), most)}" for mark, one in marked]
    return [f"{edit.path}: {_cut(edit.before, most)} → {_cut(edit.after, most)}"]


def _as_list(written: str | None) -> list[Any] | None:
    if written is None:
        return []
    try:
        found = tomllib.loads(f"found = {written}")["found"]
    except tomllib.TOMLDecodeError:
        return None
    return found if isinstance(found, list) else None


def _cut(written: str | None, most: int | None) -> str:
    if written is None:
        return "nothing"
    return one_line(written) if most is None else shortened(one_line(written), most)


def _whole(edit: Edit) -> Sequence[str]:
    return [
        line[at : at + _MOST_OF_A_LINE] for line in _lines(edit, None) for at in range(0, len(line), _MOST_OF_A_LINE)
    ]


def _agreed_to(change: Change, edits: Sequence[Edit]) -> Sequence[Edit]:
    """What widens; all, where it cannot be told which of them does, and of a list, which is all or nothing."""
    if change.links:
        return edits
    found = [edit for edit in edits if edit.path.startswith(change.widens)]
    is_clear = all(any(edit.path.startswith(path) for edit in found) for path in change.widens)
    return found if is_clear else edits


def shows_all(change: Change, edits: Sequence[Edit]) -> bool:
    """Whether the card has room for all that somebody agrees to by it."""
    return _size(_agreed_to(change, edits)) <= _MOST_CHARACTERS


def readable(edits: Sequence[Edit]) -> int:
    """How many of these, from the first on, a card has room for."""
    return sum(size <= _MOST_CHARACTERS for size in accumulate(_size([edit]) for edit in edits))


def _size(edits: Sequence[Edit]) -> int:
    return sum(len(line) for edit in edits for line in _whole(edit))


def _version(one: Version) -> str:
    return shortened(one_line(f"{one.number} · {moment(one.at)} · {one.author} · {one.note}"), 300)


def modal(shown: Sequence[Json], *, title: str = TITLE) -> Json:
    return {"type": "modal", "title": plain_text(title), "close": plain_text("Close"), "blocks": list(shown)}
