"""`footnote doctor` on an installation in which something is wrong: it names that, and what mends it, and no secret."""

import json
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from pydantic import SecretStr
from sqlalchemy import text, update

from bot import app
from bot.cli.doctor import findings, sources
from bot.cli.doctor.examined import Check, Finding, examine, well
from bot.cli.serve import _in_force
from bot.core.clock import utc_now
from bot.playground.confluence.server import ConfluenceEmulator
from bot.playground.world import World
from bot.settings import Settings
from bot.slack import features
from bot.stores.passages import PassageStore
from bot.stores.tables import LoopRow
from policies.overrides import with_all
from policies.rules import CHANNELS, OVERRIDES
from tests.fakes.model_server import Reply, error, model_server
from tests.slack.office import Office, a_slack_world, office
from tests.world import console

WRONG = "xoxb-a-wrong-token-that-nobody-must-read"
BUSY_S = 120  # LiteLLM is imported, on a machine that has other things to do
ONE_WORD = Reply(json.dumps({"said": "yes"}))


@pytest.fixture
def acme(tmp_path: Path, database_url: str) -> Iterator[Office]:
    with office(tmp_path, database_url, over="socket") as made:
        yield made


def changed(settings: Settings, **values: Any) -> Settings:
    """As the environment would give it."""
    return settings.model_copy(update=values)


def faults(found: tuple[Finding, ...]) -> dict[str, Finding]:
    return {one.check: one for one in found if one.state == "fault"}


NOWHERE = "http://127.0.0.1:9/api/"


def test_where_all_is_well_nothing_is_to_be_mended(acme: Office) -> None:
    found = findings(acme.settings)
    assert not faults(found)
    assert {one.check for one in found if one.state == "well"} >= {
        "home",
        "disk",
        "slack token",
        "slack scopes",
        "clock",
        "slack connection",
        "database",
        "ledger key",
        "ledger",
        "source acme",
        "freshness acme",
    }


def test_ten_faults_are_each_named_with_what_mends_them(acme: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    home, usage = acme.settings.home, shutil.disk_usage("/")
    with app.records(acme.settings) as records, records.database.writing() as session:
        for name in ("new", "gone"):
            folder = home.parent / name
            folder.mkdir()
            records.sources.add(session, name, "folder", {"path": str(folder)}, utc_now())
    (home.parent / "gone").rmdir()
    (home / "ledger.key").unlink()
    home.chmod(0o755)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=5_000_000))
    for token in acme.slack.world.tokens.values():
        token.scopes = token.scopes - {"im:history", "connections:write"}
    with model_server(error(401)) as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        ill = changed(acme.settings, embedder="builtin", models=home / "no-models", model="openai/some")
        found = faults(findings(ill, lambda: utc_now() + timedelta(minutes=10), BUSY_S))
    mended = {
        "home": f"chmod 700 {home}",
        "disk": "FOOTNOTE_HOME",
        "slack scopes": "footnote manifest",
        "clock": "set-ntp",
        "slack connection": "connections:write",
        "embedder": "python -m bot.models.weights",
        "ledger key": "FOOTNOTE_LEDGER_KEY_FILE",
        "model openai/some": "the key of openai",
        "source gone": "footnote sources remove gone",
        "freshness new": "footnote sync new",
        "freshness gone": "footnote sync gone",
    }
    assert {check: fix in found[check].fix for check, fix in mended.items() if check in found} == dict.fromkeys(
        mended, True
    )
    assert found.keys() == mended.keys()
    assert all(one.what and one.why and one.fix for one in found.values())
    assert "im:history" in found["slack scopes"].what
    assert "s ahead of Slack's" in found["clock"].what


def test_a_source_that_is_paused_is_old_on_purpose(acme: Office) -> None:
    with app.records(acme.settings) as records, records.database.writing() as session:
        records.sources.pause(session, "acme", "ana@acme.test", utc_now())
    found = findings(acme.settings, lambda: utc_now() + timedelta(days=2), BUSY_S)
    (fresh,) = (one for one in found if one.check == "freshness acme")
    assert fresh.state == "note"
    assert "paused, by ana@acme.test" in fresh.what
    assert fresh.fix == "footnote sources resume acme"


OAUTH = {"slack_bot_token": None, "slack_client_id": "1.2", "slack_client_secret": SecretStr("s")}
OAUTH |= {"slack_app_token": None, "slack_signing_secret": SecretStr("s")}


def test_of_several_workspaces_the_clock_is_compared_with_slacks_too(acme: Office) -> None:
    ours = changed(acme.settings, **OAUTH)
    assert {one.check: one.state for one in findings(ours)}["clock"] == "well"
    ahead = faults(findings(ours, lambda: utc_now() + timedelta(minutes=6)))["clock"]
    assert "360 s ahead of Slack's" in ahead.what or "359 s" in ahead.what or "361 s" in ahead.what
    away = faults(findings(changed(ours, slack_api_url=NOWHERE)))["slack"]
    assert "cannot be reached" in away.what
    assert "HTTPS_PROXY" in away.fix


class Planted(NamedTuple):
    settings: Mapping[str, Any]
    check: str
    said: str
    fix: str


@pytest.mark.parametrize(
    "planted",
    [
        pytest.param(Planted({"slack_bot_token": None}, "slack token", "not set", "footnote manifest"), id="no token"),
        pytest.param(
            Planted({"slack_bot_token": WRONG}, "slack token", "invalid_auth", "OAuth & Permissions"),
            id="a wrong token",
        ),
        pytest.param(
            Planted({"slack_api_url": NOWHERE}, "slack token", "cannot be reached", "HTTPS_PROXY"), id="no Slack"
        ),
        pytest.param(
            Planted({"slack_app_token": WRONG}, "slack connection", "SLACK_APP_TOKEN (", "connections:write"),
            id="a wrong app token",
        ),
        pytest.param(
            Planted({"slack_app_token": None}, "slack connection", "Neither", "SLACK_SIGNING_SECRET"), id="no way in"
        ),
        pytest.param(
            Planted(
                {"database_url": f"postgresql://ana:{WRONG}@127.0.0.1:9/footnote"},
                "database",
                "cannot be used",
                "PostgreSQL",
            ),
            id="no database",
        ),
        pytest.param(
            Planted({"chroma_url": "http://127.0.0.1:9"}, "vectors", "CHROMA_URL", "Start it"), id="no Chroma server"
        ),
    ],
)
def test_what_is_wrong_is_named_and_no_secret_with_it(acme: Office, planted: Planted) -> None:
    given = {**acme.settings.model_dump(), **planted.settings}
    found = findings(Settings.model_validate(_by_variable(given)))
    one = faults(found)[planted.check]
    assert planted.said in one.what
    assert planted.fix in one.fix
    assert WRONG not in str([each.model_dump() for each in found])


def _by_variable(given: Mapping[str, Any]) -> dict[str, Any]:
    """Some are read by the name of their variable alone."""
    fields = Settings.model_fields
    return {
        str(fields[name].validation_alias.choices[0]) if fields[name].validation_alias else name: value  # type: ignore[union-attr]
        for name, value in given.items()
    }


def test_a_scope_in_which_there_is_nothing_is_told_of(acme: Office) -> None:
    with app.records(acme.settings) as records, records.database.writing() as session:
        found = PassageStore(records.database).shelves()
        texts = {
            **app.packaged_rules(),
            CHANNELS: '[C0ONE]\nscope = ["acme", "acme#policy", "elsewhere/HR"]\n\n[C0TWO]\nmode = "private"\n',
        }
        records.config.save(session, texts, author="ana", note="narrowed", now=utc_now())
    assert found
    told = [one for one in findings(acme.settings) if one.check == "channel scopes"]
    assert [one.state for one in told] == ["note", "note"]
    assert [one.what.split(",")[0] for one in told] == [
        "There is nothing in acme#policy",
        "There is nothing in elsewhere/HR",
    ]


def test_tables_of_a_newer_version_are_left_alone(acme: Office) -> None:
    with app.records(acme.settings) as records, records.database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    one = faults(findings(acme.settings))["database"]
    assert "9999" in one.what
    assert "Install that version" in one.fix


def test_a_ledger_that_was_changed_is_told_of(acme: Office) -> None:
    with app.records(acme.settings) as records, records.database.engine.begin() as connection:
        connection.execute(text("UPDATE ledger_event SET kind = 'other' WHERE seq = 0"))
    one = faults(findings(acme.settings))["ledger"]
    assert one.fix == "footnote audit verify"


def test_what_was_not_read_for_long_is_stale_and_what_stopped_says_why(acme: Office) -> None:
    later = findings(acme.settings, clock=lambda: utc_now() + timedelta(days=2))
    assert "is 2,880 minutes old" in faults(later)["freshness acme"].what
    with app.records(acme.settings) as records, records.database.writing() as session:
        session.execute(update(LoopRow).values(stopped="the site answers no more"))
    assert "the site answers no more" in faults(findings(acme.settings))["freshness acme"].what


def test_a_source_that_refuses_us_is_told_of_and_so_is_what_it_keeps_from_us(
    acme: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World()
    space = world.confluence
    space.add_space("ENG", "Engineering")
    space.add_page("ENG", "Pumps", "<p>The pressure of the pump is 40 bar.</p>")
    with ConfluenceEmulator(world, sees_everything=True, admin=False) as site:
        settings = {"site": f"{site.url}/wiki", "user": str(site.caller.email), "secret": "env:WIKI_TOKEN"}
        with app.records(acme.settings) as records, records.database.writing() as session:
            records.sources.add(session, "wiki", "confluence", {**settings, "spaces": "ENG,HR"}, utc_now())
        monkeypatch.setenv("WIKI_TOKEN", site.caller.token)
        seen = [one for one in findings(acme.settings) if one.check == "source wiki"]
        monkeypatch.setenv("WIKI_TOKEN", WRONG)
        refused = findings(acme.settings)
        monkeypatch.delenv("WIKI_TOKEN")
        without = faults(findings(acme.settings))["source wiki"]
    assert any(one.state == "fault" and one.what.startswith("HR: nothing of this space") for one in seen)
    assert any(one.state == "note" and "an administrator's" in one.what and one.fix for one in seen)
    assert "footnote sources add confluence" in faults(refused)["source wiki"].fix
    assert WRONG not in str(refused)
    assert "env:WIKI_TOKEN" in without.what


def test_a_tool_that_is_enabled_and_has_no_target_is_named_with_what_mends_it(acme: Office) -> None:
    enabled = ("confluence.comment", "drive.share_file", "jira.comment", "slack.post_message")
    rules = "\n".join(f'[tools.{name}]\nenabled = true\napprovers = ["U000000009"]' for name in enabled)
    texts = {**app.packaged_rules(), OVERRIDES: rules}
    with app.records(acme.settings) as records, records.database.writing() as session:
        records.config.save(session, texts, author="test", note="tools", now=records.clock())
    found = {name: one for name, one in faults(findings(acme.settings)).items() if name.startswith("tool")}
    assert set(found) == {"tool confluence.comment", "tool drive.share_file", "tool jira.comment"}
    assert "footnote sources add drive" in found["tool drive.share_file"].fix
    assert "/footnote tools disable jira.comment" in found["tool jira.comment"].fix
    with app.records(acme.settings) as records, records.database.writing() as session:
        site = {"site": "https://acme.atlassian.net/wiki", "user": "a@acme.test", "secret": "env:NONE", "spaces": "ENG"}
        records.sources.add(session, "wiki", "confluence", site, utc_now())
    assert "tool confluence.comment" not in faults(findings(acme.settings))


def test_a_group_of_approvers_that_cannot_be_read_is_named_with_what_mends_it(acme: Office) -> None:
    group = acme.slack.world.add_group("it", ["ben"])
    rules = "\n".join(
        f'[tools.{name}]\nenabled = true\napprovers = ["{one}", "U000000009"]'
        for name, one in (("jira.comment", group.id), ("slack.post_message", "S000000099"))
    )
    texts = {**app.packaged_rules(), OVERRIDES: rules}
    with app.records(acme.settings) as records, records.database.writing() as session:
        records.config.save(session, texts, author="test", note="tools", now=records.clock())
    found = {name: one for name, one in faults(findings(acme.settings)).items() if name.startswith("approvers")}
    assert set(found) == {"approvers of slack.post_message"}
    (one,) = found.values()
    assert "S000000099 of Slack cannot be read (no_such_subteam)" in one.what
    assert "usergroups:read" in one.fix


def test_a_model_that_answers_is_well(acme: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    with model_server(ONE_WORD) as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        found = findings(changed(acme.settings, model="openai/some"), patience_s=BUSY_S)
        asked = [one.text for one in server.asked]
    assert [(one.state, one.what) for one in found if one.check == "model openai/some"] == [("well", "It answers.")]
    assert asked == ['Say yes, as JSON: {"said": "yes"}']


def test_to_look_makes_nothing(tmp_path: Path) -> None:
    found = findings(Settings(home=tmp_path / "none", embedder="none"))
    assert not (tmp_path / "none").exists()
    assert {one.check for one in found if one.state == "note"} == {"home", "database"}


def test_where_the_home_is_none_all_else_is_told_all_the_same(acme: Office, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    elsewhere = SecretStr(acme.settings.database)
    found = faults(findings(changed(acme.settings, home=tmp_path / "file", database_url=elsewhere)))
    assert found.keys() == {"home", "records"}
    assert "FOOTNOTE_HOME" in found["home"].fix


def test_an_oauth_client_that_nobody_can_come_back_from_is_named_with_what_mends_it(
    acme: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = {
        "site": "http://127.0.0.1:9/wiki",
        "secret": "env:WIKI_TOKEN",
        "spaces": "ENG",
        "oauth_client": "client",
        "oauth_secret": "env:WIKI_OAUTH",
    }
    with app.records(acme.settings) as records, records.database.writing() as session:
        records.sources.add(session, "wiki", "confluence", settings, utc_now())

    def looked(**values: Any) -> list[tuple[str, str]]:
        with app.records(changed(acme.settings, **values)) as records:
            found = {one.name: one for one in sources.checks(records)}
            assert list(found["sign-in acme"].ask()) == []
            return [(one.state, one.fix) for one in found["sign-in wiki"].ask()]

    reached = {"public_url": "https://footnote.acme.test", "port": 3000}
    ((state, fix),) = looked()
    assert (state, "FOOTNOTE_PUBLIC_URL" in fix, "https://HOST/link/done" in fix) == ("fault", True, True)
    ((state, fix),) = looked(**{**reached, "port": None})
    assert (state, "FOOTNOTE_PORT" in fix) == ("fault", True)
    ((state, fix),) = looked(**reached)
    assert (state, "secret of its OAuth client" in fix) == ("fault", True)
    monkeypatch.setenv("WIKI_OAUTH", WRONG)
    assert [state for state, _ in looked(**reached)] == ["well"]


# --- checks that break -----------------------------------------------------------------------------------------------


def test_a_check_that_hangs_or_breaks_keeps_no_other_from_its_say() -> None:
    for_ever = threading.Event()

    def hangs() -> list[Finding]:
        for_ever.wait(30)
        return []

    def breaks() -> list[Finding]:
        raise OSError(f"postgresql://ana:{WRONG}@db")

    asked: list[tuple[str, Callable[[], list[Finding]]]] = [
        ("hangs", hangs),
        ("breaks", breaks),
        ("works", lambda: [well("works", "It does.")]),
    ]
    found = examine([Check(*one) for one in asked], patience_s=0.3)
    for_ever.set()
    assert [(one.check, one.state) for one in found] == [("hangs", "fault"), ("breaks", "fault"), ("works", "well")]
    assert "in time" in found[0].what
    assert "OSError" in found[1].what
    assert WRONG not in str(found)


# --- the command -----------------------------------------------------------------------------------------------------


def test_the_command_ends_with_1_while_something_is_to_be_mended(tmp_path: Path, database_url: str) -> None:
    ours = console(tmp_path, database_url)
    done = ours.run("doctor", FOOTNOTE_EMBEDDER="none")
    assert done.code == 1
    assert "NO  slack token: SLACK_BOT_TOKEN is not set." in done.out
    assert "    Fix: Create the app from `footnote manifest`" in done.out


def test_the_command_ends_with_0_where_all_is_well(acme: Office) -> None:
    token = acme.settings.slack_bot_token
    assert token is not None
    done = acme.console(FOOTNOTE_WORKSPACE=acme.settings.workspace).run("doctor", "--json")
    assert (done.code, done.err, done.json["well"]) == (0, "", True)
    assert {"check", "state", "what", "why", "fix"} == set(done.json["findings"][0])
    assert token.get_secret_value() not in done.out


def test_the_scopes_that_are_looked_for_are_those_of_the_manifest() -> None:
    given = next(token for token in a_slack_world().tokens.values() if token.kind == "bot").scopes
    assert features.scopes(features.FEATURES) <= given


def test_what_lacks_its_scope_is_named_if_the_rules_in_force_switch_it_on(acme: Office) -> None:
    for token in acme.slack.world.tokens.values():
        token.scopes = token.scopes - {"channels:read"}
    posts = "messages in channels (slack.post_message)"
    one = faults(findings(acme.settings))["slack scopes"]
    assert "channels:read (for who asks, and who reads along" in one.what
    assert posts not in one.what
    with app.records(acme.settings) as records, records.database.writing() as session:
        texts = with_all(records.config.newest().texts, ("tools", "slack", "post_message", "enabled"), True)
        records.config.save(session, texts, author="ana", note="set", now=utc_now())
    assert posts in faults(findings(acme.settings))["slack scopes"].what
    assert posts in {one.name for one in features.switched_on(_in_force(acme.settings))}, "of the manifest"


def test_scopes_are_looked_at_where_no_database_can_be_read(acme: Office) -> None:
    for token in acme.slack.world.tokens.values():
        token.scopes = token.scopes - {"im:history"}
    one = faults(findings(changed(acme.settings, database_url="postgresql://ana@127.0.0.1:9/footnote")))
    assert "im:history (for questions and their answers" in one["slack scopes"].what
