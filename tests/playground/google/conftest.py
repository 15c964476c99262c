"""A small company with a Drive, an emulator of it that runs, and a plain client that calls it."""

import ssl
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpx
import pytest
from google.auth import crypt, jwt

from bot.playground.google import File, GoogleEmulator, ServiceAccount, SharedDrive, User
from bot.playground.google.directory import Directory
from bot.playground.google.drive import Drive
from bot.playground.google.tokens import DRIVE_READ, GROUPS_READ, JWT_BEARER, MEMBERS_READ, ORG_UNITS_READ, USERS_READ
from bot.playground.slack.clock import ManualClock
from bot.playground.world import World

TLS = ssl.create_default_context()  # made once: nothing here is encrypted, and a client would make one each
EVERYTHING = (
    DRIVE_READ,
    USERS_READ,
    GROUPS_READ,
    MEMBERS_READ,
    ORG_UNITS_READ,
    "https://www.googleapis.com/auth/drive",
)
MOST_PAGES = 200
BOTH = {"supportsAllDrives": "true", "includeItemsFromAllDrives": "true"}


@dataclass
class Office:
    """One shared drive with a limited folder, two people's My Drives, and groups that hold groups."""

    world: World
    clock: ManualClock
    ana: User  # reads the shared drive, through two groups
    ben: User  # organizes it
    dev: User  # is in nothing
    admin: User
    gone: User  # suspended
    guest: User  # of another company
    team: SharedDrive
    plan: File  # a document in it
    folder: File
    in_folder: File
    shut: File  # a limited folder: its own permissions are guest's, and ben organizes the drive
    in_shut: File
    anas: File  # a folder in her My Drive
    note: File  # in it
    linked: File  # anyone with the link, in her My Drive

    @property
    def drive(self) -> Drive:
        return self.world.google.drive

    @property
    def directory(self) -> Directory:
        return self.world.google.directory


def an_office() -> Office:
    clock = ManualClock()
    world = World(clock=clock)
    directory, drive = world.google.directory, world.google.drive
    ana = directory.add_user(
        "ana@acme.test", name="Ana Ribeiro", aliases=["ribeiro@acme.test"], org_unit="/Porto/Engineering"
    )
    ben = directory.add_user("ben@acme.test", name="Ben Visser")
    dev = directory.add_user("dev@acme.test", name="Dev Kulkarni")
    admin = directory.add_user("admin@acme.test", name="Mei Tanaka", admin=True)
    gone = directory.add_user("gone@acme.test", name="Gone")
    guest = directory.add_user("guest@elsewhere.test", name="A guest")
    directory.suspend(gone.id)
    directory.add_group("platform@acme.test", members=[ana.email, gone.email])
    directory.add_group("engineering@acme.test", members=["platform@acme.test"])
    team = drive.add_drive("Team", {"ben@acme.test": "organizer", "engineering@acme.test": "reader"})
    folder = drive.add_folder("Folder", parent=team.id)
    shut = drive.add_folder("Shut", parent=team.id)
    drive.limit(shut.id)
    drive.share(shut.id, guest.email)
    anas = drive.add_folder("Ana's", owner=ana.email)
    linked = drive.add_doc("Linked", "# Linked", owner=ana.email)
    drive.share(linked.id, discoverable=False)
    return Office(
        world=world,
        clock=clock,
        ana=ana,
        ben=ben,
        dev=dev,
        admin=admin,
        gone=gone,
        guest=guest,
        team=team,
        plan=drive.add_doc("Plan", "# Plan\n\nWe go north.", parent=team.id),
        folder=folder,
        in_folder=drive.add_file("in-folder.txt", b"in a folder", parent=folder.id),
        shut=shut,
        in_shut=drive.add_file("in-shut.txt", b"in a limited folder", parent=shut.id),
        anas=anas,
        note=drive.add_file("note.txt", b"0123456789", parent=anas.id),
        linked=linked,
    )


@pytest.fixture
def office() -> Office:
    return an_office()


@pytest.fixture
def google(office: Office) -> Iterator[GoogleEmulator]:
    with GoogleEmulator(office.world, delegated=EVERYTHING) as running:
        yield running


def assertion(google: GoogleEmulator, account: ServiceAccount | None = None, **said: Any) -> str:
    """Signed by Google's own library. `iat` and `exp`: seconds from now."""
    account = account or google.account
    now = int(time.time())  # noqa: TID251 - what is signed carries the time of this machine
    whole = {
        "iss": account.email,
        "aud": google.token_url,
        "iat": 0,
        "exp": 3600,
        "scope": " ".join(EVERYTHING),
    } | said
    said = {name: value for name, value in whole.items() if value is not None}
    said |= {name: now + said[name] for name in ("iat", "exp") if isinstance(said.get(name), int)}
    return str(jwt.encode(signer(account), said).decode())  # type: ignore[no-untyped-call]


@cache
def signer(account: ServiceAccount) -> Any:
    """To read a key takes longer than to sign with it."""
    return crypt.RSASigner.from_string(account.private_key, account.key_id)  # type: ignore[no-untyped-call]


def asked(google: GoogleEmulator, signed: str, grant: str = JWT_BEARER) -> httpx.Response:
    return httpx.post(google.token_url, data={"grant_type": grant, "assertion": signed}, trust_env=False, verify=TLS)


class Api:
    """What any program would do: a header, a path, JSON."""

    def __init__(self, google: GoogleEmulator, *, authorization: str | None = None) -> None:
        headers = {"authorization": authorization} if authorization else {}
        self.http = httpx.Client(base_url=google.url, headers=headers, trust_env=False, timeout=5, verify=TLS)

    def get(self, path: str, **params: Any) -> httpx.Response:
        return self.http.get(_of_drive(path), params=params or None)

    def json(self, path: str, **params: Any) -> Any:
        found = self.get(path, **params)
        assert found.status_code == 200, found.text
        return found.json()

    def refused(self, path: str, **params: Any) -> tuple[int, str]:
        """Its status, and the reason."""
        found = self.get(path, **params)
        return found.status_code, found.json()["error"]["errors"][0]["reason"]

    def pages(self, path: str, **params: Any) -> Iterator[Any]:
        """However a list goes on, at some time it ends."""
        page = self.json(path, **params)
        yield page
        for _ in range(MOST_PAGES):
            if "nextPageToken" not in page:
                return
            page = self.json(path, **params | {"pageToken": page["nextPageToken"]})
            yield page
        raise AssertionError("it does not end")

    def names(self, **params: Any) -> list[str]:
        """Of what files.list gives."""
        return [each["name"] for page in self.pages("files", **params) for each in page["files"]]


def _of_drive(path: str) -> str:
    return path if path.startswith("/") else f"/drive/v3/{path}"


@pytest.fixture
def api_of(google: GoogleEmulator) -> Iterator[Callable[..., Api]]:
    """Of whoever the service account is to be; of itself, if nobody is named."""
    opened: list[Api] = []

    def make(who: User | None = None, **said: Any) -> Api:
        found = asked(google, assertion(google, sub=who.email if who else None, **said))
        assert found.status_code == 200, found.text
        opened.append(Api(google, authorization=f"Bearer {found.json()['access_token']}"))
        return opened[-1]

    yield make
    for each in opened:
        each.http.close()


@pytest.fixture
def ana(office: Office, api_of: Callable[..., Api]) -> Api:
    return api_of(office.ana)


@pytest.fixture
def ben(office: Office, api_of: Callable[..., Api]) -> Api:
    return api_of(office.ben)


@pytest.fixture
def admin(office: Office, api_of: Callable[..., Api]) -> Api:
    return api_of(office.admin)
