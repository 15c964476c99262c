"""`/footnote channel`: who settles what for a channel, whose agreement it takes, and what they are told of it."""

from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from bot import worker
from bot.core.admin import (
    Changed,
    ChannelChanged,
    ChannelShown,
    Conflict,
    Decided,
    Edit,
    FormOpened,
    Member,
    NoAdmin,
    NoChannel,
    NoSuchChange,
    Reply,
    RuleRefused,
    TooLong,
    Unchanged,
    Waiting,
)
from bot.core.nouns import ListId, Question, ReceiptId
from bot.core.ports import Shelf
from bot.flows.admin import Administration
from bot.flows.channel import Surroundings, foresee
from bot.stores.database import Database
from connectors.model import Retryable
from policies.channels import ChannelRules
from policies.people import Audience, Person, Principal
from tests.fakes.access import FakeAccess, FakePeople, a_list
from tests.flows.bureau import ANA, BEN, NOON, ZOE, Desk

HR = "C0HR"
ALL, BOARD = ListId("wiki:all"), ListId("wiki:board")
SHELVES = {Shelf("wiki/HR", ALL): 5, Shelf("wiki/HR", BOARD): 3, Shelf("handbook", ALL): 2}


class Room(FakePeople):
    """Everyone there reads what all may read; whoever asks, in Slack."""

    limited = False

    def readers(self, question: Question, asker: Person, **more: Any) -> Audience:
        if self.limited:
            raise Retryable("conversations.members: ratelimited")
        return super().readers(question, asker, **more)

    def asker(self, question: Question) -> Person:
        return Person(actor=str(question.asker), principals=frozenset({Principal("wiki/all"), Principal("wiki/board")}))


class Bureau(Desk):
    """`ana` and `ben` are admins, and what they type is typed in a channel."""

    def __post_init__(self) -> None:
        super().__post_init__()
        access = FakeAccess()
        access.lists = {ALL: a_list("wiki/all"), BOARD: a_list("wiki/board")}
        self.room = Room(access)
        self.room.beside = [Person(actor="zoe", principals=frozenset({Principal("wiki/all")}))]
        self.around = Surroundings(people=self.room, access=access, shelves=lambda: SHELVES, clock=lambda: NOON)

    @property
    def house(self) -> Administration:
        house = super().house
        governing = replace(house.governing, foresee=partial(foresee, around=self.around))
        return replace(house, governing=governing, surroundings=self.around)

    def types(self, text: str, by: Member = ANA, channel: str = HR) -> Reply:
        return self.does(by, text=f"channel {text}".strip(), channel=channel)

    def opens(self, by: Member = ANA, channel: str = HR) -> ReceiptId:
        receipt = self.takes(by, text="channel profile", channel=channel)
        assert worker.heed_next(self.commands, self.house)
        return receipt

    @property
    def here(self) -> ChannelRules:
        return self.config.rules().channels.get(HR, ChannelRules())

    @property
    def versions(self) -> int:
        return len(self.config.history())


@pytest.fixture
def desk(database: Database) -> Bureau:
    return Bureau(database, first=("ana@acme.test", "UBEN"))


def test_who_is_no_admin_settles_and_sees_nothing(desk: Bureau) -> None:
    for text in ("", "scope wiki", "mode private", "profile", "clear", "nonsense"):
        assert desk.types(text, ZOE) == NoAdmin(("ana@acme.test", "UBEN"))
    assert (desk.versions, desk.voice.forms) == (1, [])


@pytest.mark.parametrize("text", ["", "scope wiki", "mode private", "profile", "clear"])
def test_a_direct_conversation_has_no_settings(desk: Bureau, text: str) -> None:
    assert desk.types(text, channel="D0ANA") == NoChannel()
    assert desk.versions == 1


def test_what_holds_is_shown_with_where_each_comes_from_and_what_can_be_used(desk: Bureau) -> None:
    desk.types("scope wiki/HR")
    desk.types("mode private", BEN)
    desk.types("mode mention", BEN)
    shown = desk.types("")
    assert isinstance(shown, ChannelShown)
    assert shown.here == ChannelRules(scope=("wiki/HR",))
    origins = {one.path: (one.value, one.origin.author if one.origin else None) for one in shown.settings}
    assert origins == {"scope": ('["wiki/HR"]', "ana@acme.test"), "mode": ('"mention"', "ben@acme.test")}
    preview = shown.preview
    assert preview is not None
    assert (preview.documents, preview.beyond, preview.shut, preview.usable, preview.people) == (10, 2, 3, 5, 2)


def test_where_nothing_is_settled_everything_that_all_may_read_can_be_used(desk: Bureau) -> None:
    shown = desk.types("")
    assert isinstance(shown, ChannelShown)
    assert (shown.settings, shown.here) == ((), ChannelRules())
    assert shown.preview is not None
    assert (shown.preview.beyond, shown.preview.usable) == (0, 7)


def test_of_an_unknown_audience_nothing_can_be_used(desk: Bureau) -> None:
    desk.room.complete = False
    shown = desk.types("")
    assert isinstance(shown, ChannelShown)
    assert shown.preview is not None
    assert (shown.preview.usable, shown.preview.people) == (0, None)


def test_a_change_in_force_is_told_though_slack_does_not_say_who_reads_there(desk: Bureau) -> None:
    desk.room.limited = True
    told = desk.types("scope wiki/HR")
    assert isinstance(told, ChannelChanged)
    assert isinstance(told.reply, Changed)
    assert told.preview is not None
    assert (told.preview.usable, told.preview.people) == (0, None)


def test_a_channel_of_which_more_is_settled_than_fits_into_a_form_is_edited_in_parts(desk: Bureau) -> None:
    places = ", ".join(f'"wiki/{number:02}{"x" * 180}"' for number in range(20))
    assert isinstance(desk.says(ANA, f"policy set channels.{HR}.scope [{places}]"), Changed)
    desk.opens()
    assert desk.voice.forms == []
    assert desk.voice.told[-1] == TooLong(f"channels.{HR}", (f"channels.{HR}.scope",))


def test_a_narrower_scope_is_in_force_at_once_and_a_wider_one_waits_for_the_other_admin(desk: Bureau) -> None:
    narrowed = desk.types("scope wiki handbook")
    assert isinstance(narrowed, ChannelChanged)
    assert isinstance(narrowed.reply, Changed)
    assert narrowed.reply.edits == (Edit("channels.C0HR.scope", None, '["wiki", "handbook"]'),)
    assert isinstance(desk.types("scope wiki/HR"), ChannelChanged)
    for wider in ("scope wiki", "scope everything", "clear"):
        waiting = desk.types(wider)
        assert isinstance(waiting, ChannelChanged)
        assert isinstance(waiting.reply, Waiting)
        assert waiting.reply.widens == ("channels.C0HR.scope",)
        assert desk.here.scope == ("wiki/HR",)
    change, to = desk.voice.offered[-1]
    assert (change.note, to) == ("set channels.C0HR", BEN)
    decided = desk.presses(BEN, change.id)
    assert isinstance(decided, Decided)
    assert decided.change.state == "approved"
    assert desk.here == ChannelRules()


def test_whoever_is_to_agree_sees_how_much_could_be_used_then(desk: Bureau) -> None:
    desk.types("scope wiki/HR")
    desk.types("scope everything")
    (found,) = desk.voice.foreseen
    assert (found.channel, found.now.documents, found.now.usable, found.then.usable) == (HR, 10, 5, 7)
    desk.room.limited = True
    desk.types("scope wiki")
    (found,) = desk.voice.foreseen
    assert (found.then.people, found.then.usable) == (None, 0)


def test_of_a_change_that_is_about_no_channel_nothing_is_foreseen(desk: Bureau) -> None:
    desk.types("scope wiki/HR")
    assert isinstance(desk.says(ANA, 'policy set audience.full_members.principals ["wiki/all"]'), Waiting)
    assert desk.voice.foreseen == ()


def test_nobody_agrees_to_their_own_wider_scope(desk: Bureau) -> None:
    desk.types("scope wiki/HR")
    desk.types("scope everything")
    change, _ = desk.voice.offered[-1]
    desk.presses(ANA, change.id)
    assert desk.here.scope == ("wiki/HR",)


def test_places_in_which_there_is_nothing_are_told_whether_it_is_in_force_or_waits(desk: Bureau) -> None:
    told = desk.types("scope wkii handbook")
    assert isinstance(told, ChannelChanged)
    assert told.preview is not None
    assert (told.preview.nothing_in, told.preview.usable) == (("wkii",), 2)
    waits = desk.types("scope wiki handbok")
    assert isinstance(waits, ChannelChanged)
    assert isinstance(waits.reply, Waiting)
    assert waits.nothing_in == ("handbok",)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("scope wiki//HR", "C0HR.scope.0"),
        (f"profile tone {'x' * 201}", "C0HR.profile.tone"),
        ("profile experts people", "C0HR.profile.experts"),
    ],
)
def test_what_is_no_setting_is_refused_with_the_reason(desk: Bureau, text: str, reason: str) -> None:
    refused = desk.types(text)
    assert isinstance(refused, RuleRefused)
    assert reason in refused.reason
    assert desk.versions == 1


def test_a_profile_is_set_word_by_word_and_taken_back(desk: Bureau) -> None:
    desk.types("profile tone short and plain")
    desk.types("profile output Begin with the number.")
    desk.types('profile persona the "desk"')
    profile = desk.here.profile
    assert (profile.tone, profile.output, profile.persona) == (
        "short and plain",
        ("Begin with the number.",),
        'the "desk"',
    )
    desk.types("profile tone packaged")
    assert desk.here.profile.tone is None
    desk.types("clear")
    assert desk.here == ChannelRules()
    assert isinstance(desk.types("clear"), Unchanged)


def test_experts_of_a_channel_wait_for_the_other_admin(desk: Bureau) -> None:
    waiting = desk.types("profile experts <#C0EXPERTS|people>")
    assert isinstance(waiting, ChannelChanged)
    assert isinstance(waiting.reply, Waiting)
    assert desk.here.profile.experts is None


def test_a_form_begins_what_is_not_settled_yet(desk: Bureau) -> None:
    opened = desk.opens()
    assert desk.voice.told[-1] == FormOpened(opened=True)
    (form,) = desk.voice.forms
    assert form.path == "channels.C0HR"
    text = form.text.replace("# scope", "scope").replace("# tone", "tone")
    assert isinstance(desk.wrong(ANA, opened, "mode = 7"), RuleRefused)
    told = desk.sends(ANA, opened, text)
    assert isinstance(told, ChannelChanged)
    assert told.preview is not None
    assert desk.here.scope == ("handbook", "wiki/HR")
    assert desk.here.profile.tone == "short and matter-of-fact"


def test_two_admins_edit_a_channel_at_once_and_the_later_sees_the_conflict(desk: Bureau) -> None:
    anas, bens = desk.opens(ANA), desk.opens(BEN)
    desk.sends(ANA, anas, 'mode = "private"')
    assert isinstance(desk.wrong(BEN, bens, 'mode = "follow_ups"'), Conflict)
    conflict = desk.sends(BEN, bens, 'mode = "follow_ups"')
    assert isinstance(conflict, Conflict)
    assert conflict.edits == (Edit("channels.C0HR.mode", None, '"private"'),)
    assert desk.here.mode == "private"


def test_a_form_of_an_admins_that_somebody_else_sends_in_changes_nothing(desk: Bureau) -> None:
    opened = desk.opens(ANA)
    assert isinstance(desk.sends(ZOE, opened, 'mode = "private"'), NoAdmin)
    assert isinstance(desk.sends(BEN, opened, 'mode = "private"'), NoSuchChange)
    assert desk.versions == 1


def test_a_rollback_restores_what_held_in_the_channel(desk: Bureau) -> None:
    digest = desk.config.rules().digest
    desk.types("mode private")
    desk.says(ANA, "policy rollback 1")
    assert (desk.here, desk.config.rules().digest) == (ChannelRules(), digest)


def test_who_is_answered_alone_is_counted_by_what_they_may_read(desk: Bureau) -> None:
    told = desk.types("mode private")
    assert isinstance(told, ChannelChanged)
    assert told.preview is not None
    assert (told.preview.shut, told.preview.usable, told.preview.people) == (None, 10, None)


def test_the_readers_of_a_channel_are_asked_for_at_that_moment(desk: Bureau) -> None:
    desk.room.beside.append(Person(actor="guest", outsider=True))
    shown = desk.types("")
    assert isinstance(shown, ChannelShown)
    assert shown.preview is not None
    assert (shown.preview.guests, shown.preview.usable) == (1, 0)
    assert desk.room.declared[-1] == desk.held_by_all
