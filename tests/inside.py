"""The assistant in this process, for tests and benches that look closer than a command line lets them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from bot import app, worker
from bot.core.clock import utc_now
from bot.core.nouns import CommandLine, Incoming, Part, Question, new_receipt_id
from bot.core.ports import Embedder
from bot.flows.answer import Outcome
from bot.flows.sync import Tally
from bot.settings import Settings
from policies.people import email_address


class Nowhere:
    def post(self, question: Question, part: Part, *, again: bool) -> Mapping[str, str]:  # noqa: ARG002
        return {"surface": "test"}

    def hold(self, question: Question, *, again: bool) -> Mapping[str, str]:  # noqa: ARG002
        return {"surface": "test"}

    def unhold(self, question: Question) -> None: ...

    def is_shown(self, question: Question) -> bool:  # noqa: ARG002
        return False

    def may_grow(self, question: Question) -> bool:  # noqa: ARG002
        return False

    def grow(self, question: Question, part: Part) -> None: ...

    def take_back(self, question: Question, *, again: bool) -> None: ...

    def leave(self, question: Question, *, again: bool) -> None: ...

    def fail(self, question: Question, *, aside: bool, again: bool) -> None: ...


@contextmanager
def assistant(settings: Settings, embedder: Embedder | None) -> Iterator[app.Assistant]:
    with app.records(settings) as records, app.assistant(records, embedder, command="test") as opened:
        opened.want(embedder)
        yield opened


def sync(assistant: app.Assistant, company: Path, name: str = "acme") -> Tally:
    records, now = assistant.records, utc_now()
    with records.database.writing() as session:
        records.sources.add(session, name, "folder", {"path": str(company)}, now)
    return synced(assistant, name)


def synced(assistant: app.Assistant, name: str) -> Tally:
    """A source that is listed already."""
    records = assistant.records
    app.ask_for_sync(records, [name])
    (result,) = worker.run_syncs(
        records.jobs, records.database, records.ledger, utc_now, lambda claim: assistant.sync(claim, lambda _: None)
    )
    assert result.tally is not None, result.error
    assistant.read_examples()
    return result.tally


def ask(assistant: app.Assistant, text: str, person: str) -> Outcome:
    """From the arrival of the question to the end of its receipt."""
    records = assistant.records
    question = Question(
        receipt=new_receipt_id(), text=text, asker=email_address(person), place=CommandLine(), asked_at=utc_now()
    )
    claim = records.receipts.take_and_claim(Incoming.once(question))
    assert claim is not None
    return worker.answer_one(records.inbox, records.receipts, assistant.answering, Nowhere(), claim)
