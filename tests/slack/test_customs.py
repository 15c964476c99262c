"""By a channel's mode: what has to name us, what need not, and for whom its reply is."""

from typing import Any

import pytest

from bot.core.nouns import ReceiptId, SlackPlace, SlackUser
from bot.slack.heard import USUAL, Asked, Bot, Customs, Heard, TakenBack, heard
from policies.channels import Mode
from tests.slack.test_heard import HI, NOW, US, changed, deleted, message

FOLLOW_UP = "and how much sick leave?"
IN_THREAD = {"thread_ts": "9.9", "text": FOLLOW_UP}


class Set(Customs):
    """One mode in all channels; those who have asked in the thread 9.9 are remembered. Nobody is asked about direct messages."""

    def __init__(self, mode: Mode, *asked: str) -> None:
        self._mode, self._asked = mode, asked
        self.taken: set[str] = set()

    def mode(self, channel: str) -> Mode:
        assert not channel.startswith("D")
        return self._mode

    def is_taken(self, subject: str) -> bool:
        return subject in self.taken

    def has_asked(self, place: SlackPlace, user: SlackUser) -> bool:
        return place.thread == "9.9" and user.user in self._asked


def listen(event: dict[str, Any], customs: Customs) -> Heard | None:
    return heard(event, US, receipt=ReceiptId("r_1"), now=NOW, customs=customs)


def place(said: Heard | None) -> SlackPlace | None:
    if not isinstance(said, Asked):
        return None
    assert isinstance(said.incoming.question.place, SlackPlace)
    return said.incoming.question.place


ANSWERED, ALONE, FOLLOWED = (False, False), (True, False), (False, True)
TRUTHS = [
    # what was said                                     mention    follow_ups  private
    pytest.param(message(), (ANSWERED, ANSWERED, ALONE), id="it names us"),
    pytest.param(message(type="app_mention"), (ANSWERED, ANSWERED, ALONE), id="Slack says that it names us"),
    pytest.param(message(**{**IN_THREAD, "text": HI}), (ANSWERED, ANSWERED, ALONE), id="it names us in a thread"),
    pytest.param(message(**IN_THREAD), (None, FOLLOWED, None), id="in a thread in which they have asked"),
    pytest.param(message(text=FOLLOW_UP), (None, None, None), id="in the channel, naming nobody"),
    pytest.param(message(**{**IN_THREAD, "thread_ts": "8.8"}), (None, None, None), id="in another thread"),
    pytest.param(message(**IN_THREAD, user="UBEN"), (None, None, None), id="somebody who has not asked there"),
    pytest.param(message(**IN_THREAD, bot_id="B1"), (None, None, None), id="a program"),
    pytest.param(message(**{**IN_THREAD, "text": f"<@UBEN> {FOLLOW_UP}"}), (None, None, None), id="it names another"),
    pytest.param(message(**{**IN_THREAD, "text": "<!here> all"}), (None, None, None), id="it calls everyone"),
    pytest.param(message(**{**IN_THREAD, "text": "<!subteam^S1> ?"}), (None, None, None), id="it calls a group"),
    pytest.param(
        message(channel_type="im", channel="D1", text=FOLLOW_UP), (ANSWERED, ANSWERED, ANSWERED), id="said to us alone"
    ),
]


@pytest.mark.parametrize(("event", "expected"), TRUTHS)
def test_what_becomes_of_it_in_each_mode(event: dict[str, Any], expected: tuple[tuple[bool, bool] | None, ...]) -> None:
    modes: tuple[Mode, ...] = ("mention", "follow_ups", "private")
    found = [place(listen(event, Set(mode, "UANA"))) for mode in modes]
    assert tuple((one.alone, one.unnamed) if one is not None else None for one in found) == expected


@pytest.mark.parametrize(("event", "expected"), TRUTHS)
def test_unless_somebody_has_settled_it_otherwise_it_is_as_ever(
    event: dict[str, Any], expected: tuple[tuple[bool, bool] | None, ...]
) -> None:
    assert listen(event, USUAL) == listen(event, Set("mention", "UANA"))
    assert (place(listen(event, USUAL)) is None) is (expected[0] is None)


SAID = {"ts": "10.1", "user": "UANA", "text": FOLLOW_UP, "thread_ts": "9.9"}


def test_a_follow_up_that_is_edited_or_deleted_is_another_one_or_none() -> None:
    customs = Set("follow_ups", "UANA")
    edited = {**SAID, "text": "and parental leave?", "edited": {"user": "UANA", "ts": "20.2"}}
    again = place(listen(changed(edited, SAID), customs))
    assert again is not None
    assert (again.unnamed, again.edited) == (True, "20.2")
    assert isinstance(listen(deleted(SAID), customs), TakenBack)
    to_ben = {**edited, "text": "<@UBEN> do you know?"}
    assert isinstance(listen(changed(to_ben, SAID), customs), TakenBack)
    assert listen(deleted(SAID), Set("mention", "UANA")) is None


@pytest.mark.parametrize("customs", [Set("mention", "UANA"), Set("follow_ups")], ids=["another mode", "no root"])
def test_a_follow_up_that_was_taken_up_can_be_taken_back_whatever_has_changed_since(customs: Set) -> None:
    customs.taken = {f"slack:{US.team}:{message()['channel']}:10.1"}
    gone = listen(deleted(SAID), customs)
    assert isinstance(gone, TakenBack)
    assert gone.subject in customs.taken
    edited = {**SAID, "text": "never mind", "edited": {"user": "UANA", "ts": "20.2"}}
    assert isinstance(listen(changed(edited, SAID), customs), TakenBack)
    other = {**SAID, "ts": "10.7"}
    assert listen(deleted(other), customs) is None
    assert listen(deleted({**SAID, "bot_id": "B1"}), customs) is None


def test_a_follow_up_that_comes_to_name_us_is_a_question_like_any_other() -> None:
    named = {**SAID, "text": HI, "edited": {"user": "UANA", "ts": "20.2"}}
    again = place(listen(changed(named, SAID), Set("follow_ups", "UANA")))
    assert again is not None
    assert not again.unnamed


def test_programs_are_not_answered_in_any_mode() -> None:
    for mode in ("mention", "follow_ups", "private"):
        assert isinstance(listen(message(bot_id="B1"), Set(mode, "UANA")), Bot)
