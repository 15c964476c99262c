"""`footnote ask` and `footnote search`."""

from collections.abc import Mapping
from dataclasses import replace

from bot import app, worker
from bot.cli import render, weights
from bot.cli.terminal import (
    ANSWERED,
    FAULT,
    REFUSED,
    command,
    operator,
    out,
    person,
    print_json,
    readable,
    say,
    stop,
)
from bot.core.failpoints import armed
from bot.core.nouns import CommandLine, Incoming, Part, Question, new_receipt_id
from bot.flows.search import search as search_flow
from bot.flows.seen import as_seen
from bot.slack.words import OFFERS, SHORTFALLS
from bot.stores.inbox import CLI_QUESTION
from policies.evidence import Answer, Clarification, Evidence, Refusal, RefusalReason
from policies.redaction.view import View

_EXIT = {"answer": ANSWERED, "notice": ANSWERED, "refusal": REFUSED, "clarification": REFUSED}


def ask(question: str, *, as_: str, as_json: bool) -> None:
    with command() as settings, app.records(settings) as records:
        asked = Question(
            receipt=new_receipt_id(),
            text=readable(question),
            asker=person(as_),
            place=CommandLine(),
            asked_at=records.clock(),
            operator=operator(),
        )
        embedder = weights.serving(records)
        writers, reranker, judge = app.writers(records), app.reranker(records), app.judge(records)
        with app.assistant(
            records, embedder, command="footnote ask", writers=writers, reranker=reranker, judge=judge
        ) as assistant:
            inbox, receipts, house = records.inbox, records.receipts, assistant.answering
            claim = receipts.take_and_claim(Incoming.once(asked))
            assert claim is not None, "a new receipt's key is new"
            armed(settings.failpoint)("ask.after_receive")
            try:
                outcome = worker.answer_one(inbox, receipts, house, Silent() if as_json else Terminal(), claim)
            except worker.Failed as failed:
                stop(FAULT, f"Something went wrong, and nothing was answered. The receipt is {failed.receipt}.")
            if as_json:
                reply, evidence, _ = as_seen(outcome.reply, outcome.evidence, records.redaction())
                print_json(render.as_json(asked.receipt, replace(outcome, reply=reply, evidence=evidence)))
            else:
                weights.say_if_by_words_alone(records, embedder)
            worker.drain(inbox, receipts, house, Unheard(), kinds=[CLI_QUESTION])  # whatever a process that died left
        raise SystemExit(_EXIT[outcome.reply.kind])


def search(words: str, *, as_: str, k: int, as_json: bool) -> None:
    with command() as settings, app.records(settings) as records:
        asker = person(as_)
        embedder, reranker = weights.serving(records), app.reranker(records)
        with app.assistant(records, embedder, command="footnote search", reranker=reranker) as assistant:
            receipt, evidence = search_flow(
                readable(words), asker, k, assistant.answering.reading, note=records.receipts.note, operator=operator()
            )
            evidence = View(evidence, records.redaction(), "channel").evidence
        if as_json:
            print_json({"receipt": receipt, "results": [render.found_as_json(found) for found in evidence.found]})
        else:
            _print_found(evidence)
        weights.say_if_by_words_alone(records, embedder)
        raise SystemExit(ANSWERED if evidence.found else REFUSED)


def _print_found(evidence: Evidence) -> None:
    if not evidence.found:
        say(render.text(Refusal(reason=RefusalReason.UNANSWERED), evidence))
    for found in evidence.found:
        say(render.heading(found), style="bold")
        say(found.passage.text)
        out.print()


class Silent:
    """The reply is printed as JSON, as a whole, by the command itself; and so is that there is none."""

    def post(self, question: Question, part: Part, *, again: bool) -> Mapping[str, str]:  # noqa: ARG002
        return {"surface": "cli", "form": "json"}

    def hold(self, question: Question, *, again: bool) -> Mapping[str, str]:  # noqa: ARG002
        raise AssertionError("answers that a person checks are given in Slack alone")

    def unhold(self, question: Question) -> None: ...

    def is_shown(self, question: Question) -> bool:  # noqa: ARG002
        return False

    def may_grow(self, question: Question) -> bool:  # noqa: ARG002
        return False

    def grow(self, question: Question, part: Part) -> None: ...

    def take_back(self, question: Question, *, again: bool) -> None: ...

    def leave(self, question: Question, *, again: bool) -> None: ...

    def fail(self, question: Question, *, aside: bool, again: bool) -> None: ...


class Terminal(Silent):
    """Prints the reply for the person who waits for it."""

    def post(self, question: Question, part: Part, *, again: bool) -> Mapping[str, str]:  # noqa: ARG002
        reply, evidence = part.reply, part.evidence
        say(render.text(reply, evidence))
        if part.shortfall is not None and not isinstance(reply, Clarification):
            say(SHORTFALLS[part.shortfall], style="dim")
        if part.offer is not None:
            say(OFFERS[part.offer], style="dim")
        if isinstance(reply, Answer):
            out.print()
            for line in render.sources(reply, evidence):
                say(line, style="dim")
        say(f"Receipt {question.receipt}", style="dim")
        return {"surface": "cli"}


class Unheard(Silent):
    """Whoever asked on a command line that died no longer listens; the receipt keeps the reply."""

    def post(self, question: Question, part: Part, *, again: bool) -> Mapping[str, str]:  # noqa: ARG002
        return {"surface": "nobody"}
