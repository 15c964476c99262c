"""Google says who somebody is by an address: of a Workspace's people for certain, and of nobody else's."""

from collections.abc import Iterator

import pytest

from bot.core.identities import OwnLink, OwnRefused, OwnWaits, Relink
from bot.playground.world import World
from bot.slack.render import sign_in as words
from bot.stores.database import Database
from policies.people import email_address
from tests.fakes.site import Reply as Said
from tests.fakes.site import said
from tests.web.signing import BACK, Lane, answering, asked, lane

ZOE = email_address("zoe@acme.test")
MADE_UP = {"sub": "1", "email": "zoe@acme.test", "email_verified": True, "hd": "acme.test"}
TOKEN, ME = "/token", "/v1/userinfo"
ASKED = "openid email"


@pytest.fixture
def world() -> World:
    made = World()
    for address in ("zoe@acme.test", "z.primary@acme.test", "ana@acme.test", "zoe@else.test"):
        made.google.directory.add_user(address)
    return made


@pytest.fixture
def drive(database: Database, world: World) -> Iterator[Lane]:
    with lane(database, world, "drive", first=("ana@acme.test", "ben@acme.test")) as made:
        yield made


def account(world: World, address: str) -> str:
    return next(user.id for user in world.google.directory.users.values() if user.email == address)


def test_the_address_of_a_workspace_that_slack_has_confirmed_too_is_linked_at_once(drive: Lane, world: World) -> None:
    where = drive.leaves(drive.link())
    assert (asked(where)["scope"], asked(where)["redirect_uri"]) == (ASKED, BACK)
    assert where.startswith(f"{drive.site.url}/o/oauth2/v2/auth?")
    page = drive.browser.get(drive.allows(where, account(world, "zoe@acme.test")))
    assert page.text == words.page(words.BEING_LINKED)
    link = Relink(email=ZOE, source="wiki", before=None, after="zoe@acme.test")
    assert drive.heeds() == OwnLink(link, at_once=True)


@pytest.mark.parametrize("address", ["z.primary@acme.test", "zoe@else.test"], ids=["of ours", "of others"])
def test_another_address_is_an_account_that_an_admin_agrees_to(drive: Lane, world: World, address: str) -> None:
    assert drive.signs_in(account(world, address)).text == words.page(words.WAITS)
    found = drive.heeds()
    assert isinstance(found, OwnWaits)
    assert found.link.after == address


def test_a_colleagues_address_is_a_colleagues(drive: Lane, world: World) -> None:
    drive.signs_in(account(world, "ana@acme.test"))
    assert drive.heeds() == OwnRefused("wiki", "colleague")


def test_an_address_that_google_has_not_confirmed_is_nobodys(drive: Lane, world: World) -> None:
    drive.site.unverified |= {account(world, "zoe@acme.test")}
    assert drive.signs_in(account(world, "zoe@acme.test")).text == words.page(words.AGAIN)
    assert drive.heeds() is None


@pytest.mark.parametrize(
    "says",
    [
        {key: value for key, value in MADE_UP.items() if key != "hd"},
        {**MADE_UP, "hd": ""},
        {**MADE_UP, "hd": None},
    ],
    ids=["no domain", "an empty domain", "none"],
)
def test_an_address_of_ours_under_a_private_account_is_not_ours_without_an_admin(
    drive: Lane, world: World, says: dict[str, object]
) -> None:
    """Anybody could have it once: Google confirmed it when the account was made, and looks no more."""
    assert told(drive, world, said(says)) == words.page(words.WAITS)
    assert isinstance(drive.heeds(), OwnWaits)


@pytest.mark.parametrize(
    "says",
    [said({**MADE_UP, "email_verified": False}), said({**MADE_UP, "email": "zoe"}), said({}), Said(b"null")],
    ids=["not confirmed", "no address", "nothing", "null"],
)
def test_who_is_said_to_be_nobody_is_nobody(drive: Lane, world: World, says: Said) -> None:
    assert told(drive, world, says) == words.page(words.AGAIN)
    assert drive.heeds() is None


def told(drive: Lane, world: World, says: Said) -> str:
    back = drive.allows(drive.leaves(drive.link()), account(world, "zoe@acme.test"))
    with answering({TOKEN: said({"access_token": "t"}), ME: says}) as elsewhere:
        known = drive.providers["wiki"]
        client = known.client._replace(token=f"{elsewhere.url}{TOKEN}", me=f"{elsewhere.url}{ME}")
        drive.providers["wiki"] = type(known)(known.kind, client, known.secret, known.back, known.patience)
        return drive.browser.get(back).text
