"""A wiki, a Drive and a folder for a home to read: real connectors, whose requests wait for nothing."""

import json
from collections.abc import Callable, Mapping
from typing import Final

import httpx

from bot.stores.memory import SourceMemory
from connectors import confluence, drive, folder
from connectors.confluence.client import Client as ConfluenceClient
from connectors.drive.client import Client as DriveClient
from connectors.drive.refusals import is_haste
from connectors.drive.tokens import ADVICE, Tokens
from connectors.folder.access import WithoutAccess
from connectors.folder.files import Disk
from connectors.http import Http, Patience
from connectors.pace import Pace
from policies.people import Email
from tests.flows.synced_home import Source, SyncedHome

WIKI: Final = "wiki"
DRIVE: Final = "drive"
HANDBOOK: Final = "handbook"
AT_ONCE: Final = Patience(total_s=60, first_wait_s=0, longest_wait_s=0, jitter_s=0)
Links = Callable[[], Mapping[Email, str]]


def a_wiki(settings: confluence.Settings, *, http: httpx.Client, authorization: str, links: Links = dict) -> Source:
    def connected(home: SyncedHome) -> confluence.ConfluenceConnector:
        client = Http(
            [settings.api], authorization=lambda: authorization, pace=_no_pace(), patience=AT_ONCE, client=http
        )
        return confluence.ConfluenceConnector(
            WIKI, settings, str, overrides=links, held=home.held, client=ConfluenceClient(settings, str, client)
        )

    return Source(WIKI, "confluence", connected)


def a_drive(settings: drive.Settings, *, http: httpx.Client, key: Mapping[str, str], links: Links = dict) -> Source:
    text = json.dumps(dict(key))

    def connected(home: SyncedHome) -> drive.DriveConnector:
        asking = Http(
            [settings.token_url],
            authorization=str,
            pace=_no_pace(),
            patience=AT_ONCE,
            is_partial=lambda _: True,
            client=http,
        )
        client = Http(
            [settings.drive_api, settings.directory_api, settings.exports],
            authorization=str,
            pace=_no_pace(),
            patience=AT_ONCE,
            is_temporary=is_haste,
            advice=ADVICE,
            client=http,
        )
        return drive.DriveConnector(
            DRIVE,
            settings,
            str,
            clock=home.now,
            memory=SourceMemory(home.database, DRIVE),
            overrides=links,
            held=home.held,
            client=DriveClient(settings, Tokens(settings, lambda: text, home.now, asking), client),
        )

    return Source(DRIVE, "drive", connected)


def a_folder(disk: Disk, *, without_access: WithoutAccess = "nobody") -> Source:
    def connected(_: SyncedHome) -> folder.FolderConnector:
        return folder.FolderConnector(
            HANDBOOK, disk.root, without_access=without_access, max_file_bytes=2_000, disk=disk
        )

    return Source(HANDBOOK, "folder", connected)


def _no_pace() -> Pace:
    return Pace(100_000, burst=100_000)
