"""A comment on an issue of Jira, made by our own account for somebody who may make it themselves."""

from collections.abc import Callable
from typing import Annotated, ClassVar, Final

from pydantic import BeforeValidator, Field

from bot.core.acting import Actor, Arguments, Barred, Done, NotDone, Unsure, Would, byline
from bot.tools.outcomes import (
    ABSENT,
    ANOTHER,
    NOT_YOURS,
    UNKNOWN,
    Stopped,
    Words,
    asking,
    finding,
    is_another,
    nonce,
    not_done,
    quoted,
    writing,
)
from connectors.http import Refused, origin
from connectors.jira.client import Client, reason
from connectors.jira.document import document
from connectors.jira.wire import Issue, Mark
from connectors.plain import NOTHING_BELOW, Below
from policies.people import Email

NEEDS: Final = ("BROWSE_PROJECTS", "ADD_COMMENTS")
MOST_CHARACTERS: Final = 30_000  # Jira takes 32,767, with what is added


KEY: Final = r"[A-Za-z][A-Za-z0-9_]{1,62}-[1-9]\d{0,11}"


def _ref(value: object) -> object:
    return value.strip() if isinstance(value, str) else value


class Comment(Arguments):
    issue: Annotated[str, BeforeValidator(_ref)] = Field(
        description="Jira issue: its key, such as ENG-42, or the address of its page",
        pattern=rf"^(?:{KEY}|https?://[^\s?#@]+/browse/{KEY}/?)$",
        json_schema_extra={
            "footnote": "target",
            "footnote_named": rf"/browse/({KEY})/?$",
            "footnote_within": True,
        },
    )
    text: Words = Field(
        max_length=MOST_CHARACTERS,
        description="What to say there",
        json_schema_extra={"footnote": "text", "footnote_body": True},
    )


class JiraComment:
    """`known`: whose account somebody's is, where that is known without asking Jira."""

    name: ClassVar[str] = "jira.comment"
    takes: ClassVar[type[Arguments]] = Comment
    keyed: ClassVar[bool] = False
    signs: ClassVar[bool] = True

    def __init__(self, client: Client, known: Callable[[Email], str | None] = lambda _: None) -> None:
        self._client, self._known = client, known

    def is_set_up(self) -> bool:
        return True

    def look(self, arguments: Comment, actor: Actor) -> Would | Barred:
        found = self._checked(arguments, actor)
        if isinstance(found, Barred):
            return found
        issue, _ = found
        return Would(
            target=f"{issue.key} – {issue.fields.summary}",
            id=self._id(issue),
            url=self._client.page_of(issue.key),
        )

    def run(
        self, arguments: Comment, actor: Actor, key: str, below: Below = NOTHING_BELOW, *, at: str | None = None
    ) -> Done | NotDone:
        found = self._checked(arguments, actor)
        if isinstance(found, Barred):
            return not_done(found)
        issue, account = found
        if is_another(self._id(issue), at):
            return ANOTHER
        body = document(arguments.text, byline=byline(actor), below=below)
        try:
            with writing():
                made = self._client.comment(issue.id, body, Mark(nonce=nonce(key), account=account))
        except Stopped as stopped:
            return stopped.not_done
        if isinstance(made, Refused):
            return NotDone(why="invalid" if made.status == 400 else "refused", said=quoted(reason(made)))  # noqa: PLR2004
        return self._done(issue, made.id)

    def find(self, arguments: Comment, actor: Actor, key: str) -> Done | None:  # noqa: ARG002 - whoever it was for
        with finding():
            issue = self._issue(arguments)
            if issue is None:
                raise Unsure("the issue is no longer there, or no longer for us")
            comment = self._client.marked_comment(issue.id, nonce(key))
        return self._done(issue, comment) if comment is not None else None

    def _checked(self, arguments: Comment, actor: Actor) -> tuple[Issue, str] | Barred:
        try:
            with asking():
                account = self._known(actor.email) or self._client.account(actor.email)
                if account is None:
                    return UNKNOWN
                issue = self._issue(arguments)
                # Asked whether or not it is there: where we may not ask, that is told in any case.
                may = self._client.may(account, NEEDS, issues=[issue.id] if issue is not None else [])
                if issue is None:
                    return ABSENT
                return (issue, account) if may else NOT_YOURS
        except Stopped as stopped:
            return stopped.barred

    def _issue(self, arguments: Comment) -> Issue | None:
        """An address of another site names nothing here; nor does a key that an issue had before it was moved: rules name the
        project that it was in, and not the one that it is in.
        """
        ref, site = arguments.issue.rstrip("/"), self._client.settings.site
        if ref.startswith("http") and origin(ref) != origin(site):
            return None
        key = ref.rpartition("/")[2].upper()
        found = self._client.issue(key)
        return found if found is not None and found.key == key else None

    def _id(self, issue: Issue) -> str:
        return f"{self._client.settings.site} issue {issue.id}"

    def _done(self, issue: Issue, comment: str) -> Done:
        return Done(what=issue.key, url=f"{self._client.page_of(issue.key)}?focusedCommentId={comment}")
