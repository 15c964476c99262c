"""What people sent us: each once, whatever way and however often it was delivered."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session

from bot.core.nouns import Question
from bot.stores.database import Database, insert_new
from bot.stores.leases import Claim, Leases
from bot.stores.tables import InboxRow

CLI_QUESTION: Final = "question:cli"

# The kind says who can give the reply: whoever cannot reach a surface leaves its questions alone.
_KINDS: Final[Mapping[str, str]] = {"cli": CLI_QUESTION}


class Inbox(Leases[InboxRow]):
    def __init__(self, database: Database, *, owner: str, length: timedelta) -> None:
        super().__init__(database, InboxRow, owner=owner, length=length)

    def receive(self, session: Session, question: Question, *, key: str, now: datetime) -> bool:
        """Whether it is new. The key's uniqueness decides, so that two deliveries at once are one."""
        row = {
            "id": question.receipt,
            "kind": _KINDS[question.place.surface],
            "key": key,
            "payload": question.model_dump_json(),
            "state": "waiting",
            "due_at": now,
            "attempts": 0,
            "fence": 0,
            "received_at": now,
        }
        return insert_new(session, InboxRow, [row]) == 1

    def again(self, session: Session, claim: Claim, due_at: datetime, *, error: str) -> None:
        self._set(session, claim, state="waiting", due_at=due_at, lease_until=None, error=error)
