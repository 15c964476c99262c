"""The one door to LiteLLM: nothing else imports it, and this only when there is a model to call, for it takes seconds.

What every call has in common is here: how long it may take, what is tried again, and what its errors are called. No
message of an error, and nothing that LiteLLM prints or logs, goes through.
"""

import logging
import time
import warnings
from collections.abc import Callable, Generator, Iterator, Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as OutOfTime
from contextlib import closing, suppress
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import Any, Final, Literal, NamedTuple, TypeVar

from pydantic import BaseModel, ConfigDict, TypeAdapter

from bot.core.errors import BadUse
from bot.models.gateway.faults import AskOtherwise, BrokenOff, Kind, LookAtSettings, NoReply, TryAgain
from bot.settings import quiet_libraries
from policies.disclosure import UNDECLARED, Terms

_CHATTY = ("LiteLLM", "LiteLLM Router", "LiteLLM Proxy", "openai", "httpx")
_OLD_WAYS = r"Accessing the 'model_(?:computed_)?fields' attribute on the instance is deprecated"
_KEYS: TypeAdapter[tuple[str, ...]] = TypeAdapter(tuple[str, ...])
_MOST_OF_A_NAME = 100
_A_MILLION = 1_000_000
_MOST_WAITING = 4096  # pieces that nobody has heard yet
_LOOK_S = 0.1
ANY_TERMS: Final = UNDECLARED.of("")

Result = TypeVar("Result")


class Limits(NamedTuple):
    """`patience_s` is for one call, with everything that is tried again in it. `rest_s`: how long nobody is asked again who
    has just not answered, so that only one of many questions waits for a server that is away. `idle_s`: how long a server
    that has begun to answer may say nothing.
    """

    patience_s: float = 30
    pause_s: float = 0.5
    attempts: int = 3
    rest_s: float = 0
    idle_s: float = 8

    def until(self) -> float:
        """When the patience for a call that begins now ends."""
        return time.monotonic() + self.patience_s


class Price(NamedTuple):
    """In dollars, of one token that goes in and of one that comes out, and of a call as such."""

    token_in: float
    token_out: float
    a_call: float = 0.0

    def of(self, tokens_in: int, tokens_out: int = 0) -> float:
        """To the last digit that means something."""
        return round(tokens_in * self.token_in + tokens_out * self.token_out + self.a_call, 9)


class Wire(BaseModel):
    """What comes back, as far as it is read."""

    model_config = ConfigDict(from_attributes=True, extra="ignore")


class Door:
    """One model, by the name that LiteLLM knows it by. Its key is in its provider's own variable; `setting` is the
    variable that names the model. If its terms say an address it is called there, whatever any other variable says; and
    if they say a price, that holds.
    """

    def __init__(self, model: str, *, setting: str, terms: Terms = ANY_TERMS) -> None:
        self._litellm = quiet_litellm()
        self._setting, self._terms = setting, terms
        self._where = {"api_base": terms.address} if terms.address is not None else {}
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
        left_s = _left_s(until)
        try:
            return _no_longer_than(left_s, lambda: self._send(what, left_s, asked))
        except NoReply:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a provider's adapter raises, there is no reply
            raise self._named(error) from None  # its message, and those before it, end here

    def stream(self, until: float, idle_s: float, **asked: object) -> Iterator[object]:
        """The same for a completion, piece by piece; nobody is waited for who has begun and then says nothing for so long."""
        left_s = _left_s(until)
        with closing(_arriving(lambda: self._send("completion", left_s, asked), until, idle_s)) as coming:
            try:
                yield from coming
            except NoReply:
                raise
            except Exception as error:  # noqa: BLE001 - as above
                raise self._named(error) from None

    def _send(self, what: str, left_s: float, asked: Mapping[str, object]) -> object:
        return getattr(self._litellm, what)(
            model=self.model,
            timeout=left_s,
            drop_params=True,  # what this model does not take, such as a temperature
            num_retries=0,
            max_retries=0,  # ours are enough
            **self._where,
            **asked,
        )

    def rests(self, limits: Limits) -> Kind | None:
        """Why it is not asked just now."""
        rests_until, why = self._rest
        return why if limits.rest_s and time.monotonic() < rests_until else None

    def patiently(self, once: Callable[[], Result], until: float, limits: Limits) -> Result:
        """Tries again what may pass, for as long as patience lasts."""
        why, had_s = self.rests(limits), until - time.monotonic()
        if why is not None:
            raise TryAgain(why)
        try:
            return _tried(once, until, limits)
        except TryAgain as passing:
            if passing.kind is not Kind.TIMEOUT or had_s >= limits.patience_s / 2:  # who got no time is not away
                self._rest = (time.monotonic() + limits.rest_s, passing.kind)
            raise

    @property
    def price(self) -> Price | None:
        """By its terms, or by LiteLLM's own table, which is asked of nobody. One that says 0 does not know, or counts
        otherwise.
        """
        said = _price(self._terms)
        if said is not None:
            return said
        for name in (self.model, self.model.partition("/")[2]):
            known = _known_price(self._litellm.model_cost.get(name) or {})
            if known is not None and (name == self.model or self._is_of_provider(name)):
                return known
        return None

    def _is_of_provider(self, name: str) -> bool:
        return bool(self._litellm.model_cost[name].get("litellm_provider") == self.provider)

    def _named(self, error: Exception) -> NoReply:
        """LiteLLM reports a key that is not there as a fault of the server, which no waiting mends."""
        named = _named(self._litellm, error)
        is_ours = isinstance(named, TryAgain) and named.kind is Kind.UNREACHABLE and self.missing
        return LookAtSettings(Kind.KEY) if is_ours else named


def _price(terms: Terms) -> Price | None:
    one_in, one_out = terms.dollars_per_million_in, terms.dollars_per_million_out
    return Price(one_in / _A_MILLION, one_out / _A_MILLION) if one_in is not None and one_out is not None else None


def _known_price(said: Mapping[str, Any]) -> Price | None:
    token_in, token_out = said.get("input_cost_per_token"), said.get("output_cost_per_token")
    a_call = said.get("input_cost_per_query") or 0
    knows = (token_in or a_call) and token_out is not None
    return Price(float(token_in or 0), float(token_out or 0), float(a_call)) if knows else None


def _tried(once: Callable[[], Result], until: float, limits: Limits) -> Result:
    for attempt in range(1, limits.attempts + 1):
        try:
            return once()
        except TryAgain as passing:
            pause = passing.wait_s if passing.wait_s is not None else limits.pause_s * attempt
            over = isinstance(passing, BrokenOff) or passing.kind is Kind.TIMEOUT
            if over or attempt == limits.attempts or time.monotonic() + pause >= until:
                raise
            time.sleep(pause)
    raise AssertionError("the last attempt returns or raises")


def a_name(said: str) -> str:
    """What a server calls itself, as something that can be kept."""
    return "".join(character for character in said[:_MOST_OF_A_NAME] if character.isprintable())


def quiet_litellm() -> Any:
    """It prints, and it logs what it is given, as does the SDK under it: neither goes anywhere."""
    quiet_libraries()  # before the import, whoever it is that asks for it first
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # some of its models are built when they are first needed, and warn then
        import h2.connection
        import httpcore
        import litellm
        import openai.resources

        # Else the first call would import them, in a thread that is given up after a while: with that thread's end, which
        # is the process's, the lock of imports would stay shut, and the process would not end.
        _ = h2.connection, httpcore, openai.resources
        library: Any = litellm
        _ = library.ModelResponse(), library.EmbeddingResponse(), library.RerankResponse()
        _ = library.types.utils.ModelResponseStream()
    warnings.filterwarnings("ignore", message=_OLD_WAYS)  # of its own, at each piece of a stream
    library.suppress_debug_info = library.disable_streaming_logging = True
    library.DEFAULT_MAX_RETRIES = 0  # it takes `max_retries=0` of an embedding for nothing said, and tries twice again
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


def _left_s(until: float) -> float:
    return max(until - time.monotonic(), 0.001)


class _End(NamedTuple):
    """Of what arrives: by itself, or by an error."""

    error: Exception | None = None


def _arriving(call: Callable[[], object], until: float, idle_s: float) -> Generator[object]:
    """Whoever listens may be slow, or stop to listen; neither is held by the server, and the server not by them for long."""
    queue: Queue[object] = Queue(_MOST_WAITING)
    unheard = Event()

    def put(piece: object) -> None:
        while not unheard.is_set():
            try:
                queue.put(piece, timeout=_LOOK_S)
            except Full:
                continue
            return

    def run() -> None:
        end, said = _End(), None
        try:
            said = call()
            for piece in _pieces(said):
                put(piece)
                if unheard.is_set():
                    break
        except Exception as error:  # noqa: BLE001 - it is raised where it is listened to
            end = _End(error)
        _hang_up(said)
        put(end)

    Thread(target=run, name="model", daemon=True).start()
    patience_s = _left_s(until)
    try:
        while not isinstance(piece := _next(queue, patience_s), _End):
            yield piece
            patience_s = min(idle_s, _left_s(until))
        if piece.error is not None:
            raise piece.error
    finally:
        unheard.set()


def _next(queue: Queue[object], patience_s: float) -> object:
    try:
        return queue.get(timeout=patience_s)
    except Empty:
        raise TryAgain(Kind.TIMEOUT) from None


def _pieces(said: Any) -> Iterator[object]:
    yield from said


def _hang_up(said: Any) -> None:
    with suppress(Exception):
        said.completion_stream.response.close()


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
