"""Which tools there are and on whose terms, in words; and what was done with them. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, assert_never

from bot.core.proposals import Stage
from bot.core.tooling import Act, ActsShown, NoSuchTool, ToolReply, ToolsListed, ToolStanding
from bot.slack.render.characters import one_line, shortened
from bot.slack.render.lines import coded, item, moment, named, told
from bot.slack.render.parts import Part
from policies.gate import ToolRule

_MOST_NAMED: Final = 8
_CHANGING: Final = (
    "To change one: `/footnote tools enable NAME`, `disable NAME`; all of its rules: `/footnote tools rules NAME`"
)
_BECAME: Final[Mapping[Stage, str]] = {
    "claimed": "is being done",
    "done": "done",
    "failed": "not done: what it was sent to said no, or was away",
    "unknown": "whether it was done is not known; whoever asked was told so",
}


def tools(reply: ToolReply) -> Sequence[Part]:
    match reply:
        case ToolsListed(listed):
            return [told(_CHANGING), *(coded(one.name, f": {_said(one)}") for one in listed)]
        case NoSuchTool(name, there_are):
            return [told(f"There is no tool {shortened(one_line(name), 60)}. There are:"), *named(there_are)]
        case ActsShown(acts):
            none = "Nothing was done by any tool yet."
            return [told("What was begun, the newest first:" if acts else none), *(item(_act(one)) for one in acts)]
        case _:
            assert_never(reply)


def _said(one: ToolStanding) -> str:
    return "; ".join(_terms(one.rule, is_there=one.is_there))


def _terms(rule: ToolRule, *, is_there: bool) -> Iterator[str]:
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
        yield f"approved by {_some(rule.approvers)}"


def _places(rule: ToolRule) -> Iterator[str]:
    if rule.direct:
        yield "in direct messages"
    if rule.every_channel:
        yield "in every channel"
    elif rule.channels:
        yield f"in {_some(rule.channels)}"


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return f"{', '.join(names[:_MOST_NAMED])}{more}" if names else "none that is named"


def _act(act: Act) -> str:
    return f"{moment(act.began_at)}: {act.tool} for {act.actor.rpartition('/')[2]}: {_BECAME.get(act.stage, act.stage)}"
