"""How is an admin answered? Pure, and in words that tell what to do next; nothing in a reply is parsed by Slack."""

from collections.abc import Mapping, Sequence
from typing import assert_never

from bot.core.admin import (
    ChannelReply,
    Helped,
    NoAdmin,
    NoMember,
    NowPaused,
    NowRunning,
    OverviewReply,
    PolicyReply,
    Reply,
    TooMany,
)
from bot.core.checked import ReviewReply
from bot.core.commands import NAMES, Misread, Name
from bot.core.evaluated import EvaluationReply
from bot.core.identities import ImportPreviewed, PeopleReply
from bot.core.keeping import KeepingReply, ModelReply
from bot.core.tooling import ToolReply, Tried
from bot.slack.render import plain
from bot.slack.render.channel import channel
from bot.slack.render.evaluated import evaluations
from bot.slack.render.keeping import keeping
from bot.slack.render.kit import Json
from bot.slack.render.lines import coded, moment, post, told
from bot.slack.render.lines import people as people_named
from bot.slack.render.message import Post
from bot.slack.render.models import models
from bot.slack.render.mrkdwn import escaped
from bot.slack.render.overseen import overseen
from bot.slack.render.overview import overview
from bot.slack.render.parts import Paragraph, Part, Run
from bot.slack.render.people import people, preview
from bot.slack.render.policy import TITLE, modal, policy
from bot.slack.render.richtext import rich_text
from bot.slack.render.tools import tools, tried

USES: Mapping[Name, Sequence[tuple[str, str]]] = {
    "help": [("help", "shows this list")],
    "status": [("status", "shows how it stands: what waits, what failed, how fresh each source is")],
    "sources": [
        ("sources", "lists the sources"),
        ("sources sync handbook", "reads one of them again"),
        ("sources pause handbook", "reads it no more; what was read stays and ages. `resume` goes on"),
        ("sources remove handbook", "removes it with all that was read of it, once you have confirmed that"),
    ],
    "channel": [
        ("channel", "shows what holds in this channel, and how much can be used in it"),
        ("channel scope handbook wiki/HR", "uses nothing else here; `everything` instead of places takes that back"),
        ("channel scope wiki/HR#policy", "uses of a place only what has that label there"),
        ("channel mode follow-ups", "needs no mention in a thread that I answered; or `mention`, or `private`"),
        ("channel profile tone short and plain", "asks models to write so; persona, output and experts likewise"),
        ("channel profile", "opens all of it to be edited"),
        ("channel clear", "takes all of it back"),
    ],
    "models": [
        ("models", "shows which model does what, on which terms, and how it answers"),
        ("models test openai/gpt-4o", "asks one a word"),
        (
            "models pause openai/gpt-4o",
            "takes one out at once: the next is asked in its place. `resume` brings it back",
        ),
    ],
    "tools": [
        ("tools", "shows what can be done, for whom, where, how often, and who approves it"),
        (
            "tools enable jira.create_issue",
            "lets it be used, once a second admin has agreed; `disable` ends that at once",
        ),
        ("tools rules jira.create_issue", "shows all rules of one, and where each comes from"),
        ("tools try jira.create_issue", "opens a form, and says what would become of it here; nothing is done"),
        ("tools recent", "shows what was done lately, for whom, and what became of it"),
        (
            "tools settle r_0123456789abcdef01234567 done",
            "says that something was done of which nobody knew, as you have found there; or `not done`",
        ),
    ],
    "people": [
        ("people", "shows how many are linked at each source, and what follows for the others"),
        ("people show mei@company.example", "shows who somebody is at each source, how that is known, and since when"),
        (
            "people link mei@company.example wiki 712020:0a1b",
            "says that somebody is this account; a second admin has to agree",
        ),
        ("people unlink mei@company.example wiki", "takes that back, at once"),
        ("people import", "opens a form for many, and shows first what would change"),
    ],
    "review": [
        ("review", "shows which answers wait for somebody to check them, for whom, and since when"),
        ("review next r_0123456789abcdef01234567", "has the next one asked; `cancel` ends it unchecked"),
    ],
    "policy": [
        ("policy show", "shows what was set here in place of the packaged rules, by whom and when"),
        ("policy show answers.answer", "shows the rules there, and where each comes from"),
        ("policy set answers.answer.max_lines 8", "sets one rule; `packaged` instead of a value takes that back"),
        ("policy set answers.answer", "opens the rules there to be edited"),
        ("policy history", "lists the versions"),
        ("policy rollback 3", "puts version 3 in force again"),
    ],
    "audit": [
        ("audit verify", "looks whether anybody has changed the ledger"),
        ("audit r_0123456789abcdef01234567", "shows what happened to a question; what it says, to auditors alone"),
    ],
    "eval": [
        ("eval", "shows what the golden set came to, each time"),
        ("eval run", "asks it again; you hear what it came to"),
    ],
    "budget": [("budget", "shows what models may cost, and have cost today")],
    "pause": [("pause", "stops all answers at once, those that are being written too")],
    "resume": [("resume", "lets me answer again")],
}
"""Of each command: how it is typed, and what it does."""

_ONLY_ADMINS = "Only admins can use this. If something should be changed, ask one of them:"
_ANYBODY = "Anybody may ask me a question: mention me in a channel, or write to me directly."
_MOST_NAMED = 3


def said(reply: Reply) -> Post:
    if isinstance(reply, Tried):
        return tried(reply)
    return _no_admin(reply.admins) if isinstance(reply, NoAdmin) else post(_parts(reply))


def in_form(reply: Reply, title: str = TITLE) -> Json:
    """In the place of the form that led to it."""
    if isinstance(reply, ImportPreviewed):
        return preview(reply)
    return modal(said(reply).blocks, title=title)


def failed_form(receipt: str, title: str = TITLE) -> Json:
    return modal(failed(receipt).blocks, title=title)


def failed(receipt: str) -> Post:
    went_wrong = (
        "Something went wrong on my side, so this may not be done. Please look with `/footnote help` whether I am there, "
        "and type it again. If it happens again, give this id to whoever runs Footnote: "
    )
    return post([Paragraph((Run(went_wrong), Run(receipt, code=True)))])


def _parts(reply: Reply) -> Sequence[Part]:  # noqa: PLR0911 - one line for each subject
    if isinstance(reply, PolicyReply):
        return policy(reply)
    if isinstance(reply, ChannelReply):
        return channel(reply)
    if isinstance(reply, PeopleReply):
        return people(reply)
    if isinstance(reply, KeepingReply):
        return keeping(reply)
    if isinstance(reply, ModelReply):
        return models(reply)
    if isinstance(reply, ToolReply):
        return tools(reply)
    if isinstance(reply, ReviewReply):
        return overseen(reply)
    if isinstance(reply, EvaluationReply):
        return evaluations(reply)
    return overview(reply) if isinstance(reply, OverviewReply) else _short(reply)


def _short(  # noqa: PLR0911 - one line for each that there is
    reply: NoMember | NoAdmin | TooMany | Misread | Helped | NowPaused | NowRunning,
) -> Sequence[Part]:
    match reply:
        case NoMember():
            return [told("Only full members of this company can use this. Ask a colleague who is one.")]
        case NoAdmin():
            return [told(_ONLY_ADMINS)]
        case TooMany(a_minute):
            return [
                told(
                    f"That is more than {a_minute} commands within a minute, so nothing was done. Please wait a moment, and type it again. `/footnote pause` is always heard."
                )
            ]
        case Misread(name):
            return _misread(name)
        case Helped():
            return [told("What you can do here:"), *_uses(NAMES)]
        case NowPaused():
            return [told(_now_paused(reply))]
        case NowRunning(anew):
            return [told("I answer again." if anew else "I was not paused: I answer as ever.")]
        case _:
            assert_never(reply)


def _now_paused(reply: NowPaused) -> str:
    by, at = reply.paused
    first = "Nothing is answered from now on" if reply.anew else f"{by} has paused me already, on {moment(at)}"
    return (
        f"{first}. Whoever asks is told so, and nothing waits: they may ask again afterwards. "
        "Sources are read as before. To go on: `/footnote resume`"
    )


def _no_admin(admins: Sequence[str]) -> Post:
    if not admins:
        return post(
            [told(f"Only admins can use this, and there is none yet: whoever runs Footnote names one. {_ANYBODY}")]
        )
    shown = [_text(f"{_ONLY_ADMINS} "), *people_named(admins[:_MOST_NAMED]), _text(f". {_ANYBODY}")]
    text = f"{_ONLY_ADMINS} {', '.join(admins[:_MOST_NAMED])}. {_ANYBODY}"
    return Post(plain.cut(escaped(text)), (rich_text([{"type": "rich_text_section", "elements": shown}]),))


def _misread(name: Name | None) -> Sequence[Part]:
    if name is None:
        return [told("There is no such command. These are all:"), *_uses(NAMES)]
    return [told("I did not understand that. It is typed like this:"), *_uses([name])]


def _uses(names: Sequence[Name]) -> Sequence[Part]:
    return [coded(f"/footnote {use}", f" {does}") for name in names for use, does in USES[name]]


def _text(text: str) -> Json:
    return {"type": "text", "text": text}
