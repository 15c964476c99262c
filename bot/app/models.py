"""Who writes, sorts, judges, orders and embeds, as the settings name them. What no setting names is not imported."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from bot.core.clock import timer
from bot.core.ports import (
    Composer,
    Embedder,
    Errand,
    Guesser,
    Judge,
    Purse,
    Reranker,
    Rewriter,
)
from bot.core.proposals import Proposer
from bot.settings import Settings, variable
from bot.stores.spending import Most, Spending
from bot.stores.watch import ModelWatch
from policies.intents import ModelClass
from policies.redaction.kinds import InForce, Redaction

if TYPE_CHECKING:
    from bot.models.classes import Model
    from bot.models.gateway.door import Limits
from bot.app.archive import Records

_REST_S = 5  # for which no question asks a model that has just not answered one
_REST_OF_ONE_OF_SEVERAL_S = 30  # the same, where there is another to ask
_A_WORD_S, _A_WORD_TOKENS = 8, 256
_A_WORD: Mapping[str, Any] = {
    "type": "object",
    "properties": {"said": {"type": "string"}},
    "required": ["said"],
    "additionalProperties": False,
}
_SHARE_OF_THE_STRONG = 0.8  # of each budget; the rest is for the fast ones, where there are any

Composers = Callable[[ModelClass, Embedder | None], Composer]  # of each class one for each embedder that serves


class Writers(NamedTuple):
    """Who writes what. Nothing is kept of them here: each embedder that serves has its own."""

    answers: Composers
    summaries: Composers
    drafts: Composers


class Silence(NamedTuple):
    """Why a model gave no answer, by kind, and which settings to look at, where one of them is the reason."""

    because: str
    look_at: tuple[str, ...]


def embedder(
    settings: Settings,
    name: str,
    *,
    dimensions: int | None = None,
    redaction: InForce = Redaction,
    purse: Purse | None = None,
) -> Embedder | None:
    """The embedder that a setting names, or nothing, where that cannot be had on this machine. Nobody else is asked for
    anything: of a hosted one its `dimensions` have to be known. `purse`: what pays for questions; None: none are asked.
    """
    if name == "none":
        return None
    if name == "builtin":
        return _built_in(settings)
    from bot.models.learnt import hosted
    from bot.models.paid import UNCOUNTED

    if dimensions is None:
        return None
    return hosted(settings, name, dimensions, redaction, purse=purse or UNCOUNTED)


def _built_in(settings: Settings) -> Embedder | None:
    from bot.models.embedder import MiniLM
    from bot.models.remembered import Remembered
    from bot.models.weights import locate

    weights = locate(settings.models)
    return Remembered(MiniLM(weights)) if weights is not None else None


def writers(records: Records) -> Writers:
    """As the settings name models."""
    return Writers(partial(composer, records), partial(summariser, records), partial(drafter, records))


def without_models() -> Writers:
    from bot.models.condensed import Condensed
    from bot.models.extractive import Extractive
    from bot.models.outlined import Outlined

    def answers(_: ModelClass, embedder: Embedder | None) -> Composer:
        return Extractive(embedder)

    def summaries(_: ModelClass, embedder: Embedder | None) -> Composer:
        return Condensed(embedder)

    def drafts(_: ModelClass, embedder: Embedder | None) -> Composer:
        return Outlined(embedder)

    return Writers(answers, summaries, drafts)


def composer(records: Records, model_class: ModelClass, embedder: Embedder | None) -> Composer:
    """Strong: the strong models of the settings, then the fast ones. Fast: the fast ones alone, or the strong ones where
    none is named. And when none answers, the evidence's own words.
    """
    from bot.models.extractive import Extractive

    return _writing(records, model_class, Extractive(embedder), "write.md")


def summariser(records: Records, model_class: ModelClass, embedder: Embedder | None) -> Composer:
    """The same models, of conversations."""
    from bot.models.condensed import Condensed

    return _writing(records, model_class, Condensed(embedder), "summarise.md")


def drafter(records: Records, model_class: ModelClass, embedder: Embedder | None) -> Composer:
    """The same models, of texts for people to use; without them, sentences to write from."""
    from bot.models.drafted import SCHEMA_OF_A_TEXT
    from bot.models.outlined import Outlined

    return _writing(records, model_class, Outlined(embedder), "draft.md", SCHEMA_OF_A_TEXT)


def _writing(
    records: Records,
    model_class: ModelClass,
    otherwise: Composer,
    task: str,
    schema: Mapping[str, Any] | None = None,
) -> Composer:
    settings = records.settings
    first, then = of_class(settings, model_class)
    if not first:
        return otherwise
    from bot.models.classes import Models
    from bot.models.drafted import SCHEMA
    from bot.models.fallback import Fallback
    from bot.models.gateway.door import Limits
    from bot.models.prompt import packaged
    from bot.models.written import Written

    rest_s = _REST_OF_ONE_OF_SEVERAL_S if len(first) + len(then) > 1 else _REST_S
    limits = Limits(patience_s=settings.model_patience_s, rest_s=rest_s)
    best = _models(records, first, limits, share=_SHARE_OF_THE_STRONG if then else 1.0)
    missed = "a model wrote no answer, so the next did, or another composer; this is said once"
    models = Models([*best, *_models(records, then, limits)], missed=missed)
    return Fallback(Written(models, packaged(task), records.redaction, schema or SCHEMA), otherwise)


def of_class(settings: Settings, model_class: ModelClass) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Who writes first, and who writes then."""
    strong, fast = settings.strong, settings.fast
    if model_class == "fast":
        return fast or strong, {}
    return strong, {name: setting for name, setting in fast.items() if name not in strong}


def rewriter(records: Records) -> Rewriter | None:
    """Without one, a follow-up is searched with the questions before it."""
    settings = records.settings
    names = settings.fast or settings.strong
    if not names or not settings.rewrite_patience_s:
        return None
    from bot.models.classes import Models
    from bot.models.gateway.door import Limits
    from bot.models.rewriter import MOST_TOKENS, HostedRewriter

    limits = Limits(patience_s=settings.rewrite_patience_s, pause_s=0.2, rest_s=_REST_S)
    models = _models(records, names, limits, most_tokens=MOST_TOKENS)
    missed = "a model put no question in other words, so the next does, or it is searched with those before it; this is said once"
    return HostedRewriter(
        Models(models, missed=missed), patience_s=settings.rewrite_patience_s, redaction=records.redaction
    )


def proposer(records: Records) -> Proposer | None:
    """Without one, the words of a request say what is to be done."""
    settings = records.settings
    names = settings.strong or settings.fast
    if not names:
        return None
    from bot.models.classes import Models
    from bot.models.gateway.door import Limits
    from bot.models.proposer import MOST_TOKENS, HostedProposer

    patience_s = settings.answer_patience_s
    limits = Limits(patience_s=patience_s, pause_s=0.2, rest_s=_REST_S)
    models = _models(records, names, limits, most_tokens=MOST_TOKENS)
    missed = "a model did not say what is to be done, so the next does, or the words alone; this is said once"
    return HostedProposer(Models(models, missed=missed), patience_s=patience_s, redaction=records.redaction)


def guesser(records: Records, embedder: Embedder | None) -> Guesser:
    """By the rules' examples; before them a fast model, if one is named for it."""
    from bot.models.examples import ByExamples

    settings, examples = records.settings, ByExamples(embedder, records.settings.models.parent / "examples")
    if not settings.fast or not settings.route_patience_s:
        return examples
    from bot.models.classes import Models
    from bot.models.gateway.door import Limits
    from bot.models.sorter import MOST_TOKENS, HostedGuesser

    limits = Limits(patience_s=settings.route_patience_s, pause_s=0.2, rest_s=_REST_S)
    models = _models(records, settings.fast, limits, most_tokens=MOST_TOKENS)
    missed = "a model did not say what a message is after, so the next does, or the examples do; this is said once"
    return HostedGuesser(
        Models(models, missed=missed), examples, patience_s=settings.route_patience_s, redaction=records.redaction
    )


def judge(records: Records) -> Judge | None:
    """Without one, the contract alone decides."""
    settings = records.settings
    if not settings.judges or not settings.judge_patience_s:
        return None
    from bot.models.classes import Models
    from bot.models.gateway.door import Limits
    from bot.models.judge import MOST_TOKENS, HostedJudge

    limits = Limits(patience_s=settings.judge_patience_s, pause_s=0.2, rest_s=_REST_S)
    models = _models(records, settings.judges, limits, most_tokens=MOST_TOKENS)
    missed = "a model judged no claim, so the next does, or the contract alone decides; this is said once"
    return HostedJudge(Models(models, missed=missed), patience_s=settings.judge_patience_s, redaction=records.redaction)


def reranker(records: Records) -> Reranker | None:
    """Without one, what was found keeps its order."""
    settings, pays = records.settings, purse(records)
    if settings.reranker is None:
        return None
    from bot.models.declared import declared, unpriced
    from bot.models.gateway.door import Limits
    from bot.models.gateway.reranking import RerankingModel
    from bot.models.reranker import HostedReranker

    disclosure = declared(settings)
    limits = Limits(patience_s=settings.reranker_patience_s, pause_s=0.1, rest_s=_REST_S)
    model = RerankingModel(settings.reranker, limits, terms=disclosure.of(settings.reranker))
    if pays.limits_money and model.price is None:
        raise unpriced(variable("reranker"), settings.reranker)
    return HostedReranker(model, disclosure, pays, records.redaction, watch(records))


def purse(records: Records) -> Spending:
    """What questions may cost."""
    settings = records.settings
    return Spending(
        records.database,
        records.clock,
        by_one=Most.of(settings.budget_tokens_a_day_by_one, settings.budget_dollars_a_day_by_one),
        by_all=Most.of(settings.budget_tokens_a_day_by_all, settings.budget_dollars_a_day_by_all),
    )


def watch(records: Records) -> ModelWatch:
    """Which models are paused, and what becomes of those that are asked."""
    return ModelWatch(records.database, records.clock)


def ask_a_word(records: Records, name: str, setting: str) -> Silence | None:
    """Whether this model answers, paused or not, with nobody's words in what it is asked. None: it does."""
    from bot.models.classes import asked_alone
    from bot.models.gateway.door import Limits
    from bot.models.gateway.faults import NoReply
    from bot.models.prompt import Message

    limits = Limits(patience_s=_A_WORD_S, attempts=1)
    (model,) = _models(records, {name: setting}, limits, most_tokens=_A_WORD_TOKENS, looked_after=False)
    errand = Errand(whose="doctor", until=timer() + _A_WORD_S)  # from here: what was imported above takes seconds
    try:
        asked_alone(model, [Message("user", 'Say yes, as JSON: {"said": "yes"}')], _A_WORD, errand)
    except NoReply as fault:
        return Silence(fault.kind.value, model.gateway.settings_of(fault))
    return None


def _models(
    records: Records,
    names: Mapping[str, str],
    limits: "Limits",
    *,
    share: float = 1.0,
    most_tokens: int | None = None,
    looked_after: bool = True,
) -> list["Model"]:
    """Each on its terms, and counted against the budgets. One that cannot be counted is told of before it is asked."""
    from bot.models.classes import Model
    from bot.models.declared import declared, unpriced
    from bot.models.gateway.completion import MOST_TOKENS, Gateway
    from bot.models.paid import UNWATCHED

    disclosure, pays, made = declared(records.settings), purse(records), []
    looks_after = watch(records) if looked_after else UNWATCHED
    for name, setting in names.items():
        terms, most = disclosure.of(name), most_tokens or MOST_TOKENS
        gateway = Gateway(name, limits, setting=setting, most_tokens=most, terms=terms)
        if pays.limits_money and gateway.price is None:
            raise unpriced(setting, name)
        made.append(Model(gateway, disclosure, pays, share=share, watch=looks_after))
    return made
