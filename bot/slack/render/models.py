"""Which model does what, on whose terms and how well, in words; and what became of one that was asked or paused."""

from collections.abc import Mapping, Sequence
from typing import Final, assert_never

from bot.core.keeping import (
    ModelGoesOn,
    ModelPaused,
    ModelReply,
    ModelsListed,
    ModelStanding,
    ModelTested,
    NoSuchModel,
    NotByAWord,
    NotToBePaused,
)
from bot.slack.render.characters import one_line, shortened
from bot.slack.render.lines import item, moment, named, told
from bot.slack.render.parts import Part

_MOST_SOURCES: Final = 5
_CHANGING = (
    "Which models there are is said by settings of the process (FOOTNOTE_MODEL_STRONG, FOOTNOTE_MODEL_FAST and their like), for "
    "their keys must not pass through Slack. Here one can be taken out: `/footnote models pause NAME`"
)
_WITHOUT: Final = "What nobody else writes, the documents' own sentences say."
_WHY: Final[Mapping[str, str]] = {
    "timeout": "it took too long",
    "busy": "it was busy",
    "unreachable": "it could not be reached",
    "key": "its key was not accepted",
    "unknown_model": "its provider knows no such model",
    "too_long": "it was too much for it",
    "filtered": "its provider held the answer back",
    "not_accepted": "it did not accept the request",
    "malformed": "what it sent could not be used",
    "not_allowed": "it may not be sent anything",
    "spent": "a budget was spent",
    "no_time": "no time was left for it",
}


def models(reply: ModelReply) -> Sequence[Part]:  # noqa: PLR0911 - one line for each that there is
    match reply:
        case ModelsListed():
            return _listed(reply)
        case NoSuchModel(name, there_are):
            none = f"No setting names a model {shortened(one_line(name), 60)}."
            return [told(f"{none} There are:" if there_are else f"{none} There are none."), *named(there_are)]
        case ModelTested():
            return [told(_tested(reply))]
        case NotByAWord(name):
            return [told(f"{name} writes nothing, so a word cannot be asked of it. At the shell: `footnote doctor`")]
        case ModelPaused():
            return [told(_paused(reply))]
        case ModelGoesOn(name, anew):
            return [told(f"{name} is asked again." if anew else f"{name} was not paused: it is asked as ever.")]
        case NotToBePaused(name, setting):
            return [told(f"{name} cannot be paused: what it embedded is found by it alone. {setting} names another.")]
        case _:
            assert_never(reply)


def _listed(reply: ModelsListed) -> Sequence[Part]:
    if not reply.models:
        return [told("No setting names a model: answers are the documents' own sentences."), told(_CHANGING)]
    spent = (
        [] if reply.spent is None else [told("Spent today, by everybody: ${:,.4f}, {:,} tokens.".format(*reply.spent))]
    )
    return [
        told("In the order in which they are asked:"),
        *(item(_model(one)) for one in reply.models),
        *spent,
        told(_CHANGING),
    ]


def _model(one: ModelStanding) -> str:
    paused = f" PAUSED by {one.paused_by} since {moment(one.paused_at)}." if one.paused_at is not None else ""
    return f"{one.name} {' and '.join(one.does)} ({one.setting}).{paused} {_terms(one)}. {_heard(one)}."


def _terms(one: ModelStanding) -> str:
    if not one.may_be_sent:
        return "Its terms let nothing be sent to it"
    where = ", ".join(part for part in (one.at, one.region) if part) or "at its provider, no region declared"
    of = "everything" if one.sources is None else f"passages of {', '.join(one.sources[:_MOST_SOURCES]) or 'no source'}"
    return f"{'Ours' if one.is_local else 'Hosted'}: {where}; may be sent {of}"


def _heard(one: ModelStanding) -> str:
    answered = f"Last answered on {moment(one.answered_at)}" if one.answered_at is not None else "Not heard yet"
    if one.failed_at is None:
        return answered
    return (
        f"{answered}; last failed on {moment(one.failed_at)}: {_WHY.get(one.because or '', one.because or 'unknown')}"
    )


def _tested(reply: ModelTested) -> str:
    if reply.because is None:
        return f"{reply.name} answers."
    look_at = f" Look at {' and '.join(reply.look_at)}." if reply.look_at else ""
    return f"{reply.name} gave no answer: {_WHY.get(reply.because, reply.because)}.{look_at}"


def _paused(reply: ModelPaused) -> str:
    first = (
        f"{reply.name} is asked nothing any more"
        if reply.anew
        else f"{reply.by} has paused {reply.name} already, on {moment(reply.at)}"
    )
    then = f"{', '.join(reply.then[:_MOST_SOURCES])} is asked in its place. " if reply.then else ""
    return (
        f"{first}, and answers that were kept are made anew. {then}{_WITHOUT} What it is writing at this moment is still "
        f"checked and shown. To go on: `/footnote models resume {reply.name}`"
    )
