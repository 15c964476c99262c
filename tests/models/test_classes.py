"""Several models, over LiteLLM's real path to servers that answer as scripted: who answers, within which time, for whose
money, and what is sent where. Deny first.
"""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from bot.core.nouns import Passed, Sent
from bot.core.ports import NOBODYS, Composed, Cost, Errand
from bot.models.extractive import Extractive
from bot.models.fallback import Fallback
from bot.models.gateway.completion import Gateway
from bot.models.gateway.door import Limits, Price
from bot.models.prompt import packaged
from bot.models.written import Written
from bot.steps.verify import settle, violated
from policies.disclosure import Disclosure, Terms
from policies.evidence import Answer, Evidence
from tests.fakes.model_server import ModelServer, Reply, error, model_server, said
from tests.fakes.models import models
from tests.fakes.passages import some_evidence
from tests.fakes.purse import FakePurse
from tests.fakes.watch import FakeWatch
from tests.flows.world import RULES

QUESTION, LEAVE = "How many days of leave are there?", "Every employee has 25 days of leave a year."
EVIDENCE = some_evidence(LEAVE)
(SOURCE,) = {passage.source for passage in EVIDENCE.passages}
ONE, TWO = "openai/one", "openai/two"
DRAFT = {
    "answerable": True,
    "claims": [{"text": "There are 25 days of leave.", "citations": [{"passage": 1, "quote": "25 days of leave"}]}],
    "clarify": None,
}
GOOD = said(DRAFT)
LIMITS = Limits(patience_s=20, pause_s=0.01, attempts=2, rest_s=60)

Servers = Callable[..., list[ModelServer]]


@pytest.fixture(scope="module", autouse=True)
def _imported() -> None:
    """What is measured here is not how long a busy machine imports."""
    Gateway(ONE, LIMITS)


@pytest.fixture
def servers(monkeypatch: pytest.MonkeyPatch) -> Iterator[Servers]:
    """One for each script, each reached by its address alone: the provider's own is nowhere."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-nobody")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    with ExitStack() as running:
        yield lambda *scripts: [running.enter_context(model_server(script)) for script in scripts]


def at(*reached: ModelServer, names: tuple[str, ...] = (ONE, TWO), **terms: Any) -> Disclosure:
    stated = {"sources": "all", **terms}
    return Disclosure(models={name: Terms(address=one.url, **stated) for name, one in zip(names, reached, strict=True)})


def composer(disclosure: Disclosure, *names: str, limits: Limits = LIMITS, **more: Any) -> Fallback:
    made = models(*(names or (ONE, TWO)), limits=limits, disclosure=disclosure, **more)
    return Fallback(Written(made, packaged()), Extractive(None))


def compose(writing: Fallback, errand: Errand = NOBODYS, evidence: Evidence = EVIDENCE) -> Composed:
    return writing.compose(QUESTION, evidence, RULES.answers, errand=errand)


def is_whole(composed: Composed) -> bool:
    reply = settle(composed.draft, violated(QUESTION, composed.draft, EVIDENCE, RULES.answers.answer))
    return isinstance(reply, Answer) and [claim.text for claim in reply.claims] == ["There are 25 days of leave."]


CUT = json.dumps(DRAFT)[:60]
DEAD = {
    "500": (error(500), "unreachable"),
    "429": (error(429, Retry_After="60"), "busy"),
    "ends in the middle of its reply": (Reply(json.dumps(DRAFT), cut=True), "unreachable"),
    "ends in the middle of its JSON": (Reply(CUT, ends="length"), "malformed"),
    "no JSON": (Reply(body=b"{not json"), "unreachable"),
    "wrong key": (error(401), "key"),
    "no such model": (error(404), "unknown_model"),
    "filtered": (Reply(None, ends="content_filter"), "filtered"),
}


@pytest.mark.parametrize(("dead", "because"), DEAD.values(), ids=DEAD.keys())
def test_next_model_writes_the_whole_answer_and_the_receipt_says_who_did_not_and_why(
    servers: Servers, dead: Reply, because: str
) -> None:
    first, second = servers(dead, GOOD)
    composed = compose(composer(at(first, second)))
    assert is_whole(composed)
    assert composed.by.composer.startswith(f"{TWO}+prompt:")
    assert composed.by.instead_of is not None
    assert composed.by.instead_of.startswith(f"{ONE}+prompt:")
    assert composed.by.passed == (Passed(model=ONE, because=because),)
    assert [one.model for one in composed.by.sent] == [ONE, TWO]
    assert composed.by.shortfall is None


@pytest.mark.parametrize("stalls", [Reply(after_s=20), Reply(dripping_s=0.05)], ids=["says nothing", "drips"])
def test_model_that_stalls_leaves_time_to_the_next_within_one_budget_of_time(servers: Servers, stalls: Reply) -> None:
    first, second = servers(stalls, GOOD)
    writing, began = composer(at(first, second)), time.monotonic()
    composed = compose(writing, Errand("ana", began + 4))
    assert time.monotonic() - began < 15
    assert is_whole(composed)
    assert composed.by.passed == (Passed(model=ONE, because="timeout"),)


def test_all_dead_is_the_documents_own_words_and_says_so(servers: Servers) -> None:
    first, second = servers(error(500), error(401))
    composed = compose(composer(at(first, second)))
    assert composed.draft == Extractive(None).compose(QUESTION, EVIDENCE, RULES.answers).draft
    assert (composed.by.composer, composed.by.shortfall) == ("extractive", "away")
    assert [(one.model, one.because) for one in composed.by.passed] == [(ONE, "unreachable"), (TWO, "key")]


def test_model_that_is_dead_rests_and_nothing_is_sent_to_it(servers: Servers) -> None:
    first, second = servers(error(500), GOOD)
    writing = composer(at(first, second))
    compose(writing)
    asked = len(first.asked)
    again = compose(writing)
    assert is_whole(again)
    assert len(first.asked) == asked == 2
    assert again.by.passed == (Passed(model=ONE, because="unreachable"),)
    assert [one.model for one in again.by.sent] == [TWO]


def test_model_comes_back_once_it_has_rested(servers: Servers) -> None:
    (first,) = servers(error(500))
    writing = composer(at(first, names=(ONE,)), ONE, limits=LIMITS._replace(rest_s=0.2))
    compose(writing)
    first.script = [GOOD]
    time.sleep(0.3)
    assert is_whole(compose(writing))


def test_model_that_got_no_time_does_not_rest_for_it(servers: Servers) -> None:
    (first,) = servers(Reply(json.dumps(DRAFT), after_s=0.5))
    writing = composer(at(first, names=(ONE,)), ONE)
    hurried = compose(writing, Errand("ana", time.monotonic() + 0.2))
    assert hurried.by.passed == (Passed(model=ONE, because="timeout"),)
    assert is_whole(compose(writing))


def test_without_time_nobody_is_asked(servers: Servers) -> None:
    first, second = servers(GOOD, GOOD)
    composed = compose(composer(at(first, second)), Errand("ana", time.monotonic() - 1))
    assert [one.because for one in composed.by.passed] == ["no_time", "no_time"]
    assert (composed.by.composer, composed.by.sent, composed.by.shortfall) == ("extractive", (), "away")
    assert first.asked == second.asked == []


# What may be sent where.


def test_source_that_is_local_only_is_sent_to_the_next_model_that_is_ours(servers: Servers) -> None:
    away, ours = servers(GOOD, GOOD)
    disclosure = Disclosure(
        local_only=frozenset({SOURCE}),
        models={
            ONE: Terms(address=away.url, region="eu", sources="all"),
            TWO: Terms(address=ours.url, local=True, region="cellar", sources="all"),
        },
    )
    composed = compose(composer(disclosure))
    assert is_whole(composed)
    assert away.asked == []
    assert composed.by.passed == (Passed(model=ONE, because="not_allowed"),)
    host = ours.url.removeprefix("http://").removesuffix("/v1")
    assert composed.by.sent == (Sent(model=TWO, host=host, region="cellar", passages=1, sources=(SOURCE,)),)


@pytest.mark.parametrize(
    "marked", [{"local_only": frozenset({SOURCE})}, {"nothing_leaves": True}], ids=["source", "workspace"]
)
def test_without_a_model_of_ours_what_is_local_only_is_in_its_own_words(
    servers: Servers, marked: dict[str, Any]
) -> None:
    first, second = servers(GOOD, GOOD)
    composed = compose(composer(at(first, second).model_copy(update=marked)))
    assert (composed.by.composer, composed.by.sent, composed.by.shortfall) == ("extractive", (), "kept")
    assert first.asked == second.asked == []


def test_one_passage_of_a_source_that_a_model_may_not_see_keeps_all_of_the_evidence_from_it(servers: Servers) -> None:
    first, second = servers(GOOD, GOOD)
    both = some_evidence(LEAVE, "Directors have 60.")
    other = both.found[1].passage.model_copy(update={"source": "hr"})
    both = Evidence(found=(both.found[0], both.found[1].model_copy(update={"passage": other})))
    composed = compose(composer(at(first, second, sources=frozenset({SOURCE}))), evidence=both)
    assert (composed.by.sent, first.asked, second.asked) == ((), [], [])


def test_model_that_nobody_declared_is_sent_nothing_once_others_are_declared(servers: Servers) -> None:
    (second,) = servers(GOOD)
    composed = compose(composer(at(second, names=(TWO,))))
    assert composed.by.passed == (Passed(model=ONE, because="not_allowed"),)
    assert is_whole(composed)


# What it costs, and who pays.


def test_budget_that_is_spent_is_named_and_nobody_is_asked(servers: Servers) -> None:
    first, second = servers(GOOD, GOOD)
    composed = compose(composer(at(first, second), purse=FakePurse(spent="dollars_by_one")))
    assert [(one.because, one.budget) for one in composed.by.passed] == [("spent", "dollars_by_one")] * 2
    assert (composed.by.composer, composed.by.sent, composed.by.shortfall) == ("extractive", (), "spent")
    assert first.asked == second.asked == []


def test_when_the_share_of_the_strong_is_spent_the_fast_write_and_then_nobody(servers: Servers) -> None:
    strong, fast = servers(GOOD, GOOD)
    purse = FakePurse()
    writing = composer(at(strong, fast), ONE, fast=(TWO,), purse=purse)
    compose(writing)
    ((_, estimated, _),) = purse.taken
    purse.most_tokens = int((purse.tokens + estimated.tokens) / 0.9)  # too much for four fifths of it
    smaller = compose(writing)
    assert is_whole(smaller)
    assert (smaller.by.composer.split("+")[0], smaller.by.shortfall) == (TWO, "smaller")
    purse.most_tokens = purse.tokens
    assert compose(writing).by.shortfall == "spent"
    assert (len(strong.asked), len(fast.asked)) == (1, 1)


def test_call_is_settled_at_what_it_cost_and_taken_from_whoever_asked(servers: Servers) -> None:
    (first,) = servers(GOOD)
    purse = FakePurse()
    priced = at(first, names=(ONE,), dollars_per_million_in=2.0, dollars_per_million_out=10.0)
    composed = compose(composer(priced, ONE, purse=purse), Errand("ana", time.monotonic() + 60))
    (call,) = composed.by.calls
    assert (call.tokens_in, call.tokens_out, call.dollars) == (100, 20, 0.0004)
    assert [whose for whose, _, _ in purse.taken] == ["ana"]
    assert [cost for _, cost in purse.settled] == [Cost(120, 400)]


@pytest.mark.parametrize(("dead", "comes_back"), [(error(429), True), (error(401), True), (error(500), False)])
def test_call_that_failed_gives_back_only_what_was_surely_not_spent(
    servers: Servers, dead: Reply, *, comes_back: bool
) -> None:
    (first,) = servers(dead)
    purse = FakePurse()
    compose(composer(at(first, names=(ONE,)), ONE, purse=purse))
    assert (purse.tokens == 0) is comes_back


@pytest.mark.parametrize(
    ("model", "price"),
    [
        ("openai/gpt-4o", Price(2.5e-06, 1e-05)),
        ("openai/some", None),
        ("ollama/llama3", None),  # its table says 0, which is not known of anybody's own machine
        ("hosted_vllm/gpt-4o", None),  # somebody else's model of that name
    ],
)
def test_price_is_that_of_the_table_or_not_known_and_never_0(model: str, price: Price | None) -> None:
    assert Gateway(model, LIMITS).price == price
    assert (Gateway(model, LIMITS).costs(100, 20) is None) is (price is None)


def test_call_without_a_price_or_without_a_count_costs_what_nobody_knows(servers: Servers) -> None:
    silent = {"choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "{}"}}]}
    first, second = servers(GOOD, Reply(body=json.dumps({"id": "x", "object": "chat.completion", **silent}).encode()))
    known, unknown = (compose(composer(at(one, names=(ONE,)), ONE)) for one in (first, second))
    assert known.by.calls[0].dollars is None
    assert all(call.dollars is None and 0 not in (call.tokens_in, call.tokens_out) for call in unknown.by.calls)


@pytest.mark.parametrize(
    ("keeps_schema", "kind", "held_to"), [(True, "json_schema", "schema"), (None, "json_object", "json")]
)
def test_call_says_what_the_model_was_held_to(
    servers: Servers, *, keeps_schema: bool | None, kind: str, held_to: str
) -> None:
    (first,) = servers(GOOD)
    composed = compose(composer(at(first, names=(ONE,), keeps_schema=keeps_schema), ONE))
    assert first.asked[0].body["response_format"]["type"] == kind
    assert composed.by.calls[0].held_to == held_to


def test_server_that_refuses_a_shape_is_told_it_in_words_and_the_call_says_so(servers: Servers) -> None:
    (first,) = servers(error(400, "response_format is not known here"))
    first.script.append(GOOD)
    composed = compose(composer(at(first, names=(ONE,)), ONE))
    assert [call.held_to for call in composed.by.calls] == ["words"]


def test_paused_model_is_sent_nothing_and_the_next_writes_until_it_is_brought_back(servers: Servers) -> None:
    first, second = servers(GOOD, GOOD)
    watch = FakeWatch(paused={ONE})
    writing = composer(at(first, second), watch=watch)
    composed = compose(writing)
    assert is_whole(composed)
    assert composed.by.passed == (Passed(model=ONE, because="paused"),)
    assert [one.model for one in composed.by.sent] == [TWO]
    assert (len(first.asked), watch.told) == (0, [(TWO, None)])
    watch.paused = set()
    assert compose(writing).by.composer.startswith(f"{ONE}+prompt:")


def test_all_paused_is_the_documents_own_words_and_nothing_is_sent(servers: Servers) -> None:
    first, second = servers(GOOD, GOOD)
    composed = compose(composer(at(first, second), watch=FakeWatch(paused={ONE, TWO})))
    assert (composed.by.composer, composed.by.sent) == ("extractive", ())
    assert len(first.asked) == len(second.asked) == 0


def test_who_looks_after_models_hears_who_answered_and_who_did_not_and_why(servers: Servers) -> None:
    first, second = servers(error(401), GOOD)
    watch = FakeWatch()
    compose(composer(at(first, second), watch=watch))
    assert watch.told == [(ONE, "key"), (TWO, None)]
