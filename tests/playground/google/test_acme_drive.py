"""Acme's Drive: the same readers as its files have, by the means that Drive has; and office files as offices write them."""

import io
from collections.abc import Callable, Iterator
from typing import Any

import pypdfium2
import pytest
from docx import Document
from openpyxl import load_workbook
from pptx import Presentation

from bot.playground.company import ACME
from bot.playground.confluence.acme import acme as handbook
from bot.playground.google import GoogleEmulator, Oracle
from bot.playground.google.acme import ADMIN, AUDITOR, CFO, FORMER, SALES_OPS, WEEK, acme, file_id, fill
from bot.playground.google.nouns import MARKDOWN, PPTX, SHORTCUT, XLSX
from bot.playground.handbook import Source, people, sources
from bot.playground.slack.clock import ManualClock
from bot.playground.world import World
from tests.playground.google.conftest import BOTH, Api, asked, assertion
from tests.playground.google.office_files import GUIDE, PAYMENT, PIPELINE, STOCK, TRAVEL

PEOPLE = people(ACME)
READERS = list(PEOPLE["people"])
OFFICE = {
    "travel": "drive/travel-costs-2026.xlsx",
    "terms": "drive/supplier-payment-terms.xlsx",
    "stock": "drive/stocktake-utrecht-2026-10.docx",
    "review": "drive/pipeline-review-2026-q3.pptx",
    "guide": "drive/eg-40l-installation-guide.pdf",
}


@pytest.fixture(scope="module")
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture(scope="module")
def world(clock: ManualClock) -> World:
    return acme(clock=clock)


def files() -> dict[str, Source]:
    """By their place in the handbook."""
    return {
        f"{directory}/{source.path}": source
        for directory in ("finance", "sales")
        for source in sources(ACME / directory)
    }


def holds(email: str) -> set[str]:
    held, waiting = {"anyone", f"user:{email}"}, list(PEOPLE["people"][email])
    while waiting:
        name = waiting.pop()
        held.add(name)
        waiting += PEOPLE["groups"][name]
    return held


def finders(world: World, id: str) -> set[str]:  # noqa: A002
    """By the names before their addresses' @."""
    oracle = Oracle(world)
    return {email.partition("@")[0] for email in [*READERS, AUDITOR] if oracle.may_find(email, id)}


def named(world: World, name: str) -> str:
    return next(each.id for each in world.google.drive.files.values() if each.name == name)


@pytest.mark.parametrize("email", READERS)
def test_who_may_read_what_is_as_the_files_say(world: World, email: str) -> None:
    oracle, held = Oracle(world), holds(email)
    expected = {
        path: bool(source.layers) and all(held & layer for layer in source.layers) for path, source in files().items()
    }
    assert {path: oracle.may_find(email, file_id(path)) for path in expected} == expected
    assert len(set(expected.values())) == 2


def test_each_document_says_what_its_file_says(world: World) -> None:
    assert len(files()) == 38
    for path, source in files().items():
        file = world.google.drive.file(file_id(path))
        assert (file.name, file.modified) == (source.title, source.updated)
        assert file.exports == {MARKDOWN: source.text.encode()}


def test_who_finds_the_office_files(world: World) -> None:
    assert {name: finders(world, file_id(path)) for name, path in OFFICE.items()} == {
        "travel": {"chloe"},
        "terms": {"chloe"},  # others have a link at most
        "stock": {"chloe", "ana", "auditor"},
        "review": {"dev"},
        "guide": {email.partition("@")[0] for email in READERS},
    }


def test_an_end_a_link_a_limit_and_a_group_in_a_group_are_among_them(world: World) -> None:
    oracle, drive = Oracle(world), world.google.drive
    assert oracle.may_open("ben@acme.test", file_id(OFFICE["terms"]))
    assert oracle.may_see_name("dev@acme.test", named(world, "Deals"))
    assert not oracle.may_find("dev@acme.test", file_id("sales/deals/halvorsen-terms.md"))
    assert oracle.may_see_name("chloe@acme.test", named(world, "Board"))
    assert finders(world, named(world, "Audit committee, minutes")) == set()
    assert oracle.may_open("chloe@acme.test", named(world, "Audit committee, minutes"))
    assert finders(world, named(world, "Price list 2025")) == set()
    assert finders(world, named(world, "Letter to the auditor")) == {"auditor"}
    assert finders(world, named(world, "Signature specimens")) == {"chloe"}
    assert oracle.findable(FORMER) == set()
    assert [each.name for each in drive.drives.values()] == ["Finance"]
    assert sum(each.mime_type == SHORTCUT for each in drive.files.values()) == 2
    assert finders(world, named(world, "Travel costs")) == {"dev"}, "who sees a shortcut does not see where it leads"


def test_what_ends_ends() -> None:
    clock = ManualClock()
    world = acme(clock=clock)
    clock.advance(WEEK)
    assert finders(world, file_id(OFFICE["stock"])) == {"chloe", "auditor"}


def test_a_scratchpad_is_its_owners_alone(world: World) -> None:
    oracle = Oracle(world)
    everybody = [each.email for each in world.google.directory.users.values()]
    pad = file_id("finance/treasury-scratchpad.md")
    assert [email for email in everybody if oracle.may_open(email, pad)] == [CFO]


def test_it_stands_beside_the_wiki_in_one_company() -> None:
    world = handbook()
    pages = len(world.confluence.content)
    fill(world)
    assert len(world.confluence.content) == pages
    assert finders(world, file_id("finance/mileage.md")) == {email.partition("@")[0] for email in READERS}


def test_it_is_the_same_each_time() -> None:
    one, again = (acme(clock=ManualClock()).google for _ in range(2))
    assert again.drive.files == one.drive.files
    assert again.directory.groups == one.directory.groups


# -- what the office files say


def content(world: World, name: str, kind: str = "") -> io.BytesIO:
    file = world.google.drive.file(file_id(OFFICE[name]))
    return io.BytesIO(file.exports[kind] if kind else file.data)


def as_text(rows: Any) -> list[tuple[str, ...]]:
    return [tuple(str(value) for value in row) for row in rows]


def test_the_sheets_say_what_they_were_made_from(world: World) -> None:
    travel = load_workbook(content(world, "travel", XLSX))
    assert travel.sheetnames == ["By quarter", "Trips above 2,000 EUR"]
    assert as_text(travel["By quarter"].values) == as_text(TRAVEL)
    columns = list(zip(*TRAVEL[1:], strict=True))[1:]
    assert all(sum(map(int, column[:-1])) == column[-1] for column in columns)
    assert as_text(load_workbook(content(world, "terms")).active.values) == as_text(PAYMENT)  # type: ignore[union-attr]


def test_the_document_and_the_slides_say_what_they_were_made_from(world: World) -> None:
    (table,) = Document(content(world, "stock")).tables
    assert [tuple(cell.text for cell in row.cells) for row in table.rows] == list(STOCK)
    deck = Presentation(content(world, "review", PPTX))
    shapes = [shape for slide in deck.slides for shape in slide.shapes]
    (grid,) = [shape.table for shape in shapes if shape.has_table]
    assert [tuple(cell.text for cell in row.cells) for row in grid.rows] == list(PIPELINE)


def test_the_guide_has_a_page_for_each_of_its_twelve_sections(world: World) -> None:
    with pypdfium2.PdfDocument(content(world, "guide").getvalue()) as document:
        texts = [page.get_textpage().get_text_bounded() for page in document]
    assert len(texts) == len(GUIDE) == 12
    assert all(heading in text for (heading, _, _), text in zip(GUIDE, texts, strict=True))
    assert "worse than -110 dBm" in texts[3]


# -- over HTTP


@pytest.fixture(scope="module")
def google(world: World) -> Iterator[GoogleEmulator]:
    with GoogleEmulator(world) as running:
        yield running


@pytest.fixture
def api_as(google: GoogleEmulator) -> Iterator[Callable[[str], Api]]:
    opened: list[Api] = []

    def make(email: str) -> Api:
        scopes = "https://www.googleapis.com/auth/drive.readonly"
        found = asked(google, assertion(google, scope=scopes, sub=email)).json()
        opened.append(Api(google, authorization=f"Bearer {found['access_token']}"))
        return opened[-1]

    yield make
    for each in opened:
        each.http.close()


def test_crawled_as_its_owners_and_its_organizer_nothing_is_missing(world: World, api_as: Callable[[str], Api]) -> None:
    finance = next(iter(world.google.drive.drives))
    seen = {
        each["id"]
        for page in api_as(ADMIN).pages("files", corpora="drive", driveId=finance, pageSize=7, **BOTH)
        for each in page["files"]
    }
    for owner in (CFO, SALES_OPS):
        pages = api_as(owner).pages("files", q="'me' in owners", pageSize=7)
        seen |= {each["id"] for page in pages for each in page["files"]}
    assert seen == {each.id for each in world.google.drive.files.values() if each.parent_id}


def test_what_somebody_lists_is_what_they_find_and_what_may_not_be_found(
    world: World, api_as: Callable[[str], Api]
) -> None:
    """In the trash, not for assistants, or only asked to own it."""
    dev, oracle = api_as("dev@acme.test"), Oracle(world)
    documents = (
        "mimeType != 'application/vnd.google-apps.folder' and mimeType != 'application/vnd.google-apps.shortcut'"
    )
    listed = {each["id"] for page in dev.pages("files", q=documents, pageSize=9, **BOTH) for each in page["files"]}
    assert listed - oracle.findable("dev@acme.test") == {named(world, "Price list 2025")}
    assert oracle.findable("dev@acme.test") <= listed
