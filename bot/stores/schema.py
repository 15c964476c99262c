"""Brings the tables to the form that this version of the code knows, and refuses a form that is newer."""

from importlib import resources
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError

from bot.core.errors import Unready
from bot.stores.database import Database

if TYPE_CHECKING:
    from alembic.config import Config

NEWEST = "0020"


def migrate(database: Database) -> None:
    """Cheap when there is nothing to do: Alembic is imported only for work."""
    try:
        _migrate(database)
    except DBAPIError as error:
        where = database.engine.url.set(query={}).render_as_string(hide_password=True)  # a query may hold passwords too
        said = " ".join(str(error.orig).split()).rstrip(".?")  # a driver's words may be many lines
        remedy = "Start it, or correct DATABASE_URL" if database.is_postgresql else "Repair it, or set FOOTNOTE_HOME"
        raise Unready(f"The database {where} cannot be used: {said}. {remedy}.") from error


def form(database: Database) -> str | None:
    """Which version's the tables are; none, where there are none. Changes nothing."""
    with database.engine.connect() as connection:
        return _form(connection)


def _migrate(database: Database) -> None:
    with database.engine.execution_options(footnote_writes=True).begin() as connection:
        if database.is_postgresql:  # two processes may start at once; the lock ends with the transaction
            connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('footnote migrations'))"))
        if _form(connection) == NEWEST:
            return
        _upgrade(connection)


def _form(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.util.exc import CommandError

    try:
        command.upgrade(alembic_config(connection), NEWEST)
    except CommandError as error:
        raise Unready(
            f"The database was made by a newer Footnote ({_form(connection)}; this one knows {NEWEST}). "
            "Install that version, or point DATABASE_URL at another database."
        ) from error


def alembic_config(connection: Connection) -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(resources.files("bot.stores") / "migrations"))
    config.attributes["connection"] = connection
    return config
