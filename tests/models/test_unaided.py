"""What composers share that ask no model: vectors where they can be had, and words alone where not."""

from collections.abc import Sequence

from bot.core.errors import Unembedded
from bot.core.ports import NOBODYS, Embed, Errand, Vector
from bot.models.unaided import broken, composed
from policies.contract import Rule
from policies.evidence import Citation, Claim, Draft
from tests.fakes.embedder import HashingEmbedder
from tests.fakes.passages import some_evidence
from tests.flows.world import RULES


class Away(HashingEmbedder):
    def embed(self, texts: Sequence[str], *, errand: Errand = NOBODYS) -> Vector:  # noqa: ARG002
        raise Unembedded("far/model", "timeout", "FOOTNOTE_EMBEDDER")


def draft(embed: Embed | None) -> Draft:
    """As one that needs to know what is near."""
    if embed is not None:
        embed(["Leave is 25 days."])
    return Draft(claims=(Claim(text="by words" if embed is None else "by vectors"),))


def test_vectors_are_used_where_they_can_be_had_and_the_byline_says_why_they_are_not() -> None:
    for embedder, text, because in (
        (HashingEmbedder(), "by vectors", None),
        (None, "by words", None),
        (Away(), "by words", "timeout"),
    ):
        made, by = composed("one", draft, embedder, NOBODYS)
        assert (made.claims[0].text, by.composer, by.without_vectors) == (text, "one", because)


def test_what_breaks_the_contract_is_told() -> None:
    evidence, limits = some_evidence("Leave is 25 days."), RULES.answers.answer
    kept = Claim(text="Leave is 25 days.", citations=(Citation(passage=1, quote="Leave is 25 days."),))
    assert not broken(Draft(claims=(kept,)), evidence, limits)
    (violation,) = broken(Draft(claims=(kept.model_copy(update={"text": "Leave is 26 days."}),)), evidence, limits)
    assert violation.rule is Rule.UNSUPPORTED_NUMBER
