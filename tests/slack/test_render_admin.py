"""Whatever an admin is told, Slack accepts it, nothing in it leads anywhere, and it says what to do next."""

import ast
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import pytest

import bot
from bot.core.acting import Barred, Why, Would
from bot.core.admin import (
    Audited,
    Change,
    Changed,
    ChannelChanged,
    ChannelReply,
    ChannelShown,
    Conflict,
    Contents,
    Decided,
    Edit,
    FormOpened,
    Happening,
    Helped,
    NoAdmin,
    NoChannel,
    NoMember,
    NoSuchChange,
    NoSuchReceipt,
    NoSuchRule,
    NoSuchSource,
    NoSuchVersion,
    NotYourself,
    NowPaused,
    NowRunning,
    OverviewReply,
    Paused,
    PolicyReply,
    PolicyShown,
    PolicyVersions,
    Reply,
    RuleRefused,
    Setting,
    SourcesListed,
    SourceStanding,
    Spent,
    Standing,
    SyncAsked,
    Told,
    TooLong,
    TooMany,
    TooMuch,
    Unchanged,
    Verified,
    Version,
    Waiting,
)
from bot.core.channels import Foreseen, Preview
from bot.core.checked import NotInReview, ReviewMoved, ReviewReply, ReviewsListed, ReviewStanding
from bot.core.commands import Misread
from bot.core.evaluated import Evaluation, EvaluationAsked, EvaluationReply, EvaluationsListed, NoGoldenSet
from bot.core.identities import (
    AccountTaken,
    Coverage,
    Identity,
    ImportPreviewed,
    LineRefused,
    Linked,
    NoSuchAccount,
    NoSuchPerson,
    NotLinked,
    OwnLink,
    OwnRefused,
    OwnWaits,
    PeopleCovered,
    PeopleMoved,
    PeopleReply,
    PersonShown,
    Relink,
    Relinked,
    WhyNot,
)
from bot.core.keeping import (
    KeepingReply,
    ModelGoesOn,
    ModelPaused,
    ModelReply,
    ModelsListed,
    ModelStanding,
    ModelTested,
    NoSuchModel,
    NotByAWord,
    NotPausable,
    NotToBePaused,
    NotYours,
    Removal,
    RemovalAsked,
    RemovalDecided,
    RemovalState,
    SourceGoesOn,
    SourcePaused,
    SyncPaused,
)
from bot.core.nouns import ReceiptId, SlackUser
from bot.core.signing_in import Begun, NotBegun
from bot.core.tooling import (
    Act,
    ActSettled,
    ActsShown,
    NoSuchTool,
    NothingOpen,
    ToolReply,
    ToolsListed,
    ToolStanding,
    Tried,
    Unasked,
    Untried,
)
from bot.playground.slack.surfaces import check_message_blocks, check_view
from bot.slack.render import admin, channel, evaluated, keeping, overview, people, policy, sign_in
from policies.channels import ChannelRules
from policies.evidence import Answer, Claim, Clarification, Notice, Refusal, RefusalReason
from policies.gate import Allow, Approve, Confirm, Deny, ToolRule
from policies.people import email_address
from policies.rules import FILES
from policies.spelt import value
from tests.slack.replies import inside, read

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
EVIL = "<!channel> <@U1> https://evil.test/x *b* `c` \u202e" + "long " * 2_000
VERSION = Version(7, "d" * 64, EVIL, EVIL, NOON)
EDITS = tuple(Edit(f"{EVIL}{number}", EVIL, None) for number in range(200))
CHANGE = Change(
    id="c_1", receipt=ReceiptId("r_1"), by=SlackUser(team="T1", user="U1"), name=EVIL, base=1, digest="d", texts={},
    note=EVIL, widens=("admins.people",), asked_at=NOON, expires_at=NOON, state="approved", decided_by=EVIL,
)  # fmt: skip
MEI = email_address("mei@acme.test")
LINKS = tuple(
    Relink(email=MEI, source=f"s{number}", before=EVIL, after=(EVIL, None)[number % 2]) for number in range(100)
)
COVERED = Coverage(EVIL, "confluence", 1, 2, 3, 4, 5, counted_as_members=True, is_read=False)
IDENTITIES = tuple(
    Identity(EVIL, "confluence", how, EVIL, 9, NOON, EVIL, EVIL, NOON)
    for how in ("admin", "address", "absent", "unknown")
)
SOURCE = SourceStanding(EVIL, "folder", 10**9, 5, None, EVIL, 7)
MODEL = ModelStanding(
    EVIL, ("writes", "embeds"), EVIL, EVIL, EVIL, sources=(EVIL,) * 99, answered_at=NOON, failed_at=NOON, because=EVIL,
    paused_by=EVIL, paused_at=NOON,
)  # fmt: skip
REVIEW = ReviewStanding(ReceiptId("r_1"), (EVIL,) * 9, NOON, SlackUser(team="T1", user="U1"), 1, NOON, is_yours=True)
RUN = Evaluation(
    "v_1", SlackUser(team="T1", user="U1"), EVIL, NOON, "done", NOON,
    {"ndcg@10": 0.5, "recall@5": 0.25, "recall@10": 0.5, "hit@1": 1.0, "n": 40.0},
)  # fmt: skip
REMOVAL = Removal(
    id="c_1", receipt=ReceiptId("r_1"), by=SlackUser(team="T1", user="U1"), name=EVIL, source=EVIL, added_at=NOON,
    documents=10**9, asked_at=NOON, expires_at=NOON,
)  # fmt: skip
SPENT = Spent(10, 0.5, 10, 1.0, 10, 1.0)
PREVIEW = Preview(10**6, 10**5, 10**4, 5000, 3, 70, (EVIL,) * 50)
ALONE = Preview(10, 1, None, None, 0, 0, ())
UNKNOWN = Preview(0, 0, 0, None, 0, 0, ())
RULE = ToolRule(does=EVIL[:120], risk="high", people=("U100",) * 99, a_day=1, expires_minutes=1)
DECISIONS = (
    Deny("not_enabled", EVIL), Confirm("needs_confirmation", EVIL, "U1"),
    Approve("needs_approval", EVIL, ("U1",) * 99, is_confirmed=False), Allow("confirmed", EVIL),
)  # fmt: skip
OWN = CHANGE.model_copy(update={"own": True, "links": LINKS[:1], "note": EVIL, "name": EVIL})
REPLIES: tuple[Reply, ...] = (
    TooMany(30, is_told=True), NoMember(), NoAdmin(()), NoAdmin(("U1", "ana@acme.test", *["U2"] * 500)), Misread(), Misread("policy"), Helped(),
    PolicyVersions((VERSION,) * 20, more=True),
    PolicyShown(VERSION, None, (), 0), PolicyShown(VERSION, EVIL[:100], tuple(Setting(f"{EVIL}{n}", EVIL, VERSION) for n in range(60)), 99),
    NoSuchRule(EVIL, (EVIL,) * 500), RuleRefused(3, EVIL), RuleRefused(None, "no"), TooLong("a", (EVIL,) * 500), TooMuch((EVIL,) * 99),
    FormOpened(opened=True), FormOpened(opened=False), Changed(2, EDITS), Unchanged(), NoSuchVersion(3), Conflict(VERSION, EDITS),
    Waiting(("admins.people",), (), None), Waiting(("admins.people",), (), NOON),
    Changed(2, EDITS, replaced=tuple(Setting(f"{EVIL}{n}", EVIL, VERSION) for n in range(60))), Changed(2, EDITS, passed_over=(VERSION,) * 60),
    Waiting(("admins.people",), (EVIL,), NOON, (VERSION,) * 60), Waiting(("admins.people",), (EVIL,) * 99, NOON), NotYourself(), NoSuchChange(),
    Decided(CHANGE, 2), NowPaused(Paused(EVIL, NOON), anew=True), NowPaused(Paused(EVIL, NOON), anew=False),
    NowRunning(anew=True), NowRunning(anew=False), Standing(VERSION, Paused(EVIL, NOON), 1, 2, 3, 4, 5, 6, None, (SOURCE,) * 200, SPENT),
    SourcesListed(()), SourcesListed((SOURCE,) * 500), SyncAsked(EVIL), NoSuchSource(EVIL, (EVIL,) * 99), SPENT, Spent(0, 0, None, None, None, None),
    Verified(True, 1, 1, 0, 1), Verified(False, 1, 1, 3, 1),
    Audited("r_1", EVIL, tuple(Happening(EVIL, EVIL, True) for _ in range(500))), NoSuchReceipt("r_1"),
    NoChannel(), ChannelShown("C1", ChannelRules(), (), None),
    ChannelShown("C1", ChannelRules(mode="private"), tuple(Setting(f"{EVIL}{n}", EVIL, VERSION) for n in range(60)), ALONE),
    ChannelShown("C1", ChannelRules(), (), UNKNOWN), ChannelChanged(Changed(2, EDITS), PREVIEW, ()),
    ChannelChanged(Waiting(("channels.C1.scope",), (EVIL,), NOON), None, (EVIL,) * 50),
    PeopleCovered(3, 1, (COVERED,) * 99), PeopleCovered(3, 0, ()), PersonShown(EVIL, IDENTITIES * 30), PersonShown(EVIL, ()),
    NoSuchPerson(EVIL, is_name=True), NoSuchPerson(EVIL, is_name=False), NotLinked(EVIL), NoSuchAccount(EVIL, "drive"),
    AccountTaken(EVIL, EVIL, EVIL), Relinked(LINKS), ImportPreviewed(ReceiptId("r_1"), LINKS, 3, (EVIL,) * 60, (EVIL,) * 60, len(LINKS)),
    ImportPreviewed(ReceiptId("r_1"), (), 0, (), (), 0), PeopleMoved(),
    OwnLink(LINKS[0], at_once=True), OwnWaits(LINKS[0], (EVIL,) * 99, NOON), OwnWaits(LINKS[0], (), NOON),
    *(OwnRefused(EVIL, why) for why in get_args(WhyNot)),
    Decided(OWN.model_copy(update={"state": "outdated"})), Decided(OWN.model_copy(update={"state": "approved"})),
    *(Audited("r_1", EVIL, (), Contents(EVIL, told, told)) for told in (
        None, Told(Answer(claims=(Claim(text=EVIL),) * 9), (EVIL,) * 99), Told(Refusal(reason=RefusalReason.DECLINED), ()),
        Told(Notice(about="greet", says=EVIL), ()), Told(Clarification(reason="which", question=EVIL, options=(EVIL, EVIL)), ()),
    )),
    NoGoldenSet(), EvaluationsListed(()), EvaluationsListed((RUN, RUN._replace(figures=None), RUN) * 9),
    EvaluationAsked(RUN, anew=True), EvaluationAsked(RUN, anew=False), ReviewsListed(()), ReviewsListed((REVIEW, REVIEW._replace(reviewer=None)) * 200), ReviewMoved(ReceiptId("r_1"), "next"),
    ReviewMoved(ReceiptId("r_1"), "nobody"), NotInReview("r_1"), ModelsListed((), None), ModelsListed((MODEL, MODEL._replace(sources=None, may_be_sent=False, paused_at=None)) * 100, (0.5, 10)),
    NoSuchModel(EVIL, ()), NoSuchModel(EVIL, (EVIL,) * 99), ModelTested(EVIL), ModelTested(EVIL, EVIL, (EVIL,) * 9), NotByAWord(EVIL),
    ModelPaused(EVIL, EVIL, NOON, anew=True, then=(EVIL,) * 99), ModelPaused(EVIL, EVIL, NOON, anew=False, then=()),
    ModelGoesOn(EVIL, anew=True), ModelGoesOn(EVIL, anew=False), NotToBePaused(EVIL, EVIL),
    SourcePaused(EVIL, EVIL, NOON, anew=True), SourcePaused(EVIL, EVIL, NOON, anew=False), SourceGoesOn(EVIL, anew=True),
    SourceGoesOn(EVIL, anew=False), NotPausable(EVIL), SyncPaused(EVIL), RemovalAsked(REMOVAL, reached=True),
    RemovalAsked(REMOVAL, reached=False), NotYours(), SourcesListed((SOURCE._replace(paused=Paused(EVIL, NOON)),)),
    *(RemovalDecided(REMOVAL.model_copy(update={"state": state})) for state in get_args(RemovalState)),
    ToolsListed((ToolStanding(EVIL, RULE, is_there=False),) * 99), NoSuchTool(EVIL, (EVIL,) * 99), ActsShown(()),
    ActsShown((Act(EVIL, EVIL, "done", NOON, ReceiptId(EVIL)),) * 99, (Act(EVIL, EVIL, "unknown", NOON, ReceiptId(EVIL)),) * 99),
    ActSettled("r_1", happened=True), ActSettled("r_1", happened=False), NothingOpen("r_1"), Untried(EVIL, "paused"), Untried(EVIL, "invalid", {EVIL: EVIL}),
    *(Tried(EVIL, EVIL, one, None, Unasked("no_dry_run", EVIL), NOON) for one in DECISIONS),
    *(Tried(EVIL, EVIL, DECISIONS[0], DECISIONS[1], Barred(why=why, said=EVIL), NOON) for why in get_args(Why)),
    *(Tried(EVIL, EVIL, DECISIONS[0], one, Would(target=EVIL, id="1", url=EVIL), NOON) for one in DECISIONS),
)  # fmt: skip


def test_at_a_folder_it_is_said_where_an_address_goes_instead_of_a_link() -> None:
    said = admin.said(NotLinked("handbook")).text
    assert "people.yaml" in said
    assert "/footnote sources sync handbook" in said


def test_every_reply_that_there_is_is_tried_here() -> None:
    short = {NoMember, NoAdmin, TooMany, Misread, Helped, NowPaused, NowRunning}
    assert {type(reply) for reply in REPLIES} == {
        *get_args(PolicyReply),
        *get_args(OverviewReply),
        *get_args(ChannelReply),
        *get_args(PeopleReply),
        *get_args(KeepingReply),
        *get_args(ModelReply),
        *get_args(ToolReply),
        *get_args(ReviewReply),
        *get_args(EvaluationReply),
        *short,
    }


@pytest.mark.parametrize("reply", REPLIES, ids=lambda reply: type(reply).__name__)
def test_slack_accepts_it_and_nothing_in_it_leads_anywhere(reply: Reply) -> None:
    post = admin.said(reply)
    check_message_blocks(list(post.blocks))
    check_view(admin.in_form(reply))
    assert 0 < len(post.text) <= 4_000
    assert len(str(post.blocks)) < 60_000
    assert (
        sum(len(block.get("text", "")) for block in inside(list(post.blocks)) if block.get("type") == "text") < 13_000
    )
    for bad in ("<!channel>", "<@U1>", "https://evil.test"):
        assert bad not in post.text
    assert not [block for block in inside(list(post.blocks)) if block.get("type") == "link"]


@pytest.mark.parametrize("url", ["javascript:alert(1)", "https://evil.test/><!channel>", "//evil.test", ""])
def test_a_trial_leads_to_its_target_and_only_to_an_address_of_the_web(url: str) -> None:
    there = Would(target="ENG – Engineering", id="1", url="https://jira.test/browse/ENG")
    for found, leads in ((there, ["https://jira.test/browse/ENG"]), (there.model_copy(update={"url": url}), [])):
        shown = admin.said(Tried("jira.create_issue", "Create an issue", DECISIONS[1], None, found, NOON))
        check_message_blocks(list(shown.blocks))
        assert [one["url"] for one in inside(list(shown.blocks)) if one.get("type") == "link"] == leads
        assert "ENG – Engineering" in shown.text


@pytest.mark.parametrize(("handles", "said"), [({"S01IT": "it <!channel>"}, "@it <!channel>"), ({}, "S01IT")])
def test_a_group_that_approves_is_named_by_letters_and_rings_nobody(handles: dict[str, str], said: str) -> None:
    by_both = Approve("needs_approval", "one of them", ("S01IT", "U1"), is_confirmed=False)
    shown = admin.said(Tried("jira.comment", "Comment", by_both, None, Unasked("away"), NOON, handles))
    check_message_blocks(list(shown.blocks))
    named = [one for one in inside(list(shown.blocks)) if one.get("type") in {"user", "usergroup"}]
    assert [one["user_id"] for one in named] == ["U1"]
    assert said in read(list(shown.blocks))
    assert "<!channel>" not in shown.text
    rule = RULE.model_copy(update={"approvers": ("S01IT", "U1")})
    listed = admin.said(ToolsListed((ToolStanding("jira.comment", rule, is_there=True),), handles))
    assert f"approved by {said}, U1" in read(list(listed.blocks))


def test_a_card_and_a_form_are_taken_by_slack_whatever_stands_in_them() -> None:
    check_message_blocks(list(policy.card(OWN, EDITS).blocks))
    for found in (Begun(EVIL, "https://footnote.acme.test/link/start?state=x", NOON), NotBegun(EVIL, "not_offered")):
        check_view(sign_in.view(found))
    check_view(sign_in.opening())
    check_view(sign_in.failed())
    card = policy.card(CHANGE, EDITS)
    check_message_blocks(list(card.blocks))
    values = [block["value"] for block in inside(list(card.blocks)) if block.get("type") == "button"]
    assert values == ["c_1", "c_1"]
    check_view(policy.form(EVIL, "x" * 3_000, receipt="r_1"))
    check_view(policy.saving())
    assert EVIL[:10] not in policy.in_field(Conflict(VERSION, EDITS))
    assert len(policy.in_field(RuleRefused(1, EVIL))) <= 600


def test_a_card_of_a_removal_is_taken_by_slack_whatever_it_is_called() -> None:
    card = keeping.card(REMOVAL)
    check_message_blocks(list(card.blocks))
    buttons = [block for block in inside(list(card.blocks)) if block.get("type") == "button"]
    assert [(block["action_id"], block["value"]) for block in buttons] == [
        ("removal:confirm", "c_1"),
        ("removal:keep", "c_1"),
    ]


def test_a_report_says_how_each_figure_differs_from_the_run_before() -> None:
    before = RUN._replace(figures={"ndcg@10": 0.625, "recall@5": 0.25, "recall@10": 0.25, "hit@1": 1.0, "n": 40.0})
    for run, then in ((RUN, None), (RUN, before), (RUN._replace(figures=None, state="failed"), before)):
        check_message_blocks(list(evaluated.report(run, then).blocks))
    said = evaluated.report(RUN, before).text
    assert "ndcg@10 0.500 (-0.125)" in said
    assert "recall@10 0.500 (+0.250)" in said
    assert "(" not in evaluated.report(RUN, None).text


def test_whoever_agrees_reads_how_much_could_be_used_in_that_channel_then() -> None:
    then = PREVIEW._replace(documents=10, beyond=0, shut=3, people=2)
    now = then._replace(beyond=5, shut=0)
    told = channel.foreseen((Foreseen("C0HR", now, then),))
    card = policy.card(CHANGE, EDITS, told)
    check_message_blocks(list(card.blocks))
    assert "C0HR: 5 of 10 pages (50 %) can be used there now, and 7 of 10 pages (70 %) once you agree." in card.text
    unknown = channel.foreseen((Foreseen("C0HR", now, then._replace(people=None)),) * 7)
    text = policy.card(CHANGE, EDITS, unknown).text
    assert "I could not find out who reads it" in text
    assert "And 2 other channels." in text


def test_what_widens_stands_first_on_a_card() -> None:
    edits = (*(Edit(f"answers.{number}", "1", "2") for number in range(500)), Edit("admins.people", "[]", '["x"]'))
    assert "admins.people" in policy.card(CHANGE.model_copy(update={"name": "ana"}), edits).text[:400]


def test_whoever_asks_for_the_rules_is_told_of_every_file_of_them() -> None:
    shown = admin.said(PolicyShown(VERSION._replace(author="ana"), None, (), 0)).text
    assert [name for name in FILES if name.removesuffix(".toml") not in shown] == []


def test_whoever_comes_to_a_long_list_or_goes_from_it_is_named_on_the_card() -> None:
    people = [f"person{number}@acme.test" for number in range(100)]
    edit = Edit("admins.people", value(people), value([*people[1:], "zz-mallory@acme.test"]))
    shown = policy.card(CHANGE.model_copy(update={"name": "ana"}), (edit,)).text
    assert 'admins.people: + "zz-mallory@acme.test"' in shown
    assert 'admins.people: - "person0@acme.test"' in shown
    assert "person7@" not in shown
    assert 'admins.people: + "a"' in policy.card(CHANGE, (Edit("admins.people", None, '["a"]'),)).text


def test_what_is_agreed_to_is_never_cut_and_a_card_that_cannot_show_it_is_known() -> None:
    long = Edit("admins.people", '"a"', value("b " * 2_000 + "the end"))
    assert "the end" in str(policy.card(CHANGE.model_copy(update={"name": "ana"}), (long,)).blocks)
    assert policy.shows_all(CHANGE, (long,))
    assert not policy.shows_all(CHANGE, (long._replace(after=value("b" * 10_000)),))
    beside = Edit("answers.x", None, value("b" * 10_000))
    assert policy.shows_all(CHANGE, (long, beside))
    assert not policy.shows_all(CHANGE.model_copy(update={"widens": ("redaction.model",)}), (beside,))


def test_the_share_of_a_channel_is_told_in_counts_with_the_reason_of_each() -> None:
    seen = admin.said(
        ChannelShown("C1", ChannelRules(scope=("wiki",)), (), Preview(40, 20, 5, 9, 1, 2, ("wiki",)))
    ).text
    for part in (
        "15 of 40 pages (37 %) can be used here",
        "20 beyond the scope of this channel",
        "5 that not everyone here may read: 9 people read this channel, 1 of them guests or of other companies",
        "2 of them known to no source",
        "wiki has nothing in it",
        'mode = "mention" packaged',
    ):
        assert part in seen


def test_a_label_that_nothing_has_is_told_with_its_place() -> None:
    scope = ("acme/hr#pollicy", "acme/F##net")
    seen = admin.said(ChannelShown("C1", ChannelRules(scope=scope), (), Preview(4, 4, 0, 2, 0, 0, scope))).text
    assert "acme/hr has no page with the label pollicy" in seen
    assert "acme/F##net has nothing in it" in seen


def test_where_nobody_knows_who_reads_it_is_said_what_to_do() -> None:
    seen = admin.said(ChannelShown("C1", ChannelRules(), (), Preview(40, 0, 40, None, 0, 0, ()))).text
    assert "0 of 40 pages (0 %)" in seen
    assert "invite me to it" in seen


def test_the_forms_for_people_are_taken_by_slack_and_send_nothing_that_was_written_elsewhere() -> None:
    check_view(people.form(receipt="r_1"))
    check_view(people.looking())
    shown = admin.in_form(ImportPreviewed(ReceiptId("r_1"), LINKS, 3, (), (), len(LINKS)))
    assert (shown["callback_id"], shown["private_metadata"]) == ("people", "r_1")
    assert "submit" not in admin.in_form(ImportPreviewed(ReceiptId("r_1"), (), 3, (EVIL,), (), 0))
    assert len(people.in_field(LineRefused(3, EVIL))) <= 600


def test_a_list_that_does_not_fit_on_a_card_says_how_much_of_it_does_and_cannot_be_sent() -> None:
    shown = admin.in_form(ImportPreviewed(ReceiptId("r_1"), LINKS, 3, (), (), 40))
    check_view(shown)
    assert "submit" not in shown
    assert "these are 100 lines that change something, of which the first 40 fit" in str(shown)


def test_whoever_is_linked_hears_by_whom_and_nothing_in_it_leads_anywhere() -> None:
    for link in LINKS[:2]:
        post = people.linked(Linked(link, EVIL, EVIL, "n", NOON))
        check_message_blocks(list(post.blocks))
        assert not [block for block in inside(list(post.blocks)) if block.get("type") in {"link", "user"}]
        assert "<!channel>" not in post.text


def test_a_card_about_people_and_what_became_of_it_name_them_and_the_way_back() -> None:
    first = Relink(email=MEI, source="s0", before=None, after="712020:a")
    change = CHANGE.model_copy(update={"links": (first,), "name": "ana", "note": "link", "decided_by": "ben"})
    assert "who people are at a source" in policy.card(change, (Edit("s0, mei@acme.test", None, "712020:a"),)).text
    assert "/footnote people unlink mei@acme.test s0" in policy.outcome(Decided(change)).text
    other = change.model_copy(update={"links": (first.model_copy(update={"before": "712020:b"}),)})
    assert "/footnote people link mei@acme.test s0 712020:b" in policy.outcome(Decided(other)).text
    assert "people import" in policy.outcome(Decided(change.model_copy(update={"links": LINKS}))).text
    for state in ("declined", "expired", "outdated"):
        told = policy.outcome(Decided(change.model_copy(update={"state": state}))).text
        assert "Nothing was changed" in told
        assert "unlink" not in told


OF_NO_RECEIPT = {
    *("embedder_switched", "person_linked", "shut_out", "sign_in_set", "source_added", "synced"),
    "workspace_forgotten",
}


def kinds_in_the_code() -> set[str]:
    """Of all events that are written with a name of their own."""
    found = set()
    for path in Path(bot.__file__).parent.rglob("*.py"):
        if "playground" not in path.parts:
            for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(call, ast.Call):
                    name = getattr(call.func, "id", getattr(call.func, "attr", ""))
                    said = [one.value for one in call.keywords if one.arg == "kind"] if name == "Event" else []
                    said += call.args[1:2] if name in {"_say", "_set"} else []
                    found |= {one.value for one in said if isinstance(one, ast.Constant) and isinstance(one.value, str)}
    return found


def test_every_event_of_a_receipt_has_words() -> None:
    kinds = kinds_in_the_code()
    assert {"asked", "review_decided", "act_claimed", "expert_reply_told"} <= kinds
    assert kinds - OF_NO_RECEIPT - overview._HAPPENED.keys() == set()
