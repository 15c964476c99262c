"""One way to ask a site over HTTP: at its pace, with patience, and without telling anybody else what only it may know.

What a site refuses (403, 404 and their like) is a value, for the caller to decide on. Everything else that fails is an
error of connectors.model: `Retryable` at the end of our patience, `Fatal` where a person has to change something.
A credential goes to the named origins only, and is never part of a message or of a representation.
"""

import contextlib
import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from http import HTTPStatus
from http.cookiejar import CookieJar, DefaultCookiePolicy
from ssl import SSLContext
from typing import Final, NamedTuple, TypeVar
from urllib.parse import urljoin

import httpx
import stamina
from pydantic import BaseModel, ValidationError

from connectors.model import Fatal, Retryable, Unanswered
from connectors.pace import Pace

Payload = TypeVar("Payload", bound=BaseModel)
Result = TypeVar("Result")
Parameters = Mapping[str, str | int]

MOST_BYTES: Final = 32_000_000
MOST_BYTES_OF_A_REFUSAL: Final = 64_000
MOST_HOPS: Final = 5
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
LONGEST_SILENCE_S: Final = 30.0
LONGEST_CONNECT_S: Final = 10.0
ADVICE: Final = "make a new API token, put it where the source's secret is read from, and see that its user is the one who made the token"

# That something is tried again is no news for a terminal, and where it was asked may be no business of a log.
stamina.instrumentation.set_on_retry_hooks([])


class Misunderstood(Retryable):
    """It answered, in a form that is not understood: nothing of it may be believed."""


@dataclass(frozen=True)
class Refused:
    """The site says no: to this request, not to us altogether."""

    status: int
    body: bytes = field(default=b"", repr=False)


class TooLarge(NamedTuple):
    most_bytes: int


@dataclass(frozen=True)
class Patience:
    """How long one request may take, with all its retries and waits, and how the waits grow between them."""

    total_s: float = 90.0
    first_wait_s: float = 0.5
    longest_wait_s: float = 20.0
    jitter_s: float = 1.0


@dataclass
class PageSize:
    """How much of a listing is asked for at once; halved where the site cannot bear it, and never raised again."""

    now: int
    least: int = 5
    parameter: str = "limit"  # how the site calls it

    def halve(self) -> None:
        self.now = max(min(self.least, self.now), self.now // 2)


class _Trouble(Exception):  # noqa: N818 - named by recovery: it may be asked again
    """`wait_s`: how long the site itself asks us to wait. `is_undone`: nothing came of it for certain."""

    def __init__(
        self, reason: str, *, wait_s: float | None = None, is_heavy: bool = False, is_undone: bool = False
    ) -> None:
        super().__init__(reason)
        self.wait_s, self.is_heavy, self.is_undone = wait_s, is_heavy, is_undone


class _Answer(NamedTuple):
    status: int
    headers: httpx.Headers
    body: bytes | TooLarge


class _Unaccepted(Fatal):
    """Our credentials; others may be."""


class Http:
    """Threads may share it. `authorization` is asked for each time, so that a changed secret needs no new start.

    `is_temporary` says of a refusal that it is none, only a site that wants to be asked later (some say so by 403);
    `is_partial` of a 401 that the credentials are good, only not for this. `renewed`: whether there are other
    credentials to try, once, where these are not accepted. `advice`: what a person can do if not.
    """

    def __init__(
        self,
        origins: Collection[str],
        *,
        authorization: Callable[[], str],
        pace: Pace,
        patience: Patience | None = None,
        is_temporary: Callable[[Refused], bool] = lambda _: False,
        is_partial: Callable[[Refused], bool] = lambda _: False,
        renewed: Callable[[], bool] = lambda: False,
        advice: str = ADVICE,
        most_bytes: int = MOST_BYTES,
        client: httpx.Client | None = None,
    ) -> None:
        self._origins = frozenset(origin(url) for url in origins)
        self._authorization, self._pace = authorization, pace
        self._patience = patience or Patience()
        self._is_temporary, self._is_partial, self._most_bytes = is_temporary, is_partial, most_bytes
        self._renewed, self._advice = renewed, advice
        self._client = client or _new_client()

    def __repr__(self) -> str:
        return f"Http({', '.join(sorted(self._origins))})"

    def close(self) -> None:
        self._client.close()

    def patient(self, patience: Patience) -> "Http":
        """The same connections at the same pace, with other patience."""
        return self._like(patience, self._authorization, self._renewed)

    def speaking(self, authorization: Callable[[], str], renewed: Callable[[], bool]) -> "Http":
        """The same connections at the same pace, for somebody else."""
        return self._like(self._patience, authorization, renewed)

    def _like(self, patience: Patience, authorization: Callable[[], str], renewed: Callable[[], bool]) -> "Http":
        return Http(
            self._origins,
            authorization=authorization,
            pace=self._pace,
            patience=patience,
            is_temporary=self._is_temporary,
            is_partial=self._is_partial,
            renewed=renewed,
            advice=self._advice,
            most_bytes=self._most_bytes,
            client=self._client,
        )

    def get(
        self, url: str, model: type[Payload], parameters: Parameters | None = None, *, size: PageSize | None = None
    ) -> Payload | Refused:
        """`size` goes along as a parameter, and shrinks where the site fails under it."""

        def once(until: float) -> Payload | Refused:
            asked = {**(parameters or {}), **({size.parameter: size.now} if size is not None else {})}
            try:
                return self._read(self._asked("GET", url, until, parameters=asked), url, model)
            except _Trouble as trouble:
                if size is not None and trouble.is_heavy:
                    size.halve()
                raise

        return self._patiently(url, once)

    def post(self, url: str, model: type[Payload], body: Mapping[str, object]) -> Payload | Refused:
        """For what only asks: it may be sent more than once."""
        return self._patiently(url, lambda until: self._read(self._asked("POST", url, until, body=body), url, model))

    def write(
        self, url: str, model: type[Payload], body: Mapping[str, object], parameters: Parameters | None = None
    ) -> Payload | Refused:
        """For what does something there: it is sent once. Retryable, where it was surely not done; Unanswered, where that is
        not known. Credentials that are not accepted are renewed, for with those nothing is done.
        """

        def once(until: float) -> Payload | Refused:
            answer = self._asked("POST", url, until, parameters=parameters, body=body)
            if answer.status in _REDIRECTS:
                raise _Trouble("it sends us elsewhere")
            return self._read(answer, url, model)

        try:
            return self._accepted(once, self._pace.now() + self._patience.total_s)
        except _Trouble as trouble:
            if trouble.wait_s is not None:
                self._pace.hold(min(trouble.wait_s, self._patience.total_s))
            if trouble.is_undone:
                raise Retryable(f"{_place(url)}: {trouble}; nothing was done") from None
            raise Unanswered(f"{_place(url)}: {trouble}; whether it was done is not known") from None
        except Misunderstood as error:
            raise Unanswered(f"{error}; whether it was done is not known") from None

    def send(self, url: str, model: type[Payload], form: Mapping[str, str]) -> Payload | Refused:
        """What asks for credentials, and needs none: it may be sent more than once."""
        return self._patiently(
            url, lambda until: self._read(self._asked("POST", url, until, form=form, has_credentials=False), url, model)
        )

    def once(self, url: str, model: type[Payload], form: Mapping[str, str] | None = None) -> Payload | Refused:
        """Sent once, whatever comes of it: a form that holds once and is its own credential, or, without one, a question for
        which somebody waits.
        """
        method, until = "GET" if form is None else "POST", self._pace.now() + self._patience.total_s
        try:
            return self._read(self._asked(method, url, until, form=form, has_credentials=form is None), url, model)
        except _Trouble as trouble:
            raise Retryable(f"{_place(url)}: {trouble}; nothing was concluded") from None

    def download(self, url: str, *, most_bytes: int, is_page: bool = True) -> bytes | Refused | TooLarge:
        """Follows where the site sends us; beyond its own origins without credentials. Unless `is_page`, a web page is what
        somebody else answers in its place.
        """
        return self._patiently(url, lambda until: self._downloaded(url, most_bytes, until, is_page=is_page))

    def owns(self, url: str) -> bool:
        return origin(url) in self._origins

    def _downloaded(self, url: str, most_bytes: int, until: float, *, is_page: bool) -> bytes | Refused | TooLarge:
        here = url
        for _ in range(MOST_HOPS + 1):
            answer = self._asked("GET", here, until, most_bytes=most_bytes, has_credentials=self.owns(here))
            if answer.status not in _REDIRECTS:
                if answer.status < HTTPStatus.MULTIPLE_CHOICES and not is_page and _is_web_page(answer):
                    raise _Trouble("its answer is a web page")
                return self._judged(answer, here)
            there = _next_hop(here, answer)
            if httpx.URL(there).scheme not in {"https", httpx.URL(url).scheme}:
                raise Fatal(f"{_place(url)} sends us to {_place(there)}, which is not encrypted; it was not followed")
            here = there
        raise Fatal(f"{_place(url)} sends us on more than {MOST_HOPS} times")

    def _read(self, answer: _Answer, url: str, model: type[Payload]) -> Payload | Refused:
        if answer.status in _REDIRECTS:
            there = _place(_next_hop(url, answer))
            raise Fatal(f"{_place(url)} sends us to {there}: is its address right? It was not followed")
        body = self._judged(answer, url)
        if isinstance(body, Refused):
            return body
        if isinstance(body, TooLarge):
            raise _Trouble(f"its answer is larger than {body.most_bytes} bytes", is_heavy=True)
        try:
            return model.model_validate_json(body)
        except ValidationError as error:
            found = error.errors(include_input=False, include_url=False, include_context=False)
            if any(one["type"] == "json_invalid" for one in found):
                what = "a web page" if _is_web_page(answer) else "no whole JSON"
                raise _Trouble(f"its answer is {what}") from None
            where = ", ".join(".".join(map(str, one["loc"])) or "all of it" for one in found[:3])
            raise Misunderstood(f"{_place(url)} answers in a form that is not understood ({where})") from None

    def _judged(self, answer: _Answer, url: str) -> bytes | Refused | TooLarge:
        if answer.status < HTTPStatus.MULTIPLE_CHOICES:
            return answer.body
        refused = Refused(answer.status, b"" if isinstance(answer.body, TooLarge) else answer.body)
        if answer.status == HTTPStatus.UNAUTHORIZED and self.owns(url) and not self._is_partial(refused):
            raise _Unaccepted(f"{_place(url)} does not accept our credentials (401): {self._advice}")
        if answer.status == HTTPStatus.TOO_MANY_REQUESTS or self._is_temporary(refused):
            raise _Trouble(
                f"it was asked too often ({answer.status})", wait_s=retry_after(answer.headers), is_undone=True
            )
        if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise _Trouble(f"it failed ({answer.status})", wait_s=retry_after(answer.headers), is_heavy=True)
        if answer.status == HTTPStatus.REQUEST_TIMEOUT:
            raise _Trouble("it took too long (408)", is_heavy=True)
        return refused

    def _asked(
        self,
        method: str,
        url: str,
        until: float,
        *,
        parameters: Parameters | None = None,
        body: Mapping[str, object] | None = None,
        form: Mapping[str, str] | None = None,
        most_bytes: int | None = None,
        has_credentials: bool = True,
    ) -> _Answer:
        if (has_credentials or form is not None) and not self.owns(url):
            raise Fatal(f"{_place(url)} is another host than the source's own; it was not asked")
        headers = {"accept": "application/json" if most_bytes is None else "*/*"}
        if has_credentials:
            headers["authorization"] = self._credentials()
        if body is not None:
            headers["content-type"] = "application/json"
        if not self._pace.take(until - self._pace.now()):
            raise Retryable(f"{_place(url)} wants to be asked later than we can wait")
        with _named_failures():
            request = self._client.build_request(
                method,
                url,
                params=dict(parameters) if parameters else None,
                content=None if body is None else json.dumps(body).encode(),
                data=None if form is None else dict(form),
                headers=headers,
                timeout=_timeout(until - self._pace.now()),
            )
            with contextlib.closing(self._client.send(request, stream=True)) as response:
                kept = self._whole(response, self._most_bytes if most_bytes is None else most_bytes, until)
        return _Answer(response.status_code, response.headers, kept)

    def _whole(self, response: httpx.Response, most_bytes: int, until: float) -> bytes | TooLarge:
        most = most_bytes if response.is_success else min(most_bytes, MOST_BYTES_OF_A_REFUSAL)
        body = bytearray()
        for some in response.iter_bytes():
            body += some
            if len(body) > most:
                return TooLarge(most)
            if self._pace.now() > until:
                raise _Trouble("its answer takes too long", is_heavy=True)
        return bytes(body)

    def _accepted(self, once: Callable[[float], Result], until: float) -> Result:
        try:
            return once(until)
        except _Unaccepted:
            if not self._renewed():
                raise
            return once(until)

    def _credentials(self) -> str:
        value = self._authorization()
        if not (value.isascii() and value.isprintable()):
            raise Fatal("the source's secret holds signs that no request can carry: is there a line end in it?")
        return value

    def _patiently(self, url: str, once: Callable[[float], Result]) -> Result:
        patience, until = self._patience, self._pace.now() + self._patience.total_s

        def is_worth_it(error: Exception) -> bool | float:
            if not isinstance(error, _Trouble):
                return False
            if error.wait_s is None:
                return True
            if self._pace.now() + error.wait_s > until:
                return False
            self._pace.hold(error.wait_s)
            return 0.0  # the wait is everybody's, at the pace

        try:
            for attempt in stamina.retry_context(
                on=is_worth_it,
                attempts=None,
                timeout=patience.total_s,
                wait_initial=patience.first_wait_s,
                wait_max=patience.longest_wait_s,
                wait_jitter=patience.jitter_s,
            ):
                with attempt:
                    return self._accepted(once, until)
        except _Trouble as trouble:
            asks = f", and asks us to wait {trouble.wait_s:.0f} s" if trouble.wait_s is not None else ""
            raise Retryable(f"{_place(url)}: {trouble}{asks}; nothing was concluded") from None
        raise AssertionError("the last attempt returns or raises")


def origin(url: str) -> str:
    """Scheme, host and port: what has to be the same for two addresses to be one site's."""
    parsed = httpx.URL(url)
    port = parsed.port or {"http": 80, "https": 443}.get(parsed.scheme)
    return f"{parsed.scheme}://{parsed.host}:{port}"


def retry_after(headers: Mapping[str, str]) -> float | None:
    """In seconds. A date is measured against the same answer's own date, so that no clock of ours matters."""
    said = headers.get("retry-after", "").strip()
    if said.isascii() and said.isdigit():
        return float(said[:9])
    then, now = _date(said), _date(headers.get("date", ""))
    return None if then is None or now is None else max(0.0, (then - now).total_seconds())


def _date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def _place(url: str) -> str:
    """Without anything that may be secret: no user, no parameters."""
    parsed = httpx.URL(url)
    return f"{parsed.host}{parsed.path}"


def _is_web_page(answer: _Answer) -> bool:
    kind: str = answer.headers.get("content-type", "")
    return kind.partition(";")[0].strip().lower() == "text/html"


def _next_hop(here: str, answer: _Answer) -> str:
    try:
        return str(httpx.URL(urljoin(here, answer.headers.get("location", ""))))
    except (httpx.InvalidURL, ValueError):
        raise Fatal(f"{_place(here)} sends us to what is no address") from None


def _timeout(left_s: float) -> httpx.Timeout:
    least_s = max(0.1, left_s)
    return httpx.Timeout(min(LONGEST_SILENCE_S, least_s), connect=min(LONGEST_CONNECT_S, least_s))


def _new_client() -> httpx.Client:
    nothing_kept = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
    return httpx.Client(follow_redirects=False, cookies=nothing_kept, verify=_trusted())


@cache
def _trusted() -> SSLContext:
    """Whom TLS trusts, read once a process: that takes longer than a request."""
    return httpx.create_ssl_context()


@contextlib.contextmanager
def _named_failures() -> Iterator[None]:
    """Without the library's own words where these repeat what was sent: they may hold the secret."""
    try:
        yield
    except (httpx.LocalProtocolError, httpx.UnsupportedProtocol, httpx.InvalidURL):
        raise Fatal("the request could not be made: is the address of the source right?") from None
    except (httpx.ConnectTimeout, httpx.PoolTimeout):
        raise _Trouble("it does not answer in time", is_heavy=True, is_undone=True) from None
    except httpx.TimeoutException:
        raise _Trouble("it does not answer in time", is_heavy=True) from None
    except httpx.ConnectError as error:
        raise _Trouble(f"it cannot be reached ({error})", is_undone=True) from None
    except httpx.RequestError as error:
        raise _Trouble(f"its answer broke off ({type(error).__name__})", is_heavy=True) from None
