"""`footnote demo`, as a person meets it: the command, and the page's side of it over HTTP."""

import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.cli.demo.company import acme
from tests import company
from tests.cli.demo.window import Window, address_in, until
from tests.console import Console, Running, Said

pytestmark = [pytest.mark.meaning, pytest.mark.timeout(300)]

WORDS_ALONE = {"FOOTNOTE_EMBEDDER": "none"}
MAY_NOT = "What is project Kestrel?"
KESTREL = "Project Kestrel (strictly confidential)"
IN_THE_WIKI = 95  # pages, a blog post, attachments and comments


def a_free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def started(console: Console, *words: str | Path) -> tuple[Running, Window]:
    running = console.start("demo", "--no-browser", *words, **WORDS_ALONE)
    output = Path(f"{running.prefix}.out")
    until(lambda: address_in(output) or not running.is_alive)
    assert running.is_alive, Path(f"{running.prefix}.err").read_text()
    return running, Window(str(address_in(output)))


def ended(running: Running, number: signal.Signals = signal.SIGINT) -> None:
    os.kill(running.pid, number)
    said = running.wait(30)
    assert (said.code, "Traceback" in said.err) == (0, False), said.err


# --- Acme ---------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def acme_shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Window]:
    """With everything as it is for somebody who tries it: nothing typed, and no database, Slack or model but its own."""
    folder, port = tmp_path_factory.mktemp("demo"), a_free_port()
    elsewhere = {
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none",
        "SLACK_BOT_TOKEN": "xoxb-real",
        "SLACK_API_URL": "http://127.0.0.1:9/",
    }
    with (folder / "out").open("w") as out, (folder / "err").open("w") as err:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", "demo", "--no-browser", "--port", str(port)],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            env={**os.environ, "FOOTNOTE_HOME": str(folder / "home"), **elsewhere},  # noqa: TID251 - the command's own
        )
        try:
            until(lambda: address_in(folder / "out") or process.poll() is not None)
            assert process.poll() is None, (folder / "err").read_text()
            assert f"http://127.0.0.1:{port}/" in (folder / "out").read_text()
            yield Window(f"http://127.0.0.1:{port}")
            process.send_signal(signal.SIGINT)
            code = process.wait(30)
        finally:
            process.kill()
    errors = (folder / "err").read_text()
    assert code == 0, errors
    assert "Traceback" not in errors
    assert all(told in errors for told in ("drive", "45/45", "wiki", f"{IN_THE_WIKI}/{IN_THE_WIKI}"))  # the progress


def test_it_stays_though_nothing_can_be_typed_and_says_what_it_is(acme_shown: Window) -> None:
    about = acme_shown.about()
    assert (about["company"], about["model"], about["notices"]) == ("Acme", None, [])
    assert about["documents"] == 45 + IN_THE_WIKI
    assert 3 <= len(about["examples"]) <= 6


def test_what_is_said_in_a_direct_message_is_answered_with_its_receipt(acme_shown: Window) -> None:
    asked = acme_shown.asks("ana", "dm", "How much is the home office allowance in Porto?")
    reply = acme_shown.reply("ana", asked)
    assert "650 EUR" in reply.text
    receipt = acme_shown.receipt(reply)
    assert (receipt["state"], receipt["part"], receipt["reply"]) == (
        "answered",
        "here",
        {"kind": "answer", "reason": None},
    )
    assert receipt["asked"]["by"] == {"name": "Ana Ribeiro", "email": "ana@acme.test"}
    assert receipt["audience"]["people"] == [{"name": "Ana Ribeiro", "email": "ana@acme.test"}]
    assert any(one["cited"] and one["ranks"]["vectors"] for one in receipt["evidence"])
    quote = receipt["claims"][0]["quotes"][0]
    cited = next(one for one in receipt["evidence"] if one["handle"] == quote["handle"])
    assert quote["title"] == cited["title"] == "Benefits overview 2026"
    assert receipt["ledger"]["signed"]
    assert [one["kind"] for one in receipt["ledger"]["events"]] == [
        *("asked", "claimed", "retrieved", "composed", "closed", "posted")
    ]
    assert acme_shown.receipt(asked)["receipt"] == receipt["receipt"]


def test_a_channel_learns_nothing_of_what_somebody_there_may_not_read_and_the_page_shows_what_that_was(
    acme_shown: Window,
) -> None:
    since = acme_shown.asks("omar", "dm", "hello")  # the newest message there, to know the aside by
    acme_shown.reply("omar", since)
    asked = acme_shown.asks("omar", "deals", MAY_NOT)
    reply = acme_shown.reply("omar", asked)
    assert "everyone here may read" in reply.text
    aside = until(lambda: acme_shown.said("omar", since.channel, since=asked.ts))
    assert "Brightwell" in aside.text
    here, alone = acme_shown.receipt(reply), acme_shown.receipt(aside)
    assert here["receipt"] == alone["receipt"]
    assert (here["state"], here["part"], here["claims"]) == ("refused", "here", [])
    assert (alone["state"], alone["part"]) == ("answered", "aside")
    assert "kestrel" not in str(here["evidence"]).casefold()
    (withheld,) = here["withheld"]["documents"]
    assert (withheld["title"], withheld["place"], withheld["would_be"]) == (KESTREL, "wiki/Legal", 1)
    assert [one["name"] for one in withheld["who_may_not"]] == ["Chloe Martens", "Dev Kulkarni"]
    assert alone["withheld"]["documents"] == []
    assert [one["name"] for one in alone["audience"]["people"]] == ["Omar Haddad"]


def test_what_was_withheld_is_looked_up_without_a_trace_in_the_ledger(acme_shown: Window) -> None:
    """A sync that ends meanwhile leaves one; what the look leaves would be there each time."""

    def looked_up_alone() -> bool:
        reply = acme_shown.reply("ana", acme_shown.asks("ana", "dm", MAY_NOT))
        first, again = acme_shown.receipt(reply), acme_shown.receipt(reply)
        assert [one["title"] for one in first["withheld"]["documents"]] == [KESTREL]
        assert again["ledger"]["events"] == first["ledger"]["events"]
        return bool(again["ledger"]["size"] == first["ledger"]["size"])

    until(looked_up_alone)


@pytest.mark.parametrize("example", acme().examples, ids=lambda one: f"{one.as_} in {one.in_}")
def test_every_example_of_the_page_is_worth_asking(acme_shown: Window, example: Any) -> None:
    reply = acme_shown.reply(example.as_, acme_shown.asks(example.as_, example.in_, example.text))
    receipt = acme_shown.receipt(reply)
    assert (receipt["state"] == "refused") == (example.in_ == "deals")


def test_two_people_get_two_answers_to_one_question(acme_shown: Window) -> None:
    said = {}
    for user in ("ana", "dev"):
        reply = acme_shown.reply(user, acme_shown.asks(user, "dm", "What is my commission rate?"))
        receipt = acme_shown.receipt(reply)
        said[user] = {one["title"] for one in receipt["evidence"] if one["cited"]}
    plan = "Commission plan 2026"
    assert (plan in said["dev"], plan in said["ana"]) == (True, False)
    assert said["ana"] == {"Benefits overview 2026"}


def test_a_mention_without_words_is_asked_back(acme_shown: Window) -> None:
    receipt = acme_shown.receipt(acme_shown.reply("ana", acme_shown.asks("ana", "general", "")))
    assert (receipt["state"], receipt["audience"], receipt["evidence"]) == ("clarified", None, [])


@pytest.mark.parametrize("place", [("C1", "1.1"), ("", ""), ("D000000001", "x" * 10_000)])
def test_a_message_that_no_receipt_led_to_has_none(acme_shown: Window, place: tuple[str, str]) -> None:
    found = acme_shown.get("/_footnote/receipt", channel=place[0], ts=place[1])
    assert (found.status_code, found.json()) == (200, None)
    assert found.headers["cache-control"] == "no-store"


def test_what_people_say_to_each_other_has_no_receipt(acme_shown: Window) -> None:
    said = acme_shown.do(
        "post", "ana", channel=acme_shown.channels("ana")["general"], text="r_0123456789abcdef01234567"
    )
    found = acme_shown.get("/_footnote/receipt", channel=acme_shown.channels("ana")["general"], ts=said["ts"])
    assert (found.status_code, found.json()) == (200, None)


def test_a_receipt_is_told_quickly_however_often_it_is_asked_for(acme_shown: Window) -> None:
    reply = acme_shown.reply("ana", acme_shown.asks("ana", "dm", MAY_NOT))
    acme_shown.receipt(reply)
    taken = []
    with httpx.Client(base_url=acme_shown.origin, timeout=30) as client:
        for _ in range(40):
            began = time.perf_counter()
            client.get("/_footnote/receipt", params={"channel": reply.channel, "ts": reply.ts})
            taken.append(time.perf_counter() - began)
    assert statistics.median(taken) < 0.1  # a machine that is busy with other things delays some, not most


def test_another_site_s_page_is_told_nothing(acme_shown: Window) -> None:
    told = httpx.get(f"{acme_shown.origin}/_footnote/about", headers={"host": "evil.test"})
    assert told.status_code == 400


def test_a_port_that_is_taken_is_said_before_anything_starts(tmp_path: Path, acme_shown: Window) -> None:
    port = acme_shown.origin.rpartition(":")[2]
    console = Console(tmp_path / "home")
    said = console.run("demo", "--no-browser", "--port", port, **WORDS_ALONE)
    assert (said.code, said.out) == (2, "")
    assert f"Port {port} cannot be used" in said.err
    assert "--port" in said.err
    assert not (tmp_path / "home" / "demo").exists()


def test_a_second_demo_on_its_home_takes_the_wiki_from_nobody_and_a_restart_finds_all_it_knew(tmp_path: Path) -> None:
    console = Console(tmp_path / "home")
    for _ in range(2):
        running, window = started(console)
        second = console.run("demo", "--no-browser", **WORDS_ALONE)
        assert (second.code, second.out) == (1, "")
        assert "in use by `footnote demo`" in second.err
        asked = window.asks("ana", "dm", "How much is the home office allowance in Porto?")
        assert "650 EUR" in window.reply("ana", asked).text
        ended(running)
    source = next(one for one in in_home(console, "sources", "--json").json["sources"] if one["name"] == "wiki")
    assert source["documents"] == IN_THE_WIKI
    assert token_of(console) not in json.dumps(source) + said_by(console)


def in_home(console: Console, *words: str) -> Said:
    return Console(console.home / "demo", {"FOOTNOTE_WORKSPACE": "demo"}).run(*words)


def token_of(console: Console) -> str:
    return (console.home / "demo" / "wiki.token").read_text()


def said_by(console: Console) -> str:
    """Whatever any of its commands wrote anywhere a person looks."""
    return "".join(file.read_text() for file in console.home.parent.glob("home-*.*"))


# --- a company of one's own -------------------------------------------------------------------------------------------


@pytest.fixture
def console(tmp_path: Path) -> Console:
    return Console(tmp_path / "home")


def test_ones_own_people_are_in_their_groups_channels(console: Console, tmp_path: Path) -> None:
    folder = company.write(tmp_path / "My company")
    running, window = started(console, "--company", folder)
    about = window.about()
    assert (about["company"], about["source"], about["examples"]) == ("My company", str(folder), [])
    assert set(window.people()) == {"footnote", "ana", "ben", "zoe"}
    assert set(window.channels("ben")) - {""} == {"general", "hr", "staff"}
    asked = window.asks("ben", "staff", "How many weeks of salary is the severance payment?")
    receipt = window.receipt(window.reply("ben", asked))
    assert [one["name"] for one in receipt["withheld"]["documents"][0]["who_may_not"]] == ["Ana", "Zoe"]
    until(lambda: window.said("ben", window.direct("ben"), since=asked.ts))
    draft = window.reply("ana", window.asks("ana", "dm", "When does the moon office open?"))
    assert "2031" not in draft.text  # draft.md says nothing of access
    ended(running)
    assert [path.name.rpartition("-")[0] for path in console.home.iterdir()] == ["demo-my-company"]


def test_a_folder_without_people_is_lent_some_who_read_what_says_nothing_of_access(
    console: Console, tmp_path: Path
) -> None:
    folder = company.write(tmp_path / "handbook", people=None)
    running, window = started(console, "--company", folder)
    assert set(window.people()) == {"footnote", "ana", "ben", "chloe", "dev", "mei", "omar"}
    assert any("in this demo only" in notice for notice in window.about()["notices"])
    assert "2031" in window.reply("ana", window.asks("ana", "dm", "When does the moon office open?")).text
    leave = window.reply("ana", window.asks("ana", "dm", "How many days of annual leave do I have?"))
    assert "27" not in leave.text  # a group reads it, and nobody is in one
    ended(running, signal.SIGTERM)


def test_a_file_that_is_edited_is_answered_from_soon(console: Console, tmp_path: Path) -> None:
    folder = company.write(tmp_path / "handbook")
    running, window = started(console, "--company", folder)
    company.write(folder, {"hr/leave.md": company.DOCUMENTS["hr/leave.md"].replace("27", "31")})
    until(lambda: "31" in window.reply("ana", window.asks("ana", "dm", "How many days of annual leave?")).text)
    ended(running)


def moon(window: Window, user: str) -> str:
    return window.reply(user, window.asks(user, "dm", "When does the moon office open?")).text


def test_people_that_come_between_two_starts_shut_what_says_nothing_and_it_opens_when_they_go(
    console: Console, tmp_path: Path
) -> None:
    folder = company.write(tmp_path / "handbook", people=None)
    for people, says in ((None, True), (company.PEOPLE, False), (None, True)):
        (folder / "people.yaml").unlink(missing_ok=True)
        company.write(folder, people=people)
        running, window = started(console, "--company", folder)
        assert ("2031" in moon(window, "ana")) is says
        ended(running)


HOSTILE = {
    "nobody.md": "---\naccess: []\n---\nThe vault code is heron.\n",
    "broken.md": "---\naccess: [[group:eng]\n\nThe vault code is heron.\n",
    "title.md": "---\ntitle: <img src=x onerror=alert(1)>\naccess: [[anyone]]\n---\nThe canteen opens at 11:45.\n",
    "big.md": "---\naccess: [[anyone]]\n---\n" + "The archive moves to Utrecht. " * 70_000,
}
HOSTILE_PEOPLE = """\
people:
  ana@acme.test: ["group:../../etc/passwd", "group:<b>x</b>"]
  footnote@acme.test: [group:general]
  ana@else.test: []
"""


def test_a_hostile_folder_shows_nothing_it_should_not_and_breaks_nothing(console: Console, tmp_path: Path) -> None:
    folder = company.write(tmp_path / "<b>x", HOSTILE, people=HOSTILE_PEOPLE.replace('"group:<b>x</b>"', "group:b"))
    running, window = started(console, "--company", folder)
    assert set(window.people()) == {"footnote", "ana", "footnote-2", "ana-2"}
    assert set(window.channels("ana")) == {"general", "etc-passwd", "b"}
    assert set(window.channels("footnote-2")) == {"general", "general-2"}
    assert any("broken.md" in notice for notice in window.about()["notices"])
    vault = window.reply("ana", window.asks("ana", "dm", "What is the vault code?"))
    assert "heron" not in vault.text
    assert "heron" not in str(window.receipt(vault))  # a word: three digits are in a digest now and then
    canteen = window.reply("ana", window.asks("ana", "dm", "When does the canteen open?"))
    assert "11:45" in canteen.text
    assert "<img" not in canteen.text  # as Slack wants it escaped
    assert [one["title"] for one in window.receipt(canteen)["evidence"] if one["cited"]] == [
        "<img src=x onerror=alert(1)>"
    ]
    ended(running)


def test_two_demos_of_one_company_the_second_says_who_is_there(console: Console, tmp_path: Path) -> None:
    folder = company.write(tmp_path / "handbook")
    running, _ = started(console, "--company", folder)
    second = console.run("demo", "--no-browser", "--company", folder, **WORDS_ALONE)
    assert (second.code, second.out) == (1, "")
    assert "in use by `footnote demo`" in second.err
    ended(running)
