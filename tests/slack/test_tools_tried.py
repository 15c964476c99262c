"""`/footnote tools try`: what a tool would do, said to an admin; its target is read, and nothing is done."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from pydantic import SecretStr

from bot import app
from bot.playground.jira import JiraEmulator
from bot.playground.world import World
from policies.rules import OVERRIDES
from tests.slack.office import Office, office, running, until
from tests.slack.replies import inside, read
from tests.slack.test_commands import told, types

NAME = "jira.create_issue"
SECRET_WORDS = "the projector of the board room"
TICKET = {"project": "ENG", "summary": SECRET_WORDS}


class At(NamedTuple):
    """`people`: whom each trial named."""

    acme: Office
    jira: JiraEmulator
    people: list[list[str]]

    def tries(self, entries: dict[str, str], *, channel: str | None = "general", name: str = "ana") -> Any:
        """What the form came to, and where its words lead."""
        person = self.acme.person(name)
        assert types(self.acme, name, f"tools try {NAME}", channel).acked
        until(lambda: (view := person.view()) and view.body.get("callback_id") == "tool" and view.body.get("submit"))
        outcome = person.submit(entries)
        if outcome.errors:
            return outcome.errors
        until(lambda: (view := person.view()) and "Asking…" not in read(view.body["blocks"]))
        shown = person.view()
        assert shown is not None
        blocks = shown.body["blocks"]
        person.close()
        self.acme.settled()
        self.people.append([str(one["user_id"]) for one in inside(blocks) if one.get("type") == "user"])
        return read(blocks), [str(one["url"]) for one in inside(blocks) if one.get("type") == "link"]


@contextmanager
def at(folder: Path, database_url: str, rules: str) -> Iterator[At]:
    world = World()
    world.add_person("Footnote", email="footnote@acme.test", admin=True, app=True)
    for name in ("ana", "ben"):
        world.add_person(name.title(), email=f"{name}@acme.test")
    world.add_group("hr", members=["ben@acme.test", "footnote@acme.test"])
    world.jira.add_project("ENG", "Engineering")
    world.jira.add_project("HR", "People team", groups=["hr"])
    with JiraEmulator(world) as jira, ExitStack() as stack:
        reached: dict[str, Any] = {
            "jira_url": jira.url,
            "jira_email": jira.caller.email,
            "jira_token": SecretStr(jira.caller.token),
        }
        acme = stack.enter_context(office(folder, database_url, admins=("ana@acme.test", "ben@acme.test"), **reached))
        texts = {**app.packaged_rules(), OVERRIDES: rules}
        with acme.records.database.writing() as session:
            acme.records.config.save(session, texts, author="test", note="tools", now=acme.records.clock())
        stack.enter_context(running(acme))
        yield At(acme, jira, [])
        assert jira.requests.writes() == [], "a trial wrote something"
        assert len(world.jira.issues) == 0
        assert acme.events("act_proposed") == []


def rule(**said: str) -> str:
    given = {"enabled": "true", "targets": '["ENG", "HR"]', **said}
    return "\n".join((f"[tools.{NAME}]", *(f"{name} = {value}" for name, value in given.items())))


def test_a_tool_that_is_not_enabled_is_tried_and_told_what_it_would_be_if_it_were(
    tmp_path: Path, database_url: str
) -> None:
    with at(tmp_path, database_url, rule(enabled="false")) as here:
        said, links = here.tries(TICKET)
        assert "it would be denied (not_enabled: jira.create_issue.enabled is false)" in said
        assert (
            "If it were enabled, it would be shown to you, and done once you, and nobody else, had confirmed it" in said
        )
        assert "It would be good until" in said
        assert "ENG – Engineering" in said
        assert "Nothing was done" in said
        assert links == [f"{here.jira.url}/browse/ENG"]
        (event,) = here.acme.events("tool_tried")
        assert event == {
            "tool": NAME,
            "by": f"slack:{here.acme.slack.world.home.id}/{here.acme.person('ana').id}",
            "decision": "deny",
            "rule": "not_enabled",
            "found": "would",
        }
        assert SECRET_WORDS not in str(here.acme.receipts())


def test_a_tool_that_takes_drafts_alone_is_tried_as_for_a_draft(tmp_path: Path, database_url: str) -> None:
    with at(tmp_path, database_url, rule(intents='["draft"]')) as here:
        said, _ = here.tries(TICKET)
        assert "it would be shown to you, and done once you, and nobody else, had confirmed it" in said


def test_what_stands_against_it_is_said_by_the_gate_and_by_the_target(tmp_path: Path, database_url: str) -> None:
    ben = '["U000000009"]'
    with at(tmp_path, database_url, rule(every_channel="false", approvers=ben, targets='["ENG", "HR"]')) as here:
        said, links = here.tries({**TICKET, "project": "HR"})
        assert "it would be denied (not_here: jira.create_issue is not for this place)" in said
        assert "There is no such place, or you may not do this there" in said
        assert "If it were enabled" not in said
        assert links == []
        direct = here.acme.direct("ana").id
        said, links = here.tries({**TICKET, "type": "Nonsense"}, channel=direct)
        assert "shown to you to confirm; after that, one of these would have to approve it" in said
        assert "U000000009" in here.people[-1]
        assert "type: one of" in said
        assert [one["decision"] for one in here.acme.events("tool_tried")] == ["approve", "deny"]
        assert [one["found"] for one in here.acme.events("tool_tried")] == ["invalid", "not_yours"]
        assert "project" in here.tries({**TICKET, "project": "not a key"})


def test_a_tool_without_a_dry_run_says_why_and_its_target_is_not_asked(tmp_path: Path, database_url: str) -> None:
    why = '"the target cannot be asked"'
    with at(tmp_path, database_url, rule(dry_run="false", no_dry_run_because=why)) as here:
        asked = len(here.jira.requests.all())
        said, _ = here.tries(TICKET)
        assert "Its target was not asked, because there is no dry run of it: the target cannot be asked" in said
        assert "shown to you, and done once you" in said
        assert len(here.jira.requests.all()) == asked


def test_only_admins_try_only_what_there_is_and_nothing_in_a_pause_or_beyond_the_limit(
    tmp_path: Path, database_url: str
) -> None:
    with at(tmp_path, database_url, rule() + "\n[admins]\na_minute = 10") as here:
        acme, ana = here.acme, here.acme.person("ana")
        assert "Only admins" in told(acme, "zoe", f"tools try {NAME}")
        assert "There is no tool jira.delete" in told(acme, "ana", "tools try jira.delete")
        assert "its target is not set up" in told(acme, "ana", "tools try confluence.comment").lower()
        assert "confluence.comment: not enabled; its target is not set up" in told(acme, "ana", "tools")
        asked = len(here.jira.requests.all())

        assert types(acme, "ana", f"tools try {NAME}").acked
        until(lambda: (view := ana.view()) and view.body.get("submit"))
        told(acme, "ben", "pause")
        assert "I am paused" in told(acme, "ben", f"tools try {NAME}")
        ana.submit(TICKET)
        until(lambda: "I am paused" in read(view.body["blocks"]) if (view := ana.view()) else False)
        ana.close()
        told(acme, "ben", "resume")

        assert types(acme, "ana", f"tools try {NAME}").acked
        until(lambda: (view := ana.view()) and view.body.get("submit"))
        while "more than 10 commands within a minute" not in told(acme, "ana", "budget"):
            pass
        ana.submit(TICKET)
        until(lambda: "commands within a minute" in read(view.body["blocks"]) if (view := ana.view()) else False)
        assert len(here.jira.requests.all()) == asked
        assert acme.events("tool_tried") == []


@pytest.mark.parametrize("name", ["ben", "zoe"])
def test_a_form_that_somebody_else_opened_tries_nothing(tmp_path: Path, database_url: str, name: str) -> None:
    """Whatever Slack could be made to send."""
    with at(tmp_path, database_url, rule()) as here:
        acme, ana = here.acme, here.acme.person("ana")
        assert types(acme, "ana", f"tools try {NAME}").acked
        until(lambda: (view := ana.view()) and view.body.get("submit"))
        view = ana.view()
        assert view is not None
        asked, app_ = len(here.jira.requests.all()), next(iter(acme.slack.world.apps.values()))
        payload = acme.slack.interactions._interaction("view_submission", app_, acme.person(name).user)
        values = {field: {"value": {"type": "plain_text_input", "value": said}} for field, said in TICKET.items()}
        stolen = {**view.body, "id": view.id, "state": {"values": values}}
        acme.slack.hub.ask(app_, "interactive", payload | {"view": stolen}, accepts_response=True)
        acme.settled()
        assert acme.events("tool_tried") == []
        assert len(here.jira.requests.all()) == asked
