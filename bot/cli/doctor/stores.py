"""What is kept: the database, the vectors, the ledger and its key; and who is at work on it."""

from collections.abc import Sequence
from contextlib import closing, suppress
from typing import Final

from sqlalchemy.exc import DBAPIError

from bot import app
from bot.cli.doctor.examined import Check, Finding, fault, note, well
from bot.core.errors import Unready
from bot.settings import Settings
from bot.stores.database import Database, insert_new
from bot.stores.leader import TIMERS
from bot.stores.ledger.verify import verify
from bot.stores.schema import NEWEST, form
from bot.stores.tables import GenerationRow
from bot.stores.vectors import close

_NOTHING_GOES: Final = "Nothing is taken in and nothing answered without it."


class _Undone(Exception):  # noqa: N818 - nothing went wrong
    """Ends a transaction that is not to be kept."""


def is_there(settings: Settings) -> bool:
    """Of SQLite, to look would be to make it."""
    return settings.database_url is not None or (settings.home / "footnote.db").exists()


def database(settings: Settings) -> Check:
    return Check("database", lambda: [_database(settings)])


def checks(records: app.Records) -> list[Check]:
    return [
        Check("vectors", lambda: [_vectors(records)]),
        Check("ledger key", lambda: [_key(records)]),
        Check("ledger", lambda: [_ledger(records)]),
        Check("timers", lambda: [_timers(records)]),
    ]


def _database(settings: Settings) -> Finding:
    if not is_there(settings):
        return note("database", "There is none yet; the first command that needs it makes it.")
    with closing(Database(settings.database, settings.workspace)) as opened:
        where = "PostgreSQL" if opened.is_postgresql else "SQLite"
        try:
            found = form(opened)
            if found == NEWEST:
                _write(opened)
        except DBAPIError as error:
            return _unusable(opened, type(error.orig).__name__ if error.orig is not None else type(error).__name__)
    if found == NEWEST:
        return well("database", f"{where} takes writes, and has the tables of this version.")
    if found is None or found < NEWEST:
        return note("database", "Its tables are an older version's; the next command that needs them changes them.")
    return fault(
        "database",
        f"Its tables are a newer Footnote's ({found}; this one knows {NEWEST}).",
        why=_NOTHING_GOES,
        fix="Install that version of Footnote, or point DATABASE_URL or FOOTNOTE_HOME at another database.",
    )


def _write(opened: Database) -> None:
    with suppress(_Undone), opened.writing() as session:
        insert_new(session, GenerationRow, [{"name": "doctor", "value": 0}])
        raise _Undone


def _unusable(opened: Database, because: str) -> Finding:
    fix = (
        "Start PostgreSQL, or correct DATABASE_URL; its user has to own the tables."
        if opened.is_postgresql
        else "Stop what holds it, make room on the disk, or restore footnote.db in FOOTNOTE_HOME from a backup."
    )
    return fault("database", f"It cannot be used ({because}).", why=_NOTHING_GOES, fix=fix)


def _vectors(records: app.Records) -> Finding:
    settings = records.settings
    if settings.chroma_url is None:
        return _embedded(records)
    try:
        client = app.chroma(settings)
    except Unready:
        return _no_vectors("The server of CHROMA_URL does not answer.", "Start it, or correct CHROMA_URL.")
    with closing(_Closing(client)):
        client.heartbeat()
    return well("vectors", "The Chroma server answers.")


class _Closing:
    def __init__(self, client: object) -> None:
        self._client = client

    def close(self) -> None:
        close(self._client)


def _embedded(records: app.Records) -> Finding:
    """Two processes must not open one: while another has the home, that one's word holds."""
    if not (records.settings.home / "chroma").exists():
        return note("vectors", "There are none yet.")
    try:
        with records.home.owned("footnote doctor", records.clock()), closing(_Closing(app.chroma(records.settings))):
            return well("vectors", "They can be opened.")
    except Unready:
        return note("vectors", "They are not looked at: another process is at work with them.")


def _no_vectors(what: str, fix: str) -> Finding:
    return fault("vectors", what, why="Nothing is found by meaning, and no sync goes through.", fix=fix)


def _key(records: app.Records) -> Finding:
    try:
        known = records.key.known()
    except Unready as error:
        return fault(
            "ledger key",
            str(error),
            why="No answer is signed without it, so none is given.",
            fix="Restore ledger.key from a backup, with mode 600; or name it in FOOTNOTE_LEDGER_KEY_FILE.",
        )
    return (
        well("ledger key", "It is there, and this user's alone.") if known else note("ledger key", "There is none yet.")
    )


def _ledger(records: app.Records) -> Finding:
    try:
        keys: Sequence[str] = records.key.known()
    except Unready:
        return note("ledger", "It is not verified: its key is not there.")
    report = verify(records.database, keys=keys)
    if report.is_clean:
        return well("ledger", f"Nothing was changed in {report.events} events.")
    return fault(
        "ledger",
        f"Something in it was changed: {len(report.findings)} findings.",
        why="What the receipts say cannot be relied on.",
        fix="footnote audit verify",
    )


def _timers(records: app.Records) -> Finding:
    if records.jobs.is_held(TIMERS, records.clock()):
        return well("timers", "A process keeps the sources fresh.")
    what = "No process keeps the sources fresh at this moment."
    return note("timers", what, why="They are as old as their last `footnote sync`.", fix="footnote serve")
