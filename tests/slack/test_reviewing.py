"""An answer that a person checks before anybody sees it: who is asked, what they press, and who sees what meanwhile."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from bot import app
from bot.core.clock import utc_now
from bot.core.nouns import SlackUser
from bot.flows.ruling import approve
from bot.playground.slack import Delivery, Message, Person
from bot.playground.slack.membership import uninstall
from policies.rules import INTENTS
from tests import company
from tests.console import Console, Running
from tests.slack.office import ANSWER, QUESTION, SECRET, SECRET_ANSWER, Office, office, running, until
from tests.slack.replies import inside, read

Open = Callable[..., Office]

HELD = "A colleague checks this answer before you get it"
PEOPLE = company.PEOPLE.replace("people:\n", "people:\n  hana@acme.test: [group:hr]\n", 1)
MINUTES = 30
_MOMENTS = count(1)
IN_OTHER_WORDS = "There are 27 days of paid annual leave a year for everybody."


class Ahead:
    """The time, and so much more."""

    def __init__(self) -> None:
        self.by = timedelta()

    def __call__(self) -> datetime:
        return utc_now() + self.by


@pytest.fixture
def clock() -> Ahead:
    return Ahead()


@pytest.fixture
def open_office(tmp_path: Path, database_url: str, clock: Ahead) -> Iterator[Open]:
    """Whatever is asked is checked by these, in this order."""
    with ExitStack() as stack:

        def make(*reviewers: str, at_work: bool = True, **options: Any) -> Office:
            made = stack.enter_context(office(tmp_path, database_url, **{"people": PEOPLE, **options}))
            made.slack.world.add_user("hana", email="hana@acme.test")
            is_checked(made, *reviewers)
            if at_work:
                stack.enter_context(running(made, clock))
            return made

        yield make


def is_checked(acme: Office, *reviewers: str) -> None:
    users = ", ".join(f'"{acme.person(name).id}"' for name in reviewers)
    says = f"review = true\nreviewers = [{users}]\nreview_within_minutes = {MINUTES}"
    texts = dict(app.packaged_rules())
    texts[INTENTS] = texts[INTENTS].replace("review = false", says, 1)
    with app.records(acme.settings) as records, records.database.writing() as session:
        records.config.save(session, texts, author="test", note="checked", now=records.clock())


def card(acme: Office, name: str, count: int = 1) -> Message:
    """The newest that they were sent."""
    place = acme.direct(name)
    until(lambda: len([one for one in acme.replies(place) if "Please check" in one.text]) >= count)
    return [one for one in acme.replies(place) if "Please check" in one.text][-1]


def buttons(message: Message) -> list[str]:
    return [one["text"]["text"] for one in inside(message.blocks) if one.get("type") == "button"]


def now(acme: Office, name: str, message: Message) -> str:
    return read(acme.direct(name).messages[message.ts].blocks)


def turned(acme: Office, name: str, message: Message, words: str) -> None:
    until(lambda: words in now(acme, name, message))
    assert buttons(acme.direct(name).messages[message.ts]) == []
    assert ANSWER not in now(acme, name, message)


def said(acme: Office, place: Any, count: int) -> list[str]:
    """What stands there, once it is so many."""
    until(lambda: len(acme.replies(place)) >= count)
    return [read(one.blocks) for one in acme.replies(place)]


def over(acme: Office) -> list[str]:
    """The kinds of the only receipt's events, once it has ended and no card is left to be turned."""
    until(lambda: not waits(acme))
    (events,) = acme.receipts()
    return [event.kind for event in events]


def waits(acme: Office) -> bool:
    with app.records(acme.settings) as records:
        return any(state != "done" for _, state in records.reviews.states())


def whispers(acme: Office, name: str) -> list[str]:
    return [one.text for one in acme.direct(name).ephemerals]


def presses(acme: Office, person: Person, value: object, action: str = "review:approve") -> None:
    """A click as Slack would send it, if Slack could be made to send anything; nobody waits for it."""
    app_ = next(iter(acme.slack.world.apps.values()))
    place = acme.direct(person.user.name)
    container = {"type": "message", "message_ts": "1.1", "channel_id": place.id, "is_ephemeral": False}
    moment = f"1.{next(_MOMENTS)}"  # each click has its own: the same bytes once more are a replay
    pressed = {"type": "button", "action_id": action, "block_id": "b", "value": value, "action_ts": moment}
    payload = acme.slack.interactions._interaction("block_actions", app_, person.user)
    payload |= {"trigger_id": f"{moment}.1", "state": {"values": {}}, "container": container, "actions": [pressed]}
    acme.slack.hub.ask(app_, "interactive", payload, accepts_response=False)


def value_of(message: Message) -> str:
    return str(next(one["value"] for one in inside(message.blocks) if one.get("action_id") == "review:approve"))


# --- nobody sees it before ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("channel", ["general", None], ids=["in a channel", "in a direct conversation"])
def test_answer_is_seen_once_somebody_has_approved_it_and_says_who(open_office: Open, channel: str | None) -> None:
    acme = open_office("ben")
    asked = acme.asks("ana", channel=channel)
    place = channel or acme.direct("ana")
    found = card(acme, "ben")
    assert buttons(found) == ["Approve", "Edit", "Decline"]
    assert ANSWER in read(found.blocks)
    assert QUESTION in read(found.blocks)
    acme.settled()
    (held,) = said(acme, place, 1)
    assert HELD in held
    acme.person("ben").click(acme.direct("ben"), found.ts, "review:approve")
    notice, answer = said(acme, place, 2)
    assert ANSWER in answer
    assert "Checked by " in answer
    checked = [one["user_id"] for one in inside(acme.replies(place)[1].blocks) if one.get("type") == "user"]
    assert checked == [acme.person("ben").id]
    assert acme.replies(place)[1].thread_ts == (asked.ts if channel else None)
    turned(acme, "ben", found, "You approved it")
    assert over(acme) == [
        "asked", "claimed", "retrieved", "composed", "closed", "held", "review_asked", "review_decided", "review_closed",
        "posted",
    ]  # fmt: skip
    notice, _ = said(acme, place, 2)
    assert "has checked the answer" in notice


def test_refusal_is_shown_at_once_for_it_says_nothing_of_a_document(open_office: Open) -> None:
    acme = open_office("ben")
    acme.asks("ana", "What is the melting point of tungsten?", channel="general")
    (refused,) = said(acme, "general", 1)
    assert "found no answer" in refused
    acme.settled()
    assert acme.replies(acme.direct("ben")) == []


def test_asker_gets_nothing_unchecked_from_what_they_alone_may_read(open_office: Open) -> None:
    acme = open_office("hana")
    acme.asks("ben", SECRET, channel="general")
    said(acme, "general", 1)
    acme.settled()
    assert acme.replies(acme.direct("ben")) == []
    assert SECRET_ANSWER not in str([read(one.blocks) for one in acme.replies("general")])


# --- who is asked --------------------------------------------------------------------------------------------------------


def test_whoever_may_not_read_what_it_cites_or_asked_it_is_passed_over_and_learns_nothing(open_office: Open) -> None:
    acme = open_office("zoe", "guest", "ben", "hana")
    acme.asks("ben", SECRET)
    found = card(acme, "hana")
    assert SECRET_ANSWER in read(found.blocks)
    acme.settled()
    for name in ("zoe", "guest"):
        assert acme.replies(acme.direct(name)) == []
    assert len(acme.replies(acme.direct("ben"))) == 1
    assert [(one["reviewer"].rpartition("/")[2], one["because"]) for one in acme.events("review_passed")] == [
        (acme.person(name).id, "may_not") for name in ("zoe", "guest")
    ]


def test_where_nobody_may_check_it_the_asker_is_told_what_to_do(open_office: Open) -> None:
    acme = open_office("zoe")
    acme.asks("ben", SECRET)
    _notice, refused = said(acme, acme.direct("ben"), 2)
    assert "Ask again later, or ask whoever looks after the subject" in refused
    assert SECRET_ANSWER not in refused
    assert over(acme)[-3:] == ["review_unanswered", "review_closed", "posted"]
    assert acme.replies(acme.direct("zoe")) == []


def test_time_that_runs_out_passes_it_on_and_the_asker_sees_so_and_the_last_one_out_is_a_refusal(
    open_office: Open, clock: Ahead
) -> None:
    acme = open_office("ben", "hana")
    acme.asks("ana", channel="general")
    first = card(acme, "ben")
    acme.settled()
    clock.by += timedelta(minutes=MINUTES + 1)
    second = card(acme, "hana")
    turned(acme, "ben", first, "Time ran out")
    until(lambda: "Another colleague looks" in said(acme, "general", 1)[0])
    presses(acme, acme.person("ben"), value_of(first))  # on what he still sees
    until(lambda: whispers(acme, "ben"))
    assert "passed on" in whispers(acme, "ben")[0]
    clock.by += timedelta(minutes=MINUTES + 1)
    assert "nobody who may could do so in time" in said(acme, "general", 2)[1]
    turned(acme, "hana", second, "Time ran out")
    assert "review_decided" not in over(acme)


# --- clicks ------------------------------------------------------------------------------------------------------------


def test_clicks_of_two_and_twice_are_one_answer_and_the_other_hears_who_was_first(
    open_office: Open, clock: Ahead
) -> None:
    """Over HTTP they arrive in any order: whoever's time is over is told that, until somebody else has decided."""
    acme = open_office("ben", "hana")
    acme.asks("ana", channel="general")
    first = card(acme, "ben")
    acme.settled()
    clock.by += timedelta(minutes=MINUTES + 1)
    second = card(acme, "hana")
    for _ in range(3):
        presses(acme, acme.person("hana"), value_of(second))
        presses(acme, acme.person("ben"), value_of(first))
    said(acme, "general", 2)
    turned(acme, "hana", second, "You approved it")
    turned(acme, "ben", first, "has approved it already")
    presses(acme, acme.person("ben"), value_of(first))
    until(lambda: any("has approved it already" in one for one in whispers(acme, "ben")))
    assert over(acme).count("review_decided") == 1
    assert len(acme.replies("general")) == 2


def test_forged_click_of_somebody_who_was_not_asked_decides_nothing(open_office: Open) -> None:
    acme = open_office("ben")
    acme.asks("ana", channel="general")
    found = card(acme, "ben")
    acme.settled()
    (receipt,) = {event.receipt for event in acme.receipts()[0]}
    value = value_of(found)
    for name in ("ana", "zoe", "hana"):
        presses(acme, acme.person(name), value)
        presses(acme, acme.person(name), value, "review:decline")
    for forged in (receipt, "v_" + "0" * 24, f"{value} ", f"{value}\n", "", None, 7, {"a": 1}, "x" * 100_000):
        presses(acme, acme.person("ben"), forged)
    until(lambda: not acme.slack.hub.post.waiting and whispers(acme, "zoe"))
    assert "Only whoever was asked" in whispers(acme, "zoe")[0]
    acme.settled()
    assert acme.events("review_decided") == []
    assert len(acme.replies("general")) == 1


def test_declined_is_told_to_the_asker_with_the_reason_and_whoever_declined_it_is_not_named(open_office: Open) -> None:
    acme = open_office("ben")
    acme.asks("ana")
    found = card(acme, "ben")
    acme.person("ben").click(acme.direct("ben"), found.ts, "review:decline")
    until(lambda: acme.person("ben").view() is not None)
    done = acme.person("ben").submit({"reason": "It is <!channel> renegotiated, see <https://evil.test|here>."})
    assert done.acked
    refused = said(acme, acme.direct("ana"), 2)[1]
    assert "would rather not have it given" in refused
    assert "renegotiated" in refused
    shown = acme.replies(acme.direct("ana"))[1].blocks
    assert [one for one in inside(shown) if one.get("type") in {"link", "user", "broadcast"}] == []
    turned(acme, "ben", found, "You declined it")
    assert over(acme)[-1] == "posted"


# --- in other words -------------------------------------------------------------------------------------------------------


def edits(acme: Office, found: Message, **texts: str) -> Any:
    ben = acme.person("ben")
    ben.click(acme.direct("ben"), found.ts, "review:edit")
    until(lambda: (view := ben.view()) is not None and "Part 1" in str(view.body))
    return ben.submit({name.replace("_", ":"): text for name, text in texts.items()})


def test_words_put_in_keep_the_contract_and_what_breaks_it_is_said_at_its_field(open_office: Open) -> None:
    acme = open_office("ben")
    acme.asks("ana", channel="general")
    found = card(acme, "ben")
    acme.settled()
    (closed,) = acme.events("closed")
    said_before = [claim["text"] for claim in closed["reply"]["claims"]]
    of_days = next(number for number, text in enumerate(said_before) if ANSWER in text)
    wrong = edits(acme, found, **{f"claim_{of_days}": "Everybody has 33 days of paid annual leave a year."})
    assert "33” does not stand in what this quotes" in wrong.errors[f"claim:{of_days}"]
    assert len(acme.replies("general")) == 1
    right = acme.person("ben").submit({f"claim:{of_days}": IN_OTHER_WORDS})
    assert right.errors == {}
    answer = said(acme, "general", 2)[1]
    assert IN_OTHER_WORDS in answer
    assert "who put some of it in other words" in answer
    over(acme)
    (decided,) = acme.events("review_decided")
    assert [claim["text"] for claim in decided["reply"]["claims"]][of_days] == IN_OTHER_WORDS
    assert acme.events("closed") == [closed]


def test_an_answer_of_which_nothing_is_left_is_not_approved(open_office: Open) -> None:
    acme = open_office("ben")
    acme.asks("ana", channel="general")
    found = card(acme, "ben")
    claims = len(acme.events("closed")[0]["reply"]["claims"])
    wrong = edits(acme, found, **{f"claim_{number}": "" for number in range(claims)})
    assert "One part at least has to stay" in wrong.errors["claim:0"]
    acme.settled()
    assert acme.events("review_decided") == []


def test_forged_modal_of_somebody_who_was_not_asked_decides_nothing(open_office: Open) -> None:
    acme = open_office("ben")
    acme.asks("ana", channel="general")
    value = value_of(card(acme, "ben"))
    app_ = next(iter(acme.slack.world.apps.values()))
    for name, callback in (("zoe", "review:edit"), ("zoe", "review:decline"), ("ana", "review:edit")):
        payload = acme.slack.interactions._interaction("view_submission", app_, acme.person(name).user)
        fields = {"claim:0": {"text": {"type": "plain_text_input", "value": "Everybody has 27 days."}}}
        view = {"id": "V1", "type": "modal", "callback_id": callback, "private_metadata": value}
        payload |= {"trigger_id": "1.1.1", "view": {**view, "state": {"values": fields}}, "response_urls": []}
        acme.slack.hub.ask(app_, "interactive", payload, accepts_response=True)
    until(lambda: not acme.slack.hub.post.waiting)
    acme.settled()
    assert acme.events("review_decided") == []
    assert len(acme.replies("general")) == 1


# --- what changes meanwhile -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["deleted", "edited"])
def test_question_that_is_taken_back_or_changed_is_checked_no_more(open_office: Open, how: str) -> None:
    acme = open_office("ben")
    asked = acme.asks("ana", channel="general")
    found = card(acme, "ben")
    acme.settled()
    ana = acme.person("ana")
    if how == "deleted":
        ana.delete("general", asked.ts)
    else:
        ana.edit("general", asked.ts, f"{acme.us} What does the Team plan cost a month?")
    turned(acme, "ben", found, "taken back or changed")
    presses(acme, acme.person("ben"), value_of(found))
    until(lambda: whispers(acme, "ben"))
    assert "taken back or changed" in whispers(acme, "ben")[0]
    assert ANSWER not in str([read(one.blocks) for one in acme.replies("general")])
    assert "review_decided" not in [event.kind for event in acme.receipts()[-1]]
    if how == "edited":
        assert "199 EUR" in read(card(acme, "ben").blocks)


def test_approved_answer_whose_page_changed_meanwhile_is_not_shown(open_office: Open, tmp_path: Path) -> None:
    acme = open_office("ben")
    acme.asks("ana", channel="general")
    found = card(acme, "ben")
    acme.settled()
    page = tmp_path / "company" / "hr" / "leave.md"
    page.write_text(page.read_text().replace("27 days", "28 days"), encoding="utf-8")
    with app.records(acme.settings) as records:
        app.ask_for_sync(records, ["acme"])
        until(lambda: not records.jobs.is_in_hand("sync", "acme"))
    acme.person("ben").click(acme.direct("ben"), found.ts, "review:approve")
    assert "what it was made from changed, or who reads here did" in said(acme, "general", 2)[1]
    turned(acme, "ben", found, "it was not shown")
    assert over(acme)[-3:] == ["review_outdated", "review_closed", "posted"]
    assert (
        acme.events("review_outdated")[0]["because"] == "access"
        or acme.events("review_outdated")[0]["because"] == "changed"
    )


def test_approved_answer_is_not_shown_to_whoever_came_meanwhile_and_may_not_read_it(open_office: Open) -> None:
    acme = open_office("hana")
    acme.asks("ben", SECRET, channel="hr")
    found = card(acme, "hana")
    acme.settled()
    acme.person("ben").invite("hr", "zoe")
    acme.person("hana").click(acme.direct("hana"), found.ts, "review:approve")
    assert "Ask me again, please" in said(acme, "hr", 2)[1]
    assert SECRET_ANSWER not in str([read(one.blocks) for one in acme.replies("hr")])
    turned(acme, "hana", found, "it was not shown")
    assert acme.events("review_outdated") == [{"because": "readers"}]


def test_approval_of_somebody_who_may_not_read_it_any_more_is_none(open_office: Open, tmp_path: Path) -> None:
    """Their groups changed at the source; nothing has been read again."""
    acme = open_office("ben", "hana")
    acme.asks("hana", SECRET)
    found = card(acme, "ben")
    acme.settled()
    people = tmp_path / "company" / "people.yaml"
    people.write_text(PEOPLE.replace("ben@acme.test: [group:hr]", "ben@acme.test: []"), encoding="utf-8")
    acme.person("ben").click(acme.direct("ben"), found.ts, "review:approve")
    assert "nobody who may could do so in time" in said(acme, acme.direct("hana"), 2)[1]
    turned(acme, "ben", found, "you may not read all of it any more")


# --- when things go wrong -------------------------------------------------------------------------------------------------


def test_app_that_is_uninstalled_while_an_answer_is_held_shows_it_to_nobody(open_office: Open) -> None:
    acme = open_office("ben")
    acme.asks("ana", channel="general")
    found = card(acme, "ben")
    acme.settled()
    uninstall(acme.slack.world, next(iter(acme.slack.world.apps.values())))
    person, turn = acme.person("ben"), value_of(found)
    with app.records(acme.settings) as records:  # as if his click had been on its way
        clicker = SlackUser(team=acme.slack.world.home.id, user=person.id)
        assert approve(turn, clicker, reviews=records.reviews, history=records.receipts).outcome == "taken"
        until(lambda: acme.events("delayed") or acme.events("failed"))
    assert ANSWER not in str([read(one.blocks) for one in acme.replies("general")])
    assert "posted" not in [event.kind for event in acme.receipts()[0]]


def test_killed_process_is_followed_by_one_that_asks_and_answers_once(open_office: Open) -> None:
    acme = open_office("ben", at_work=False, delivery=Delivery(ack_s=1.0, redelivery_s=(0.3,) * 60))
    console = acme.console()
    with _serving(console, FOOTNOTE_FAILPOINT="review.after_card") as first:
        acme.asks("ana", channel="general")
        found = card(acme, "ben")
        until(lambda: not first.is_alive)
    with _serving(console, FOOTNOTE_FAILPOINT="review.after_close") as second:
        until(acme.slack.hub.count)
        acme.person("ben").click(acme.direct("ben"), found.ts, "review:approve")
        until(lambda: not second.is_alive)
    assert len(acme.replies("general")) == 1
    with _serving(console):
        assert ANSWER in said(acme, "general", 2)[1]
        assert over(acme)[-1] == "posted"
    assert len(acme.replies("general")) == 2
    assert len(acme.replies(acme.direct("ben"))) == 1
    verified = console.run("audit", "verify")
    assert verified.code == 0, verified.out + verified.err


@contextmanager
def _serving(console: Console, **variables: str) -> Iterator[Running]:
    """Until it is killed, or told to end."""
    process = console.start("serve", **variables)
    try:
        yield process
    finally:
        if process.is_alive:
            process.terminate()
        process.wait(timeout_s=30)
