"""Confluence Cloud's API, at the site itself or behind a gateway. It says what is there; what that means is not its business.

A listing is followed by its cursor alone, under our own address: a gateway's `next` comes back without the gateway, and
one that names another host is refused. What is not there, or not for us, is None.
"""

import base64
from collections.abc import Callable, Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Final, NamedTuple, TypeVar, cast
from urllib.parse import parse_qs, quote, urljoin, urlsplit

from connectors.confluence import wire
from connectors.confluence.access import next_start
from connectors.confluence.settings import Settings
from connectors.confluence.wire import Kind, Listing, Payload, Slice, Thing
from connectors.http import Http, Misunderstood, PageSize, Parameters, Patience, Refused, TooLarge, origin
from connectors.model import AccessUnknown, Fatal, Retryable
from connectors.pace import Pace

MOST_LISTED: Final = 250
MOST_LISTED_WITH_BODIES: Final = 50
MOST_POLLED: Final = 50
MOST_RESTRICTED: Final = 100
MOST_GROUPS: Final = 200
MOST_USERS_AT_ONCE: Final = 250
_LABELS: Final = "labels"
OUR_OWN: Final = "my"  # a label's prefix, where only the account that put it there sees it
MOST_OF_ANYTHING: Final = 200_000  # members of a group: a list that is longer has no end
LIVE: Final = Patience(total_s=12.0, first_wait_s=0.2, longest_wait_s=2.0, jitter_s=0.2)

Item = TypeVar("Item", bound=Payload)
_ABSENT: Final = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
_NOT_ALLOWED: Final = frozenset({HTTPStatus.FORBIDDEN, HTTPStatus.UNAUTHORIZED})
_NOT_FOR_US: Final = _ABSENT | {HTTPStatus.FORBIDDEN}


_PATHS: Final = {
    Kind.PAGE: "pages",
    Kind.BLOGPOST: "blogposts",
    Kind.ATTACHMENT: "attachments",
    Kind.FOOTER: "footer-comments",
    Kind.INLINE: "inline-comments",
}
IN_A_SPACE: Final = frozenset({Kind.PAGE, Kind.BLOGPOST})
WITH_A_BODY: Final = frozenset({Kind.PAGE, Kind.BLOGPOST, Kind.FOOTER, Kind.INLINE})


class Part(NamedTuple):
    """Some of a listing, and where it goes on; None at its end."""

    things: tuple[Thing, ...]
    cursor: str | None


class Outdated(Exception):  # noqa: N818 - named by recovery: begin the listing anew
    """A cursor is no longer taken."""


class Client:
    """Threads may share it."""

    def __init__(self, settings: Settings, secret: Callable[[], str], http: Http | None = None) -> None:
        self._settings = settings
        self._v2 = f"{settings.api_root}/wiki/api/v2"
        self._v1 = f"{settings.api_root}/wiki/rest/api"
        self._origins = frozenset({origin(settings.api), origin(settings.site)})
        self._http = http or Http(
            [settings.api],
            authorization=lambda: _authorization(settings.user, secret()),
            pace=Pace(settings.requests_per_second, burst=max(1, int(settings.requests_per_second))),
            is_partial=lacks_a_scope,
        )

    def __repr__(self) -> str:
        return f"Client({self._settings.api_root})"

    def close(self) -> None:
        self._http.close()

    def hurried(self, patience: Patience = LIVE) -> "Client":
        """For what somebody waits for."""
        return Client(self._settings, _nothing, self._http.patient(patience))

    # -- what is there

    def spaces(self, keys: Sequence[str]) -> tuple[wire.Space, ...]:
        """Of these, those that we may see."""
        wanted = set(keys)
        found = self._all("spaces", Listing[wire.Space], {"keys": ",".join(keys), "limit": MOST_LISTED})
        return tuple(space for space in found if space.key in wanted)

    def listed(
        self,
        kind: Kind,
        *,
        spaces: Sequence[str] = (),
        bodies: bool = False,
        newest_first: bool = False,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> Iterator[Part]:
        """Whatever is current; of pages and blog posts that of these spaces, of everything else the whole site's.

        Raises Outdated, if the cursor to begin with is no longer taken.
        """
        if kind in IN_A_SPACE and not spaces:
            return  # without any named it would be those of all
        bodies = bodies and kind in WITH_A_BODY
        parameters: dict[str, str | int] = {"status": "current"}
        parameters |= {"space-id": ",".join(spaces)} if kind in IN_A_SPACE else {}
        parameters |= {"body-format": "storage"} if bodies else {}
        parameters |= {"sort": "-modified-date"} if newest_first else {}
        size = PageSize(limit or (MOST_LISTED_WITH_BODIES if bodies else MOST_LISTED))
        for page, following in self._pages(_PATHS[kind], _listing(kind), parameters, size, cursor):
            yield Part(tuple(page.results), following)

    def content(self, kind: Kind, content_id: str, *, body: bool = False) -> wire.Content | None:
        """Whatever its status."""
        parameters = {"body-format": "storage"} if body else {}
        return self._one(f"{_PATHS[kind]}/{_in_path(content_id)}", wire.Content, parameters)

    def attachment(self, attachment_id: str) -> wire.Attachment | None:
        return self._one(f"attachments/{_in_path(attachment_id)}", wire.Attachment)

    def comment(self, comment_id: str, *, body: bool = False) -> wire.Comment | None:
        """At the foot of a page, or in its text: the id does not say."""
        parameters = {"body-format": "storage"} if body else {}
        for kind in (Kind.FOOTER, Kind.INLINE):
            found = self._one(f"{_PATHS[kind]}/{_in_path(comment_id)}", wire.Comment, parameters)
            if found is not None:
                return found
        return None

    def ancestors(self, page_id: str) -> tuple[wire.Ancestor, ...] | None:
        """From the top, whatever they are."""
        found: list[wire.Ancestor] = []
        above: str | None = page_id
        while above is not None:
            some = self._one(f"pages/{_in_path(above)}/ancestors", Listing[wire.Ancestor], {"limit": MOST_LISTED})
            if some is None:
                return None
            found = [*some.results, *found]
            above = some.results[0].id if len(some.results) >= MOST_LISTED and some.results[0].id != above else None
        return tuple(found)

    def labels(self, kind: Kind, content_id: str) -> frozenset[str] | None:
        path = f"{_PATHS[kind]}/{_in_path(content_id)}/labels"
        try:
            return frozenset(one.name for one in self._all(path, Listing[wire.Label], {}) if one.prefix != OUR_OWN)
        except _Absent:
            return None

    def labels_in(self, space_id: str) -> tuple[wire.Label, ...]:
        """Those that anything in this space has."""
        with _unknown_access(f"the labels in the space {space_id}"):
            found = self._all(f"spaces/{_in_path(space_id)}/content/labels", Listing[wire.Label], {})
            return tuple(one for one in found if one.prefix != OUR_OWN)

    def labelled(self, kind: Kind, label_id: str, *, spaces: Sequence[str]) -> tuple[str, ...]:
        """The numbers of what has this label, in these spaces."""
        assert kind in IN_A_SPACE
        path, parameters = f"labels/{_in_path(label_id)}/{_PATHS[kind]}", {"space-id": ",".join(spaces)}
        try:
            with _unknown_access(f"what has the label {label_id}", absent=False):
                return tuple(one.id for one in self._all(path, Listing[wire.Content], parameters))
        except _Absent:
            return ()  # it went meanwhile

    def text(self, page_id: str, attachment_id: str, *, most_bytes: int) -> bytes | TooLarge | None:
        path = f"{self._v1}/content/{_in_path(page_id)}/child/attachment/{_in_path(attachment_id)}/download"
        found = self._http.download(path, most_bytes=most_bytes)
        return None if isinstance(found, Refused) else found

    # -- who may read it

    def permissions(self, space_id: str) -> tuple[wire.SpacePermission, ...]:
        with _unknown_access(f"the permissions of the space {space_id}"):
            path = f"spaces/{_in_path(space_id)}/permissions"
            return tuple(self._all(path, Listing[wire.SpacePermission], {"limit": MOST_LISTED}))

    def assignments(self, space_id: str) -> tuple[wire.RoleAssignment, ...]:
        with _unknown_access(f"the roles in the space {space_id}"):
            path = f"spaces/{_in_path(space_id)}/role-assignments"
            return tuple(self._all(path, Listing[wire.RoleAssignment], {"limit": MOST_LISTED}))

    def is_anonymous(self, space_key: str) -> bool:
        """Whether it is open to whoever comes by. If we are not told, it is not."""
        try:
            found = self._http.get(
                f"{self._v1}/space/{quote(space_key, safe='')}", wire.V1Space, {"expand": "permissions"}
            )
        except Misunderstood:
            return False
        return not isinstance(found, Refused) and any(
            one.anonymous_access and (one.operation.operation, one.operation.target_type) == ("read", "space")
            for one in found.permissions
        )

    def restriction(self, content_id: str) -> tuple[tuple[wire.RestrictedUser, ...], tuple[wire.RestrictedGroup, ...]]:
        """Its own read restriction, both lists read to their ends. AccessUnknown, if that cannot be had."""
        url = f"{self._v1}/content/{_in_path(content_id)}/restriction/byOperation/read"
        users: list[wire.RestrictedUser] = []
        groups: list[wire.RestrictedGroup] = []
        start: int | None = 0
        with _unknown_access(f"the restriction of {content_id}"):
            while start is not None:
                parameters: Parameters = {
                    "expand": "restrictions.user,restrictions.group",
                    "start": start,
                    "limit": MOST_RESTRICTED,
                }
                page = self._http.get(url, wire.ReadRestriction, parameters)
                if isinstance(page, Refused):
                    raise _Absent(page.status)
                users += page.restrictions.user.results
                groups += page.restrictions.group.results
                start = _no_ring(next_start(page, start, MOST_RESTRICTED), url)
        return tuple(users), tuple(groups)

    def may_read(self, content_id: str, account_id: str) -> bool | None:
        """As Confluence itself decides for this one account, at this moment. None: we may not ask."""
        found = self._http.post(
            f"{self._v1}/content/{_in_path(content_id)}/permission/check",
            wire.PermissionCheck,
            {"subject": {"type": "user", "identifier": account_id}, "operation": "read"},
        )
        if isinstance(found, Refused):
            return None if found.status in _NOT_ALLOWED else False
        return found.has_permission

    # -- who is there

    def me(self) -> wire.Me | None:
        found = self._http.get(f"{self._v1}/user/current", wire.Me)
        return None if isinstance(found, Refused) else found

    def groups(self, access_type: str | None = None) -> tuple[wire.Group, ...]:
        """All, or those that give this sort of access: `user`, or `admin`."""
        extra = {"accessType": access_type} if access_type is not None else {}
        with _unknown_access("the groups of the site"):
            return tuple(self._sliced(f"{self._v1}/group", Slice[wire.Group], extra))

    def members(self, group_id: str) -> tuple[wire.Member, ...]:
        with _unknown_access(f"the members of the group {group_id}"):
            return tuple(
                self._sliced(f"{self._v1}/group/{_in_path(group_id)}/membersByGroupId", Slice[wire.Member], {})
            )

    def users(self, account_ids: Sequence[str]) -> tuple[wire.User, ...]:
        found: list[wire.User] = []
        with _unknown_access("the accounts of the site"):
            for at in range(0, len(account_ids), MOST_USERS_AT_ONCE):
                some = {"accountIds": list(account_ids[at : at + MOST_USERS_AT_ONCE])}
                page = self._http.post(f"{self._v2}/users-bulk", Listing[wire.User], some)
                if isinstance(page, Refused):
                    raise _Absent(page.status)
                found += page.results
        return tuple(found)

    # -- what is made there, and what we made

    def make(self, path: str, body: Mapping[str, object]) -> wire.Made | Refused:
        """Once. Retryable, Unanswered and Fatal are passed on."""
        found = self._http.write(f"{self._v2}/{path}", wire.Made, body)
        if isinstance(found, Refused) and lacks_a_scope(found):
            raise Fatal(f"Confluence does not let us write {path}: the token lacks the scope write:confluence-content")
        return found

    def titled(self, space_id: str, title: str) -> tuple[wire.Content, ...]:
        """Wherever it lies by now, the trash too."""
        path = f"spaces/{_in_path(space_id)}/pages"
        parameters: Parameters = {"title": title, "status": "current,archived,trashed", "body-format": "storage"}
        found = self._one(path, Listing[wire.Content], parameters)
        return found.results if found is not None else ()

    def newest(self, space_id: str, *, most: int) -> Iterator[wire.Content]:
        """Pages, the newest first, with their bodies."""
        path = f"spaces/{_in_path(space_id)}/pages"
        parameters = {"sort": "-created-date", "body-format": "storage", "status": "current"}
        seen = 0
        try:
            for page, _ in self._pages(
                path, Listing[wire.Content], parameters, PageSize(MOST_LISTED_WITH_BODIES), None
            ):
                yield from page.results
                seen += len(page.results)
                if seen >= most:
                    return
        except _Absent:
            return

    def comments_on(self, page_id: str) -> Iterator[wire.Comment]:
        """The first of each thread, the newest before the others, with their bodies."""
        path = f"pages/{_in_path(page_id)}/footer-comments"
        parameters = {"sort": "-created-date", "body-format": "storage"}
        try:
            for page, _ in self._pages(
                path, Listing[wire.Comment], parameters, PageSize(MOST_LISTED_WITH_BODIES), None
            ):
                yield from page.results
        except _Absent:
            return

    # -- how

    def _one(self, path: str, model: type[Item], parameters: Parameters | None = None) -> Item | None:
        found = self._http.get(f"{self._v2}/{path}", model, parameters)
        if not isinstance(found, Refused):
            return found
        if found.status in _NOT_FOR_US:
            return None
        raise _refusal(path, found)

    def _all(self, path: str, model: type[Listing[Item]], parameters: Parameters) -> Iterator[Item]:
        """From the beginning to the end: nobody has a cursor of it to begin anew without."""
        rest = {name: value for name, value in parameters.items() if name != "limit"}
        try:
            for page, _ in self._pages(path, model, rest, PageSize(MOST_LISTED), None):
                yield from page.results
        except Outdated:
            raise Retryable(f"the listing of {path} broke off; nothing was concluded") from None

    def _pages(
        self,
        path: str,
        model: type[Listing[Item]],
        parameters: Parameters,
        size: PageSize,
        cursor: str | None,
    ) -> Iterator[tuple[Listing[Item], str | None]]:
        seen: set[str] = set()
        first = True
        while first or cursor is not None:
            asked = {**parameters, **({"cursor": cursor} if cursor is not None else {})}
            page = self._http.get(f"{self._v2}/{path}", model, asked, size=size)
            if isinstance(page, Refused):
                if page.status in _ABSENT:
                    raise _Absent(page.status)
                if page.status == HTTPStatus.BAD_REQUEST and cursor is not None:
                    raise Outdated
                raise _refusal(path, page)
            cursor = self._cursor(path, page.links.next)
            if cursor is not None and cursor in seen:
                raise Retryable(f"the listing of {path} goes round in a ring; nothing was concluded")
            seen |= {cursor} if cursor is not None else set()
            first = False
            yield page, cursor

    def _cursor(self, path: str, following: str | None) -> str | None:
        if following is None:
            return None
        there = urljoin(f"{self._v2}/{path}", following)
        if origin(there) not in self._origins:
            raise Fatal(
                f"the listing of {path} goes on at another host ({urlsplit(there).hostname}), which was not asked; "
                "nothing was concluded: is the address of the API right?"
            )
        found = parse_qs(urlsplit(there).query).get("cursor", [])
        if len(found) != 1:
            raise Misunderstood(f"the listing of {path} goes on without saying where")
        return found[0]

    def _sliced(self, url: str, model: type[Slice[Item]], extra: Mapping[str, str]) -> Iterator[Item]:
        start = 0
        while True:
            page = self._http.get(url, model, {**extra, "start": start, "limit": MOST_GROUPS})
            if isinstance(page, Refused):
                raise _Absent(page.status)
            yield from page.results
            if len(page.results) < min(MOST_GROUPS, page.limit or MOST_GROUPS):
                return
            start = _no_ring(start + len(page.results), url) or 0


class _Absent(Exception):  # noqa: N818
    def __init__(self, status: int) -> None:
        super().__init__(str(status))
        self.status = status


class _unknown_access:  # noqa: N801 - reads as a statement
    """What is refused or not understood here is access that is not known. What may pass is still worth another try."""

    def __init__(self, what: str, *, absent: bool = True) -> None:
        self._what, self._absent = what, absent

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, _Absent) and self._absent:
            raise AccessUnknown(f"{self._what} cannot be read ({error.status})") from None
        if isinstance(error, Misunderstood):
            raise AccessUnknown(f"{self._what}: {error}") from None


def _listing(kind: Kind) -> type[Listing[Thing]]:
    models: Mapping[Kind, object] = {
        Kind.PAGE: Listing[wire.Content],
        Kind.BLOGPOST: Listing[wire.Content],
        Kind.ATTACHMENT: Listing[wire.Attachment],
        Kind.FOOTER: Listing[wire.Comment],
        Kind.INLINE: Listing[wire.Comment],
    }
    return cast("type[Listing[Thing]]", models[kind])


def _no_ring(start: int | None, url: str) -> int | None:
    if start is not None and start > MOST_OF_ANYTHING:
        raise Misunderstood(f"{urlsplit(url).path} does not end")
    return start


def _in_path(text: str) -> str:
    return quote(text, safe="")


def _refusal(path: str, refused: Refused) -> Fatal | Retryable:
    if refused.status in _NOT_ALLOWED:
        steps = path.split("/")
        what = _LABELS if _LABELS in steps else steps[0]  # whatever has them
        return Fatal(
            f"Confluence does not let us read {what} ({refused.status}): the account or the token's scopes do not "
            "reach that far; the check of the connection names what is missing"
        )
    return Retryable(f"Confluence refuses {path} ({refused.status}); nothing was concluded")


def lacks_a_scope(refused: Refused) -> bool:
    """A gateway says 401 too where the token is good and only its scopes do not reach this far."""
    return b"scope does not match" in refused.body.lower()


def _authorization(user: str | None, secret: str) -> str:
    if user is None:
        return f"Bearer {secret}"
    return "Basic " + base64.b64encode(f"{user}:{secret}".encode()).decode()


def _nothing() -> str:
    return ""
