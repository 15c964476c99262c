"""How do the card of something that is to be done, the forms behind it, and what became of it look? Pure. Every argument stands
there as it will be sent; nothing of it is markup. Buttons and forms carry nothing but the opaque id of one proposal.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from bot.core.proposals import (
    BY_AN_ADMIN,
    MOST_OF_A_GROUP,
    Origin,
    Pressed,
    Proposal,
    Sheet,
    Source,
    Stage,
    Through,
    part_of,
)
from bot.slack.render import plain
from bot.slack.render.characters import one_line, shortened, visible
from bot.slack.render.kit import Json, note, one_run, plain_text
from bot.slack.render.message import Post
from bot.slack.render.mrkdwn import escaped, link
from bot.slack.render.parts import Run
from bot.slack.render.richtext import quote, rich_text, section
from bot.slack.words import DENIED
from connectors.plain import Below, Link

CONFIRM, EDIT, CANCEL = "act:confirm", "act:edit", "act:cancel"  # EDIT: of the form, too
APPROVE, REFUSE = "act:approve", "act:refuse"
HAPPENED, DID_NOT = "act:happened", "act:did_not"

_TITLE: Final = "What is to be done"
_LOADING: Final = "One moment…"
_FAILED: Final = "That could not be done just now. Please close this and click again in a minute."
_MOST_OF_A_FIELD: Final = 3_000
_MOST_OF_A_LABEL: Final = 100
_MOST_OPTIONS: Final = 100
_ONE_LINE: Final = 200
_MOST_SAID: Final = 500
_MOST_NAMED: Final = 2_000

_ORIGINS: Final[Mapping[Origin, str]] = {
    "words": "as you wrote",
    "form": "as you put in",
    "document": "from a document",
    "model": "written for you",
    "default": "nobody said otherwise",
}
_ORIGINS_TO_OTHERS: Final[Mapping[Origin, str]] = {
    **_ORIGINS,
    "words": "as they wrote",
    "form": "as they put in",
    "model": "written for them",
}
_RISKS: Final = {"low": "Low risk", "medium": "Medium risk", "high": "High risk"}
_NOTHING_YET: Final = "Nothing has been done yet."
_ONE_AT_A_TIME: Final = (
    "You asked for more than this. I do one thing for each message: please ask for the rest in another."
)
_ONE_AT_A_TIME_TO_OTHERS: Final = (
    "More than this was asked for. I do one thing for each message: the rest has to be asked for in another."
)

_ENDED: Final[Mapping[Stage, str]] = {
    "confirmed": "Confirmed by you; it waits for somebody to approve it.",
    "approved": "Confirmed and approved; it is being done.",
    "claimed": "It is being done.",
    "done": "Done.",
    "failed": "It was not done.",
    "declined": "It is not done.",
    "expired": "It is not done: nobody said yes to it in time. Ask again if you still want it.",
    "unknown": (
        "I do not know whether this was done: I lost touch while it was. Please look there, and say here what you find. "
        "I do not try it again."
    ),
}
_FOUND_BY_AN_ADMIN: Final = "It was done, as an admin found there."
_ASKER: Final = "\x00"  # where they are named, for whoever else reads it; no text that is shown has one
_ENDED_BEFORE_OTHERS: Final[Mapping[Stage, str]] = {
    "confirmed": f"Confirmed by {_ASKER}; it waits for somebody to approve it.",
    "unknown": (
        f"I do not know whether this was done: I lost touch while it was. {_ASKER}, please look there, and say here what you "
        "find. I do not try it again."
    ),
}
FAILED_THERE: Final = {"refused": "refused_there", "too_many": "refused_there"}
_FOR_APPROVERS: Final[Mapping[Stage, str]] = {
    "approved": "It was approved, and is being done.",
    "claimed": "It was approved, and is being done.",
    "done": "It was approved, and done.",
    "failed": "It was approved, but could not be done.",
    "unknown": "It was approved; whether it was done is not known, and whoever asked was told so.",
    "declined": "It is not done.",
    "expired": "It is not done: nobody approved it in time.",
}
_PRESSED: Final = {
    "taken": "Noted.",
    "unknown": "There is nothing of the kind any more. Ask again.",
    "not_yours": "This is not yours to decide.",
    "over": "This has been decided already.",
    "expired": "This was good for a while only, which is over. Ask again.",
    "incomplete": "Something that it needs was not said yet. Press Edit to say it.",
    "taken_back": "What was asked was taken back, or changed, since. Nothing is done.",
    "invalid": "This cannot be sent as it is, so nothing has been proposed.",
}
_ANEW: Final = "Change what does not fit, and press Show me again."
_SIGNED: Final = "Added at the end"
_MISSING: Final = "This is needed."
_STAYS: Final = "Too long to be shown here. If you leave this empty, it stays as it is."


def card(sheet: Sheet, *, alone: bool) -> Post:
    """With what can be pressed. What is not said yet cannot be confirmed. `alone`: nobody else reads it."""
    proposal = sheet.standing.proposal
    heading = f"{sheet.does}?"
    whose = "" if alone else f"Only {_ASKER}, who asked for it, can confirm it. "
    opening = _opening(heading, f" {_where(sheet)}{whose}{_NOTHING_YET}", proposal)
    under = [note(line) for line in _terms(sheet, alone=alone)]
    text = "\n".join((heading, _NOTHING_YET, *_in_words(sheet)))
    return Post(plain.cut(text), (opening, *_arguments(sheet, yours=alone), *under, _buttons(proposal)))


def approval(sheet: Sheet) -> Post:
    """For somebody who may approve it: what whoever asked has confirmed."""
    proposal = sheet.standing.proposal
    asks = f"{_ASKER} asks that this be done, and has confirmed it: {sheet.does}. {_NOTHING_YET}{_what_it_is(sheet)}"
    named = ((APPROVE, "Approve", "primary"), (REFUSE, "Do not", None))
    text = "\n".join((f"Please approve, or do not: {sheet.does}", *_in_words(sheet)))
    terms = [_written_from(proposal.sources, sheet)] if proposal.sources else []
    if sheet.through is not None:
        terms.append(_asked_as(sheet.through))
    terms.append(f"{_RISKS[sheet.risk]} · good until {_moment(proposal.expires_at)}")
    shown = (_opening("", asks, proposal), *_arguments(sheet, yours=False), *map(note, terms))
    return Post(plain.cut(text), (*shown, _pressable(proposal.id, named)))


def _what_it_is(sheet: Sheet) -> str:
    """Behind an id that tells nobody anything."""
    if sheet.named is not None:
        return f" It is “{shortened(one_line(sheet.named), 200)}”."
    nameless = (
        f" What it is called is not shown, because as far as I can tell you may not open it there yourself. Ask {_ASKER} what it "
        "is before you say yes, or press Do not."
    )
    return nameless if sheet.is_nameless else ""


def over(sheet: Sheet, *, alone: bool) -> Post:
    """What became of it, with what it was; only where that changes anything, something can be pressed. `alone`: nobody else
    reads it, so it may say what the target says, which is for whoever asked.
    """
    standing = sheet.standing
    said, marked = outcome(sheet), _outcome_marked(sheet, alone=alone)
    found = standing.outcome if alone else None
    lines = [_marked(sheet.does, f"{marked} " if found is not None else marked, standing.proposal)]
    if found is not None:
        lines.append(linked(found.what, found.url))
    if standing.said and alone:
        lines.append(quote((Run(visible(shortened(standing.said, _MOST_SAID))),)))
    asks: tuple[Json, ...] = ()
    if standing.stage == "confirmed":
        asks = (_pressable(standing.proposal.id, ((CANCEL, "Cancel", None),)),)
    if standing.stage == "unknown":
        named = ((HAPPENED, "It was done", None), (DID_NOT, "It was not done", None))
        asks = (_pressable(standing.proposal.id, named),)
    what = [found.what] if found is not None else []
    text = "\n".join((f"{sheet.does}: {said}", *(escaped(one_line(one)) for one in what)))
    under = [note(_one_at_a_time(alone=alone))] if standing.proposal.is_part else []
    return Post(plain.cut(text), (rich_text(lines), *_arguments(sheet, yours=alone), *under, *asks))


def for_the_asker(sheet: Sheet) -> Post | None:
    """What the target calls the result, where the card stands before others, who may not read it there."""
    found = sheet.standing.outcome
    if found is None:
        return None
    said = f"{sheet.does}: {outcome(sheet)}"
    lines = [section((Run(said),)), linked(found.what, found.url)]
    return Post(plain.cut(f"{said}\n{escaped(one_line(found.what))}"), (rich_text(lines),))


def over_for_approver(sheet: Sheet) -> Post:
    """Without what it was: they may have been asked about it, and that is over."""
    asker: Json = {"type": "user", "user_id": sheet.standing.proposal.actor.user}
    said = _FOR_APPROVERS.get(sheet.standing.stage, _FOR_APPROVERS["declined"])
    element: Json = {"type": "text", "text": f" asked for this: {sheet.does}. {said}"}
    return Post(said, (rich_text([{"type": "rich_text_section", "elements": [asker, element]}]),))


def left_open(sheet: Sheet, *, has_left: bool) -> Post:
    """For an admin: that whoever asked has left, or says nothing of whether it was done. What it was about, they may not read."""
    proposal = sheet.standing.proposal
    whose, since = (", who is not here any more,", "") if has_left else ("", " I asked them, and heard nothing since.")
    rest = (
        f"{_ASKER}{whose} had this done on {_moment(proposal.made_at)}, and I do not know whether it was: "
        f"I lost touch while it was done.{since} What it was about is in its receipt, which auditors may read: /footnote audit "
        f"{proposal.receipt}. Please have somebody look there, and then type /footnote tools settle {proposal.receipt} done, or "
        "not done."
    )
    text = f"{sheet.does}: {rest.replace(_ASKER, 'Somebody')}"
    return Post(plain.cut(text), (_opening(f"{sheet.does}: ", rest, proposal),))


def outcome(sheet: Sheet) -> str:
    standing = sheet.standing
    said, because = _ENDED.get(standing.stage, _NOTHING_YET), standing.because or ""
    if standing.stage == "done" and because == BY_AN_ADMIN:
        return _FOUND_BY_AN_ADMIN
    if standing.stage not in {"declined", "failed"}:
        return said
    why = DENIED.get(FAILED_THERE.get(because, because) if standing.stage == "failed" else because)
    return f"{said} {why}" if why else said


def _outcome_marked(sheet: Sheet, *, alone: bool) -> str:
    """Behind what it was. Before others it says of whom it speaks."""
    if alone:
        return f": {outcome(sheet)}"
    named = _ENDED_BEFORE_OTHERS.get(sheet.standing.stage)
    return f": {named}" if named is not None else f" for {_ASKER}: {outcome(sheet)}"


def elsewhere() -> Post:
    """At the place, when the card is for whoever asked alone."""
    said = "I have sent what I would do to whoever asked, in our direct conversation. Nothing has been done yet."
    return Post(said, (one_run(said),))


def linked(what: str, url: str) -> Json:
    """What a target calls something, with where that is."""
    shown = shortened(one_line(what), 200)
    address = link(url)
    element = {"type": "link", "url": address, "text": shown} if address else {"type": "text", "text": shown}
    return {"type": "rich_text_section", "elements": [element]}


def _where(sheet: Sheet) -> str:
    return f"There: {shortened(one_line(sheet.found.target), 200)}. " if sheet.found is not None else ""


def _opening(heading: str, rest: str, proposal: Proposal) -> Json:
    return rich_text([_marked(heading, rest, proposal)])


def _marked(heading: str, rest: str, proposal: Proposal) -> Json:
    """A line in which whoever asked is named as others see them. Where a message is changed into it, nobody is rung."""
    asker: Json = {"type": "user", "user_id": proposal.actor.user}
    first, *others = rest.split(_ASKER)
    elements = section((Run(heading, bold=True), Run(first)) if heading else (Run(first),))["elements"] if first else []
    for other in others:
        elements += [asker, *section((Run(other),))["elements"]]
    return {"type": "rich_text_section", "elements": elements}


def _arguments(sheet: Sheet, *, yours: bool) -> Iterator[Json]:
    """Each as it will be sent, with its name and where it came from. `yours`: whoever reads it has asked for it."""
    proposal = sheet.standing.proposal
    if _is_shut(sheet):
        return
    for name, value in proposal.values.items():
        if value is None or value == "":
            continue
        origin = proposal.origins.get(name)
        origins = _ORIGINS if yours else _ORIGINS_TO_OTHERS
        came = f" · {origins[origin.origin]}" if origin is not None else ""
        yield rich_text([section((Run(_label(name, sheet), bold=True), Run(came, italic=True))), _value(value)])
    if proposal.sources:
        yield rich_text(
            [section((Run(_SIGNED, bold=True), Run(f"\n{proposal.below.heading}"))), _links(proposal.below)]
        )
    if sheet.signed is not None:
        heading = [] if proposal.sources else [section((Run(_SIGNED, bold=True),))]
        yield rich_text([*heading, _value(sheet.signed)])
    if proposal.missing and sheet.standing.stage == "proposed":
        yield note(f"Still to be said: {', '.join(_label(name, sheet) for name in proposal.missing)}. Press Edit.")


def _is_shut(sheet: Sheet) -> bool:
    """Whoever asked may not read any more what it says; or may not, for all that anybody has looked since it was over."""
    standing = sheet.standing
    is_over = standing.stage in {"declined", "expired"} or standing.because == "outdated"
    return bool(standing.proposal.sources) and is_over


def _links(below: Below) -> Json:
    items = [{"type": "rich_text_section", "elements": [_linked(each)]} for each in below.links]
    return {"type": "rich_text_list", "style": "bullet", "elements": items}


def _linked(each: Link) -> Json:
    text, address = shortened(one_line(each.text), 200), link(each.url)
    return {"type": "link", "url": address, "text": text} if address else {"type": "text", "text": text}


def _value(value: Any) -> Json:
    return quote((Run(visible(_spelt(value))),))


def _spelt(value: Any) -> str:
    match value:
        case list():
            return "\n".join(map(_spelt, value))
        case bool():
            return "yes" if value else "no"
        case _:
            return str(value)


def _in_words(sheet: Sheet) -> Iterator[str]:
    proposal = sheet.standing.proposal
    if _is_shut(sheet):
        return
    for name, value in proposal.values.items():
        if value not in (None, ""):
            yield f"{_label(name, sheet)}: {escaped(_spelt(value))}"
    yield from (escaped(one_line(each.text)) for each in proposal.below.links)
    if sheet.signed is not None:
        yield f"{_SIGNED}: {escaped(sheet.signed)}"


def _label(name: str, sheet: Sheet) -> str:
    return _called(name, sheet.fields.get(name))


def _called(name: str, field: FieldInfo | None) -> str:
    return shortened(field.title if field is not None and field.title else name.replace("_", " ").capitalize(), 60)


def _terms(sheet: Sheet, *, alone: bool) -> Iterator[str]:
    until, sources = _moment(sheet.standing.proposal.expires_at), sheet.standing.proposal.sources
    if sources:
        yield _written_from(sources, sheet)
    if sheet.standing.proposal.is_part:
        yield _one_at_a_time(alone=alone)
    yield f"{_RISKS[sheet.risk]}{' · only you can confirm it' if alone else ''} · good until {until}"
    if sheet.approvers:
        after = "After you" if alone else "After that"
        yield f"{after}, a colleague has to approve it, who is shown everything that is sent."


def _one_at_a_time(*, alone: bool) -> str:
    return _ONE_AT_A_TIME if alone else _ONE_AT_A_TIME_TO_OTHERS


def _asked_as(through: Through) -> str:
    few = f" Of so many people I ask {MOST_OF_A_GROUP} at most." if through.is_cut else ""
    return f"You are asked as one of {group(through.handle)}.{few}"


def group(handle: str) -> str:
    """As letters: a mention would ring everybody in it."""
    return f"@{shortened(one_line(handle), 60)}"


def _written_from(sources: Sequence[Source], sheet: Sheet) -> str:
    named = "; ".join(f"“{shortened(one_line(one.title), _MOST_OF_A_LABEL)}”" for one in sources)
    many = "one document" if len(sources) == 1 else f"{len(sources)} documents"
    there = shortened(one_line(sheet.found.target), 200) if sheet.found is not None else "it there"
    return shortened(f"Everybody who reads {there} will read text from {many}: {named}.", _MOST_NAMED)


def _moment(when: datetime) -> str:
    return f"{when:%-d %B, %H:%M} UTC"


def _buttons(proposal: Proposal) -> Json:
    confirm = () if proposal.missing else ((CONFIRM, "Confirm", "primary"),)
    edit = (EDIT, "Edit", "primary" if proposal.missing else None)
    return _pressable(proposal.id, (*confirm, edit, (CANCEL, "Cancel", None)))


def _pressable(id_: str, named: Sequence[tuple[str, str, str | None]]) -> Json:
    return {
        "type": "actions",
        "elements": [
            {
                "type": "button",
                "action_id": action,
                "text": plain_text(text),
                "value": id_,
                **({"style": style} if style else {}),
            }
            for action, text, style in named
        ],
    }


# --- forms ----------------------------------------------------------------------------------------------------------------


def loading(id_: str) -> Json:
    return _modal([one_run(_LOADING)], id_, submit=None)


def failed() -> Json:
    return _modal([one_run(_FAILED)], "", submit=None)


def told(pressed: Pressed) -> Json:
    return _modal([one_run(pressed_words(pressed))], "", submit=None)


def form(sheet: Sheet) -> Json:
    """A field for each argument; what is missing comes first."""
    proposal = sheet.standing.proposal
    values, first = proposal.values, set(proposal.missing)
    named = sorted(sheet.fields.items(), key=lambda each: each[0] not in first)
    asked = [asks(name, field, values.get(name)) for name, field in named]
    why = one_run("This makes a new proposal, which you are shown before anything is done.")
    return _modal([why, *asked], proposal.id, submit="Show me")


def asks(name: str, field: FieldInfo, value: Any = None) -> Json:
    """A field of a form, for one argument."""
    made: Json = {
        "type": "input",
        "block_id": name,
        "optional": not field.is_required() or _is_too_long(value),
        "label": plain_text(shortened(_called(name, field), _MOST_OF_A_LABEL)),
        "element": _element(field, value),
    }
    hint = _STAYS if _is_too_long(value) else field.description
    if hint:
        made["hint"] = plain_text(shortened(hint, _MOST_OF_A_LABEL))
    return made


def _element(field: FieldInfo, value: Any) -> Json:
    options = choices(field)
    if options:
        shown = [_option(one) for one in options[:_MOST_OPTIONS]]
        spelt = _spelt(value)
        chosen = {"initial_option": _option(spelt)} if spelt in options else {}
        return {"type": "static_select", "action_id": "value", "options": shown, **chosen}
    longest = min(_longest(field), _MOST_OF_A_FIELD)
    said = "" if value is None else _spelt(value)
    return {
        "type": "plain_text_input",
        "action_id": "value",
        "multiline": part_of(field) == "text" and longest > _ONE_LINE,
        "max_length": max(longest, len(said)) if len(said) <= _MOST_OF_A_FIELD else _MOST_OF_A_FIELD,
        **({"initial_value": said} if said and len(said) <= _MOST_OF_A_FIELD else {}),
    }


def choices(field: FieldInfo) -> tuple[str, ...]:
    if field.annotation is bool:
        return ("yes", "no")
    return tuple(map(str, get_args(field.annotation))) if get_origin(field.annotation) is Literal else ()


def _is_too_long(value: Any) -> bool:
    """For a field to show it."""
    return value is not None and len(_spelt(value)) > _MOST_OF_A_FIELD


def entered(
    fields: Mapping[str, FieldInfo], said: Mapping[str, str], before: Mapping[str, Any] = MappingProxyType({})
) -> dict[str, Any]:
    """What was put in, as the tool takes it. What was left empty was not said; or stays, where no field could show it."""
    found: dict[str, Any] = {}
    for name, field in fields.items():
        text = said.get(name, "").strip()
        if text:
            found[name] = _taken(text, field)
        elif _is_too_long(before.get(name)):
            found[name] = before[name]
    return found


def _taken(text: str, field: FieldInfo) -> Any:
    if field.annotation is bool:
        return text == "yes"
    if get_origin(field.annotation) in {tuple, list, frozenset, set}:
        return [one.strip() for one in text.replace(",", "\n").splitlines() if one.strip()]
    return text


def _longest(field: FieldInfo) -> int:
    return next((one.max_length for one in field.metadata if getattr(one, "max_length", None)), _MOST_OF_A_FIELD)


def _option(text: str) -> Json:
    return {"text": plain_text(shortened(text, 75)), "value": text}


def complaints(pressed: Pressed, shown: Sequence[str]) -> dict[str, str]:
    """Under each field what is wrong with it; what is wrong with none of those that are shown, under the first."""
    named = beside(pressed.wrong, shown)
    return named or {name: f"{_invalid(pressed)} {_ANEW}" for name in list(shown)[:1]}


def _invalid(pressed: Pressed) -> str:
    """With what is wrong, as far as that is known."""
    said = (f"{name}: {_why(why)}" if name else _why(why) for name, why in pressed.wrong.items())
    return " ".join((_PRESSED["invalid"], *said))


def _why(why: str) -> str:
    return _MISSING if why == "missing" else why


def beside(wrong: Mapping[str, str], shown: Sequence[str]) -> dict[str, str]:
    return {name: _why(why) for name, why in wrong.items() if name in shown}


def pressed_words(pressed: Pressed) -> str:
    if pressed.outcome == "denied":
        return f"Nothing is done. {DENIED.get(pressed.because or '', DENIED['no_rule'])}"
    return _PRESSED[pressed.outcome]


def _modal(shown: Sequence[Json], id_: str, *, submit: str | None) -> Json:
    return {
        "type": "modal",
        "callback_id": EDIT,
        "private_metadata": id_,
        "title": plain_text(_TITLE),
        "close": plain_text("Cancel" if submit else "Close"),
        **({"submit": plain_text(submit)} if submit else {}),
        "blocks": list(shown),
    }
