"""A console on a home of its own, on whichever databases the suite runs on."""

import os
import secrets
import time
from pathlib import Path

from bot.settings import Settings
from tests.console import Console

SHORT_LEASE = {"FOOTNOTE_LEASE_S": "1"}
BUILT_IN = "builtin"
CHROMA = os.environ.get("FOOTNOTE_TEST_CHROMA_URL")  # noqa: TID251 - the suite's own switch


def console(folder: Path, database_url: str, name: str = "home", *, embedder: str = "none") -> Console:
    """A workspace of its own too, so that two of them share a database as two customers would. Searched by words
    alone, unless asked for more: a command that embeds takes three times as long.
    """
    environment = {"FOOTNOTE_WORKSPACE": f"{name}-{secrets.token_hex(4)}", "FOOTNOTE_EMBEDDER": embedder}
    if database_url.startswith("postgresql"):
        environment["DATABASE_URL"] = database_url
    if CHROMA is not None:
        environment["CHROMA_URL"] = CHROMA
    return Console(folder / name, environment)


def synced(console: Console, company: Path, source: str = "acme") -> Console:
    added = console.run("sources", "add", "folder", company, "--name", source)
    assert added.code == 0, added.err
    done = console.run("sync")
    assert done.code == 0, done.err
    return console


def settings_of(console: Console) -> Settings:
    """The same home, opened from here."""
    databases = {name: console.environment.get(name) for name in ("DATABASE_URL", "CHROMA_URL")}
    return Settings(home=console.home, workspace=console.environment["FOOTNOTE_WORKSPACE"], **databases)  # type: ignore[arg-type]


def outlive_leases(console: Console) -> None:
    """Where several processes may work at once, nobody knows that one is dead until its lease has run out."""
    if shared_stores(console):
        time.sleep(float(SHORT_LEASE["FOOTNOTE_LEASE_S"]))


def shared_stores(console: Console) -> bool:
    return "DATABASE_URL" in console.environment and "CHROMA_URL" in console.environment
