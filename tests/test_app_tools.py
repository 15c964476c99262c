"""Which tools there are, and which of them have a target at this moment."""

from pathlib import Path
from typing import Any

import pytest

from bot import app
from bot.app.tools import jira, tools, wikis
from bot.core.acting import Actor, Barred, NotDone
from bot.settings import Settings
from connectors.model import Fatal
from policies.people import Email

WIKI = {"site": "https://acme.test/wiki", "secret": "env:NOTHING", "spaces": "ENG"}
DRIVE = {"mode": "member", "key": "env:NOTHING", "domains": "acme.test", "drives": "0AFinance"}
JIRA = {"jira_url": "https://acme.test", "jira_email": "bot@acme.test", "jira_token": "secret"}


class Silent:
    """Nobody is in Slack."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"{name} was asked")


def names(home: Path, sources: dict[str, dict[str, str]], **given: Any) -> list[str]:
    settings = Settings(home=home, **given)
    with app.records(settings) as records:
        with records.database.writing() as session:
            for kind, said in sources.items():
                records.sources.add(session, kind, kind, said, records.clock())
        return [each.name for each in tools(records, given.get("speaker"), jira(settings)) if each.is_set_up()]


def test_without_a_target_no_tool_is_set_up(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    assert names(tmp_path / "home", {"folder": {"path": str(tmp_path / "notes")}}) == []


def test_each_target_brings_its_tools_in_one_order(tmp_path: Path) -> None:
    assert names(tmp_path, {"confluence": WIKI, "drive": DRIVE}, **JIRA, speaker=Silent()) == [
        "jira.create_issue",
        "jira.comment",
        "confluence.create_page",
        "confluence.comment",
        "drive.share_file",
        "slack.post_message",
    ]


@pytest.mark.parametrize("missing", ["jira_url", "jira_token"])
def test_a_jira_of_which_something_is_not_said_is_none(tmp_path: Path, missing: str) -> None:
    assert names(tmp_path, {}, **{name: value for name, value in JIRA.items() if name != missing}) == []


@pytest.mark.parametrize("url", ["http://acme.test", "acme.test", "https://bot:secret@acme.test"])
def test_an_address_of_jira_that_is_none_stops_with_words_that_do_not_repeat_it(tmp_path: Path, url: str) -> None:
    with pytest.raises(Fatal, match="site") as stopped:
        names(tmp_path, {}, **{**JIRA, "jira_url": url})
    assert "secret" not in str(stopped.value)


def test_a_source_that_was_removed_is_no_target_any_more(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    with app.records(settings) as records:
        with records.database.writing() as session:
            records.sources.add(session, "wiki", "confluence", WIKI, records.clock())
        (page, _, _) = tools(records)
        arguments = page.takes(space="ENG", title="x", text="x")  # type: ignore[call-arg]
        assert len(wikis(records)) == 1
        assert wikis(records)[0].person(Email("ana@acme.test")) is None
        with records.database.writing() as session:
            records.sources.remove(session, "wiki")
        assert wikis(records) == []
        assert page.look(arguments, Actor(email=Email("ana@acme.test"))) == Barred(why="not_set_up")


def test_a_source_that_is_added_later_is_a_target_at_once_and_until_then_each_says_that_there_is_none(
    tmp_path: Path,
) -> None:
    ana = Actor(email=Email("ana@acme.test"))
    with app.records(Settings(home=tmp_path)) as records:
        page, comment, share = tools(records)
        asked = (
            (page, page.takes(space="ENG", title="x", text="x")),  # type: ignore[call-arg]
            (comment, comment.takes(page="123", text="x")),  # type: ignore[call-arg]
            (share, share.takes(file="0123456789", person="ben@acme.test")),  # type: ignore[call-arg]
        )
        for tool, arguments in asked:
            assert not tool.is_set_up()
            assert tool.look(arguments, ana) == Barred(why="not_set_up")
            assert tool.run(arguments, ana, "key") == NotDone(why="not_set_up")
        for kind, said in (("confluence", WIKI), ("drive", DRIVE)):
            with records.database.writing() as session:
                records.sources.add(session, kind, kind, said, records.clock())
        assert [tool.is_set_up() for tool, _ in asked] == [True, True, True]
        assert page.look(asked[0][1], ana) == Barred(why="unknown_there")
