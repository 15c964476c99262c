"""What no model may see is in nothing that reaches its server; what no reader may see is in nothing that reaches Slack."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from bot import app
from bot.playground.slack import View
from policies.rules import REDACTION
from tests.fakes.model_server import ModelServer, Reply, data_of, embedded, model_server, reranked, said
from tests.slack.office import Office, office, running, until
from tests.slack.replies import read

CARD, PASSWORD, IBAN = "4111 1111 1111 1111", "hunter2Summer", "DE89 3704 0044 0532 0130 00"
HIDDEN = ("4111", "hunter2", "0532")
MAIL = "desk@acme.test"
TRAVEL = f"The travel card is {CARD}, and questions about the travel card go to {MAIL}."
BOOTH = f"The booth computer opens with the password: {PASSWORD}."
DOCUMENTS = {
    "travel.md": f"---\ntitle: Travel card {CARD}\naccess: [[anyone]]\n---\n# Travel card {CARD}\n\n{TRAVEL}\n",
    "booth.md": f"---\ntitle: Booth\naccess: [[anyone]]\n---\n# Booth\n\n{BOOTH}\n\nIt has two screens.\n",
}
WHICH_CARD = f"Which travel card is it at the booth computer, is it {IBAN}?"
Open = Callable[..., tuple[Office, ModelServer]]


@pytest.fixture
def open_office(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    with ExitStack() as stack:

        def make(*script: Reply, at_work: bool = True, **options: Any) -> tuple[Office, ModelServer]:
            server = stack.enter_context(model_server(*script))
            for name, value in server.environment.items():
                monkeypatch.setenv(name, value)
            options = {"model": "openai/some", "documents": DOCUMENTS, **options}
            made = stack.enter_context(office(tmp_path, database_url, **options))
            if at_work:
                stack.enter_context(running(made))
            return made, server

        yield make


def quoting(text: str, quote: str, *, of: str) -> Reply:
    """A model that finds the passage by its words, as it sees them."""

    def draft(asked: Any) -> str:
        data = data_of(asked)
        passage = next((one["passage"] for one in data["passages"] if of in one["text"]), 1)
        claim = {"text": text, "citations": [{"passage": passage, "quote": quote}]}
        return json.dumps({"answerable": True, "claims": [claim], "clarify": None})

    return Reply(says=draft)


HONEST = quoting(
    f"The travel card is [card 1], ask {MAIL}.",
    f"The travel card is [card 1], and questions about the travel card go to {MAIL}.",
    of="travel card is",
)


def arrived(server: ModelServer) -> str:
    return json.dumps([asked.body for asked in server.asked], ensure_ascii=False)


def reached_slack(acme: Office) -> str:
    return str([(request.method, request.args) for request in acme.slack.requests.all()])


def nothing_hidden_in(text: str) -> bool:
    return not any(part in text for part in HIDDEN)


def why(acme: Office, name: str, channel: Any, ts: str) -> View:
    person = acme.person(name)
    before = person.view()
    person.click(channel, ts, "why")

    def view() -> View | None:
        shown = person.view()
        is_new = shown is not None and shown is not before and "Looking up" not in str(shown.body)
        return shown if is_new else None

    until(view)
    shown = view()
    assert shown is not None
    return shown


@pytest.mark.parametrize("where", ["general", None])
def test_neither_a_model_nor_a_reader_sees_what_is_hidden(open_office: Open, where: str | None) -> None:
    acme, server = open_office(HONEST)
    asked = acme.asks("ana", WHICH_CARD, channel=where)
    place = acme.direct("ana") if where is None else where
    acme.reply(place)
    acme.settled()
    reply = acme.reply(place, under=asked.ts if where else None)  # as it is when it is whole
    shown_there = read(reply.blocks)
    assert f"The travel card is [card 1], ask {MAIL}." in shown_there
    assert "Travel card [card 1]" in shown_there  # the title of its link
    assert nothing_hidden_in(reply.text + str(reply.blocks))
    assert nothing_hidden_in(arrived(server))
    assert all(mask in arrived(server) for mask in ("[card 1]", "[iban 1]", "[secret 1]"))
    assert nothing_hidden_in(reached_slack(acme))
    shown = why(acme, "ana", place, reply.ts)
    assert "The travel card is [card 1]" in read(shown.body["blocks"])
    assert nothing_hidden_in(str(shown.body))


def test_receipt_tells_how_many_of_which_kind_were_hidden_and_where(open_office: Open) -> None:
    acme, _ = open_office(HONEST)
    acme.asks("ana", WHICH_CARD, channel="general")
    acme.reply("general")
    acme.settled()
    (by,) = acme.events("composed")[0]["by"]
    assert by["sent"][0]["removed"] == {"card": 4, "iban": 1, "secret": 1}
    (to,) = acme.events("posted")[0]["to"]
    assert to["removed"] == {"card": 1}
    (receipt,) = acme.receipts()
    shown = acme.console().run("audit", "show", str(receipt[0].receipt)).out
    assert "Masked before that: 4 × card, 1 × iban, 1 × secret." in " ".join(shown.split())
    assert "Shown with masks: 1 × card." in " ".join(shown.split())


def test_a_second_try_tells_a_model_nothing_of_what_its_quotes_hide(open_office: Open) -> None:
    broken = quoting(
        "The travel card is not [card 1].", "The travel card is [card 1], and questions", of="travel card is"
    )
    acme, server = open_office(broken, HONEST)
    acme.asks("ana", WHICH_CARD, channel="general")
    acme.reply("general")
    acme.settled()
    assert len(server.asked) == 2
    assert "changed_negation" in arrived(server)
    assert nothing_hidden_in(arrived(server))


def test_a_model_that_knows_a_hidden_value_proves_nothing_with_it(open_office: Open) -> None:
    guessing = quoting(f"The travel card is {CARD}.", f"The travel card is {CARD}", of="travel card is")
    acme, _ = open_office(guessing)
    acme.asks("ana", "Which travel card is it?", channel="general")
    reply = acme.reply("general")
    acme.settled()
    assert nothing_hidden_in(reached_slack(acme))
    assert acme.events("closed")[0]["reply"]["kind"] == "refusal"
    assert reply.text


def test_without_a_model_the_documents_own_words_are_shown_with_masks(open_office: Open) -> None:
    acme, server = open_office(HONEST, model=None)
    acme.asks("ana", "Which password opens the booth computer?", channel="general")
    reply = acme.reply("general")
    acme.settled()
    assert "The booth computer opens with the password: [secret 1]." in read(reply.blocks)
    assert nothing_hidden_in(reached_slack(acme))
    assert PASSWORD in acme.events("closed")[0]["reply"]["claims"][0]["text"]  # the proof is one of what stands there
    assert server.asked == []


def test_a_thread_is_put_in_other_words_without_what_is_hidden(open_office: Open) -> None:
    whole = said({"whole": "Which travel card is [card 1]?", "leans": True})
    acme, server = open_office(HONEST, whole, HONEST)
    first = acme.asks("ana", f"Who pays with {CARD}?", channel="general")
    until(lambda: acme.replies("general", first.ts))
    acme.asks("ana", "And which card is it?", channel="general", thread=first.ts)
    until(lambda: len(acme.replies("general", first.ts)) > 1)
    acme.settled()
    assert nothing_hidden_in(arrived(server))
    wording = acme.events("claimed")[0]["wording"]
    assert wording["rewriting"]["sent"][0]["removed"] == {"card": 1}
    assert wording["whole"] == f"Which travel card is {CARD}?"


def test_an_admin_who_masks_addresses_too_hides_them_from_then_on(open_office: Open) -> None:
    plain = quoting(
        "Questions about the travel card go to [mail 1].",
        "questions about the travel card go to [mail 1]",
        of="travel card is",
    )
    acme, server = open_office(plain)
    with app.records(acme.settings) as records, records.database.writing() as session:
        texts = {**app.packaged_rules(), REDACTION: "[model]\n[channel]\n"}
        records.config.save(session, texts, author="ana", note="no addresses", now=records.clock())
    acme.asks("ana", "Whom do I ask about the travel card?", channel="general")
    reply = acme.reply("general")
    acme.settled()
    assert "Questions about the travel card go to [mail 1]." in read(reply.blocks)
    assert MAIL not in arrived(server) + reached_slack(acme)


def test_rerankers_are_sent_masks(open_office: Open) -> None:
    acme, server = open_office(reranked(len), model=None, reranker="hosted_vllm/some")
    acme.asks("ana", WHICH_CARD, channel="general")
    acme.reply("general")
    acme.settled()
    assert "[card 1]" in arrived(server)
    assert nothing_hidden_in(arrived(server))
    assert acme.events("retrieved")[0]["reordering"]["sent"]["removed"]["iban"] == 1


def test_embedders_are_sent_masks(monkeypatch: pytest.MonkeyPatch) -> None:
    from bot.models.gateway.embedding import EmbeddingModel
    from bot.models.hosted import Hosted
    from policies.redaction.kinds import Redaction

    with model_server(embedded()) as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        hosted = Hosted(EmbeddingModel("openai/some"), 3, redaction=lambda: Redaction(model={}))
        hosted.embed([TRAVEL, BOOTH])
    assert nothing_hidden_in(arrived(server))
    assert MAIL not in arrived(server)
