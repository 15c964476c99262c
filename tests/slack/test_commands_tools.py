"""`/footnote tools`: what can be done and on whose terms, one tool enabled by two admins, and what was done with it."""

import re
from pathlib import Path

from bot.core.acting import Unsure
from bot.playground.slack.membership import change_user
from tests.fakes.tool import FakeTool, UnkeyedTool
from tests.slack.office import office, running, until
from tests.slack.replies import read
from tests.slack.test_acting import REQUEST, enabled, shows
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


def test_an_admin_says_what_became_of_it_where_whoever_asked_has_left(tmp_path: Path, database_url: str) -> None:
    tool = UnkeyedTool()
    with office(tmp_path, database_url, admins=("ana@acme.test", "ben@acme.test")) as acme:
        enabled(acme)
        zoe = acme.slack.world.user("zoe")

        def leaves() -> None:
            change_user(acme.slack.world, zoe, deleted=True)
            raise Unsure("the line is dead")

        tool.before = leaves
        with running(acme, tools=[tool]):
            acme.asks("zoe", REQUEST)
            place = acme.direct("zoe")
            acme.person("zoe").click(place, proposal(acme, place).ts, "act:confirm")
            until(lambda: acme.events("act_admins_told"))
            (asked,) = acme.events("act_admins_told")
            assert len(asked["of"]) == 2
            note = shows(acme, acme.direct("ben"), "who is not here any more, had this done")
            (receipt,) = re.findall(r"tools settle (r_[0-9a-f]{24}) done", read(note.blocks))
            assert "projector" not in str(note)
            recent = told(acme, "ben", "tools recent")
            assert f"{receipt} " in recent
            assert f"{NAME} for {zoe.id}" in recent
            assert "projector" not in recent
            assert "of 1 somebody has to say" in told(acme, "ben", "status")
            assert f"{receipt}: it counts as done from now on" in told(acme, "ben", f"tools settle {receipt} done")
            assert f"Of {receipt} nobody has to say" in told(acme, "ana", f"tools settle {receipt} not done")
            assert "/footnote tools settle" not in told(acme, "ben", "tools recent")
            shows(acme, place, "It was done, as an admin found there.")
    settled = [one for one in acme.events("act_settled") if "proposal" in one]
    assert [one["by"].rpartition("/")[2] for one in settled] == [acme.person("ben").id]
