"""What people do to a wiki, and which of it is a new version."""

from collections.abc import Callable

import pytest

from tests.playground.confluence.conftest import Wiki


def there_and_back(wiki: Wiki) -> None:
    wiki.site.trash(wiki.open_page.id)
    wiki.site.restore(wiki.open_page.id)


NO_VERSION: dict[str, Callable[[Wiki], object]] = {
    "a restriction": lambda w: w.site.restrict(w.open_page.id, users=["x"]),
    "an edit restriction": lambda w: w.site.restrict(w.open_page.id, users=["x"], editing=True),
    "a move": lambda w: w.site.move(w.open_page.id, parent=w.shut.id),
    "a label": lambda w: w.site.label(w.open_page.id, "runbook"),
    "the archive": lambda w: w.site.archive(w.open_page.id),
    "the trash and back": there_and_back,
    "a comment": lambda w: w.site.add_comment(w.open_page.id, "<p>x</p>"),
    "a moved ancestor": lambda w: w.site.move(w.top.id, parent=w.site.add_page("ENG", "x").id),
}


@pytest.mark.parametrize("change", NO_VERSION.values(), ids=NO_VERSION.keys())
def test_no_version_tells_of(wiki: Wiki, change: Callable[[Wiki], object]) -> None:
    before = (wiki.open_page.version, wiki.open_page.modified_ms)
    wiki.clock.advance(60)
    change(wiki)
    assert (wiki.open_page.version, wiki.open_page.modified_ms) == before


def test_an_edit_and_a_rename_are_versions_and_the_id_stays(wiki: Wiki) -> None:
    wiki.clock.advance(60)
    wiki.site.edit(wiki.open_page.id, body="<p>new</p>", by=wiki.ben.account_id, message="better")
    wiki.site.rename(wiki.open_page.id, "Opened")
    page = wiki.site.get(wiki.open_page.id)
    assert (page.version, page.title, page.body) == (3, "Opened", "<p>new</p>")
    assert page.modified_ms == page.created_ms + 60_000


def test_every_change_moves_the_generation(wiki: Wiki) -> None:
    for change in NO_VERSION.values():
        before = wiki.world.generation
        change(wiki)
        assert wiki.world.generation > before


def test_nothing_is_put_below_itself_or_in_another_space_or_below_what_is_gone(wiki: Wiki) -> None:
    wiki.site.add_space("HR")
    elsewhere = wiki.site.add_page("HR", "x")
    wiki.site.trash(wiki.open_page.id)
    for parent in (wiki.top, wiki.below, wiki.open_page, wiki.post):
        with pytest.raises(ValueError, match="cannot be put below"):
            wiki.site.move(wiki.top.id, parent=parent.id)
    with pytest.raises(ValueError, match="can be put below"):
        wiki.site.add_page("HR", "y", parent=wiki.top.id)
    wiki.site.move(wiki.shut.id, parent=elsewhere.id)
    assert {each.space_id for each in (wiki.shut, wiki.below, wiki.on_below, wiki.said_below)} == {elsewhere.space_id}


def test_what_was_trashed_under_something_comes_back_at_the_top_if_that_is_gone(wiki: Wiki) -> None:
    wiki.site.trash(wiki.below.id)
    wiki.site.trash(wiki.shut.id)
    wiki.site.restore(wiki.below.id)
    assert wiki.below.parent_id is None
    wiki.site.restore(wiki.shut.id)
    assert wiki.shut.parent_id == wiki.top.id


def test_purging_takes_what_hangs_on_it_and_lifts_what_lies_below(wiki: Wiki) -> None:
    wiki.site.purge(wiki.shut.id)
    assert wiki.below.parent_id == wiki.top.id
    wiki.site.purge(wiki.below.id)
    assert not {wiki.below.id, wiki.on_below.id, wiki.said_below.id} & set(wiki.site.content)


def test_a_deleted_space_takes_everything(wiki: Wiki) -> None:
    wiki.site.delete_space("ENG")
    assert wiki.site.content == {}
    assert len(wiki.site.shelf("pages")) == 0
