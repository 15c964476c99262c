"""What does somebody want done, and with which arguments? By the words of their message alone: nothing that stands in a
document chooses a tool, or says where anything goes. What was not said is missing, and never guessed.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Final, Literal, NamedTuple, get_args, get_origin

from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from bot.core.asking import THAT, is_question, is_word, orders
from bot.core.errors import Unproposed
from bot.core.nouns import Account
from bot.core.own_words import QUOTED, in_place, own_words, quotes, unquoted
from bot.core.ports import NOBODYS, Errand
from bot.core.proposals import AnyTool, Proposer, Value, body_of, not_theirs, part_of, typed
from bot.core.subject import parted, subject
from bot.core.which_tool import ADDRESS, GIVEN, apart, choose, is_only_quoted
from policies.evidence import Citation
from policies.gate import ToolRule

_WORD: Final = re.compile(r"[^\W_]+")
_LABELLED: Final = r"(?im)(?:^|[,;])[ \t]*{name}[ \t]*[:=]\s*(\S.*?)(?=$|[,;]\s*(?:{others})[ \t]*[:=])"
_TOKEN: Final = re.compile(r"[^\s,;“”\"'()]+")
_LED: Final = re.compile(
    r"(?i)\b(?:in|into|on|onto|to|at|with|under|project|space|channel|issue|ticket|page|file|folder|document|doc|sheet|for|or|rather|mean|actually|no,)\s+$"
)
_SAYING: Final = re.compile(
    r"(?i)\b(?:saying|that says|with the text|with the words|titled|entitled|with the title|called|named|about)\b:?\s*(?:that\s+)?(\S.*)$"
)
_THAT: Final = re.compile(rf"(?i){THAT}\s+(\S.*)$")
_TOLD_TO: Final = re.compile(
    r"(?i)(?:\blet\b.{1,80}?\bknow|\b(?:tell|inform|notify|remind)\b.{1,80}?#[\w-]+)\s+(?!(?:about|of|in|on)\b)(\S.*)$"
)
_GIVEN_TOO: Final = re.compile(rf"(?<!\s)\s+(?:and )?(?:{GIVEN.pattern.removeprefix('(?i)')})(?:\s+|$)", re.IGNORECASE)
_LEADS_TO: Final = (
    r"(?i)(?<!\s)\s+(?:in|into|on|to|at)\s+(?:the\s+)?(?:project\s+|space\s+|channel\s+)?#?{target}[.!?]*$"
)
_POLITE: Final = re.compile(r"(?i)\W*(?:can|could|would|will)\b")
_DASH: Final = re.compile(r"^[-–—]\s+")
_COLON: Final = re.compile(r":\s+(\S.*)$", re.DOTALL)
_ADDRESSED: Final = re.compile(r"https?://\S+")
_NEGATIONS: Final = frozenset({"no", "not", "never", "without", "t", "dont", "cannot"})
_NUMBER: Final = re.compile(r"(?<![\w.])\d+(?:[.,]\d+)?(?![\w])")
_DRAFTING: Final = ("draft", "compose", "write")
_WAITS: Final = re.compile(  # it is not to be put anywhere, or not yet
    r"(?i)\b(?:not|never|unless|until|only (?:after|if|when|once|with))\b|n't\b|\bdont\b"
)
_DEPENDS: Final = re.compile(r"(?i)\b(?:if|when|once|after|before)\b(?! that\b)")  # beside what it is about
_LEADING: Final = 40  # characters before a token, in which a word may lead to it
_NO_OTHERS: Final[Mapping[str, ToolRule]] = {}
MOST_CHARACTERS: Final = 6_000  # of a request, and of all arguments: a card shows each of them whole


class Filled(NamedTuple):
    """`values` are complete and typed where nothing is `missing`."""

    values: Mapping[str, Any]
    origins: Mapping[str, Value]
    missing: tuple[str, ...] = ()


class Placed(NamedTuple):
    """Where a text that is to be written goes: the tool, what of its arguments was said, and the field of the text. `is_part`: more
    was asked for.
    """

    tool: str
    values: Mapping[str, Any]
    body: str
    is_part: bool = False


class Wanted(NamedTuple):
    """Which tool, and with what. `by` a model, if one was asked; `because`: why it said nothing, or `too_long`. `is_part`: more
    was asked for.
    """

    tool: str | None
    filled: Filled | None
    by: str | None = None
    because: str | None = None
    account: Account = Account()
    is_part: bool = False


def propose(
    text: str,
    tools: Mapping[str, tuple[AnyTool, ToolRule]],
    proposer: Proposer | None,
    errand: Errand = NOBODYS,
    *,
    others: Mapping[str, ToolRule] = _NO_OTHERS,
) -> Wanted:
    """By a model that reads the request and nothing else, if there is one; what of that was not said is marked as its own.
    More than a card could show is not read at all. Of several things, the first that can be done: `others` cannot be now.
    """
    if len(text) > MOST_CHARACTERS:
        return Wanted(None, None, because="too_long")
    asked, is_part = one_of(text, {name: rule for name, (_, rule) in tools.items()}, others)
    if proposer is None:
        return _by_words(asked, tools)._replace(is_part=is_part)
    try:
        return _by_model(asked, tools, proposer, errand)._replace(is_part=is_part)
    except Unproposed as none:
        found = _by_words(asked, tools)
        return found._replace(by=proposer.name, because=none.because, account=none.account, is_part=is_part)


def one_of(text: str, rules: Mapping[str, ToolRule], others: Mapping[str, ToolRule]) -> tuple[str, bool]:
    """What is said of the first thing that `rules` can do, and whether more was asked for."""
    parts = apart(text, {**others, **rules})
    return next((part for part in parts if choose(part, rules) is not None), text), len(parts) > 1


def _by_words(text: str, tools: Mapping[str, tuple[AnyTool, ToolRule]]) -> Wanted:
    name = choose(text, {name: rule for name, (_, rule) in tools.items()})
    return Wanted(name, fill(text, *tools[name]) if name is not None else None)


def _by_model(text: str, tools: Mapping[str, tuple[AnyTool, ToolRule]], proposer: Proposer, errand: Errand) -> Wanted:
    """What is typed wrongly goes back to it once."""
    said = proposer.propose(text, tools, wrong={}, errand=errand)
    account, name = said.account, said.tool
    if name is None or name not in tools:
        return Wanted(None, None, said.by, None, account)
    (tool, rule), values = tools[name], said.values
    if is_only_quoted(text, rule):
        return _by_words(text, tools)._replace(by=said.by, account=account)
    wrong = {field: why for field, why in typed(tool, values).wrong.items() if why != "missing"}
    if wrong:
        try:
            again = proposer.propose(text, {name: tools[name]}, wrong=wrong, errand=errand)
            values = again.values if again.tool == name else values
            account = together(account, again.account)
        except Unproposed as none:
            account = together(account, none.account)
    origins = {field: Value(origin=_origin(one, _theirs(text, tool, field))) for field, one in values.items()}
    return Wanted(name, settled(tool, values, origins), said.by, None, account)


def together(one: Account, other: Account) -> Account:
    return Account(passed=(*one.passed, *other.passed), sent=(*one.sent, *other.sent), calls=(*one.calls, *other.calls))


def _theirs(text: str, tool: AnyTool, name: str) -> str:
    """What they quote says neither where anything goes nor whom it reaches."""
    field = tool.takes.model_fields.get(name)
    return own_words(text) if field is not None and part_of(field) in {"target", "recipient"} else text


def _origin(value: Any, text: str) -> Literal["words", "model"]:
    """Whether it stands in what they wrote, as whole words."""
    said = value if isinstance(value, list) else [value]
    return "words" if said and all(_stands_in(str(one), text) for one in said) else "model"


def _stands_in(value: str, text: str) -> bool:
    words = " ".join(value.casefold().split())
    whole = rf"(?<![\w.+@-]){re.escape(words)}(?![\w+@-]|\.\w)"
    return bool(words) and re.search(whole, " ".join(text.casefold().split())) is not None


def stands(text: str, wanted: Wanted, does: str) -> bool:
    """Whether it is shown though the message was taken for something else, which would be replied to: where it lacks nothing, or
    something of it was said, and nothing is asked. A text that is to be written first is none of it.
    """
    if wanted.filled is None or ((does == "draft" or _is_draft(text)) and is_to_be_written(text)):
        return False
    if not wanted.filled.missing:
        return True
    return does not in {"draft", "summarise"} and bool(wanted.filled.values) and not is_question(text)


def _is_draft(text: str) -> bool:
    return any(is_word(order.verb, verb) for order in orders(own_words(text)) for verb in _DRAFTING)


def fill(text: str, tool: AnyTool, rule: ToolRule) -> Filled:
    """From the words of the message."""
    fields = tool.takes.model_fields
    rest = in_place(text)
    found = dict(_labelled(text, rest, fields))
    for name, field in fields.items():
        if name not in found:
            said = _said(rest, field, rule, taken=found.values())
            if said is not None:
                found[name] = said
    free = [name for name, field in fields.items() if name not in found and _is_text(field)]
    targets = [str(one) for name, one in found.items() if part_of(fields[name]) == "target"]
    found |= dict(zip(free, _texts(text, targets, most=len(free)), strict=False))
    return settled(tool, found, {name: Value(origin="words") for name in found})


def placed(
    text: str, tools: Mapping[str, tuple[AnyTool, ToolRule]], *, others: Mapping[str, ToolRule] = _NO_OTHERS
) -> Placed | None:
    """By the words around what it is to be about: those say what it says, and never where it goes. None: it is only to be
    written, or nobody can tell for what.
    """
    asked, is_part = one_of(text, {name: rule for name, (_, rule) in tools.items()}, others)
    if is_part and _WAITS.search(own_words(text)) is not None:
        return None  # nobody can tell what of it
    found = _placed(asked, tools)
    return found._replace(is_part=is_part) if found is not None else None


def _placed(text: str, tools: Mapping[str, tuple[AnyTool, ToolRule]]) -> Placed | None:
    writing, then = parted(text, {place for _, rule in tools.values() for place in rule.targets})
    about = subject(writing) or ""
    around = f"{writing.removesuffix('.').replace(about, ' ', 1) if about else writing} {then}"
    if _waits(writing, about, then):
        return None
    bodies = {name: body for name, (tool, _) in tools.items() if (body := body_of(tool)) is not None}
    name = choose(around, {name: tools[name][1] for name in bodies})
    if name is None:
        return None
    if choose(f"about {about}", {name: rule for name, (_, rule) in tools.items()}) is not None:
        return None  # something else is to be done as well
    tool, rule = tools[name]
    fields = tool.takes.model_fields
    found = _outside(around, fields, rule)
    if not then and not any(part_of(fields[one]) == "target" for one in found):
        return None
    free = [one for one, field in fields.items() if _is_text(field) and one not in {*found, bodies[name]}]
    quoted = quotes(around)
    titles = quoted or ([about[:1].upper() + about[1:]] if about else [])
    return Placed(name, {**found, **dict(zip(free, titles, strict=False))}, bodies[name])


def _waits(writing: str, about: str, then: str) -> bool:
    """Whether anything says that it is to go nowhere, or depends on something, or is only asked about."""
    said = own_words(f"{writing} {then}")
    around = own_words(f"{writing.replace(about, ' ', 1) if about else writing} {then}")
    return _WAITS.search(said) is not None or _DEPENDS.search(around) is not None or is_question(said)


def is_to_be_written(text: str) -> bool:
    """What it is about was said, and not what it says."""
    writing = parted(text).writing
    said = GIVEN.search(writing) or _COLON.search(unquoted(writing))
    return said is None and subject(writing) is not None


def with_body(placed: Placed, tool: AnyTool, text: str, citation: Citation) -> Filled:
    """The text is a document's; everything else their own words. A text that its field does not take is missing: nothing stands in
    for it.
    """
    origins = {name: Value(origin="words") for name in placed.values}
    body = Value(origin="document", citation=citation)
    filled = settled(tool, {**placed.values, placed.body: text}, {**origins, placed.body: body})
    if filled.origins.get(placed.body) == body:
        return filled
    return filled._replace(missing=tuple(dict.fromkeys((*filled.missing, placed.body))))


def _outside(text: str, fields: Mapping[str, FieldInfo], rule: ToolRule) -> dict[str, Any]:
    """Of two places neither is meant, wherever each of them stands."""
    rest, found = own_words(text), dict[str, Any]()
    for name, field in fields.items():
        if part_of(field) == "target":
            said: Any = _only_of((rest,), field, rule, found.values())
        else:
            said = _said(rest, field, rule, taken=found.values())
        if said is not None:
            found[name] = said
    return found


def settled(tool: AnyTool, values: Mapping[str, Any], origins: Mapping[str, Value]) -> Filled:
    """With what the tool itself adds. What is not as it takes it, or not theirs to say, is left out, and so is missing."""
    theirs = {name: one for name, one in values.items() if name not in not_theirs(tool, origins)}
    made = typed(tool, theirs)
    wrong = set(made.wrong)
    if made.arguments is None:
        theirs = {name: one for name, one in theirs.items() if name not in wrong}
        made = typed(tool, theirs)
    if made.arguments is None:
        missing = tuple(name for name in tool.takes.model_fields if name in {*wrong, *made.wrong})
        kept = {name: origins[name] for name in theirs}
        return Filled(theirs, kept, missing or tuple(tool.takes.model_fields))
    whole = made.arguments.model_dump(mode="json")
    default = Value(origin="default")
    return Filled(whole, {name: origins[name] if name in theirs else default for name in whole})


def _labelled(text: str, rest: str, fields: Mapping[str, FieldInfo]) -> Iterator[tuple[str, Any]]:
    """`summary: The projector is broken`, under the name of the field or its title. `rest`: of the text, what others did not write."""
    names = {name: (name.replace("_", " "), *([field.title] if field.title else [])) for name, field in fields.items()}
    others = "|".join(re.escape(one) for each in names.values() for one in each)
    for name, called in names.items():
        for one in called:
            labels = re.finditer(_LABELLED.format(name=re.escape(one), others=others), text)
            match = next((each for each in labels if rest[each.start() : each.start(1)].strip()), None)
            if match is not None:
                yield name, _as_taken(_bare(match.group(1).strip()), fields[name])
                break


def _bare(said: str) -> str:
    match = QUOTED.fullmatch(said)
    return next(filter(None, match.groups())) if match is not None else said


def _as_taken(said: str, field: FieldInfo) -> Any:
    return [one.strip() for one in said.split(",")] if _is_several(field) else said


def _said(text: str, field: FieldInfo, rule: ToolRule, *, taken: Any) -> Any:
    match part_of(field):
        case "recipient":
            addresses = list(dict.fromkeys(ADDRESS.findall(text)))
            return _one_or_all(addresses, field)
        case "target":
            return _only_target(text, field, rule, taken)
        case "amount":
            numbers = [one.replace(",", ".") for one in _NUMBER.findall(text)]
            return numbers[0] if len(numbers) == 1 else None
        case "choice":
            return _option(text, field)
        case "text":
            return None


def _one_or_all(found: Sequence[str], field: FieldInfo) -> Any:
    """Of several where one is meant, none is."""
    if _is_several(field):
        return list(found) or None
    return found[0] if len(found) == 1 else None


def _only_target(text: str, field: FieldInfo, rule: ToolRule, taken: Any) -> str | None:
    """What the rule names, where it stands as a word; else what follows such a word as `in`, if the field takes it. Of several,
    none is. What is to be said is looked into only where nothing before it is a target.
    """
    begins = [match.start() for one in (_COLON, _SAYING, _THAT) if (match := one.search(text)) is not None]
    return _only_of((text[: min(begins, default=len(text))], text), field, rule, taken)


def _only_of(parts: Sequence[str], field: FieldInfo, rule: ToolRule, taken: Any) -> str | None:
    made: Any = Annotated[field.annotation, field]
    taking: TypeAdapter[Any] = TypeAdapter(made)
    for part in parts:
        for found in (_named(part, taking, rule), _led(part, taking)):
            those = [one for one in dict.fromkeys(found) if one not in taken]
            if those:
                return those[0] if len(those) == 1 else None
    return None


def _named(text: str, taking: TypeAdapter[Any], rule: ToolRule) -> Iterator[str]:
    allowed = {one.casefold(): one for one in rule.targets}
    for token, _ in _tokens(text):
        bare = token.lstrip("#")
        before, _, number = bare.rpartition("-")
        named = allowed.get(bare.casefold()) or allowed.get(before.casefold())
        said = named if named is None or bare.casefold() == named.casefold() else f"{named}-{number}"
        if said is not None and _takes(taking, said):
            yield said


def _led(text: str, taking: TypeAdapter[Any]) -> Iterator[str]:
    for token, start in _tokens(text):
        is_led = _names_itself(token) or _LED.search(text, max(0, start - _LEADING), start) is not None
        if is_led and _looks_like_a_name(token) and _takes(taking, token):
            yield token


def _tokens(text: str) -> list[tuple[str, int]]:
    """Each with where it begins."""
    return [(match.group().rstrip(".!?:"), match.start()) for match in _TOKEN.finditer(text)]


def _names_itself(token: str) -> bool:
    """An address, or #general, is the name of something wherever it stands."""
    return token.startswith(("https://", "http://", "#"))


def _looks_like_a_name(token: str) -> bool:
    """Neither a word nor a number: something that only a machine is called."""
    return any(one.isupper() or one.isdigit() for one in token[1:]) or token[:1] == "#" or "/" in token


def _takes(taking: TypeAdapter[Any], said: str) -> bool:
    try:
        taking.validate_python(said)
    except ValidationError:
        return False
    return True


def _option(text: str, field: FieldInfo) -> str | None:
    """One of a few, if exactly one of them is named."""
    words = set(_WORD.findall(_ADDRESSED.sub(" ", text).casefold()))
    named = {one for one in options(field) if set(_WORD.findall(one.casefold())) <= words}
    if not named and not words & _NEGATIONS:
        named = {option for said, option in _meanings(field).items() if said in words}
    return named.pop() if len(named) == 1 else None


def _meanings(field: FieldInfo) -> Mapping[str, str]:
    """The option that a word stands for which is no option: who may `edit` is a writer."""
    extra = field.json_schema_extra
    said = extra.get("footnote_words") if isinstance(extra, dict) else None
    return {word: str(option) for word, option in said.items()} if isinstance(said, dict) else {}


def options(field: FieldInfo) -> tuple[str, ...]:
    """All that there are, or those that the field names as examples."""
    if get_origin(field.annotation) is Literal:
        return tuple(map(str, get_args(field.annotation)))
    return tuple(one for one in field.examples or () if isinstance(one, str))


def _is_several(field: FieldInfo) -> bool:
    return get_origin(field.annotation) in {tuple, list, frozenset, set}


def _is_text(field: FieldInfo) -> bool:
    return part_of(field) == "text"


def _texts(text: str, targets: Sequence[str], *, most: int) -> Sequence[str]:
    """What was quoted, in order; or else what is said after such words as `about`, and after a colon, or who is told what."""
    quoted = quotes(text)
    if quoted:
        behind = _COLON.search(unquoted(text))
        return [*quoted, _ended(behind.group(1))] if behind is not None and len(quoted) < most else quoted
    colon = _COLON.search(text)
    if colon is None and _POLITE.match(text) is not None:
        text = text.rstrip().removesuffix("?")  # of the request: `could you open a ticket about the door?`
    said = _SAYING.search(text[: colon.start()] if colon is not None else text)
    titled = [] if said is None else _GIVEN_TOO.split(said.group(1), maxsplit=1)[:most]
    if colon is not None:
        return [*(_without_target(one, targets) for one in titled[:1] if most > 1), _ended(colon.group(1))]
    told = _THAT.search(text) or _TOLD_TO.search(text)
    return [_without_target(one, targets) for one in titled or ([told.group(1)] if told is not None else [])]


def _without_target(said: str, targets: Sequence[str]) -> str:
    """Where it goes is no part of what it says."""
    writing, then = parted(said)
    if any(one in then for one in targets):
        said = writing
    for one in targets:
        said = re.sub(_LEADS_TO.format(target=re.escape(one)), "", said)
    return _ended(said)


def _ended(said: str) -> str:
    return _DASH.sub("", said.strip()).rstrip(".")
