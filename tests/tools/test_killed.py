"""A share that may be run again under its key: whoever dies at whatever point is followed by somebody who makes it one share."""

import httpx
import pytest

from bot.core.admin import Member
from bot.core.proposals import Value, canonical
from bot.flows.pressed import confirm
from bot.stores.database import Database
from policies.rules import OVERRIDES, parse
from tests.flows.acts import ANA, Acts, Died, packaged
from tests.tools import targets

POINTS = [
    "act.after_card",
    "act.before_claim",
    "act.after_claim",
    "act.after_run",
    "act.after_outcome",
    "act.after_turn",
]
RULE = """
[tools.drive.share_file]
enabled = true
risk = "medium"
domains = ["acme.test"]
"""


@pytest.mark.parametrize("point", POINTS)
def test_whoever_dies_while_a_file_is_shared_has_it_shared_once(
    database: Database, client: httpx.Client, point: str
) -> None:
    with targets.share_file(client) as drive:
        assert drive.tool.keyed
        acts = Acts(database, drive.tool)
        acts.rules = parse({**packaged(), OVERRIDES: RULE})
        acts.members[ANA] = Member(user=ANA, email=targets.ANA.email)
        values = drive.arguments().model_dump(mode="json")
        proposal = acts.proposes(
            tool=drive.tool.name,
            arguments=canonical(values),
            origins={name: Value(origin="words") for name in values},
        )
        if point != "act.after_card":
            acts.works()
            assert confirm(proposal.id, ANA, acts.house).outcome == "taken"
        acts.dies_at = point
        with pytest.raises(Died):
            acts.works()
        acts.takes_over()
        if point == "act.after_card":
            assert drive.writes() == 0
            assert confirm(proposal.id, ANA, acts.house).outcome == "taken"
        acts.works()
        assert (acts.says(proposal), drive.effects()) == ("done", ["reader"])
        assert drive.writes() == 1
