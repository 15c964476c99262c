"""Which conversations are retold to whom, and what of them: read from Slack, for whoever can read it anyway. Denied first."""

from collections.abc import Iterator
from typing import Any

import pytest

from bot.core.errors import LostLease
from bot.core.nouns import Stretch
from bot.flows.answer import answer
from connectors.model import Retryable
from policies.evidence import Answer, Draft, Evidence, Refusal, RefusalReason
from tests.fakes.composer import ScriptedComposer, quoting
from tests.slack.emulated import an_office, office
from tests.slack.retold import SUMMARISE, Retelling, link, shown

TALK = (
    ("ana", "Which supplier do we take for the new badges?"),
    ("ben", "Northwind costs 4,20 euros a badge, Contoso 3,90 euros."),
    ("ana", "lol"),
    ("ana", "Contoso delivers in nine weeks, so let's go with Northwind."),
    ("ben", "I will order 120 badges by Friday."),
)
NOTHING_THERE = "There is nothing that I can summarise for you there."


@pytest.fixture
def acme() -> Iterator[Retelling]:
    with office(an_office(), pages={"conversations.replies": 3, "conversations.members": 2}) as made:
        yield Retelling(made)


def reason(outcome: Any) -> RefusalReason:
    assert isinstance(outcome.reply, Refusal)
    return outcome.reply.reason


# --- who is told nothing ----------------------------------------------------------------------------------------------


def test_a_link_that_leads_nowhere_for_the_asker_is_told_one_thing(acme: Retelling) -> None:
    world, slack = acme.office.world, acme.office.slack
    app = next(iter(world.apps.values()))
    secret, hidden, theirs = world.channel("secret"), world.channel("hidden"), world.im("ana", app)
    outside = world.add_channel("outside", members=["noa", "ana"])  # public, and we are not in it
    head = acme.talks(secret, TALK)
    addresses = [
        link(secret, head),
        f"{link(secret, head)}?thread_ts={head.ts}&cid={secret.id}",
        link(hidden, slack.as_user("ana").post(hidden, "The moon is made of cheese.")),
        link(theirs, slack.as_user("ana").post(theirs, "My secret is blue.")),
        link(outside, slack.as_user("noa").post(outside, "We meet at noon.")),
        "https://acme.slack.com/archives/C0NOWHERE/p1700000000000100",
        "https://globex.slack.com/archives/C0ELSEWHERE/p1700000000000100",
    ]
    works = [acme.ask("noa", f"summarise {address}") for address in addresses]
    texts = [shown(work, acme.answered(work)) for work in works]
    assert set(texts) == {texts[0]}
    assert NOTHING_THERE in texts[0]
    assert {tuple(work.kinds) for work in works} == {("claimed", "closed", "posted")}
    assert {str(work.kept.texts) for work in works} == {"{}"}


def test_members_who_are_not_known_to_the_last_page_are_none(acme: Retelling) -> None:
    secret = acme.office.world.channel("secret")
    address = link(secret, acme.talks(secret, TALK))
    acme.office.slack.faults.fail("conversations.members", "slack_error", code="access_denied", skip=1)
    assert NOTHING_THERE in acme.said("ben", f"summarise {address}")
    assert "120 badges" in acme.said("ben", f"summarise {address}")


def test_where_slack_is_away_nothing_is_concluded(acme: Retelling) -> None:
    head = acme.talks("general", TALK[:1])
    acme.office.slack.faults.fail("conversations.replies", "error_500", times=9)
    with pytest.raises(Retryable):
        acme.said("ana", SUMMARISE, "general", head.ts)


def test_another_conversation_is_retold_to_the_asker_alone(acme: Retelling) -> None:
    secret = acme.office.world.channel("secret")
    work = acme.ask("ana", f"summarise {link(secret, acme.talks(secret, TALK))}", "general")
    assert reason(acme.answered(work)) is RefusalReason.LINK_ELSEWHERE
    assert not work.kept.texts


@pytest.mark.parametrize("who", ["gus", "old"])
def test_who_is_no_full_member_gets_no_summary(acme: Retelling, who: str) -> None:
    head = acme.talks("lobby", [("ana", "We decided on 120 badges.")])
    work = acme.ask("ana", SUMMARISE, "lobby", head.ts)
    user = work.question.asker.model_copy(update={"user": acme.office.world.user(who).id})  # type: ignore[union-attr]
    theirs = type(work)(work.question.model_copy(update={"asker": user}))
    assert reason(acme.answered(theirs)) is RefusalReason.NOT_A_MEMBER
    assert isinstance(acme.answered(work).reply, Answer)


def test_who_is_unknown_to_every_source_has_summarised_what_they_read_in_slack(acme: Retelling) -> None:
    head = acme.talks("general", TALK[:1])
    assert "Which supplier" in acme.said("ana", SUMMARISE, "general", head.ts)


# --- what is no evidence ----------------------------------------------------------------------------------------------


def test_deleted_messages_are_gone_and_edited_ones_are_as_they_stand(acme: Retelling) -> None:
    secret = acme.office.world.channel("secret")
    head = acme.talks(secret, TALK)
    said = {one.text: one for one in secret.messages.values()}
    acme.office.slack.as_user("ben").delete(secret, said[TALK[4][1]].ts)
    acme.office.slack.as_user("ana").edit(secret, said[TALK[3][1]].ts, "We decided for Contoso.")
    told = acme.said("ana", SUMMARISE, secret, head.ts)
    assert "Ana: We decided for Contoso." in told
    assert not [word for word in ("120 badges", "nine weeks") if word in told]


def test_a_thread_whose_first_message_was_deleted_is_retold_without_it(acme: Retelling) -> None:
    secret = acme.office.world.channel("secret")
    head = acme.talks(secret, TALK)
    acme.office.slack.as_user("ana").delete(secret, head.ts)
    told = acme.said("ben", SUMMARISE, secret, head.ts)
    assert "120 badges" in told
    assert "was deleted" not in told


def test_our_own_answers_prove_nothing_and_other_programs_are_called_so(acme: Retelling) -> None:
    secret = acme.office.world.channel("secret")
    head = acme.talks(secret, [("ana", "What broke the build?"), ("poll", "Build 812 failed in the linker.")])
    acme.office.client.chat_postMessage(channel=secret.id, thread_ts=head.ts, text="We decided on 27 days of leave.")
    told = acme.said("ana", SUMMARISE, secret, head.ts)
    assert "Poll (app): Build 812 failed in the linker." in told
    assert "27 days" not in told


def test_what_was_said_after_it_was_asked_is_not_retold(acme: Retelling) -> None:
    secret = acme.office.world.channel("secret")
    head = acme.talks(secret, TALK[:2])
    work = acme.ask("ana", SUMMARISE, secret, head.ts)
    acme.office.slack.as_user("ben").post(secret, "We decided for Contoso.", thread_ts=head.ts)
    assert "Contoso 3,90" in (told := shown(work, acme.answered(work)))
    assert "We decided" not in told
    assert SUMMARISE not in told


def test_a_thread_in_which_nothing_was_said_is_not_summed_up(acme: Retelling) -> None:
    head = acme.talks("general", [("ana", ":tada:")])
    assert reason(acme.answered(acme.ask("ana", SUMMARISE, "general", head.ts))) is RefusalReason.EMPTY_CONVERSATION


def test_what_a_message_writes_like_markup_leads_nowhere(acme: Retelling) -> None:
    head = acme.talks(
        "general", [("ana", "Who decided on <https://evil.test|our page>? Ask &lt;!channel&gt;, and <!here>")]
    )
    told = acme.said("ana", SUMMARISE, "general", head.ts)
    assert "Who decided on our page?" in told
    assert not [mark for mark in ("<!", "evil.test") if mark in told]


def test_accounts_are_named_as_people_see_them(acme: Retelling) -> None:
    ben = acme.office.world.user("ben").id
    head = acme.talks("general", [("ana", f"<@{ben}>, can you send the offer by Friday? <@{acme.us.user}>")])
    assert "Ana: @Ben, can you send the offer by Friday?" in acme.said("ana", SUMMARISE, "general", head.ts)


def test_channels_are_named_where_everybody_who_reads_the_summary_reads_there_too(acme: Retelling) -> None:
    lobby, secret = (acme.office.world.channel(name).id for name in ("lobby", "secret"))
    head = acme.talks("general", [("ana", f"We decided to move from <#{secret}> to <#{lobby}>.")])
    told = acme.said("ana", SUMMARISE, "general", head.ts)
    assert "We decided to move from a channel to #lobby." in told


def test_who_is_replied_to_alone_is_spelled_for_all_who_read_what_they_asked(acme: Retelling) -> None:
    """Whoever follows it up there has it read with what they say."""
    office = acme.office
    written = f"what is <#{office.world.channel('secret').id}|>?"
    question = office.question("ana").model_copy(update={"written": written})
    alone = question.model_copy(update={"place": question.place.model_copy(update={"alone": True})})
    assert acme.conversations.spelled(question) == acme.conversations.spelled(alone) == "what is a channel?"


def test_of_one_who_mentions_the_whole_company_the_first_few_are_looked_up(acme: Retelling) -> None:
    office = acme.office
    lobby, ben = office.world.channel("lobby").id, office.world.user("ben").id
    many = " ".join([f"<#{lobby}>", *(f"<#C0NONE{number}>" for number in range(2_000))])
    people = " ".join([f"<@{ben}>", *(f"<@U0NONE{number}>" for number in range(2_000))])
    written = f"who is in {many} or like {people}"
    office.asked()
    said = acme.conversations.spelled(office.question("ana").model_copy(update={"written": written}))
    asked = office.asked()
    assert "who is in #lobby a channel a channel" in said
    assert "or like @ben" in said
    assert asked.count("conversations.info") <= 10 + 1  # and the place itself
    assert asked.count("users.info") <= 2 * 10 + 1


def test_whoever_is_not_known_to_slack_any_more_is_named_by_their_id(acme: Retelling) -> None:
    head = acme.talks("general", [("ana", "We decided on Northwind, says <@U0NOBODY>.")])
    acme.office.slack.faults.fail("users.info", "slack_error", code="user_not_found", times=9)
    acme.office.people.user_changed(None)
    ana = acme.office.world.user("ana").id
    talk = acme.conversations.read(Stretch(channel=acme.office.world.channel("general").id, thread=head.ts), most=9)
    assert talk is not None
    assert [(one.author, one.text) for one in talk.messages] == [(ana, "We decided on Northwind, says .")]


# --- which part of a conversation -------------------------------------------------------------------------------------


def test_outside_of_threads_what_was_said_last_or_today_is_retold_if_that_is_asked(acme: Retelling) -> None:
    secret = acme.office.world.channel("secret")
    for who, text in TALK:
        acme.office.slack.as_user(who).post(secret, text)
    assert "There is no thread here" in acme.said("ana", SUMMARISE, secret)
    assert "Ben: I will order 120 badges by Friday." in acme.said("ana", "summarise today", secret)
    last = acme.said("ana", "summarise the last 5 messages", secret)
    assert "Ben: I will order 120 badges by Friday." in last
    assert "Which supplier" not in last  # two messages that ask us stand before
    acme.company.now = acme.company.now.replace(year=acme.company.now.year + 1)
    assert "Nothing was said there" in acme.said("ana", "summarise today", secret)


def test_of_a_long_thread_the_first_and_the_newest_are_read_and_it_says_so(acme: Retelling) -> None:
    secret = acme.office.world.channel("secret")
    ideas = [("ben", f"Idea {number} is fine") for number in range(230)]
    head = acme.talks(secret, [("ana", "Shall we move the standup?"), *ideas, ("ana", "We agreed on ten o'clock.")])
    told = acme.said("ana", SUMMARISE, secret, head.ts)
    assert "Shall we move the standup?" in told
    assert "We agreed on ten o'clock." in told
    assert "32 messages were left out of this summary" in told


def test_every_page_of_a_thread_is_read_once(acme: Retelling) -> None:
    secret = acme.office.world.channel("secret")
    head = acme.talks(secret, TALK)
    talk = acme.conversations.read(Stretch(channel=secret.id, thread=head.ts), most=100)
    assert talk is not None
    assert [one.text for one in talk.messages] == [text for _, text in TALK]
    assert talk.messages[1].link == f"{link(secret, head).replace(*_of(head, secret))}"


def _of(head: Any, channel: Any) -> tuple[str, str]:
    second = next(ts for ts in channel.threads[head.ts])
    return f"p{head.ts.replace('.', '')}", f"p{second.replace('.', '')}?thread_ts={head.ts}&cid={channel.id}"


# --- while it is retold -----------------------------------------------------------------------------------------------


def test_a_message_that_is_deleted_while_it_is_retold_is_not_quoted(acme: Retelling) -> None:
    secret = acme.office.world.channel("secret")
    head = acme.talks(secret, TALK)
    last = [*secret.messages.values()][-1]

    def deleting(evidence: Evidence) -> Draft:
        if last.ts in secret.messages:
            acme.office.slack.as_user("ben").delete(secret, last.ts)
        return quoting(evidence)

    composer = ScriptedComposer(deleting)
    work = acme.ask("ana", SUMMARISE, secret, head.ts)
    told = shown(work, acme.answered(work, composer))
    assert "120 badges" not in told
    assert "Which supplier" in told
    assert work.kinds == ["claimed", "retrieved", "composed", "retrieved", "composed", "closed", "posted"]
    assert work.kept.events[2].body["unreadable"]["documents"] == [f"slack:{secret.id}/{last.ts}"]


def test_who_is_removed_while_it_is_retold_is_told_nothing(acme: Retelling) -> None:
    secret = acme.office.world.channel("secret")
    address = link(secret, acme.talks(secret, TALK))

    def removing(evidence: Evidence) -> Draft:
        acme.office.slack.as_user("ana").remove(secret, "ben")
        return quoting(evidence)

    outcome = acme.answered(acme.ask("ben", f"summarise {address}"), ScriptedComposer(removing))
    assert reason(outcome) is RefusalReason.UNREADABLE_LINK


@pytest.mark.parametrize("deleted", [True, False], ids=["deleted since", "as it was"])
def test_what_an_attempt_decided_that_died_is_shown_if_it_still_stands(acme: Retelling, *, deleted: bool) -> None:
    secret = acme.office.world.channel("secret")
    head = acme.talks(secret, TALK)
    work = acme.ask("ana", SUMMARISE, secret, head.ts)
    work = type(work)(work.question, loses_lease_at=5)
    with pytest.raises(LostLease):
        answer(work, acme.house(), acme.company.poster)
    assert work.kinds[-1] == "closed"
    if deleted:
        acme.office.slack.as_user("ben").delete(secret, [*secret.messages.values()][-2].ts)
    again = work.again()
    told = shown(again, answer(again, acme.house(), acme.company.poster))
    assert ("120 badges" in told) is not deleted
    recalled = next(event for event in again.kept.events if event.kind == "recalled")
    assert recalled.body["shown"] is not deleted


def test_what_keeps_changing_is_tried_again_later(acme: Retelling) -> None:
    head = acme.talks("general", TALK[:1])
    numbers = iter(range(100))

    def editing(evidence: Evidence) -> Draft:
        acme.office.slack.as_user("ana").edit("general", head.ts, f"Which supplier, number {next(numbers)}?")
        return quoting(evidence)

    with pytest.raises(Retryable):
        acme.answered(acme.ask("ana", SUMMARISE, "general", head.ts), ScriptedComposer(editing))
