"""For which installation is it? By Slack's signed word; of a request that says nothing clear, nobody's."""

from typing import Any

import pytest

from bot.slack.addressed import Address, addressed, ends


def event(**changes: Any) -> dict[str, Any]:
    authorization = {"team_id": "T0A", "enterprise_id": None, "user_id": "U1", "is_enterprise_install": False}
    body = {
        "type": "event_callback",
        "team_id": "T0A",
        "api_app_id": "A01",
        "event": {"type": "message"},
        "authorizations": [authorization],
    }
    return {**body, **changes}


def authorized(**changes: Any) -> list[dict[str, Any]]:
    return [{"team_id": "T0A", "enterprise_id": None, "is_enterprise_install": False, **changes}]


@pytest.mark.parametrize(
    ("body", "address"),
    [
        pytest.param(event(), Address("T0A", None, "A01"), id="an event"),
        pytest.param(event(team_id="T0B"), Address("T0A", None, "A01"), id="of another company in a shared channel"),
        pytest.param(
            event(authorizations=authorized(enterprise_id="E01")), Address("T0A", "E01", "A01"), id="in an organisation"
        ),
        pytest.param(event(authorizations=authorized(is_enterprise_install=True)), None, id="of a whole organisation"),
        pytest.param(event(authorizations=[]), None, id="for nobody, whatever else it says"),
        pytest.param(event(authorizations="T0A"), None, id="authorizations of another shape"),
        pytest.param(
            event(authorizations=authorized(team_id=None)), None, id="without a team, though one is named beside"
        ),
        pytest.param(event(authorizations=authorized(team_id="T0A\n")), None, id="a name that is none"),
        pytest.param({"team": {"id": "T0A"}, "api_app_id": "A01"}, Address("T0A", None, "A01"), id="a click"),
        pytest.param(
            {"team": {"id": "T0B"}, "view": {"app_installed_team_id": "T0A"}},
            Address("T0A", None, None),
            id="a modal that was opened from elsewhere",
        ),
        pytest.param({"team": None, "user": {"team_id": "T0A"}}, None, id="only of somebody of that team"),
        pytest.param({"team": "T0A", "team_id": "T0B"}, None, id="two ways at once"),
        pytest.param({"team_id": "T0A", "command": "/footnote"}, Address("T0A", None, None), id="a command"),
        pytest.param({"team_id": "T0A", "is_enterprise_install": "true"}, None, id="a command of an organisation"),
        pytest.param({"team_id": 7}, None, id="a number"),
        pytest.param({}, None, id="nothing"),
    ],
)
def test_whose_it_is(body: dict[str, Any], address: Address | None) -> None:
    assert addressed(body) == address


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"type": "app_uninstalled"}, "app_uninstalled"),
        ({"type": "tokens_revoked", "tokens": {"oauth": [], "bot": ["U1"]}}, "tokens_revoked"),
        ({"type": "tokens_revoked", "tokens": {"oauth": ["U1"], "bot": []}}, None),
        ({"type": "tokens_revoked", "tokens": {"oauth": ["U1"]}}, None),
        ({"type": "tokens_revoked"}, "tokens_revoked"),
        ({"type": "message", "text": "app_uninstalled"}, None),
    ],
)
def test_what_ends_it(said: dict[str, Any], why: str | None) -> None:
    assert ends(event(event=said)) == why
