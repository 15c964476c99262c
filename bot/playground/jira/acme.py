"""The sample company's Jira: a project for each team, for those who work there, and one for everybody."""

from typing import Final

from bot.playground.confluence.acme import BOT
from bot.playground.confluence.acme import acme as with_wiki
from bot.playground.jira.nouns import Json
from bot.playground.slack.clock import Clock
from bot.playground.world import World

PROJECTS: Final = {  # for whom, and what has been asked there
    "ENG": ("Engineering", ("eng",), ("ana@acme.test", "mei@acme.test")),
    "HR": ("People team", ("hr", "managers"), ("ben@acme.test",)),
    "LEGAL": ("Legal requests", ("legal",), ("omar@acme.test",)),
    "HELP": ("Help desk", (), ("dev@acme.test", "chloe@acme.test")),
}
ISSUES: Final = {
    "ENG": (
        ("Bug", "Ingest lags after a restart of the broker", "Seen twice in October, each time for some ten minutes."),
        ("Task", "Raise the limit of replicas for signal-ingest", "From 12 to 16, after the next release."),
    ),
    "HR": (("Task", "Bring the welcome page up to date", "The buddy programme is missing."),),
    "LEGAL": (("Task", "Review the reseller terms of Halvorsen", "Before the end of the quarter."),),
    "HELP": (
        ("Task", "Second screen for the desk in Denver", "The old one flickers."),
        ("Bug", "Travel booking signs me out", "Every time, after the calendar opens."),
    ),
}


def acme(*, clock: Clock | None = None) -> World:
    """A company with its wiki."""
    world = with_wiki(clock=clock)
    fill(world)
    return world


def fill(world: World) -> None:
    """A company that may have other sites already. The bot's own account may do everything in all of them."""
    for key, (name, groups, authors) in PROJECTS.items():
        project = world.jira.add_project(key, name, groups=groups, users=[BOT] if groups else [])
        for number, (kind, summary, words) in enumerate(ISSUES[key]):
            author = authors[number % len(authors)]
            world.jira.add_issue(project.id, summary, said(words), type=kind, author=author)


def said(words: str) -> Json:
    paragraph = {"type": "paragraph", "content": [{"type": "text", "text": words}]}
    return {"type": "doc", "version": 1, "content": [paragraph]}
