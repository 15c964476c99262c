"""Whatever stands on a Home, Slack takes it, nothing in it leads anywhere but to Slack's own messages, and nobody is pinged."""

from datetime import UTC, datetime
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.admin import Change, NoMember, Paused, SourceStanding, Spent, Standing, Version
from bot.core.home import ForMember, Home, Known, Office, Recent, Shelf, SpentByOne
from bot.core.nouns import ReceiptId, SlackUser
from bot.core.receipt import State
from bot.playground.slack.surfaces import check_view
from bot.slack import words
from bot.slack.render.home import WHY, view
from policies.people import Email
from tests.slack.replies import inside
from tests.slack.test_render_properties import SHORT, TEXTS

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LINK = "https://acme.slack.com/archives/C1/p1"
NUMBERS = st.integers(0, 10**12)
LINKS = st.sampled_from([None, LINK, "javascript:x", "https://a|b>", "http://["]) | SHORT

recent = st.builds(
    Recent,
    receipt=st.just(ReceiptId("r_" + "0" * 24)),
    at=st.just("2026-03-01T12:00:00.000000Z"),
    text=st.none() | TEXTS,
    outcome=st.sampled_from(get_args(State)),
    link=LINKS,
    has_why=st.booleans(),
)
spent = st.builds(
    SpentByOne,
    tokens=NUMBERS,
    dollars=st.floats(0, 1e9),
    most_tokens=st.none() | NUMBERS,
    most_dollars=st.none() | st.floats(0, 1e9),
    is_over=st.booleans(),
)
sources = st.builds(
    SourceStanding, SHORT, SHORT, NUMBERS, NUMBERS, st.none() | st.just(NOON), st.none() | TEXTS, NUMBERS
)
standings = st.builds(
    Standing,
    version=st.builds(Version, st.integers(1, 10**9), st.just("d" * 64), SHORT, SHORT, st.just(NOON)),
    paused=st.none() | st.builds(Paused, SHORT, st.just(NOON)),
    waiting=NUMBERS,
    in_hand=NUMBERS,
    failed=NUMBERS,
    failed_jobs=NUMBERS,
    embedder=st.none() | SHORT,
    sources=st.lists(sources, max_size=4).map(lambda some: tuple(some * 40)),
    spent=st.just(Spent(10, 0.5, 10, 1.0, 10, 1.0)),
)


def a_change(name: str, note: str) -> Change:
    return Change(
        id="c_1", receipt=ReceiptId("r_1"), by=SlackUser(team="T1", user="U1"), name=name, base=1, digest="d", texts={},
        note=note, widens=("admins.people",), asked_at=NOON, expires_at=NOON,
    )  # fmt: skip


offices = st.builds(
    Office,
    standing=standings,
    health=st.dictionaries(SHORT, st.booleans(), max_size=3),
    pending=st.lists(st.builds(a_change, TEXTS, TEXTS), max_size=3).map(lambda some: tuple(some * 10)),
)
members = st.builds(
    ForMember,
    address=st.none() | st.just(Email("ana@acme.test")),
    shelves=st.lists(st.builds(Shelf, TEXTS, NUMBERS), max_size=3).map(lambda some: tuple(some * 20)),
    known=st.lists(st.builds(Known, SHORT, st.booleans(), st.booleans(), st.booleans()), max_size=3).map(
        lambda some: tuple(some * 20)
    ),
    recent=st.lists(recent, max_size=4).map(lambda some: tuple(some * 5)),
    is_paused=st.booleans(),
    spent=spent,
    admins=st.lists(SHORT, max_size=5).map(tuple),
    office=st.none() | offices,
)


def drawn(home: Home) -> list[dict[str, Any]]:
    return list(check_view(view(home), home=True)["blocks"])


def said(home: Home) -> str:
    return "\n".join(str(one["text"]) for one in inside(drawn(home)) if isinstance(one.get("text"), str))


@given(home=members | st.just(NoMember()))
def test_slack_takes_whatever_comes(home: Home) -> None:
    blocks = drawn(home)
    assert len(blocks) <= 70
    for one in inside(blocks):
        if one.get("type") == "link":
            raise AssertionError("only what somebody asked is linked, and in mrkdwn")
        if one.get("type") == "mrkdwn":
            assert "<!" not in one["text"]
            assert "<@" not in one["text"]
            assert one["text"].count("<") <= 1


@given(home=members)
def test_without_an_office_there_is_nothing_for_admins(home: ForMember) -> None:
    plain = home._replace(office=None)
    assert words.HOME_OFFICE not in said(plain)
    assert view(home)["blocks"][: len(view(plain)["blocks"])] == view(plain)["blocks"]


ANA = ForMember(
    address=Email("ana@acme.test"),
    shelves=(Shelf("handbook", 1), Shelf("wiki", 1_204)),
    known=(Known("drive", is_known=False), Known("handbook", is_known=True)),
    recent=(
        Recent(
            ReceiptId("r_1"), "2026-03-01T12:00:00Z", "How <!channel> much *leave*?", "answered", LINK, has_why=True
        ),
        Recent(ReceiptId("r_2"), "2026-03-01T11:00:00Z", None, "erased"),
    ),
    is_paused=False,
    spent=SpentByOne(0, 0.0, None, None, is_over=False),
    admins=("ben@acme.test", "UCAROL"),
)


def test_a_home_says_what_may_be_asked_where_one_is_known_and_what_one_asked() -> None:
    text = said(ANA)
    assert "handbook: one document that you may read" in text
    assert "wiki: 1,204 documents that you may read" in text
    assert "✗ drive: I do not know you there." in text
    assert "ana@acme.test" in text
    assert "ben@acme.test" in text
    assert "UCAROL" not in text  # but by the name that they have in Slack
    assert [one["user_id"] for one in inside(drawn(ANA)) if one.get("type") == "user"] == ["UCAROL"]
    assert f"<{LINK}|How &lt;!channel&gt; much ∗leave∗?>\nAnswered · 01 March 2026, 12:00 UTC" in text
    assert words.HOME_ERASED in text
    (why,) = [one for one in inside(drawn(ANA)) if one.get("action_id") == WHY]
    assert why["value"] == "r_1"


def test_whoever_is_known_everywhere_is_not_told_how_to_be() -> None:
    known = ANA._replace(known=(Known("handbook", is_known=True),))
    assert "ben@acme.test" not in said(known)


@pytest.mark.parametrize("beside_a_wiki", [True, False])
def test_at_a_folder_a_home_says_who_can_list_them_and_not_that_an_admin_links_them(*, beside_a_wiki: bool) -> None:
    wiki = [Known("wiki", is_known=False)] if beside_a_wiki else []
    text = said(ANA._replace(known=(Known("hr", is_known=False, by_address=True), *wiki)))
    assert "Whoever keeps the folder of hr can add your address to its people.yaml." in text
    assert ("If you have another one at wiki, ask" in text) == beside_a_wiki
    assert ("to link your account" in text) == beside_a_wiki


def test_whoever_has_no_confirmed_address_is_told_that() -> None:
    assert words.HOME_NO_ADDRESS in said(ANA._replace(address=None))


@pytest.mark.parametrize(
    ("spent", "says"),
    [
        (SpentByOne(0, 0.0, None, None, is_over=False), words.HOME_NO_BUDGET),
        (SpentByOne(10, 0.5, None, 2.0, is_over=False), "$0.50 of $2.00"),
        (SpentByOne(10, 0.5, 1_000, None, is_over=False), "10 of 1,000 tokens"),
        (SpentByOne(10, 0.5, 10, None, is_over=True), words.HOME_BUDGET_OVER),
        (SpentByOne(0, 0.0, None, None, is_over=True), words.HOME_BUDGET_OVER),
    ],
)
def test_limits_are_told_where_there_are_any(spent: SpentByOne, says: str) -> None:
    assert says in said(ANA._replace(spent=spent))


def test_a_pause_stands_above_everything() -> None:
    assert drawn(ANA._replace(is_paused=True))[1]["elements"][0]["elements"][0]["text"] == words.HOME_PAUSED
    assert words.HOME_PAUSED not in said(ANA)


def test_what_is_not_well_is_named_to_admins() -> None:
    standing = Standing(
        Version(1, "d" * 64, "package", "packaged", NOON),
        None,
        1,
        2,
        3,
        4,
        5,
        6,
        None,
        (),
        Spent(0, 0.0, None, None, None, None),
    )
    well, ill = Office(standing, {"database": True}, ()), Office(standing, {"database": True, "disk": False}, ())
    assert "All is well here: database." in said(ANA._replace(office=well))
    assert "/footnote status" in said(ANA._replace(office=well))
    assert "what became of 5 could not be told yet; of 6 somebody" in said(ANA._replace(office=well))
    assert "/footnote" not in said(ANA)
    assert "Not well: disk." in said(ANA._replace(office=ill))
    pending = well._replace(pending=(a_change("ana@acme.test", "set admins.people"),))
    assert "Nothing waits for a second admin" in said(ANA._replace(office=well))
    assert "set admins.people" in said(ANA._replace(office=pending))
    assert "wanted by ana@acme.test, until 01 March 2026, 12:00 UTC" in said(ANA._replace(office=pending))


@pytest.mark.parametrize("may_sign_in", [True, False])
def test_who_may_sign_in_is_told_so_on_their_home_where_it_tells_how_to_be_known(*, may_sign_in: bool) -> None:
    known = (Known("wiki", is_known=False, may_sign_in=may_sign_in),)
    home = ForMember(
        address=Email("ana@acme.test"), shelves=(), known=known, recent=(), is_paused=False,
        spent=SpentByOne(0, 0.0, None, None, is_over=False), admins=(), office=None,
    )  # fmt: skip
    assert (words.HOME_SIGN_IN in str(view(home))) == may_sign_in
