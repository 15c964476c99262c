"""What an embedder and a reranker are asked for a question is paid for like a model's words: before it is sent, by whoever
asks; what a sync embeds is not.
"""

from collections.abc import Callable
from typing import Any

import pytest

from bot.core.clock import timer
from bot.core.errors import Unembedded, Unranked
from bot.core.ports import Cost, Embedder, Errand
from bot.models.gateway.door import ANY_TERMS, Limits, Price
from bot.models.gateway.embedding import EmbeddingModel
from bot.models.gateway.faults import Kind, NoReply, NotAsked
from bot.models.gateway.reranking import RerankingModel
from bot.models.hosted import AT_ONCE, Hosted
from bot.models.learnt import hosted as built
from bot.models.paid import UNCOUNTED, check_there, paid
from bot.models.remembered import patient
from bot.models.reranker import HostedReranker
from bot.settings import Settings
from policies.disclosure import UNDECLARED, Terms
from tests.fakes.model_server import Reply, embedded, error, reranked
from tests.fakes.purse import DAY, FakePurse
from tests.models.conftest import Serving

LIMITS = Limits(patience_s=60, pause_s=0.01)
ANA = Errand("ana", until=float("inf"))
LONG_AGO = Errand("ana", until=0.0)
PRICED = Terms(sources="all", dollars_per_million_in=2, dollars_per_million_out=0)
BY_LENGTH = reranked(len)


def hosted(purse: FakePurse, *, terms: Terms = ANY_TERMS) -> Hosted:
    model = EmbeddingModel("openai/some", terms=terms)
    return Hosted(model, 3, LIMITS, purse=purse)


def reranker(purse: FakePurse, *, terms: Terms = ANY_TERMS, limits: Limits = LIMITS) -> HostedReranker:
    model = RerankingModel("hosted_vllm/some", limits, terms=terms)
    return HostedReranker(model, UNDECLARED, purse)


def embeds(purse: FakePurse, errand: Errand = ANA) -> object:
    return hosted(purse).embed(["how many days?"], errand=errand)


def reranks(purse: FakePurse, errand: Errand = ANA) -> object:
    return reranker(purse).rerank("how many days?", ["a", "b"], errand=errand)


EACH = pytest.mark.parametrize(
    ("asks", "answers"), [(embeds, embedded()), (reranks, BY_LENGTH)], ids=["embedder", "reranker"]
)
Asks = Callable[..., object]


@EACH
def test_whoever_asks_pays_before_anything_is_sent(serving: Serving, asks: Asks, answers: Reply) -> None:
    server, purse = serving(answers), FakePurse()
    asks(purse)
    assert len(server.asked) == 1
    ((whose, cost, share),) = purse.taken
    assert (whose, share) == ("ana", 1.0)
    assert cost.tokens > 0
    assert cost.microdollars is None  # nobody knows what this model costs


@EACH
def test_who_has_nothing_left_sends_nothing_and_is_told_why(serving: Serving, asks: Asks, answers: Reply) -> None:
    server = serving(answers)
    with pytest.raises((Unembedded, Unranked), match="spent"):
        asks(FakePurse(spent="tokens_by_one"))
    assert server.asked == []


@EACH
def test_when_the_time_of_the_answer_is_over_nothing_is_sent_or_paid(
    serving: Serving, asks: Asks, answers: Reply
) -> None:
    server, purse = serving(answers), FakePurse()
    with pytest.raises((Unembedded, Unranked), match=r"no.time"):
        asks(purse, LONG_AGO)
    assert (server.asked, purse.taken) == ([], [])


@EACH
@pytest.mark.parametrize(("status", "back"), [(401, True), (429, True), (500, False)])
def test_what_a_server_refused_costs_nothing_and_what_may_have_been_done_does(
    serving: Serving, asks: Asks, answers: Reply, status: int, *, back: bool
) -> None:
    serving(error(status, Retry_After="3600"))
    purse = FakePurse()
    with pytest.raises((Unembedded, Unranked)):
        asks(purse)
    assert (purse.tokens == 0) is back


def test_who_rests_takes_no_money(serving: Serving) -> None:
    server, purse = serving(error(503)), FakePurse()
    embedder = hosted(purse).within(60, purse=purse)
    ranking = reranker(purse, limits=LIMITS._replace(rest_s=60))
    for _ in range(3):
        with pytest.raises(Unembedded, match="unreachable"):
            embedder.embed(["a"], errand=ANA)
        with pytest.raises(Unranked):
            ranking.rerank("a", ["b", "c"], errand=ANA)
    assert len(purse.taken) == 2  # once each
    assert len({asked.path for asked in server.asked}) == 2


def test_what_a_server_counted_is_settled_and_priced_by_its_terms(serving: Serving) -> None:
    serving(Reply(to=lambda body: {**_embedded(body), "usage": {"prompt_tokens": 700, "total_tokens": 700}}))
    purse = FakePurse()
    hosted(purse, terms=PRICED).embed(["how many days?"], errand=ANA)
    ((_, cost, _),) = purse.taken
    ((taken, settled),) = purse.settled
    assert (taken.day, cost) == (DAY, Cost(4, 8))
    assert settled == Cost(700, 1_400)


@pytest.mark.parametrize(
    "usage", [None, {}, {"prompt_tokens": 0}, {"prompt_tokens": -9}], ids=["nothing", "empty", "nought", "less"]
)
def test_server_that_counts_nothing_costs_what_was_taken(serving: Serving, usage: object) -> None:
    serving(Reply(to=lambda body: {**_embedded(body), "usage": usage}))
    purse = FakePurse()
    hosted(purse).embed(["x" * 4_000], errand=ANA)
    assert purse.tokens == 1_000


def _embedded(body: Any) -> dict[str, object]:
    made = embedded().to
    assert made is not None
    answered = made(body)
    assert isinstance(answered, dict)
    return answered


def test_each_request_is_paid_for_and_the_one_that_is_too_much_sends_nothing_more(serving: Serving) -> None:
    server, texts = serving(Reply(to=lambda body: {**_embedded(body), "usage": None})), ["word"] * (2 * AT_ONCE)
    purse = FakePurse(most_tokens=AT_ONCE + 1)
    with pytest.raises(Unembedded, match="spent"):
        hosted(purse).embed(texts, errand=ANA)
    assert len(server.asked) == 1
    assert purse.tokens == AT_ONCE


def test_reranker_reads_the_question_with_each_text(serving: Serving) -> None:
    serving(BY_LENGTH)
    purse = FakePurse()
    reranker(purse, terms=PRICED).rerank("q" * 40, ["t" * 100] * 3, errand=ANA)
    assert [cost for _, cost, _ in purse.taken] == [Cost(105, 210)]


@pytest.mark.parametrize(("purse", "is_sent"), [(FakePurse(spent="dollars_by_all"), False), (FakePurse(), True)])
def test_receipt_says_sent_only_of_what_has_left(serving: Serving, purse: FakePurse, *, is_sent: bool) -> None:
    server = serving(error(401))
    with pytest.raises(Unranked) as raised:
        reranks(purse)
    assert raised.value.is_sent is is_sent is bool(server.asked)


def test_price_a_call_is_known_where_litellm_knows_it() -> None:
    price = RerankingModel("cohere/rerank-v3.5", LIMITS).price
    assert price == Price(0, 0, 0.002)
    assert price.of(10**6) == 0.002
    assert RerankingModel("cohere/some", LIMITS).price is None
    embedder = EmbeddingModel("openai/text-embedding-3-small").price
    assert embedder is not None
    assert 0 < embedder.of(10**6) < 1


def test_question_pays_once_and_what_a_sync_embeds_is_not_counted(serving: Serving) -> None:
    server, purse = serving(embedded()), FakePurse()
    embedder: Embedder = built(Settings(embedder_patience_s=60), "openai/some", 3, purse=purse)
    for _ in range(2):
        embedder.embed(["leave"], errand=ANA)
    patient(embedder).embed(["a passage"])
    assert [whose for whose, _, _ in purse.taken] == ["ana"]
    assert len(server.asked) == 2
    purse.spent = "dollars_by_all"
    assert patient(embedder).embed(["another"]).shape == (1, 3)


def test_uncounted_is_never_spent() -> None:
    assert not UNCOUNTED.limits_money
    assert paid(UNCOUNTED, "ana", Cost(10**15, None), lambda: 7) == 7


def test_what_is_taken_for_a_call_that_fails_otherwise_stays_taken() -> None:
    purse = FakePurse()

    def fails() -> None:
        raise NoReply(Kind.TIMEOUT)

    with pytest.raises(NoReply):
        paid(purse, "ana", Cost(5, None), fails)
    assert (purse.tokens, purse.settled) == (5, [])


def test_nobody_is_there_who_rests_or_without_time() -> None:
    check_there(None, timer() + 60)
    for rests, until, kind in ((Kind.BUSY, timer() + 60, Kind.BUSY), (None, timer(), Kind.NO_TIME)):
        with pytest.raises(NotAsked) as raised:
            check_there(rests, until)
        assert raised.value.kind is kind
