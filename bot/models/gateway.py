"""One call to a language model, through LiteLLM; nothing else imports it, and this only when there is a model to call,
for it takes seconds.

Errors are named by recovery and carry the kind of what went wrong: never its message, which may hold what was asked,
what somebody must not read, or a key.
"""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as OutOfTime
from enum import StrEnum
from threading import Thread
from typing import Any, Final, NamedTuple, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from bot.core.errors import BadUse
from bot.core.nouns import Call
from bot.models.prompt import Message
from bot.settings import quiet_libraries

_ATTEMPTS = 3
_MOST_TOKENS = 4096  # a draft takes some hundred; some models count what they think as well
_MOST_OF_A_NAME = 100
_CHATTY = ("LiteLLM", "LiteLLM Router", "LiteLLM Proxy", "openai", "httpx")
_KEYS: TypeAdapter[tuple[str, ...]] = TypeAdapter(tuple[str, ...])

Result = TypeVar("Result")


class Kind(StrEnum):
    TIMEOUT = "timeout"
    BUSY = "busy"
    UNREACHABLE = "unreachable"  # no connection, or a fault on the server's side
    KEY = "key"
    UNKNOWN_MODEL = "unknown_model"
    TOO_LONG = "too_long"
    FILTERED = "filtered"
    NOT_ACCEPTED = "not_accepted"
    MALFORMED = "malformed"  # not what a model's server answers


class NoCompletion(Exception):  # noqa: N818 - named by recovery, not by kind
    """The model did not answer. Each kind says what helps."""

    def __init__(self, kind: Kind, *, wait_s: float | None = None) -> None:
        super().__init__(kind)
        self.kind, self.wait_s = kind, wait_s


class TryAgain(NoCompletion):
    """The same call may be answered a moment later; `wait_s` is what the server asks for."""


class LookAtSettings(NoCompletion):
    """Somebody has to correct a setting first."""


class AskOtherwise(NoCompletion):
    """The same call is never answered as it is put."""


class Limits(NamedTuple):
    """`patience_s` is for one call, with everything that is tried again in it."""

    patience_s: float = 30
    pause_s: float = 0.5


class Completion(NamedTuple):
    text: str
    call: Call


class Gateway:
    """One model, by the name that LiteLLM knows it by. Its key is in its provider's own variable."""

    def __init__(self, model: str, limits: Limits) -> None:
        self._litellm = _quiet_litellm()
        self._limits = limits
        self.model = model
        self.provider = _provider(self._litellm, model)
        self._format = _format(self._litellm, model, self.provider)
        self._takes_format = True

    @property
    def missing(self) -> tuple[str, ...]:
        """The variables of this provider that are not set. Some providers can do without."""
        return _KEYS.validate_python(self._litellm.validate_environment(self.model)["missing_keys"])

    def settings_of(self, kind: Kind) -> tuple[str, ...]:
        """Where to look when a setting is the reason."""
        return ("FOOTNOTE_MODEL",) if kind is not Kind.KEY else self.missing or (f"the key of {self.provider}",)

    def ask(self, messages: Sequence[Message], schema: Mapping[str, Any]) -> Completion:
        """Tries again what may pass, for as long as patience lasts."""
        began = time.monotonic()
        until = began + self._limits.patience_s
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                said = self._once(until, messages, schema)
                return _completion(said, ms=(time.monotonic() - began) * 1000)
            except TryAgain as passing:
                pause = passing.wait_s if passing.wait_s is not None else self._limits.pause_s * attempt
                if attempt == _ATTEMPTS or passing.kind is Kind.TIMEOUT or time.monotonic() + pause >= until:
                    raise
                time.sleep(pause)
        raise AssertionError("the last attempt returns or raises")

    def _once(self, until: float, messages: Sequence[Message], schema: Mapping[str, Any]) -> object:
        """Some servers refuse whoever holds them to a shape. They are only told of it, from then on."""
        if self._takes_format:
            try:
                return self._within(until, messages, self._format(schema))
            except AskOtherwise as refused:
                if refused.kind is not Kind.NOT_ACCEPTED:
                    raise
        said = self._within(until, messages, {})
        self._takes_format = False
        return said

    def _within(self, until: float, messages: Sequence[Message], shape: Mapping[str, Any]) -> object:
        left_s = max(until - time.monotonic(), 0.001)
        try:
            return _no_longer_than(left_s, lambda: self._send(messages, shape, left_s))
        except NoCompletion:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a provider's adapter raises, there is no completion
            raise self._named(error) from None  # its message, and those before it, end here

    def _send(self, messages: Sequence[Message], shape: Mapping[str, Any], timeout_s: float) -> object:
        return self._litellm.completion(
            model=self.model,
            messages=[message._asdict() for message in messages],
            temperature=0,
            max_tokens=_MOST_TOKENS,
            timeout=timeout_s,
            drop_params=True,  # what this model does not take, such as a temperature
            num_retries=0,
            max_retries=0,  # ours are enough
            **shape,
        )

    def _named(self, error: Exception) -> NoCompletion:
        """LiteLLM reports a key that is not there as a fault of the server, which no waiting mends."""
        named = _named(self._litellm, error)
        is_ours = isinstance(named, TryAgain) and named.kind is Kind.UNREACHABLE and self.missing
        return LookAtSettings(Kind.KEY) if is_ours else named


def _quiet_litellm() -> Any:
    """It prints, and it logs what it is given, as does the SDK under it: neither goes anywhere."""
    quiet_libraries()  # before the import, whoever it is that asks for it first
    import litellm

    litellm.suppress_debug_info = True
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    return litellm


def _provider(litellm: Any, model: str) -> str:
    try:
        return str(litellm.get_llm_provider(model)[1])
    except litellm.exceptions.BadRequestError:
        raise BadUse(
            f"FOOTNOTE_MODEL names no model that can be called: {model!r}. It takes PROVIDER/MODEL, such as "
            "openai/NAME, anthropic/NAME or ollama/NAME, as LiteLLM knows them. Unset it to do without a model."
        ) from None


def _format(litellm: Any, model: str, provider: str) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    """What the model can be held to: our schema, or JSON of any shape, or nothing but what it is told."""
    if litellm.supports_response_schema(model):
        return lambda schema: {
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "draft", "strict": True, "schema": dict(schema)},
            }
        }
    if "response_format" in (litellm.get_supported_openai_params(model, custom_llm_provider=provider) or ()):
        return lambda _: {"response_format": {"type": "json_object"}}
    return lambda _: {}


def _no_longer_than(seconds: float, call: Callable[[], Result]) -> Result:
    """HTTP clients count from byte to byte: a server that keeps the line open would hold them for ever. Whoever is held
    holds neither us nor the end of the process.
    """
    done: Future[Result] = Future()

    def run() -> None:
        try:
            done.set_result(call())
        except Exception as error:  # noqa: BLE001 - it is raised where the result is awaited
            done.set_exception(error)

    Thread(target=run, name="model", daemon=True).start()
    try:
        return done.result(seconds)
    except OutOfTime:
        raise TryAgain(Kind.TIMEOUT) from None


_BY_STATUS: Final[Mapping[int, tuple[type[NoCompletion], Kind]]] = {
    400: (AskOtherwise, Kind.NOT_ACCEPTED),
    401: (LookAtSettings, Kind.KEY),
    403: (LookAtSettings, Kind.KEY),
    404: (LookAtSettings, Kind.UNKNOWN_MODEL),
    408: (TryAgain, Kind.TIMEOUT),
    413: (AskOtherwise, Kind.TOO_LONG),
    422: (AskOtherwise, Kind.NOT_ACCEPTED),
    429: (TryAgain, Kind.BUSY),
}


def _named(litellm: Any, error: Exception) -> NoCompletion:
    if isinstance(error, litellm.exceptions.ContextWindowExceededError):
        return AskOtherwise(Kind.TOO_LONG)
    if isinstance(error, litellm.exceptions.ContentPolicyViolationError):
        return AskOtherwise(Kind.FILTERED)
    named, kind = _BY_STATUS.get(getattr(error, "status_code", 0), (TryAgain, Kind.UNREACHABLE))
    return named(kind, wait_s=_asked_to_wait(error))


def _asked_to_wait(error: Exception) -> float | None:
    """`Retry-After`, where it is in seconds."""
    headers = getattr(error, "litellm_response_headers", None) or {}
    try:
        return max(0.0, float(headers.get("retry-after", "")))
    except ValueError:
        return None


class _Wire(BaseModel):
    model_config = ConfigDict(from_attributes=True, extra="ignore")


class _Message(_Wire):
    content: str | None = None


class _Choice(_Wire):
    message: _Message
    finish_reason: str | None = None


class _Usage(_Wire):
    prompt_tokens: int = Field(default=0, ge=0)
    completion_tokens: int = Field(default=0, ge=0)


class _Answered(_Wire):
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
        model=_a_name(answered.model or ""),
        tokens_in=answered.usage.prompt_tokens,
        tokens_out=answered.usage.completion_tokens,
        ms=round(ms, 2),
    )
    return Completion(choice.message.content or "", call)


def _a_name(said: str) -> str:
    """What a server calls itself, as something that can be kept."""
    return "".join(character for character in said[:_MOST_OF_A_NAME] if character.isprintable())
