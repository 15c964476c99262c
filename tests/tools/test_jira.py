"""Jira's two tools: what only Jira does."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from bot.cli.doctor.examined import examine
from bot.cli.doctor.jira import checks
from bot.core.acting import Barred, Done, NotDone, Tool, Unsure, Would
from bot.playground.jira import BROWSE, COMMENT, CREATE, JiraEmulator
from bot.playground.jira.document import kinds
from bot.settings import Settings
from bot.tools import JiraComment, JiraCreateIssue
from bot.tools.jira_create_issue import Issue
from tests.tools.targets import ANA, BEN, EVE, KEY, a_company, comment_on_issue, create_issue, jira_site

PLAIN = {"doc", "paragraph", "heading", "bulletList", "listItem", "text", "hardBreak", "mark:em"}
READING = frozenset({"read:jira-work", "read:jira-user"})


def test_who_may_look_and_not_make_issues_makes_none(client: httpx.Client) -> None:
    with create_issue(client) as target:
        jira = target.site.world.jira
        jira.grant("ENG", BROWSE, target.site.world.person(BEN.email).account_id)
        assert target.tool.look(target.arguments(), BEN) == Barred(why="not_yours")
        jira.revoke("ENG", BROWSE)
        jira.grant("ENG", CREATE, target.site.world.person(BEN.email).account_id)
        assert isinstance(target.tool.look(target.arguments(), BEN), Barred)


def test_an_issue_behind_a_security_level_is_as_if_it_were_not_there(client: httpx.Client) -> None:
    with comment_on_issue(client) as target:
        target.site.world.jira.secure("ENG-1", "footnote@acme.test")
        found = target.tool.look(target.arguments(), ANA)
        assert isinstance(found, Barred)
        assert found.said == ""
        assert isinstance(target.tool.run(target.arguments(), ANA, KEY), NotDone)
        assert target.effects() == []


def test_whoever_left_between_the_look_and_the_write_does_nothing(client: httpx.Client) -> None:
    with create_issue(client) as target:
        assert isinstance(target.tool.look(target.arguments(), ANA), Would)
        target.site.world.deactivate(ANA.email)
        assert isinstance(target.tool.run(target.arguments(), ANA, KEY), NotDone)
        assert target.effects() == []


def test_who_hides_their_address_is_known_only_by_an_admins_word(client: httpx.Client) -> None:
    with jira_site(client) as (site, api):
        site.world.set_email(ANA.email, shown=False)
        arguments = Issue(project="ENG", summary="x")
        assert JiraCreateIssue(api).look(arguments, ANA) == Barred(why="unknown_there")
        linked = JiraCreateIssue(api, lambda email: site.world.person(email).account_id)
        assert isinstance(linked.look(arguments, ANA), Would)


def test_an_address_that_two_accounts_show_is_nobodys(client: httpx.Client) -> None:
    with create_issue(client) as target:
        target.site.world.add_person("Another Ana", email=ANA.email)
        assert target.tool.look(target.arguments(), ANA) == Barred(why="unknown_there")


def test_an_address_that_only_begins_the_same_is_somebody_elses(client: httpx.Client) -> None:
    with create_issue(client) as target:
        target.site.world.add_person("Eve", email=f"{EVE.email}.example")
        assert target.tool.look(target.arguments(), EVE) == Barred(why="unknown_there")


def test_where_we_may_not_ask_what_others_may_do_nothing_is_done_whatever_there_is(client: httpx.Client) -> None:
    with create_issue(client, admin=False) as target:
        known: Tool[Any] = JiraCreateIssue(
            target.tool._client, lambda email: target.site.world.person(email).account_id
        )
        found, absent = known.look(target.arguments(), ANA), known.look(target.absent, ANA)
        assert found == absent
        assert isinstance(found, Barred)
        assert "administer Jira" in found.said


def test_a_scope_that_is_missing_is_said_in_words_and_nothing_is_done(client: httpx.Client) -> None:
    with create_issue(client, scopes=READING) as target:
        done = target.tool.run(target.arguments(), ANA, KEY)
        assert isinstance(done, NotDone)
        assert "write:jira-work" in done.said
        assert target.effects() == []
    with comment_on_issue(client, scopes=frozenset({"write:jira-work"})) as target:
        found = target.tool.look(target.arguments(), ANA)
        assert isinstance(found, Barred)
        assert "read:jira-work" in found.said


def test_with_its_scopes_it_goes_through_the_gateway(client: httpx.Client) -> None:
    with create_issue(client, scopes=READING | {"write:jira-work"}) as target:
        done = target.tool.run(target.arguments(), ANA, KEY)
        assert isinstance(done, Done)
        assert done.url == f"{target.site.url}/browse/{done.what}"


def test_a_kind_of_issue_that_the_project_has_not_is_answered_with_those_it_has(client: httpx.Client) -> None:
    with create_issue(client) as target:
        arguments = JiraCreateIssue.takes(project="ENG", type="Epic", summary="x")  # type: ignore[call-arg]
        assert target.tool.look(arguments, ANA) == Barred(why="invalid", said="type: one of Task, Bug, Story")


def test_what_jira_says_when_it_refuses_is_passed_on(client: httpx.Client) -> None:
    with comment_on_issue(client) as target:
        target.site.world.jira.revoke("ENG", COMMENT)
        target.site.world.jira.grant("ENG", COMMENT, target.site.world.person(ANA.email).account_id)
        done = target.tool.run(target.arguments(), ANA, KEY)
        assert done == NotDone(why="refused", said="You do not have the permission to comment on this issue.")


def test_a_search_that_is_behind_proves_nothing_and_finds_it_later(client: httpx.Client) -> None:
    with create_issue(client) as target:
        target.site.world.jira.fall_behind()
        target.fail("failed_after")
        for do in (target.tool.run, target.tool.find):
            with pytest.raises(Unsure):
                do(target.arguments(), ANA, KEY)
        target.site.world.jira.catch_up()
        found = target.tool.find(target.arguments(), ANA, KEY)
        assert isinstance(found, Done)
        assert len(target.effects()) == 1


def test_somebody_elses_issue_with_our_mark_is_not_ours(client: httpx.Client) -> None:
    with create_issue(client) as target:
        assert isinstance(target.tool.run(target.arguments(), ANA, KEY), Done)
        (made,) = [each for each in target.site.world.jira.issues.values() if each.properties]
        made.creator_id = target.site.world.person(ANA.email).account_id
        with pytest.raises(Unsure):
            target.tool.find(target.arguments(), ANA, KEY)


def test_a_comment_is_found_behind_many_of_others_and_of_our_own(client: httpx.Client) -> None:
    with comment_on_issue(client) as target:
        done = target.tool.run(target.arguments(), ANA, KEY)
        body = target.site.world.jira.issue("ENG-1").comments[0].body
        for number in range(120):
            author = "footnote@acme.test" if number % 40 == 0 else ANA.email
            target.site.world.jira.add_comment("ENG-1", body, author=author)
        assert target.tool.find(target.arguments(), ANA, KEY) == done


def test_what_there_is_no_more_is_no_proof_that_nothing_was_done(client: httpx.Client) -> None:
    with comment_on_issue(client) as target:
        target.site.world.jira.delete_issue("ENG-1")
        with pytest.raises(Unsure):
            target.tool.find(target.arguments(), ANA, KEY)


def test_a_document_holds_text_and_nothing_that_leads_or_calls(client: httpx.Client) -> None:
    words = "# [Title](https://evil.test)\n\nSee https://evil.test and [~ana]\nnext line\n\n- one\n- @here"
    with create_issue(client) as target:
        target.tool.run(target.arguments(words), ANA, KEY)
        (made,) = [each for each in target.site.world.jira.issues.values() if each.properties]
        assert kinds(made.description) <= PLAIN
        assert {"heading", "bulletList", "hardBreak"} <= kinds(made.description)
        (effect,) = target.effects()
        assert effect == (
            "[Title](https://evil.test)\nSee https://evil.test and [~ana]\nnext line\none\n\n@here\n\n"
            "For Ana Ribeiro (ana@acme.test), by Footnote"
        )


@pytest.mark.parametrize("issue", ["ENG", "ENG-0", "ENG-1 OR 1=1", "ENG-1/../HR-1?x=1", "../ENG-1", "eng 1", ""])
def test_what_is_no_key_of_an_issue_is_not_asked_for(issue: str) -> None:
    with pytest.raises(ValidationError):
        JiraComment.takes(issue=issue, text="x")  # type: ignore[call-arg]


def test_an_issue_is_named_by_its_key_or_by_its_address_at_this_site(client: httpx.Client) -> None:
    with comment_on_issue(client) as target:

        def look(ref: str) -> object:
            return target.tool.look(JiraComment.takes(issue=ref, text="x"), ANA)  # type: ignore[call-arg]

        would = look("eng-1")
        assert isinstance(would, Would)
        assert look(f"{target.site.url}/browse/ENG-1") == would
        assert look("https://elsewhere.test/browse/ENG-1") == Barred(why="no_such_target")


def test_a_key_that_an_issue_had_before_it_was_moved_names_nothing(client: httpx.Client) -> None:
    """Jira answers with the issue as it is now, in a project that no rule may name."""
    with comment_on_issue(client) as target:
        target.site.world.jira.add_project("SEC", "Security", groups=["eng"])
        moved = target.site.world.jira.move_issue("ENG-1", "SEC").key
        assert target.tool._client.issue("ENG-1").key == moved
        assert isinstance(target.tool.look(target.tool.takes(issue=moved, text="x"), ANA), Would)
        assert target.tool.look(target.arguments(), ANA) == target.tool.look(target.absent, ANA)
        assert target.tool.run(target.arguments(), ANA, KEY) == NotDone(why="no_such_target")
        assert target.writes() == 0


def test_a_key_that_a_project_had_before_names_nothing(client: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    with create_issue(client) as target:
        project = target.tool._client.project("ENG")
        monkeypatch.setattr(target.tool._client, "project", lambda _: project.model_copy(update={"key": "SEC"}))
        assert target.tool.look(target.arguments(), ANA) == Barred(why="no_such_target")
        assert target.tool.run(target.arguments(), ANA, KEY) == NotDone(why="no_such_target")
        assert target.writes() == 0


def test_a_jira_that_does_not_answer_leaves_it_unsure(client: httpx.Client) -> None:
    with create_issue(client) as target:
        target.tool._client._http._patience = target.tool._client._http._patience.__class__(total_s=0.5)
        target.site.faults.fail("POST /rest/api/3/issue?", "stall", seconds=1.0)
        with pytest.raises(Unsure):
            target.tool.run(target.arguments(), ANA, KEY)
        assert target.effects() == []


@pytest.mark.parametrize(
    ("admin", "token", "told"),
    [(True, "", "tells us what people may do"), (False, "", "administer Jira"), (True, "wrong", "credentials (401)")],
    ids=["well", "no administrator", "a wrong token"],
)
def test_the_doctor_says_whether_jira_lets_us(tmp_path: Path, admin: bool, token: str, told: str) -> None:  # noqa: FBT001
    with JiraEmulator(a_company(), admin=admin) as site:
        given = {"jira_url": site.url, "jira_email": site.caller.email, "jira_token": token or site.caller.token}
        settings = Settings(home=tmp_path, **given)  # type: ignore[arg-type]
        (finding,) = examine(checks(settings), 30)
    assert told in finding.what
    assert (finding.state == "well") is ("tells us" in told)
    assert site.caller.token not in str(finding)


def test_without_a_jira_the_doctor_has_nothing_to_say(tmp_path: Path) -> None:
    assert checks(Settings(home=tmp_path)) == []
    (finding,) = examine(checks(Settings(home=tmp_path, jira_url="https://jira.test")), 30)
    assert "FOOTNOTE_JIRA_TOKEN is not set" in finding.what
