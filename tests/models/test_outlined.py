"""What can a text be written from without a model? More than answers, as it stands, and nothing that its heading turns round."""

from bot.models.extractive import Extractive
from bot.models.outlined import Outlined
from policies.evidence import Evidence, Found, Ranks
from tests.fakes.passages import a_passage
from tests.flows.world import RULES

REQUEST = "Draft a mail to the team about travel costs"
TRAVEL = """\
# Travel costs

Travel costs are paid within ten days. Travel by train is in second class.

## Not paid

Travel costs of parking fines, minibar and upgrades.

## Only with approval

Travel costs of flights in business class.
"""


def evidence(text: str) -> Evidence:
    return Evidence(found=(Found(passage=a_passage(text), list_id="acme:l", score=1.0, ranks=Ranks(keywords=1)),))


def told(composer: Outlined | Extractive, request: str = REQUEST) -> list[str]:
    return [claim.text for claim in composer.compose(request, evidence(TRAVEL), RULES.answers).draft.claims]


def test_what_stands_under_a_heading_that_denies_or_limits_it_is_not_told_without_it() -> None:
    lines = told(Outlined(None))
    assert "Travel costs are paid within ten days." in lines
    assert not [line for line in lines if "minibar" in line or "business" in line]


def test_more_is_told_than_answers() -> None:
    assert len(told(Outlined(None))) > len(told(Extractive(None), "travel costs are paid within how many days?"))


def test_it_is_known_by_its_own_name() -> None:
    composed = Outlined(None).compose(REQUEST, evidence(TRAVEL), RULES.answers)
    assert (Outlined(None).name, composed.by.composer) == ("outlined", "outlined")
