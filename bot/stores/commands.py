"""Commands that were typed: each once, durable before Slack hears that it arrived, and in the ledger from then on.

They lie in the inbox beside the questions, under a kind of their own, and wait for none of them.
"""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Final, Literal, NamedTuple

from pydantic import ValidationError
from sqlalchemy import update
from sqlmodel import Session, col, select

from bot.core.admin import Change, ChangeState, Member, Paused, Typed, Version
from bot.core.clock import Clock
from bot.core.evaluated import Evaluation
from bot.core.identities import Relink
from bot.core.keeping import Removal, RemovalState
from bot.core.nouns import Event, ReceiptId
from bot.stores import evaluations, executions, halts, identities, pauses, reviews
from bot.stores.config import Config, Taken
from bot.stores.database import Database, changed, insert_into, insert_new
from bot.stores.identities import AskForPeople
from bot.stores.in_hand import InHand
from bot.stores.inbox import Inbox
from bot.stores.leases import Claim
from bot.stores.ledger.book import Ledger
from bot.stores.sources import Sources
from bot.stores.tables import ChangeRow, InboxRow, RemovalRow, TypingRow

SLACK_COMMAND: Final = "command:slack"
AT_ONCE: Final = "command:slack:at_once"  # what waits behind no other
COMMANDS: Final = (AT_ONCE, SLACK_COMMAND)

AskForSync = Callable[[Session, str, datetime], bool]
"""A job for this source, in the caller's transaction. Whether there is such a source."""

EndLater = Callable[[Session, str, datetime], object]
"""A job that looks at this change again when its time is over."""


class Asked(NamedTuple):
    """What has to be done besides."""

    sync: AskForSync
    people: AskForPeople
    end: EndLater


class Commands:
    """The ports `Changes` and `Removals`, too."""

    def __init__(
        self,
        database: Database,
        ledger: Ledger,
        inbox: Inbox,
        config: Config,
        clock: Clock,
        *,
        sync: AskForSync,
        people: AskForPeople = lambda _session, _source, _now: None,
        end: EndLater = lambda _session, _change, _at: None,
    ) -> None:
        self._database, self._ledger, self.inbox, self._clock = database, ledger, inbox, clock
        self._config, self._asked = config, Asked(sync, people, end)

    @property
    def length(self) -> timedelta:
        return self.inbox.length

    def take(self, typed: Typed) -> bool:
        """Durable when it returns. Whether it is new: a trigger is made once, for one command."""
        now = self._clock()
        with self._database.writing(ahead=True) as session:
            if insert_new(session, InboxRow, [_row(typed, now)]) == 0:
                return False
            numbered = typed.model_copy(update={"number": _counted(session, str(typed.by), now)})
            ours = update(InboxRow).where(col(InboxRow.id) == typed.receipt)
            session.execute(ours.values(payload=numbered.model_dump_json()))
            self._ledger.append(session, [Event(kind="commanded", receipt=typed.receipt, body=_said(typed))], now)
        return True

    def change(self, name: str) -> Change | None:
        with self._database.reading() as session:
            row = session.get(ChangeRow, (self._database.workspace, name))
            return _change(row) if row is not None else None

    def expire(self, name: str) -> Change | None:
        """In the receipt of the command that asked for it."""
        now = self._clock()
        over = (col(ChangeRow.id) == name) & (col(ChangeRow.state) == "pending") & (col(ChangeRow.expires_at) <= now)
        with self._database.writing() as session:
            if changed(session, update(ChangeRow).where(over).values(state="expired")) == 1:
                row = session.get_one(ChangeRow, (self._database.workspace, name))
                body = {"change": name, "receipt": row.receipt, "state": "expired"}
                event = Event(kind="change_decided", receipt=ReceiptId(row.receipt), body=body)
                self._ledger.append(session, [event], now)
        return self.change(name)

    def removal(self, name: str) -> Removal | None:
        with self._database.reading() as session:
            row = session.get(RemovalRow, (self._database.workspace, name))
            return _removal(row) if row is not None else None

    def pending(self) -> list[Change]:
        """What waits for a second admin at this moment, the first to end first; without the texts that it is about."""
        waits = (col(ChangeRow.state) == "pending") & (col(ChangeRow.expires_at) > self._clock())
        with self._database.reading() as session:
            rows = session.exec(select(ChangeRow).where(waits).order_by(col(ChangeRow.expires_at), col(ChangeRow.id)))
            return [_change(row).model_copy(update={"texts": {}}) for row in rows]

    def opened(self, receipt: ReceiptId) -> Event | None:
        """The form that this command opened."""
        with self._database.reading() as session:
            events = [event for event in self._ledger.events(session, receipt) if event.kind == "form_opened"]
        return Event(kind="form_opened", body=events[-1].body or {}) if events else None

    def open_next(self, kinds: Collection[str] = COMMANDS) -> "OpenCommand | None":
        """The one that has waited longest. One that a newer version of us took in, and we cannot read, is given up."""
        claim = self.inbox.claim(self._clock(), kinds=kinds)
        if claim is None:
            return None
        try:
            return OpenCommand(self._database, self._ledger, self.inbox, self._config, self._clock, claim, self._asked)
        except ValidationError as error:
            self.inbox.fail(claim, self._clock(), error=type(error).__name__)
            return None


class OpenCommand(InHand[Inbox]):
    """The `CommandWork` port."""

    def __init__(
        self,
        database: Database,
        ledger: Ledger,
        inbox: Inbox,
        config: Config,
        clock: Clock,
        claim: Claim,
        asked: Asked,
    ) -> None:
        self.typed = Typed.model_validate_json(claim.payload)
        super().__init__(inbox, database, ledger, clock, claim, self.typed.receipt)
        self._config, self._asked = config, asked
        self._sources = Sources(database)

    def recorded(self, kind: str) -> Event | None:
        with self._database.reading() as session:
            events = [event for event in self._ledger.events(session, self.typed.receipt) if event.kind == kind]
        return Event(kind=kind, body=events[-1].body or {}) if events else None

    def configure(
        self, texts: Mapping[str, str], *, base: int, author: str, note: str, body: Mapping[str, Any]
    ) -> Version | None:
        """Signed, too: nobody can change unseen what was in force."""

        def write(session: Session, now: datetime) -> Version:
            version = self._config.save(session, texts, author=author, note=note, now=now, base=base)
            self._configured(session, version, body, now)
            return version

        with suppress(Taken):
            return self._held(write)
        return None

    def propose(self, change: Change) -> None:
        said = {
            "base",
            "digest",
            "note",
            "widens",
            "expires_at",
            *(("links",) if change.links else ()),
            *(("own",) if change.own else ()),
        }
        body = change.model_dump(mode="json", include=said)

        def write(session: Session, now: datetime) -> None:
            if insert_new(session, ChangeRow, [_row_of(change)]):
                self._asked.end(session, change.id, change.expires_at)
            self._append(session, (Event(kind="change_proposed", body={**body, "change": change.id}),), now)

        self._held(write)

    def settle(self, change: Change, state: ChangeState, *, by: Member, edits: Sequence[Mapping[str, Any]]) -> None:
        def write(session: Session, now: datetime) -> None:
            waits = (col(ChangeRow.id) == change.id) & (col(ChangeRow.state) == "pending")
            if changed(session, update(ChangeRow).where(waits).values(state=state, decided_by=by.name)) != 1:
                return
            version = self._agreed(session, change, by, now) if state == "approved" and not change.links else None
            body = {"change": change.id, "receipt": change.receipt, "state": state, "digest": change.digest}
            self._append(session, (Event(kind="change_decided", body=body),), now)
            if version is not None:
                self._configured(session, version, {"change": change.id, "edits": edits}, now)
            if state == "approved" and change.links:
                self._relink(session, change.links, now, by=by.name, of=change)

        try:
            self._held(write)
        except Taken:
            self.settle(change, "outdated", by=by, edits=edits)

    def relink(self, links: Sequence[Relink], *, by: str) -> bool:
        with suppress(Taken):
            self._held(lambda session, now: self._relink(session, links, now, by=by))
            return True
        return False

    def _relink(
        self,
        session: Session,
        links: Sequence[Relink],
        now: datetime,
        *,
        by: str,
        of: Change | None = None,
    ) -> None:
        """`of`: what somebody else had wanted, and they have agreed to."""
        author, agreed_by, asked_at = (of.name, by, of.asked_at) if of is not None else (by, None, None)
        reread = self._asked.people
        identities.relink(session, links, now, by=author, agreed_by=agreed_by, reread=reread, asked_at=asked_at)
        said = {"by": author, "agreed_by": agreed_by, "change": of.id if of is not None else None}
        body = {"links": [link.model_dump() for link in links], **{name: one for name, one in said.items() if one}}
        self._append(session, (Event(kind="relinked", body=body),), now)

    def _agreed(self, session: Session, change: Change, by: Member, now: datetime) -> Version:
        """By whoever wanted it, and the note says who agreed."""
        note = f"{change.note}; agreed to by {by.name}"
        return self._config.save(session, change.texts, author=change.name, note=note, now=now, base=change.base)

    def _configured(self, session: Session, version: Version, body: Mapping[str, Any], now: datetime) -> None:
        said = {"number": version.number, "digest": version.digest, "author": version.author, "note": version.note}
        self._append(session, (Event(kind="configured", body={**said, **body}),), now)
        self._ledger.checkpoint(session, now)

    def ask_for_sync(self, source: str, by: str) -> bool:
        def write(session: Session, now: datetime) -> bool:
            if not self._asked.sync(session, source, now):
                return False
            self._append(session, (Event(kind="sync_asked", body={"source": source, "by": by}),), now)
            return True

        return self._held(write)

    def pause_source(self, name: str, by: str) -> bool:
        def write(session: Session, now: datetime) -> bool:
            is_new = self._sources.pause(session, name, by, now)
            if is_new:
                self._append(session, (Event(kind="source_paused", body={"source": name, "by": by}),), now)
            return is_new

        return self._held(write)

    def resume_source(self, name: str, by: str) -> bool:
        def write(session: Session, now: datetime) -> bool:
            was_paused = self._sources.resume(session, name)
            if was_paused:
                self._asked.people(session, name, now)
                self._append(session, (Event(kind="source_resumed", body={"source": name, "by": by}),), now)
            return was_paused

        return self._held(write)

    def pause_model(self, name: str, by: str) -> bool:
        def write(session: Session, now: datetime) -> bool:
            is_new = halts.halt(session, halts.MODEL, name, by, now)
            if is_new:
                self._append(session, (Event(kind="model_paused", body={"model": name, "by": by}),), now)
            return is_new

        return self._held(write)

    def resume_model(self, name: str, by: str) -> bool:
        def write(session: Session, now: datetime) -> bool:
            was_paused = halts.go_on(session, halts.MODEL, name)
            if was_paused:
                self._append(session, (Event(kind="model_resumed", body={"model": name, "by": by}),), now)
            return was_paused

        return self._held(write)

    def move_review(self, receipt: ReceiptId, to: Literal["next", "nobody"], by: str) -> bool:
        """In its own receipt, too."""

        def write(session: Session, now: datetime) -> bool:
            if not reviews.move_on(session, receipt, to, now):
                return False
            self._append(session, (Event(kind="review_moved", body={"review": receipt, "to": to, "by": by}),), now)
            moved = Event(kind="review_moved", receipt=receipt, body={"to": to, "by": by})
            self._ledger.append(session, [moved], now)
            return True

        return self._held(write)

    def settle_act(self, receipt: ReceiptId, by: Member, *, happened: bool) -> bool:
        """In its own receipt, too."""
        said = {"by": str(by.user), "as": "admin", "stage": "done" if happened else "failed"}

        def write(session: Session, now: datetime) -> bool:
            settled = executions.settle(session, self._database, receipt, now, happened=happened)
            if settled is None:
                return False
            self._append(session, (Event(kind="act_settled", body={"act": receipt, **said}),), now)
            self._ledger.append(session, [Event(kind="act_settled", receipt=receipt, body={**settled, **said})], now)
            return True

        return self._held(write)

    def ask_for_evaluation(self, by: Member) -> tuple[Evaluation, bool]:
        def write(session: Session, now: datetime) -> tuple[Evaluation, bool]:
            run, is_new = evaluations.ask(session, self.typed.receipt, by.name, by.user, now)
            if is_new:
                self._append(session, (Event(kind="evaluation_asked", body={"run": run.id, "by": by.name}),), now)
            return run, is_new

        return self._held(write)

    def record_look(self, receipt: ReceiptId, by: str) -> None:
        def write(session: Session, now: datetime) -> None:
            self._append(session, (Event(kind="looked_into", body={"of": receipt, "by": by}),), now)
            self._ledger.append(session, [Event(kind="looked_into", receipt=receipt, body={"by": by})], now)

        self._held(write)

    def want_removal(self, removal: Removal) -> None:
        body = removal.model_dump(mode="json", include={"source", "documents", "expires_at"})

        def write(session: Session, now: datetime) -> None:
            row = {"id": removal.id, "receipt": removal.receipt, "state": "pending", "body": removal.model_dump_json()}
            insert_new(session, RemovalRow, [row])
            self._append(session, (Event(kind="removal_asked", body={**body, "removal": removal.id}),), now)

        self._held(write)

    def remove(self, removal: Removal, state: RemovalState, *, by: str) -> None:
        """Signed, too, if it is removed."""

        def write(session: Session, now: datetime) -> None:
            there = state != "confirmed" or self._sources.is_still(session, removal.source, removal.added_at)
            becomes: RemovalState = state if there else "outdated"
            waits = (col(RemovalRow.id) == removal.id) & (col(RemovalRow.state) == "pending")
            if changed(session, update(RemovalRow).where(waits).values(state=becomes)) != 1:
                return
            body = {"removal": removal.id, "receipt": removal.receipt, "state": becomes}
            self._append(session, (Event(kind="removal_decided", body=body),), now)
            if becomes == "confirmed":
                self._removed(session, removal.source, by, now)

        self._held(write)

    def _removed(self, session: Session, source: str, by: str, now: datetime) -> None:
        documents = self._sources.remove(session, source)
        self._sources.clear(session, source, now)
        body = {"source": source, "documents": documents, "by": by}
        self._append(session, (Event(kind="source_removed", body=body),), now)
        self._ledger.checkpoint(session, now)

    def pause(self, by: str) -> Paused | None:
        def write(session: Session, now: datetime) -> Paused | None:
            if not pauses.pause(session, by, now):
                return None
            self._append(session, (Event(kind="paused", body={"by": by}),), now)
            return Paused(by, now)

        return self._held(write)

    def resume(self, by: str) -> bool:
        def write(session: Session, now: datetime) -> bool:
            was_paused = pauses.resume(session, now)
            if was_paused:
                self._append(session, (Event(kind="resumed", body={"by": by}),), now)
            return was_paused

        return self._held(write)

    def finish(self, event: Event) -> None:
        def write(session: Session, now: datetime) -> None:
            self._queue.finish(session, self._claim, now)
            self._append(session, (event,), now)

        self._held(write)


def _said(typed: Typed) -> dict[str, Any]:
    """For the ledger: without the address at which Slack takes an answer, which is a key; and without what was put into the
    fields of a form that changes nothing, and without whose account it is at which somebody signed in: what comes of it says so.
    """
    told, entered = (
        {"channel", "text", "filled", "pressed", "signed_in"},
        {"filled": {"entries"}, "signed_in": {"account", "address", "is_confirmed"}},
    )
    said = typed.model_dump(mode="json", include=told, exclude=entered, exclude_none=True)
    return {"by": str(typed.by), **{name: one for name, one in said.items() if one}}


def _row_of(change: Change) -> dict[str, object]:
    return {
        "id": change.id,
        "receipt": change.receipt,
        "state": change.state,
        "body": change.model_dump_json(exclude={"texts", "state", "decided_by"}),
        "texts": json.dumps(dict(change.texts), sort_keys=True),
        "expires_at": change.expires_at,
    }


def _change(row: ChangeRow) -> Change:
    body = json.loads(row.body)
    return Change.model_validate(
        {**body, "texts": json.loads(row.texts), "state": row.state, "decided_by": row.decided_by}
    )


def _counted(session: Session, who: str, now: datetime) -> int:
    """Which this is of theirs within its minute."""
    ours = {"workspace": session.info["workspace"], "who": who, "minute": now.replace(second=0, microsecond=0)}
    insert = insert_into(session, TypingRow)
    more = insert.on_conflict_do_update(index_elements=list(ours), set_={"times": col(TypingRow.times) + 1})
    return int(session.execute(more.returning(col(TypingRow.times)), {**ours, "times": 1}).scalar_one())


def _removal(row: RemovalRow) -> Removal:
    return Removal.model_validate({**json.loads(row.body), "state": row.state})


def _row(typed: Typed, now: datetime) -> dict[str, object]:
    key = f"slack:{typed.by.team}:{typed.key}"
    return {
        "id": typed.receipt,
        "kind": AT_ONCE if typed.stops_everything else SLACK_COMMAND,
        "key": key,
        "subject": key,
        "revision": "",
        "lane": key,
        "payload": typed.model_dump_json(),
        "state": "waiting",
        "due_at": now,
        "attempts": 0,
        "fence": 0,
        "received_at": now,
    }
