"""How does our Home look? Pure: values in, one view out, which Slack takes whatever they are. An admin's part is drawn only
where there is one.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from bot.core.admin import Change, NoMember
from bot.core.home import ForMember, Home, Known, Office, Recent, Shelf, SpentByOne
from bot.slack import words
from bot.slack.render import sign_in
from bot.slack.render.characters import one_line, shortened
from bot.slack.render.kit import Json, mrkdwn, note, plain_text
from bot.slack.render.lines import coded, item, moment, people, post, told
from bot.slack.render.mrkdwn import link, linked, literal
from bot.slack.render.overview import overview
from bot.slack.render.parts import Part
from bot.slack.render.richtext import rich_text

WHY: Final = "home_why"

_MOST_SOURCES: Final = 20
_MOST_RECENT: Final = 10
_MOST_PENDING: Final = 10
_MOST_ADMINS: Final = 3
_QUESTION_CHARACTERS: Final = 200
_NAME_CHARACTERS: Final = 80


def view(home: Home) -> Json:
    blocks = [*_outside()] if isinstance(home, NoMember) else [*_inside(home)]
    return {"type": "home", "blocks": blocks}


def _outside() -> Iterator[Json]:
    yield _header(words.AT_HOME)
    yield from _said([told(words.HOME_OF_OTHERS)])


def _inside(home: ForMember) -> Iterator[Json]:
    yield _header(words.AT_HOME)
    if home.is_paused:
        yield from _said([told(words.HOME_PAUSED)])
    yield from _said([told(words.HOME_ASK), *(item(example) for example in words.HOME_EXAMPLES)])
    yield from _said([told(words.HOME_SHELVES if home.shelves else words.HOME_NO_SHELVES), *_shelves(home.shelves)])
    yield _header(words.HOME_KNOWN)
    yield from _known(home)
    yield _header(words.HOME_RECENT)
    yield from _recent(home.recent)
    yield _header(words.HOME_LIMITS)
    yield from _said([told(_limits(home.spent))])
    if home.office is not None:
        yield {"type": "divider"}
        yield from _office(home.office)


def _shelves(shelves: Sequence[Shelf]) -> Iterator[Part]:
    for one in shelves[:_MOST_SOURCES]:
        yield item(f"{_name(one.source)}: {_documents(one.documents)}")
    if len(shelves) > _MOST_SOURCES:
        yield told(words.HOME_MORE)


def _documents(count: int) -> str:
    return "one document that you may read" if count == 1 else f"{count:,} documents that you may read"


def _known(home: ForMember) -> Iterator[Json]:
    """Each source in a block of its own, which has room beside it for what may be done about that one."""
    if not home.known:
        yield from _said([told(words.HOME_NO_SOURCES)])
    for one in home.known[:_MOST_SOURCES]:
        shown: Json = {"type": "section", "text": plain_text(_known_at(one))}
        yield {**shown, "accessory": sign_in.button(one.source)} if one.may_sign_in else shown
    if len(home.known) > _MOST_SOURCES:
        yield from _said([told(words.HOME_MORE)])
    if not all(one.is_known for one in home.known):
        yield _how_to_be_known(home)


def _known_at(one: Known) -> str:
    name = _name(one.source)
    return f"✓ {name}: I know you there." if one.is_known else f"✗ {name}: I do not know you there."


def _how_to_be_known(home: ForMember) -> Json:
    if home.address is None:
        return _line(_text(words.HOME_NO_ADDRESS))
    unknown = [one for one in home.known if not one.is_known]
    linked, listed = ([_name(one.source) for one in unknown if one.by_address == by] for by in (False, True))
    before = words.HOME_UNKNOWN.format(address=_plain(home.address))
    admins = people([_plain(name) for name in home.admins[:_MOST_ADMINS]]) or [_text(words.WHOEVER_RUNS)]
    own = [words.HOME_SIGN_IN] if any(one.may_sign_in for one in home.known[:_MOST_SOURCES]) else []
    more = "".join(f" {one}" for one in (*([words.to_be_listed(listed)] if listed else []), *own))
    if not linked:
        return _line(_text(f"{before}{more}"))
    ask, _, after = words.HOME_LINKED.format(where=words.at(linked, listed), admins="{admins}").partition("{admins}")
    return _line(_text(f"{before} {ask}"), *admins, _text(f"{after}{more}"))


def _line(*elements: Json) -> Json:
    return rich_text([{"type": "rich_text_section", "elements": list(elements)}])


def _text(text: str) -> Json:
    return {"type": "text", "text": text}


def _recent(recent: Sequence[Recent]) -> Iterator[Json]:
    if not recent:
        yield from _said([told(words.HOME_NOTHING_ASKED)])
        return
    for one in recent[:_MOST_RECENT]:
        yield _asked(one)
    yield note(words.HOME_ONLY_READABLE)


def _asked(one: Recent) -> Json:
    text = literal(one.text, _QUESTION_CHARACTERS) if one.text is not None else ""
    url = link(one.link)
    asked = linked(url, text or words.HOME_NO_WORDS) if one.text is not None else words.HOME_ERASED
    when = f"{datetime.fromisoformat(one.at):%d %B %Y, %H:%M} UTC"
    made: Json = {"type": "section", "text": mrkdwn(f"{asked}\n{words.OUTCOMES[one.outcome]} · {when}")}
    return {**made, "accessory": _why(one.receipt)} if one.has_why else made


def _why(receipt: str) -> Json:
    return {"type": "button", "action_id": WHY, "text": plain_text(words.WHY), "value": receipt}


def _limits(spent: SpentByOne) -> str:
    if spent.is_over:
        return words.HOME_BUDGET_OVER
    if not spent.is_limited:
        return words.HOME_NO_BUDGET
    dollars = spent.most_dollars is not None and f"${spent.dollars:,.2f} of ${spent.most_dollars:,.2f}"
    tokens = spent.most_tokens is not None and f"{spent.tokens:,} of {spent.most_tokens:,} tokens"
    return words.HOME_BUDGET.format(spent=", ".join(one for one in (dollars, tokens) if one))


def _office(office: Office) -> Iterator[Json]:
    yield _header(words.HOME_OFFICE)
    yield from _said([*_health(office)])
    yield from _said([*overview(office.standing), told(words.HOME_COMMANDS)])
    yield from _said([told(words.HOME_PENDING if office.pending else words.HOME_NOTHING_PENDING), *_waits(office)])


def _health(office: Office) -> Iterator[Part]:
    ill = sorted(name for name, is_well in office.health.items() if not is_well)
    if ill:
        yield told(words.HOME_ILL.format(what=", ".join(ill)))
    else:
        yield told(words.HOME_WELL.format(what=", ".join(sorted(office.health))))


def _waits(office: Office) -> Iterator[Part]:
    for one in office.pending[:_MOST_PENDING]:
        yield coded(shortened(one_line(one.note), _NAME_CHARACTERS), f" {_by(one)}")
    if len(office.pending) > _MOST_PENDING:
        yield told(words.HOME_MORE)


def _by(one: Change) -> str:
    return f"wanted by {_name(one.name)}, until {moment(one.expires_at)}"


def _said(parts: Sequence[Part]) -> Sequence[Json]:
    return post(parts).blocks


def _header(text: str) -> Json:
    return {"type": "header", "text": plain_text(text)}


def _name(name: str) -> str:
    return _plain(shortened(one_line(name), _NAME_CHARACTERS))


def _plain(text: str) -> str:
    """What stands between backticks would be drawn as typed."""
    return text.replace("`", "ˋ")
