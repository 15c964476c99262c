"""The sample company's Drive, with everything that a real one has: read whole, and found by whom the oracle says."""

import httpx

from bot.playground.google.acme import ADMIN, acme
from bot.playground.slack.clock import ManualClock
from tests.connectors.drive.shared import shared

KINDS = {"document", "spreadsheet", "presentation", "pdf"}


def test_everybody_at_acme_finds_and_is_shown_what_they_may_and_office_files_are_read(client: httpx.Client) -> None:
    clock = ManualClock()
    world = acme(clock=clock)
    with shared(
        world, clock, client=client, drives=",".join(world.google.drive.drives), my_drive=True, admin=ADMIN
    ) as found:
        found.sync()
        people = [user.email for user in world.google.directory.users.values() if user.active and not user.external]
        for address in people:
            expected = found.google.oracle.findable(address)
            assert found.findable(address) == expected, address
            assert found.may(address, *expected) == expected, address
        assert found.problems() == ""
        documents = [kept.document for kept in found.memory.documents.values()]
        assert {one.kind for one in documents} == KINDS
        by_name = {one.title for one in documents if len(one.text) <= len(one.title)}
        assert by_name == {"Signature specimens"}, "its readers may not take it away"
