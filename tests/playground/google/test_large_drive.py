"""A Drive of any size, in this process or in one of its own."""

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from bot.playground.google import Oracle
from bot.playground.google.crowd import ADMIN, crowd
from bot.playground.google.nouns import FOLDER
from bot.playground.google.sharing import permissions
from bot.playground.slack.clock import ManualClock
from tests.playground.google.conftest import TLS


def test_the_same_seed_the_same_drive() -> None:
    one, same, other = (crowd(300, seed=seed, clock=ManualClock()).google.drive.files for seed in (1, 1, 2))
    assert one == same
    assert [each.exports for each in one.values()] != [each.exports for each in other.values()]


def test_nobody_finds_all_and_everybody_something() -> None:
    world = crowd(400, people=8, shared=0.2)
    oracle = Oracle(world)
    documents = {each.id for each in world.google.drive.files.values() if each.mime_type != FOLDER}
    found = [oracle.findable(f"person-{number}@crowd.test") for number in range(8)]
    assert len(documents) == 400
    assert all(set() < each < documents for each in found)
    organized = {each for each in documents if world.google.drive.files[each].drive_id}
    assert organized <= oracle.findable(ADMIN)
    assert any(len(permissions(world, each)) > 5 for each in world.google.drive.files.values())


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[dict[str, Any]]:
    """In a process of its own."""
    words = [sys.executable, "-m", "bot.playground.google", "--files", "30", "--people", "4", "--drives", "2"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()


def test_another_process_says_where_it_is_and_is_asked_over_http(elsewhere: dict[str, Any]) -> None:
    from google.oauth2 import service_account

    assert elsewhere["admin"] == ADMIN
    assert len(elsewhere["drives"]) == 2
    assert elsewhere["key"]["token_uri"] == f"{elsewhere['url']}/token"
    service_account.Credentials.from_service_account_info(elsewhere["key"])  # type: ignore[no-untyped-call]
    with httpx.Client(base_url=elsewhere["url"], trust_env=False, verify=TLS) as http:
        files = http.get("/_world/files").json()["files"]
        assert sum(each["type"] != FOLDER for each in files) == 30
        assert http.post("/_world/control/heal", content="{}").status_code == 400
        assert http.get("/_world/findable", params={"address": ADMIN}).json()["ids"]
