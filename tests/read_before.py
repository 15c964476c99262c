"""A small company that was read a moment ago is not read again: whoever wants the same begins with what that reading left, at a
fifth of the time. It is read into SQLite; PostgreSQL has the same tables, and so is given their rows.
"""

import atexit
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

from sqlalchemy import NullPool, Table, create_engine, insert, select, update
from sqlmodel import SQLModel

from bot import app
from bot.settings import Settings
from bot.stores.tables import SourceRow
from tests import company
from tests.inside import sync

_FRESH_S: Final = 15.0  # tests tell how old what was read is, in minutes

_Company = tuple[tuple[tuple[str, str], ...], str | None]
_Rows = Sequence[tuple[Table, Sequence[Mapping[str, Any]]]]


class _Read(NamedTuple):
    at: float
    home: Path
    rows: _Rows


_read: Final[dict[_Company, _Read]] = {}
_folder: Final = Path(tempfile.mkdtemp(prefix="footnote-companies-"))
atexit.register(shutil.rmtree, _folder, ignore_errors=True)


@contextmanager
def records(
    settings: Settings, folder: Path, documents: Mapping[str, str], people: str | None
) -> Iterator[app.Records]:
    """Those of a new home, in which the company in this folder has been read."""
    company.write(folder, documents, people=people)
    read = _lately(documents, people)
    if settings.database_url is None:
        shutil.copytree(read.home, settings.home)
    else:
        settings.home.mkdir(mode=0o700)
        shutil.copy(read.home / "ledger.key", settings.home)
    with app.records(settings) as opened:
        with opened.database.writing() as session:
            if settings.database_url is not None:
                for table, rows in read.rows:
                    session.connection().execute(insert(table), rows)
            session.execute(update(SourceRow).values(settings={"path": str(folder)}))
        yield opened


def _lately(documents: Mapping[str, str], people: str | None) -> _Read:
    wanted = (tuple(sorted(documents.items())), people)
    found = _read.get(wanted)
    if found is None or time.monotonic() - found.at > _FRESH_S:
        home = _anew(documents, people)
        found = _read[wanted] = _Read(time.monotonic(), home, _rows(home))
    return found


def _anew(documents: Mapping[str, str], people: str | None) -> Path:
    folder = Path(tempfile.mkdtemp(dir=_folder))
    settings = Settings(home=folder / "home", embedder="none")
    with app.records(settings) as opened, app.assistant(opened, None, command="test") as assistant:
        sync(assistant, company.write(folder / "company", documents, people=people))
    return settings.home


def _rows(home: Path) -> _Rows:
    with create_engine(f"sqlite:///{home / 'footnote.db'}", poolclass=NullPool).connect() as connection:
        found = [(one, connection.execute(select(one)).mappings().all()) for one in SQLModel.metadata.sorted_tables]
    return [(table, [dict(row) for row in rows]) for table, rows in found if rows]
