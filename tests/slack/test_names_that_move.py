"""A channel's name is another channel's tomorrow: what is said goes where the card said, or nowhere."""

from pathlib import Path

from bot import app
from policies.rules import OVERRIDES
from tests.slack.office import a_slack_world, office, running, until
from tests.slack.replies import read
from tests.slack.test_acting import card, kinds, shows

RULES = """
[tools.slack.post_message]
enabled = true
targets = ["offers"]
"""
SAID = "the price is 7"


def test_a_channel_whose_name_another_one_has_by_now_hears_nothing(tmp_path: Path, database_url: str) -> None:
    world = a_slack_world()
    footnote = next(iter(world.apps.values()))
    for name in ("offers", "press"):
        world.add_channel(name, members=["ana", "ben", footnote])
    with office(tmp_path, database_url, world=world) as acme:
        texts = {**app.packaged_rules(), OVERRIDES: RULES}
        with acme.records.database.writing() as session:
            acme.records.config.save(session, texts, author="test", note="tools", now=acme.records.clock())
        with running(acme):
            ana, direct = acme.person("ana"), acme.direct("ana")
            acme.asks("ana", f"post a message in #offers: {SAID}")
            found = card(acme, direct)
            assert "There: #offers" in read(found.blocks)
            acme.settled()
            ana.rename("offers", "offers-old")
            ana.rename("press", "offers")
            ana.click(direct, found.ts, "act:confirm")
            shows(acme, direct, "It is not what it was when I first looked")
            until(lambda: kinds(acme)[-1] == "act_turned")
            assert acme.replies("offers") == []
            assert acme.replies("offers-old") == []
            assert acme.events("act_claimed") == []

            acme.asks("ana", f"post a message in #offers: {SAID}")
            until(lambda: card(acme, direct).ts != found.ts)
            ana.click(direct, card(acme, direct).ts, "act:confirm")
            until(lambda: acme.replies("offers"))
            (said,) = acme.replies("offers")
            assert SAID in said.text
            assert "For Ana (ana@acme.test), by Footnote" in said.text
