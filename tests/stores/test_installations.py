"""Where we are installed, with which tokens: sealed, each in its own place, and renewed by one at a time."""

import base64
import os
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import text
from sqlmodel import select

from bot.core.errors import Unready
from bot.core.installing import Granted, Tokens
from bot.stores.database import Database
from bot.stores.installations import Installations
from bot.stores.schema import migrate
from bot.stores.seal import Seal
from bot.stores.states import HOLDS, Sent, States
from bot.stores.tables import InstallationRow

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
BOT, REFRESH = "xoxb-nobody-may-read-this", "xoxe-nor-this"


def granted(team: str = "T0A", *, by: str = "U0ANA", bot: str = BOT, refresh: str | None = REFRESH) -> Granted:
    ends = NOON + timedelta(hours=12)
    tokens = Tokens(bot=SecretStr(bot), refresh=SecretStr(refresh) if refresh else None, expires_at=ends)
    return Granted(team=team, enterprise=None, app="A01", by=by, scopes="chat:write", tokens=tokens)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url, "operator")
    migrate(opened)
    yield opened
    opened.close()


@pytest.fixture
def key(tmp_path: Path) -> Path:
    return tmp_path / "tokens.key"


@pytest.fixture
def installations(database: Database, key: Path) -> Installations:
    made = Installations(database, Seal(key))
    made.open()
    return made


def stored(database: Database) -> list[InstallationRow]:
    with database.reading() as session:
        return list(session.exec(select(InstallationRow).order_by(InstallationRow.team)).all())


def bot_of(installations: Installations, id_: str) -> str:
    tokens = installations.tokens(id_)
    assert tokens is not None
    return tokens.bot.get_secret_value()


# --- what lies in the database -----------------------------------------------------------------------------------------


def test_no_token_lies_open_nor_is_one_ever_printed(installations: Installations, database: Database) -> None:
    one = installations.install(granted(), NOON)
    with database.engine.connect() as connection:
        everything = str(connection.execute(text("SELECT * FROM installation")).all())
    shown = [repr(one), repr(granted()), str(granted().tokens), repr(installations.tokens(one.id))]
    assert bot_of(installations, one.id) == BOT
    for said in (everything, *shown):
        assert BOT not in said
        assert REFRESH not in said


def test_the_name_of_a_workspace_says_nothing_of_whose_it_is(installations: Installations) -> None:
    one, other = (installations.install(granted(team), NOON) for team in ("T0A", "T0B"))
    assert one.id != other.id
    assert "T0A" not in one.id


@pytest.mark.parametrize("column", ["bot_token", "refresh_token"])
def test_a_token_that_is_copied_into_another_row_does_not_open_there(
    installations: Installations, database: Database, column: str
) -> None:
    one, other = (installations.install(granted(team), NOON) for team in ("T0A", "T0B"))
    taken = getattr(stored(database)[0], column)
    with database.writing() as session:
        row = session.get(InstallationRow, ("operator", other.id))
        assert row is not None
        setattr(row, column, taken)
    with pytest.raises(Unready, match="copied from another row"):
        installations.tokens(other.id)
    assert bot_of(installations, one.id) == BOT


def test_a_token_does_not_open_in_the_other_column_of_its_row(installations: Installations, database: Database) -> None:
    one = installations.install(granted(), NOON)
    with database.writing() as session:
        row = session.get(InstallationRow, ("operator", one.id))
        assert row is not None
        row.bot_token = row.refresh_token
    with pytest.raises(Unready, match="does not open where it lies"):
        installations.tokens(one.id)


# --- the key ---------------------------------------------------------------------------------------------------------


def a_key() -> str:
    return base64.b64encode(os.urandom(32)).decode()


def rewrite(key: Path, *lines: str) -> None:
    key.write_text("".join(f"{line}\n" for line in lines))


def test_with_another_key_nothing_opens_and_it_is_said_what_to_do(
    installations: Installations, database: Database, key: Path
) -> None:
    installations.install(granted(), NOON)
    rewrite(key, a_key())
    with pytest.raises(Unready, match=r"Put that key back.*FOOTNOTE_TOKENS_KEY_FILE.*have the app installed again"):
        Installations(database, Seal(key)).open()


def test_without_its_file_nothing_opens_and_no_other_key_is_made(
    installations: Installations, database: Database, key: Path
) -> None:
    installations.install(granted(), NOON)
    key.unlink()
    with pytest.raises(Unready, match="cannot be read"):
        Installations(database, Seal(key)).open()
    assert not key.exists()


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        pytest.param([], "no key", id="an empty file"),
        pytest.param(["c2hvcnQ="], "no key", id="a short key"),
        pytest.param(["not base64 at all"], "no key", id="words"),
    ],
)
def test_a_file_that_holds_no_key_is_refused(
    installations: Installations, key: Path, lines: list[str], said: str
) -> None:
    rewrite(key, *lines)
    with pytest.raises(Unready, match=said):
        installations.open()


@pytest.mark.skipif(os.name != "posix", reason="elsewhere files have no such mode")
def test_a_key_that_others_may_read_is_refused(installations: Installations, key: Path) -> None:
    assert key.stat().st_mode & 0o077 == 0
    key.chmod(0o644)
    with pytest.raises(Unready, match="chmod 600"):
        installations.open()


def test_a_new_key_comes_first_and_once_all_is_sealed_anew_the_old_one_may_go(
    installations: Installations, key: Path
) -> None:
    one = installations.install(granted(), NOON)
    old, new = key.read_text().strip(), a_key()
    rewrite(key, new, old)
    assert bot_of(installations, one.id) == BOT
    assert installations.seal_anew() == 1
    assert installations.seal_anew() == 0
    rewrite(key, new)
    tokens = installations.tokens(one.id)
    assert tokens is not None
    assert tokens.refresh is not None
    assert (tokens.bot.get_secret_value(), tokens.refresh.get_secret_value()) == (BOT, REFRESH)


def test_one_token_that_does_not_open_keeps_no_other_from_being_opened_or_sealed_anew(
    installations: Installations, database: Database, key: Path
) -> None:
    broken, sound = (installations.install(granted(team), NOON) for team in ("T0A", "T0B"))
    with database.writing() as session:
        row = session.get_one(InstallationRow, (database.workspace, broken.id))
        row.bot_token = session.get_one(InstallationRow, (database.workspace, sound.id)).bot_token
    old, new = key.read_text().strip(), a_key()
    rewrite(key, new, old)
    installations.open()
    assert installations.seal_anew() == 1
    assert bot_of(installations, sound.id) == BOT
    with pytest.raises(Unready, match="where it lies"):
        installations.tokens(broken.id)
    rewrite(key, a_key())
    with pytest.raises(Unready, match="Put that key back"):
        installations.open()


# --- coming back -----------------------------------------------------------------------------------------------------


def test_what_has_ended_has_no_token_and_comes_back_under_its_own_name_and_first_admin(
    installations: Installations, database: Database
) -> None:
    one = installations.install(granted(by="U0ANA"), NOON)
    assert installations.end(one.id, "app_uninstalled", NOON)
    assert not installations.end(one.id, "app_uninstalled", NOON)
    assert installations.tokens(one.id) is None
    assert [(row.bot_token, row.refresh_token) for row in stored(database)] == [(None, None)]
    again = installations.install(granted(by="U0EVE", bot="xoxb-2"), NOON)
    assert (again.id, again.first_admin, again.state) == (one.id, "U0ANA", "live")
    assert bot_of(installations, one.id) == "xoxb-2"


def test_another_operators_list_is_another_list(installations: Installations, database_url: str, key: Path) -> None:
    one = installations.install(granted(), NOON)
    other = Database(database_url, "another")
    try:
        theirs = Installations(other, Seal(key))
        assert (theirs.all(), theirs.of_team("T0A"), theirs.tokens(one.id)) == ((), None, None)
    finally:
        other.close()


# --- renewing --------------------------------------------------------------------------------------------------------


def test_of_many_processes_that_would_renew_a_token_at_once_one_does(
    installations: Installations, database_url: str, key: Path
) -> None:
    one = installations.install(granted(), NOON)
    databases = [Database(database_url, "operator") for _ in range(4)]
    won, all_there = list[object](), threading.Barrier(len(databases))

    def renew(database: Database) -> None:
        all_there.wait(20)
        won.append(Installations(database, Seal(key)).claim_renewal(one, NOON))

    threads = [threading.Thread(target=renew, args=(database,)) for database in databases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for database in databases:
        database.close()
    assert len(won) == 4
    assert sum(one is not None for one in won) == 1


def test_a_renewed_pair_is_in_force_and_what_was_claimed_of_the_one_before_counts_no_more(
    installations: Installations,
) -> None:
    one = installations.install(granted(), NOON)
    renewal = installations.claim_renewal(one, NOON)
    assert renewal is not None
    assert renewal.refresh.get_secret_value() == REFRESH
    pair = granted(bot="xoxb-2", refresh="xoxe-2").tokens
    assert installations.renewed(renewal, pair)
    assert not installations.renewed(renewal, pair)
    assert bot_of(installations, one.id) == "xoxb-2"
    assert installations.claim_renewal(one, NOON) is None  # it knows the version before


def test_whoever_died_over_a_renewal_is_followed_by_another(installations: Installations) -> None:
    one = installations.install(granted(), NOON)
    first = installations.claim_renewal(one, NOON)
    assert installations.claim_renewal(one, NOON + timedelta(seconds=59)) is None
    second = installations.claim_renewal(one, NOON + timedelta(seconds=61))
    assert first is not None
    assert second is not None
    assert not installations.renewed(first, granted(bot="xoxb-late").tokens)
    assert installations.renewed(second, granted(bot="xoxb-2").tokens)


@pytest.mark.parametrize("meanwhile", ["it is installed anew", "it is removed"])
def test_a_pair_that_comes_too_late_replaces_nothing(installations: Installations, meanwhile: str) -> None:
    one = installations.install(granted(), NOON)
    renewal = installations.claim_renewal(one, NOON)
    assert renewal is not None
    if meanwhile == "it is removed":
        installations.end(one.id, "app_uninstalled", NOON)
    else:
        installations.install(granted(bot="xoxb-new"), NOON)
    assert not installations.renewed(renewal, granted(bot="xoxb-late").tokens)
    tokens = installations.tokens(one.id)
    assert (tokens.bot.get_secret_value() if tokens else None) == (None if "removed" in meanwhile else "xoxb-new")


def test_what_slack_does_not_renew_is_on_record_until_it_is_installed_anew(installations: Installations) -> None:
    one = installations.install(granted(), NOON)
    renewal = installations.claim_renewal(one, NOON)
    assert renewal is not None
    installations.put_off(renewal, "invalid_refresh_token", NOON + timedelta(hours=1))
    (listed,) = installations.all()
    assert listed.trouble == "invalid_refresh_token"
    assert installations.claim_renewal(listed, NOON + timedelta(minutes=59)) is None
    assert installations.claim_renewal(listed, NOON + timedelta(minutes=61)) is not None
    assert installations.install(granted(), NOON).trouble is None


# --- who was sent to Slack -------------------------------------------------------------------------------------------


@pytest.fixture
def states(database: Database, installations: Installations, key: Path) -> States:
    return States(database, Seal(key))


def test_a_state_holds_once(states: States) -> None:
    sent = states.issue(NOON)
    assert states.redeem(sent, NOON)
    assert not states.redeem(sent, NOON)


def test_a_state_holds_for_ten_minutes(states: States) -> None:
    assert states.redeem(states.issue(NOON), NOON + HOLDS - timedelta(seconds=1))
    assert not states.redeem(states.issue(NOON), NOON + HOLDS)


def test_a_state_holds_in_its_own_browser_only_and_is_not_spent_by_another(states: States) -> None:
    mine, theirs = states.issue(NOON), states.issue(NOON)
    assert not states.redeem(Sent(mine.state, theirs.browser), NOON)
    assert not states.redeem(Sent(mine.state, ""), NOON)
    assert states.redeem(mine, NOON)


@pytest.mark.parametrize(
    "state", ["", "x", "A" * 76, "A" * 10_000, "=", "\u00e9", "%00", base64.urlsafe_b64encode(b"\xff" * 56).decode()]
)
def test_a_state_that_we_did_not_make_holds_nowhere(states: States, state: str) -> None:
    assert not states.redeem(Sent(state, states.issue(NOON).browser), NOON)


def test_what_comes_twice_at_once_holds_once(states: States) -> None:
    sent, held, all_there = states.issue(NOON), list[bool](), threading.Barrier(4)

    def redeem() -> None:
        all_there.wait(20)
        held.append(states.redeem(sent, NOON))

    threads = [threading.Thread(target=redeem) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(held) == [False, False, False, True]


def test_whoever_only_looks_at_the_page_leaves_nothing_behind(states: States, database: Database) -> None:
    for _ in range(3):
        states.issue(NOON)
    assert states.redeem(states.issue(NOON), NOON)
    assert states.redeem(states.issue(NOON + HOLDS * 2), NOON + HOLDS * 2)
    with database.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM used_state")).scalar() == 1
