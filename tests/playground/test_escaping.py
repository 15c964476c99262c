"""What an app is told of a command, if it wants people and channels by their ids."""

import pytest

from bot.playground.slack.escaping import marked_up
from bot.slack.commands import as_typed
from tests.slack.office import a_slack_world


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("people show @ana", "people show <@{ana}|ana>"),
        ("@nobody #general", "@nobody <#{general}|general>"),
        ("a < b & c", "a &lt; b &amp; c"),
        ("ana@acme.test", "<mailto:ana@acme.test|ana@acme.test>"),
        ("https://acme.test/?a=1&b=2", "<https://acme.test/?a=1&amp;b=2>"),
        ("<@{ana}|ana>", "<@{ana}|ana>"),
    ],
)
def test_people_and_channels_are_told_by_their_ids_and_the_rest_is_marked_up(typed: str, told: str) -> None:
    world = a_slack_world()
    ids = {"ana": world.user("ana").id, "general": world.channel("general").id}
    assert marked_up(world, typed.format(**ids)) == told.format(**ids)


@pytest.mark.parametrize(
    "typed",
    [
        'policy set admins.people ["ana@acme.test", "ben@acme.test"]',
        'policy set a."b c" "x < y & z"',
        "help",
        "audit verify",
    ],
)
def test_what_names_no_person_reaches_us_as_it_was_typed(typed: str) -> None:
    assert as_typed(marked_up(a_slack_world(), typed)) == typed
