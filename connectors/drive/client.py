"""Drive's API and the Directory's. It says what is there; what that means is not its business.

`who` is for whom is asked; nobody: for the service account itself. What is not there, or not for them, is None.
"""

import contextlib
import threading
from collections.abc import Iterator
from http import HTTPStatus
from typing import Final, NamedTuple, TypeVar
from urllib.parse import quote, urlsplit

from connectors.drive import wire
from connectors.drive.refusals import TOO_LARGE_TO_EXPORT, is_haste, is_of_a_file, reason, reasons
from connectors.drive.settings import Settings
from connectors.drive.tokens import ADVICE, DIRECTORY, DRIVE, SHARING, Tokens
from connectors.http import Http, Misunderstood, PageSize, Parameters, Patience, Refused, TooLarge
from connectors.model import AccessUnknown, Fatal, Retryable
from connectors.pace import Pace

MOST_LISTED: Final = 1000
MOST_PERMISSIONS: Final = 100
MOST_USERS: Final = 500
MOST_GROUPS: Final = 200
MOST_PAGES: Final = 20_000  # of one listing: a longer one has no end
LIVE: Final = Patience(total_s=12.0, first_wait_s=0.2, longest_wait_s=2.0, jitter_s=0.2)
EVERYWHERE: Final[Parameters] = {"supportsAllDrives": "true"}

Item = TypeVar("Item", bound=wire.Payload)
Page = TypeVar("Page", wire.Files, wire.Changes, wire.Permissions, wire.Users, wire.Groups, wire.Members)
_ABSENT: Final = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
_REJECTED: Final = _ABSENT | {HTTPStatus.BAD_REQUEST}
_QUOTAS: Final = frozenset({"dailyLimitExceeded", "quotaExceeded"})


class Outdated(Exception):  # noqa: N818 - named by recovery: begin the listing anew
    """A token is no longer taken."""


class Unexportable(NamedTuple):
    """It is too large for the API."""


class Client:
    """Threads may share it."""

    def __init__(
        self,
        settings: Settings,
        tokens: Tokens,
        http: Http | None = None,
        *,
        patience: Patience | None = None,
    ) -> None:
        self._settings, self._tokens = settings, tokens
        self._files, self._directory = settings.drive_api, settings.directory_api
        self._http = http or Http(
            [settings.drive_api, settings.directory_api, settings.exports],
            authorization=_nobody,
            pace=Pace(settings.requests_per_second, burst=max(1, int(settings.requests_per_second))),
            is_temporary=is_haste,
            advice=ADVICE,
            patience=patience,
        )
        self._one_at_a_time = threading.Lock()
        self._speaking: dict[tuple[str | None, tuple[str, ...]], Http] = {}

    def __repr__(self) -> str:
        return f"Client({self._files})"

    def close(self) -> None:
        self._http.close()
        self._tokens.close()

    def hurried(self, patience: Patience = LIVE) -> "Client":
        """For what somebody waits for."""
        return Client(self._settings, self._tokens, self._http.patient(patience))

    @property
    def account(self) -> str:
        """The service account's own address. Fatal, if the key is none."""
        return self._tokens.account

    def greet(self, who: str | None, scopes: tuple[str, ...] = DRIVE) -> None:
        """Whether we may speak for them at all. Raises Voiceless."""
        self._tokens.text(who, scopes)

    # -- what is there

    def listed(
        self,
        who: str | None,
        query: str,
        *,
        drive: str | None,
        size: int = MOST_LISTED,
        cursor: str | None = None,
        sharing: bool = True,
    ) -> Iterator[wire.Files]:
        """Of this drive, or of what is somebody's own; of that with who may read it. Raises Outdated, if the cursor to begin
        with is not taken.
        """
        fields = wire.SHARED_FILE if sharing and drive is None else wire.FILE
        parameters = {"q": query, "fields": f"nextPageToken,incompleteSearch,files({fields})"}
        parameters |= _within(drive) if drive is not None else {"corpora": "user"}
        url = f"{self._files}/files"
        try:
            for page in self._pages(url, wire.Files, self._as(who), parameters, _of(size), cursor):
                if page.incomplete_search:
                    raise Retryable("Drive did not look everywhere (incompleteSearch); nothing was concluded")
                yield page
        except _Absent as error:
            raise Retryable(f"files cannot be listed ({error}); nothing was concluded") from None
        except Outdated:
            if cursor is not None:
                raise
            raise Retryable("a listing of files was cut off; nothing was concluded") from None

    def file(self, who: str | None, file_id: str) -> wire.File | None:
        return self._one(f"{self._files}/files/{_in_path(file_id)}", wire.File, who, {"fields": wire.FILE})

    def drive(self, drive_id: str) -> wire.Drive | None:
        """As an administrator sees it, where we have one."""
        extra = {"useDomainAdminAccess": "true"} if self._settings.is_delegated else {}
        url = f"{self._files}/drives/{_in_path(drive_id)}"
        return self._one(url, wire.Drive, self._chief, {"fields": "id,name", **extra})

    def exported(self, who: str | None, file_id: str, media_type: str) -> bytes | TooLarge | Unexportable | None:
        url = f"{self._files}/files/{_in_path(file_id)}/export?mimeType={quote(media_type, safe='')}"
        return self._downloaded(who, url)

    def downloaded(self, who: str | None, file_id: str) -> bytes | TooLarge | Unexportable | None:
        return self._downloaded(who, f"{self._files}/files/{_in_path(file_id)}?alt=media&supportsAllDrives=true")

    def linked(self, who: str | None, url: str) -> bytes | TooLarge | Unexportable | None:
        """What a file says is fetched elsewhere: nowhere else than an admin said."""
        return self._downloaded(who, url) if self._http.owns(url) else None

    # -- what has changed

    def start(self, who: str | None, drive: str | None) -> str:
        extra = {"driveId": drive, **EVERYWHERE} if drive is not None else {}
        url = f"{self._files}/changes/startPageToken"
        found = self._as(who).get(url, wire.StartPageToken, extra)
        if isinstance(found, Refused):
            raise _refusal("changes", found)
        return found.start_page_token

    def changes(self, who: str | None, token: str, drive: str | None) -> Iterator[wire.Changes]:
        """Raises Outdated, if the token is not taken."""
        url = f"{self._files}/changes"
        file = wire.FILE if drive is not None else wire.SHARED_FILE
        parameters: dict[str, str | int] = {
            "fields": f"nextPageToken,newStartPageToken,changes(changeType,removed,fileId,driveId,file({file}))",
            "includeRemoved": "true",
        }
        if drive is not None:
            parameters |= {"driveId": drive, "includeItemsFromAllDrives": "true", **EVERYWHERE}
        try:
            yield from self._pages(url, wire.Changes, self._as(who), parameters, _of(MOST_LISTED), token)
        except _Absent as error:
            raise Retryable(f"what has changed cannot be read ({error}); nothing was concluded") from None

    # -- who may read it

    def permissions(self, who: str | None, file_id: str, *, as_admin: bool = False) -> tuple[wire.Permission, ...]:
        """All of them, or AccessUnknown."""
        url = f"{self._files}/files/{_in_path(file_id)}/permissions"
        parameters = {"fields": f"nextPageToken,permissions({wire.PERMISSION})", **EVERYWHERE}
        parameters |= {"useDomainAdminAccess": "true"} if as_admin else {}
        with _unknown_access(f"who may read {file_id}"):
            pages = self._pages(url, wire.Permissions, self._as(who), parameters, _of(MOST_PERMISSIONS), None)
            return tuple(one for page in pages for one in page.permissions)

    # -- sharing it

    def shareable(self, who: str | None, file_id: str) -> wire.Shareable | None:
        return self._one(f"{self._files}/files/{_in_path(file_id)}", wire.Shareable, who, {"fields": wire.SHAREABLE})

    def share(self, who: str | None, file_id: str, address: str, role: str, *, notify: bool) -> wire.Shared | Refused:
        """Once, as `who`. Retryable, Unanswered and Fatal are passed on."""
        url = f"{self._files}/files/{_in_path(file_id)}/permissions"
        parameters = {"sendNotificationEmail": str(notify).lower(), "fields": "id", **EVERYWHERE}
        body = {"type": "user", "role": role, "emailAddress": address}
        return self._as(who, SHARING).write(url, wire.Shared, body, parameters)

    # -- who is there

    def users(self) -> tuple[wire.User, ...]:
        with _unknown_access("the people of the Directory"):
            parameters = {"customer": "my_customer", "projection": "basic"}
            size = PageSize(MOST_USERS, parameter="maxResults")
            pages = self._pages(f"{self._directory}/users", wire.Users, self._as_admin, parameters, size, None)
            return tuple(one for page in pages for one in page.users)

    def user(self, user_id: str) -> wire.User | None:
        found = self._as_admin.get(f"{self._directory}/users/{_in_path(user_id)}", wire.User)
        return None if isinstance(found, Refused) else found

    def groups(self) -> tuple[wire.Group, ...]:
        with _unknown_access("the groups of the Directory"):
            size = PageSize(MOST_GROUPS, parameter="maxResults")
            url, parameters = f"{self._directory}/groups", {"customer": "my_customer"}
            pages = self._pages(url, wire.Groups, self._as_admin, parameters, size, None)
            return tuple(one for page in pages for one in page.groups)

    def members(self, group: str) -> tuple[wire.Member, ...]:
        """Its own, not those of the groups in it."""
        with _unknown_access(f"the members of the group {group}"):
            size = PageSize(MOST_GROUPS, parameter="maxResults")
            url = f"{self._directory}/groups/{_in_path(group)}/members"
            pages = self._pages(url, wire.Members, self._as_admin, {"includeDerivedMembership": "false"}, size, None)
            return tuple(one for page in pages for one in page.members)

    # -- how

    @property
    def _chief(self) -> str | None:
        """Who asks about a drive itself."""
        return self._settings.admin if self._settings.is_delegated else None

    @property
    def _as_admin(self) -> Http:
        return self._as(self._settings.admin, DIRECTORY)

    def _as(self, who: str | None, scopes: tuple[str, ...] = DRIVE) -> Http:
        with self._one_at_a_time:
            if (who, scopes) not in self._speaking:
                voice = self._tokens.voice(who, scopes)
                self._speaking[who, scopes] = self._http.speaking(voice.authorization, voice.renewed)
            return self._speaking[who, scopes]

    def _one(self, url: str, model: type[Item], who: str | None, parameters: Parameters) -> Item | None:
        found = self._as(who).get(url, model, {**parameters, **EVERYWHERE})
        if not isinstance(found, Refused):
            return found
        if found.status in _ABSENT or is_of_a_file(found):
            return None
        raise _refusal(_what(url), found)

    def _downloaded(self, who: str | None, url: str) -> bytes | TooLarge | Unexportable | None:
        found = self._as(who).download(url, most_bytes=self._settings.most_file_bytes, is_page=False)
        if not isinstance(found, Refused):
            return found
        if TOO_LARGE_TO_EXPORT in reasons(found):
            return Unexportable()
        if found.status in _REJECTED or is_of_a_file(found):
            return None
        raise _refusal("files", found)

    def _pages(
        self,
        url: str,
        model: type[Page],
        http: Http,
        parameters: Parameters,
        size: PageSize,
        cursor: str | None,
    ) -> Iterator[Page]:
        seen: set[str] = set()
        for _ in range(MOST_PAGES):
            asked = {**parameters, **({"pageToken": cursor} if cursor is not None else {})}
            page = http.get(url, model, asked, size=size)
            if isinstance(page, Refused):
                if cursor is not None and page.status in _REJECTED:
                    raise Outdated
                raise _Absent(page) if page.status in _ABSENT or is_of_a_file(page) else _refusal(_what(url), page)
            yield page
            cursor = page.next_page_token
            if cursor is None:
                return
            if cursor in seen:
                raise Retryable(f"the listing of {_what(url)} goes round in a ring; nothing was concluded")
            seen.add(cursor)
        raise Retryable(f"the listing of {_what(url)} does not end; nothing was concluded")


class _Absent(Exception):  # noqa: N818
    def __init__(self, refused: Refused) -> None:
        super().__init__(f"{refused.status}{reason(refused)}")


@contextlib.contextmanager
def _unknown_access(what: str) -> Iterator[None]:
    """What is refused or not understood here is access that is not known. What may pass is still worth another try."""
    try:
        yield
    except (_Absent, Misunderstood) as error:
        raise AccessUnknown(f"{what} cannot be read ({error})") from None
    except Outdated:
        raise Retryable(f"{what} could not be read to the end; nothing was concluded") from None


def _within(drive: str) -> dict[str, str]:
    """Both are needed, or nothing of a shared drive is seen; and one drive at a time, or not everything is."""
    return {"corpora": "drive", "driveId": drive, "includeItemsFromAllDrives": "true", "supportsAllDrives": "true"}


def _of(size: int) -> PageSize:
    return PageSize(size, parameter="pageSize")


def _refusal(what: str, refused: Refused) -> Fatal | Retryable:
    said = f"{refused.status}{reason(refused)}"
    if refused.status == HTTPStatus.FORBIDDEN and not reasons(refused) & _QUOTAS:
        return Fatal(
            f"Google does not let us read {what} ({said}): is its API switched on, and do the scopes reach that far? The check "
            "of the connection names what is missing"
        )
    return Retryable(f"Google refuses {what} ({said}); nothing was concluded")


def _what(url: str) -> str:
    return urlsplit(url).path.rpartition("/")[2]


def _in_path(text: str) -> str:
    return quote(text, safe="")


def _nobody() -> str:
    """Everything is asked for somebody, with a token of theirs."""
    return ""
