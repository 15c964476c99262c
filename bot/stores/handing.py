"""What was handed over to people, what they replied to, and what they saved. Each change, its event in the ledger and the
work that follows from it are one transaction: whoever dies after it has lost nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import func, update
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from bot.core.clock import Clock, as_text
from bot.core.handing import ExpertReply, HandOver, SavedAnswer, ToldThere, new_reply_id
from bot.core.nouns import Event, ReceiptId, SlackPlace, SlackUser, document_id
from bot.stores import changes
from bot.stores.database import Database, changed, insert_new
from bot.stores.jobs import Jobs
from bot.stores.ledger.book import Ledger
from bot.stores.passages import retire_documents
from bot.stores.sources import SAVED_KIND, Sources
from bot.stores.tables import ExpertReplyRow, HandOverRow, SavedAnswerRow
from policies.experts import MOST_REPLIES, SAVED, Saved, before

ERRAND: Final = "hand_over"
"""The jobs that bring Slack in line with these rows. Their keys: what is to be done, and to which of them."""
ASK, RELAY, SAVE = "ask", "relay", "save"


class HandOverStore:
    """The port `HandOvers`. `reread`: has the source of saved answers read again, once the transaction is through."""

    def __init__(
        self,
        database: Database,
        ledger: Ledger,
        jobs: Jobs,
        sources: Sources,
        clock: Clock,
        reread: Callable[[Session], object],
    ) -> None:
        self._database, self._ledger, self._jobs, self._sources = database, ledger, jobs, sources
        self._clock, self._reread = clock, reread

    def take(self, handed: HandOver) -> bool:
        with self._database.writing(ahead=True) as session:
            row = handed.model_dump(exclude={"asker", "place"})
            row |= {"asker": handed.asker.user, "place": handed.place.model_dump_json()}
            if not insert_new(session, HandOverRow, [row]) and not self._again(session, handed):
                return False
            self._errand(session, ASK, self._of(session, handed.receipt).id)
            body = {"by": str(handed.asker), "experts": handed.experts, "text": handed.text}
            self._say(session, "handed_over", handed.receipt, body)
            return True

    def _again(self, session: Session, handed: HandOver) -> bool:
        """Where Slack refused it before."""
        refused = (col(HandOverRow.receipt) == handed.receipt) & (col(HandOverRow.state) == "refused")
        anew = {"state": "waiting", "experts": handed.experts, "text": handed.text}
        return changed(session, update(HandOverRow).where(refused).values(**anew)) == 1

    def of_receipt(self, receipt: ReceiptId) -> HandOver | None:
        with self._database.reading() as session:
            row = session.exec(select(HandOverRow).where(col(HandOverRow.receipt) == receipt)).first()
            return _hand_over(row) if row is not None else None

    def hand_over(self, id_: str) -> HandOver | None:
        with self._database.reading() as session:
            row = session.get(HandOverRow, (self._database.workspace, id_))
            return _hand_over(row) if row is not None else None

    def asked(self, id_: str, message: str | None) -> None:
        with self._database.writing() as session:
            waiting = (col(HandOverRow.id) == id_) & (col(HandOverRow.state) == "waiting")
            state = "posted" if message is not None else "refused"
            if changed(session, update(HandOverRow).where(waiting).values(state=state, posted=message)):
                row = session.get_one(HandOverRow, (self._database.workspace, id_))
                if message is None:
                    self._errand(session, ASK, id_)
                kind = "experts_asked" if message is not None else "experts_not_asked"
                self._say(session, kind, ReceiptId(row.receipt), {"channel": row.experts, "message": message})

    def hear(self, channel: str, thread: str, message: str, author: str) -> bool:
        if self._thread(channel, thread) is None:
            return False  # most messages; for those nothing is written
        with self._database.writing(ahead=True) as session:
            handed = session.exec(_of_thread(channel, thread)).one()
            if author == handed.asker or _replies(session, handed.id) >= MOST_REPLIES:
                return False
            id_, place = new_reply_id(), {"channel": channel, "thread": thread, "message": message}
            row = {"id": id_, "hand_over": handed.id, **place, "author": author, "is_gone": False, "is_released": False}
            if not insert_new(session, ExpertReplyRow, [row]):
                return False
            self._errand(session, RELAY, id_)
            body = {"by": author, "channel": channel, "message": message}
            self._say(session, "expert_replied", ReceiptId(handed.receipt), body)
            return True

    def _thread(self, channel: str, thread: str) -> HandOver | None:
        with self._database.reading() as session:
            row = session.exec(_of_thread(channel, thread)).first()
            return _hand_over(row) if row is not None else None

    def gone(self, channel: str, message: str, *, is_deleted: bool) -> bool:
        if self._heard(channel, message) is None:
            return False
        with self._database.writing(ahead=True) as session:
            row = session.exec(_of_message(channel, message)).one()
            was_gone, row.is_gone = row.is_gone, row.is_gone or is_deleted
            receipt = session.get_one(HandOverRow, (self._database.workspace, row.hand_over)).receipt
            self._errand(session, RELAY, row.id)
            events = self._ended(session, [(row.id, receipt)], "removed", "deleted" if is_deleted else "edited")
            if is_deleted and not was_gone:
                body = {"channel": channel, "message": message}
                events.insert(0, Event(kind="expert_reply_gone", receipt=ReceiptId(receipt), body=body))
            session.flush()
            self._ledger.append(session, events, self._clock())
            return True

    def _heard(self, channel: str, message: str) -> str | None:
        with self._database.reading() as session:
            row = session.exec(_of_message(channel, message)).first()
            return row.id if row is not None else None

    def reply(self, id_: str) -> ExpertReply | None:
        with self._database.reading() as session:
            row = session.get(ExpertReplyRow, (self._database.workspace, id_))
            return ExpertReply.model_validate(row.model_dump(exclude={"workspace"})) if row is not None else None

    def release(self, id_: str) -> bool:
        with self._database.writing(ahead=True) as session:
            kept = (col(ExpertReplyRow.id) == id_) & ~col(ExpertReplyRow.is_released) & ~col(ExpertReplyRow.is_gone)
            if not changed(session, update(ExpertReplyRow).where(kept).values(is_released=True)):
                return False
            row = session.get_one(ExpertReplyRow, (self._database.workspace, id_))
            receipt = session.get_one(HandOverRow, (self._database.workspace, row.hand_over)).receipt
            self._errand(session, RELAY, id_)
            self._say(session, "expert_reply_released", ReceiptId(receipt), {"by": row.author})
            return True

    def told(self, id_: str, told: ToldThere) -> None:
        self._set(id_, "expert_reply_told", told.model_dump(), told=told.model_dump())

    def offered(self, id_: str, message: str) -> None:
        self._set(id_, "saving_offered", {"message": message}, offered=message)

    def _set(self, id_: str, kind: str, body: dict[str, object], **values: object) -> None:
        with self._database.writing() as session:
            session.execute(update(ExpertReplyRow).where(col(ExpertReplyRow.id) == id_).values(**values))
            row = session.get_one(ExpertReplyRow, (self._database.workspace, id_))
            receipt = session.get_one(HandOverRow, (self._database.workspace, row.hand_over)).receipt
            self._say(session, kind, ReceiptId(receipt), body)

    def saved(self, id_: str) -> SavedAnswer | None:
        with self._database.reading() as session:
            row = session.get(SavedAnswerRow, (self._database.workspace, id_))
            return _saved(row) if row is not None else None

    def want(self, wanted: SavedAnswer) -> bool:
        with self._database.writing(ahead=True) as session:
            row = wanted.model_dump()
            if not insert_new(session, SavedAnswerRow, [row]) and not _moved(session, wanted.id, "wanted", row):
                return False
            self._errand(session, SAVE, wanted.id)
            body = {"by": wanted.author, "question": wanted.question, "until": as_text(wanted.until)}
            self._say(session, "saving_wanted", wanted.receipt, body)
            return True

    def keep(self, answer: SavedAnswer) -> bool:
        """And from here on it is read as a document: what it says may be found a moment later."""
        now = self._clock()
        with self._database.writing() as session:
            if not _moved(session, answer.id, "kept", {**answer.model_dump(), "saved_at": now}):
                return False
            self._sources.add(session, SAVED, SAVED_KIND, {}, now)
            self._reread(session)
            self._say(session, "answer_saved", answer.receipt, {**_named(answer), "until": as_text(answer.until)})
            return True

    def refuse(self, id_: str) -> None:
        with self._database.writing() as session:
            if _moved(session, id_, "refused", {}):
                row = session.get_one(SavedAnswerRow, (self._database.workspace, id_))
                self._errand(session, RELAY, id_)
                self._say(session, "saving_refused", ReceiptId(row.receipt), {"by": row.author})

    def expire(self, now: datetime) -> None:
        """What has come to its end is found by nobody since then; this clears it away."""
        over = (col(SavedAnswerRow.state) == "kept") & (col(SavedAnswerRow.until) <= now)
        with self._database.writing() as session:
            rows = session.exec(select(SavedAnswerRow.id, SavedAnswerRow.receipt).where(over)).all()
            for id_, _ in rows:
                self._errand(session, RELAY, id_)
            self._ledger.append(session, self._ended(session, rows, "expired", "expired"), self._clock())

    def channels(self) -> frozenset[str]:
        """In which anything is kept."""
        with self._database.reading() as session:
            kept = select(SavedAnswerRow.channel).where(col(SavedAnswerRow.state) == "kept").distinct()
            return frozenset(session.exec(kept))

    def _ended(self, session: Session, answers: Sequence[tuple[str, str]], state: Saved, why: str) -> list[Event]:
        """Of each its id and receipt. Hidden in the same transaction, whatever the index still has of it."""
        ended = {document_id(SAVED, id_): of for id_, of in answers if _moved(session, id_, state, {"text": ""})}
        if ended:
            self._reread(session)
            retire_documents(session, [*ended])
            changes.note(session, ended)
        return [
            Event(kind="saved_answer_ended", receipt=ReceiptId(of), body={"document": document, "why": why})
            for document, of in ended.items()
        ]

    def _of(self, session: Session, receipt: str) -> HandOverRow:
        return session.exec(select(HandOverRow).where(col(HandOverRow.receipt) == receipt)).one()

    def _errand(self, session: Session, what: str, id_: object) -> None:
        self._jobs.enqueue(session, ERRAND, f"{what}:{id_}", {}, now=self._clock())

    def _say(self, session: Session, kind: str, receipt: ReceiptId, body: Mapping[str, object]) -> None:
        """Last in a transaction."""
        session.flush()
        self._ledger.append(session, [Event(kind=kind, receipt=receipt, body=dict(body))], self._clock())


def kept_answers(database: Database, since: datetime) -> Sequence[SavedAnswer]:
    """Those that were saved since the source was added: what an admin has removed with it does not come back."""
    found = (col(SavedAnswerRow.state) == "kept") & (col(SavedAnswerRow.saved_at) >= since)
    with database.reading() as session:
        return [_saved(row) for row in session.exec(select(SavedAnswerRow).where(found))]


def _of_thread(channel: str, thread: str) -> SelectOfScalar[HandOverRow]:
    return select(HandOverRow).where(col(HandOverRow.experts) == channel, col(HandOverRow.posted) == thread)


def _of_message(channel: str, message: str) -> SelectOfScalar[ExpertReplyRow]:
    return select(ExpertReplyRow).where(col(ExpertReplyRow.channel) == channel, col(ExpertReplyRow.message) == message)


def _replies(session: Session, hand_over: str) -> int:
    return session.exec(select(func.count()).where(col(ExpertReplyRow.hand_over) == hand_over)).one()


def _moved(session: Session, id_: str, state: Saved, values: dict[str, object]) -> bool:
    """One conditional update decides each race: whether it came into this state by us."""
    from_ = (col(SavedAnswerRow.id) == id_) & col(SavedAnswerRow.state).in_(before(state))
    return changed(session, update(SavedAnswerRow).where(from_).values(**{**values, "state": state})) == 1


def _hand_over(row: HandOverRow) -> HandOver:
    place = SlackPlace.model_validate_json(row.place)
    asker = SlackUser(team=place.team, user=row.asker)
    return HandOver.model_validate({**row.model_dump(exclude={"workspace"}), "place": place, "asker": asker})


def _saved(row: SavedAnswerRow) -> SavedAnswer:
    return SavedAnswer.model_validate(row.model_dump(exclude={"workspace"}))


def _named(answer: SavedAnswer) -> dict[str, object]:
    return {
        "document": document_id(SAVED, answer.id),
        "by": answer.author,
        "question": answer.question,
        "link": answer.link,
    }
