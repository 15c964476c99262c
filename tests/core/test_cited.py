"""Which documents an answer cites, and how each is called."""

from datetime import UTC, datetime

import pytest

from bot.core.cited import address, cited, marks, numbers, updated, where
from policies.evidence import Answer, Citation, Claim, Evidence
from tests.fakes.passages import a_passage, some_evidence


def answer(*handles: tuple[int, ...]) -> Answer:
    return Answer(
        claims=tuple(
            Claim(text="x", citations=tuple(Citation(passage=handle, quote="x") for handle in cites))
            for cites in handles
        )
    )


def of_two_documents() -> Evidence:
    """Passages 1 and 3 are of one document."""
    one, two, three = some_evidence("a", "b", "c").found
    same = three.passage.model_copy(update={"document": one.passage.document})
    return Evidence(found=(one, two, three.model_copy(update={"passage": same})))


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        pytest.param([(2,), (1,)], ["acme:2.md", "acme:1.md"], id="in the order of the claims"),
        pytest.param([(2, 1)], ["acme:2.md", "acme:1.md"], id="and of their citations"),
        pytest.param([(3,), (1,)], ["acme:1.md"], id="two passages of one document"),
        pytest.param([(9,), (2,)], ["acme:2.md"], id="a passage that is not there"),
        pytest.param([()], [], id="nothing"),
    ],
)
def test_each_document_is_cited_once_where_it_is_cited_first(
    claims: list[tuple[int, ...]], expected: list[str]
) -> None:
    assert [passage.document for passage in cited(answer(*claims), of_two_documents())] == expected


def test_a_claim_is_marked_with_the_numbers_of_its_documents_each_once() -> None:
    reply, evidence = answer((2,), (1, 2, 3, 9)), of_two_documents()
    numbered = numbers(reply, evidence)
    assert [marks(claim, numbered) for claim in reply.claims] == [(1,), (1, 2)]


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        pytest.param("hr/leave", "acme/hr/leave", id="a place"),
        pytest.param("", "acme", id="none"),
        pytest.param("acme", "acme", id="the top of the source"),
    ],
)
def test_a_document_stands_in_its_source_at_its_place(place: str, expected: str) -> None:
    assert where(a_passage("x").model_copy(update={"place": place})) == expected


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        pytest.param(datetime(2026, 6, 2, tzinfo=UTC), "updated 2 June 2026", id="no nought before the day"),
        pytest.param(datetime(2025, 12, 31, tzinfo=UTC), "updated 31 December 2025", id="the last month"),
        pytest.param(None, None, id="unknown"),
    ],
)
def test_the_last_change_is_told_in_words(at: datetime | None, expected: str | None) -> None:
    assert updated(a_passage("x").model_copy(update={"updated": at})) == expected


def test_a_document_with_pages_is_read_at_the_page_of_what_is_quoted() -> None:
    url = "https://files.acme.test/manual.pdf"
    told = a_passage("It is off.\n\n## Page 4\n\nIt is on.").model_copy(
        update={"url": url, "heading_path": ("Manual", "Page 3")}
    )
    assert address(told) == f"{url}#page=3"
    assert address(told, "It is on.") == f"{url}#page=4"
    assert address(told.model_copy(update={"url": None})) is None
