"""Who people are at the sources: what an admin asks and says of it, and what they are told. Identities only, never documents."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, NamedTuple, Protocol

from bot.core.nouns import ReceiptId
from policies.people import Email, Noun


class Relink(Noun):
    """Of one person at one source. None: what the source itself says."""

    email: Email
    source: str
    before: str | None
    after: str | None


How = Literal["address", "admin", "themselves", "absent", "unknown"]
"""By the address that the source knows, by an admin's word, by their own; `absent`: by either's word, and the source knows no
such account, or was not read since; `unknown`: the source knows nobody of this address.
"""


class SignedIn(Noun):
    """Who somebody was when they signed in at a source. `added_at`: of that source, for one of the same name may be another.
    `address`: what the source says of that account; `is_confirmed`: and it, or whoever owns the address, has seen to that.
    """

    source: str
    added_at: datetime
    account: str
    address: Email | None = None
    is_confirmed: bool = False


class Identity(NamedTuple):
    """What somebody is at one source. `since`: of an admin's word. `read_at`: when the source last told who is who."""

    source: str
    kind: str
    how: How
    account: str | None
    groups: int
    since: datetime | None
    by: str | None
    agreed_by: str | None
    read_at: datetime | None


class Coverage(NamedTuple):
    """How many members are linked at a source, and how. `counted_as_members`: the rules say what the others count as among
    the readers of a channel. Who is who at a source that was not read is not known.
    """

    source: str
    kind: str
    by_address: int
    by_admin: int
    by_themselves: int
    absent: int
    unknown: int
    counted_as_members: bool
    is_read: bool


class PeopleCovered(NamedTuple):
    """`without_address`: members of whom Slack confirms none, so that they are nobody anywhere."""

    members: int
    without_address: int
    sources: tuple[Coverage, ...]


class PersonShown(NamedTuple):
    name: str
    identities: tuple[Identity, ...]


class NoSuchPerson(NamedTuple):
    """No full member with a confirmed address; or a mere name, of which several people may be called. `is_name`: the latter."""

    name: str
    is_name: bool


class NotLinked(NamedTuple):
    """At such a source everybody is known by their address."""

    source: str


class NoSuchAccount(NamedTuple):
    """Nothing that an account there is called."""

    source: str
    kind: str


class AccountTaken(NamedTuple):
    """Somebody else is that account already."""

    source: str
    account: str
    holder: str


class Relinked(NamedTuple):
    """It holds from now on."""

    links: tuple[Relink, ...]


class ImportPreviewed(NamedTuple):
    """What would become of a list: `links` are those that change anything. The others: as they are already, of nobody
    here, and of accounts that others have. `fits`: of the first, so many can be agreed to at once; fewer than all, and none is.
    """

    receipt: ReceiptId
    links: tuple[Relink, ...]
    same: int
    strangers: tuple[str, ...]
    taken: tuple[str, ...]
    fits: int


class PeopleMoved(NamedTuple):
    """Somebody was linked otherwise since it was looked at."""


class OwnLink(NamedTuple):
    """What becomes of a sign-in: who they are from now on; unless `at_once`, when a second admin has agreed."""

    link: Relink
    at_once: bool


class OwnWaits(NamedTuple):
    """For an admin. `asked`, by their names, are those who could be written to."""

    link: Relink
    asked: tuple[str, ...]
    expires_at: datetime


WhyNot = Literal["gone", "no_address", "no_account", "same", "taken", "colleague", "nobody_to_agree", "moved"]
"""`gone`: nobody signs in at this source any more; `taken`, `colleague`: the account is somebody else's here."""


class OwnRefused(NamedTuple):
    """Somebody signed in, and nothing was changed."""

    source: str
    why: WhyNot


PeopleReply = (
    PeopleCovered
    | PersonShown
    | NoSuchPerson
    | NotLinked
    | NoSuchAccount
    | AccountTaken
    | Relinked
    | ImportPreviewed
    | PeopleMoved
    | OwnLink
    | OwnWaits
    | OwnRefused
)


class LineRefused(NamedTuple):
    """Of a list that was sent in."""

    line: int | None
    reason: str


class ImportForm(NamedTuple):
    """Into which a list is written."""


class Linked(NamedTuple):
    """What somebody is told of their own identity: who has said so, and who has agreed, if anybody had to."""

    link: Relink
    by: str
    agreed_by: str | None
    name: str
    at: datetime


class Identities(Protocol):
    """What is known of people at the sources that are there."""

    def kinds(self) -> Mapping[str, str]:
        """Of the sources, by their names: those that people are at."""
        ...

    def covered(self, emails: Sequence[Email]) -> tuple[Coverage, ...]: ...

    def of(self, email: Email) -> tuple[Identity, ...]: ...

    def account(self, email: Email, source: str) -> str | None:
        """By an admin's word."""
        ...

    def is_taken_back(self, email: Email, source: str) -> bool:
        """Whether what was said of them is, and nothing was said since."""
        ...

    def links(self) -> Mapping[tuple[Email, str], str]:
        """All of an admin's words: the account, by address and source."""
        ...

    def holders(self, source: str, account: str) -> tuple[frozenset[Email], frozenset[Email]]:
        """Who is that account: by an admin's word, and as the source was last read."""
        ...
