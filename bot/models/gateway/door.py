"""The one door to LiteLLM: nothing else imports it, and this only when there is a model to call, for it takes seconds.

What every call has in common is here: how long it may take, what is tried again, and what its errors are called. No
message of an error, and nothing that LiteLLM prints or logs, goes through.
"""

import logging
import time
import warnings
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as OutOfTime
from threading import Thread
from typing import Any, Final, Literal, NamedTuple, TypeVar

from pydantic import BaseModel, ConfigDict, TypeAdapter

from bot.core.errors import BadUse
from bot.models.gateway.faults import AskOtherwise, Kind, LookAtSettings, NoReply, TryAgain
from bot.settings import quiet_libraries

_CHATTY = ("LiteLLM", "LiteLLM Router", "LiteLLM Proxy", "openai", "httpx")
_KEYS: TypeAdapter[tuple[str, ...]] = TypeAdapter(tuple[str, ...])
_MOST_OF_A_NAME = 100

Result = TypeVar("Result")


class Limits(NamedTuple):
    """`patience_s` is for one call, with everything that is tried again in it. `rest_s`: how long nobody is asked again who
    has just not answered, so that only one of many questions waits for a server that is away.
    """

    patience_s: float = 30
    pause_s: float = 0.5
    attempts: int = 3
    rest_s: float = 0

    def until(self) -> float:
        """When the patience for a call that begins now ends."""
        return time.monotonic() + self.patience_s


class Wire(BaseModel):
    """What comes back, as far as it is read."""

    model_config = ConfigDict(from_attributes=True, extra="ignore")


class Door:
    """One model, by the name that LiteLLM knows it by. Its key is in its provider's own variable; `setting` is the
    variable that names the model.
    """

    def __init__(self, model: str, *, setting: str) -> None:
        self._litellm = quiet_litellm()
        self._setting = setting
        self.model = model
        self.provider = _provider(self._litellm, model, setting)
        self._rest = (0.0, Kind.UNREACHABLE)  # until when, and why

    @property
    def missing(self) -> tuple[str, ...]:
        """The variables of this provider that are not set. Some providers can do without."""
        return _KEYS.validate_python(self._litellm.validate_environment(self.model)["missing_keys"])

    def settings_of(self, fault: NoReply) -> tuple[str, ...]:
        """Where to look, when a setting is the reason."""
        if not isinstance(fault, LookAtSettings):
            return ()
        return (self._setting,) if fault.kind is not Kind.KEY else self.missing or (f"the key of {self.provider}",)

    @property
    def keeps_schema(self) -> bool:
        return bool(self._litellm.supports_response_schema(self.model))

    @property
    def parameters(self) -> tuple[str, ...]:
        """Of a completion: those that this model is known to take."""
        return tuple(self._litellm.get_supported_openai_params(self.model, custom_llm_provider=self.provider) or ())

    def call(self, what: Literal["completion", "embedding", "rerank"], until: float, **asked: object) -> object:
        """Once, and no longer than until then."""
        left_s = max(until - time.monotonic(), 0.001)

        def send() -> object:
            return getattr(self._litellm, what)(
                model=self.model,
                timeout=left_s,
                drop_params=True,  # what this model does not take, such as a temperature
                num_retries=0,
                max_retries=0,  # ours are enough
                **asked,
            )

        try:
            return _no_longer_than(left_s, send)
        except NoReply:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a provider's adapter raises, there is no reply
            raise self._named(error) from None  # its message, and those before it, end here

    def patiently(self, once: Callable[[], Result], until: float, limits: Limits) -> Result:
        """Tries again what may pass, for as long as patience lasts."""
        rests_until, why = self._rest
        if limits.rest_s and time.monotonic() < rests_until:
            raise TryAgain(why)
        try:
            return _tried(once, until, limits)
        except TryAgain as passing:
            self._rest = (time.monotonic() + limits.rest_s, passing.kind)
            raise

    def _named(self, error: Exception) -> NoReply:
        """LiteLLM reports a key that is not there as a fault of the server, which no waiting mends."""
        named = _named(self._litellm, error)
        is_ours = isinstance(named, TryAgain) and named.kind is Kind.UNREACHABLE and self.missing
        return LookAtSettings(Kind.KEY) if is_ours else named


def _tried(once: Callable[[], Result], until: float, limits: Limits) -> Result:
    for attempt in range(1, limits.attempts + 1):
        try:
            return once()
        except TryAgain as passing:
            pause = passing.wait_s if passing.wait_s is not None else limits.pause_s * attempt
            if attempt == limits.attempts or passing.kind is Kind.TIMEOUT or time.monotonic() + pause >= until:
                raise
            time.sleep(pause)
    raise AssertionError("the last attempt returns or raises")


def a_name(said: str) -> str:
    """What a server calls itself, as something that can be kept."""
    return "".join(character for character in said[:_MOST_OF_A_NAME] if character.isprintable())


def quiet_litellm() -> Any:
    """It prints, and it logs what it is given, as does the SDK under it: neither goes anywhere."""
    quiet_libraries()  # before the import, whoever it is that asks for it first
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # some of its models are built when they are first needed, and warn then
        import litellm

        library: Any = litellm
        _ = library.ModelResponse(), library.EmbeddingResponse(), library.RerankResponse()
    library.suppress_debug_info = True
    library.DEFAULT_MAX_RETRIES = 0  # it takes `max_retries=0` of an embedding for nothing said, and tries twice again
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    return library


def _provider(litellm: Any, model: str, setting: str) -> str:
    try:
        return str(litellm.get_llm_provider(model)[1])
    except litellm.exceptions.BadRequestError:
        raise BadUse(
            f"{setting} names no model that can be called: {model!r}. It takes PROVIDER/MODEL, such as "
            "openai/NAME, anthropic/NAME or ollama/NAME, as LiteLLM knows them. Unset it to do without."
        ) from None


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


_BY_STATUS: Final[Mapping[int, tuple[type[NoReply], Kind]]] = {
    400: (AskOtherwise, Kind.NOT_ACCEPTED),
    401: (LookAtSettings, Kind.KEY),
    403: (LookAtSettings, Kind.KEY),
    404: (LookAtSettings, Kind.UNKNOWN_MODEL),
    408: (TryAgain, Kind.TIMEOUT),
    413: (AskOtherwise, Kind.TOO_LONG),
    422: (AskOtherwise, Kind.NOT_ACCEPTED),
    429: (TryAgain, Kind.BUSY),
}


def _named(litellm: Any, error: Exception) -> NoReply:
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
