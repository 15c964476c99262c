"""A wiki of any size, in this process or in one of its own."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest

from bot.playground.confluence import ConfluenceEmulator, Oracle
from bot.playground.confluence.crowd import BOT, crowd
from bot.playground.slack.clock import ManualClock
from tests.playground.confluence.conftest import Api

V2 = "/wiki/api/v2"


def test_the_same_seed_the_same_wiki() -> None:
    one, same, other = (
        crowd(300, attachments=5, comments=5, seed=seed, clock=ManualClock()).confluence.content for seed in (1, 1, 2)
    )
    assert one == same
    assert [each.body for each in one.values()] != [each.body for each in other.values()]


def test_the_bot_reads_all_and_nobody_else_does() -> None:
    world = crowd(400, restricted=0.2)
    oracle = Oracle(world)
    counts = [len(oracle.readable(each)) for each in world.people]
    assert counts[0] == 400
    assert max(counts[1:]) < 400


def test_a_page_of_a_list_costs_its_own_length_however_much_there_is() -> None:
    """The last pages of 20,000 are as quick as the first ones: measured by the thread's own time."""
    world = crowd(4_000, words=5)
    with ConfluenceEmulator(world, caller=BOT) as site:
        api = Api(site.url, site.caller.basic)
        took = []
        for page in api.pages(f"{V2}/pages", limit=100):
            took.append(site.requests.all()[-1].took_ms)
            assert page["results"]
        api.http.close()
    assert len(took) == 40
    assert min(took[-10:]) < 5 * min(took[:10])


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[dict[str, Any]]:
    """In a process of its own."""
    words = [
        sys.executable,
        "-m",
        "bot.playground.confluence",
        "--pages",
        "30",
        "--comments",
        "3",
        "--restricted",
        "0.3",
    ]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()


@pytest.fixture
def far(elsewhere: dict[str, Any]) -> Iterator[Api]:
    api = Api(elsewhere["url"], f"Bearer {elsewhere['token']}")
    yield api
    api.http.close()


def pull(far: Api, lever: str, **args: Any) -> Any:
    return far.post(f"/_world/control/{lever}", args).json()


def test_another_process_is_asked_and_changed_over_http(far: Api) -> None:
    pull(far, "forget")
    pages = far.ids(f"{V2}/pages")
    assert sorted(pages) == sorted(far.json("/_world/content")["ids"])
    assert pull(far, "do", do="edit", **{"with": [pages[0]], "and": {"body": "<p>new</p>"}})["ok"]
    assert far.json(f"{V2}/pages/{pages[0]}")["version"]["number"] == 2
    made = pull(far, "do", do="add_page", **{"with": ["S0", "Made"]})["made"]
    assert far.json(f"{V2}/pages/{made}")["title"] == "Made"
    pull(far, "do", do="purge", **{"with": [made]})
    log = far.json("/_world/log", each="/pages/")
    assert log["counts"] == {f"GET {V2}/pages": 2, f"GET {V2}/pages/{{id}}": 2}
    assert log["total"] == 4
    assert [each["status"] for each in log["requests"]] == [200, 200]


def test_its_oracle_can_be_asked(far: Api) -> None:
    people = far.json("/_world/people")["people"]
    bot, other = (far.json("/_world/readable", account=each["account_id"])["ids"] for each in people[:2])
    assert len(bot) == 33
    assert set(other) < set(bot)


def test_faults_are_planted_from_afar(far: Api) -> None:
    assert pull(far, "fail", where="/spaces", kind="error_500", times=9)["ok"]
    assert far.get(f"{V2}/spaces").status_code == 500
    assert pull(far, "heal")["ok"]
    assert far.get(f"{V2}/spaces").status_code == 200
    assert pull(far, "seed", seed=1, share=0.0)["ok"]
    for lever, args in (
        ("explode", {}),
        ("do", {"do": "add_attachment"}),
        ("fail", {"x": 1}),
        ("do", {"do": "purge", "with": ["0"]}),
    ):
        assert far.post(f"/_world/control/{lever}", args).status_code == 400
    assert far.http.post("/_world/control/heal", content="{}").status_code == 400


def test_it_says_what_it_spent(far: Api) -> None:
    before = far.json("/_world/spent")
    started = time.perf_counter()
    far.ids(f"{V2}/pages")
    after = far.json("/_world/spent")
    assert 0 <= after["cpu_s"] - before["cpu_s"] < time.perf_counter() - started + 1
    assert after["peak_kib"] > 0
