"""Is it well? Whoever asks learns yes or no; what is counted, only who may."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from bot.web.health import Health, Opening, every
from bot.web.metrics import Metrics
from bot.web.server import Server


class Ticking:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@contextmanager
def served(routes: list[Route]) -> Iterator[Callable[..., httpx.Response]]:
    server = Server(Starlette(routes=routes), host="127.0.0.1", port=0)
    server.open()
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{server.port}", trust_env=False) as client:
            yield client.get
    finally:
        server.close()


def test_whoever_lives_says_so_though_nothing_works() -> None:
    def broken() -> bool:
        raise OSError("postgresql://ana:hunter@db has gone away")

    with served(Health({"database": broken, "slack": lambda: True}).routes()) as get:
        assert (get("/healthz").status_code, get("/healthz").text) == (200, "ok")
        found = get("/readyz")
    assert (found.status_code, found.json()) == (503, {"ready": False, "database": False, "slack": True})


def test_it_is_ready_when_everything_holds() -> None:
    with served(Health({"database": lambda: True, "index": lambda: True}).routes()) as get:
        found = get("/readyz")
    assert (found.status_code, found.json()) == (200, {"ready": True, "database": True, "index": True})


def test_asking_often_asks_nobody_else_as_often() -> None:
    asked, clock = list[int](), Ticking()

    def check() -> bool:
        asked.append(1)
        return True

    health = Health({"database": check}, clock)
    for _ in range(100):
        health.found()
    assert len(asked) == 1
    clock.now = 2.0
    health.found()
    assert len(asked) == 2


def test_slack_is_asked_anew_only_after_a_while() -> None:
    said, clock = iter([True, False]), Ticking()
    check = every(30, lambda: next(said), clock)
    assert [check(), check()] == [True, True]
    clock.now = 30.0
    assert not check()


def test_what_is_slow_is_done_once_elsewhere_and_again_if_it_fails() -> None:
    begun: list[tuple[Callable[[], object], Callable[[], object] | None]] = []

    def later(do: Callable[[], object], *, otherwise: Callable[[], object] | None = None) -> None:
        begun.append((do, otherwise))

    opening = Opening(lambda: None, later)
    assert [opening.is_done() for _ in range(3)] == [False] * 3
    ((_, failed),) = begun
    assert failed is not None
    failed()
    assert not opening.is_done()
    assert len(begun) == 2
    begun[1][0]()
    assert opening.is_done()
    assert len(begun) == 2


def test_while_one_waits_for_an_answer_nobody_waits_behind_them() -> None:
    may_go, asked = threading.Event(), threading.Event()

    def slow() -> bool:
        asked.set()
        return may_go.wait(20)

    with served(Health({"database": slow}).routes()) as get:
        waiting = threading.Thread(target=lambda: get("/readyz", timeout=30))
        waiting.start()
        assert asked.wait(20)
        assert get("/healthz").status_code == 200
        assert (get("/readyz").status_code, get("/readyz").json()) == (503, {"ready": False})
        may_go.set()
        waiting.join()


@pytest.mark.parametrize(
    ("host", "token", "said", "status"),
    [
        pytest.param("0.0.0.0", None, "", 403, id="open to others, no token: nobody"),  # noqa: S104 - what is attacked
        pytest.param("::", None, "", 403, id="the same, of the other kind"),
        pytest.param("footnote.acme.test", None, "", 403, id="a name"),
        pytest.param("0.0.0.0", "t0k", "", 401, id="no word"),  # noqa: S104
        pytest.param("0.0.0.0", "t0k", "Bearer t0", 401, id="half the token"),  # noqa: S104
        pytest.param("127.0.0.1", "t0k", "Bearer \u00e9", 401, id="no ASCII"),
        pytest.param("127.0.0.1", "t0k", "", 401, id="a token holds on this machine too"),
        pytest.param("0.0.0.0", "t0k", "Bearer t0k", 200, id="the token"),  # noqa: S104
        pytest.param("127.0.0.1", None, "", 200, id="this machine alone"),
        pytest.param("::1", None, "", 200, id="this machine, of the other kind"),
        pytest.param("localhost", None, "", 200, id="this machine by its name"),
    ],
)
def test_who_may_read_what_is_counted(host: str, token: str | None, said: str, status: int) -> None:
    with served(Metrics(lambda: b"footnote_questions_total 7\n", host=host, token=token).routes()) as get:
        answer = get("/metrics", headers=[(b"authorization", said.encode("latin-1"))] if said else {})
    assert answer.status_code == status
    assert ("footnote_questions_total" in answer.text) == (status == 200)
