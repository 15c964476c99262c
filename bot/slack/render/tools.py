"""Which tools there are and on whose terms, in words; what one would do, and what was done with them. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, assert_never

from bot.core.acting import Barred, Would
from bot.core.proposals import Stage
from bot.core.tooling import (
    Act,
    ActSettled,
    ActsShown,
    NoSuchTool,
    NothingOpen,
    ToolReply,
    ToolsListed,
    ToolStanding,
    Tried,
    TryForm,
    Unasked,
    Untried,
)
from bot.slack.render import cards, plain
from bot.slack.render.characters import one_line, shortened
from bot.slack.render.kit import Json, plain_text
from bot.slack.render.lines import coded, item, moment, named, people, post, told
from bot.slack.render.message import Post
from bot.slack.render.mrkdwn import escaped
from bot.slack.render.parts import Part
from bot.slack.render.policy import modal
from bot.slack.render.richtext import rich_text
from bot.slack.words import DENIED
from policies.gate import Allow, Approve, Confirm, Decision, Deny, ToolRule

FORM: Final = "tool"
FIELD: Final = "value"  # as each of its fields is called
TITLE: Final = "Try a tool"
_MOST_NAMED: Final = 8
_NOTHING_DONE: Final = "Nothing was done, and nothing waits to be confirmed."
_UNTRIED: Final[Mapping[str, str]] = {
    "paused": "I am paused, so I ask no target anything. Try it again after `/footnote resume`.",
    "not_set_up": "Its target is not set up, so there is nothing that I could ask. `footnote doctor` says what is missing.",
    "too_long": "It is too long to be shown whole on a card, so nobody could confirm it.",
    "invalid": "The tool does not take it like this. Type the command again.",
}
_CHANGING: Final = (
    "To change one: `/footnote tools enable NAME`, `disable NAME`; all of its rules: `/footnote tools rules NAME`"
)
_BECAME: Final[Mapping[Stage, str]] = {
    "claimed": "is being done",
    "done": "done",
    "failed": "not done: what it was sent to said no, or was away",
    "unknown": "whether it was done is not known; whoever asked was told so",
}
_SETTLED: Final[Mapping[bool, str]] = {
    True: "it counts as done from now on, as you found it there. Whoever asked sees so on their card.",
    False: "it counts as not done from now on, as you found it there. Whoever asked sees so on their card.",
}
_SETTLING: Final = (
    "Look there, or have whoever may read the receipt look, and say what was found: `/footnote tools settle RECEIPT done`, or "
    "`not done`. Whoever asked may say it too, on their card; the first word counts."
)


def tools(reply: ToolReply) -> Sequence[Part]:
    match reply:
        case ToolsListed(listed, handles):
            return [told(_CHANGING), *(coded(one.name, f": {_said(one, handles)}") for one in listed)]
        case NoSuchTool(name, there_are):
            return [told(f"There is no tool {shortened(one_line(name), 60)}. There are:"), *named(there_are)]
        case ActsShown(acts, waiting):
            none = "Nothing was done by any tool yet."
            begun: list[Part] = [
                told("What was begun, the newest first:" if acts else none),
                *(item(_act(one)) for one in acts),
            ]
            return [*begun, *_waiting(waiting)]
        case ActSettled(receipt, happened):
            return [told(f"{receipt}: {_SETTLED[happened]}")]
        case NothingOpen(receipt):
            return [
                told(
                    f"Of {receipt} nobody has to say whether it was done. `/footnote tools recent` shows what is open."
                )
            ]
        case Untried(name, because):
            return [told(f"{name} was not tried. {_UNTRIED[because]}")]
        case Tried():
            raise AssertionError("it leads to its target: see `tried`")
        case _:
            assert_never(reply)


def form(asked: TryForm, *, receipt: str) -> Json:
    """A field for each argument."""
    why = post([told(f"{asked.does}: I say what would become of it, and do nothing.")]).blocks
    fields = [cards.asks(name, field) for name, field in asked.fields.items()]
    shown = modal([*why, *fields], title=TITLE)
    return {**shown, "submit": plain_text("Try"), "callback_id": FORM, "private_metadata": receipt}


def looking() -> Json:
    return modal(post([told("Asking…")]).blocks, title=TITLE)


def complaints(untried: Untried, shown: Sequence[str]) -> dict[str, str]:
    """Under each field what is wrong with it."""
    return cards.beside(untried.wrong, shown) or dict.fromkeys(list(shown)[:1], _UNTRIED[untried.because])


def tried(reply: Tried) -> Post:
    """What would be done, with a link to where, as on a card."""
    heading, ruled = f"{shortened(one_line(reply.does), 120)}: a trial. {_NOTHING_DONE}", list(_ruled(reply))
    at, named_there = _found(reply.found)
    text = "\n".join((heading, *(line + _ids(by) for line, by in ruled), at + named_there))
    lines = [_line(heading), *(_line(line, *_people(by)) for line, by in ruled)]
    there = cards.linked(named_there, _url(reply.found))["elements"] if named_there else []
    return Post(plain.cut(escaped(text)), (rich_text([*lines, _line(at, *there)]),))


def _line(text: str, *more: Json) -> Json:
    return {
        "type": "rich_text_section",
        "elements": [{"type": "text", "text": text}, *more, {"type": "text", "text": "\n"}],
    }


def _ruled(reply: Tried) -> Iterator[tuple[str, Sequence[str]]]:
    """Each with whom it names."""
    yield _decided("By the rules, it would be", reply.decision, reply)
    if reply.otherwise is not None:
        yield _decided("If it were enabled, it would be", reply.otherwise, reply)


def _decided(opening: str, decision: Decision, reply: Tried) -> tuple[str, Sequence[str]]:
    reason = shortened(one_line(decision.reason), 300)
    why, until = f"({decision.rule}: {reason})", f"It would be good until {moment(reply.until)}."
    match decision:
        case Deny():
            return f"{opening} denied {why}. {DENIED.get(decision.rule, '')}", ()
        case Confirm():
            return f"{opening} shown to you, and done once you, and nobody else, had confirmed it {why}. {until}", ()
        case Approve(by=by):
            return (
                f"{opening} shown to you to confirm; after that, one of these would have to approve it {why}. {until} ",
                _called(by, reply.handles),
            )
        case Allow():
            return f"{opening} done {why}.", ()
        case _:
            assert_never(decision)


def _people(by: Sequence[str]) -> Sequence[Json]:
    return people(by[:_MOST_NAMED])


def _ids(by: Sequence[str]) -> str:
    return ", ".join(by[:_MOST_NAMED])


def _found(found: Would | Barred | Unasked) -> tuple[str, str]:
    match found:
        case Would(target=target):
            return "Its target says that it can be done, there: ", shortened(one_line(target), 200)
        case Barred(why=why, said=said):
            quoted = f" It says: {shortened(one_line(said), 300)}" if said else ""
            return f"Its target would not have it done. {DENIED.get(cards.FAILED_THERE.get(why, why), '')}{quoted}", ""
        case Unasked("away"):
            return "Its target could not be reached just now, so whether it can be done there is not known.", ""
        case Unasked(_, said):
            return f"Its target was not asked, because there is no dry run of it: {shortened(one_line(said), 300)}", ""
        case _:
            assert_never(found)


def _url(found: Would | Barred | Unasked) -> str:
    return found.url if isinstance(found, Would) else ""


def _said(one: ToolStanding, handles: Mapping[str, str]) -> str:
    return "; ".join(_terms(one.rule, handles, is_there=one.is_there))


def _terms(rule: ToolRule, handles: Mapping[str, str], *, is_there: bool) -> Iterator[str]:
    yield "enabled" if rule.enabled else "not enabled"
    if not is_there:
        yield "its target is not set up, so it cannot be used"
    yield f"{rule.risk} risk"
    yield "for everybody" if rule.everybody else f"for {_some(rule.people)}"
    yield f"asked for {' and '.join(_places(rule)) or 'nowhere'}"
    yield "at any target" if rule.every_target else f"at {_some(rule.targets)}"
    if rule.domains or rule.every_recipient:
        yield "reaches anybody" if rule.every_recipient else f"reaches {_some(rule.domains)}"
    yield f"{rule.a_day} a day for each"
    if rule.most is not None:
        yield f"at most {rule.most:g}"
    if rule.approvers or rule.risk == "high":
        yield f"approved by {_some(_called(rule.approvers, handles))}"


def _places(rule: ToolRule) -> Iterator[str]:
    if rule.direct:
        yield "in direct messages"
    if rule.every_channel:
        yield "in every channel"
    elif rule.channels:
        yield f"in {_some(rule.channels)}"


def _called(approvers: Sequence[str], handles: Mapping[str, str]) -> Sequence[str]:
    """Groups by their handles, whose ids tell nobody anything; people by their ids, for anybody may call themselves anything."""
    return [cards.group(handles[one]) if one in handles else one for one in approvers]


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return f"{', '.join(names[:_MOST_NAMED])}{more}" if names else "none that is named"


def _waiting(acts: Sequence[Act]) -> Sequence[Part]:
    """With their receipts, by which they are settled."""
    if not acts:
        return []
    first = "Of these somebody has to say whether they were done, the oldest first:"
    return [told(first), *(coded(one.receipt, f" {_begun(one)}") for one in acts), told(_SETTLING)]


def _begun(act: Act) -> str:
    return f"{moment(act.began_at)}: {act.tool} for {act.actor.rpartition('/')[2]}"


def _act(act: Act) -> str:
    return f"{_begun(act)}: {_BECAME.get(act.stage, act.stage)}"
