"""Two workspaces in one process: each is answered from its own sources, and neither knows that there is another."""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import func, select
from sqlmodel import SQLModel
from structlog.testing import capture_logs

from bot import app
from bot.cli.doctor import installations as examined
from bot.cli.doctor.examined import Finding
from bot.core.clock import utc_now
from bot.core.errors import BadUse, Unready
from bot.core.installing import Installed
from bot.models.remembered import Remembered
from bot.playground.slack import membership
from bot.playground.slack.requests import FORM, JSON, signed
from bot.service import several
from bot.settings import Settings
from bot.stores.tables import InstallationRow
from bot.web.install import BACK, INSTALL
from bot.web.slack import EVENTS
from tests.fakes.embedder import HashingEmbedder
from tests.slack.office import until
from tests.slack.replies import inside
from tests.slack.several import Both, Company, allowed, browser, cookie, running, serving, there

LEAVE = "How many days of annual leave do I have?"
OURS = {"Annual leave": "Everybody has 27 days of annual leave a year."}
THEIRS = {"Annual leave": "Everybody has 31 days of annual leave a year."}


@contextmanager
def both_installed(folder: Path, database_url: str, **more: Any) -> Iterator[Both]:
    with serving(folder, database_url, **more) as both:
        for one, documents in ((both.acme, OURS), (both.globex, THEIRS)):
            assert both.install(one).status_code == 200
            both.add_source(one, folder / one.team.domain, documents)
        yield both


def rows(both: Both, workspace: str) -> dict[str, int]:
    """How many of each table are this workspace's."""
    with both.home.database.engine.connect() as connection:
        return {
            table.name: connection.execute(
                select(func.count()).select_from(table).where(table.c.workspace == workspace)
            ).scalar_one()
            for table in SQLModel.metadata.tables.values()
            if table.name in {"inbox", "job", "ledger_event", "source", "passage"}
        }


def post(both: Both, body: Mapping[str, Any], *, headers: Mapping[str, str] | None = None) -> httpx.Response:
    """As Slack sends it: signed with the app's secret."""
    raw = json.dumps(body).encode()
    sealed = signed(both.published.signing_secret, raw, time.time())  # noqa: TID251 - Slack's clock
    with browser() as window:
        return window.post(both.url + EVENTS, content=raw, headers={"content-type": JSON, **sealed, **(headers or {})})


def an_event(both: Both, of: Company, said: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "type": "event_callback",
        "team_id": of.team.id,
        "api_app_id": both.published.id,
        "event": {"event_ts": both.world.new_ts(), **said},
        "event_time": int(time.time()),  # noqa: TID251
        "authorizations": [{"team_id": of.team.id, "enterprise_id": None, "is_enterprise_install": False}],
        **changes,
    }


def a_question(both: Both, of: Company) -> dict[str, Any]:
    return {
        "type": "message",
        "channel": both.direct(of, "ana").id,
        "channel_type": "im",
        "user": of.people["ana"],
        "text": LEAVE,
        "ts": both.world.new_ts(),
    }


def test_a_second_workspace_installs_the_app_and_is_answered_from_its_own_sources_while_the_first_goes_on(
    tmp_path: Path, database_url: str
) -> None:
    with serving(tmp_path, database_url) as both:
        assert both.install(both.acme).status_code == 200
        both.add_source(both.acme, tmp_path / "acme", OURS)
        assert "27 days" in both.answer(both.acme, "ana", LEAVE)
        assert both.install(both.globex).status_code == 200
        both.add_source(both.globex, tmp_path / "globex", THEIRS)
        theirs, ours = both.answer(both.globex, "ana", LEAVE), both.answer(both.acme, "ben", LEAVE)
        with browser() as window:
            until(lambda: window.get(both.url + "/readyz").status_code == 200)
            ready, metrics = (window.get(both.url + path).text for path in ("/readyz", "/metrics"))
    assert "31 days" in theirs
    assert "27 days" not in theirs
    assert "27 days" in ours
    assert "31 days" not in ours
    assert json.loads(ready) == {"ready": True, "database": True, "workspaces": True, "index": True}
    for said in ("handbook", "Acme", "Globex", both.acme.team.id, both.globex.team.id):
        assert said not in ready + metrics
    assert "footnote_questions_total 3.0" in metrics


def test_whoever_installs_it_is_the_first_admin_of_their_workspace_and_of_no_other(
    tmp_path: Path, database_url: str
) -> None:
    with serving(tmp_path, database_url) as both:
        both.install(both.acme, by="ana")
        both.install(both.globex, by="ben")

        def is_admin(one: Company, name: str) -> bool:
            outcome = both.slack.as_user(one.people[name]).slash("/footnote", "sources")
            assert outcome.acked
            before = len(both.answers(one, name))
            until(lambda: both.direct(one, name).ephemerals or len(both.answers(one, name)) > before)
            said = " ".join(e.text + str(e.blocks) for e in both.direct(one, name).ephemerals)
            return "admin" not in said.lower()

        found = {(one.team.name, name): is_admin(one, name) for one in (both.acme, both.globex) for name in one.people}
    assert [who for who, may in found.items() if may] == [("Acme", "ana"), ("Globex", "ben")]


def test_a_workspace_that_removes_the_app_stops_at_once_while_the_other_goes_on_and_comes_back_when_it_installs_again(
    tmp_path: Path, database_url: str
) -> None:
    with both_installed(tmp_path, database_url) as both:
        assert "31 days" in both.answer(both.globex, "ana", LEAVE)
        theirs = both.installed(both.globex)
        before = rows(both, theirs.id)
        with both.records(both.globex) as records, records.database.writing() as session:  # nobody does it in time
            records.jobs.enqueue(session, "of a kind that waits", "1", {}, now=utc_now())
        membership.uninstall(both.world, both.app_in(both.globex))
        until(lambda: both.installed(both.globex).state == "ended")
        assert "27 days" in both.answer(both.acme, "ana", LEAVE)
        until(both.served.workspaces.are_all_tried)
        with both.records(both.globex) as records:
            assert [kind for kind, *_ in records.jobs.still_to_do() if kind != "timers"] == []
        kept = rows(both, theirs.id)
        assert kept["source"] == before["source"] == 1
        assert kept["passage"] == before["passage"]
        assert kept["ledger_event"] > before["ledger_event"]
        with capture_logs() as logged:
            assert post(both, an_event(both, both.globex, a_question(both, both.globex))).status_code == 200
        assert rows(both, theirs.id) == kept
        assert LEAVE not in str(logged)
        assert both.globex.team.id not in str(logged)
        assert sum("not installed" in one["event"] for one in logged) == 1
        assert both.install(both.globex, by="ben").status_code == 200
        assert both.installed(both.globex).id == theirs.id
        assert "31 days" in both.answer(both.globex, "ben", LEAVE)


def test_a_workspace_that_has_removed_the_app_can_be_forgotten_and_the_other_loses_nothing(
    tmp_path: Path, database_url: str
) -> None:
    shared = Remembered(HashingEmbedder())
    with there(tmp_path, database_url, embedder="hashing/test") as made:
        with running(made, embedder_of=lambda _: shared.apart()) as both:
            for one, documents in ((both.acme, OURS), (both.globex, THEIRS)):
                both.install(one)
                both.add_source(one, tmp_path / one.team.domain, documents)
            assert "27 days" in both.answer(both.acme, "ana", LEAVE)
            ours, theirs = both.installed(both.acme), both.installed(both.globex)
            with pytest.raises(BadUse, match="Remove it in that workspace first"):
                several.forget(both.home, theirs.id, "test", "operator")
            membership.uninstall(both.world, both.app_in(both.globex))
            until(lambda: both.installed(both.globex).state == "ended")
            before = rows(both, ours.id)
        with app.records(made.settings) as records:
            assert several.forget(records, theirs.id, "test", "operator") > 0
            with pytest.raises(BadUse, match="There is no workspace"):
                several.forget(records, theirs.id, "test", "operator")
        with running(made, embedder_of=lambda _: shared.apart()) as both:
            assert set(rows(both, theirs.id).values()) == {0}
            assert rows(both, ours.id)["passage"] == before["passage"]
            assert theirs.id.removeprefix("w_") not in str(list(made.settings.home.rglob("*")))
            assert "27 days" in both.answer(both.acme, "ben", LEAVE)


def test_news_of_an_end_that_came_before_the_newest_installation_ends_nothing(
    tmp_path: Path, database_url: str
) -> None:
    with serving(tmp_path, database_url) as both:
        both.install(both.acme)
        late = an_event(both, both.acme, {"type": "app_uninstalled"})
        assert post(both, late).status_code == 200
        assert both.installed(both.acme).state == "live"
        of_people = {"type": "tokens_revoked", "tokens": {"oauth": ["U1"], "bot": []}}
        assert post(both, an_event(both, both.acme, of_people)).status_code == 200
        assert both.installed(both.acme).state == "live"
        membership.revoke(both.world, both.app_in(both.acme))
        until(lambda: both.installed(both.acme).state == "ended")


def test_what_is_not_for_an_installed_workspace_is_acknowledged_and_kept_nowhere(
    tmp_path: Path, database_url: str
) -> None:
    with both_installed(tmp_path, database_url) as both:
        ours, theirs = both.installed(both.acme), both.installed(both.globex)
        before = [rows(both, one.id) for one in (ours, theirs)]
        asked = a_question(both, both.acme)
        strange = [{"team_id": "T0STRANGE", "enterprise_id": None, "is_enterprise_install": False}]
        org_wide = [{"team_id": both.acme.team.id, "enterprise_id": "E01", "is_enterprise_install": True}]
        with capture_logs() as logged:
            others: list[dict[str, Any]] = [
                {"authorizations": strange},
                {"authorizations": org_wide},
                {"authorizations": []},
                {"api_app_id": "A0ANOTHERAPP"},
            ]
            for changes in others:
                assert post(both, an_event(both, both.acme, asked, **changes)).status_code == 200
        assert [rows(both, one.id) for one in (ours, theirs)] == before
        assert sum("not installed" in one["event"] for one in logged) == 4
        assert LEAVE not in str(logged)
        assert "T0" not in str(logged)
        forged = an_event(both, both.globex, asked, team_id=both.acme.team.id)  # signed, for them, of our conversation
        assert post(both, forged).status_code == 200
        until(lambda: not _waits(both, both.globex))
        assert rows(both, ours.id) == before[0]
        assert both.answers(both.acme, "ana") == []
        body = b"ssl_check=1&token=x"
        sealed = signed(both.published.signing_secret, body, time.time())  # noqa: TID251
        with browser() as window:
            checked = window.post(both.url + EVENTS, content=body, headers={"content-type": FORM, **sealed})
        assert checked.status_code == 200


def _waits(both: Both, one: Company) -> bool:
    with both.records(one) as records:
        return records.inbox.waits()


# --- the way in ------------------------------------------------------------------------------------------------------


def test_whoever_comes_back_twice_late_or_in_another_browser_installs_nothing(
    tmp_path: Path, database_url: str
) -> None:
    with serving(tmp_path, database_url) as both, browser() as mine, browser() as other:
        away, of_other = mine.get(both.url + INSTALL), other.get(both.url + INSTALL)
        back = urlsplit(allowed(mine, away.headers["location"], both.acme)).query
        swapped = urlsplit(allowed(other, of_other.headers["location"], both.globex)).query

        def come(query: str, held: str | None) -> int:
            with browser() as fresh:
                headers = {"cookie": held} if held is not None else {}
                return fresh.get(f"{both.url}{BACK}?{query}", headers=headers).status_code

        assert come(back, None) == 400
        assert come(back, cookie(of_other)) == 400
        assert come(swapped, cookie(away)) == 400  # somebody else's way in, in our browser
        assert come("code=x&state=x", cookie(away)) == 400
        assert come("error=access_denied&state=x", cookie(away)) == 400
        assert several.installations(both.home).all() == ()
        assert come(back, cookie(away)) == 200
        assert come(back, cookie(away)) == 400
        assert len(several.installations(both.home).all()) == 1


def test_nothing_that_a_request_says_leads_anywhere_else(tmp_path: Path, database_url: str) -> None:
    with serving(tmp_path, database_url) as both, browser() as window:
        evil = {"host": "evil.test", "x-forwarded-host": "evil.test", "referer": "https://evil.test/"}
        away = window.get(f"{both.url}{INSTALL}?redirect_uri=https://evil.test/&team=T1", headers=evil)
        where = urlsplit(away.headers["location"])
        assert f"{where.scheme}://{where.netloc}" == both.slack.origin
        assert set(parse_qs(where.query)) == {"client_id", "scope", "state"}
        assert "evil" not in str(away.headers)
        assert away.headers["set-cookie"].startswith("__Host-")
        for said in ("HttpOnly", "Secure", "SameSite=lax", "Path=/"):
            assert said in away.headers["set-cookie"]
        back = urlsplit(allowed(window, away.headers["location"], both.acme)).query
        url = f"{both.url}{BACK}?{back}&next=https://evil.test/"
        done = window.get(url, headers={**evil, "cookie": cookie(away)})
        assert (done.status_code, "location" in done.headers, "evil" in done.text) == (200, False, False)
        asked = window.get(f"{away.headers['location']}&redirect_uri=https://evil.test/x")
        assert (asked.status_code, asked.text) == (400, "bad_redirect_uri")


def test_a_workspace_that_the_operator_does_not_name_is_not_let_in(tmp_path: Path, database_url: str) -> None:
    with serving(tmp_path, database_url, slack_teams=("T000000001",)) as both:
        assert both.acme.team.id == "T000000001"
        assert both.install(both.globex).status_code == 403
        assert several.installations(both.home).all() == ()
        assert both.install(both.acme).status_code == 200


def test_after_a_restart_all_are_there_and_with_another_key_none_is(tmp_path: Path, database_url: str) -> None:
    with there(tmp_path, database_url) as made:
        key = made.settings.home / "tokens.key"
        with running(made) as both:
            assert both.install(both.acme).status_code == both.install(both.globex).status_code == 200
        with running(made) as both:
            assert both.served.workspaces.are_all_tried()
            assert both.answer(both.globex, "ana", LEAVE)
        key.write_text("A" * 43 + "=\n")
        with pytest.raises(Unready, match="Put that key back"), running(made):
            pass
        with app.records(made.settings) as records:
            told = [one for check in examined.checks(records) for one in check.ask()]
        assert [(one.state, "Put that key back" in one.what) for one in told] == [("fault", True)] * 2


def test_a_workspace_whose_token_does_not_open_keeps_no_other_down(tmp_path: Path, database_url: str) -> None:
    with there(tmp_path, database_url) as made:
        with running(made) as both:
            assert both.install(both.acme).status_code == both.install(both.globex).status_code == 200
            ours, theirs = (both.installed(one).id for one in (both.acme, both.globex))
            with both.home.database.writing() as session:
                rows = [session.get_one(InstallationRow, (both.home.database.workspace, id_)) for id_ in (ours, theirs)]
                rows[0].bot_token = rows[1].bot_token
        with running(made) as both, browser() as window:
            until(lambda: window.get(both.url + "/readyz").status_code == 200)
            assert both.answer(both.globex, "ana", LEAVE)
            assert both.install(both.acme).status_code == 200
            until(lambda: len(both.served.workspaces._running) == 2)


def test_nothing_that_the_operator_has_for_itself_is_a_workspaces(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, admins=("ops@operator.test",), eval_set=tmp_path / "golden")
    installed = Installed(
        id="w_1", team="T1", enterprise=None, app="A1", scopes="", first_admin="U1", state="live", installed_at=utc_now(),
        ended_at=None, ended_by=None, expires_at=None, version=1, trouble=None,
    )  # fmt: skip
    theirs = several.of_workspace(settings, installed)
    assert (theirs.admins, theirs.eval_set) == (("U1",), None)


def test_doctor_tells_a_token_that_is_refused_from_a_slack_that_is_away(tmp_path: Path, database_url: str) -> None:
    with serving(tmp_path, database_url) as both:
        both.install(both.acme)

        def told() -> Finding:
            (one,) = (one for check in examined.checks(both.home) for one in check.ask())
            return one

        assert told().state == "well"
        both.slack.faults.fail("auth.test", "lost_reply", times=99)
        away = told()
        both.slack.faults.clear()
        both.world.tokens = {}
        refused = told()
    assert "cannot be reached" in away.what
    assert "proxy" in away.fix
    assert "does not accept its token" in refused.what
    assert "/slack/install" in refused.fix


# --- renewing --------------------------------------------------------------------------------------------------------


def test_a_token_is_renewed_before_it_ends_and_used_from_then_on_and_a_lost_reply_is_told(
    tmp_path: Path, database_url: str
) -> None:
    ahead = [timedelta()]

    def clock() -> datetime:
        return utc_now() + ahead[0]

    with serving(tmp_path, database_url, clock=clock, of_app={"rotates": True}) as both:
        both.install(both.acme)
        both.add_source(both.acme, tmp_path / "acme", OURS)
        first = both.installed(both.acme)

        def version() -> int:
            return both.installed(both.acme).version

        ahead[0] = timedelta(hours=10, minutes=1)
        both.served.workspaces.look()
        until(lambda: version() == first.version + 1)
        tokens = several.installations(both.home).tokens(first.id)
        assert tokens is not None
        both.world.tokens = {  # Slack ends the one before
            value: token for value, token in both.world.tokens.items() if value == tokens.bot.get_secret_value()
        }
        until(lambda: _is_used(both, tokens.bot))
        assert "27 days" in both.answer(both.acme, "ana", LEAVE)
        _says_it_helped(both, both.acme)
        until(lambda: both.direct(both.acme, "ana").ephemerals)  # whoever answers a click has the new one too
        asked = [one for one in both.slack.requests.of("oauth.v2.access") if "refresh_token" in one.args]
        assert [one.outcome for one in asked] == ["ok"]

        both.slack.faults.fail("oauth.v2.access", "lost_reply")
        ahead[0] *= 2
        with capture_logs() as logged:
            both.served.workspaces.look()
            until(lambda: both.installed(both.acme).trouble == "unreachable")
            ahead[0] += timedelta(seconds=31)
            until(lambda: both.installed(both.acme).trouble == "invalid_refresh_token")
        assert version() == first.version + 1
        assert "27 days" in both.answer(both.acme, "ben", LEAVE)
        assert any("have the app installed again" in one["event"] for one in logged)
        told = [one for check in examined.checks(both.home) for one in check.ask()]
        assert [one.state for one in told] == ["fault"]
        assert "does not renew its token" in told[0].what
        for secret in (token for token in both.world.tokens if token.startswith("xox")):
            assert secret not in str(logged) + str(told)
        both.install(both.acme)
        assert both.installed(both.acme).trouble is None


def _says_it_helped(both: Both, one: Company) -> None:
    place = both.direct(one, "ana")
    message = [each for each in place.messages.values() if each.app_id][-1]
    buttons = next(each for each in inside(message.blocks) if each.get("action_id") == "feedback")
    value = buttons["positive_button"]["value"]
    assert both.slack.as_user(one.people["ana"]).click(place, message.ts, "feedback", value=value).acked


def _is_used(both: Both, token: SecretStr) -> bool:
    """By the client that answers: until then, Slack would say no to it."""
    running = both.served.workspaces._running
    return all(one.opened.web.token == token.get_secret_value() for one in running.values())
