"""What a rule's targets name, as each tool means it: a thing in a project, or that name and no other."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot import tools
from bot.core.nouns import ReceiptId, SlackPlace, SlackUser
from bot.core.proposals import AnyTool, Proposal, act_of, canonical, new_proposal_id
from policies.gate import Actor, Deny, ToolRule, decide
from policies.people import Email, Person

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "values", "targets", "is_denied"),
    [
        (tools.SlackPostMessage, {"channel": "general-2", "text": "x"}, ("general",), True),
        (tools.SlackPostMessage, {"channel": "general", "text": "x"}, ("general",), False),
        (tools.JiraComment, {"issue": "HR-12", "text": "x"}, ("ENG",), True),
        (tools.JiraComment, {"issue": "ENG-12", "text": "x"}, ("ENG",), False),
        (tools.ConfluenceCreatePage, {"space": "HR", "title": "x", "text": "x", "parent": "123"}, ("ENG",), True),
        (tools.ConfluenceCreatePage, {"space": "ENG-2", "title": "x", "text": "x"}, ("ENG",), True),
        (tools.ConfluenceCreatePage, {"space": "ENG", "title": "x", "text": "x", "parent": "123"}, ("ENG",), False),
    ],
)
def test_targets_are_what_the_tool_says_that_they_are(
    kind: Any,
    values: dict[str, str],
    targets: tuple[str, ...],
    is_denied: bool,  # noqa: FBT001
) -> None:
    tool: AnyTool = kind.__new__(kind)
    proposal = Proposal(
        id=new_proposal_id(),
        receipt=ReceiptId("r_1"),
        tool=tool.name,
        arguments=canonical(values),
        actor=SlackUser(team="T1", user="U01ANA"),
        place=SlackPlace(team="T1", channel="D1", message="1.1"),
        intent="act",
        made_at=NOW,
        expires_at=NOW + timedelta(hours=1),
    )
    rule = ToolRule(
        does="Do it",
        enabled=True,
        risk="medium",
        intents=("act",),
        everybody=True,
        direct=True,
        targets=targets,
        a_day=1,
        expires_minutes=60,
    )
    at, _, does = tool.name.partition(".")
    actor = Actor("U01ANA", Person(email=Email("ana@acme.test")))
    found = decide(act_of(proposal, tool), actor, {at: {does: rule}}, NOW, 0)
    assert (found.rule == "other_target", isinstance(found, Deny)) == (is_denied, is_denied)
