"""How does it all stand, in words? What waits, what failed, how fresh each source is; and nothing of anybody's questions."""

from collections.abc import Mapping, Sequence
from typing import assert_never

from bot.core.admin import (
    Audited,
    Contents,
    NoSuchReceipt,
    NoSuchSource,
    OverviewReply,
    SourcesListed,
    SourceStanding,
    Spent,
    Standing,
    SyncAsked,
    Told,
    Verified,
)
from bot.slack import words
from bot.slack.render.characters import one_line, shortened
from bot.slack.render.lines import counted, item, moment, named, told
from bot.slack.render.parts import Part
from policies.evidence import Answer, Clarification, Notice, Refusal
from policies.evidence import Reply as Replied


def overview(reply: OverviewReply) -> Sequence[Part]:  # noqa: PLR0911 - one line for each that there is
    match reply:
        case Standing():
            return _standing(reply)
        case SourcesListed(sources):
            return [*_sources(sources), told(_ADDING)]
        case SyncAsked(name):
            return [told(f"{name} is read again as soon as I get to it. `/footnote sources` says when that was.")]
        case NoSuchSource(name, there_are):
            return [told(f"There is no source named {shortened(one_line(name), 60)}. There are:"), *named(there_are)]
        case Spent():
            return [told(_spent(reply)), told(_SETTING_BUDGETS)]
        case Verified():
            return _verified(reply)
        case Audited():
            return _audited(reply)
        case NoSuchReceipt(receipt):
            return [told(f"There is no receipt {receipt}.")]
        case _:
            assert_never(reply)


_ADDING = (
    "A source is added at the shell of the machine that I run on, because its credentials must not pass through Slack: "
    "`footnote sources add --help`"
)
_SETTING_BUDGETS = "Budgets are settings of the process: FOOTNOTE_BUDGET_DOLLARS_A_DAY_BY_ALL and its like."
_HAPPENED: Mapping[str, str] = {
    "asked": "it was asked",
    "commanded": "it was typed",
    "spelled": "what it names by an id was called by its name",
    "claimed": "it was taken up",
    "searched": "passages were looked for",
    "retrieved": "passages were found",
    "said": "a claim was shown while it was written",
    "composed": "an answer was drafted",
    "closed": "what to reply was decided",
    "shown": "the place got its reply",
    "closed_aside": "an answer for the asker alone was decided",
    "posted": "it was replied to",
    "recalled": "what had been decided was looked at again, and told or not",
    "recalled_aside": "what was decided for the asker alone was looked at again",
    "ignored": "it was left alone",
    "chosen": "one of its meanings was chosen",
    "explained": "somebody looked at where it came from",
    "draft_opened": "the draft was opened to be used",
    "feedback": "somebody said whether it helped",
    "held": "the answer was held, for a person to check it",
    "review_asked": "somebody was asked to check it",
    "review_passed": "whoever was asked does not check it",
    "review_decided": "whoever was asked decided on it",
    "review_unanswered": "nobody was left who could check it",
    "review_outdated": "what was approved could not be shown any more",
    "review_closed": "what was shown instead of it is settled",
    "handed_over": "it was handed over to people",
    "experts_asked": "people who may know were asked",
    "experts_not_asked": "nobody who may know could be asked",
    "expert_reply_told": "it was passed on",
    "saving_offered": "they were asked whether it may be saved as an answer",
    "expert_replied": "one of them replied",
    "expert_reply_released": "whose reply it was let it be shown",
    "saving_wanted": "their reply was to be saved as an answer",
    "saving_refused": "it could not be saved",
    "answer_saved": "it was saved as an answer",
    "expert_reply_gone": "a reply of theirs was deleted or changed",
    "saved_answer_ended": "a saved answer ended",
    "withdrawn": "it was taken back, or edited",
    "delayed": "it could not be done, and was tried again",
    "tool_tried": "a tool was tried, and nothing done",
    "act_understood": "a model was asked what is to be done",
    "act_proposed": "something to be done was proposed",
    "act_found": "its target was looked up",
    "act_shown": "its card was shown",
    "act_turned": "its card said what became of it",
    "act_confirmed": "it was confirmed",
    "act_approval_asked": "others were asked to approve it",
    "act_approved": "it was approved",
    "act_declined": "it was declined",
    "act_expired": "nobody said yes to it in time",
    "act_claimed": "it was begun",
    "act_unsure": "whether it was done was not known",
    "act_run_again": "it was begun once more, as one effect",
    "act_delayed": "it was put off",
    "act_given_up": "it was given up",
    "act_settled": "whoever asked, or an admin, said what became of it",
    "act_admins_told": "admins were asked what became of it, for whoever asked had left, or said nothing",
    "act_ended": "it was done, or was not, or nobody knows",
    "failed": "it failed, and whoever wanted it was told",
    "form_opened": "a form was opened",
    "configured": "a version of the rules was saved",
    "change_proposed": "a second admin was asked",
    "change_decided": "a change was decided on",
    "relinked": "who somebody is at a source was changed",
    "sync_asked": "a source was to be read again",
    "source_paused": "a source was paused",
    "source_resumed": "a source was to be read again as before",
    "model_paused": "a model was taken out",
    "model_resumed": "a model was brought back",
    "review_moved": "whose turn it was to check an answer was changed",
    "evaluation_asked": "the golden set was to be asked",
    "evaluated": "the golden set was asked",
    "looked_into": "an auditor looked at what it says",
    "removal_asked": "a source was to be removed, and that had to be confirmed",
    "removal_decided": "the removal of a source was decided on",
    "source_removed": "a source was removed",
    "paused": "all answers were stopped",
    "resumed": "answers went on",
    "replied": "it was replied to",
}


def _standing(one: Standing) -> Sequence[Part]:
    paused = [] if one.paused is None else [item(f"Paused by {one.paused.by} since {moment(one.paused.at)}.")]
    searched = "words alone" if one.embedder is None else f"words, and meaning by {one.embedder}"
    lines = (
        f"Rules: version {one.version.number} ({one.version.digest[:12]}), since {moment(one.version.at)}.",
        f"Questions: {one.in_hand} being answered, {one.waiting} waiting; {one.failed} failed within a day.",
        f"Jobs, such as syncs: {one.failed_jobs} failed within a day.",
        f"Acts: what became of {one.untold} could not be told yet; of {one.unknown} somebody has to say whether they were done: /footnote tools recent.",
        f"Searched by {searched}.",
        _spent(one.spent),
    )
    return [told("This is how it stands:"), *paused, *(item(line) for line in lines), *_sources(one.sources)]


def _sources(sources: Sequence[SourceStanding]) -> Sequence[Part]:
    return [item(_source(one)) for one in sources] or [told("There are no sources yet.")]


def _source(one: SourceStanding) -> str:
    read = f"last read on {moment(one.read_at)}" if one.read_at is not None else "not read to its end yet"
    problems = f"; documents with problems: {one.problems:,}" if one.problems else ""
    stopped = f"; stopped: {shortened(one_line(one.stopped), 200)}" if one.stopped is not None else ""
    paused = f"; paused by {one.paused.by} since {moment(one.paused.at)}" if one.paused is not None else ""
    return f"{one.name} ({one.kind}): {counted(one.documents, 'document')}, {counted(one.people, 'person', 'people')}, {read}{paused}{problems}{stopped}."


def _spent(one: Spent) -> str:
    if not one.is_limited:
        return "Budget of models: none is set, so nothing is counted."
    limits = (
        (one.dollars_by_all, "${:,.2f} by everybody"),
        (one.dollars_by_one, "${:,.2f} by one person"),
        (one.tokens_by_all, "{:,} tokens by everybody"),
        (one.tokens_by_one, "{:,} tokens by one person"),
    )
    most = ", ".join(words.format(limit) for limit, words in limits if limit is not None)
    return f"Spent on models today, by everybody: ${one.dollars:,.4f}, {one.tokens:,} tokens. The most a day: {most}."


def _verified(one: Verified) -> Sequence[Part]:
    size = f"{one.events:,} events, {one.checkpoints:,} signed heads, {one.unsigned} events at the end not signed yet."
    if one.clean:
        return [told(f"Nothing in the ledger was changed: {size}")]
    return [told(f"The ledger is damaged, in {one.findings} places. See at the shell: `footnote audit verify`. {size}")]


def _audited(one: Audited) -> Sequence[Part]:
    by = f", by {one.by}" if one.by is not None else ""
    events = [
        item(f"{each.at[:19]}Z  {_HAPPENED.get(each.kind, each.kind)}{' (erased)' if each.erased else ''}")
        for each in one.events[:_MOST_EVENTS]
    ]
    more = [told(f"And {len(one.events) - _MOST_EVENTS} more.")] if len(one.events) > _MOST_EVENTS else []
    says = [told(_NO_CONTENT)] if one.contents is None else _contents(one.contents)
    return [told(f"Receipt {one.receipt}{by}:"), *events, *more, *says]


def _contents(one: Contents) -> Sequence[Part]:
    asked = one.asked if one.asked is not None else "what it was is erased, or was never there"
    here, aside = _replied("Replied:", one.here), _replied("Replied to whoever asked, alone:", one.aside)
    return [told("Asked, or typed:"), item(asked), *here, *aside, told(_ON_RECORD)]


def _replied(first: str, one: Told | None) -> Sequence[Part]:
    if one is None:
        return []
    titles = [item(f"Answered from: {title}") for title in one.titles[:_MOST_TITLES]]
    return [told(first), *(item(line) for line in _lines(one.reply)), *titles]


def _lines(reply: Replied) -> Sequence[str]:
    match reply:
        case Answer():
            return [claim.text for claim in reply.claims]
        case Clarification():
            return ["A question back:", *([reply.question] if reply.question is not None else []), *reply.options]
        case Refusal():
            return [words.refusal(reply, direct=True)]
        case Notice():
            return [words.notice(reply)]
        case _:
            assert_never(reply)


_MOST_TITLES = 20
_ON_RECORD = "That you have seen this is on record in that receipt."


_MOST_EVENTS = 60
_NO_CONTENT = "What was asked and answered is shown to auditors alone, whom `admins.auditors` names. At the shell: `footnote audit show`"
