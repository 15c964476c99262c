"""What can be done in the demo's company, done at its sites as Footnote is put together there, and what its page shows of it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from bot.app.tools import jira, tools
from bot.cli.demo import jira as demo_jira
from bot.cli.demo import sites
from bot.cli.demo.company import acme
from bot.cli.demo.listing import listed
from bot.cli.demo.sites import Sites
from bot.cli.demo.tracker_desk import TrackerDesk
from bot.core.acting import Actor, Barred, Done
from bot.playground.google.acme import CFO
from bot.playground.loopback.server import Server
from bot.settings import Settings
from policies.people import Email
from tests import inside

ANA, BEN, PETRA = (Actor(email=Email(each)) for each in ("ana@acme.test", "ben@acme.test", CFO))


@pytest.fixture(scope="module")
def at_work(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[dict[str, Any], Sites]]:
    company = acme()
    with sites.running(company.documents) as reached:
        assert reached is not None
        home = tmp_path_factory.mktemp("acme") / "home"
        settings = demo_jira.reached(Settings(home=home, workspace="demo", embedder="none"), reached)
        with inside.assistant(settings, None) as assistant:
            for name in listed(assistant.records, company, reached):
                inside.synced(assistant, name)
            client = jira(settings)
            assert client is not None
            yield {each.name: each for each in tools(assistant.records, None, client)}, reached
            client.close()


def test_whoever_works_there_has_it_done_and_the_page_shows_it(at_work: tuple[dict[str, Any], Sites]) -> None:
    tool, reached = at_work
    file = next(each for each in reached.wiki.world.google.drive.files.values() if each.drive_id and each.exports)
    wanted = {
        "jira.create_issue": (ANA, {"project": "ENG", "summary": "Rotate the certificates", "description": "By May."}),
        "jira.comment": (ANA, {"issue": "ENG-1", "text": "Seen again."}),
        "confluence.create_page": (ANA, {"space": "ENG", "title": "How to rotate", "text": "# First\n\nRead this."}),
        "drive.share_file": (PETRA, {"file": file.id, "person": "dev@acme.test"}),
    }
    for name, (actor, arguments) in wanted.items():
        done = tool[name].run(tool[name].takes(**arguments), actor, f"key of {name}")
        assert isinstance(done, Done), (name, done)
    page = next(each for each in reached.wiki.world.confluence.content.values() if each.title == "How to rotate")
    comment = tool["confluence.comment"]
    assert isinstance(comment.run(comment.takes(page=page.id, text="Good."), BEN, "k"), Done)
    shown = _page(reached)
    assert [each["writes"] for each in shown["targets"]] == [2, 2, 1]
    engineering = next(each for each in shown["projects"] if each["key"] == "ENG")
    assert engineering["issues"][0]["summary"] == "Rotate the certificates"
    assert engineering["issues"][0]["text"].startswith("By May.")
    assert sum(each["wrote"] for each in shown["targets"][0]["requests"]) == 2


def test_whoever_does_not_work_there_has_nothing_done(at_work: tuple[dict[str, Any], Sites]) -> None:
    tool, reached = at_work
    before = len(reached.jira.requests.writes())
    takes = tool["jira.create_issue"].takes
    for project in ("ENG", "LEGAL", "NOPE"):
        found = tool["jira.create_issue"].look(takes(project=project, summary="x"), BEN)
        assert isinstance(found, Barred)
        assert found.said == ""
    assert len(reached.jira.requests.writes()) == before


def test_the_token_is_nowhere_on_the_page_nor_in_what_is_printed(at_work: tuple[dict[str, Any], Sites]) -> None:
    _, reached = at_work
    assert reached.jira.caller.token not in json.dumps(_page(reached))
    settings = demo_jira.reached(Settings(home=Path("nowhere")), reached)
    assert reached.jira.caller.token not in repr(settings)


def test_a_company_without_sites_has_no_jira_whatever_the_environment_says() -> None:
    named = Settings(home=Path("nowhere"), jira_url="https://jira.test", jira_token="x")
    assert jira(demo_jira.reached(named, None)) is None


def test_before_footnote_is_at_work_the_page_is_told_so() -> None:
    documents = acme().documents
    assert documents is not None
    assert _asked(TrackerDesk(documents)).status_code == 503


def _page(reached: Sites) -> Any:
    desk = TrackerDesk(reached.jira.world)
    with desk.opened(reached):
        return _asked(desk).json()


def _asked(desk: TrackerDesk) -> httpx.Response:
    server = Server(lambda: Starlette(routes=desk.routes()), name="page", lifespan="off").start()
    try:
        return httpx.get(f"{server.url}/_footnote/jira", timeout=30)
    finally:
        server.stop()
