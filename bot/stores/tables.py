"""The rows. Text columns hold what is hashed, exactly as it was hashed; nothing here has behaviour."""

from datetime import UTC, datetime

from sqlalchemy import JSON, BigInteger, Column, DateTime, Index, LargeBinary, Text, UniqueConstraint, text
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel


class Moment(TypeDecorator[datetime]):
    """An aware moment. SQLite forgets the zone, so it is kept as UTC and given back as UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: object) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("a moment without a zone is not a moment")
        return value.astimezone(UTC) if value is not None else None

    def process_result_value(self, value: datetime | None, _dialect: object) -> datetime | None:
        return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


class Row(SQLModel):
    """Every row belongs to a workspace; `Database` adds the condition to every statement."""

    workspace: str = Field(primary_key=True, max_length=64)


class Leased(Row):
    """Work that one worker at a time may hold. `fence` grows with each claim, so a late worker is recognised."""

    id: str = Field(primary_key=True)
    kind: str
    key: str
    payload: str = Field(sa_type=Text)
    state: str = Field(max_length=16)  # waiting | claimed | done | failed; in the inbox also: withdrawn
    due_at: datetime = Field(sa_type=Moment)
    attempts: int = 0
    fence: int = 0
    lease_owner: str | None = None
    lease_until: datetime | None = Field(default=None, sa_type=Moment)
    finished_at: datetime | None = Field(default=None, sa_type=Moment)
    error: str | None = None


_OPEN = text("state IN ('waiting', 'claimed')")  # what is finished stays for ever, and must not slow down what waits
_IN_HAND = text("state = 'claimed'")
_COUNTS = text("counts_for IS NOT NULL")


class InboxRow(Leased, table=True):
    """Something a person sent us; `id` is its receipt. `key` is the same however often and by whatever way it comes.

    `subject` is what it is about, of which this is one `revision`: the newest counts. What shares a `lane` is answered
    one at a time, in the order of its subjects; of what shares a `channel`, a few at a time are in hand. `counts_for`
    is whoever asked, in the first row of a subject only: however often it is worded anew, it was asked once.
    """

    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("workspace", "key"),
        Index("inbox_by_due", "workspace", "due_at", "id", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("inbox_by_lane", "workspace", "lane", "subject", "revision", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("inbox_by_subject", "workspace", "subject"),
        Index("inbox_by_asker", "workspace", "counts_for", "received_at", "id"),
        Index("inbox_by_arrival", "workspace", "received_at", "id", sqlite_where=_COUNTS, postgresql_where=_COUNTS),
        Index("inbox_in_hand", "workspace", "channel", "lease_until", sqlite_where=_IN_HAND, postgresql_where=_IN_HAND),
    )
    lane: str
    subject: str
    revision: str = ""
    received_at: datetime = Field(sa_type=Moment)
    channel: str | None = None
    counts_for: str | None = None


class ToldRow(Row, table=True):
    """Who was told that they ask too much: once a minute. `receipt` is the question that they were told at."""

    __tablename__ = "told"
    asker: str = Field(primary_key=True)
    minute: datetime = Field(sa_type=Moment, primary_key=True)
    receipt: str


class ReviewRow(Leased, table=True):
    """An answer that is held until a person has checked it; `id` is its receipt, `key` too, `payload` the question. `subject`
    is the message that was asked in; `stage`: see `policies.review`; `turn`: the number of whose turn it is, 0: nobody's yet.
    """

    __tablename__ = "review"
    __table_args__ = (
        Index("review_by_due", "workspace", "due_at", "id", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("review_by_subject", "workspace", "subject", sqlite_where=_OPEN, postgresql_where=_OPEN),
    )
    subject: str
    stage: str = Field(max_length=16)
    turn: int = 0


class ReviewTurnRow(Row, table=True):
    """Who was asked to check an answer, until when, where their card is, and what it says once it is over."""

    __tablename__ = "review_turn"
    __table_args__ = (UniqueConstraint("workspace", "receipt", "number"),)
    id: str = Field(primary_key=True)
    receipt: str
    number: int
    team: str
    reviewer: str
    until: datetime = Field(sa_type=Moment)
    channel: str | None = None
    message: str | None = None
    shows: str | None = None


class ExecutionRow(Leased, table=True):
    """What was proposed to be done; `payload` is the proposal, `digest` that of exactly this one, `key` what it was proposed
    for. `stage`: see `bot.core.proposals`; `shows`: the stage that its card shows. `approvals`: where cards for whoever may
    approve it are.
    """

    __tablename__ = "execution"
    __table_args__ = (
        UniqueConstraint("workspace", "kind", "key"),
        Index("execution_by_due", "workspace", "due_at", "id", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("execution_by_use", "workspace", "actor", "tool", "began_at"),
    )
    receipt: str
    tool: str
    actor: str
    digest: str
    stage: str = Field(max_length=16)
    shows: str | None = Field(default=None, max_length=16)
    confirmed_by: str | None = None
    approved_by: str | None = None
    channel: str | None = None
    message: str | None = None
    approvals: dict[str, str] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True), nullable=True))
    because: str | None = None
    said: str | None = Field(default=None, sa_type=Text)
    outcome: str | None = Field(default=None, sa_type=Text)
    began_at: datetime | None = Field(default=None, sa_type=Moment)


class JobRow(Leased, table=True):
    """Something to be done by us. At most one of a kind and key waits at a time."""

    __tablename__ = "job"
    __table_args__ = (
        Index(
            "job_waiting_once",
            "workspace",
            "kind",
            "key",
            unique=True,
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index("job_by_state", "workspace", "state", "due_at"),
    )


class InstallationRow(Row, table=True):
    """A workspace of Slack in which somebody installed us; `workspace` is whose list this is, `id` under which name its own
    rows are kept. Tokens are sealed; there are none where it has `ended`. `version` grows with each pair of them.
    """

    __tablename__ = "installation"
    __table_args__ = (UniqueConstraint("workspace", "team"),)
    id: str = Field(primary_key=True)
    team: str
    enterprise: str | None = None
    app: str
    scopes: str = Field(sa_type=Text)
    first_admin: str
    state: str = Field(max_length=16)  # live | ended
    installed_at: datetime = Field(sa_type=Moment)
    ended_at: datetime | None = Field(default=None, sa_type=Moment)
    ended_by: str | None = None
    is_cleared: bool = False
    bot_token: str | None = Field(default=None, sa_type=Text)
    refresh_token: str | None = Field(default=None, sa_type=Text)
    expires_at: datetime | None = Field(default=None, sa_type=Moment)
    version: int
    fence: int = 0
    renewing_until: datetime | None = Field(default=None, sa_type=Moment)
    trouble: str | None = None


class UsedStateRow(Row, table=True):
    """That somebody has come back from Slack with this state, by its digest; until it would not hold any more anyway."""

    __tablename__ = "used_state"
    id: str = Field(primary_key=True)
    until: datetime = Field(sa_type=Moment)


class SignInRow(Row, table=True):
    """That somebody may sign in at a source to be linked there, once. `id`: of what the link holds; `away`: of what their
    browser was sent away with, and of its cookie. Both by digest: whoever reads this can sign in as nobody.
    """

    __tablename__ = "sign_in"
    __table_args__ = (UniqueConstraint("workspace", "away"),)
    id: str = Field(primary_key=True)
    team: str
    user: str
    source: str
    added_at: datetime = Field(sa_type=Moment)  # of the source
    until: datetime = Field(sa_type=Moment)
    away: str | None = None
    is_used: bool = False


class ConfigRow(Row, table=True):
    """One whole version of the configuration, by digest. The newest is the current one."""

    __tablename__ = "config"
    number: int = Field(primary_key=True)
    digest: str
    texts: str = Field(sa_type=Text)
    author: str
    note: str
    at: datetime = Field(sa_type=Moment)


class ChangeRow(Row, table=True):
    """A version of the configuration that one admin wants, and another has to agree to. `texts` is whole."""

    __tablename__ = "change"
    __table_args__ = (UniqueConstraint("workspace", "receipt"),)
    id: str = Field(primary_key=True)
    receipt: str
    state: str = Field(max_length=16)  # pending | approved | declined | expired | outdated
    body: str = Field(sa_type=Text)
    texts: str = Field(sa_type=Text)
    expires_at: datetime = Field(sa_type=Moment)
    decided_by: str | None = None


class PauseRow(Row, table=True):
    """That nothing is answered. At most one, and none where everything is as usual."""

    __tablename__ = "pause"
    by: str
    at: datetime = Field(sa_type=Moment)


class HaltRow(Row, table=True):
    """That a source is not read, or a model not asked, until somebody says otherwise."""

    __tablename__ = "halt"
    kind: str = Field(primary_key=True, max_length=16)  # source | model
    name: str = Field(primary_key=True)
    by: str
    at: datetime = Field(sa_type=Moment)


class EvaluationRow(Row, table=True):
    """One run of the golden set: who wanted it, and what it came to."""

    __tablename__ = "evaluation"
    __table_args__ = (UniqueConstraint("workspace", "receipt"),)
    id: str = Field(primary_key=True)
    receipt: str
    team: str
    user: str
    by: str
    asked_at: datetime = Field(sa_type=Moment)
    state: str = Field(max_length=16)  # asked | done | failed
    finished_at: datetime | None = Field(default=None, sa_type=Moment)
    figures: str | None = Field(default=None, sa_type=Text)


class TypingRow(Row, table=True):
    """How many commands, forms and presses of one person came within one minute of the clock."""

    __tablename__ = "typing"
    who: str = Field(primary_key=True)
    minute: datetime = Field(sa_type=Moment, primary_key=True)
    times: int


class ModelHeardRow(Row, table=True):
    """When a model last answered, and when and why it last did not: to within a minute."""

    __tablename__ = "model_heard"
    name: str = Field(primary_key=True)
    answered_at: datetime | None = Field(default=None, sa_type=Moment)
    failed_at: datetime | None = Field(default=None, sa_type=Moment)
    because: str | None = None


class RemovalRow(Row, table=True):
    """That an admin wants a source removed, and has to say so again."""

    __tablename__ = "removal"
    __table_args__ = (UniqueConstraint("workspace", "receipt"),)
    id: str = Field(primary_key=True)
    receipt: str
    state: str = Field(max_length=16)  # pending | confirmed | kept | expired | outdated
    body: str = Field(sa_type=Text)


class SourceRow(Row, table=True):
    """A source as it was added, and what its last snapshot of people was."""

    __tablename__ = "source"
    name: str = Field(primary_key=True)
    kind: str
    settings: dict[str, str] = Field(sa_column=Column(JSON, nullable=False))
    state: str  # active | removed
    added_at: datetime = Field(sa_type=Moment)
    open: bool = False
    groups_digest: str | None = None


class LoopRow(Row, table=True):
    """How far one loop of a source has come: where it goes on, when its last complete pass began, and what that met.
    `began_at`: when the pass began that has not ended yet.

    `stopped` is why the newest pass was not completed, if it was not.
    """

    __tablename__ = "loop"
    source: str = Field(primary_key=True)
    loop: str = Field(primary_key=True, max_length=16)
    cursor: str | None = Field(default=None, sa_type=Text)
    began_at: datetime | None = Field(default=None, sa_type=Moment)
    read_at: datetime | None = Field(default=None, sa_type=Moment)
    problems: list[dict[str, str | int | None]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    stopped: str | None = Field(default=None, sa_type=Text)


class NodeRow(Row, table=True):
    """What has a place in its source's tree."""

    __tablename__ = "node"
    __table_args__ = (Index("node_by_parent", "workspace", "source", "parent"),)
    source: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    kind: str
    parent: str | None = None
    label: str | None = None
    missing: bool = False


class LinkRow(Row, table=True):
    """Whom an admin says somebody is at a source that does not say so itself. Older rows do not tell by whom, and when."""

    __tablename__ = "link"
    source: str = Field(primary_key=True)
    email: str = Field(primary_key=True)
    account: str
    by: str | None = None
    agreed_by: str | None = None
    at: datetime | None = Field(default=None, sa_type=Moment)


class TakenBackRow(Row, table=True):
    """That what was said of somebody at a source was taken back, and nothing was said of them since."""

    __tablename__ = "taken_back"
    source: str = Field(primary_key=True)
    email: str = Field(primary_key=True)


class MembershipRow(Row, table=True):
    """One principal that one person holds at one source."""

    __tablename__ = "membership"
    source: str = Field(primary_key=True)
    email: str = Field(primary_key=True)
    principal: str = Field(primary_key=True)


class LayerRow(Row, table=True):
    """A layer, stored once on the node that owns it. `grants` is a list of [principal, valid until or null]."""

    __tablename__ = "layer"
    source: str = Field(primary_key=True)
    node: str = Field(primary_key=True)
    grants: list[list[str | None]] = Field(sa_column=Column(JSON, nullable=False))
    unsure: bool = False


class AccessListRow(Row, table=True):
    """An interned list: the nodes of its layers, in order; `id` is their digest. No nodes is nobody."""

    __tablename__ = "access_list"
    id: str = Field(primary_key=True)
    source: str
    nodes: list[str] = Field(sa_column=Column(JSON, nullable=False))


class DocumentRow(Row, table=True):
    """A document as it is searchable now."""

    __tablename__ = "document"
    __table_args__ = (UniqueConstraint("workspace", "source", "id_at_source"),)
    id: str = Field(primary_key=True)
    source: str
    id_at_source: str
    title: str
    url: str | None
    place: str
    updated: datetime | None = Field(default=None, sa_type=Moment)
    version: str
    label: str | None = None
    list_id: str
    kind: str = "page"
    labels: str = Field(default="", sa_type=Text)  # each on a line, in order: equal ones are equal as they stand


_NOT_LIVE = text("state <> 'live'")  # few, among many


class PassageRow(Row, table=True):
    """A piece of a document: `staged` until its vector is durable, `live`, then `retired` until its vector is gone."""

    __tablename__ = "passage"
    __table_args__ = (
        Index("passage_by_document", "workspace", "document", "state"),
        Index("passage_left", "workspace", "id", sqlite_where=_NOT_LIVE, postgresql_where=_NOT_LIVE),
    )
    id: str = Field(primary_key=True)
    document: str
    ordinal: int
    content_hash: str
    heading_path: list[str] = Field(sa_column=Column(JSON, nullable=False))
    text: str = Field(sa_type=Text)
    term_ids: bytes = Field(sa_type=LargeBinary)
    term_counts: bytes = Field(sa_type=LargeBinary)
    state: str = Field(max_length=8)


class VectorRow(Row, table=True):
    """That this passage has a vector of this embedder. Beside the passages, whose rows are wide: a change of embedder
    writes one of these for each passage, and none of those.
    """

    __tablename__ = "passage_vector"
    passage: str = Field(primary_key=True)
    embedder: str = Field(primary_key=True)


_SERVES = text("state = 'serving'")


class EmbedderRow(Row, table=True):
    """An embedder whose vectors are, were or will be here. `setting` is what it is built from, `name` what it calls itself."""

    __tablename__ = "embedder"
    __table_args__ = (
        Index("embedder_that_serves", "workspace", unique=True, sqlite_where=_SERVES, postgresql_where=_SERVES),
    )
    name: str = Field(primary_key=True)
    setting: str
    dimensions: int
    state: str = Field(max_length=16)  # preparing | settling | serving | retired | gone


class DocumentChangeRow(Row, table=True):
    """In which generation what may be found of a document last changed; it is still here when the document is not."""

    __tablename__ = "document_change"
    __table_args__ = (Index("document_change_by_generation", "workspace", "generation"),)
    document: str = Field(primary_key=True)
    generation: int


class GenerationRow(Row, table=True):
    """A number that grows whenever what it names has changed, so that a cache knows."""

    __tablename__ = "generation"
    name: str = Field(primary_key=True)
    value: int


class SpendingRow(Row, table=True):
    """What one person's questions, or everybody's (`*`), cost on models on one day, by UTC."""

    __tablename__ = "spending"
    day: str = Field(primary_key=True, max_length=10)
    whose: str = Field(primary_key=True)
    tokens: int = Field(sa_type=BigInteger)
    microdollars: int = Field(sa_type=BigInteger)


class HandOverRow(Row, table=True):
    """A question that was handed over to people; of a receipt there is one. `place`: where it was asked."""

    __tablename__ = "hand_over"
    __table_args__ = (
        UniqueConstraint("workspace", "receipt"),
        Index("hand_over_by_post", "workspace", "experts", "posted"),
    )
    id: str = Field(primary_key=True)
    receipt: str
    asker: str
    place: str = Field(sa_type=Text)
    experts: str
    text: str = Field(sa_type=Text)
    state: str = Field(max_length=16)  # waiting | posted | refused
    posted: str | None = None


class ExpertReplyRow(Row, table=True):
    """A message under such a question, by its place: not what it says."""

    __tablename__ = "expert_reply"
    __table_args__ = (
        UniqueConstraint("workspace", "channel", "message"),
        Index("expert_reply_by_question", "workspace", "hand_over"),
    )
    id: str = Field(primary_key=True)
    hand_over: str
    channel: str
    thread: str
    message: str
    author: str
    is_gone: bool = False
    is_released: bool = False
    told: dict[str, str] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True), nullable=True))
    offered: str | None = None


class SavedAnswerRow(Row, table=True):
    """What the author of a reply saved as an answer; `id` is the reply's. `text` is what it said when it was kept."""

    __tablename__ = "saved_answer"
    __table_args__ = (Index("saved_answer_by_state", "workspace", "state"),)
    id: str = Field(primary_key=True)
    receipt: str
    channel: str
    thread: str
    message: str
    author: str
    question: str = Field(sa_type=Text)
    saved_at: datetime = Field(sa_type=Moment)
    until: datetime = Field(sa_type=Moment)
    state: str = Field(max_length=16)  # see policies.experts
    name: str
    text: str = Field(sa_type=Text)
    link: str


class TextRow(Row, table=True):
    """Evidence text by its digest, so that a receipt can be read again after its document has changed; erasable."""

    __tablename__ = "evidence_text"
    digest: str = Field(primary_key=True)
    text: str = Field(sa_type=Text)


class EventRow(Row, table=True):
    """A leaf of the ledger: never changed, never deleted. `content` is the salted hash of what happened."""

    __tablename__ = "ledger_event"
    __table_args__ = (Index("ledger_event_by_receipt", "workspace", "receipt", "seq"),)
    seq: int = Field(primary_key=True)  # from 0
    at: str
    kind: str
    receipt: str | None
    content: str  # hex
    leaf: str  # hex


class ContentRow(Row, table=True):
    """What happened, erasable: the leaf commits only to its salted hash."""

    __tablename__ = "ledger_content"
    seq: int = Field(primary_key=True)
    salt: str  # hex
    body: str = Field(sa_type=Text)


class HeadRow(Row, table=True):
    """Where the ledger ends. The one row that is overwritten, and the last one locked in a transaction."""

    __tablename__ = "ledger_head"
    size: int
    root: str  # hex
    peaks: str = Field(sa_type=Text)  # hex, with commas: the roots of the complete subtrees, largest first
    signed: int | None = None  # the size of the newest checkpoint, so that its loss is noticed


class CheckpointRow(Row, table=True):
    """A signed head. Kept elsewhere too, it shows when the end was cut off."""

    __tablename__ = "ledger_checkpoint"
    size: int = Field(primary_key=True)
    previous: int | None = None  # the size of the checkpoint before, so that its loss is noticed
    root: str  # hex
    at: str
    key: str  # hex: the public key
    signature: str  # hex


TABLES: tuple[type[Row], ...] = (
    InstallationRow,
    UsedStateRow,
    SignInRow,
    InboxRow,
    ToldRow,
    ReviewRow,
    ReviewTurnRow,
    ExecutionRow,
    JobRow,
    ConfigRow,
    ChangeRow,
    PauseRow,
    HaltRow,
    TypingRow,
    EvaluationRow,
    ModelHeardRow,
    RemovalRow,
    SourceRow,
    LoopRow,
    NodeRow,
    LinkRow,
    TakenBackRow,
    MembershipRow,
    LayerRow,
    AccessListRow,
    DocumentRow,
    PassageRow,
    VectorRow,
    EmbedderRow,
    DocumentChangeRow,
    GenerationRow,
    SpendingRow,
    HandOverRow,
    ExpertReplyRow,
    SavedAnswerRow,
    TextRow,
    EventRow,
    ContentRow,
    HeadRow,
    CheckpointRow,
)
