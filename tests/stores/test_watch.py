"""Which models are paused, and when each was last heard, for every process alike."""

from datetime import UTC, datetime, timedelta

from bot.stores import halts
from bot.stores.database import Database
from bot.stores.watch import Heard, ModelWatch

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_a_pause_holds_in_every_process_from_the_next_call_on(database: Database) -> None:
    one, other = ModelWatch(database, lambda: NOON), ModelWatch(database, lambda: NOON)
    assert not one.is_paused("acme/large")
    with database.writing() as session:
        assert halts.halt(session, halts.MODEL, "acme/large", "ana", NOON)
        assert not halts.halt(session, halts.MODEL, "acme/large", "ben", NOON)
        halts.halt(session, halts.SOURCE, "acme/small", "ana", NOON)
    found = [watch.is_paused(name) for watch in (one, other) for name in ("acme/large", "acme/small")]
    assert found == [True, False, True, False]
    with database.writing() as session:
        assert halts.go_on(session, halts.MODEL, "acme/large")
        assert not halts.go_on(session, halts.MODEL, "acme/large")
    assert not one.is_paused("acme/large")


def test_what_is_heard_of_a_model_is_kept_to_the_minute(database: Database) -> None:
    now = [NOON]
    watch = ModelWatch(database, lambda: now[0])
    watch.heard("acme/large", None)
    assert watch.all_heard() == {"acme/large": Heard(NOON, None, None)}
    now[0] += timedelta(seconds=30)
    watch.heard("acme/large", None)
    watch.heard("acme/large", "busy")
    assert watch.all_heard() == {"acme/large": Heard(NOON, NOON + timedelta(seconds=30), "busy")}
    now[0] += timedelta(minutes=1)
    watch.heard("acme/large", None)
    assert watch.all_heard() == {"acme/large": Heard(now[0], NOON + timedelta(seconds=30), "busy")}
