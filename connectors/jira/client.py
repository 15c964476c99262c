"""Jira Cloud's API, at the site itself or behind a gateway. It says what is there, and makes what it is told to, once; whether
that may be is not its business. What is not there, or not for us, is None.
"""

import base64
from collections.abc import Callable, Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final, TypeVar
from urllib.parse import quote

from pydantic import BaseModel, ValidationError

from connectors.confluence.client import lacks_a_scope
from connectors.http import Http, Parameters, Patience, Refused
from connectors.jira import wire
from connectors.jira.settings import Settings
from connectors.model import AccessUnknown, Fatal, Retryable
from connectors.pace import Pace
from policies.people import Email

MARK: Final = "footnote"  # the property that our issues and comments carry
MOST_FOUND: Final = 200
MOST_AT_ONCE: Final = 50
BURST: Final = 52  # four acts at once, each with its card: somebody waits for them
LIVE: Final = Patience(total_s=12.0, first_wait_s=0.2, longest_wait_s=2.0, jitter_s=0.2)
ADVICE: Final = "make a new API token for the account of FOOTNOTE_JIRA_EMAIL, and put it into FOOTNOTE_JIRA_TOKEN"
SCOPES: Final = ("read:jira-work", "read:jira-user", "write:jira-work")

Answer = TypeVar("Answer", bound=BaseModel)
_NOT_FOR_US: Final = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE, HTTPStatus.FORBIDDEN})


class Client:
    """Threads may share it."""

    def __init__(
        self, settings: Settings, secret: Callable[[], str], http: Http | None = None, *, patience: Patience = LIVE
    ) -> None:
        self.settings = settings
        self._api = f"{settings.api}/rest/api/3"
        self._http = http or Http(
            [settings.api],
            authorization=lambda: _authorization(settings.user, secret()),
            pace=Pace(settings.requests_per_second, burst=max(BURST, int(settings.requests_per_second))),
            patience=patience,
            is_partial=lacks_a_scope,
            advice=ADVICE,
        )

    def __repr__(self) -> str:
        return f"Client({self.settings.api})"

    def close(self) -> None:
        self._http.close()

    # -- who

    def me(self) -> wire.User:
        found = self._one("myself", wire.User)
        if found is None:
            raise Fatal("Jira does not tell who we are: is the account of FOOTNOTE_JIRA_EMAIL one of this site's?")
        return found

    def account(self, email: Email) -> str | None:
        """Of the one active person who shows this very address. A search also finds what only begins so."""
        found = self._one("user/search", wire.Users, {"query": email, "maxResults": MOST_AT_ONCE})
        same = {
            each.account_id
            for each in (found.root if found is not None else ())
            if each.active and each.account_type == "atlassian" and (each.email_address or "").lower() == email
        }
        return same.pop() if len(same) == 1 else None

    def may(
        self, account_id: str, permissions: Sequence[str], *, projects: Sequence[str] = (), issues: Sequence[str] = ()
    ) -> bool:
        """All of these, for all of these. AccessUnknown, if we may not ask about others."""
        asked = {
            "accountId": account_id,
            "projectPermissions": [
                {
                    "projects": list(map(int, projects)),
                    "issues": list(map(int, issues)),
                    "permissions": list(permissions),
                }
            ],
        }
        found = self._http.post(f"{self._api}/permissions/check", wire.Permissions, asked)
        if isinstance(found, Refused):
            if found.status == HTTPStatus.BAD_REQUEST:
                return False  # nobody of that account
            raise AccessUnknown(
                f"Jira does not say what somebody may do there ({found.status}): our account has to administer Jira, and its "
                f"token to have the scopes {', '.join(SCOPES)}"
            )
        held = {each.permission: each for each in found.project_permissions}
        return all(
            permission in held
            and set(projects) <= set(held[permission].projects)
            and set(issues) <= set(held[permission].issues)
            for permission in permissions
        )

    # -- what is there

    def project(self, key: str) -> wire.Project | None:
        return self._one(f"project/{_in_path(key)}", wire.Project)

    def issue_types(self, project_id: str) -> tuple[wire.IssueType, ...]:
        """Those of which we may make issues."""
        found = self._one(f"issue/createmeta/{_in_path(project_id)}/issuetypes", wire.IssueTypes)
        return tuple(each for each in found.issue_types if not each.subtask) if found is not None else ()

    def issue(self, key: str) -> wire.Issue | None:
        return self._one(f"issue/{_in_path(key)}", wire.Issue, {"fields": "summary"})

    def page_of(self, key: str) -> str:
        return f"{self.settings.site}/browse/{quote(key, safe='')}"

    # -- what we made

    def marked_issue(self, project_id: str, nonce: str) -> wire.Found | None:
        """Among the newest of ours. The index of the search is behind: that nothing is found proves nothing."""
        query: dict[str, str | int] = {
            "jql": f'project = "{project_id}" AND creator = currentUser() ORDER BY created DESC',
            "fields": "summary",
            "properties": MARK,
            "maxResults": MOST_AT_ONCE,
        }
        token: str | None = None
        for _ in range(MOST_FOUND // MOST_AT_ONCE):
            page = self._one(
                "search/jql", wire.FoundPage, {**query, **({"nextPageToken": token} if token is not None else {})}
            )
            for each in page.issues if page is not None else ():
                if each.properties.footnote is not None and each.properties.footnote.nonce == nonce:
                    return each
            token = page.next_page_token if page is not None else None
            if token is None:
                return None
        return None

    def marked_comment(self, issue_id: str, nonce: str) -> str | None:
        """Its id. Not by a search: whatever is there is found."""
        ours = self.me().account_id
        for comment in self._comments(issue_id):
            if comment.author.account_id == ours and self._mark_of(comment.id) == nonce:
                return comment.id
        return None

    def _comments(self, issue_id: str) -> Iterator[wire.Comment]:
        seen = 0
        while True:
            parameters: Parameters = {"orderBy": "-created", "startAt": seen, "maxResults": MOST_AT_ONCE}
            page = self._one(f"issue/{_in_path(issue_id)}/comment", wire.Comments, parameters)
            if page is None or not page.comments:
                return
            yield from page.comments
            seen += len(page.comments)
            if seen >= page.total:
                return

    def _mark_of(self, comment_id: str) -> str:
        found = self._one(f"comment/{_in_path(comment_id)}/properties/{MARK}", wire.Property)
        return found.value.nonce if found is not None else ""

    # -- making

    def create_issue(self, fields: Mapping[str, Any], mark: wire.Mark) -> wire.Made | Refused:
        return self._made("issue", {"fields": dict(fields), "properties": [_property(mark)]})

    def comment(self, issue_id: str, body: Mapping[str, Any], mark: wire.Mark) -> wire.Made | Refused:
        return self._made(f"issue/{_in_path(issue_id)}/comment", {"body": dict(body), "properties": [_property(mark)]})

    # -- how

    def _made(self, path: str, body: Mapping[str, object]) -> wire.Made | Refused:
        found = self._http.write(f"{self._api}/{path}", wire.Made, body)
        if isinstance(found, Refused) and lacks_a_scope(found):
            raise Fatal(f"Jira does not let us write there: the token lacks the scope {SCOPES[-1]}")
        return found

    def _one(self, path: str, model: type[Answer], parameters: Parameters | None = None) -> Answer | None:
        found = self._http.get(f"{self._api}/{path}", model, parameters)
        if not isinstance(found, Refused):
            return found
        if lacks_a_scope(found):
            raise Fatal(f"Jira does not let us read there: the token needs the scopes {', '.join(SCOPES)}")
        if found.status in _NOT_FOR_US:
            return None
        raise Retryable(f"Jira refuses {path.partition('/')[0]} ({found.status}); nothing was concluded")


def reason(refused: Refused) -> str:
    """In Jira's own words."""
    try:
        found = wire.Refusal.model_validate_json(refused.body)
    except ValidationError:
        return str(refused.status)
    said = [*found.error_messages, *(f"{name}: {words}" for name, words in found.errors.items())]
    return "; ".join(said) or str(refused.status)


def _property(mark: wire.Mark) -> Mapping[str, object]:
    return {"key": MARK, "value": mark.model_dump()}


def _in_path(text: str) -> str:
    return quote(text, safe="")


def _authorization(user: str | None, secret: str) -> str:
    if user is None:
        return f"Bearer {secret}"
    return "Basic " + base64.b64encode(f"{user}:{secret}".encode()).decode()
