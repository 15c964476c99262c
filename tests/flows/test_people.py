"""Who is whom at the sources: what an admin alone may change of it, what needs a second one, and who hears of it."""

from collections.abc import Mapping
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot import worker
from bot.core.admin import (
    Decided,
    Filled,
    FormOpened,
    Member,
    NoAdmin,
    NoSuchChange,
    NoSuchSource,
    NotYourself,
    Reply,
    TooMuch,
    Unchanged,
    Waiting,
)
from bot.core.identities import (
    AccountTaken,
    Coverage,
    ImportPreviewed,
    LineRefused,
    NoSuchAccount,
    NoSuchPerson,
    NotLinked,
    PeopleCovered,
    PeopleMoved,
    PersonShown,
    Relink,
    Relinked,
)
from bot.core.nouns import ReceiptId
from bot.flows import policy
from bot.flows.linking import edits_of
from bot.flows.people import refusal_of_list
from bot.playground.slack.surfaces import check_message_blocks
from bot.slack.render import Post, admin
from bot.slack.render import people as people_words
from bot.slack.render import policy as policy_words
from bot.stores import access
from bot.stores.access import AccessStore
from bot.stores.database import Database
from bot.stores.identities import StoredIdentities
from bot.stores.sources import Sources
from connectors.confluence.people import Account, resolve
from connectors.model import Groups
from policies.people import Email, email_address
from tests.flows.bureau import ANA, BEN, NOON, ZOE, Desk, Died, member
from tests.slack.replies import inside
from tests.slack.replies import read as read_text

ACCOUNTS = (
    Account("acc:ana", "ana@acme.test", frozenset({"eng"})),
    Account("acc:zoe", None),
    Account("acc:old", "z.sales@old.test"),
    Account("acc:chief", None, frozenset({"board"})),
)
LINK = "people link zoe@acme.test wiki acc:zoe"


@pytest.fixture
def desk(database: Database) -> Desk:
    return opened(Desk(database))


@pytest.fixture
def two(database: Database) -> Desk:
    return opened(Desk(database, first=("ana@acme.test", "UBEN")))


def opened(desk: Desk) -> Desk:
    sources = Sources(desk.database)
    with desk.database.writing() as session:
        for name, kind in (("files", "drive"), ("handbook", "folder"), ("wiki", "confluence")):
            sources.add(session, name, kind, {}, NOON)
        access.replace_groups(session, "handbook", Groups(members={}, open=True, digest="o"))
    return read(desk)


def read(desk: Desk) -> Desk:
    """Who is who at the wiki, as a pass of its groups does it."""
    links = {email: account for (email, source), account in identities(desk).links().items() if source == "wiki"}
    with desk.database.writing() as session:
        access.replace_groups(session, "wiki", resolve("wiki", ACCOUNTS, links))
    return desk


def identities(desk: Desk) -> StoredIdentities:
    return StoredIdentities(desk.database, tuple)


def held(desk: Desk, who: Member) -> frozenset[str]:
    assert who.email is not None
    found = AccessStore(desk.database).person(who.email).principals
    return frozenset(one for one in found if one.startswith("wiki/"))


def asked(desk: Desk, text: str = LINK, by: Member = ANA) -> str:
    """The change that waits."""
    assert isinstance(desk.says(by, text), Waiting)
    return desk.voice.offered[-1][0].id


def sent(desk: Desk, text: str, by: Member = ANA) -> tuple[Reply, ReceiptId]:
    """What is shown of a list, and the receipt of that."""
    form = desk.takes(by, text="people import")
    assert worker.heed_next(desk.commands, desk.house)
    shown = desk.sends(by, form, text)
    return shown, shown.receipt if isinstance(shown, ImportPreviewed) else ReceiptId("r_none")


# --- looking


def test_how_many_are_linked_is_told_by_source_and_by_how(two: Desk) -> None:
    two.presses(BEN, asked(two))
    read(two)
    covered = two.says(ANA, "people")
    assert isinstance(covered, PeopleCovered)
    assert (covered.members, covered.without_address) == (3, 0)
    assert covered.sources == (
        Coverage("files", "drive", 0, 0, 0, 0, 3, counted_as_members=False, is_read=False),
        Coverage("handbook", "folder", 3, 0, 0, 0, 0, counted_as_members=False, is_read=False),
        Coverage("wiki", "confluence", 1, 1, 0, 0, 1, counted_as_members=False, is_read=False),
    )


def test_who_has_no_address_and_who_counts_as_what_in_a_channel_is_told(two: Desk) -> None:
    two.members.known = {**two.members.known, "UNEW": Member(user=member("new").user)}
    two.says(ANA, 'policy set audience.full_members.principals ["wiki/group:all"]')
    two.presses(BEN, two.voice.offered[-1][0].id)
    covered = two.says(ANA, "people")
    assert isinstance(covered, PeopleCovered)
    assert (covered.members, covered.without_address) == (4, 1)
    assert [one.counted_as_members for one in covered.sources] == [False, False, True]


def test_what_somebody_is_and_how_that_is_known_is_told(two: Desk) -> None:
    two.presses(BEN, asked(two))
    absent = two.says(ANA, "people show zoe@acme.test")
    assert isinstance(absent, PersonShown)
    assert (absent.identities[2].how, absent.identities[2].groups) == ("absent", 0)
    read(two)
    shown = two.says(ANA, "people show UZOE")
    assert isinstance(shown, PersonShown)
    files, handbook, wiki = shown.identities
    assert (files.how, handbook.how) == ("unknown", "address")
    assert (wiki.how, wiki.account, wiki.by, wiki.agreed_by, wiki.since) == (
        "admin", "acc:zoe", "ana@acme.test", "ben@acme.test", NOON,
    )  # fmt: skip
    anas = two.says(ANA, "people show <@UANA|ana>")
    assert isinstance(anas, PersonShown)
    assert (anas.identities[2].how, anas.identities[2].account, anas.identities[2].groups) == ("address", "acc:ana", 1)


@pytest.mark.parametrize("who", ["@zoe", "zoe", "nobody@acme.test", "UNOBODY", "<!channel>"])
def test_who_cannot_be_told_is_nobody(two: Desk, who: str) -> None:
    for text in (f"people show {who}", f"people link {who} wiki acc:zoe"):
        assert isinstance(two.says(ANA, text), NoSuchPerson), text
    assert two.voice.offered == []


# --- linking


@pytest.mark.parametrize(
    "text", ["people", "people show zoe@acme.test", LINK, "people unlink zoe@acme.test wiki", "people import",
             "people link zoe@acme.test wiki acc:ana", "people link @nobody nowhere !"],
)  # fmt: skip
def test_who_is_no_admin_learns_nothing_of_anybody(two: Desk, text: str) -> None:
    assert two.says(ZOE, text) == NoAdmin(("ana@acme.test", "UBEN"))
    assert (identities(two).links(), two.voice.lists, two.voice.offered) == ({}, 0, [])


def test_a_link_waits_for_a_second_admin_and_holds_from_the_next_look_on(two: Desk) -> None:
    change = asked(two)
    assert (identities(two).links(), held(two, ZOE), two.voice.linked) == ({}, frozenset(), [])
    decided = two.presses(BEN, change)
    assert isinstance(decided, Decided)
    assert (decided.change.state, decided.number) == ("approved", None)
    assert two.reread == ["wiki"]
    assert "wiki/user:acc:zoe" in held(read(two), ZOE)
    assert len(two.config.history()) == 1
    assert [one.change.state for one in two.voice.informed] == ["approved"]
    ((told, linked),) = two.voice.linked
    assert (told, linked.link.after, linked.by, linked.agreed_by) == (ZOE, "acc:zoe", "ana@acme.test", "ben@acme.test")


def test_nobody_agrees_to_what_they_asked_for_themselves(two: Desk) -> None:
    change = asked(two)
    assert two.presses(ANA, change) == NotYourself()
    assert isinstance(two.presses(ZOE, change), NoAdmin)
    assert two.presses(BEN, "c_" + "0" * 24) == NoSuchChange()
    assert identities(two).links() == {}


def test_one_admin_alone_links_nobody_and_is_told_how_to_name_a_second(desk: Desk) -> None:
    assert desk.says(ANA, LINK) == Waiting(("wiki, zoe@acme.test",), (), None)
    shown, preview = sent(desk, "zoe@acme.test,wiki,acc:zoe")
    assert isinstance(shown, ImportPreviewed)
    assert isinstance(desk.sends(ANA, preview, ""), Waiting)
    assert identities(desk).links() == {}
    desk.says(ANA, 'policy set admins.people ["ben@acme.test"]')
    desk.presses(BEN, asked(desk))
    assert identities(desk).links() == {("zoe@acme.test", "wiki"): "acc:zoe"}


def test_what_is_declined_or_too_late_changes_nothing(two: Desk) -> None:
    two.presses(BEN, asked(two), approve=False)
    late = asked(two)
    two.now += timedelta(days=7)
    two.presses(BEN, late)
    assert [one.change.state for one in two.voice.informed] == ["declined", "expired"]
    assert (identities(two).links(), two.voice.linked) == ({}, [])


def test_who_left_meanwhile_is_not_linked(two: Desk) -> None:
    change = asked(two)
    two.members.known = {name: one for name, one in two.members.known.items() if one != ZOE}
    two.presses(BEN, change)
    assert (two.voice.informed[-1].change.state, identities(two).links()) == ("outdated", {})


def test_what_an_admin_asked_for_who_is_none_any_more_is_not_done(two: Desk) -> None:
    two.says(ANA, 'policy set admins.people ["zoe@acme.test"]')
    two.presses(BEN, two.voice.offered[-1][0].id)
    for change, gone in ((asked(two), ANA), (asked(two, "people link ben@acme.test wiki acc:chief"), ANA)):
        before = dict(two.members.known)
        two.members.known = {name: one for name, one in before.items() if one != gone}
        two.presses(ZOE, change)
        two.members.known = before
    assert identities(two).links() == {}
    change = asked(two)
    two.first = ("UBEN",)
    two.presses(BEN, change)
    assert (two.voice.informed[-1].change.state, identities(two).links()) == ("outdated", {})


def test_two_changes_of_different_people_do_not_stand_in_each_others_way(two: Desk) -> None:
    zoes, bens = asked(two), asked(two, "people link ben@acme.test wiki acc:chief")
    two.says(ANA, "policy set answers.answer.max_lines 8")
    two.presses(BEN, zoes)
    two.presses(BEN, bens)
    assert len(identities(two).links()) == 2


def test_an_account_is_one_persons(two: Desk) -> None:
    """By the source's own word, by an admin's, and if that came in between."""
    taken = two.says(ANA, "people link zoe@acme.test wiki acc:ana")
    assert taken == AccountTaken("wiki", "acc:ana", "ana@acme.test")
    first, second = asked(two), asked(two, "people link ben@acme.test wiki acc:zoe")
    two.presses(BEN, first)
    two.presses(BEN, second)
    assert two.voice.informed[-1].change.state == "outdated"
    assert two.says(BEN, "people link ben@acme.test wiki acc:zoe") == AccountTaken("wiki", "acc:zoe", "zoe@acme.test")
    assert identities(two).links() == {("zoe@acme.test", "wiki"): "acc:zoe"}


def test_an_account_whose_address_is_nobodys_here_may_be_somebodys(two: Desk) -> None:
    two.presses(BEN, asked(two, "people link zoe@acme.test wiki acc:old"))
    assert "wiki/user:acc:old" in held(read(two), ZOE)


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("people link zoe@acme.test jira x1", NoSuchSource("jira", ("files", "handbook", "wiki"))),
        ("people link zoe@acme.test handbook x1", NotLinked("handbook")),
        ("people unlink zoe@acme.test handbook", NotLinked("handbook")),
        ("people link zoe@acme.test wiki <x>", NoSuchAccount("wiki", "confluence")),
        ("people link zoe@acme.test files acc:zoe", NoSuchAccount("files", "drive")),
        ("people unlink zoe@acme.test wiki", Unchanged()),
        ("people unlink @zoe wiki", NoSuchPerson("@zoe", is_name=True)),
    ],
)
def test_what_cannot_be_is_refused_in_words(two: Desk, text: str, reply: Reply) -> None:
    assert two.says(ANA, text) == reply


# --- taking back


def linked(two: Desk) -> Desk:
    two.presses(BEN, asked(two))
    two.voice.linked.clear()
    two.reread.clear()
    return read(two)


def test_what_is_taken_back_is_gone_at_once_and_its_owner_hears_of_it(two: Desk) -> None:
    linked(two)
    before = AccessStore(two.database).version()
    link = Relink(email=email_address("zoe@acme.test"), source="wiki", before="acc:zoe", after=None)
    assert two.says(ANA, "people unlink <@UZOE> wiki") == Relinked((link,))
    assert held(two, ZOE) == frozenset()
    assert AccessStore(two.database).version() > before
    assert two.reread == ["wiki"]
    ((told, said),) = two.voice.linked
    assert (told, said.link, said.agreed_by) == (ZOE, link, None)
    assert held(read(two), ZOE) == frozenset()


def test_who_has_left_is_unlinked_by_their_address(two: Desk) -> None:
    linked(two)
    two.members.known = {name: one for name, one in two.members.known.items() if one != ZOE}
    shown = two.says(ANA, "people show zoe@acme.test")
    assert isinstance(shown, PersonShown)
    assert isinstance(two.says(ANA, "people unlink zoe@acme.test wiki"), Relinked)
    assert (identities(two).links(), two.voice.linked) == ({}, [])


def test_what_is_given_anew_after_it_was_taken_back_is_read_again(two: Desk) -> None:
    """Though who is who is the same as it was read before."""
    linked(two)
    two.says(ANA, "people unlink zoe@acme.test wiki")
    two.presses(BEN, asked(two))
    assert "wiki/user:acc:zoe" in held(read(two), ZOE)


def test_another_account_is_taken_away_at_once_and_given_by_two(two: Desk) -> None:
    linked(two)
    change = asked(two, "people link zoe@acme.test wiki acc:old")
    assert "wiki/user:acc:zoe" in held(two, ZOE)
    two.presses(BEN, change)
    assert held(two, ZOE) == frozenset()
    assert "wiki/user:acc:zoe" not in held(read(two), ZOE)


@pytest.mark.parametrize("point", ["command.after_effect", "command.after_tell"])
@pytest.mark.parametrize("text", [LINK, "people unlink zoe@acme.test wiki"])
def test_who_dies_in_between_has_changed_it_once(two: Desk, point: str, text: str) -> None:
    if "unlink" in text:
        linked(two)
    two.dies_at = point
    receipt = two.takes(ANA, text=text)
    with pytest.raises(Died):
        worker.heed_next(two.commands, two.house)
    two.now += timedelta(minutes=5)
    assert worker.heed_next(two.commands, two.house)
    kinds = two.kinds(receipt)
    assert kinds.count("relinked") + kinds.count("change_proposed") == 1
    assert isinstance(two.voice.told[-1], Relinked if "unlink" in text else Waiting)
    assert len(two.voice.linked) == (1 if "unlink" in text else 0)


# --- lists


def test_a_list_is_shown_before_anything_and_becomes_one_change(two: Desk) -> None:
    linked(two)
    text = "zoe@acme.test,wiki,acc:zoe\nben@acme.test,wiki,acc:chief\nghost@acme.test,wiki,acc:ghost\nben@acme.test,files,ana@acme.test\n"
    shown, preview = sent(two, f"{text}ana@acme.test,wiki,acc:old\n")
    assert isinstance(shown, ImportPreviewed)
    assert (shown.same, shown.strangers, len(shown.links)) == (1, ("ghost@acme.test",), 3)
    assert len(identities(two).links()) == 1
    assert isinstance(two.sends(ANA, preview, "whatever is sent along counts for nothing"), Waiting)
    change, _ = two.voice.offered[-1]
    assert len(change.links) == 3
    two.presses(BEN, change.id)
    assert len(identities(two).links()) == 4
    assert {told for told, _ in two.voice.linked} == {ANA, BEN}
    back, preview = sent(two, "ben@acme.test,wiki,-\nben@acme.test,files,-\nana@acme.test,wiki,-")
    assert isinstance(back, ImportPreviewed)
    assert isinstance(two.sends(ANA, preview, ""), Relinked)
    assert identities(two).links() == {("zoe@acme.test", "wiki"): "acc:zoe"}


def lines(numbers: range, account: str) -> str:
    return "\n".join(f"p{number}@acme.test,wiki,{account}{number}" for number in numbers)


def agreed(desk: Desk, text: str) -> None:
    _, preview = sent(desk, text)
    assert isinstance(desk.sends(ANA, preview, ""), Waiting)
    desk.presses(BEN, desk.voice.offered[-1][0].id)


def test_of_a_list_no_more_is_agreed_to_than_can_be_read_whole_on_one_card(two: Desk) -> None:
    two.members.known = {**two.members.known, **{f"UP{number}": member(f"p{number}") for number in range(120)}}
    for first in range(0, 120, 30):
        agreed(two, lines(range(first, first + 30), f"acc:{'x' * 60}"))
    before = identities(two).links()
    assert len(before) == 120
    whole, preview = sent(two, lines(range(120), "a:"))
    assert isinstance(whole, ImportPreviewed)
    assert 1 < whole.fits < len(whole.links) == 120
    assert isinstance(two.sends(ANA, preview, "sent in all the same"), TooMuch)
    one_more, _ = sent(two, lines(range(whole.fits + 1), "a:"))
    assert isinstance(one_more, ImportPreviewed)
    assert one_more.fits == whole.fits
    for count in (1, whole.fits):
        shown, preview = sent(two, lines(range(count), "a:"))
        assert isinstance(shown, ImportPreviewed)
        assert shown.fits == len(shown.links) == count
        assert isinstance(two.sends(ANA, preview, ""), Waiting)
        change, _ = two.voice.offered[-1]
        seen = str(policy_words.card(change, edits_of(change.links)).blocks)
        assert all(f"{link.email}" in seen and (link.after or "") in seen for link in change.links)
        assert "more." not in seen
    assert identities(two).links() == before, "nobody has agreed"


def lists_back(shown: Post) -> list[str]:
    """What stands there to be sent in."""
    check_message_blocks(list(shown.blocks))
    return [read_text([one]) for one in inside(shown.blocks) if one.get("type") == "rich_text_preformatted"]


def test_a_list_is_taken_back_by_what_its_reply_says_and_that_is_taken_back_too(two: Desk) -> None:
    linked(two)
    before = identities(two).links()
    agreed(two, "zoe@acme.test,wiki,acc:old\nben@acme.test,wiki,acc:chief\nana@acme.test,files,-")
    agreed(two, "ana@acme.test,files,ben@acme.test\nben@acme.test,wiki,acc:other")
    (last,) = lists_back(admin.said(two.voice.told[-1]))
    assert last == "ana@acme.test,files,-\nben@acme.test,wiki,acc:chief"
    agreed(two, last)
    agreed(two, "ben@acme.test,wiki,-\nzoe@acme.test,wiki,acc:zoe")
    assert identities(two).links() == before
    agreed(two, "ben@acme.test,wiki,acc:chief")
    full = identities(two).links()
    _, preview = sent(two, "ben@acme.test,wiki,-\nzoe@acme.test,wiki,-")
    (back,) = lists_back(admin.said(two.sends(ANA, preview, "")))
    assert identities(two).links() == {}
    agreed(two, back)
    assert identities(two).links() == full


def test_whatever_fits_is_shown_whole_and_taken_back_whole_and_what_does_not_is_not_done(two: Desk) -> None:
    two.members.known = {**two.members.known, **{f"UP{number}": member(f"p{number}") for number in range(120)}}
    for first in range(0, 120, 30):
        agreed(two, lines(range(first, first + 30), f"acc:{'x' * 60}"))
    full = identities(two).links()
    none = [f"p{number}@acme.test,wiki,-" for number in range(120)]
    whole, preview = sent(two, "\n".join(none))
    assert isinstance(whole, ImportPreviewed)
    assert 40 < whole.fits < len(whole.links)
    assert people_words.preview(whole).get("submit") is None
    assert two.sends(ANA, preview, "sent in all the same") == NoSuchChange()
    assert identities(two).links() == full
    shown, preview = sent(two, "\n".join(none[: whole.fits]))
    assert isinstance(shown, ImportPreviewed)
    seen = read_text(people_words.preview(shown)["blocks"])
    assert all(f"{link.email}: {link.before} → nothing" in seen for link in shown.links)
    backs = lists_back(admin.said(two.sends(ANA, preview, "")))
    assert len(identities(two).links()) == 120 - whole.fits
    assert len(backs) > 1
    for back in backs:
        agreed(two, back)
    assert identities(two).links() == full


def test_a_list_that_is_longer_than_a_form_is_refused_with_how_to_split_it(two: Desk) -> None:
    form = two.takes(ANA, text="people import")
    assert worker.heed_next(two.commands, two.house)
    refused = wrong_in(two, ANA, form, lines(range(2_000), "acc:"))
    assert isinstance(refused, LineRefused)
    assert "send the rest as a second one" in refused.reason


def test_accounts_of_others_are_left_out_of_a_list(two: Desk) -> None:
    shown, preview = sent(two, "zoe@acme.test,wiki,acc:ana")
    assert isinstance(shown, ImportPreviewed)
    assert (shown.links, shown.taken) == ((), ("zoe@acme.test at wiki",))
    assert preview == shown.receipt


def test_a_bad_line_is_refused_while_the_window_is_open(two: Desk) -> None:
    form = two.takes(ANA, text="people import")
    assert worker.heed_next(two.commands, two.house)
    assert two.voice.told[-1] == FormOpened(opened=True)
    wrong = wrong_in(two, ANA, form, "zoe@acme.test,wiki,acc:zoe\nzoe,wiki,acc:zoe")
    assert isinstance(wrong, LineRefused)
    assert wrong.line == 2
    assert wrong_in(two, ANA, form, "zoe@acme.test,wiki,acc:zoe") is None
    assert wrong_in(two, BEN, form, "zoe@acme.test,wiki,acc:zoe") == NoSuchChange()


def wrong_in(desk: Desk, by: Member, form: ReceiptId, text: str) -> object:
    event = desk.commands.opened(form)
    assert event is not None
    return refusal_of_list(Filled(opened=form, view="V1", text=text), str(by.user), desk.house.governing, event)


def test_a_window_is_whoever_opened_its_and_no_other_forms(two: Desk) -> None:
    form = two.takes(ANA, text="people import")
    assert worker.heed_next(two.commands, two.house)
    assert two.sends(BEN, form, "zoe@acme.test,wiki,acc:zoe") == NoSuchChange()
    _, preview = sent(two, "zoe@acme.test,wiki,acc:zoe")
    assert two.sends(BEN, preview, "") == NoSuchChange()
    assert two.sends(ANA, ReceiptId("r_" + "0" * 24), "") == NoSuchChange()
    assert isinstance(two.sends(ZOE, preview, ""), NoAdmin)
    assert two.voice.offered == []


def test_a_list_that_is_overtaken_changes_nothing(two: Desk) -> None:
    _, preview = sent(two, "zoe@acme.test,wiki,acc:old")
    linked(two)
    assert two.sends(ANA, preview, "") == PeopleMoved()
    assert identities(two).links() == {("zoe@acme.test", "wiki"): "acc:zoe"}


# --- what waits for too long


def test_who_asked_hears_that_nobody_agreed_in_time(two: Desk) -> None:
    for text in (LINK, 'policy set audience.full_members.principals ["wiki/group:all"]'):
        change = asked(two, text)
        assert two.ends[-1] == (change, two.now + timedelta(days=7))
        policy.expire(change, two.house.governing)
        assert two.voice.informed == []
        two.now += timedelta(days=7)
        policy.expire(change, two.house.governing)
        (informed,) = two.voice.informed
        assert informed.change.state == "expired"
        two.voice.informed.clear()
        assert "change_decided" in two.kinds(informed.change.receipt)
        two.presses(BEN, change)
        assert two.voice.informed[-1].change.state == "expired"
        two.voice.informed.clear()
    policy.expire("c_none", two.house.governing)


def test_of_what_was_decided_nobody_hears_again_when_its_time_is_over(two: Desk) -> None:
    change = asked(two)
    two.presses(BEN, change)
    two.voice.informed.clear()
    two.now += timedelta(days=8)
    policy.expire(change, two.house.governing)
    assert (two.voice.informed, len(identities(two).links())) == ([], 1)


# --- one admin alone

_WHO = st.sampled_from(["ana@acme.test", "ben@acme.test", "zoe@acme.test", "UZOE", "@zoe"])
_ACCOUNT = st.sampled_from([account.id for account in ACCOUNTS])
_COMMANDS = st.one_of(
    st.builds("people link {} wiki {}".format, _WHO, _ACCOUNT),
    st.builds("people unlink {} wiki".format, _WHO),
    st.builds("list {},wiki,{}".format, _WHO, st.one_of(_ACCOUNT, st.just("-"))),
    st.just("press"),
    st.just("read"),
)


def _does(desk: Desk, step: str) -> None:
    if step == "read":
        read(desk)
    elif step == "press":
        for change, _ in desk.voice.offered:
            desk.presses(ANA, change.id)
    elif step.startswith("list "):
        _, preview = sent(desk, step.removeprefix("list "))
        desk.sends(ANA, preview, "")
    else:
        desk.says(ANA, step)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(_COMMANDS, max_size=6))
def test_nothing_that_one_admin_does_alone_lets_anybody_be_what_neither_the_source_nor_two_admins_say(
    two: Desk, steps: list[str]
) -> None:
    """Whoever was linked by two may lose that; nobody gains."""
    links = identities(two).links()
    if not links:
        two.presses(BEN, asked(two))
    own = resolve("wiki", ACCOUNTS, {})
    agreed = dict(identities(two).links())
    for step in steps:
        _does(two, step)
        assert identities(two).links().items() <= agreed.items()
        for one in (ANA, BEN, ZOE):
            said = _by_two(one, agreed)
            assert one.email is not None
            assert held(two, one) <= (own.members.get(one.email, frozenset()) | said)


def _by_two(one: Member, agreed: Mapping[tuple[Email, str], str]) -> frozenset[str]:
    """What they hold as the account that two admins have given to them."""
    assert one.email is not None
    account = agreed.get((one.email, "wiki"))
    given_to = {one.email: account} if account is not None else {}
    return resolve("wiki", [each for each in ACCOUNTS if each.id == account], given_to).members.get(
        one.email, frozenset()
    )
