"""`/footnote tools`: what can be done and on whose terms, one tool enabled by two admins, and what was done with it."""

from pathlib import Path

from tests.fakes.tool import FakeTool
from tests.slack.office import office, running, until
from tests.slack.test_acting import REQUEST, shows
from tests.slack.test_acting import card as proposal
from tests.slack.test_commands import told
from tests.slack.test_commands_policy import card

NAME = "jira.create_issue"


def test_two_admins_enable_a_tool_one_disables_it_and_what_was_done_is_told_without_what_it_was_about(
    tmp_path: Path, database_url: str
) -> None:
    tool = FakeTool()
    with (
        office(tmp_path, database_url, admins=("ana@acme.test", "ben@acme.test")) as acme,
        running(acme, tools=[tool]),
    ):
        listed = told(acme, "ana", "tools")
        assert f"{NAME}: not enabled; medium risk; for everybody; asked for in direct messages" in listed
        assert "jira.comment: not enabled; its target is not set up, so it cannot be used" in listed
        assert "There is no tool jira.delete" in told(acme, "ana", "tools enable jira.delete")
        assert "Only admins" in told(acme, "zoe", "tools")
        assert "Nothing was done by any tool yet" in told(acme, "ana", "tools recent")

        told(acme, "ana", 'policy set tools.jira.create_issue.targets ["ENG"]')
        assert "ENG" in told(acme, "ana", f"tools rules {NAME}")
        assert "I asked ben@acme.test" in told(acme, "ana", f"tools enable {NAME}")
        assert f"{NAME}: not enabled" in told(acme, "ana", "tools")
        assert acme.person("ben").click(acme.direct("ben"), card(acme, "ben").ts, "change:approve").acked
        until(lambda: f"{NAME}: enabled" in told(acme, "ana", "tools"))

        acme.asks("zoe", REQUEST)
        place = acme.direct("zoe")
        acme.person("zoe").click(place, proposal(acme, place).ts, "act:confirm")
        shows(acme, place, "Done.")
        recent = told(acme, "ben", "tools recent")
        assert f"{NAME} for {acme.person('zoe').id}: done" in recent
        assert "projector" not in recent

        told(acme, "ben", f"tools disable {NAME}")
        assert f"{NAME}: not enabled" in told(acme, "ana", "tools")
    assert len(tool.runs) == 1
