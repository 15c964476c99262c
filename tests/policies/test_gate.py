"""What may be done, for whom, and who has to say yes first. Deny is tested first, and beats everything."""

from datetime import UTC, datetime, timedelta
from importlib import resources
from typing import Any

import pytest

from policies.gate import Act, Actor, Allow, Approve, Because, Confirm, Deny, ToolRule, Tools, decide, rule_of
from policies.overrides import as_packaged, path_of, with_all
from policies.people import Email, Person
from policies.rules import FILES, OVERRIDES, TOOLS, Rules, RulesError, digest, parse
from policies.widening import widened

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ANA, BEN, ZOE = "U01ANA", "U02BEN", "U03ZOE"
PERSON = Person(email=Email("ana@acme.test"))
RULE: dict[str, Any] = {
    "does": "Create an issue",
    "enabled": True,
    "risk": "medium",
    "intents": ("act",),
    "everybody": True,
    "direct": True,
    "channels": ("C0ENG",),
    "targets": ("ENG",),
    "domains": ("acme.test",),
    "a_day": 3,
    "most": 100.0,
    "expires_minutes": 60,
}
IT = "S01IT"
OF_A_GROUP = {"risk": "high", "approvers": (IT,)}
HIGH = {"risk": "high", "approvers": (BEN, ANA)}
ACT = Act("jira.create", "act", ANA, None, NOW + timedelta(hours=1))
PACKAGED = {file: (resources.files("policies") / "rules" / file).read_text(encoding="utf-8") for file in FILES}


def tools(**changes: Any) -> Tools:
    return {"jira": {"create": ToolRule(**{**RULE, **changes})}}


def decided(rule: dict[str, Any], act: dict[str, Any], who: Actor, used: int = 0) -> Any:
    return decide(ACT._replace(**act), who, tools(**rule), NOW, used)


ASKER = Actor(ANA, PERSON)


@pytest.mark.parametrize(
    ("rule", "act", "who", "because"),
    [
        pytest.param({}, {"tool": "jira.delete"}, ASKER, "no_rule", id="a tool that no rule names"),
        pytest.param({}, {"tool": "jira"}, ASKER, "no_rule", id="half a name"),
        pytest.param({}, {"tool": ""}, ASKER, "no_rule", id="no name"),
        pytest.param({"enabled": False}, {}, ASKER, "not_enabled", id="not enabled"),
        pytest.param({"enabled": False, **HIGH}, {}, ASKER, "not_enabled", id="not enabled, and of high risk"),
        pytest.param({}, {"intent": "question"}, ASKER, "other_intent", id="asked for by another intent"),
        pytest.param({"intents": ()}, {}, ASKER, "other_intent", id="no intent at all"),
        pytest.param({}, {}, Actor(ANA, Person(email=PERSON.email, outsider=True)), "not_a_member", id="a guest"),
        pytest.param({}, {}, Actor(ANA, Person(actor="slack:T/U")), "not_a_member", id="no address"),
        pytest.param({}, {}, Actor(BEN, PERSON), "not_theirs", id="somebody else's"),
        pytest.param({}, {"confirmed_by": BEN}, ASKER, "not_theirs", id="confirmed by somebody else"),
        pytest.param(
            {"everybody": False, "people": (BEN, "zoe@acme.test")}, {}, ASKER, "not_for_them", id="not on the list"
        ),
        pytest.param({"direct": False}, {}, ASKER, "not_here", id="not in a direct conversation"),
        pytest.param({}, {"channel": "C0HR"}, ASKER, "not_here", id="not in this channel"),
        pytest.param({"channels": ()}, {"channel": "C0ENG"}, ASKER, "not_here", id="in no channel"),
        pytest.param({}, {"targets": ("HR",)}, ASKER, "other_target", id="another project"),
        pytest.param({}, {"targets": ("ENG", "HR")}, ASKER, "other_target", id="another project beside an allowed one"),
        pytest.param(
            {}, {"targets": ("HR-12",), "within": True}, ASKER, "other_target", id="an issue of another project"
        ),
        pytest.param({}, {"targets": ("eng",)}, ASKER, "other_target", id="spelt otherwise"),
        pytest.param({}, {"targets": ("ENG-2",)}, ASKER, "other_target", id="another that only begins the same"),
        pytest.param({}, {"targets": ("ENG-1-2x",), "within": True}, ASKER, "other_target", id="no issue of it"),
        pytest.param({"targets": ()}, {"targets": ("ENG",)}, ASKER, "other_target", id="no target allowed"),
        pytest.param({}, {"recipients": ("x@evil.test",)}, ASKER, "other_recipient", id="another company"),
        pytest.param({}, {"recipients": ("x@notacme.test",)}, ASKER, "other_recipient", id="a name that ends alike"),
        pytest.param({}, {"recipients": ("a@acme.test@evil.test",)}, ASKER, "other_recipient", id="two domains"),
        pytest.param({}, {"recipients": ("anyone",)}, ASKER, "other_recipient", id="no address at all"),
        pytest.param({}, {"amounts": (101.0,)}, ASKER, "too_much", id="more than the most"),
        pytest.param({}, {"amounts": (-1.0,)}, ASKER, "too_much", id="less than nothing"),
        pytest.param({}, {"amounts": (float("nan"),)}, ASKER, "too_much", id="no number"),
        pytest.param({"most": None}, {"amounts": (1.0,)}, ASKER, "too_much", id="no most is named"),
        pytest.param({}, {"expires_at": NOW}, ASKER, "too_late", id="over at this moment"),
        pytest.param({}, {"is_complete": False, "confirmed_by": ANA}, ASKER, "incomplete", id="confirmed half said"),
        pytest.param(HIGH, {"is_complete": False, "approved_by": BEN}, ASKER, "incomplete", id="approved half said"),
        pytest.param(HIGH, {"confirmed_by": ANA, "approved_by": ANA}, ASKER, "own_approval", id="their own approval"),
        pytest.param(HIGH, {"confirmed_by": ANA, "approved_by": ZOE}, ASKER, "not_an_approver", id="any approval"),
        pytest.param({**HIGH, "approvers": (ANA,)}, {}, ASKER, "not_an_approver", id="nobody else could approve"),
        pytest.param(OF_A_GROUP, {"approved_by": BEN}, ASKER, "not_an_approver", id="approved by somebody in no group"),
        pytest.param(
            OF_A_GROUP,
            {"approved_by": BEN, "approver_groups": frozenset({"S02HR"})},
            ASKER,
            "not_an_approver",
            id="in another group",
        ),
        pytest.param(
            OF_A_GROUP,
            {"approved_by": BEN, "approver_groups": frozenset({IT.lower()})},
            ASKER,
            "not_an_approver",
            id="spelt otherwise",
        ),
        pytest.param(OF_A_GROUP, {"approved_by": IT}, ASKER, "not_an_approver", id="a group is nobody"),
        pytest.param(
            HIGH,
            {"approved_by": ZOE, "approver_groups": frozenset({IT})},
            ASKER,
            "not_an_approver",
            id="in a group that the rule does not name",
        ),
        pytest.param(
            OF_A_GROUP,
            {"confirmed_by": ANA, "approved_by": ANA, "approver_groups": frozenset({IT})},
            ASKER,
            "own_approval",
            id="their own, though in the group",
        ),
    ],
)
def test_it_is_denied_whoever_has_said_yes(
    rule: dict[str, Any], act: dict[str, Any], who: Actor, because: Because
) -> None:
    nobody: dict[str, Any] = {}
    for yes in (nobody, {"confirmed_by": ANA, "approved_by": BEN}):
        found = decided({**HIGH, **rule}, {**yes, **act}, who)
        assert isinstance(found, Deny)
        assert found.rule == because
        assert found.reason


@pytest.mark.parametrize(
    ("rule", "act", "expected", "because"),
    [
        pytest.param({}, {}, Confirm, "needs_confirmation", id="nobody has said anything"),
        pytest.param({"risk": "low"}, {}, Confirm, "needs_confirmation", id="low risk is confirmed all the same"),
        pytest.param(
            {}, {"is_complete": False}, Confirm, "needs_confirmation", id="half said is shown, to be completed"
        ),
        pytest.param({}, {"confirmed_by": ANA}, Allow, "confirmed", id="confirmed"),
        pytest.param({}, {"channel": "C0ENG", "confirmed_by": ANA}, Allow, "confirmed", id="in the channel named"),
        pytest.param(
            {},
            {"targets": ("ENG-12",), "within": True, "confirmed_by": ANA},
            Allow,
            "confirmed",
            id="an issue of the project",
        ),
        pytest.param({}, {"amounts": (100.0,), "confirmed_by": ANA}, Allow, "confirmed", id="the most"),
        pytest.param({}, {"recipients": ("Z@Acme.test",), "confirmed_by": ANA}, Allow, "confirmed", id="a colleague"),
        pytest.param(
            {"everybody": False, "people": (ANA,)}, {"confirmed_by": ANA}, Allow, "confirmed", id="named by account"
        ),
        pytest.param(
            {"everybody": False, "people": ("ana@acme.test",)}, {}, Confirm, "needs_confirmation", id="named by address"
        ),
        pytest.param(HIGH, {}, Approve, "needs_approval", id="high risk"),
        pytest.param(HIGH, {"confirmed_by": ANA}, Approve, "needs_approval", id="high risk, confirmed"),
        pytest.param(
            {"approvers": (BEN,)}, {"confirmed_by": ANA}, Approve, "needs_approval", id="approvers, medium risk"
        ),
        pytest.param(HIGH, {"approved_by": BEN}, Confirm, "needs_confirmation", id="approved before it was confirmed"),
        pytest.param(HIGH, {"confirmed_by": ANA, "approved_by": BEN}, Allow, "approved", id="confirmed and approved"),
        pytest.param(OF_A_GROUP, {}, Approve, "needs_approval", id="a group"),
        pytest.param(
            OF_A_GROUP,
            {"confirmed_by": ANA, "approved_by": BEN, "approver_groups": frozenset({IT})},
            Allow,
            "approved",
            id="approved by somebody in the group",
        ),
        pytest.param(
            {**OF_A_GROUP, "approvers": (ZOE, IT)},
            {"confirmed_by": ANA, "approved_by": ZOE},
            Allow,
            "approved",
            id="approved by somebody named beside a group",
        ),
        pytest.param(
            {**OF_A_GROUP, "approvers": (IT, "S02HR")},
            {"confirmed_by": ANA, "approved_by": BEN, "approver_groups": frozenset({"S02HR"})},
            Allow,
            "approved",
            id="approved by somebody in the second group",
        ),
        pytest.param(
            OF_A_GROUP,
            {"approved_by": BEN, "approver_groups": frozenset({IT})},
            Confirm,
            "needs_confirmation",
            id="approved by somebody in the group before it was confirmed",
        ),
    ],
)
def test_what_is_not_denied_needs_a_yes(
    rule: dict[str, Any], act: dict[str, Any], expected: type, because: Because
) -> None:
    found = decided(rule, act, ASKER)
    assert (type(found), found.rule) == (expected, because)


def test_asker_is_not_among_those_who_are_asked_to_approve() -> None:
    assert decided(HIGH, {}, ASKER).by == (BEN,)


def test_group_is_asked_beside_people_though_the_asker_is_named() -> None:
    assert decided({**HIGH, "approvers": (ANA, IT, BEN)}, {}, ASKER).by == (IT, BEN)


def test_so_many_a_day_and_not_one_more() -> None:
    assert isinstance(decided({}, {}, ASKER, 2), Confirm)
    assert decided({}, {"confirmed_by": ANA}, ASKER, 3).rule == "too_many"


def test_without_rules_nothing_is_done() -> None:
    nothing: Tools = {}
    for none in (None, nothing):
        assert decide(ACT._replace(confirmed_by=ANA), ASKER, none, NOW, 0).rule == "no_rule"


# --- the rule file ------------------------------------------------------------------------------------------------------


def test_no_packaged_tool_is_enabled_and_each_says_whether_it_can_be_tried() -> None:
    rules = [one for of in parse(PACKAGED).tools.values() for one in of.values()]
    assert rules
    assert not any(one.enabled for one in rules)
    assert all(one.dry_run != bool(one.no_dry_run_because) for one in rules)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('risk = "high"', 'risk = "grave"', "drive.share_file.risk"),
        ('intents = ["act"]', 'intents = ["acts"]', "there is no intent `acts`"),
        ("every_target = true\ndomains = []", "every_target = true\ndomain = []", "drive.share_file.domain: Extra"),
        ("a_day = 20", "a_day = 0", "jira.create_issue.a_day"),
        ("approvers = []", 'approvers = ["ben@acme.test"]', "drive.share_file.approvers.0"),
        ("approvers = []", 'approvers = ["@it"]', "drive.share_file.approvers.0"),
        ("approvers = []", 'approvers = ["C01IT"]', "drive.share_file.approvers.0"),
        ("dry_run = true", "dry_run = false", "no_dry_run_because"),
        ("expires_minutes = 240", "expires_minutes = 0", "drive.share_file.expires_minutes"),
    ],
)
def test_wrong_rule_of_a_tool_is_refused_with_its_name(old: str, new: str, reason: str) -> None:
    text = PACKAGED[TOOLS]
    assert old in text
    with pytest.raises(RulesError, match=reason) as refused:
        parse({**PACKAGED, TOOLS: text.replace(old, new, 1)})
    assert refused.value.line is not None


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"risk": "high"}, id="high risk, and nobody approves"),
        pytest.param({"everybody": False}, id="for nobody"),
    ],
)
def test_rule_that_could_not_be_meant_is_none_once_it_is_enabled(changes: dict[str, Any]) -> None:
    assert not ToolRule(**{**RULE, **changes, "enabled": False}).enabled
    with pytest.raises(ValueError, match=r"approvers|nobody"):
        ToolRule(**{**RULE, **changes})


def test_enabling_a_tool_takes_a_second_admin_and_disabling_it_does_not() -> None:
    before = parse(PACKAGED)
    after = parse({**PACKAGED, TOOLS: PACKAGED[TOOLS].replace("enabled = false", "enabled = true", 1)})
    assert widened(before, after) == ("tools.jira.create_issue",)
    assert widened(after, before) == ()


@pytest.mark.parametrize(
    ("now", "is_widened"),
    [
        pytest.param('["U02BEN", "S01IT"]', True, id="a group more"),
        pytest.param('["S01IT"]', True, id="a group in place of a person"),
        pytest.param('["U02BEN", "U03ZOE"]', True, id="a person more"),
        pytest.param('["U02BEN"]', False, id="the same"),
    ],
)
def test_whoever_lets_others_approve_needs_a_second_admin(now: str, *, is_widened: bool) -> None:
    def rules(approvers: str) -> Rules:
        return parse({**PACKAGED, OVERRIDES: f"[tools.drive.share_file]\nenabled = true\napprovers = {approvers}"})

    expected = ("tools.drive.share_file",) if is_widened else ()
    assert widened(rules('["U02BEN"]'), rules(now)) == expected


def test_admin_enables_a_tool_by_its_name() -> None:
    path = path_of("tools.jira.create_issue.enabled")
    made = with_all(PACKAGED, path, found=True)
    rule = rule_of("jira.create_issue", parse(made).tools)
    assert rule is not None
    assert rule.enabled
    assert digest(made) != digest(PACKAGED)
    assert as_packaged(made, path) == PACKAGED
    with pytest.raises(RulesError, match="approvers"):
        with_all(PACKAGED, path_of("tools.drive.share_file.enabled"), found=True)


def test_texts_from_before_there_were_tools_have_none() -> None:
    assert parse({file: text for file, text in PACKAGED.items() if file != TOOLS}).tools == {}
