"""Whoever signs in at a source is linked there: once, from their own browser, as themselves or by an admin's word, or not."""

import json
import secrets
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import NamedTuple
from urllib.parse import urlencode

import pytest
from pydantic import ValidationError
from sqlmodel import select

from bot.core.admin import Decided, NoMember, Reply, Typed
from bot.core.identities import OwnLink, OwnRefused, OwnWaits, Relink
from bot.core.nouns import ReceiptId
from bot.core.signing_in import Begun, NotBegun
from bot.flows.signing_in import START, begin
from bot.playground.world import World
from bot.settings import Settings
from bot.slack.render import sign_in as words
from bot.stores.database import Database
from bot.stores.identities import relink
from bot.stores.tables import TABLES, MembershipRow, SignInRow
from connectors.model import Retryable
from policies.people import email_address
from tests.fakes.site import Reply as Said
from tests.fakes.site import no, said
from tests.flows.bureau import ANA, BEN, NOON, ZOE, Died
from tests.web.signing import BACK, OURS, Browser, Kind, Lane, add, answering, asked, lane, remove

ADMINS = ("ana@acme.test", "ben@acme.test")
OWN, OTHER, ANAS, GONE = "acc:zoe", "acc:other", "acc:ana", "acc:gone"
TWO_MEGABYTES = 2 * 1024 * 1024


@pytest.fixture
def world() -> World:
    made = World()
    made.add_person("Zoe", email="zoe@acme.test", account_id=OWN)
    made.add_person("Zoe at home", email="zoe@else.test", account_id=OTHER)
    made.add_person("Ana", email="ana@acme.test", account_id=ANAS)
    made.add_person("Gone", email="gone@else.test", account_id=GONE).status = "closed"
    return made


@pytest.fixture
def wiki(database: Database, world: World) -> Iterator[Lane]:
    with lane(database, world, first=ADMINS) as made:
        yield made


def linked(made: Lane, email: str, account: str, before: str | None = None) -> None:
    link = Relink(email=email_address(email), source="wiki", before=before, after=account)
    with made.desk.database.writing() as session:
        relink(session, [link], NOON, by="ana@acme.test", agreed_by="ben@acme.test", reread=lambda *_: None)


# --- what becomes of a sign-in -----------------------------------------------------------------------------------------


class Row(NamedTuple):
    who: str
    reply: Callable[[Reply | None], bool]
    page: str
    is_linked: bool = False
    is_confirmed: bool = True
    before: tuple[str, str] | None = None
    first: tuple[str, ...] = ADMINS


def refused(why: str) -> Callable[[Reply | None], bool]:
    return lambda reply: isinstance(reply, OwnRefused) and reply.why == why


def waits(reply: Reply | None) -> bool:
    return isinstance(reply, OwnWaits) and reply.asked == ADMINS


def is_own(reply: Reply | None) -> bool:
    return isinstance(reply, OwnLink) and reply.at_once


TABLE = {
    "a colleague's account": Row(ANAS, refused("colleague"), words._WHY["colleague"]),
    "a colleague's address that nobody has confirmed": Row(
        ANAS, refused("colleague"), words._WHY["colleague"], is_confirmed=False
    ),
    "somebody else's by an admin's word": Row(
        OTHER, refused("taken"), words._WHY["taken"], before=("ben@acme.test", OTHER)
    ),
    "their own, which an admin gave to somebody else": Row(
        OWN, refused("taken"), words._WHY["taken"], before=("ben@acme.test", OWN)
    ),
    "another address, and no admin but themselves": Row(
        OTHER, refused("nobody_to_agree"), words.WAITS, first=("zoe@acme.test",)
    ),
    "the same already": Row(OWN, refused("same"), words._WHY["same"], is_linked=True, before=("zoe@acme.test", OWN)),
    "another address": Row(OTHER, waits, words.WAITS),
    "their own address, which nobody has confirmed": Row(OWN, waits, words.WAITS, is_confirmed=False),
    "their own address, where an admin has said otherwise": Row(
        OWN, waits, words.WAITS, before=("zoe@acme.test", "acc:x")
    ),
    "their own address": Row(OWN, is_own, words.BEING_LINKED, is_linked=True),
}


@pytest.mark.parametrize("row", TABLE.values(), ids=TABLE)
def test_what_becomes_of_somebody_who_signs_in(database: Database, world: World, row: Row) -> None:
    with lane(database, world, first=row.first) as wiki:
        if row.before is not None:
            linked(wiki, *row.before)
        if not row.is_confirmed:
            wiki.site.unverified |= {row.who}
        before = wiki.links
        page = wiki.signs_in(row.who)
        assert page.status_code == 200
        assert words.page(row.page.format(source="wiki")) == page.text
        assert row.reply(wiki.heeds())
        assert wiki.links == ({("zoe@acme.test", "wiki"): row.who} if row.is_linked else before)


def test_who_is_linked_at_once_is_in_the_ledger_as_whoever_an_admin_links_and_their_people_are_read_again(
    wiki: Lane,
) -> None:
    wiki.signs_in(OWN)
    wiki.heeds()
    assert wiki.desk.reread == ["wiki"]
    assert wiki.desk.happened == ["commanded", "relinked", "replied"]
    (shown,) = wiki.signing_in.governing.identities.of(email_address("zoe@acme.test"))
    assert (shown.by, shown.agreed_by, shown.account) == ("zoe@acme.test", None, OWN)


def test_what_another_address_waits_for_is_an_admins_word_and_the_person_need_be_none(wiki: Lane) -> None:
    wiki.signs_in(OTHER)
    assert isinstance(wiki.heeds(), OwnWaits)
    change = wiki.desk.voice.offered[-1][0]
    assert [to for _, to in wiki.desk.voice.offered] == [ANA, BEN]
    assert "“zoe@else.test”" in change.note
    decided = wiki.desk.presses(BEN, change.id)
    assert isinstance(decided, Decided)
    assert decided.change.state == "approved"
    assert wiki.links == {("zoe@acme.test", "wiki"): OTHER}


def test_nobody_agrees_to_their_own(database: Database, world: World) -> None:
    with lane(database, world, first=("zoe@acme.test", "ben@acme.test")) as wiki:
        wiki.signs_in(OTHER)
        wiki.heeds()
        wiki.desk.presses(ZOE, wiki.desk.voice.offered[-1][0].id)
        assert wiki.links == {}


def test_who_has_left_when_an_admin_agrees_is_not_linked(wiki: Lane) -> None:
    wiki.signs_in(OTHER)
    wiki.heeds()
    wiki.desk.members.known = {one.user.user: one for one in (ANA, BEN)}
    decided = wiki.desk.presses(BEN, wiki.desk.voice.offered[-1][0].id)
    assert isinstance(decided, Decided)
    assert decided.change.state == "outdated"
    assert wiki.links == {}


def test_whose_address_is_another_when_an_admin_agrees_is_not_linked(wiki: Lane) -> None:
    wiki.signs_in(OTHER)
    wiki.heeds()
    renamed = ZOE.model_copy(update={"email": email_address("zoe@new.test")})
    wiki.desk.members.known = {one.user.user: one for one in (ANA, BEN, renamed)}
    wiki.desk.presses(BEN, wiki.desk.voice.offered[-1][0].id)
    assert wiki.links == {}


def agreed(wiki: Lane) -> str:
    decided = wiki.desk.presses(BEN, wiki.desk.voice.offered[-1][0].id)
    assert isinstance(decided, Decided)
    return decided.change.state


@pytest.mark.parametrize("kind", ["confluence", "drive"])
def test_what_waits_for_a_source_is_not_agreed_to_for_another_of_its_name(wiki: Lane, kind: Kind) -> None:
    wiki.signs_in(OTHER)
    assert isinstance(wiki.heeds(), OwnWaits)
    remove(wiki)
    wiki.kind = kind
    add(wiki, at=timedelta(minutes=1))
    assert agreed(wiki) == "outdated"
    assert wiki.links == {}


def test_who_signs_in_again_meanwhile_is_told_of_what_waits_and_no_admin_is_asked_twice(wiki: Lane) -> None:
    wiki.signs_in(OTHER)
    first = wiki.heeds()
    wiki.passes(timedelta(hours=1))
    for _ in range(2):
        wiki.signs_in(OTHER)
        assert wiki.heeds() == first
    assert len({change.id for change, _ in wiki.desk.voice.offered}) == 1
    assert wiki.desk.happened.count("change_proposed") == 1
    assert agreed(wiki) == "approved"


def test_who_signs_in_as_somebody_else_meanwhile_waits_for_that_alone(wiki: Lane) -> None:
    wiki.site.unverified |= {OWN}
    wiki.signs_in(OTHER)
    wiki.heeds()
    (before,) = {change.id for change, _ in wiki.desk.voice.offered}
    wiki.signs_in(OWN)
    assert isinstance(wiki.heeds(), OwnWaits)
    assert [one.links[0].after for one in wiki.desk.commands.pending()] == [OWN]
    wiki.desk.presses(BEN, before)
    assert wiki.links == {}
    assert agreed(wiki) == "approved"
    assert wiki.links == {("zoe@acme.test", "wiki"): OWN}


def test_what_waited_for_a_source_that_was_added_anew_since_does_not_keep_an_admin_from_being_asked(wiki: Lane) -> None:
    wiki.signs_in(OTHER)
    wiki.heeds()
    remove(wiki)
    add(wiki, at=timedelta(minutes=1))
    wiki.passes(timedelta(minutes=2))
    wiki.signs_in(OTHER)
    assert isinstance(wiki.heeds(), OwnWaits)
    assert agreed(wiki) == "approved"


def test_what_an_admin_takes_back_the_person_does_not_undo_alone(wiki: Lane) -> None:
    wiki.signs_in(OWN)
    wiki.heeds()
    wiki.desk.says(ANA, "people unlink zoe@acme.test wiki")
    assert wiki.links == {}
    assert wiki.signs_in(OWN).text == words.page(words.WAITS)
    assert isinstance(wiki.heeds(), OwnWaits)
    assert wiki.links == {}
    assert agreed(wiki) == "approved"
    assert wiki.links == {("zoe@acme.test", "wiki"): OWN}


def test_what_was_taken_back_at_a_source_is_forgotten_with_it(wiki: Lane) -> None:
    linked(wiki, "zoe@acme.test", OTHER)
    wiki.desk.says(ANA, "people unlink zoe@acme.test wiki")
    add_anew(wiki)
    wiki.passes(timedelta(minutes=2))
    wiki.signs_in(OWN)
    assert is_own(wiki.heeds())


@pytest.mark.parametrize("who", [OWN, ANAS])
def test_whose_account_it_is_stands_in_the_ledger_only_where_something_comes_of_it(wiki: Lane, who: str) -> None:
    wiki.signs_in(who)
    wiki.heeds()
    with wiki.desk.database.reading() as session:
        (commanded, *more) = (
            event
            for one in wiki.desk.ledger.receipts(session, 9)
            for event in wiki.desk.ledger.events(session, ReceiptId(one.receipt))
        )
    assert commanded.body is not None
    assert commanded.body["signed_in"]["source"] == "wiki"
    assert who not in str(commanded.body)
    assert "@" not in str(commanded.body["signed_in"])
    assert (who in str(more)) == (who == OWN)


def test_who_is_told_of_it_is_told_by_whom(wiki: Lane) -> None:
    """Themselves, whether or not an admin has had to agree."""
    wiki.signs_in(OTHER)
    wiki.heeds()
    agreed(wiki)
    zoe = email_address("zoe@acme.test")
    (covered,) = wiki.signing_in.governing.identities.covered([zoe])
    assert (covered.by_address, covered.by_admin, covered.by_themselves, covered.absent) == (0, 0, 0, 1)
    with wiki.desk.database.writing() as session:
        session.add(
            MembershipRow(
                workspace=wiki.desk.database.workspace, source="wiki", email=zoe, principal=f"wiki/user:{OTHER}"
            )
        )
    (covered,) = wiki.signing_in.governing.identities.covered([zoe])
    assert (covered.by_address, covered.by_admin, covered.by_themselves, covered.absent) == (0, 0, 1, 0)
    (shown,) = wiki.signing_in.governing.identities.of(zoe)
    assert (shown.how, shown.by, shown.agreed_by) == ("themselves", zoe, "ben@acme.test")


# --- who may not even begin, or not go on --------------------------------------------------------------------------------


def test_who_is_no_member_or_has_no_address_is_given_no_link(wiki: Lane) -> None:
    nobody = ZOE.user.model_copy(update={"user": "UNOBODY"})
    assert begin("wiki", nobody, wiki.signing_in) == NotBegun("wiki", "no_member")
    assert begin("elsewhere", ZOE.user, wiki.signing_in) == NotBegun("elsewhere", "not_offered")
    wiki.desk.members.known = {ZOE.user.user: ZOE.model_copy(update={"email": None})}
    assert begin("wiki", ZOE.user, wiki.signing_in) == NotBegun("wiki", "no_address")


def test_whom_a_source_knows_is_given_no_link(wiki: Lane) -> None:
    with wiki.desk.database.writing() as session:
        session.add(
            MembershipRow(
                workspace=wiki.desk.database.workspace,
                source="wiki",
                email="zoe@acme.test",
                principal=f"wiki/user:{OWN}",
            )
        )
    assert begin("wiki", ZOE.user, wiki.signing_in) == NotBegun("wiki", "known")
    assert isinstance(begin("wiki", ANA.user, wiki.signing_in), Begun)


def leave_company(made: Lane) -> None:
    made.desk.members.known = {}


def take_source_away(made: Lane) -> None:
    remove(made)


def add_anew(made: Lane) -> None:
    remove(made)
    add(made, at=timedelta(minutes=1))


def wait_too_long(made: Lane) -> None:
    made.passes(timedelta(minutes=10))


def ask_for_another(made: Lane) -> None:
    made.link()


def take_client_away(made: Lane) -> None:
    made.providers.clear()


MOVES = [leave_company, take_source_away, add_anew, wait_too_long, take_client_away]


@pytest.mark.parametrize("moves", [*MOVES, ask_for_another])
def test_a_link_of_which_something_has_changed_leads_nowhere(wiki: Lane, moves: Callable[[Lane], None]) -> None:
    link = wiki.link()
    moves(wiki)
    answer = wiki.browser.get(link)
    assert (answer.status_code, answer.text) == (400, words.page(words.STALE))


@pytest.mark.parametrize("moves", [*MOVES, ask_for_another])
def test_who_comes_back_after_something_has_changed_is_not_linked(wiki: Lane, moves: Callable[[Lane], None]) -> None:
    back = wiki.allows(wiki.leaves(wiki.link()), OWN)
    moves(wiki)
    answer = wiki.browser.get(back)
    assert (answer.status_code, answer.text) == (400, words.page(words.STALE))
    assert wiki.heeds() is None


@pytest.mark.parametrize("moves", [take_source_away, add_anew, take_client_away])
def test_what_is_taken_down_is_looked_at_again_before_it_is_done(wiki: Lane, moves: Callable[[Lane], None]) -> None:
    wiki.signs_in(OWN)
    moves(wiki)
    assert wiki.heeds() == OwnRefused("wiki", "gone")
    assert wiki.links == {}


def test_who_leaves_before_it_is_done_is_not_linked(wiki: Lane) -> None:
    wiki.signs_in(OWN)
    leave_company(wiki)
    assert wiki.heeds() == NoMember()
    assert wiki.links == {}


def test_an_attempt_that_died_is_done_once_and_told_as_before(wiki: Lane) -> None:
    for who, kind, is_told in ((OTHER, "change_proposed", OwnWaits), (OWN, "relinked", OwnLink)):
        wiki.signs_in(who)
        wiki.desk.dies_at = "command.after_effect"
        with pytest.raises(Died):
            wiki.heeds()
        wiki.passes(timedelta(minutes=1))
        assert isinstance(wiki.heeds(), is_told)
        assert wiki.desk.happened.count(kind) == 1


# --- what is forged, said twice, or somebody else's ------------------------------------------------------------------------


def test_a_link_that_programs_open_holds_still(wiki: Lane) -> None:
    link = wiki.link()
    for _ in range(3):
        assert Browser(wiki.browser.port, wiki.browser.http).get(link).status_code == 200
    assert wiki.signs_in(OWN, link).status_code == 200


def test_a_link_is_left_by_once_and_come_back_from_once(wiki: Lane) -> None:
    link = wiki.link()
    back = wiki.allows(wiki.leaves(link), OWN)
    kept = dict(wiki.browser.jar)
    assert wiki.browser.get(link).status_code == 400
    wiki.browser.jar = dict(kept)
    assert wiki.browser.get(back).status_code == 200
    assert wiki.heeds() is not None
    wiki.browser.jar = dict(kept)
    again = wiki.browser.get(back)
    assert (again.status_code, again.text) == (400, words.page(words.STALE))
    assert wiki.heeds() is None


def test_two_sign_ins_in_one_browser_do_not_break_each_other(wiki: Lane) -> None:
    wiki.providers["drive"], wiki.source = wiki.providers["wiki"], "drive"
    add(wiki)
    elsewhere, wiki.source = wiki.link(), "wiki"
    first = wiki.allows(wiki.leaves(wiki.link()), OWN)
    second = wiki.allows(wiki.leaves(elsewhere), OTHER)
    assert wiki.browser.get(f"{OURS}{START}?state=default.x").status_code == 400
    for back in (first, second):
        assert wiki.browser.get(back).status_code == 200
        assert wiki.heeds() is not None


@pytest.mark.parametrize("cookie", ["x", "a" * 42, "a" * 44, "a" * 42 + "%", ""])
def test_a_cookie_that_we_did_not_give_out_is_not_ours(wiki: Lane, cookie: str) -> None:
    wiki.browser.jar = {"__Host-footnote-link": cookie}
    wiki.browser.get(wiki.link())
    assert wiki.browser.jar["__Host-footnote-link"] != cookie
    assert len(wiki.browser.jar["__Host-footnote-link"]) == len(secrets.token_urlsafe(32))


def test_what_one_page_holds_of_a_browser_lets_it_go_on_from_no_other(wiki: Lane) -> None:
    mine = wiki.browser.get(wiki.link()).text.partition("mine=")[2].partition('"')[0]
    state = asked(wiki.link(ANA))["state"]
    assert wiki.browser.post(f"{OURS}{START}?{urlencode({'state': state, 'mine': mine})}").status_code == 400


def test_another_browser_comes_back_in_vain_and_so_does_one_without_a_cookie(wiki: Lane) -> None:
    back = wiki.allows(wiki.leaves(wiki.link()), OWN)
    other = Browser(wiki.browser.port, wiki.browser.http)
    assert other.get(back).status_code == 400
    other.get(wiki.link(ANA))
    assert other.get(back).status_code == 400
    assert wiki.heeds() is None


def test_another_site_cannot_make_a_browser_go_on(wiki: Lane) -> None:
    """It knows its own link, and not what the page holds of this browser."""
    link = wiki.link()
    victim = Browser(wiki.browser.port, wiki.browser.http)
    victim.get(wiki.link(ANA))
    shown = wiki.browser.get(link)
    mine = shown.text.partition("mine=")[2].partition('"')[0]
    state = asked(link)["state"]
    for query in ({"state": state}, {"state": state, "mine": ""}, {"state": state, "mine": mine}, {"mine": mine}):
        assert victim.post(f"{OURS}{START}?{urlencode(query)}").status_code == 400
    assert wiki.browser.post(f"{OURS}{START}?{urlencode({'state': state, 'mine': mine})}").status_code == 303


@pytest.mark.parametrize(
    "state",
    [
        "",
        ".",
        "default",
        "default.",
        "default.x",
        "other.{held}",
        "{held}",
        "default.{held}x",
        "DEFAULT.{held}",
        "\x00",
        "x" * 9_000,
    ],
)
def test_a_forged_state_leads_nowhere(wiki: Lane, state: str) -> None:
    held = asked(wiki.link())["state"].partition(".")[2]
    query = urlencode({"state": state.format(held=held), "code": "c"})
    for path in (f"{START}?{query}", f"/link/done?{query}"):
        answer = wiki.browser.get(f"{OURS}{path}")
        assert (answer.status_code, answer.text) == (400, words.page(words.STALE))


def test_what_lies_in_the_rows_lets_nobody_go_on(wiki: Lane) -> None:
    link = wiki.link()
    where = wiki.leaves(link)
    with wiki.desk.database.reading() as session:
        (row,) = session.exec(select(SignInRow)).all()
    browser = next(iter(wiki.browser.jar.values()))
    secret = {asked(link)["state"].partition(".")[2], asked(where)["state"].partition(".")[2], browser}
    lies = str(row.model_dump())
    assert not [one for one in secret if one in lies]
    for known in (row.id, row.away):
        assert (
            wiki.browser.get(f"{OURS}/link/done?{urlencode({'state': f'default.{known}', 'code': 'c'})}").status_code
            == 400
        )
        assert wiki.browser.get(f"{OURS}{START}?{urlencode({'state': f'default.{known}'})}").status_code == 400


def test_rows_of_those_who_never_came_back_do_not_stay(wiki: Lane) -> None:
    for who in (ANA, BEN, ZOE, ZOE):
        wiki.link(who)
    wiki.passes(timedelta(minutes=11))
    wiki.link()
    with wiki.desk.database.reading() as session:
        assert len(session.exec(select(SignInRow)).all()) == 1


# --- what the source is told, and says -------------------------------------------------------------------------------------


def test_the_source_is_asked_for_no_more_than_who_it_is_with_a_proof_and_sends_people_back_to_us_alone(
    wiki: Lane,
) -> None:
    link = wiki.link()
    where = wiki.leaves(link)
    said_ = asked(where)
    assert where.startswith(f"{wiki.site.url}/authorize?")
    assert (said_["scope"], said_["response_type"], said_["redirect_uri"]) == ("read:me", "code", BACK)
    assert (said_["code_challenge_method"], len(said_["code_challenge"])) == ("S256", 43)
    assert asked(link)["state"].partition(".")[2] not in where
    assert {*wiki.browser.jar.values()}.isdisjoint(said_.values())


def test_a_request_names_no_place_to_be_sent_to(wiki: Lane) -> None:
    evil = urlencode({"redirect_uri": "https://evil.test/", "next": "//evil.test", "return_to": "https://evil.test"})
    assert "evil" not in wiki.leaves(f"{wiki.link()}&{evil}")
    back = wiki.allows(wiki.leaves(wiki.link()), OWN)
    answer = wiki.browser.get(f"{back}&{evil}")
    assert (answer.status_code, "location" in answer.headers, "evil" in answer.text) == (200, False, False)


def test_the_site_sends_nobody_to_another_address_whatever_the_browser_says(wiki: Lane) -> None:
    where = wiki.leaves(wiki.link())
    tampered = where.replace(urlencode({"redirect_uri": BACK}), urlencode({"redirect_uri": "https://evil.test/"}))
    assert wiki.browser.post(tampered, who=OWN).status_code == 400


@pytest.mark.parametrize("error", ["access_denied", "<script>alert(1)</script>", "%0d%0aset-cookie: a=b", "x" * 1_000])
def test_who_does_not_sign_in_is_told_so_and_nothing_that_the_address_says(wiki: Lane, error: str) -> None:
    state = asked(wiki.leaves(wiki.link()))["state"]
    query = urlencode({"error": error, "error_description": error, "state": state, "code": "c"})
    answer = wiki.browser.get(f"{OURS}/link/done?{query}")
    assert (answer.status_code, answer.text) == (400, words.page(words.CANCELLED))
    assert wiki.heeds() is None


def test_a_page_holds_nothing_that_a_browser_would_run(wiki: Lane) -> None:
    wiki.desk.members.known = {ZOE.user.user: ZOE.model_copy(update={"email": '"<script>alert(1)</script>"@acme.test'})}
    shown = wiki.browser.get(wiki.link())
    assert "<script" not in shown.text
    assert shown.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'; base-uri 'none'"
    assert (shown.headers["cache-control"], shown.headers["referrer-policy"]) == ("no-store", "no-referrer")
    (cookie,) = wiki.browser.said
    assert cookie.startswith("__Host-footnote-link=")
    assert {"HttpOnly", "Secure", "SameSite=lax", "Path=/", "Max-Age=600"} <= {*cookie.split("; ")}


@pytest.mark.parametrize("code", ["", "no-such-code", "c" * 3_000])
def test_a_code_that_the_site_did_not_give_is_worth_nothing(wiki: Lane, code: str) -> None:
    state = asked(wiki.leaves(wiki.link()))["state"]
    assert wiki.browser.get(f"{OURS}/link/done?{urlencode({'state': state, 'code': code})}").status_code in {400, 502}
    assert wiki.heeds() is None


def test_the_code_of_another_persons_sign_in_is_worth_nothing_without_its_proof(wiki: Lane) -> None:
    """Who stole a code puts it into the way back of a sign-in of their own."""
    stolen = asked(wiki.allows(wiki.leaves(wiki.link(ANA)), ANAS))["code"]
    mine = asked(wiki.leaves(wiki.link()))["state"]
    answer = wiki.browser.get(f"{OURS}/link/done?{urlencode({'state': mine, 'code': stolen})}")
    assert (answer.status_code, answer.text) == (502, words.page(words.AGAIN))
    assert wiki.heeds() is None


def test_the_code_of_another_client_is_worth_nothing(wiki: Lane) -> None:
    where = wiki.leaves(wiki.link())
    other = wiki.site.sign_in.add_client(BACK)
    code = asked(wiki.allows(where.replace(wiki.client.id, other.id), OWN))["code"]
    query = urlencode({"state": asked(where)["state"], "code": code})
    assert wiki.browser.get(f"{OURS}/link/done?{query}").status_code == 502
    assert wiki.heeds() is None


def test_an_account_that_is_closed_is_nobodys(wiki: Lane) -> None:
    assert wiki.signs_in(GONE).text == words.page(words.AGAIN)
    assert wiki.heeds() is None


TOKEN, ME = "/oauth/token", "/me"
GIVEN = {"access_token": "a-token-that-nobody-keeps", "token_type": "Bearer"}
MEI = {"account_id": OWN, "account_status": "active", "email": "zoe@acme.test", "email_verified": True}
TROUBLES = {
    "500": {TOKEN: no(500)},
    "429": {TOKEN: no(429, retry_after="3600")},
    "401": {TOKEN: no(401)},
    "garbage": {TOKEN: Said(b"\xff\xfe{")},
    "a web page": {TOKEN: Said(b"<html>", headers={"content-type": "text/html"})},
    "no token": {TOKEN: said({"token_type": "Bearer"})},
    "a token with a line end": {TOKEN: said({**GIVEN, "access_token": "a\r\nx-evil: 1"})},
    "two megabytes": {TOKEN: said({**GIVEN, "more": "x" * TWO_MEGABYTES})},
    "sent elsewhere": {TOKEN: Said(b"", 302, {"location": "https://evil.test/"})},
    "cut off": {TOKEN: Said(b'{"access', cut=50)},
    "nobody": {TOKEN: said(GIVEN), ME: no(403)},
    "who fails": {TOKEN: said(GIVEN), ME: no(500)},
    "who is garbage": {TOKEN: said(GIVEN), ME: Said(b"[]")},
    "who is nameless": {TOKEN: said(GIVEN), ME: said({**MEI, "account_id": ""})},
    "who is two megabytes": {TOKEN: said(GIVEN), ME: said({**MEI, "name": "x" * TWO_MEGABYTES})},
    "who is sent elsewhere": {TOKEN: said(GIVEN), ME: Said(b"", 302, {"location": "https://evil.test/"})},
}


@pytest.mark.parametrize("answers", TROUBLES.values(), ids=TROUBLES)
def test_where_the_source_does_not_say_who_it_is_nobody_is_linked_and_one_begins_anew(
    wiki: Lane, answers: dict[str, Said]
) -> None:
    back = wiki.allows(wiki.leaves(wiki.link()), OWN)
    with answering(answers) as elsewhere:
        elsewhere_is_asked(wiki, elsewhere.url)
        answer = wiki.browser.get(back)
        assert (answer.status_code, answer.text) == (502, words.page(words.AGAIN))
        paths = [one.path for one in elsewhere.asked]
        assert paths == [TOKEN, ME][: len(answers)]  # each once
        assert wiki.browser.get(back).status_code == 400
    assert wiki.heeds() is None


@pytest.mark.parametrize(
    "says",
    [
        {key: value for key, value in MEI.items() if key != "email_verified"},
        {**MEI, "email_verified": False},
        {**MEI, "email": "zoe@acme.test\u200b"},
        {**MEI, "email": None},
        {**MEI, "email": "<zoe@acme.test>"},
    ],
    ids=["it does not say whether", "not confirmed", "nearly theirs", "no address", "no address at all"],
)
def test_who_has_no_confirmed_address_there_is_not_linked_without_an_admin(wiki: Lane, says: dict[str, object]) -> None:
    back = wiki.allows(wiki.leaves(wiki.link()), OWN)
    with answering({TOKEN: said(GIVEN), ME: said(says)}) as elsewhere:
        elsewhere_is_asked(wiki, elsewhere.url)
        assert wiki.browser.get(back).text == words.page(words.WAITS)
    assert isinstance(wiki.heeds(), OwnWaits)
    assert wiki.links == {}


def test_an_account_that_is_no_name_of_one_is_refused(wiki: Lane) -> None:
    back = wiki.allows(wiki.leaves(wiki.link()), OWN)
    with answering({TOKEN: said(GIVEN), ME: said({**MEI, "account_id": "acc/../<b>"})}) as elsewhere:
        elsewhere_is_asked(wiki, elsewhere.url)
        assert words.page(words._WHY["no_account"].format(source="wiki")) == wiki.browser.get(back).text
    assert wiki.heeds() == OwnRefused("wiki", "no_account")


def elsewhere_is_asked(wiki: Lane, url: str) -> None:
    """From the code on."""
    known = wiki.providers["wiki"]
    client = known.client._replace(token=f"{url}{TOKEN}", me=f"{url}{ME}")
    wiki.providers["wiki"] = type(known)(known.kind, client, known.secret, known.back, known.patience)


def test_neither_token_nor_code_nor_secret_is_kept_or_logged(wiki: Lane, capfd: pytest.CaptureFixture[str]) -> None:
    back = wiki.allows(wiki.leaves(wiki.link()), OWN)
    with answering({TOKEN: said(GIVEN), ME: said(MEI)}) as elsewhere:
        elsewhere_is_asked(wiki, elsewhere.url)
        assert wiki.browser.get(back).status_code == 200
        assert elsewhere.asked[-1].authorization == f"Bearer {GIVEN['access_token']}"
    wiki.heeds()
    with answering({TOKEN: no(500)}) as elsewhere:
        elsewhere_is_asked(wiki, elsewhere.url)
        wiki.browser.get(wiki.allows(wiki.leaves(wiki.link()), OWN))
    kept = "".join(capfd.readouterr()) + everything(wiki.desk.database)
    for secret in (GIVEN["access_token"], asked(back)["code"], asked(back)["state"], wiki.client.secret):
        assert secret not in kept
    assert "a sign-in came to nothing" in kept
    assert repr(wiki.providers["wiki"]).count(wiki.client.secret) == 0


def everything(database: Database) -> str:
    """That lies in any table."""
    with database.reading() as session:
        return json.dumps(
            [[row.model_dump(mode="json") for row in session.exec(select(table))] for table in TABLES], default=str
        )


def test_who_somebody_is_in_slack_may_not_be_found_out_now_and_nothing_is_lost_by_it(wiki: Lane) -> None:
    link = wiki.link()
    wiki.desk.members.error = Retryable("Slack is away")
    answer = wiki.browser.get(link)
    assert (answer.status_code, answer.text) == (502, words.page(words.NOT_IN_SLACK))
    wiki.desk.members.error = None
    assert wiki.signs_in(OWN, link).status_code == 200


def test_who_comes_back_while_slack_is_away_is_told_that_it_is_slack_and_nothing_is_done(wiki: Lane) -> None:
    back = wiki.allows(wiki.leaves(wiki.link()), OWN)
    wiki.desk.members.error = Retryable("Slack is away")
    answer = wiki.browser.get(back)
    wiki.desk.members.error = None
    assert (answer.status_code, answer.text) == (502, words.page(words.NOT_IN_SLACK))
    assert wiki.heeds() is None


def test_a_page_that_says_that_nothing_was_changed_is_right(wiki: Lane, monkeypatch: pytest.MonkeyPatch) -> None:
    """Slack is away from the moment on at which it is taken down."""
    take = wiki.desk.commands.take

    def takes(typed: Typed) -> bool:
        is_new = take(typed)
        wiki.desk.members.error = Retryable("Slack is away")
        return is_new

    monkeypatch.setattr(wiki.desk.commands, "take", takes)
    page = wiki.signs_in(OWN)
    assert (page.status_code, page.text) == (200, words.page(words.BEING_LINKED))
    wiki.desk.members.error = None
    assert is_own(wiki.heeds())


def test_a_page_is_of_what_was_before_it_was_done(wiki: Lane, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever does it is quick."""
    take = wiki.desk.commands.take
    monkeypatch.setattr(wiki.desk.commands, "take", lambda typed: (take(typed), wiki.heeds()))
    assert wiki.signs_in(OWN).text == words.page(words.BEING_LINKED)


@pytest.mark.parametrize(
    ("url", "is_ours"),
    [
        ("https://footnote.acme.test", True),
        ("https://footnote.acme.test:8443/", True),
        ("http://127.0.0.1:3000", True),
        ("http://[::1]:3000", True),
        ("http://localhost", True),
        ("http://footnote.acme.test", False),
        ("http://localhost.evil.test", False),
        ("https://footnote.acme.test/path", False),
        ("https://ana:secret@footnote.acme.test", False),
        ("https://footnote.acme.test?x=1", False),
        ("https://footnote.acme.test#x", False),
        ("footnote.acme.test", False),
        ("https://", False),
        ("javascript:alert(1)", False),
    ],
)
def test_our_address_is_one_that_nobody_can_listen_in_on(url: str, *, is_ours: bool) -> None:
    if is_ours:
        assert Settings(public_url=url).public_url == url.rstrip("/")
    else:
        with pytest.raises(ValidationError, match="as browsers reach us"):
            Settings(public_url=url)
