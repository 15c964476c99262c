"""What did the golden set come to, in words: figures, and how they differ from those before?"""

from collections.abc import Sequence
from typing import assert_never

from bot.core.evaluated import SHOWN, Evaluation, EvaluationAsked, EvaluationReply, EvaluationsListed, NoGoldenSet
from bot.slack.render.lines import counted, item, moment, post, told
from bot.slack.render.message import Post
from bot.slack.render.parts import Part

_RUNNING = "To ask it again: `/footnote eval run`. Of two embedders, at the shell: `footnote eval embedder`"
_MEASURED = (
    "Measured is how well what answers a question is found, by the packaged rules with the embedder and the reranker of the "
    "settings; in a home of its own, which nobody's questions are in."
)


def evaluations(reply: EvaluationReply) -> Sequence[Part]:
    match reply:
        case NoGoldenSet():
            return [told("There is no golden set: FOOTNOTE_EVAL_SET names its folder, on the machine that I run on.")]
        case EvaluationsListed(runs):
            return _listed(runs)
        case EvaluationAsked(run, anew):
            return [told("The golden set is being asked. I write to you once it is over." if anew else _waits(run))]
        case _:
            assert_never(reply)


def report(run: Evaluation, before: Evaluation | None) -> Post:
    """To whoever wanted it."""
    if run.figures is None:
        return post([told("The golden set could not be asked. At the shell, this says why: `footnote eval golden`")])
    since = f", beside the run of {moment(before.asked_at)}" if before is not None else ""
    lines = [item(_figure(name, run, before)) for name in SHOWN if name in run.figures]
    return post(
        [
            told(
                f"The golden set was asked{since}; {counted(round(run.figures['n']), 'question counts', 'questions count')}:"
            ),
            *lines,
            told(_MEASURED),
        ]
    )


def _listed(runs: Sequence[Evaluation]) -> Sequence[Part]:
    if not runs:
        return [told(f"The golden set was not asked yet. {_RUNNING}")]
    befores = [_done_before(runs[at + 1 :]) for at in range(len(runs))]
    shown = [item(_run(run, before)) for run, before in zip(runs, befores, strict=True)]
    return [told("The newest first:"), *shown, told(_RUNNING)]


def _done_before(older: Sequence[Evaluation]) -> Evaluation | None:
    return next((one for one in older if one.figures is not None), None)


def _run(run: Evaluation, before: Evaluation | None) -> str:
    first = f"{moment(run.asked_at)}, {run.by}"
    if run.figures is None:
        return f"{first}: {'not over yet' if run.state == 'asked' else 'it could not be asked'}"
    figures = "; ".join(_figure(name, run, before) for name in SHOWN if name in run.figures)
    return f"{first}: {figures}; of {run.figures['n']:.0f} questions"


def _figure(name: str, run: Evaluation, before: Evaluation | None) -> str:
    figures = run.figures or {}
    then = before.figures.get(name) if before is not None and before.figures is not None else None
    difference = f" ({figures[name] - then:+.3f})" if then is not None else ""
    return f"{name} {figures[name]:.3f}{difference}"


def _waits(run: Evaluation) -> str:
    return f"The golden set is being asked already, since {moment(run.asked_at)}, for {run.by}. `/footnote eval` shows what it came to."
