"""What people sent us: each once, whatever way and however often it was delivered, and only its newest wording."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, func, literal_column, or_, text, tuple_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from bot.core.nouns import CommandLine, Incoming, Place, Question, ReceiptId, SlackPlace, SlackUser
from bot.core.ports import Pace
from bot.stores.database import Database, insert_new
from bot.stores.leases import OPEN, Claim, Leases, is_open
from bot.stores.tables import InboxRow, ToldRow

# The kind says who can give the reply: whoever cannot reach a surface leaves its questions alone.
CLI_QUESTION: Final = "question:cli"
SLACK_QUESTION: Final = "question:slack"

_LOOKED_BACK: Final = 60  # messages of a conversation: what lies before them is no longer followed up
_DELETED: Final = "~"  # sorts behind every revision

# Slack takes one message a second there: while one waits for its second, the next is made. More would only be workers
# that wait, whom others need.
MOST_IN_HAND: Final = 2  # of a channel


class Inbox(Leases[InboxRow]):
    def __init__(self, database: Database, *, owner: str, length: timedelta) -> None:
        super().__init__(database, InboxRow, owner=owner, length=length)

    def receive(self, session: Session, incoming: Incoming, *, now: datetime) -> bool:
        """Whether it is new. The key's uniqueness decides, so that two deliveries at once are one."""
        _one_at_a_time(session, incoming.subject)
        question = incoming.question
        kind = CLI_QUESTION if isinstance(question.place, CommandLine) else SLACK_QUESTION
        row = {
            **_row(question.receipt, kind, incoming.key, incoming.subject, incoming.revision, now),
            "lane": incoming.lane,
            "channel": _channel(question.place),
            "counts_for": _counts_for(question) if self._is_first(session, incoming.subject) else None,
            "payload": question.model_dump_json(),
            "state": "waiting",
        }
        return insert_new(session, InboxRow, [row]) == 1

    def claim(self, now: datetime, *, kinds: Collection[str] | None = None) -> Claim | None:
        """One claimer at a time: two at once would each overlook what the other takes of one channel."""
        if not self.is_any_due(now, kinds=kinds):
            return None
        with self._database.writing() as session:
            _one_at_a_time(session, f"claim:{self._database.workspace}")
            return self._take(session, now, _of_a_channel_with_room(now), *self._of(kinds))

    def forget(self, session: Session, subject: str, *, now: datetime) -> bool:
        """Whoever sent it took it back: no revision of it is answered, not even one that arrives later."""
        _one_at_a_time(session, subject)
        row = {
            **_row(f"{subject}{_DELETED}", "deletion", f"{subject}{_DELETED}", subject, _DELETED, now),
            "lane": subject,
            "payload": "{}",
            "state": "done",
        }
        return insert_new(session, InboxRow, [row]) == 1

    def withdraw_outdated(self, session: Session, subject: str) -> list[ReceiptId]:
        """Everything of this subject but its newest revision; whoever works on such a one loses it at the next write."""
        rows = session.exec(select(InboxRow).where(col(InboxRow.subject) == subject).with_for_update()).all()
        newest = max((row.revision for row in rows), default="")
        outdated = [row for row in rows if row.revision < newest and row.state in OPEN]
        for row in outdated:
            row.state, row.fence, row.lease_until = "withdrawn", row.fence + 1, None
        return [ReceiptId(row.id) for row in outdated]

    def is_taken(self, subject: str) -> bool:
        """Whether anything of it has come that was no deletion."""
        came = select(InboxRow.id).where(col(InboxRow.subject) == subject, col(InboxRow.revision) != _DELETED)
        with self._database.reading() as session:
            return session.exec(came.limit(1)).first() is not None

    def withdrawn(self, receipt: str) -> bool:
        with self._database.reading() as session:
            return session.exec(select(InboxRow.state).where(col(InboxRow.id) == receipt)).first() == "withdrawn"

    def newest_wording(self, receipt: str) -> Question | None:
        """Of the subject that this one is a revision of. None: it was taken back, or there is none."""
        subject = select(InboxRow.subject).where(col(InboxRow.id) == receipt).scalar_subquery()
        newest = select(InboxRow).where(col(InboxRow.subject) == subject).order_by(col(InboxRow.revision).desc())
        with self._database.reading() as session:
            row = session.exec(newest.limit(1)).first()
            return Question.model_validate_json(row.payload) if row is not None and row.revision != _DELETED else None

    def pace(self, session: Session, receipt: str) -> Pace:
        """By the clock's minute in which the first wording came: nothing that comes later changes it."""
        counted = self._counted(session, receipt)
        if counted is None:
            return Pace()
        return Pace(
            by_one=_how_manieth(session, counted, col(InboxRow.counts_for) == counted.counts_for),
            by_all=_how_manieth(session, counted, col(InboxRow.counts_for).is_not(None)),
        )

    def tell(self, session: Session, receipt: str) -> bool:
        """Whether whoever asked this is told now that they ask too much; only one question of a minute comes first."""
        counted = self._counted(session, receipt)
        if counted is None:
            return True
        row = {"asker": counted.counts_for, "minute": _minute(counted.received_at), "receipt": receipt}
        return insert_new(session, ToldRow, [row]) == 1

    def _counted(self, session: Session, receipt: str) -> InboxRow | None:
        """The first row of the same subject: that is the one that counts."""
        subject = select(InboxRow.subject).where(col(InboxRow.id) == receipt).scalar_subquery()
        same = aliased(InboxRow)
        rows = session.exec(select(same).where(col(same.subject) == subject)).all()
        return next((row for row in rows if row.counts_for is not None), None)

    def _is_first(self, session: Session, subject: str) -> bool:
        return session.exec(select(InboxRow.id).where(col(InboxRow.subject) == subject).limit(1)).first() is None

    def before(self, question: Question, within: timedelta) -> list[Question]:
        """What was asked in the same thread before, oldest first, in its newest wording and unless it was taken back;
        outside threads, in the same direct conversation and no longer ago.
        """
        place = question.place
        if not isinstance(place, SlackPlace):
            return []
        conversation = f"slack:{place.team}:{place.channel}:"
        ours = (
            col(InboxRow.subject).startswith(conversation, autoescape=True)
            & (col(InboxRow.subject) >= conversation)
            & (col(InboxRow.subject) < f"{conversation}{place.message}")
        )
        newest_first = (col(InboxRow.subject).desc(), col(InboxRow.revision).desc())
        with self._database.reading() as session:
            rows = session.exec(select(InboxRow).where(ours).order_by(*newest_first).limit(_LOOKED_BACK)).all()
        found: dict[str, Question | None] = {}
        for row in rows:
            if row.subject not in found:
                is_there = row.kind == SLACK_QUESTION and row.state != "withdrawn"
                found[row.subject] = Question.model_validate_json(row.payload) if is_there else None
        said = (one for one in found.values() if one is not None and _is_followed(one, question, place, within))
        return list(said)[::-1]

    def lately(self, asker: SlackUser, most: int) -> list[ReceiptId]:
        """What they asked, the newest first, each in its newest wording; what was taken back is left out."""
        theirs = select(InboxRow.subject).where(col(InboxRow.counts_for) == str(asker))
        newest_first = (col(InboxRow.received_at).desc(), col(InboxRow.id).desc())
        with self._database.reading() as session:
            subjects = session.exec(theirs.order_by(*newest_first).limit(_LOOKED_BACK)).all()
            rows = session.exec(select(InboxRow).where(col(InboxRow.subject).in_(subjects))).all()
        newest = {row.subject: row for row in sorted(rows, key=lambda row: row.revision)}
        there = [newest[subject] for subject in subjects if newest[subject].revision != _DELETED]
        return [ReceiptId(row.id) for row in there[:most]]

    def reword(self, session: Session, claim: Claim, question: Question) -> None:
        self._set(session, claim, payload=question.model_dump_json())

    def leave_lane(self, session: Session, claim: Claim) -> None:
        """What is still to be done for it keeps nobody waiting."""
        self._set(session, claim, lane=claim.key)

    def waits(self) -> bool:
        """Whether anything is still to be answered."""
        with self._database.reading() as session:
            choice = select(InboxRow.id).where(is_open(InboxRow)).order_by(col(InboxRow.due_at)).limit(1)
            return session.exec(choice).first() is not None

    def _free(self, now: datetime) -> ColumnElement[bool]:
        """In a lane, what was said first is answered first, even if it has to be tried again; and one at a time, even
        if what was said first was stored last. Subjects of one lane sort as they were said.
        """
        other = aliased(InboxRow)
        same = (col(other.lane) == col(InboxRow.lane)) & is_open(other)
        earlier = tuple_(col(other.subject), col(other.revision)) < tuple_(
            col(InboxRow.subject), col(InboxRow.revision)
        )
        worked_on = (col(other.state) == "claimed") & (col(other.lease_until) >= now) & (col(other.id) != InboxRow.id)
        return (
            super()._free(now)
            & is_open(InboxRow)
            & ~select(other.id).where(same, earlier | worked_on).correlate(InboxRow).exists()
        )


def _is_followed(earlier: Question, question: Question, place: SlackPlace, within: timedelta) -> bool:
    there = earlier.place
    if not isinstance(there, SlackPlace) or there.channel != place.channel:
        return False
    if place.thread is not None:
        return place.thread in {there.thread, there.message}
    return there.thread is None and question.asked_at - earlier.asked_at <= within


def _of_a_channel_with_room(now: datetime) -> ColumnElement[bool]:
    """What is passed over stays the oldest, and is the first to be taken once there is room again."""
    held = aliased(InboxRow)
    in_hand = col(held.state) == literal_column("'claimed'")  # in the words of the partial index
    full = (
        select(held.channel)
        .where(in_hand, col(held.lease_until) >= now, col(held.channel).is_not(None))
        .group_by(col(held.channel))
        .having(func.count() >= MOST_IN_HAND)
    )
    return or_(col(InboxRow.channel).is_(None), col(InboxRow.channel).not_in(full))


def _how_manieth(session: Session, counted: InboxRow, whose: ColumnElement[bool]) -> int:
    """Of its minute, in the order in which they came."""
    came, minute = counted.received_at, _minute(counted.received_at)
    at = col(InboxRow.received_at)
    until_then = (at < came) | ((at == came) & (col(InboxRow.id) <= counted.id))
    return session.exec(select(func.count(col(InboxRow.id))).where(whose, at >= minute, at <= came, until_then)).one()


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def _counts_for(question: Question) -> str | None:
    """At the command line nobody floods anybody but themselves."""
    return str(question.asker) if isinstance(question.asker, SlackUser) else None


def _channel(place: Place) -> str | None:
    return place.channel if isinstance(place, SlackPlace) else None


def _one_at_a_time(session: Session, what: str) -> None:
    """Until the caller's transaction ends. Two deliveries about one subject would each overlook what the other writes;
    SQLite has one writer anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:what, 0))"), {"what": what})


def _row(id_: str, kind: str, key: str, subject: str, revision: str, now: datetime) -> dict[str, object]:
    return {
        "id": id_,
        "kind": kind,
        "key": key,
        "subject": subject,
        "revision": revision,
        "due_at": now,
        "attempts": 0,
        "fence": 0,
        "received_at": now,
    }
