"""What is exported to tune an embedder with, against what was worked out by hand."""

from bot.core.nouns import ListId
from bot.evals.pairs import Judged, Pair, as_embedded, pairs
from policies.evidence import Evidence, Found, Passage, Ranks
from tests.fakes.embedder import HashingEmbedder

NAMES = {f"eval:{name}.md": name for name in ("leave", "travel", "lunch", "keys")}
PIECES = {"keys": ("The house has a cellar.", "Keys are at the reception."), "leave": ("Leave is 27 days.",)}


def found(*passages: tuple[str, str]) -> Evidence:
    return Evidence(
        found=tuple(
            Found(
                passage=Passage(
                    handle=at,
                    id=f"p{at}",
                    document=f"eval:{document}.md",
                    source="eval",
                    title=document,
                    url=None,
                    place="",
                    updated=None,
                    version="v",
                    ordinal=at,
                    heading_path=("House",),
                    text=text,
                ),
                list_id=ListId("eval:l"),
                score=1 / at,
                ranks=Ranks(),
            )
            for at, (document, text) in enumerate(passages, start=1)
        )
    )


EVERYTHING = found(
    ("travel", "Travel is booked."),
    ("leave", "Leave is 27 days."),
    ("lunch", "Lunch is at noon."),
    ("travel", "Travel is paid."),
    ("leave", "Leave is asked for."),
)


def of(*relevant: str, negatives: int = 7, query: str = "Where are the keys?") -> list[Pair]:
    judged = Judged("q", "even", query, EVERYTHING, frozenset(relevant))
    return list(pairs(judged, NAMES, PIECES, HashingEmbedder(), negatives=negatives))


def test_the_best_piece_of_what_is_relevant_stands_against_the_best_of_what_is_not() -> None:
    (pair,) = of("leave")
    assert pair.positive == "House\nLeave is 27 days."
    assert pair.negatives == ("House\nTravel is booked.", "House\nLunch is at noon.")


def test_what_is_relevant_is_never_a_negative_of_its_own_question() -> None:
    pairs_ = of("leave", "travel")
    assert [pair.document for pair in pairs_] == ["leave", "travel"]
    assert {negative for pair in pairs_ for negative in pair.negatives} == {"House\nLunch is at noon."}


def test_what_the_search_did_not_find_stands_by_the_piece_that_is_nearest() -> None:
    (pair,) = of("keys")
    assert pair.positive == "Keys are at the reception."
    assert len(pair.negatives) == 3


def test_a_document_without_a_piece_makes_no_pair() -> None:
    assert of("nothing") == []


def test_no_more_negatives_than_were_asked_for() -> None:
    assert [len(pair.negatives) for pair in (*of("leave", negatives=1), *of("leave", negatives=0))] == [1, 0]


def test_texts_are_as_they_are_embedded() -> None:
    assert as_embedded(EVERYTHING.passages[0]) == "House\nTravel is booked."
