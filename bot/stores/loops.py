"""How far each loop of a source has come, and when its last complete pass began."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session, select

from bot.stores.database import insert_into
from bot.stores.tables import LoopRow
from connectors.model import Cursor, Loop, Problem


class Checkpoint(NamedTuple):
    """`read_at`: what the last complete pass saw is as old as its beginning. `stopped`: why the newest was not completed."""

    cursor: Cursor | None = None
    read_at: datetime | None = None
    problems: tuple[Problem, ...] = ()
    stopped: str | None = None


def checkpoints(session: Session) -> Mapping[str, Mapping[Loop, Checkpoint]]:
    """Of each source, the loops that have ever been gone."""
    found: dict[str, dict[Loop, Checkpoint]] = {}
    for row in session.exec(select(LoopRow)):
        found.setdefault(row.source, {})[Loop(row.loop)] = _checkpoint(row)
    return found


def checkpoint(session: Session, source: str, loop: Loop) -> Checkpoint:
    row = session.get(LoopRow, (session.info["workspace"], source, loop.value))
    return _checkpoint(row) if row is not None else Checkpoint()


def begin(session: Session, source: str, loop: Loop, now: datetime) -> datetime:
    """When this pass began. One that goes on where another was cut off is as old as that one: what that had read by then
    is not read again.
    """
    row = session.get(LoopRow, (session.info["workspace"], source, loop.value))
    if row is not None and row.began_at is not None and row.cursor is not None:
        return row.began_at
    _set(session, source, loop, began_at=now)
    return now


def go_on(session: Session, source: str, loop: Loop, cursor: Cursor) -> None:
    """Together with what was read up to here."""
    _set(session, source, loop, cursor=cursor)


def finish(session: Session, source: str, loop: Loop, *, began: datetime, problems: Sequence[Problem]) -> None:
    _set(
        session,
        source,
        loop,
        began_at=None,
        read_at=began,
        problems=[problem.model_dump() for problem in problems],
        stopped=None,
    )


def stop(session: Session, source: str, loop: Loop, *, why: str) -> None:
    """The pass was not completed: what was known before is as old as it was."""
    _set(session, source, loop, stopped=why)


def _set(session: Session, source: str, loop: Loop, **values: object) -> None:
    ours = {"workspace": session.info["workspace"], "source": source, "loop": loop.value}
    insert = insert_into(session, LoopRow)
    written = insert.on_conflict_do_update(
        index_elements=list(ours), set_={name: insert.excluded[name] for name in values}
    )
    session.execute(written, {**ours, "problems": [], **values})


def _checkpoint(row: LoopRow) -> Checkpoint:
    return Checkpoint(
        cursor=Cursor(row.cursor) if row.cursor is not None else None,
        read_at=row.read_at,
        problems=tuple(Problem.model_validate(problem) for problem in row.problems),
        stopped=row.stopped,
    )
