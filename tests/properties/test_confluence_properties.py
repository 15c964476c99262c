"""After whatever people do to a wiki, and whatever goes wrong on the way, what each may be shown is what the wiki itself
says; and before the loops have caught up, the live check lets nobody see more.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bot.playground.confluence.nouns import Content
from bot.playground.slack.clock import ManualClock
from bot.playground.world import World
from connectors.model import Loop, Retryable
from policies.access import may_read
from policies.people import Email, Person
from tests.connectors.confluence.wiki import NOW, Wiki, page, wiki

ADDRESSES = ("ann@acme.test", "ben@acme.test", "cleo@acme.test", "guest@other.test")
GROUPS = ("eng", "hr")
SPACES = ("ENG", "HR")
UNSEEN = "SECRET"  # a space that was not allowed
LOOPS = (Loop.STRUCTURE, Loop.ACCESS, Loop.CONTENT)
EXAMPLES = 25
CLIENTS: list[httpx.Client] = []
index = st.integers(min_value=0, max_value=10_000)


class People(RuleBasedStateMachine):
    """Things are drawn by a number, out of those that there are."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.faulty = False

    @initialize()
    def move_in(self) -> None:
        self.clock = ManualClock()
        self.world = World(clock=self.clock)
        for group in GROUPS:
            self.world.add_group(group)
        for number, address in enumerate(ADDRESSES):
            standing: Any = "guest" if address.startswith("guest") else "licensed"
            self.world.add_person(f"Person {number}", email=address, standing=standing)
        for space in (*SPACES, UNSEEN):
            self.world.confluence.add_space(space, licensed=space != "HR", admins=False)
        self.world.confluence.grant("HR", "group", self.world.group("hr").id)
        self.wiki: Wiki = self.stack.enter_context(wiki(self.world, client=CLIENTS[0], most_gone_percent=100))
        for key in SPACES:
            self._furnish(key)
        self.world.add_members("eng", *ADDRESSES[:2])
        self.world.add_members("hr", *ADDRESSES[1:3])

    def _furnish(self, key: str) -> None:
        """Three deep, a folder between, and something that hangs on what lies lowest."""
        site = self.world.confluence
        top = site.add_page(key, "Top", "<p>top</p>")
        middle = site.add_page(key, "Middle", "<p>middle</p>", parent=top.id)
        low = site.add_page(key, "Low", "<p>low</p>", parent=middle.id)
        site.add_attachment(low.id, "notes.txt", b"notes")
        site.add_comment(low.id, "<p>why?</p>")
        folder = site.add_folder(key, "Folder", parent=top.id)
        site.add_page(key, "Filed", "<p>filed</p>", parent=folder.id)
        site.add_blogpost(key, "Post", "<p>post</p>")
        self._later()

    def teardown(self) -> None:
        with self.stack:
            if hasattr(self, "wiki"):
                self.settle()

    # -- what people do

    @rule(space=index, parent=index, under=st.booleans())
    def add_page(self, space: int, parent: int, under: bool) -> None:  # noqa: FBT001
        key = self._drawn((*SPACES, UNSEEN), space)
        above = self._drawn(self._tree(key), parent) if under and self._tree(key) else None
        body = f"<p>page {len(self.world.confluence.content)}</p>"
        self.world.confluence.add_page(key, "Page", body, parent=above.id if above else None)
        self._later()

    @rule(space=index, parent=index, under=st.booleans())
    def add_folder(self, space: int, parent: int, under: bool) -> None:  # noqa: FBT001
        key = self._drawn(SPACES, space)
        above = self._drawn(self._tree(key), parent) if under and self._tree(key) else None
        self.world.confluence.add_folder(key, "Folder", parent=above.id if above else None)

    @rule(space=index)
    def add_blogpost(self, space: int) -> None:
        self.world.confluence.add_blogpost(self._drawn(SPACES, space), "Post", "<p>post</p>")
        self._later()

    @precondition(lambda self: self._documents())
    @rule(which=index, inline=st.booleans(), file=st.booleans())
    def hang_something_on_it(self, which: int, inline: bool, file: bool) -> None:  # noqa: FBT001
        on = self._drawn(self._documents(), which)
        if file:
            self.world.confluence.add_attachment(on.id, "notes.txt", b"notes")
        else:
            first = self.world.confluence.add_comment(on.id, "<p>why?</p>", inline=inline)
            self.world.confluence.add_comment(on.id, "<p>so.</p>", inline=inline, reply_to=first.id)
        self._later()

    @precondition(lambda self: self._all())
    @rule(which=index)
    def edit(self, which: int) -> None:
        self.world.confluence.edit(self._drawn(self._all(), which).id, title="Another", body="<p>else</p>")
        self._later()

    @precondition(lambda self: self._tree())
    @rule(which=index, to=index, top=st.booleans())
    def move(self, which: int, to: int, top: bool) -> None:  # noqa: FBT001
        moved, above = self._drawn(self._tree(), which), self._drawn(self._tree(), to)
        try:
            if top:
                self.world.confluence.move(moved.id, space=self._drawn((*SPACES, UNSEEN), to))
            else:
                self.world.confluence.move(moved.id, parent=above.id)
        except ValueError:
            pass
        self._later()

    @precondition(lambda self: self._restrictable())
    @rule(which=index, who=st.sampled_from(["nobody", "ann", "eng", "both", "app", "unknown"]))
    def restrict(self, which: int, who: str) -> None:
        content = self._drawn(self._restrictable(), which)
        ann, eng = self.world.person(ADDRESSES[0]).account_id, self.world.group("eng").id
        self.world.confluence.restrict(
            content.id,
            users=[ann] if who in {"ann", "both"} else ["gone-account"] if who == "unknown" else [],
            groups=[eng] if who in {"eng", "both"} else [],
            apps=["app-1"] if who == "app" else [],
        )

    @precondition(lambda self: self._all())
    @rule(which=index, how=st.sampled_from(["trash", "archive", "purge"]), deep=st.booleans())
    def take_away(self, which: int, how: str, deep: bool) -> None:  # noqa: FBT001
        content = self._drawn(self._all(), which)
        if how == "purge":
            self.world.confluence.purge(content.id)
        elif how == "trash" or content.kind != "page":
            self.world.confluence.trash(content.id, with_children=deep)
        else:
            self.world.confluence.archive(content.id, with_children=deep)
        self._later()

    @precondition(lambda self: self._restrictable())
    @rule(which=index, others=index)
    def restrict_two_at_once(self, which: int, others: int) -> None:
        self.restrict(which, "eng")
        self.restrict(others, "both")

    @precondition(lambda self: self._gone())
    @rule(which=index)
    def restore(self, which: int) -> None:
        self.world.confluence.restore(self._drawn(self._gone(), which).id)

    @rule(group=index, who=index, joins=st.booleans())
    def change_a_group(self, group: int, who: int, joins: bool) -> None:  # noqa: FBT001
        change = self.world.add_members if joins else self.world.remove_members
        change(self._drawn(GROUPS, group), self._drawn(ADDRESSES, who))

    @rule(space=index, who=index, gives=st.booleans())
    def grant(self, space: int, who: int, gives: bool) -> None:  # noqa: FBT001
        change = self.world.confluence.grant if gives else self.world.confluence.revoke
        change(self._drawn(SPACES, space), "user", self.world.person(self._drawn(ADDRESSES, who)).account_id)

    @rule(space=index, anonymous=st.booleans())
    def open_to_all(self, space: int, anonymous: bool) -> None:  # noqa: FBT001
        self.world.confluence.set_anonymous(self._drawn(SPACES, space), anonymous)

    @rule(who=index, away=st.booleans())
    def leave(self, who: int, away: bool) -> None:  # noqa: FBT001
        (self.world.deactivate if away else self.world.activate)(self._drawn(ADDRESSES, who))

    # -- what goes wrong

    @rule(seed=index)
    def fail_now_and_then(self, seed: int) -> None:
        self.wiki.site.faults.seed(seed, share=0.15)
        self.faulty = True

    @rule()
    def fail_no_more(self) -> None:
        self.wiki.site.faults.clear()
        self.faulty = False

    # -- what the sync does

    @rule(loop=st.sampled_from(LOOPS), batches=st.integers(min_value=0, max_value=4))
    def be_cut_off(self, loop: Loop, batches: int) -> None:
        """Killed, after so many batches."""
        memory = self.wiki.memory
        with suppress(Retryable):
            changes = self.wiki.connector.changes(loop, memory, memory.cursors.get(loop), full=False)
            for _, batch in zip(range(batches), changes, strict=False):
                memory.take(loop, batch)

    @rule(loop=st.sampled_from(LOOPS), full=st.booleans())
    def run(self, loop: Loop, full: bool) -> None:  # noqa: FBT001
        with suppress(Retryable):
            self.wiki.run(loop, full=full)

    @rule()
    def settle(self) -> None:
        self.fail_no_more()
        self.wiki.sync()
        self.wiki.sync()  # what moved while a pass was under way is found by the next
        for address, held in self._people():
            assert self._shown(held) == self._wanted(address), address

    # -- what always holds

    @rule(who=index)
    def the_live_check_lets_nobody_see_more(self, who: int) -> None:
        address = self._drawn(ADDRESSES, who)
        ids = sorted(self.wiki.memory.documents)
        try:
            held = self.wiki.person(address)
            found = self.wiki.live(*ids)
            asked = set(self.wiki.may(address, *ids))
        except Retryable:
            assert self.faulty
            return
        layered = {id_ for id_, access in found.items() if may_read(held, access, NOW)}
        assert layered <= self._wanted(address)
        assert asked <= self._wanted(address)
        if not self.faulty:
            assert asked == self._wanted(address) & set(ids)

    @invariant()
    def nothing_of_what_was_not_allowed_is_kept(self) -> None:
        for kept in self.wiki.memory.documents.values() if hasattr(self, "wiki") else ():
            assert kept.document.place != UNSEEN

    # -- how

    def _people(self) -> Iterator[tuple[str, Person]]:
        members = self.wiki.groups()
        for address in ADDRESSES:
            yield address, Person(email=Email(address), principals=members.get(Email(address), frozenset()))

    def _shown(self, person: Person) -> set[str]:
        kept = self.wiki.memory.readable(person, NOW)
        unsure = {id_ for id_ in kept if any(layer.unsure for layer in self.wiki.memory.access(id_).layers)}
        assert person.email is not None
        return (kept - unsure) | set(self.wiki.may(person.email, *sorted(unsure)))

    def _wanted(self, address: str) -> set[str]:
        readable = self.wiki.site.oracle.readable(self.world.person(address).account_id)
        allowed = {self.world.confluence.space(key).id for key in SPACES}
        found = (self.world.confluence.content[id_] for id_ in readable)
        return {page(content) for content in found if content.space_id in allowed}

    def _all(self) -> list[Content]:
        kinds = {"page", "blogpost", "comment", "attachment"}
        return [
            each for each in self.world.confluence.content.values() if each.kind in kinds and each.status == "current"
        ]

    def _documents(self) -> list[Content]:
        return [each for each in self._all() if each.kind in {"page", "blogpost"}]

    def _gone(self) -> list[Content]:
        return [each for each in self.world.confluence.content.values() if each.status != "current"]

    def _tree(self, space: str | None = None) -> list[Content]:
        return [
            each
            for each in self.world.confluence.content.values()
            if each.kind in {"page", "folder"}
            and each.status == "current"
            and (space is None or each.space_id == self.world.confluence.space(space).id)
        ]

    def _restrictable(self) -> list[Content]:
        return [each for each in self.world.confluence.content.values() if each.kind not in {"attachment", "comment"}]

    def _drawn(self, things: Sequence[Any], number: int) -> Any:
        return things[number * 2_654_435_761 // 128 % len(things)]  # small numbers are drawn more often than others

    def _later(self) -> None:
        self.clock.advance(60)


@pytest.fixture(autouse=True)
def connections() -> Iterator[None]:
    with httpx.Client() as client:
        CLIENTS.append(client)
        yield
    CLIENTS.clear()


def test_what_each_may_be_shown_is_what_the_wiki_says() -> None:
    run_state_machine_as_test(
        People,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )
