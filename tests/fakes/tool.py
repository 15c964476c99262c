"""A tool that does nothing anywhere: what was asked of it is counted, and it fails as it is told."""

import threading
from collections.abc import Callable
from typing import ClassVar, Literal

from pydantic import Field, JsonValue

from bot.core.acting import Actor, Arguments, Barred, Done, NotDone, Would
from connectors.model import Retryable
from connectors.plain import NOTHING_BELOW, Below

TEXT: dict[str, JsonValue] = {"footnote": "text"}
BODY: dict[str, JsonValue] = {**TEXT, "footnote_body": True}


class Ticket(Arguments):
    project: str = Field(
        title="Project", description="The project", pattern=r"^[A-Z]{2,10}$", json_schema_extra={"footnote": "target"}
    )
    summary: str = Field(
        title="Summary", description="What it is about", min_length=3, max_length=100, json_schema_extra=TEXT
    )
    text: str = Field(
        default="", title="Text", description="What there is to say", max_length=1000, json_schema_extra=BODY
    )
    kind: Literal["Task", "Bug"] = Field(default="Task", title="Kind", description="What sort it is")
    watcher: str | None = Field(
        default=None,
        title="Watcher",
        description="Who is told",
        pattern=r"^[^@\s]+@[^@\s]+$",
        json_schema_extra={"footnote": "recipient"},
    )


class FakeTool:
    """The port `Tool`. `there_is_one`: a target. `done`: what stands there, by key; `refuses`: what it says instead."""

    name: ClassVar[str] = "jira.create_issue"
    takes: ClassVar[type[Arguments]] = Ticket
    keyed: ClassVar[bool] = True
    signs: ClassVar[bool] = True

    def __init__(self) -> None:
        self.runs: list[tuple[str, Ticket, Actor]] = []
        self.looks = 0
        self.there_is_one = True
        self.below: list[Below] = []
        self.channel: str | None = None  # in which it would be said
        self.done: dict[str, Ticket] = {}
        self.means = "project 1"  # what a project's key stands for
        self.barred: Barred | None = None
        self.refuses: NotDone | None = None
        self.before: Callable[[], None] = _nothing  # the effect
        self.after: Callable[[], None] = _nothing
        self.cannot_tell: Exception | None = None
        self._lock = threading.Lock()

    def is_set_up(self) -> bool:
        return self.there_is_one

    def look(self, arguments: Ticket, actor: Actor) -> Would | Barred:  # noqa: ARG002
        self.looks += 1
        named = f"Project {arguments.project}"
        return self.barred or Would(target=named, id=self.means, url="https://jira.test/ENG", channel=self.channel)

    def run(
        self, arguments: Ticket, actor: Actor, key: str, below: Below = NOTHING_BELOW, *, at: str | None = None
    ) -> Done | NotDone:
        self.before()
        if at is not None and at != self.means:
            return NotDone(why="changed")
        self.below.append(below)
        with self._lock:
            self.runs.append((key, arguments, actor))
            if self.refuses is not None:
                return self.refuses
            self.done.setdefault(key, arguments)
        self.after()
        return self._as_done(key)

    def find(self, arguments: Ticket, actor: Actor, key: str) -> Done | None:  # noqa: ARG002
        if self.cannot_tell is not None:
            raise self.cannot_tell
        return self._as_done(key) if key in self.done else None

    def _as_done(self, key: str) -> Done:
        number = list(self.done).index(key) + 1
        return Done(what=f"ENG-{number}", url=f"https://jira.test/ENG-{number}")


class CodedTool(FakeTool):
    """Its target's id says nothing; only `readers`, by their addresses, may open it there."""

    def __init__(self) -> None:
        super().__init__()
        self.readers: set[str] = set()
        self.is_away = False

    def title(self, arguments: Ticket, reader: Actor) -> str | None:  # noqa: ARG002
        if self.is_away:
            raise Retryable("away")
        return "Salaries of the board" if reader.email in self.readers else None


class UnkeyedTool(FakeTool):
    """Twice run is twice done."""

    keyed: ClassVar[bool] = False


def _nothing() -> None: ...
