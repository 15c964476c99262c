"""One test for each way in which a connector to Confluence is known to go wrong. Against the emulator, over HTTP."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from bot.playground.confluence.call import Habits
from bot.playground.confluence.nouns import Content
from bot.playground.slack.clock import ManualClock
from bot.playground.world import World
from connectors.confluence import reader, structure
from connectors.files import BROKEN
from connectors.http import Http, Misunderstood, Refused
from connectors.model import (
    AccessChanged,
    AccessUnknown,
    Braked,
    Delete,
    Fatal,
    LabelsChanged,
    LayerChanged,
    Loop,
    Retryable,
    Upsert,
)
from policies.access import may_read
from tests.connectors.confluence.test_check import NEEDED
from tests.connectors.confluence.wiki import NOW, Wiki, page, wiki
from tests.connectors.files.making import book_of, pdf, text

ANN, BEN, GUEST = "ann@acme.test", "ben@acme.test", "guest@other.test"
MakeWiki = Callable[..., Wiki]


@dataclass
class Company:
    """ENG is for all who are licensed; Ann is in the group, Ben is not; the guest is neither licensed nor in it."""

    world: World
    clock: ManualClock
    made: dict[str, Content] = field(default_factory=dict)

    @property
    def site(self) -> Any:
        return self.world.confluence

    def page(self, title: str, *, under: str | None = None, body: str = "<p>text</p>", space: str = "ENG") -> str:
        made = self.site.add_page(space, title, body, parent=self.id(under) if under else None)
        self.clock.advance(60)
        return self._keep(title, made)

    def hang(self, title: str, made: Content) -> str:
        self.clock.advance(60)
        return self._keep(title, made)

    def folder(self, title: str, *, under: str | None = None) -> str:
        return self._keep(title, self.site.add_folder("ENG", title, parent=self.id(under) if under else None))

    def id(self, title: str) -> str:
        return self.made[title].id

    def group(self, name: str = "eng") -> str:
        return self.world.group(name).id

    def _keep(self, title: str, made: Content) -> str:
        self.made[title] = made
        return page(made)


@pytest.fixture
def acme() -> Company:
    clock = ManualClock()
    world = World(clock=clock)
    world.add_group("eng")
    world.add_person("Ann", email=ANN, groups=["eng"])
    world.add_person("Ben", email=BEN)
    world.add_person("Guest", email=GUEST, standing="guest")
    world.confluence.add_space("ENG", "Engineering", admins=False)
    world.confluence.add_space("HR", licensed=False, admins=False)
    world.confluence.add_space("SECRET", admins=False)
    return Company(world, clock)


@pytest.fixture
def open_wiki(acme: Company, client: httpx.Client) -> Iterator[MakeWiki]:
    with ExitStack() as stack:
        yield lambda **more: stack.enter_context(wiki(acme.world, client=client, **more))


def live_readers(found: Wiki, id_: str) -> set[str]:
    access = found.live(id_).get(id_)
    people = (found.person(address) for address in (ANN, BEN, GUEST))
    return {str(one.email) for one in people if access is not None and may_read(one, access, NOW)}


# -- §1: access --------------------------------------------------------------------------------------------------------


def test_a_restriction_is_inherited_from_far_above(acme: Company, open_wiki: MakeWiki) -> None:
    acme.page("top")
    acme.page("middle", under="top")
    low = acme.page("low", under="middle")
    acme.site.restrict(acme.id("top"), groups=[acme.group()])
    found = open_wiki()
    found.sync()
    assert found.readers(low) == {ANN} == live_readers(found, low)
    assert not found.may(BEN, low)


def test_space_and_ancestors_and_own_have_to_open_all(acme: Company, open_wiki: MakeWiki) -> None:
    ben = acme.world.person(BEN).account_id
    acme.page("top")
    low = acme.page("low", under="top")
    acme.site.restrict(acme.id("top"), groups=[acme.group()])
    acme.site.restrict(acme.id("low"), users=[ben])
    found = open_wiki()
    found.sync()
    assert found.readers(low) == set() == live_readers(found, low)
    acme.world.add_members("eng", BEN)  # in the group above, and named below
    assert found.readers(low) == {BEN} == live_readers(found, low)
    acme.world.confluence.revoke("ENG", "access-class", "ALL_LICENSED_USERS")
    found.run(Loop.ACCESS)
    assert found.readers(low) == set() == live_readers(found, low)


def test_an_attachment_and_a_comment_below_a_restricted_ancestor_are_as_hidden_as_their_page(
    acme: Company, open_wiki: MakeWiki
) -> None:
    acme.page("top")
    acme.page("low", under="top")
    file = acme.hang("file", acme.site.add_attachment(acme.id("low"), "plan.md", b"# Plan"))
    first = acme.hang("first", acme.site.add_comment(acme.id("low"), "<p>why?</p>"))
    inline = acme.hang("inline", acme.site.add_comment(acme.id("low"), "<p>here</p>", inline=True))
    answer = acme.hang("answer", acme.site.add_comment(acme.id("low"), "<p>so</p>", reply_to=acme.id("first")))
    acme.site.restrict(acme.id("top"), groups=[acme.group()])
    found = open_wiki()
    found.sync()
    for id_ in (file, first, inline, answer):
        assert found.readers(id_) == {ANN} == live_readers(found, id_)
        assert not found.may(BEN, id_)
        assert found.may(ANN, id_)
    acme.site.restrict(acme.id("low"), users=["gone"])  # and their page's own
    found.run(Loop.ACCESS)
    assert [found.readers(id_) for id_ in (file, first, inline, answer)] == [set()] * 4


def test_an_edit_restriction_hides_nothing(acme: Company, open_wiki: MakeWiki) -> None:
    low = acme.page("low")
    acme.site.restrict(acme.id("low"), groups=[acme.group()], editing=True)
    found = open_wiki()
    found.sync()
    assert found.readers(low) == {ANN, BEN}


@pytest.mark.parametrize("kind", ["error_500", "error_503", "truncated", "wrong_type"])
def test_a_restriction_that_cannot_be_read_is_nobody_s_until_it_can(
    acme: Company, open_wiki: MakeWiki, kind: Any
) -> None:
    top = acme.page("top")
    low = acme.page("low", under="top")
    for title in ("one", "two", "three", "four"):
        acme.page(title)
    found = open_wiki()
    found.sync()
    found.site.faults.fail(f"content/{acme.id('top')}/restriction", kind, times=1000)
    with found.impatient():
        found.run(Loop.ACCESS)
    assert found.readers(top) == set() == found.readers(low)
    assert [problem.where for problem in found.memory.problems] == [top]
    found.site.faults.clear()
    found.run(Loop.ACCESS)
    assert found.readers(low) == {ANN, BEN}


def test_a_site_that_fails_altogether_hides_nothing_and_opens_nothing(acme: Company, open_wiki: MakeWiki) -> None:
    ids = [acme.page(str(number)) for number in range(5)]
    found = open_wiki()
    found.sync()
    found.site.faults.fail("/restriction/", "error_500", times=10_000)
    with pytest.raises(Retryable), found.impatient():
        found.run(Loop.ACCESS)
    assert all(found.readers(id_) == {ANN, BEN} for id_ in ids)


def test_a_long_restriction_is_read_to_its_end_users_and_groups(acme: Company, open_wiki: MakeWiki) -> None:
    low = acme.page("low")
    ben, filling = acme.world.person(BEN).account_id, [f"gone-{number}" for number in range(7)]
    acme.site.restrict(acme.id("low"), users=[*filling, ben], groups=["g0", "g1", "g2", acme.group()])
    found = open_wiki(habits=Habits(most_at_once=3))
    found.sync()
    assert found.readers(low) == {ANN, BEN} == live_readers(found, low)


def test_half_of_a_restriction_is_none(acme: Company, open_wiki: MakeWiki) -> None:
    low = acme.page("low")
    for title in ("one", "two", "three", "four"):
        acme.page(title)
    found = open_wiki(habits=Habits(most_at_once=3))
    found.sync()
    acme.site.restrict(acme.id("low"), users=["u0", "u1", "u2", acme.world.person(BEN).account_id])
    found.site.faults.fail(
        f"content/{acme.id('low')}/restriction/byOperation/read?expand", "error_500", skip=1, times=99
    )
    with found.impatient():
        found.run(Loop.ACCESS)
    assert found.readers(low) == set()


@pytest.mark.parametrize("who", [{"apps": ["app-1"]}, {"users": ["gone"]}, {"groups": ["gone"]}], ids=str)
def test_a_restriction_that_names_only_apps_or_strangers_is_a_restriction(
    acme: Company, open_wiki: MakeWiki, who: dict[str, list[str]]
) -> None:
    low = acme.page("low")
    acme.site.restrict(acme.id("low"), **who)
    found = open_wiki()
    found.sync()
    assert found.readers(low) == set() == live_readers(found, low)


@pytest.mark.parametrize("kind", ["folder", "whiteboard", "database", "embed"])
def test_a_page_below_a_folder_is_shown_only_after_the_live_check(
    acme: Company, open_wiki: MakeWiki, kind: Any
) -> None:
    acme.page("top")
    acme.made["folder"] = acme.site.add_folder("ENG", "Folder", parent=acme.id("top"), kind=kind)
    low = acme.page("low", under="folder")
    acme.site.restrict(acme.id("folder"), groups=[acme.group()])  # which the API does not tell
    found = open_wiki()
    found.sync()
    assert [layer.unsure for layer in found.memory.access(low).layers] == [False, False, True]
    assert found.live(low) == {}
    assert found.may(ANN, low) == {low}
    assert not found.may(BEN, low)


def test_where_we_may_not_ask_for_a_person_a_page_below_a_folder_is_nobody_s(
    acme: Company, open_wiki: MakeWiki
) -> None:
    acme.folder("folder")
    low, free = acme.page("low", under="folder"), acme.page("free")
    acme.site.restrict(acme.id("free"), groups=[acme.group()])
    found = open_wiki(admin=False)
    found.sync()
    assert found.may(ANN, low, free) == {free}
    assert not found.may(BEN, low, free)


def test_anonymous_access_is_every_member_s_and_no_stranger_s(acme: Company, open_wiki: MakeWiki) -> None:
    low = acme.page("low", space="HR")
    acme.site.set_anonymous("HR", anonymous=True)
    found = open_wiki()
    found.sync()
    assert found.readers(low) == {ANN, BEN, GUEST}
    assert found.person("somebody@else.test").principals == frozenset()


def test_a_guest_is_not_one_of_all_licensed_users(acme: Company, open_wiki: MakeWiki) -> None:
    low = acme.page("low")
    found = open_wiki()
    found.sync()
    assert GUEST in found.groups()
    assert found.readers(low) == {ANN, BEN}


def test_a_space_that_is_read_by_role(acme: Company, open_wiki: MakeWiki) -> None:
    low = acme.page("low", space="HR")
    acme.site.grant("HR", "role", "viewer")
    acme.site.assign_role("HR", "viewer", "group", acme.group())
    acme.site.assign_role("HR", "other", "user", acme.world.person(BEN).account_id)
    found = open_wiki()
    found.sync()
    assert found.readers(low) == {ANN}


# -- §2: who is who ----------------------------------------------------------------------------------------------------


def test_a_hidden_address_is_nobody_s_until_an_admin_links_it(acme: Company, open_wiki: MakeWiki) -> None:
    low = acme.page("low")
    acme.world.set_email(ANN, shown=False)
    found = open_wiki()
    found.sync()
    assert found.groups().keys() == {BEN, GUEST}
    assert not found.may(ANN, low)
    found.overrides[ANN] = acme.world.person(ANN).account_id  # type: ignore[index]
    assert found.readers(low) == {ANN, BEN}
    assert found.may(ANN, low)


def test_whoever_left_holds_nothing_though_their_groups_keep_them(acme: Company, open_wiki: MakeWiki) -> None:
    acme.world.deactivate(ANN)
    assert ANN not in open_wiki().groups()


def test_half_of_a_group_snapshot_is_none(acme: Company, open_wiki: MakeWiki) -> None:
    found = open_wiki(habits=Habits(most_at_once=1))
    found.site.faults.fail("membersByGroupId", "error_500", skip=3, times=1000)
    with pytest.raises(Retryable), found.impatient():
        found.groups()


def test_groups_that_may_not_be_read_are_unknown_and_not_empty(acme: Company, client: httpx.Client) -> None:
    scopes = frozenset({"read:space:confluence", "read:page:confluence"})
    with wiki(acme.world, client=client, gateway=True, scopes=scopes) as found, pytest.raises((AccessUnknown, Fatal)):
        found.groups()


def test_a_renamed_group_is_the_same_group(acme: Company, open_wiki: MakeWiki) -> None:
    low = acme.page("low")
    acme.site.restrict(acme.id("low"), groups=[acme.group()])
    found = open_wiki()
    found.sync()
    acme.world.rename_group("eng", "engineering")
    assert found.readers(low) == {ANN}


# -- §3: the loops -----------------------------------------------------------------------------------------------------


def test_what_was_not_allowed_is_never_read(acme: Company, open_wiki: MakeWiki) -> None:
    acme.page("mine")
    secret = acme.page("secret", space="SECRET")
    file = acme.hang("file", acme.site.add_attachment(acme.id("secret"), "x.txt", b"x"))
    found = open_wiki()
    found.sync()
    assert not {secret, file} & found.memory.documents.keys()
    assert not {secret, file} & found.memory.tree.keys()
    assert found.live(secret, file) == {}
    assert not found.may(ANN, secret, file)
    assert not [asked for asked in found.asked() if acme.id("secret") in asked and "restriction" in asked]


def test_a_moved_subtree_takes_the_access_of_where_it_is_now(acme: Company, open_wiki: MakeWiki) -> None:
    acme.page("locked")
    acme.page("open")
    middle = acme.page("middle", under="open")
    low = acme.page("low", under="middle")
    file = acme.hang("file", acme.site.add_attachment(acme.id("low"), "x.txt", b"x"))
    acme.site.restrict(acme.id("locked"), groups=[acme.group()])
    found = open_wiki()
    found.sync()
    assert found.readers(low) == {ANN, BEN}
    embedded = len(found.memory.embedded)
    acme.site.move(acme.id("middle"), parent=acme.id("locked"))
    assert live_readers(found, low) == {ANN}
    found.run(Loop.STRUCTURE)
    assert [found.readers(id_) for id_ in (middle, low, file)] == [{ANN}] * 3
    assert len(found.memory.embedded) == embedded


def test_a_move_that_came_with_an_edit_is_seen_without_a_look_at_everything(acme: Company, open_wiki: MakeWiki) -> None:
    acme.page("locked")
    middle = acme.page("middle")
    low = acme.page("low", under="middle")
    acme.site.restrict(acme.id("locked"), groups=[acme.group()])
    found = open_wiki()
    found.sync()
    acme.site.move(acme.id("middle"), parent=acme.id("locked"))
    acme.site.edit(acme.id("middle"), body="<p>else</p>")
    found.run(Loop.CONTENT)
    assert found.readers(middle) == {ANN} == found.readers(low)


def test_a_renamed_page_is_the_same_page(acme: Company, open_wiki: MakeWiki) -> None:
    low = acme.page("low")
    found = open_wiki()
    found.sync()
    acme.clock.advance(60)
    acme.site.rename(acme.id("low"), "Of another name")
    found.sync()
    assert list(found.memory.documents) == [low]
    assert found.memory.documents[low].document.title == "Of another name"
    assert found.memory.documents[low].document.url == f"{found.settings.site}/spaces/ENG/pages/{acme.id('low')}"


def test_what_lies_in_a_renamed_space_is_where_it_is_called_now_and_nothing_else_is_read_again(
    acme: Company, open_wiki: MakeWiki
) -> None:
    low, elsewhere = acme.page("low"), acme.page("elsewhere", space="HR")
    file = acme.hang("file", acme.site.add_attachment(acme.id("low"), "x.txt", b"x"))
    found = open_wiki()
    found.sync()
    acme.site.rename_space("ENG", "Makers")
    before = len(found.memory.told)
    found.run(Loop.CONTENT)
    assert {change.document.id for change in found.memory.told[before:] if isinstance(change, Upsert)} == {low, file}
    assert [found.memory.documents[name].document.place for name in (low, file)] == ["Makers", "Makers"]
    assert found.memory.documents[elsewhere].document.place != "Makers"
    before = len(found.memory.told)
    found.run(Loop.CONTENT)
    assert found.memory.told[before:] == []


@pytest.mark.parametrize("how", ["trash", "archive", "purge"])
def test_what_is_taken_away_is_hidden_at_once_and_gone_at_the_second_look(
    acme: Company, open_wiki: MakeWiki, how: str
) -> None:
    acme.page("keep")
    low = acme.page("low")
    file = acme.hang("file", acme.site.add_attachment(acme.id("low"), "x.txt", b"x"))
    child = acme.page("child", under="low")
    found = open_wiki()
    found.sync()
    getattr(acme.site, how)(acme.id("low"))
    assert found.live(low, file) == {}
    assert not found.may(ANN, low, file)
    found.run(Loop.STRUCTURE)
    assert found.readers(low) == set() == found.readers(file)
    assert {low, file} < found.memory.documents.keys()
    found.run(Loop.STRUCTURE)
    assert not {low, file} & (found.memory.documents.keys() | found.memory.tree.keys())
    assert found.readers(child) == {ANN, BEN}  # it was lifted up


@pytest.mark.parametrize("how", ["trash", "archive"])
def test_what_comes_back_is_shown_again_and_not_embedded_again(acme: Company, open_wiki: MakeWiki, how: str) -> None:
    low = acme.page("low")
    acme.site.restrict(acme.id("low"), groups=[acme.group()])
    found = open_wiki()
    found.sync()
    getattr(acme.site, how)(acme.id("low"))
    found.run(Loop.STRUCTURE)
    assert found.readers(low) == set()
    acme.site.restore(acme.id("low"))
    found.sync()
    assert found.readers(low) == {ANN}
    assert found.memory.embedded == [low]


def test_what_comes_back_after_it_was_taken_away_is_read_again_however_old_it_is(
    acme: Company, open_wiki: MakeWiki
) -> None:
    low = acme.page("low")
    acme.clock.advance(100_000)
    acme.page("newer")
    found = open_wiki()
    found.sync()
    acme.site.trash(acme.id("low"))
    found.run(Loop.STRUCTURE, Loop.STRUCTURE)
    acme.site.restore(acme.id("low"))
    found.sync()
    assert found.readers(low) == {ANN, BEN}


def test_a_page_that_was_moved_here_from_elsewhere_is_read_however_old_it_is(
    acme: Company, open_wiki: MakeWiki
) -> None:
    old = acme.page("old", space="SECRET")
    acme.clock.advance(100_000)
    acme.page("newer")
    found = open_wiki()
    found.sync()
    acme.site.move(acme.id("old"), space="ENG")
    found.sync()
    assert found.readers(old) == {ANN, BEN}


def test_a_page_that_was_trashed_between_the_list_and_the_look_is_hidden_at_once(
    acme: Company, open_wiki: MakeWiki
) -> None:
    low = acme.page("low")
    file = acme.hang("file", acme.site.add_attachment(acme.id("low"), "x.txt", b"x"))
    found = open_wiki()
    found.sync()
    acme.site.edit(acme.id("low"), body="<p>else</p>")
    found.site.faults.after(0, lambda: acme.site.trash(acme.id("low")), where=f"pages/{acme.id('low')}?body")
    found.run(Loop.CONTENT)
    assert found.readers(low) == set() == found.readers(file)


def test_an_interrupted_look_hides_nothing(acme: Company, open_wiki: MakeWiki) -> None:
    ids = [acme.page(str(number)) for number in range(4)]
    found = open_wiki(habits=Habits(most_at_once=1))
    found.sync()
    found.site.faults.fail("/api/v2/pages?", "error_500", skip=2, times=1000)
    with pytest.raises(Retryable), found.impatient():
        found.run(Loop.STRUCTURE)
    assert all(found.readers(id_) == {ANN, BEN} for id_ in ids)


def test_too_much_at_once_is_braked_until_a_person_says_so(acme: Company, open_wiki: MakeWiki) -> None:
    ids = [acme.page(str(number)) for number in range(30)]
    found = open_wiki(most_gone_percent=40)
    found.sync()
    for number in range(13):
        acme.site.trash(acme.id(str(number)))
    with pytest.raises(Braked, match=r"13 of 30 documents of wiki .* `footnote sync wiki --full`"):
        found.run(Loop.STRUCTURE)
    assert all(found.readers(id_) == {ANN, BEN} for id_ in ids)
    assert found.live(ids[0]) == {}  # nor is it shown meanwhile
    found.run(Loop.STRUCTURE, full=True)
    assert found.readers(ids[0]) == set()
    assert found.readers(ids[13]) == {ANN, BEN}


def test_a_few_may_go_at_any_time(acme: Company, open_wiki: MakeWiki) -> None:
    for number in range(12):
        acme.page(str(number))
    found = open_wiki(most_gone_percent=1)
    found.sync()
    for number in range(10):
        acme.site.trash(acme.id(str(number)))
    found.run(Loop.STRUCTURE)
    assert sum(found.readers(id_) == set() for id_ in found.memory.documents) == 10


def test_a_changed_restriction_bumps_no_version_and_costs_no_body(acme: Company, open_wiki: MakeWiki) -> None:
    top = acme.page("top")
    low = acme.page("low", under="top")
    found = open_wiki()
    found.sync()
    acme.site.restrict(acme.id("top"), groups=[acme.group()])
    found.memory.told.clear()
    before = len(found.asked())
    found.run(Loop.CONTENT)
    assert found.readers(low) == {ANN, BEN}  # which is why the loop below is there
    found.run(Loop.ACCESS)
    assert found.readers(low) == {ANN} == found.readers(top)
    assert [type(change) for change in found.memory.told] == [LayerChanged, AccessChanged]
    assert not [asked for asked in found.asked(before) if "body-format" in asked]


def test_an_access_pass_goes_on_where_it_was_cut_off_and_reads_what_was_before_that_again(
    acme: Company, open_wiki: MakeWiki
) -> None:
    """What it has read is as old as its beginning, all of it."""
    for number in range(60):
        acme.page(str(number))
    found = open_wiki()
    found.run(Loop.STRUCTURE)
    passes = found.connector.changes(Loop.ACCESS, found.memory, None, full=False)
    for _, batch in zip(range(2), passes, strict=False):  # the spaces, and the first nodes
        found.memory.take(Loop.ACCESS, batch)
    acme.site.restrict(acme.id("0"), groups=[acme.group()])
    before = len(found.asked())
    batches = found.run(Loop.ACCESS)
    asked = [asked.split("/")[5] for asked in found.asked(before) if "/restriction/" in asked]
    read = [*dict.fromkeys(asked)]  # a busy machine may ask twice
    # Four threads ask, and a request is written down when it was answered: some may stand much too early on a busy machine.
    assert set(read[:30]) >= {acme.id(str(number)) for number in range(48, 60)}
    assert len(read) == 60
    told = [change.layer.node for batch in batches for change in batch.changes if isinstance(change, LayerChanged)]
    assert f"page:{acme.id('0')}" in told


def test_a_next_page_at_another_host_is_refused_and_gets_no_credentials(acme: Company, open_wiki: MakeWiki) -> None:
    acme.page("low")
    found = open_wiki()
    found.sync()
    foreign = f"http://localhost:{found.site.port}/wiki/api/v2/pages?cursor=x"
    found.site.faults.fail("/api/v2/pages?", "foreign_next", url=foreign)
    before = len(found.asked())
    with pytest.raises(Fatal, match="another host"):
        found.run(Loop.STRUCTURE)
    assert not [asked for asked in found.asked(before) if "cursor=x" in asked]
    assert found.readers("page:" + acme.id("low")) == {ANN, BEN}


def test_a_page_without_results_may_have_a_next_one(acme: Company, open_wiki: MakeWiki) -> None:
    acme.page("hidden from us")
    acme.page("also")
    low = acme.page("low")
    for title in ("hidden from us", "also"):
        acme.site.restrict(acme.id(title), groups=[acme.group()])
    found = open_wiki(sees_everything=False, habits=Habits(most_at_once=1))
    found.sync()
    assert low in found.memory.documents


@pytest.mark.parametrize("retry_after", [0.0, None], ids=["with Retry-After", "without"])
def test_429_is_waited_for(acme: Company, open_wiki: MakeWiki, retry_after: float | None) -> None:
    low = acme.page("low")
    found = open_wiki()
    for where in ("/spaces?", "/pages?", "/restriction/", "/permissions"):
        found.site.faults.fail(where, "rate_limited", times=2, retry_after=retry_after)
    found.sync()
    assert found.readers(low) == {ANN, BEN}


def test_a_truncated_listing_is_read_again(acme: Company, open_wiki: MakeWiki) -> None:
    ids = {acme.page(str(number)) for number in range(5)}
    found = open_wiki()
    found.site.faults.fail("/pages?", "truncated", times=2)
    found.sync()
    assert found.memory.documents.keys() == ids


@pytest.mark.parametrize(("gateway", "bearer"), [(False, False), (False, True), (True, False), (True, True)])
def test_the_site_and_the_gateway_are_read_alike(
    acme: Company, open_wiki: MakeWiki, *, gateway: bool, bearer: bool
) -> None:
    ids = {acme.page(str(number)) for number in range(5)}
    ids |= {acme.hang("file", acme.site.add_attachment(acme.id("0"), "x.txt", b"what it says"))}
    found = open_wiki(gateway=gateway, bearer=bearer, habits=Habits(most_at_once=2))
    found.sync()
    assert found.memory.documents.keys() == ids
    assert found.live(*ids).keys() == ids


def test_an_included_page_is_a_link_and_never_read_in(acme: Company, open_wiki: MakeWiki) -> None:
    acme.page("salaries", body="<p>ten thousand</p>")
    acme.site.restrict(acme.id("salaries"), groups=[acme.group()])
    body = (
        '<p>before</p><ac:structured-macro ac:name="include"><ac:parameter ac:name=""><ac:link>'
        '<ri:page ri:content-title="salaries"/></ac:link></ac:parameter></ac:structured-macro>'
    )
    low = acme.page("low", body=body)
    found = open_wiki()
    found.sync()
    text = found.memory.documents[low].document.text
    assert "ten thousand" not in text
    assert "salaries" in text
    assert found.readers(low) == {ANN, BEN}


MENTION = '<p>Ask <ac:link><ri:user ri:account-id="{account}" /></ac:link> for a key.</p>'


def test_who_is_mentioned_is_found_by_name_as_the_site_tells_it(acme: Company, open_wiki: MakeWiki) -> None:
    person = acme.world.add_person("Nadia Okafor", email="nadia@acme.test")
    low = acme.page("low", body=MENTION.format(account=person.account_id))
    found = open_wiki()
    found.sync()
    assert "Nadia Okafor" in found.memory.documents[low].document.text


def test_who_may_not_be_asked_about_is_somebody_and_the_rest_is_read(acme: Company, open_wiki: MakeWiki) -> None:
    low = acme.page("low", body=MENTION.format(account="712020:nobody-knows"))
    found = open_wiki()
    found.sync()
    text = found.memory.documents[low].document.text
    assert "@someone" in text
    assert "for a key" in text


def test_credentials_do_not_follow_an_attachment_to_its_media_host(acme: Company, open_wiki: MakeWiki) -> None:
    acme.page("low")
    file = acme.hang("file", acme.site.add_attachment(acme.id("low"), "plan.txt", b"what it says"))
    found = open_wiki()
    found.sync()
    media = [one for one in found.site.requests.all() if one.via == "media"]
    assert [one.authorized for one in media] == [False]
    assert found.memory.documents[file].document.text == "what it says"


def test_what_is_no_text_or_too_large_is_found_by_its_name_and_told_as_a_loss(
    acme: Company, open_wiki: MakeWiki
) -> None:
    acme.page("low")
    picture = acme.hang("a", acme.site.add_attachment(acme.id("low"), "plan.png", b"\x89PNG"))
    large = acme.hang("b", acme.site.add_attachment(acme.id("low"), "large.txt", b"x" * 101))
    found = open_wiki(most_attachment_bytes=100)
    found.sync()
    assert [found.memory.documents[id_].document.text for id_ in (picture, large)] == ["plan.png", "large.txt"]
    assert {problem.where for problem in found.memory.problems} == {picture, large}


def test_an_offices_documents_are_read_and_one_that_cannot_be_stops_nothing(acme: Company, open_wiki: MakeWiki) -> None:
    acme.page("low")
    rows = book_of(["Plan", "Price"], ["Small", "4 EUR"])
    book = acme.hang("a", acme.site.add_attachment(acme.id("low"), "prices.xlsx", rows))
    page = acme.hang("b", acme.site.add_attachment(acme.id("low"), "plan.pdf", pdf(text("The plan is secret."))))
    broken = acme.hang("c", acme.site.add_attachment(acme.id("low"), "notes.docx", rows[:900]))
    found = open_wiki()
    found.sync()
    said = {id_: found.memory.documents[id_].document.text for id_ in (book, page, broken)}
    assert said == {
        book: "## Sheet\n\n| Plan | Price |\n|---|---|\n| Small | 4 EUR |",
        page: "## Page 1\n\nThe plan is secret.",
        broken: "notes.docx",
    }
    assert [(one.where, one.reason) for one in found.memory.problems] == [
        (broken, "not kept: what the file holds, for it is damaged: BadZipFile")
    ]


def test_a_file_whose_reading_broke_off_is_read_at_the_next_look(
    acme: Company, open_wiki: MakeWiki, monkeypatch: pytest.MonkeyPatch
) -> None:
    acme.page("low")
    file = acme.hang("file", acme.site.add_attachment(acme.id("low"), "plan.pdf", pdf(text("The plan."))))
    found = open_wiki()
    with monkeypatch.context() as patched:
        patched.setattr(reader, "convert", lambda **_: BROKEN)
        batches = found.sync()
    assert file not in found.memory.documents
    assert [one.where for batch in batches for one in batch.problems] == [file]
    found.sync()
    assert found.memory.documents[file].document.text == "## Page 1\n\nThe plan."


def test_a_proxys_page_in_the_place_of_a_file_is_not_what_the_file_says(acme: Company, open_wiki: MakeWiki) -> None:
    acme.page("low")
    file = acme.hang("file", acme.site.add_attachment(acme.id("low"), "plan.txt", b"what it says"))
    found = open_wiki()
    found.site.faults.fail("/media/", "wrong_type")
    batches = found.sync()
    assert file not in found.memory.documents
    assert [one.where for batch in batches for one in batch.problems] == [file]
    found.sync()
    assert found.memory.documents[file].document.text == "what it says"


# -- labels ------------------------------------------------------------------------------------------------------------


def test_a_label_that_is_left_out_hides_a_page_and_what_hangs_on_it_but_not_what_lies_below(
    acme: Company, open_wiki: MakeWiki
) -> None:
    low = acme.page("low")
    file = acme.hang("file", acme.site.add_attachment(acme.id("low"), "x.txt", b"x"))
    child = acme.page("child", under="low")
    found = open_wiki(without_labels="draft")
    found.sync()
    acme.site.label(acme.id("low"), "draft")
    assert found.live(low, file, child).keys() == {child}
    found.run(Loop.ACCESS)
    assert [found.readers(id_) for id_ in (low, file, child)] == [set(), set(), {ANN, BEN}]
    found.sync()
    assert found.readers(low) == set()
    acme.site.unlabel(acme.id("low"), "draft")
    found.run(Loop.ACCESS)
    assert [found.readers(id_) for id_ in (low, file)] == [{ANN, BEN}] * 2


def test_only_what_is_labelled_is_read_at_all(acme: Company, open_wiki: MakeWiki) -> None:
    low, other = acme.page("low"), acme.page("other")
    acme.site.label(acme.id("low"), "public")
    found = open_wiki(only_labels="public")
    found.sync()
    found.sync()
    assert found.memory.documents.keys() == {low}
    assert not found.may(ANN, other)


def test_a_page_that_its_label_hides_already_is_not_hidden_anew_with_each_look(
    acme: Company, open_wiki: MakeWiki
) -> None:
    low = acme.page("low")
    found = open_wiki(without_labels="draft")
    found.sync()
    acme.site.label(acme.id("low"), "draft")
    acme.site.edit(acme.id("low"), body="<p>else</p>")
    found.sync()
    assert found.readers(low) == set()
    assert [change for batch in found.sync() for change in batch.changes] == []


def labels_of(found: Wiki, *ids: str) -> list[tuple[str, ...]]:
    return [found.memory.documents[id_].labels for id_ in ids]


def test_a_page_has_its_labels_from_the_first_look_on_and_what_hangs_on_it_too(
    acme: Company, open_wiki: MakeWiki
) -> None:
    low, child = acme.page("low"), acme.page("child", under="low")
    post = acme.hang("post", acme.site.add_blogpost("ENG", "post", "<p>news</p>"))
    said = acme.hang("said", acme.site.add_comment(acme.id("low"), "<p>said</p>"))
    acme.site.label(acme.id("low"), "ops", "Policy")
    acme.site.label(acme.id("post"), "policy")
    found = open_wiki()
    found.sync()
    expected = [("ops", "policy"), (), ("policy",), ("ops", "policy")]
    assert labels_of(found, low, child, post, said) == expected
    assert [change for batch in found.run(Loop.STRUCTURE) for change in batch.changes] == []


def test_a_changed_label_is_noticed_by_the_look_at_the_structure_and_nothing_is_embedded(
    acme: Company, open_wiki: MakeWiki
) -> None:
    low, other = acme.page("low"), acme.page("other")
    said = acme.hang("said", acme.site.add_comment(acme.id("low"), "<p>said</p>"))
    acme.site.label(acme.id("other"), "policy")
    found = open_wiki()
    found.sync()
    acme.site.label(acme.id("low"), "policy")
    acme.site.unlabel(acme.id("other"), "policy")
    found.memory.told.clear()
    found.memory.embedded.clear()
    found.run(Loop.CONTENT, Loop.STRUCTURE)
    assert {change.id for change in found.memory.told if isinstance(change, LabelsChanged)} == {low, other, said}
    assert (len(found.memory.told), found.memory.embedded) == (3, [])
    assert labels_of(found, low, other, said) == [("policy",), (), ("policy",)]


def test_a_page_that_was_changed_brings_its_labels_along(acme: Company, open_wiki: MakeWiki) -> None:
    low = acme.page("low")
    found = open_wiki()
    found.sync()
    acme.clock.advance(3600)
    acme.site.label(acme.id("low"), "policy")
    acme.site.edit(acme.id("low"), body="<p>else</p>")
    found.run(Loop.CONTENT)
    assert labels_of(found, low) == [("policy",)]


@pytest.mark.parametrize("pages", [20, 300])
def test_labels_are_asked_label_by_label_however_many_pages_there_are(
    acme: Company, open_wiki: MakeWiki, pages: int
) -> None:
    for number in range(pages):
        acme.site.label(acme.id(str(number)) if acme.page(str(number)) else "", "policy")
    found = open_wiki()
    found.sync()
    before = len(found.asked())
    found.run(Loop.STRUCTURE)
    asked = [one for one in found.asked(before) if "label" in one]
    assert len(asked) == 2 + 2 + (pages > 250), "the labels of two spaces; pages and posts of one label"


def test_only_labels_that_somebody_goes_by_are_asked_for(acme: Company, open_wiki: MakeWiki) -> None:
    low = acme.page("low")
    acme.site.label(acme.id("low"), "ops", "Policy", *(f"label-{number}" for number in range(9)))
    found = open_wiki()
    goes_by = set[str]()
    found.connector.reader.wanted = lambda: frozenset(goes_by)
    found.sync()
    acme.site.edit(acme.id("low"), body="<p>else</p>")
    found.sync()
    assert (labels_of(found, low), [one for one in found.asked(0) if "label" in one]) == ([()], [])
    goes_by.add("policy")
    before = len(found.site.requests.all())
    found.run(Loop.STRUCTURE)
    assert labels_of(found, low) == [("policy",)]
    assert len([one for one in found.asked(before) if "label" in one]) == 2 + 2, "of two spaces; pages and posts of one"
    acme.site.edit(acme.id("low"), body="<p>new</p>")
    found.sync()
    assert labels_of(found, low) == [("policy",)]
    goes_by.clear()
    found.run(Loop.STRUCTURE)
    assert labels_of(found, low) == [()]


def test_without_the_right_to_labels_nothing_has_one_and_all_else_goes_on(acme: Company, open_wiki: MakeWiki) -> None:
    low = acme.page("low")
    acme.site.label(acme.id("low"), "policy")
    found = open_wiki(gateway=True, scopes=NEEDED)
    found.sync()
    assert labels_of(found, low) == [()]
    assert [one.where for one in found.memory.problems] == ["labels"]
    assert found.readers(low) == {ANN, BEN}


def test_labels_stay_as_they_were_while_they_cannot_be_read_and_all_else_goes_on(
    acme: Company, open_wiki: MakeWiki
) -> None:
    low, gone = acme.page("low"), acme.page("gone")
    acme.site.label(acme.id("low"), "policy")
    found = open_wiki(most_gone_percent=100)
    found.sync()
    acme.site.trash(acme.id("gone"))
    found.site.faults.fail("labels", "error_500", times=1000)
    with found.impatient():
        found.run(Loop.STRUCTURE)
    assert (labels_of(found, low), found.readers(gone)) == ([("policy",)], set())
    assert [one.where for one in found.memory.problems] == ["labels"]


def answered(monkeypatch: pytest.MonkeyPatch, becomes: Refused | Retryable, *where: str) -> None:
    """By the site, to whatever is asked with all of these words."""
    asks: Callable[..., object] = Http.get

    def get(self: Http, url: str, model: object, parameters: object = None, **more: object) -> object:
        if not all(one in f"{url} {parameters}" for one in where):
            return asks(self, url, model, parameters, **more)
        if isinstance(becomes, Retryable):
            raise becomes
        return becomes

    monkeypatch.setattr(Http, "get", get)


def test_a_listing_of_labels_that_breaks_off_keeps_nothing_from_being_read(
    acme: Company, open_wiki: MakeWiki, monkeypatch: pytest.MonkeyPatch
) -> None:
    low = acme.page("low")
    acme.site.label(acme.id("low"), *(f"label-{number}" for number in range(260)))
    found = open_wiki()
    answered(monkeypatch, Refused(400, b""), "/labels", "cursor")
    found.sync()
    acme.clock.advance(3600)
    acme.site.edit(acme.id("low"), body="<p>else</p>")
    found.run(Loop.CONTENT)
    assert (found.readers(low), labels_of(found, low)) == ({ANN, BEN}, [()])
    assert {one.where for one in found.memory.problems} == {"labels"}


def test_a_space_that_does_not_tell_its_labels_takes_none_from_another(
    acme: Company, open_wiki: MakeWiki, monkeypatch: pytest.MonkeyPatch
) -> None:
    low = acme.page("low")
    acme.site.label(acme.id("low"), "policy")
    found = open_wiki()
    found.sync()
    (other,) = (one.id for one in found.connector.reader.spaces().values() if one.key == "HR")
    answered(monkeypatch, Refused(404, b""), f"spaces/{other.removeprefix('space:')}/content/labels")
    found.run(Loop.STRUCTURE)
    assert labels_of(found, low) == [("policy",)]
    assert [one.where for one in found.memory.problems] == ["labels"]


@pytest.mark.parametrize(
    ("becomes", "looks"),
    [(Misunderstood("what?"), 1), (Retryable("it is away"), structure.MOST_WITHOUT_LABELS)],
    ids=str,
)
def test_what_has_which_label_is_unknown_once_it_is_not_understood_or_not_told_for_too_long(
    acme: Company, open_wiki: MakeWiki, monkeypatch: pytest.MonkeyPatch, becomes: Retryable, looks: int
) -> None:
    low = acme.page("low")
    acme.site.label(acme.id("low"), "policy")
    found = open_wiki()
    found.sync()
    answered(monkeypatch, becomes, "/labels/")
    for _ in range(looks - 1):
        found.run(Loop.STRUCTURE)
    assert looks == 1 or labels_of(found, low) == [("policy",)]
    found.run(Loop.STRUCTURE)
    assert labels_of(found, low) == [()]


def test_looks_without_labels_are_counted_only_in_a_row(
    acme: Company, open_wiki: MakeWiki, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(structure, "MOST_WITHOUT_LABELS", 2)
    low = acme.page("low")
    acme.site.label(acme.id("low"), "policy")
    found = open_wiki()
    found.sync()
    for _ in range(3):
        with monkeypatch.context() as away:
            answered(away, Retryable("it is away"), "/labels/")
            found.run(Loop.STRUCTURE)
        found.run(Loop.STRUCTURE)
        assert labels_of(found, low) == [("policy",)]


def test_the_right_to_labels_is_what_is_said_to_be_missing(acme: Company, open_wiki: MakeWiki) -> None:
    acme.page("low")
    found = open_wiki(gateway=True, scopes=NEEDED)
    found.sync()
    assert ["read labels" in one.reason for one in found.memory.problems] == [True]


def test_what_hangs_on_a_page_that_was_changed_has_its_labels_at_once(acme: Company, open_wiki: MakeWiki) -> None:
    low = acme.page("low")
    said = acme.hang("said", acme.site.add_comment(acme.id("low"), "<p>said</p>"))
    acme.site.label(acme.id("low"), "policy")
    found = open_wiki()
    found.sync()
    acme.clock.advance(3600)
    acme.site.unlabel(acme.id("low"), "policy")
    acme.site.edit(acme.id("low"), body="<p>else</p>")
    found.run(Loop.CONTENT)
    assert labels_of(found, low, said) == [(), ()]


# -- what it costs -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pages", [40, 400])
def test_one_edit_costs_the_same_however_much_there_is(acme: Company, open_wiki: MakeWiki, pages: int) -> None:
    for number in range(pages):
        acme.page(str(number))
    found = open_wiki()
    found.sync()
    acme.clock.advance(3600)
    acme.site.edit(acme.id("7"), body="<p>else</p>")
    before, found.memory.asked, found.memory.whole = len(found.asked()), 0, 0
    found.memory.told.clear()
    found.run(Loop.CONTENT)
    assert [type(change) for change in found.memory.told] == [Upsert]
    assert len(found.asked(before)) == 8  # with the labels of that page
    assert found.memory.whole == 0
    assert found.memory.asked < 120


def test_a_second_pass_over_everything_embeds_nothing(acme: Company, open_wiki: MakeWiki) -> None:
    for number in range(20):
        acme.page(str(number))
    found = open_wiki()
    found.sync()
    found.memory.told.clear()
    found.sync()
    assert found.memory.told == []
    assert len(found.memory.embedded) == 20
    found.sync(full=True)
    assert len(found.memory.embedded) == 20
    assert not [change for change in found.memory.told if isinstance(change, Delete)]


def test_a_first_crawl_that_is_killed_goes_on_where_it_was(acme: Company, open_wiki: MakeWiki) -> None:
    ids = {acme.page(str(number)) for number in range(12)}
    found = open_wiki(habits=Habits(most_at_once=3))
    found.run(Loop.STRUCTURE, Loop.ACCESS)
    crawl = found.connector.changes(Loop.CONTENT, found.memory, None, full=False)
    for _, batch in zip(range(2), crawl, strict=False):
        found.memory.take(Loop.CONTENT, batch)
    before = len(found.asked())
    found.run(Loop.CONTENT)
    assert found.memory.documents.keys() == ids
    assert sorted(found.memory.embedded) == sorted(ids)
    assert len([asked for asked in found.asked(before) if "/pages?" in asked and "body-format" in asked]) == 2
