"""Each tool before its target, which runs on loopback: what it would take to have the effect, and what came of it there."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

import httpx
from slack_sdk import WebClient

from bot import tools
from bot.core.acting import Actor, Arguments
from bot.playground.confluence import ConfluenceEmulator
from bot.playground.google import GoogleEmulator
from bot.playground.google.call import Habits
from bot.playground.google.tokens import DRIVE, READING
from bot.playground.jira import JiraEmulator
from bot.playground.jira.document import text
from bot.playground.slack import RateLimits, SlackEmulator, SlackWorld
from bot.playground.slack.faults import Kind as SlackFault
from bot.playground.world import World
from bot.slack.audience import SlackPeople
from bot.slack.heard import Us
from bot.slack.speaking import SlackSpeaker
from bot.tools.drive_share_file import Drive
from bot.tools.wikis import Wiki
from connectors import confluence, drive, jira
from connectors.confluence.client import Client as ConfluenceClient
from connectors.confluence.client import lacks_a_scope
from connectors.confluence.connector import ConfluenceConnector
from connectors.drive.client import Client as DriveClient
from connectors.drive.refusals import is_haste
from connectors.drive.tokens import Tokens
from connectors.http import Http, Patience
from connectors.pace import Pace
from policies.people import Email
from tests.fakes.access import FakeAccess

ANA = Actor(email=Email("ana@acme.test"), name="Ana Ribeiro")  # may do it
BEN = Actor(email=Email("ben@acme.test"), name="Ben Visser")  # is known there, and may not
EVE = Actor(email=Email("eve@acme.test"), name="Eve")  # nobody knows
AT_ONCE = Patience(total_s=20, first_wait_s=0, longest_wait_s=0, jitter_s=0)
KEY = "x_0123456789"
Went = Literal["rate_limited", "failed_after", "lost_reply", "truncated", "error_503"]
SLACKS: Mapping[Went, SlackFault] = {
    "rate_limited": "rate_limited",
    "failed_after": "lost_reply",
    "lost_reply": "lost_reply",
    "truncated": "truncated",
    "error_503": "error_500",
}


@dataclass
class Target:
    """`arguments` for what is there, saying `words`; `absent` for what is not. `effects`: what has been said or done there,
    as a reader sees it. `fail`: how the next write goes wrong.
    """

    tool: Any  # a Tool
    arguments: Callable[..., Arguments]
    absent: Arguments
    effects: Callable[[], list[str]]
    writes: Callable[[], int]
    fail: Callable[[Went], object]
    site: Any = None
    extra: dict[str, Any] = field(default_factory=dict)


def http(origins: Sequence[str], authorization: Callable[[], str], client: httpx.Client, **more: Any) -> Http:
    pace = Pace(100_000, burst=100_000)
    return Http(origins, authorization=authorization, pace=pace, patience=AT_ONCE, client=client, **more)


# -- Jira


def a_company() -> World:
    world = World()
    world.add_person("Footnote", email="footnote@acme.test", admin=True, app=True)
    world.add_person("Ana Ribeiro", email=ANA.email)
    world.add_person("Ben Visser", email=BEN.email)
    world.add_group("eng", members=[ANA.email, "footnote@acme.test"])
    return world


@contextmanager
def jira_site(client: httpx.Client, *, scopes: frozenset[str] | None = None, **how: Any) -> Iterator[tuple[Any, Any]]:
    world = a_company()
    world.jira.add_project("ENG", "Engineering", groups=["eng"])
    world.jira.add_issue("ENG", "Ingest lags", author=ANA.email)
    with JiraEmulator(world, scopes=scopes, **how) as site:
        api = site.gateway_url if scopes is not None else site.url
        settings = jira.parse({"site": site.url, "api": api})
        made = http([api], lambda: site.caller.basic, client, is_partial=lacks_a_scope)
        yield site, jira.Client(settings, str, made)


@contextmanager
def create_issue(client: httpx.Client, **how: Any) -> Iterator[Target]:
    with jira_site(client, **how) as (site, api):
        tool = tools.JiraCreateIssue(api)

        def arguments(words: str = "Every time.") -> Arguments:
            return tool.takes(project="eng", type="bug", summary="It stops", description=words)  # type: ignore[call-arg]

        yield Target(
            tool=tool,
            arguments=arguments,
            absent=tool.takes(project="NOPE", summary="It stops"),  # type: ignore[call-arg]
            effects=lambda: [text(each.description) for each in site.world.jira.issues.values() if each.properties],
            writes=lambda: len(site.requests.writes()),
            fail=lambda went: site.faults.fail("POST /rest/api/3/issue?", went),
            site=site,
        )


@contextmanager
def comment_on_issue(client: httpx.Client, **how: Any) -> Iterator[Target]:
    with jira_site(client, **how) as (site, api):
        tool = tools.JiraComment(api)
        yield Target(
            tool=tool,
            arguments=lambda words="Seen again.": tool.takes(issue="ENG-1", text=words),  # type: ignore[call-arg]
            absent=tool.takes(issue="ENG-77", text="Seen again."),  # type: ignore[call-arg]
            effects=lambda: [text(each.body) for each in site.world.jira.issue("ENG-1").comments],
            writes=lambda: len(site.requests.writes()),
            fail=lambda went: site.faults.fail("POST /rest/api/3/issue/", went),
            site=site,
        )


# -- Confluence


@contextmanager
def wiki_site(client: httpx.Client, *, scopes: frozenset[str] | None = None, **how: Any) -> Iterator[tuple[Any, Any]]:
    world = a_company()
    world.confluence.add_space("ENG", "Engineering", licensed=False, groups=["eng"])
    world.confluence.add_space("SECRET", "Named by no admin")
    world.confluence.add_page("ENG", "Runbook", "<p>Restart it.</p>")
    with ConfluenceEmulator(world, scopes=scopes, **how) as site:
        api = site.gateway_url if scopes is not None else site.url
        settings = confluence.Settings.model_validate(
            {"site": f"{site.url}/wiki", "api": api, "secret": "env:TOKEN", "spaces": "ENG"}
        )
        made = http([api], lambda: site.caller.basic, client, is_partial=lacks_a_scope)
        asking = http([site.url], lambda: knowing.basic, client)
        knowing = site.add_caller(site.caller.account_id, admin=True)
        known = ConfluenceConnector(
            "wiki",
            settings.model_copy(update={"api": site.url}),
            str,
            client=ConfluenceClient(settings.model_copy(update={"api": site.url}), str, asking),
        )
        yield (
            site,
            Wiki(
                source="wiki",
                settings=settings,
                client=ConfluenceClient(settings, str, made),
                held=lambda email: known.groups().members.get(email, frozenset()),
                clock=lambda: datetime.now(UTC),  # noqa: TID251 - nothing here ends
            ),
        )


@contextmanager
def create_page(client: httpx.Client, **how: Any) -> Iterator[Target]:
    with wiki_site(client, **how) as (site, wiki):
        tool = tools.ConfluenceCreatePage(lambda: [wiki])

        def arguments(words: str = "Do this first.", **more: Any) -> Arguments:
            given: Mapping[str, Any] = {"space": "ENG", "title": "How to", "text": words, **more}
            return tool.takes(**given)

        content = site.world.confluence.content
        yield Target(
            tool=tool,
            arguments=arguments,
            absent=tool.takes(space="NOPE", title="How to", text="Do this first."),  # type: ignore[call-arg]
            effects=lambda: [each.body for each in content.values() if "footnote-" in each.body],
            writes=lambda: len(site.requests.writes()),
            fail=lambda went: site.faults.fail("POST /wiki/api/v2/pages", went),
            site=site,
        )


@contextmanager
def comment_on_page(client: httpx.Client, **how: Any) -> Iterator[Target]:
    with wiki_site(client, **how) as (site, wiki):
        tool = tools.ConfluenceComment(lambda: [wiki])
        content = site.world.confluence.content
        page = next(each.id for each in content.values() if each.title == "Runbook")
        address = f"{site.url}/wiki/spaces/ENG/pages/{page}/Runbook"
        yield Target(
            tool=tool,
            arguments=lambda words="Is this still so?": tool.takes(page=address, text=words),  # type: ignore[call-arg]
            absent=tool.takes(page="99999999", text="Is this still so?"),  # type: ignore[call-arg]
            effects=lambda: [each.body for each in content.values() if each.kind == "comment"],
            writes=lambda: len(site.requests.writes()),
            fail=lambda went: site.faults.fail("POST /wiki/api/v2/footer-comments", went),
            site=site,
            extra={"page": page},
        )


# -- Drive


@contextmanager
def share_file(
    client: httpx.Client,
    *,
    mode: str = "delegation",
    delegated: frozenset[str] = READING | {DRIVE},
    habits: Habits | None = None,
) -> Iterator[Target]:
    world = World()
    directory = world.google.directory
    directory.add_user("it@acme.test", admin=True)
    for email in (ANA.email, BEN.email, "chloe@acme.test"):
        directory.add_user(email, aliases=["c.martens@acme.test"] if email.startswith("chloe") else [])
    shared = world.google.drive.add_drive("Finance", {ANA.email: "organizer", BEN.email: "reader"})
    plan = world.google.drive.add_doc("Plan", "# Plan", parent=shared.id)
    with GoogleEmulator(world, delegated=delegated if mode == "delegation" else None, habits=habits) as google:
        if mode == "member":
            world.google.drive.set_member(shared.id, google.account.email, "organizer")
        settings = drive.Settings.model_validate(
            {
                "mode": mode,
                "key": "env:KEY",
                "domains": "acme.test",
                "drives": shared.id,
                "drive_api": f"{google.url}/drive/v3",
                "directory_api": f"{google.url}/admin/directory/v1",
                "token_url": google.token_url,
                **({"admin": "it@acme.test"} if mode == "delegation" else {}),
            }
        )
        asking = http([settings.token_url], str, client, is_partial=lambda _: True)
        tokens = Tokens(settings, lambda: json.dumps(google.key()), lambda: datetime.now(UTC), asking)  # noqa: TID251
        origins = [settings.drive_api, settings.directory_api]
        api = DriveClient(settings, tokens, http(origins, str, client, is_temporary=is_haste))
        tool = tools.DriveShareFile(lambda: [Drive(settings, api)])

        def arguments(_: str = "", **more: Any) -> Arguments:
            given: Mapping[str, Any] = {"file": plan.id, "person": "chloe@acme.test", **more}
            return tool.takes(**given)

        def effects() -> list[str]:
            chloe = directory.user("chloe@acme.test").id
            return [each.role for each in world.google.drive.file(plan.id).grants if each.principal == ("user", chloe)]

        yield Target(
            tool=tool,
            arguments=arguments,
            absent=arguments(file="1nothing-of-this-name"),
            effects=effects,
            writes=lambda: len(google.requests.writes()),
            fail=lambda went: google.faults.fail("POST /drive/v3/files", went),
            site=google,
            extra={"plan": plan.id, "world": world, "drive": shared.id},
        )


# -- Slack


@contextmanager
def post_message(_: httpx.Client) -> Iterator[Target]:
    world = SlackWorld(team="Acme", domain="acme")
    app = world.add_app()
    for handle, email in (("ana", ANA.email), ("ben", BEN.email)):
        world.add_user(handle, email=email)
    deals = world.add_channel("deals", members=["ana", app], private=True)
    with SlackEmulator(world, rates=RateLimits.off()) as slack:
        client = WebClient(token=slack.bot_token(), base_url=slack.url, retry_handlers=[])
        us = Us(team=world.home.id, user=app.user_id, bot=app.bot_id)
        people = SlackPeople(client, FakeAccess(), team=world.home.id, bot_user=app.user_id)
        tool = tools.SlackPostMessage(SlackSpeaker(client, us, people))

        def said() -> list[str]:
            ours = [each for each in world.channels[deals.id].messages.values() if each.app_id]
            return [
                "".join(block["text"]["text"] for block in each.blocks if block["type"] == "section") for each in ours
            ]

        yield Target(
            tool=tool,
            arguments=lambda words="The offer is out.": tool.takes(channel=f"<#{deals.id}|deals>", text=words),  # type: ignore[call-arg]
            absent=tool.takes(channel="nowhere", text="The offer is out."),  # type: ignore[call-arg]
            effects=said,
            writes=lambda: sum(
                1 for each in slack.requests.all() if each.method.startswith(("chat.post", "chat.update"))
            ),
            fail=lambda went: slack.faults.fail("chat.postMessage", SLACKS[went], seconds=0.01),
            site=slack,
            extra={"world": world, "app": app, "deals": deals},
        )


TARGETS: Mapping[str, Callable[[httpx.Client], AbstractContextManager[Target]]] = {
    "jira.create_issue": create_issue,
    "jira.comment": comment_on_issue,
    "confluence.create_page": create_page,
    "confluence.comment": comment_on_page,
    "drive.share_file": share_file,
    "slack.post_message": post_message,
}
