"""Which of several models answers, and on what terms? In order: whoever may not be sent this, rests, or has no budget left
is passed over, and nothing is sent there; whoever gives no answer is followed by the next, while there is time.

Nothing is sent to a model but from here, from the reranker and from the embedder, each by the same terms.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, NamedTuple, TypeVar

import structlog

from bot.core.clock import timer
from bot.core.nouns import Account, Call, Passed, Sent
from bot.core.ports import Cost, Errand, Purse, Watch
from bot.models.gateway.completion import Completion, Gateway, Hear
from bot.models.gateway.faults import Kind, NoReply, NotAsked
from bot.models.paid import UNWATCHED, check_there, microdollars, paid, tokens_of
from bot.models.prompt import Message
from policies.disclosure import Disclosure
from policies.redaction.view import Removed

_TOKENS_OUT: Final = 500  # of a draft, as a rule; what it was in the end is settled afterwards
_TERMS: Final = "FOOTNOTE_MODEL_TERMS"

Said = TypeVar("Said")

log = structlog.get_logger()


class Matter(NamedTuple):
    """What is sent beside a question: so many passages, of these sources. `removed`: what was masked in all of it."""

    passages: int = 0
    sources: frozenset[str] = frozenset()
    removed: Removed = MappingProxyType({})


class Nobody(NoReply):
    """None of the models gave what it was asked for. `kind` and `first` are of the one that should have."""

    def __init__(self, kind: Kind, first: str, account: Account) -> None:
        super().__init__(kind)
        self.first, self.account = first, account


@dataclass
class _Book:
    passed: list[Passed] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)

    @property
    def account(self) -> Account:
        return Account(passed=tuple(self.passed), sent=tuple(self.sent), calls=tuple(self.calls))


class Model:
    """One model, what it may be sent, what pays for it, and who looks after it. `share`: how much of each budget may be
    gone with it.
    """

    def __init__(
        self,
        gateway: Gateway,
        disclosure: Disclosure,
        purse: Purse,
        *,
        share: float = 1.0,
        watch: Watch = UNWATCHED,
    ) -> None:
        self.gateway, self._disclosure, self._purse, self._share = gateway, disclosure, purse, share
        self.watch = watch

    @property
    def name(self) -> str:
        return self.gateway.model

    def ask(
        self, messages: Sequence[Message], schema: Mapping[str, Any], turn: "Turn", book: _Book, hear: Hear | None
    ) -> Completion:
        """(1) may it be asked, and sent this? (2) is there time, and is it there? (3) is there money? Only then is it sent."""
        if self.watch.is_paused(self.name):
            raise NotAsked(Kind.PAUSED)
        sent = sending(self._disclosure, self.name, turn.matter)
        if sent is None:
            raise NotAsked(Kind.NOT_ALLOWED)
        check_there(self.gateway.rests, turn.until)

        def send() -> Completion:
            if sent not in book.sent:
                book.sent.append(sent)
            said = self.gateway.ask(messages, schema, until=turn.until, hear=hear)
            book.calls.append(said.call)
            return said

        whose, estimated = turn.errand.whose, self._estimated(messages)
        return paid(self._purse, whose, estimated, send, share=self._share, came_to=lambda said: _cost(said.call))

    def _estimated(self, messages: Sequence[Message]) -> Cost:
        tokens_in = tokens_of(message.content for message in messages)
        dollars = self.gateway.costs(tokens_in, _TOKENS_OUT)
        return Cost(tokens_in + _TOKENS_OUT, microdollars(dollars))


class Turn(NamedTuple):
    """One model's turn on an errand; it may be asked more than once in it."""

    model: Model
    errand: Errand
    matter: Matter
    until: float
    book: _Book

    def ask(self, messages: Sequence[Message], schema: Mapping[str, Any], hear: Hear | None = None) -> Completion:
        return self.model.ask(messages, schema, self, self.book, hear)


def asked_alone(model: Model, messages: Sequence[Message], schema: Mapping[str, Any], errand: Errand) -> Completion:
    """One call, of which no answer is made: whether it answers at all."""
    return Turn(model, errand, Matter(), errand.until, _Book()).ask(messages, schema)


class Models:
    """A class of models, the best first. `missed` tells an operator what is done without an answer of one."""

    def __init__(self, models: Sequence[Model], *, missed: str) -> None:
        assert models, "without a model there is nothing to ask"
        self._models, self._missed = tuple(models), missed
        self._said: set[tuple[str, Kind]] = set()

    @property
    def name(self) -> str:
        return self._models[0].name

    def first(self, errand: Errand, matter: Matter, speak: Callable[[Turn], Said]) -> tuple[Said, Model, Account]:
        """What the first of them says that says something, and what that came to. `speak` raises `NoReply`, too, for what
        cannot be used. `Nobody`, if there is none.
        """
        book, kinds = _Book(), []
        for at, model in enumerate(self._models):
            turn = Turn(model, errand, matter, _share(errand.until, len(self._models) - at), book)
            try:
                said = speak(turn)
            except NoReply as fault:
                kinds.append(fault.kind)
                if not isinstance(fault, NotAsked):
                    model.watch.heard(model.name, fault.kind.value)
                budget = fault.budget if isinstance(fault, NotAsked) else None
                book.passed.append(Passed(model=model.name, because=fault.kind.value, budget=budget))
                self._say_once(model, fault)
                continue
            model.watch.heard(model.name, None)
            return said, model, book.account
        raise Nobody(kinds[0], self.name, book.account)

    def _say_once(self, model: Model, fault: NoReply) -> None:
        """An operator reads it; it says the kind of error, and which settings to look at."""
        if (model.name, fault.kind) in self._said:
            return
        self._said.add((model.name, fault.kind))
        look_at = (_TERMS,) if fault.kind is Kind.NOT_ALLOWED else model.gateway.settings_of(fault)
        log.warning(
            self._missed,
            model=model.name,
            because=fault.kind.value,
            **({"look_at": " and ".join(look_at)} if look_at else {}),
        )


def sending(disclosure: Disclosure, model: str, matter: Matter) -> Sent | None:
    """None: it may not be sent this."""
    if not disclosure.may_be_sent(model, matter.sources):
        return None
    terms = disclosure.of(model)
    return Sent(
        model=model,
        host=terms.is_at,
        region=terms.region,
        passages=matter.passages,
        sources=tuple(sorted(matter.sources)),
        removed=dict(matter.removed),
    )


def _share(until: float, turns: int) -> float:
    """Whoever is first leaves time to those after it."""
    now = timer()
    return now + (until - now) / turns


def _cost(call: Call) -> Cost | None:
    if call.tokens_in is None or call.tokens_out is None:
        return None
    return Cost(call.tokens_in + call.tokens_out, microdollars(call.dollars))
