"""Confluence's two tools: what only Confluence does."""

import httpx
import pytest
from pydantic import ValidationError

from bot.core.acting import Actor, Barred, Coded, Done, NotDone, Unsure, Would
from bot.tools import ConfluenceComment, ConfluenceCreatePage
from policies.people import Email
from tests.tools.targets import ANA, BEN, KEY, Target, comment_on_page, create_page, wiki_site

READING = frozenset(
    {"read:confluence-content.all", "read:confluence-space.summary", "read:confluence-content.permission"}
)


def runbook(target: Target) -> str:
    content = target.site.world.confluence.content
    return str(next(each.id for each in content.values() if each.title == "Runbook"))


def test_who_may_read_a_space_and_not_write_there_writes_nothing(client: httpx.Client) -> None:
    with create_page(client) as target:
        site = target.site.world.confluence
        site.grant("ENG", "user", target.site.world.person(BEN.email).account_id)
        assert target.tool.look(target.arguments(), BEN) == Barred(why="not_yours")
        site.grant("ENG", "user", target.site.world.person(BEN.email).account_id, key="create", target="page")
        assert isinstance(target.tool.look(target.arguments(), BEN), Would)


def test_who_may_comment_only_does_not_make_pages_nor_the_other_way(client: httpx.Client) -> None:
    with comment_on_page(client) as target:
        site, ben = target.site.world.confluence, target.site.world.person(BEN.email).account_id
        site.grant("ENG", "user", ben)
        site.grant("ENG", "user", ben, key="create", target="page")
        assert isinstance(target.tool.look(target.arguments(), BEN), Barred)
        site.grant("ENG", "user", ben, key="create", target="comment")
        assert isinstance(target.tool.look(target.arguments(), BEN), Would)


def test_a_space_that_no_admin_named_is_as_if_it_were_not_there(client: httpx.Client) -> None:
    with create_page(client) as target:
        secret = target.arguments(space="SECRET")
        assert target.tool.look(secret, ANA) == target.tool.look(target.absent, ANA)
        page = target.site.world.confluence.add_page("SECRET", "Plans")
        comment = ConfluenceComment(target.tool._wikis)
        assert comment.look(comment.takes(page=page.id, text="x"), ANA) == Barred(why="no_such_target")  # type: ignore[arg-type, call-arg]


def test_nothing_is_put_below_or_said_on_a_page_that_one_may_not_read(client: httpx.Client) -> None:
    with create_page(client) as target:
        world = target.site.world
        shut = world.confluence.add_page("ENG", "Shut", "<p>x</p>")
        world.confluence.restrict(shut.id, users=[target.site.caller.account_id])
        below = target.arguments(parent=shut.id)
        assert target.tool.look(below, ANA) == Barred(why="no_such_target")
        comment = ConfluenceComment(target.tool._wikis)
        on_it = comment.takes(page=shut.id, text="x")  # type: ignore[call-arg]
        assert comment.look(on_it, ANA) == Barred(why="no_such_target")  # type: ignore[arg-type]
        assert isinstance(target.tool.run(below, ANA, KEY), NotDone)
        assert target.writes() == 0


def test_what_a_page_is_called_is_told_to_whoever_may_read_it_and_to_nobody_else(client: httpx.Client) -> None:
    with create_page(client) as target:
        world = target.site.world
        shut = world.confluence.add_page("ENG", "Shut", "<p>x</p>")
        world.confluence.restrict(shut.id, users=[target.site.caller.account_id])
        tool = ConfluenceComment(target.tool._wikis)
        assert isinstance(tool, Coded)

        def title(page: str, reader: Actor) -> str | None:
            return tool.title(tool.takes(page=page, text="x"), reader)  # type: ignore[arg-type, call-arg]

        assert title(runbook(target), BEN) is None
        assert title(shut.id, ANA) is None
        assert title(runbook(target), ANA) == "Runbook"
        assert title(runbook(target), Actor(email=Email("no@acme.test"))) is None
        assert title("1" * 9, ANA) is None
        assert target.writes() == 0


def test_a_page_is_put_below_another_of_its_space_only(client: httpx.Client) -> None:
    with create_page(client) as target:
        page = runbook(target)
        would = target.tool.look(target.arguments(parent=page), ANA)
        assert isinstance(would, Would)
        assert would.target == "ENG – Engineering, below “Runbook”"
        done = target.tool.run(target.arguments(parent=page), ANA, KEY)
        assert isinstance(done, Done)
        made = next(each for each in target.site.world.confluence.content.values() if each.title == "How to")
        assert made.parent_id == page
        elsewhere = target.site.world.confluence.add_page("SECRET", "Elsewhere")
        assert target.tool.look(target.arguments(parent=elsewhere.id), ANA) == Barred(why="no_such_target")


def test_a_title_that_is_taken_is_said_so_and_the_page_stays_as_it_is(client: httpx.Client) -> None:
    with create_page(client) as target:
        done = target.tool.run(target.arguments(title="Runbook"), ANA, KEY)
        assert isinstance(done, NotDone)
        assert done.why == "invalid"
        assert "already exists" in done.said
        assert target.site.world.confluence.get(runbook(target)).body == "<p>Restart it.</p>"


@pytest.mark.parametrize("what", ["renamed", "trashed", "archived"])
def test_a_page_is_found_again_whatever_became_of_it(client: httpx.Client, what: str) -> None:
    with create_page(client) as target:
        target.fail("lost_reply")
        with pytest.raises(Unsure):
            target.tool.run(target.arguments(), ANA, KEY)
        site = target.site.world.confluence
        made = next(each.id for each in site.content.values() if each.title == "How to")
        match what:
            case "renamed":
                site.rename(made, "How not to")
            case "trashed":
                site.trash(made)
            case _:
                site.archive(made)
        assert isinstance(target.tool.find(target.arguments(), ANA, KEY), Done)


def test_somebodys_copy_of_our_page_is_not_ours(client: httpx.Client) -> None:
    with create_page(client) as target:
        target.tool.run(target.arguments(), ANA, KEY)
        site = target.site.world.confluence
        made = next(each for each in site.content.values() if each.title == "How to")
        site.add_page("ENG", "Copy of How to", made.body, author=ANA.email)
        site.purge(made.id)
        assert target.tool.find(target.arguments(), ANA, KEY) is None


def test_a_scope_that_is_missing_is_said_in_words_and_nothing_is_done(client: httpx.Client) -> None:
    for make, missing in ((create_page, READING), (comment_on_page, READING)):
        with make(client, scopes=missing) as target:
            done = target.tool.run(target.arguments(), ANA, KEY)
            assert isinstance(done, NotDone)
            assert "write:confluence-content" in done.said
            assert target.writes() == 0


def test_where_we_may_not_ask_what_others_may_read_nothing_is_done_whatever_there_is(client: httpx.Client) -> None:
    with comment_on_page(client, admin=False, sees_everything=True) as target:
        found, absent = target.tool.look(target.arguments(), ANA), target.tool.look(target.absent, ANA)
        assert found == absent
        assert isinstance(found, Barred)
        assert "administer Confluence" in found.said


def test_the_role_in_which_somebody_writes_counts(client: httpx.Client) -> None:
    with create_page(client) as target:
        site, ben = target.site.world.confluence, target.site.world.person(BEN.email).account_id
        for key, kind in (("read", "space"), ("create", "page")):
            site.grant("ENG", "role", "writers", key=key, target=kind)
        assert isinstance(target.tool.look(target.arguments(), BEN), Barred)
        site.assign_role("ENG", "writers", "user", ben)
        assert isinstance(target.tool.look(target.arguments(), BEN), Would)


def test_a_page_of_another_site_is_not_looked_for_here(client: httpx.Client) -> None:
    with comment_on_page(client) as target:
        address = f"https://elsewhere.test/wiki/spaces/ENG/pages/{runbook(target)}"
        found = target.tool.look(ConfluenceComment.takes(page=address, text="x"), ANA)  # type: ignore[call-arg]
        assert found == Barred(why="no_such_target")


@pytest.mark.parametrize(
    "page", ["12a", "../1", "1/../2", "https://x.test/pages/", "https://u@x.test/a/pages/1", "1 2"]
)
def test_what_is_no_page_is_not_asked_for(page: str) -> None:
    with pytest.raises(ValidationError):
        ConfluenceComment.takes(page=page, text="x")  # type: ignore[call-arg]


@pytest.mark.parametrize("title", ["", " ", "two\nlines", "x" * 256, "tab\there", "\u202ereversed"])
def test_a_title_is_one_line_that_says_something(title: str) -> None:
    with pytest.raises(ValidationError):
        ConfluenceCreatePage.takes(space="ENG", title=title, text="x")  # type: ignore[call-arg]


def test_who_is_known_to_no_site_is_told_that_for_any_space(client: httpx.Client) -> None:
    with wiki_site(client) as (_, wiki):
        tool = ConfluenceCreatePage(lambda: [wiki])
        nobody = Actor(email=Email("nobody@acme.test"))
        found = [
            tool.look(tool.takes(space=key, title="x", text="x"), nobody)  # type: ignore[arg-type, call-arg]
            for key in ("ENG", "SECRET", "NOPE")
        ]
        assert found == [Barred(why="unknown_there")] * 3
