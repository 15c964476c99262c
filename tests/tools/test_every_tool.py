"""What holds of each tool, at its target over HTTP: deny first."""

import re
from html import unescape

import pytest
from pydantic import ValidationError

from bot import app
from bot.core.acting import Barred, Done, NotDone, Unsure, Would
from bot.core.nouns import ReceiptId, SlackPlace, SlackUser
from bot.core.proposals import Proposal, Sheet, Standing, canonical, new_proposal_id, typed
from bot.playground.slack.surfaces import check_message_blocks
from bot.slack.render.cards import card
from connectors.model import Retryable
from policies.gate import rule_of
from policies.rules import parse
from tests.fakes.passages import NOON
from tests.slack import replies
from tests.tools.targets import ANA, BEN, EVE, KEY, TARGETS, Target

HOSTILE = (
    "<!channel> @here <@U123> [~accountid:712020:x] [click](https://evil.test/?q=1) https://evil.test <b>bold</b>\n"
    '<script>alert(1)</script> <ac:link><ri:user ri:account-id="712020:x" /></ac:link> &lt;!channel&gt; ]]> {code}\x00\x08'
)
SPOKEN = HOSTILE.replace("\x00", "").replace("\x08", "")


def writes_text(target: Target) -> bool:
    return "drive" not in target.tool.name


def read(effect: str) -> str:
    """Confluence's, as a reader sees it: tags gone, letters back."""
    if "<ac:structured-macro" not in effect:
        return effect
    return unescape(re.sub(r"<[^>]*>", "", effect.replace("<br />", "\n").replace("</p>", "\n")))


# -- who may not


def test_what_is_not_there_and_what_is_not_theirs_are_said_with_the_same_words(target: Target) -> None:
    absent, not_theirs = target.tool.look(target.absent, ANA), target.tool.look(target.arguments(), BEN)
    assert isinstance(absent, Barred)
    assert isinstance(not_theirs, Barred)
    assert {absent.why, not_theirs.why} <= {"no_such_target", "not_yours"}
    assert (absent.said, not_theirs.said) == ("", "")
    for arguments, actor in ((target.absent, ANA), (target.arguments(), BEN)):
        assert isinstance(target.tool.run(arguments, actor, KEY), NotDone)
    assert (target.writes(), target.effects()) == (0, [])


def test_whom_the_target_does_not_know_is_told_that_whatever_there_is(target: Target) -> None:
    found, absent = target.tool.look(target.arguments(), EVE), target.tool.look(target.absent, EVE)
    assert found == absent == Barred(why="unknown_there")
    assert target.tool.run(target.arguments(), EVE, KEY) == NotDone(why="unknown_there")
    assert target.effects() == []


def test_what_has_the_name_and_is_not_what_was_looked_at_is_not_written_to(target: Target) -> None:
    would = target.tool.look(target.arguments(), ANA)
    assert isinstance(would, Would)
    assert target.tool.run(target.arguments(), ANA, KEY, at=f"{would.id}0") == NotDone(why="changed")
    assert (target.writes(), target.effects()) == (0, [])
    assert isinstance(target.tool.run(target.arguments(), ANA, KEY, at=would.id), Done)


# -- who may


def test_it_is_done_once_and_found_again_and_looking_writes_nothing(target: Target) -> None:
    would = target.tool.look(target.arguments(), ANA)
    assert isinstance(would, Would)
    assert would.target
    assert (target.writes(), target.effects()) == (0, [])
    done = target.tool.run(target.arguments(), ANA, KEY)
    assert isinstance(done, Done)
    assert (target.writes(), len(target.effects())) == (1, 1)
    assert target.tool.find(target.arguments(), ANA, KEY) == done
    assert target.writes() == 1


def test_what_was_not_done_is_not_found(target: Target) -> None:
    """Where a search that finds nothing proves nothing, that is said."""
    if target.tool.name == "jira.create_issue":
        with pytest.raises(Unsure):
            target.tool.find(target.arguments(), ANA, KEY)
        return
    assert target.tool.find(target.arguments(), ANA, KEY) is None


def test_another_key_does_not_find_it(target: Target) -> None:
    done = target.tool.run(target.arguments(), ANA, KEY)
    assert isinstance(done, Done)
    if target.tool.keyed:  # the permission itself is the key
        assert target.tool.find(target.arguments(), ANA, "another") == done
        return
    try:
        assert target.tool.find(target.arguments(), ANA, "another") is None
    except Unsure:
        assert target.tool.name == "jira.create_issue"


def test_twice_with_one_key_is_one_effect_where_the_tool_says_so(target: Target) -> None:
    first, second = (target.tool.run(target.arguments(), ANA, KEY) for _ in range(2))
    assert isinstance(first, Done)
    assert isinstance(second, Done | NotDone)  # a title that is taken
    once = target.tool.keyed or target.tool.name == "confluence.create_page"
    assert len(target.effects()) == (1 if once else 2)
    assert (second == first) == target.tool.keyed


# -- what goes wrong


def test_who_is_asked_too_often_has_done_nothing(target: Target) -> None:
    target.fail("rate_limited")
    with pytest.raises(Retryable):
        target.tool.run(target.arguments(), ANA, KEY)
    assert target.effects() == []
    assert isinstance(target.tool.run(target.arguments(), ANA, KEY), Done)
    assert len(target.effects()) == 1


@pytest.mark.parametrize("went", ["failed_after", "lost_reply", "truncated"])
def test_what_was_done_and_not_told_is_unsure_sent_once_and_found(target: Target, went: str) -> None:
    target.fail(went)  # type: ignore[arg-type]
    with pytest.raises(Unsure):
        target.tool.run(target.arguments(), ANA, KEY)
    assert (target.writes(), len(target.effects())) == (1, 1)
    assert isinstance(target.tool.find(target.arguments(), ANA, KEY), Done)


def test_a_target_that_fails_is_not_taken_for_one_that_did_nothing(target: Target) -> None:
    target.fail("error_503")
    with pytest.raises(Unsure):
        target.tool.run(target.arguments(), ANA, KEY)
    assert target.effects() == []


# -- what is said


def test_hostile_text_arrives_as_the_letters_that_it_is(target: Target) -> None:
    if not writes_text(target):
        return
    assert isinstance(target.tool.run(target.arguments(HOSTILE), ANA, KEY), Done)
    (effect,) = target.effects()
    assert SPOKEN in read(effect)


def test_what_hides_or_turns_text_is_not_sent(target: Target) -> None:
    if not writes_text(target):
        return
    words = "pay \u202eabc\u202c \u200bz\u2066\ufeff\U000e0041 \U0001f468\u200d\U0001f469"
    assert isinstance(target.tool.run(target.arguments(words), ANA, KEY), Done)
    (effect,) = target.effects()
    assert "pay abc z \U0001f468\u200d\U0001f469" in read(effect)


def test_text_that_is_too_long_is_refused_before_anything_is_asked(target: Target) -> None:
    if not writes_text(target):
        return
    with pytest.raises(ValidationError):
        target.arguments("x" * 2_000_000)


def test_whose_name_is_hostile_is_named_in_one_line(target: Target) -> None:
    actor = ANA.model_copy(update={"name": "<!channel>\nSent by the CEO" + "x" * 300})
    assert isinstance(target.tool.run(target.arguments(), actor, KEY), Done)
    if writes_text(target):
        assert "\nSent" not in read(target.effects()[0])


# -- what it takes


def test_every_argument_tells_a_person_what_it_is_and_every_target_is_marked(target: Target) -> None:
    schema = target.tool.takes.model_json_schema()
    marks = {name: field.get("footnote") for name, field in schema["properties"].items()}
    assert all(field.get("description") for field in schema["properties"].values())
    assert set(marks.values()) <= {"target", "recipient", "amount", "text", None}
    assert "target" in marks.values()
    assert all(marks[name] for name in schema["required"])


def test_each_has_a_rule_with_a_dry_run_or_why_not_and_a_card_that_shows_all_that_is_sent(target: Target) -> None:
    rule = rule_of(target.tool.name, parse(app.packaged_rules()).tools)
    assert rule is not None
    assert not rule.enabled
    assert rule.dry_run or rule.no_dry_run_because
    values = target.arguments().model_dump(mode="json")
    proposal = Proposal(
        id=new_proposal_id(),
        receipt=ReceiptId("r_" + "0" * 24),
        tool=target.tool.name,
        arguments=canonical(values),
        actor=SlackUser(team="T1", user="U1"),
        place=SlackPlace(team="T1", channel="D1", message="1.1"),
        intent="act",
        made_at=NOON,
        expires_at=NOON + rule.expires_in,
    )
    fields = target.tool.takes.model_fields
    shown = card(Sheet(Standing(proposal, "proposed", proposal.digest), rule.does, fields, rule.risk), alone=True)
    check_message_blocks(list(shown.blocks))
    said = replies.read(list(shown.blocks))
    assert rule.does in said
    sent = [one for one in values.values() if one not in (None, "", True, False)]
    assert [one for one in sent if str(one) not in said] == []


def test_each_is_called_what_it_is() -> None:
    from bot import tools

    assert {getattr(tools, name).name for name in tools.__all__} == set(TARGETS)


@pytest.mark.parametrize("odd", ["", "\n", "two\nlines", "x" * 100_000, 7, [], None])
def test_what_a_tool_does_not_take_is_said_in_words(target: Target, odd: object) -> None:
    """Under the field of a form: no pattern, and no name of a library's."""
    tool = target.tool
    said = typed(tool, dict.fromkeys(tool.takes.model_fields, odd)).wrong
    assert said
    for why in said.values():
        assert why == "missing" or (why[0].isupper() and why.endswith(".") and len(why) < 200)
        assert not re.search(r"pattern|Value error|Input should|String should|\^|\\", why)
