"""Administration in Slack: what came in, what is said to it, and what its flow needs from the world."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple, Protocol

from bot.core.channels import Foreseen, Preview
from bot.core.checked import ReviewReply
from bot.core.commands import Misread, Pause, parse
from bot.core.evaluated import Evaluation, EvaluationReply
from bot.core.identities import ImportForm, Linked, PeopleReply, Relink, SignedIn
from bot.core.keeping import KeepingReply, ModelReply, Removal, RemovalState
from bot.core.nouns import Event, ReceiptId, SlackUser
from bot.core.tooling import ToolReply, TryForm
from policies.channels import ChannelRules
from policies.evidence import Reply as Replied
from policies.people import Email, Noun
from policies.rules import Rules


class Filled(Noun):
    """A form that was sent in: the receipt of the command that opened it, and what was written. `form`: what it is called;
    `entries`: what stands in its fields, by name, where it has several, and in no ledger.
    """

    opened: ReceiptId
    view: str
    text: str
    form: str = "policy"
    entries: Mapping[str, str] = {}


class Pressed(Noun):
    """A decision on the card that offered it: `about` a change that waits for a second admin, or a source to be removed."""

    about: Literal["change", "removal"] = "change"
    change: str
    approve: bool
    channel: str
    message: str


class Typed(Noun):
    """A command as it came in; or what became of the form or the card to which one led. `answer_at` is Slack's address for
    replies: good for half an hour, and in no ledger.
    """

    receipt: ReceiptId
    by: SlackUser
    key: str
    at: datetime
    channel: str = ""
    text: str = ""
    answer_at: str = ""
    number: int = 1  # of those that they typed within its minute
    trigger: str = ""
    filled: Filled | None = None
    pressed: Pressed | None = None
    signed_in: SignedIn | None = None

    @property
    def is_typed(self) -> bool:
        """Neither a form, nor a press, nor a sign-in."""
        return self.filled is None and self.pressed is None and self.signed_in is None

    @property
    def stops_everything(self) -> bool:
        """That is heard at any time, and waits behind nothing."""
        return self.is_typed and isinstance(parse(self.text), Pause)


class Member(Noun):
    """A full member of our workspace, with the address that Slack has confirmed. `called`: as they call themselves, which proves
    nothing.
    """

    user: SlackUser
    email: Email | None = None
    called: str = ""

    @property
    def name(self) -> str:
        return self.email or str(self.user)


class Version(NamedTuple):
    """Of the configuration."""

    number: int
    digest: str
    author: str
    note: str
    at: datetime


class Texts(NamedTuple):
    """A version, whole."""

    version: Version
    texts: Mapping[str, str]


class Paused(NamedTuple):
    """By whom, and since when."""

    by: str
    at: datetime


class Setting(NamedTuple):
    """A rule and its value, as they are written. `origin`: the version that set it; None: it is as packaged."""

    path: str
    value: str
    origin: Version | None


class Edit(NamedTuple):
    """Of one rule. None: there was none, or there is none any more."""

    path: str
    before: str | None
    after: str | None


ChangeState = Literal["pending", "approved", "declined", "expired", "outdated"]


class Change(Noun):
    """What one admin wants, and another has to agree to: a whole new version, or who some people are at the sources. Either
    is named by its digest. `own`: somebody has said it of themselves, by signing in, whether or not they are an admin.
    """

    id: str
    receipt: ReceiptId
    by: SlackUser
    name: str
    base: int
    digest: str
    texts: Mapping[str, str]
    links: tuple[Relink, ...] = ()
    own: bool = False
    note: str
    widens: tuple[str, ...]
    asked_at: datetime
    expires_at: datetime
    state: ChangeState = "pending"
    decided_by: str | None = None


class NoMember(NamedTuple):
    """A guest, somebody of another company, or nobody knows who."""


class NoAdmin(NamedTuple):
    """A member who is none. `admins`, as they are named: whom to turn to."""

    admins: tuple[str, ...]


class TooMany(NamedTuple):
    """More than one person may type within a minute. `is_told`: the first of them is; all the others would only be more."""

    a_minute: int
    is_told: bool


class Helped(NamedTuple):
    """The list of commands."""


class PolicyVersions(NamedTuple):
    """The newest first. `more`: there are older ones."""

    versions: tuple[Version, ...]
    more: bool


class PolicyShown(NamedTuple):
    """`path`: what was asked for; None: what was set, of all there is. `left_out`: so many more would not fit."""

    version: Version
    path: str | None
    settings: tuple[Setting, ...]
    left_out: int


class NoSuchRule(NamedTuple):
    """`there_are`: what there is instead, where the path leaves what exists."""

    path: str
    there_are: tuple[str, ...]


class RuleRefused(NamedTuple):
    """These would be no rules. `line`: of what was written."""

    line: int | None
    reason: str


class TooLong(NamedTuple):
    """To be edited in Slack. `parts`: what it consists of."""

    path: str
    parts: tuple[str, ...]


class TooMuch(NamedTuple):
    """For a second admin to see what they would agree to."""

    widens: tuple[str, ...]


class FormOpened(NamedTuple):
    """The form itself is the reply. Not `opened`: Slack would not show it any more."""

    opened: bool


class Changed(NamedTuple):
    """A new version is in force. `replaced`: what others had set there until now; `passed_over`: the versions since the one that
    is in force again, the newest first.
    """

    number: int
    edits: tuple[Edit, ...]
    replaced: tuple[Setting, ...] = ()
    passed_over: tuple[Version, ...] = ()


class Unchanged(NamedTuple):
    """That is so already."""


class NoSuchVersion(NamedTuple):
    newest: int


class Conflict(NamedTuple):
    """Somebody else saved a version since this one was looked at."""

    version: Version
    edits: tuple[Edit, ...]


class Waiting(NamedTuple):
    """For a second admin. `asked`, by their names, are those who could be written to. Without an end there is no other.
    `passed_over`, once it is agreed to: as of what is in force.
    """

    widens: tuple[str, ...]
    asked: tuple[str, ...]
    expires_at: datetime | None
    passed_over: tuple[Version, ...] = ()


class NotYourself(NamedTuple):
    """Who wants a change does not agree to it."""


class NoSuchChange(NamedTuple):
    """Nothing waits under this name."""


class Decided(NamedTuple):
    """What became of a change, by whoever was first."""

    change: Change
    number: int | None = None  # of the version, if there is one


class NowPaused(NamedTuple):
    """`anew`: by this command; else it was so before."""

    paused: Paused
    anew: bool


class NowRunning(NamedTuple):
    anew: bool


class SourceStanding(NamedTuple):
    """What is known of a source. `stopped`: why its newest pass was not completed."""

    name: str
    kind: str
    documents: int
    people: int
    read_at: datetime | None
    stopped: str | None
    problems: int
    paused: Paused | None = None
    added_at: datetime | None = None


class Spent(NamedTuple):
    """Of today's budgets, by everybody. None: there is no such limit. Where there is none at all, nothing is counted."""

    tokens: int
    dollars: float
    tokens_by_all: int | None
    dollars_by_all: float | None
    tokens_by_one: int | None
    dollars_by_one: float | None

    @property
    def is_limited(self) -> bool:
        return any(limit is not None for limit in self[2:])


class Standing(NamedTuple):
    """How it stands at this moment; failures are those of the last day. `untold`: acts of which whoever asked could not yet be told
    what became of them; `unknown`: those of which a person has to say whether they were done.
    """

    version: Version
    paused: Paused | None
    waiting: int
    in_hand: int
    failed: int
    failed_jobs: int
    untold: int
    unknown: int
    embedder: str | None
    sources: tuple[SourceStanding, ...]
    spent: Spent


class NoChannel(NamedTuple):
    """It was typed in a direct conversation, for which nothing is settled."""


class ChannelShown(NamedTuple):
    """`settings`: what was set, by its name there."""

    channel: str
    here: ChannelRules
    settings: tuple[Setting, ...]
    preview: Preview | None


class ChannelChanged(NamedTuple):
    """What became of a change, what may be used there now, and, of what waits, the places in which there is nothing."""

    reply: "PolicyReply"
    preview: Preview | None
    nothing_in: tuple[str, ...]


class SourcesListed(NamedTuple):
    sources: tuple[SourceStanding, ...]


class SyncAsked(NamedTuple):
    name: str


class NoSuchSource(NamedTuple):
    name: str
    there_are: tuple[str, ...]


class Verified(NamedTuple):
    """Of the ledger. `unsigned`: so many events at its end are under no signature yet."""

    clean: bool
    events: int
    checkpoints: int
    findings: int
    unsigned: int


class Told(NamedTuple):
    """What was replied, and the titles of what it was answered from."""

    reply: Replied
    titles: tuple[str, ...]


class Happening(NamedTuple):
    kind: str
    at: str
    erased: bool


class Contents(NamedTuple):
    """What was asked and answered, under the masks that hold in a channel. `aside`: for the asker alone. None: there is
    nothing, or it was erased.
    """

    asked: str | None
    here: Told | None
    aside: Told | None


class Audited(NamedTuple):
    """What happened. Without any content: an admin may not read whatever somebody else was shown. With it, for an auditor."""

    receipt: str
    by: str | None
    events: tuple[Happening, ...]
    contents: Contents | None = None


class NoSuchReceipt(NamedTuple):
    receipt: str


PolicyReply = (
    PolicyVersions
    | PolicyShown
    | NoSuchRule
    | RuleRefused
    | TooLong
    | TooMuch
    | FormOpened
    | Changed
    | Unchanged
    | NoSuchVersion
    | Conflict
    | Waiting
    | NotYourself
    | NoSuchChange
    | Decided
)
OverviewReply = Standing | SourcesListed | SyncAsked | NoSuchSource | Spent | Verified | Audited | NoSuchReceipt
ChannelReply = ChannelShown | ChannelChanged | NoChannel
Reply = (
    NoMember
    | NoAdmin
    | TooMany
    | Misread
    | Helped
    | NowPaused
    | NowRunning
    | PolicyReply
    | OverviewReply
    | ChannelReply
    | PeopleReply
    | KeepingReply
    | ModelReply
    | ToolReply
    | ReviewReply
    | EvaluationReply
)


class Form(NamedTuple):
    """A text to be edited, of one rule or table."""

    path: str
    text: str


class Members(Protocol):
    """Who somebody is in Slack."""

    def member(self, user: SlackUser) -> Member | None:
        """None: no full member. `Retryable`: that cannot be found out now."""
        ...

    def named(self, name: str) -> Member | None:
        """The same, by the id of an account or by an address."""
        ...

    def everyone(self) -> Sequence[Member]:
        """All full members. `Retryable`: they cannot be found out now, or not all of them."""
        ...


class Groups(Protocol):
    """The user groups of Slack, as they are at this moment. Who may change one there decides who is in it."""

    def members(self, group: str) -> frozenset[str]:
        """Whoever Slack says is in it, guests and people who left too. `AccessUnknown`: it is none, or nobody lets us look;
        `Retryable`: that cannot be found out now.
        """
        ...

    def handles(self) -> Mapping[str, str]:
        """What people call each. Those that cannot be read are not there."""
        ...


class Configuration(Protocol):
    """The versions that there were. None is ever changed."""

    def rules(self) -> Rules:
        """Those in force."""
        ...

    def newest(self) -> Texts: ...

    def version(self, number: int) -> Texts | None: ...

    def backwards(self) -> Iterator[Texts]:
        """The newest first."""
        ...


class Changes(Protocol):
    """Those that wait for a second admin, and those that did."""

    def change(self, name: str) -> Change | None: ...

    def pending(self) -> Sequence[Change]:
        """What waits at this moment, without the texts that it is about."""
        ...

    def expire(self, name: str) -> Change | None:
        """The change, which waits no more if its time is over."""
        ...


class Removals(Protocol):
    """Those that wait for a second word, and those that did."""

    def removal(self, name: str) -> Removal | None: ...


class Overview(Protocol):
    """What an operator wants to know. It reads, and changes nothing."""

    def standing(self) -> Standing: ...

    def sources(self) -> tuple[SourceStanding, ...]: ...

    def spent(self) -> Spent: ...

    def verified(self) -> Verified: ...

    def audited(self, receipt: ReceiptId) -> Audited | None: ...


class Archive(Protocol):
    """What was asked and answered, for auditors alone."""

    def contents(self, receipt: ReceiptId) -> Contents: ...


class CommandWork(Protocol):
    """One command, held under a lease. What is written fails with `LostLease` once another worker has it."""

    @property
    def typed(self) -> Typed: ...

    @property
    def attempt(self) -> int: ...

    def recorded(self, kind: str) -> Event | None:
        """The newest event of this kind in its receipt."""
        ...

    def record(self, *events: Event) -> None: ...

    def configure(
        self, texts: Mapping[str, str], *, base: int, author: str, note: str, body: Mapping[str, Any]
    ) -> Version | None:
        """A new version and its event, together. None: `base` is not the newest any more."""
        ...

    def propose(self, change: Change) -> None:
        """It waits from now on, and its event says so."""
        ...

    def settle(self, change: Change, state: ChangeState, *, by: Member, edits: Sequence[Mapping[str, Any]]) -> None:
        """What becomes of a change that waits: once, and if it is approved, its version or its links with it. Nothing, if it
        does not wait any more; outdated, if somebody changed the same at the same moment.
        """
        ...

    def relink(self, links: Sequence[Relink], *, by: str) -> bool:
        """Who these people are from now on, and its event. Whether they were still as `before` says."""
        ...

    def ask_for_sync(self, source: str, by: str) -> bool:
        """It is read as soon as somebody has time for it. Whether there is such a source."""
        ...

    def pause_source(self, name: str, by: str) -> bool:
        """It is not read from now on. Whether that is new."""
        ...

    def resume_source(self, name: str, by: str) -> bool:
        """Whether it was paused."""
        ...

    def pause_model(self, name: str, by: str) -> bool:
        """It is asked nothing from now on. Whether that is new."""
        ...

    def resume_model(self, name: str, by: str) -> bool:
        """Whether it was paused."""
        ...

    def move_review(self, receipt: ReceiptId, to: Literal["next", "nobody"], by: str) -> bool:
        """The turn of whoever checks it is over, or there is none any more. Whether it waited for somebody."""
        ...

    def settle_act(self, receipt: ReceiptId, by: Member, *, happened: bool) -> bool:
        """Whether what was asked for there was done, as an admin has found. Whether that was still open."""
        ...

    def ask_for_evaluation(self, by: Member) -> tuple[Evaluation, bool]:
        """The golden set is asked as soon as somebody has time for it; and whether that is new."""
        ...

    def record_look(self, receipt: ReceiptId, by: str) -> None:
        """In that receipt: whoever reads it later sees who has seen its content."""
        ...

    def want_removal(self, removal: Removal) -> None:
        """It waits for a second word from now on, and its event says so."""
        ...

    def remove(self, removal: Removal, state: RemovalState, *, by: str) -> None:
        """What becomes of a removal that waits: once, and if it is confirmed, everything of the source is hidden with it.
        Outdated, if that source is not there any more.
        """
        ...

    def pause(self, by: str) -> Paused | None:
        """From now on nothing is answered, not even what is being answered. None: that was so already."""
        ...

    def resume(self, by: str) -> bool:
        """Whether it was paused."""
        ...

    def check_lease(self) -> None: ...

    def finish(self, event: Event) -> None:
        """The last event, and the command is done, together."""
        ...


class Voice(Protocol):
    """Speaks with admins, where nobody else sees it."""

    def tell(self, typed: Typed, reply: Reply, *, again: bool) -> str:
        """By which way."""
        ...

    def open(self, typed: Typed, form: Form | ImportForm | TryForm) -> bool:
        """False: Slack takes it no more."""
        ...

    def shows_all(self, change: Change, edits: Sequence[Edit]) -> bool:
        """Whether a card has room for all that somebody would agree to."""
        ...

    def readable(self, edits: Sequence[Edit]) -> int:
        """How many of these, from the first on, a card has room for."""
        ...

    def offer(
        self, change: Change, edits: Sequence[Edit], foreseen: Sequence[Foreseen], to: Member, *, again: bool
    ) -> bool:
        """A card with which somebody agrees to a change, or does not. Whether they could be written to."""
        ...

    def confirm(self, removal: Removal, to: Member, *, again: bool) -> bool:
        """A card on which whoever wants it says so again. Whether they could be written to."""
        ...

    def greet(self, to: Member, version: Version, *, again: bool) -> None:
        """They are an admin from this version on."""
        ...

    def tell_linked(self, to: Member, linked: Linked, *, again: bool) -> None:
        """Somebody hears who they are at a source from now on."""
        ...

    def inform(self, decided: Decided, *, again: bool) -> None:
        """Whoever wanted it hears what became of it."""
        ...

    def fail(self, typed: Typed) -> None:
        """Says that it went wrong on our side."""
        ...
