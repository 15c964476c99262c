"""A model's words: one completion, held to a shape as far as the model can be."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from pydantic import Field, ValidationError

from bot.core.nouns import Call
from bot.models.gateway.door import Door, Limits, Wire, a_name
from bot.models.gateway.faults import AskOtherwise, Kind, NoReply
from bot.models.prompt import Message

_MOST_TOKENS = 4096  # a draft takes some hundred; some models count what they think as well


class Completion(NamedTuple):
    text: str
    call: Call


class Gateway:
    """One model that writes."""

    def __init__(
        self, model: str, limits: Limits, *, setting: str = "FOOTNOTE_MODEL", most_tokens: int = _MOST_TOKENS
    ) -> None:
        self._door, self._limits, self._most_tokens = Door(model, setting=setting), limits, most_tokens
        self._format = _format(self._door)
        self._takes_format = True

    @property
    def model(self) -> str:
        return self._door.model

    def settings_of(self, fault: NoReply) -> tuple[str, ...]:
        return self._door.settings_of(fault)

    def ask(self, messages: Sequence[Message], schema: Mapping[str, Any]) -> Completion:
        began, until = time.monotonic(), self._limits.until()
        said = self._door.patiently(lambda: self._once(until, messages, schema), until, self._limits)
        return _completion(said, ms=(time.monotonic() - began) * 1000)

    def _once(self, until: float, messages: Sequence[Message], schema: Mapping[str, Any]) -> object:
        """Some servers refuse whoever holds them to a shape. They are only told of it, from then on."""
        if self._takes_format:
            try:
                return self._sent(until, messages, self._format(schema))
            except AskOtherwise as refused:
                if refused.kind is not Kind.NOT_ACCEPTED:
                    raise
        said = self._sent(until, messages, {})
        self._takes_format = False
        return said

    def _sent(self, until: float, messages: Sequence[Message], shape: Mapping[str, Any]) -> object:
        return self._door.call(
            "completion",
            until,
            messages=[message._asdict() for message in messages],
            temperature=0,
            max_tokens=self._most_tokens,
            **shape,
        )


def _format(door: Door) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    """What the model can be held to: our schema, or JSON of any shape, or nothing but what it is told."""
    if door.keeps_schema:
        return lambda schema: {
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "reply", "strict": True, "schema": dict(schema)},
            }
        }
    if "response_format" in door.parameters:
        return lambda _: {"response_format": {"type": "json_object"}}
    return lambda _: {}


class _Message(Wire):
    content: str | None = None


class _Choice(Wire):
    message: _Message
    finish_reason: str | None = None


class _Usage(Wire):
    prompt_tokens: int = Field(default=0, ge=0)
    completion_tokens: int = Field(default=0, ge=0)


class _Answered(Wire):
    model: str | None = None
    choices: list[_Choice] = Field(min_length=1)
    usage: _Usage = _Usage()


def _completion(said: object, *, ms: float) -> Completion:
    try:
        answered = _Answered.model_validate(said)
    except ValidationError:
        raise AskOtherwise(Kind.MALFORMED) from None
    choice = answered.choices[0]
    if choice.finish_reason == "content_filter":
        raise AskOtherwise(Kind.FILTERED)
    call = Call(
        model=a_name(answered.model or ""),
        tokens_in=answered.usage.prompt_tokens,
        tokens_out=answered.usage.completion_tokens,
        ms=round(ms, 2),
    )
    return Completion(choice.message.content or "", call)
