"""A model's words: one completion, held to a shape as far as the model can be."""

import math
import re
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple

from pydantic import Field, ValidationError

from bot.core.nouns import Call, HeldTo
from bot.models.gateway.door import ANY_TERMS, Door, Limits, Wire, a_name
from bot.models.gateway.faults import AskOtherwise, BrokenOff, Kind, NoReply
from bot.models.prompt import Message
from policies.disclosure import Terms

MOST_TOKENS = 4096  # a draft takes some hundred; some models count what they think as well
_MOST_HEARD: Final = 100_000  # characters, of a model that does not stop
_WITH_USAGE: Final[Mapping[str, object]] = {"stream": True, "stream_options": {"include_usage": True}}
_NOT_SO: Final = frozenset({Kind.NOT_ACCEPTED, Kind.MALFORMED})
_STRING: Final = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)


Hear = Callable[[str], None]
"""Each piece of what a model says, as it says it."""
_Send = Callable[[Mapping[str, Any]], object]


class Completion(NamedTuple):
    text: str
    call: Call


class Gateway:
    """One model that writes. What its terms do not say of its price and its server is as LiteLLM knows it."""

    def __init__(
        self,
        model: str,
        limits: Limits,
        *,
        setting: str = "FOOTNOTE_MODEL",
        most_tokens: int = MOST_TOKENS,
        terms: Terms = ANY_TERMS,
    ) -> None:
        self._door, self._most_tokens = Door(model, setting=setting, terms=terms), most_tokens
        self.limits, self.price = limits, self._door.price
        keeps = self._door.keeps_schema if terms.keeps_schema is None else terms.keeps_schema
        self._streams = "stream" in self._door.parameters
        self._held_to: HeldTo = "schema" if keeps else "json" if "response_format" in self._door.parameters else "words"

    @property
    def model(self) -> str:
        return self._door.model

    def settings_of(self, fault: NoReply) -> tuple[str, ...]:
        return self._door.settings_of(fault)

    @property
    def rests(self) -> Kind | None:
        """Why it is not asked just now."""
        return self._door.rests(self.limits)

    def ask(
        self,
        messages: Sequence[Message],
        schema: Mapping[str, Any],
        *,
        until: float = math.inf,
        hear: Hear | None = None,
    ) -> Completion:
        """Within its own patience, and no longer than until then. With `hear`, what is said is heard as it is said; what
        was heard and breaks off ends as `BrokenOff`.
        """
        began, until = time.monotonic(), min(until, self.limits.until())

        def whole(shape: Mapping[str, Any]) -> object:
            return self._door.call("completion", until, **self._asked(messages), **shape)

        def once() -> tuple[object, HeldTo]:
            if hear is None or not self._streams:
                return self._held(whole, schema)
            return self._streamed(
                lambda shape: self._listened(hear, until, self._asked(messages), shape), whole, schema
            )

        said, held_to = self._door.patiently(once, until, self.limits)
        return self._completion(_answered(said), held_to, ms=(time.monotonic() - began) * 1000)

    def _streamed(self, listened: _Send, whole: _Send, schema: Mapping[str, Any]) -> tuple[object, HeldTo]:
        """Some servers take no such request, and are asked for the whole from then on; some say nothing to one."""
        try:
            return self._held(listened, schema)
        except AskOtherwise as refused:
            if refused.kind not in _NOT_SO:
                raise
            answered = self._held(whole, schema)
            self._streams = refused.kind is not Kind.NOT_ACCEPTED
            return answered

    def _held(self, send: _Send, schema: Mapping[str, Any]) -> tuple[object, HeldTo]:
        """Some servers refuse whoever holds them to a shape. They are only told of it, from then on."""
        held_to = self._held_to
        if held_to != "words":
            try:
                return send(_format(held_to, schema)), held_to
            except AskOtherwise as refused:
                if refused.kind is not Kind.NOT_ACCEPTED:
                    raise
        said = send({})
        self._held_to = "words"
        return said, "words"

    def _listened(self, hear: Hear, until: float, asked: Mapping[str, object], shape: Mapping[str, Any]) -> "_Answered":
        """What LiteLLM says of the end is not believed: a stream that was cut off ends with it as one that was not."""
        heard = _Heard()
        try:
            for piece in self._door.stream(until, self.limits.idle_s, **asked, **_WITH_USAGE, **shape):
                if text := heard.take(piece):
                    hear(text)
                if heard.characters > _MOST_HEARD:
                    break
        except NoReply as fault:
            raise BrokenOff(fault.kind, wait_s=fault.wait_s) if heard.characters else fault from None
        if not heard.characters:
            raise AskOtherwise(Kind.MALFORMED)
        if heard.is_cut:
            raise BrokenOff(Kind.UNREACHABLE)
        return heard.answered

    def _asked(self, messages: Sequence[Message]) -> dict[str, object]:
        return {
            "messages": [message._asdict() for message in messages],
            "temperature": 0,
            "max_tokens": self._most_tokens,
        }

    def _completion(self, answered: "_Answered", held_to: HeldTo, *, ms: float) -> Completion:
        choice, usage = answered.choices[0], answered.usage
        tokens_in, tokens_out = usage.prompt_tokens or None, usage.completion_tokens or None
        known = self.price is not None and tokens_in is not None and tokens_out is not None
        call = Call(
            model=a_name(answered.model or ""),
            tokens_in=tokens_in,
            tokens_out=tokens_out,
            ms=round(ms, 2),
            dollars=self.costs(tokens_in or 0, tokens_out or 0) if known else None,
            held_to=held_to,
        )
        return Completion(choice.message.content or "", call)

    def costs(self, tokens_in: int, tokens_out: int) -> float | None:
        """In dollars. None: nobody knows."""
        return self.price.of(tokens_in, tokens_out) if self.price is not None else None


def _format(held_to: Literal["schema", "json"], schema: Mapping[str, Any]) -> dict[str, Any]:
    if held_to == "json":
        return {"response_format": {"type": "json_object"}}
    shape = {"name": "reply", "strict": True, "schema": dict(schema)}
    return {"response_format": {"type": "json_schema", "json_schema": shape}}


class _Message(Wire):
    content: str | None = None


class _Choice(Wire):
    message: _Message
    finish_reason: str | None = None


class _Usage(Wire):
    """A server that says nothing of it comes back as 0."""

    prompt_tokens: int = Field(default=0, ge=0)
    completion_tokens: int = Field(default=0, ge=0)


class _Answered(Wire):
    model: str | None = None
    choices: list[_Choice] = Field(min_length=1)
    usage: _Usage = _Usage()


def _answered(said: object) -> _Answered:
    try:
        answered = _Answered.model_validate(said)
    except ValidationError:
        raise AskOtherwise(Kind.MALFORMED) from None
    if answered.choices[0].finish_reason == "content_filter":
        raise AskOtherwise(Kind.FILTERED)
    return answered


class _Delta(Wire):
    content: str | None = None


class _More(Wire):
    delta: _Delta = _Delta()
    finish_reason: str | None = None


class _Piece(Wire):
    model: str | None = None
    choices: tuple[_More, ...] = ()
    usage: _Usage | None = None


class _Heard:
    """The pieces of one completion, put together as if it had come whole."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._model: str | None = None
        self._ends: str | None = None
        self._usage = _Usage()
        self.characters = 0

    def take(self, said: object) -> str:
        """What is new in it."""
        try:
            piece = _Piece.model_validate(said)
        except ValidationError:
            raise AskOtherwise(Kind.MALFORMED) from None
        more = piece.choices[0] if piece.choices else _More()
        self._model, self._usage = piece.model or self._model, piece.usage or self._usage
        self._ends = more.finish_reason or self._ends
        text = more.delta.content or ""
        self._texts.append(text)
        self.characters += len(text)
        return text

    @property
    def is_cut(self) -> bool:
        """Within an object, though nobody says that there was no room for its end."""
        left = _STRING.sub("", "".join(self._texts))
        return self._ends != "length" and self.characters <= _MOST_HEARD and left.count("{") > left.count("}")

    @property
    def answered(self) -> _Answered:
        choice = _Choice(message=_Message(content="".join(self._texts)), finish_reason=self._ends)
        return _Answered(model=self._model, choices=[choice], usage=self._usage)
