"""A card shows each argument exactly as it will be sent, and nothing on it is markup. Its buttons know one opaque id."""

from typing import Any, get_args

import pytest
from pydantic.fields import FieldInfo

from bot.core.acting import Done, Why
from bot.core.nouns import ReceiptId, SlackPlace
from bot.core.proposals import (
    Card,
    Pressed,
    Proposal,
    Sheet,
    Stage,
    Standing,
    Through,
    Value,
    canonical,
    new_proposal_id,
    typed,
)
from bot.slack.render import cards
from bot.slack.words import DENIED
from policies.gate import Because
from tests.fakes.tool import FakeTool, Ticket
from tests.flows.acts import ANA, NOON, VALUES
from tests.slack.replies import inside, read

HOSTILE = "<!channel> <https://evil.test|here> <@U0BEN> *bold* :tada: `code`"


def sheet(*, stage: Stage = "proposed", channel: str = "DANA", because: str | None = None, **changes: Any) -> Sheet:
    fields: dict[str, Any] = {
        "id": new_proposal_id(),
        "receipt": ReceiptId("r_1"),
        "tool": "jira.create_issue",
        "arguments": canonical(VALUES),
        "actor": ANA,
        "place": SlackPlace(team="T1", channel=channel, message="17.1"),
        "intent": "act",
        "origins": {name: Value(origin="words") for name in VALUES},
        "made_at": NOON,
        "expires_at": NOON,
    }
    standing = Standing(
        Proposal(**{**fields, **changes}), stage, "d", card=Card(channel=channel, message="1"), because=because
    )
    return Sheet(standing, "Create an issue in Jira", Ticket.model_fields, "medium")


def texts(blocks: Any) -> list[str]:
    return [one["text"] for one in inside(blocks) if one.get("type") == "text"]


@pytest.mark.parametrize("said", [HOSTILE, "x" * 5_000, "one\ntwo\n\nthree", "it’s “this” & <that>"])
def test_each_argument_is_shown_whole_and_as_words(said: str) -> None:
    post = cards.card(sheet(arguments=canonical({**VALUES, "summary": said})), alone=True)
    quotes = [one["elements"] for one in inside(post.blocks) if one.get("type") == "rich_text_quote"]
    assert said in ["".join(part["text"] for part in each) for each in quotes]
    assert not [one for one in inside(post.blocks) if one.get("type") in {"link", "user", "broadcast", "mrkdwn"}]
    assert "<!channel>" not in post.text


def test_a_form_has_chosen_what_the_card_says() -> None:
    """What nobody touches comes back as it was."""
    field = FieldInfo(annotation=bool, default=True)
    for value, spelt in ((False, "no"), (True, "yes")):
        element = cards.asks("notify", field, value)["element"]
        assert element["initial_option"]["value"] == spelt
        assert cards.entered({"notify": field}, {"notify": spelt}) == {"notify": value}


def test_characters_that_hide_or_turn_text_are_seen() -> None:
    post = cards.card(sheet(arguments=canonical({**VALUES, "summary": "safe\u202egnp.exe\x07"})), alone=True)
    assert "\u202e" not in str(post.blocks)
    assert any("safe\ufffdgnp.exe\ufffd" in one for one in texts(post.blocks))


def test_card_says_where_each_value_came_from_who_confirms_and_until_when() -> None:
    origins = {"project": Value(origin="words"), "summary": Value(origin="document"), "kind": Value(origin="default")}
    said = read(cards.card(sheet(origins=origins), alone=True).blocks)
    for words in ("as you wrote", "from a document", "nobody said otherwise", "only you can confirm", "12:00 UTC"):
        assert words in said
    assert "Medium risk" in said


def named(blocks: Any) -> list[str]:
    return [str(one["user_id"]) for one in inside(blocks) if one.get("type") == "user"]


def test_card_that_others_read_names_the_asker_wherever_theirs_would_be_told_you() -> None:
    origins = {"project": Value(origin="words"), "summary": Value(origin="form"), "kind": Value(origin="model")}
    made = sheet(origins=origins, channel="C0ENG", is_part=True)._replace(approvers=["U0BEN"])
    post = cards.card(made, alone=False)
    said = read(post.blocks)
    assert named(post.blocks) == [ANA.user]
    assert "Only " in said
    assert ", who asked for it, can confirm it. Nothing has been done yet." in said
    for theirs in ("as they wrote", "as they put in", "written for them", "After that, a colleague", "More than this"):
        assert theirs in said
    assert not {"you", "your"} & set(said.lower().replace(",", " ").replace(".", " ").split())
    assert named(cards.card(made, alone=True).blocks) == []


@pytest.mark.parametrize("stage", [one for one in get_args(Stage) if one != "proposed"])
def test_what_became_of_it_is_told_to_others_of_whoever_asked(stage: Stage) -> None:
    for alone in (True, False):
        post = cards.over(sheet(stage=stage, channel="C0ENG"), alone=alone)
        assert named(post.blocks) == ([] if alone else [ANA.user])
        assert ("as you wrote" in read(post.blocks)) == alone
        assert "\x00" not in str(post)
    confirmed = cards.over(sheet(stage="confirmed"), alone=False)
    assert "Confirmed by you" not in read(confirmed.blocks)
    assert "Confirmed by " in read(confirmed.blocks)


def test_whoever_approves_reads_what_the_asker_wrote_as_theirs() -> None:
    origins = {"project": Value(origin="words"), "summary": Value(origin="form")}
    said = read(cards.approval(sheet(origins=origins)).blocks)
    assert "as they wrote" in said
    assert "as they put in" in said
    assert " you " not in said
    assert "You are asked" not in said


def test_whoever_approves_is_told_what_it_is_called_or_that_they_may_not_open_it() -> None:
    told = cards.approval(sheet()._replace(named=f"Plan {HOSTILE} \x00"))
    assert f"It is “Plan {HOSTILE} \ufffd”." in read(told.blocks)
    assert named(told.blocks) == [ANA.user]
    nameless = cards.approval(sheet()._replace(is_nameless=True))
    assert "What it is called is not shown" in read(nameless.blocks)
    assert "or press Do not." in read(nameless.blocks)
    assert named(nameless.blocks) == [ANA.user, ANA.user]
    plain = read(cards.approval(sheet()).blocks)
    assert "It is “" not in plain
    assert "not shown" not in plain


@pytest.mark.parametrize("is_cut", [True, False])
def test_whoever_approves_for_a_group_is_told_which_and_how_many_are_asked(*, is_cut: bool) -> None:
    post = cards.approval(sheet()._replace(through=Through("it <!channel>", is_cut=is_cut)))
    assert "You are asked as one of @it <!channel>." in read(post.blocks)
    assert ("Of so many people I ask 20 at most." in read(post.blocks)) == is_cut
    assert not [one for one in inside(post.blocks) if one.get("type") in {"usergroup", "mrkdwn"}]


@pytest.mark.parametrize("stage", get_args(Stage))
def test_what_is_only_a_part_of_what_was_asked_for_says_so_to_the_end(stage: Stage) -> None:
    show = cards.card if stage == "proposed" else cards.over
    assert "You asked for more than this" in read(show(sheet(stage=stage, is_part=True), alone=True).blocks)
    assert "You asked for more than this" not in read(show(sheet(stage=stage), alone=True).blocks)


def test_every_button_has_the_id_of_the_one_proposal_and_nothing_else() -> None:
    for made in (sheet(), sheet(stage="unknown"), sheet(stage="confirmed"), sheet(missing=("project",))):
        for post in (cards.card(made, alone=True), cards.over(made, alone=False), cards.approval(made)):
            values = {one["value"] for one in inside(post.blocks) if one.get("type") == "button"}
            assert values <= {made.standing.proposal.id}


def test_what_lacks_something_has_no_button_to_confirm_it() -> None:
    post = cards.card(sheet(missing=("project",)), alone=True)
    assert "act:confirm" not in str(post.blocks)
    assert "Still to be said: Project" in read(post.blocks)


@pytest.mark.parametrize("stage", get_args(Stage))
def test_every_stage_has_words_and_only_those_that_wait_have_buttons(stage: Stage) -> None:
    post = cards.over(sheet(stage=stage), alone=True)
    assert post.text
    pressed = {one["action_id"] for one in inside(post.blocks) if one.get("type") == "button"}
    expected = {"unknown": {"act:happened", "act:did_not"}, "confirmed": {"act:cancel"}}
    assert pressed == expected.get(stage, set())
    assert cards.over_for_approver(sheet(stage=stage)).text


@pytest.mark.parametrize(
    ("has_left", "says"), [(True, "who is not here any more, had"), (False, "heard nothing since")]
)
def test_an_admin_is_told_why_they_are_asked_and_nothing_of_what_it_was_about(*, has_left: bool, says: str) -> None:
    post = cards.left_open(sheet(stage="unknown"), has_left=has_left)
    told = read(post.blocks)
    assert says in told
    assert ("heard nothing" in told) != has_left
    assert f"/footnote tools settle {sheet().standing.proposal.receipt} done" in told
    assert str(VALUES["summary"]) not in f"{post.text} {told}"


def test_every_reason_of_the_gate_and_of_a_tool_has_words() -> None:
    said = set(get_args(Because)) - {"needs_approval", "needs_confirmation", "confirmed", "approved"}
    assert said <= set(DENIED)
    for why in get_args(Why):
        assert cards.outcome(sheet(stage="declined", because=why)) != cards.outcome(sheet(stage="declined"))
        assert cards.outcome(sheet(stage="failed", because=why)) != cards.outcome(sheet(stage="failed"))
    assert DENIED["no_such_target"] == DENIED["not_yours"]


def test_what_a_target_says_is_shown_to_whoever_asked_alone_and_as_a_quote() -> None:
    for channel, is_seen in (("DANA", True), ("C0ENG", False)):
        made = sheet(stage="failed", channel=channel, because="invalid")
        made = made._replace(standing=made.standing._replace(said="type: <!channel>"))
        assert ("type: " in read(cards.over(made, alone=is_seen).blocks)) == is_seen


def test_what_a_target_calls_the_result_is_told_to_whoever_asked_alone() -> None:
    for channel, is_seen in (("DANA", True), ("C0ENG", False)):
        made = sheet(stage="done", channel=channel)
        made = made._replace(
            standing=made.standing._replace(outcome=Done(what="Titan <!here>", url="https://wiki.test/titan"))
        )
        post, alone = cards.over(made, alone=is_seen), cards.for_the_asker(made)
        assert (("Titan" in str(post.blocks)), "Titan" in post.text, "titan" in str(post.blocks)) == (is_seen,) * 3
        assert "Done." in post.text
        assert alone is not None
        assert "https://wiki.test/titan" in str(alone.blocks)
        assert "<!here>" not in alone.text
    assert cards.for_the_asker(sheet(channel="C0ENG")) is None


def test_result_is_linked_only_to_an_address_that_one_can_be_sent_to() -> None:
    for url, is_linked in (("https://jira.test/ENG-1", True), ("javascript:alert(1)", False), ("", False)):
        made = sheet(stage="done")
        made = made._replace(standing=made.standing._replace(outcome=Done(what="ENG-1", url=url)))
        post = cards.over(made, alone=True)
        assert ("ENG-1" in read(post.blocks), '"link"' in str(post.blocks).replace("'", '"')) == (True, is_linked)


# --- the form -----------------------------------------------------------------------------------------------------------


def test_form_asks_for_every_field_what_is_missing_first() -> None:
    made = sheet(missing=("watcher",), arguments=canonical({"summary": "Broken", "kind": "Bug"}))
    view = cards.form(made)
    fields = [one for one in view["blocks"] if one["type"] == "input"]
    assert [one["block_id"] for one in fields] == ["watcher", "project", "summary", "text", "kind"]
    assert {one["block_id"] for one in fields if not one["optional"]} == {"project", "summary"}
    elements = {one["block_id"]: one["element"] for one in fields}
    assert elements["summary"]["initial_value"] == "Broken"
    assert elements["kind"]["initial_option"]["value"] == "Bug"
    assert view["private_metadata"] == made.standing.proposal.id


def test_what_was_put_in_is_what_the_tool_takes_and_what_is_empty_was_not_said() -> None:
    said = {"project": " ENG ", "summary": "Broken", "text": "", "kind": "Bug", "other": "x"}
    found = cards.entered(Ticket.model_fields, said)
    assert found == {"project": "ENG", "summary": "Broken", "kind": "Bug"}
    assert typed(FakeTool(), found).arguments == Ticket(project="ENG", summary="Broken", kind="Bug")


def test_what_no_field_can_show_stays_as_it_is_if_nothing_is_put_in() -> None:
    before = {**VALUES, "summary": "x" * 3_001, "text": "short"}
    asked = {
        one["block_id"]: one for one in cards.form(sheet(arguments=canonical(before)))["blocks"] if "block_id" in one
    }
    assert asked["summary"]["optional"]
    assert "stays as it is" in asked["summary"]["hint"]["text"]
    assert "stays as it is" not in str(asked["text"])
    found = cards.entered(Ticket.model_fields, {"project": "ENG", "summary": "", "text": ""}, before)
    assert found == {"project": "ENG", "summary": before["summary"]}
    assert cards.entered(Ticket.model_fields, {"summary": "New"}, before)["summary"] == "New"


def test_complaint_stands_under_its_field() -> None:
    pressed = Pressed("invalid", wrong={"project": "missing", "summary": "too short", "": "odd"})
    assert cards.complaints(pressed, ["project", "summary"]) == {
        "project": "This is needed.",
        "summary": "too short",
    }


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({}, ""),
        ({"": "This cannot be used."}, "This cannot be used. "),
        ({"hidden": "missing"}, "hidden: This is needed. "),
    ],
)
def test_complaint_about_what_is_not_shown_says_what_is_wrong_and_what_to_do(wrong: Any, reason: str) -> None:
    said = cards.complaints(Pressed("invalid", wrong=wrong), ["project", "summary"])
    nothing = "This cannot be sent as it is, so nothing has been proposed."
    assert said == {"project": f"{nothing} {reason}Change what does not fit, and press Show me again."}
    assert cards.pressed_words(Pressed("invalid")) == nothing
