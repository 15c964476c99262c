"""Which of several processes keeps the time: one, and another within a lease of its end."""

import threading
from typing import Final

from bot.core.clock import Clock
from bot.core.errors import LostLease
from bot.stores.database import Database, insert_new
from bot.stores.jobs import Jobs
from bot.stores.leases import Claim
from bot.stores.tables import JobRow

TIMERS: Final = "timers"


class Leader:
    """The one row of this kind is never done with: whoever holds its lease leads."""

    def __init__(self, database: Database, jobs: Jobs, clock: Clock) -> None:
        self._database, self._jobs, self._clock = database, jobs, clock
        self._claim: Claim | None = None
        self._one_at_a_time = threading.Lock()

    def leads(self) -> bool:
        """Whether we do, from here until the lease ends; asking renews it, and takes it where nobody has it."""
        with self._one_at_a_time:
            if self._claim is not None:
                try:
                    self._jobs.renew(self._claim, self._clock())
                except LostLease:
                    self._claim = None
            if self._claim is None:
                self._claim = self._taken()
            return self._claim is not None

    def _taken(self) -> Claim | None:
        now = self._clock()
        row = {"id": TIMERS, "kind": TIMERS, "key": TIMERS, "payload": "{}", "state": "waiting", "due_at": now}
        with self._database.writing() as session:
            insert_new(session, JobRow, [{**row, "attempts": 0, "fence": 0}])
            return self._jobs.claim_one(session, now, id=TIMERS)
