"""What the ledger says of evidence, read back: only a text that is what its digest says proves anything."""

from bot.core.nouns import Part
from bot.core.record import ERASED, evidence_body, evidence_from, part_body, part_from, text_digest, texts_of
from policies.evidence import Evidence, Found, Passage, Ranks, Refusal, RefusalReason

TEXT = "Everybody has 27 days."


def evidence() -> Evidence:
    passage = Passage(
        handle=1,
        id="p1",
        document="acme:leave.md",
        source="acme",
        title="Leave",
        url=None,
        place="hr",
        updated=None,
        version="v",
        ordinal=0,
        heading_path=("Leave",),
        text=TEXT,
    )
    return Evidence(found=(Found(passage=passage, list_id="acme:l", score=0.1, ranks=Ranks(keywords=1)),))


def test_a_changed_text_reads_as_erased() -> None:
    (changed,) = evidence_from(evidence_body(evidence()), {text_digest(TEXT): "Everybody has 72 days."}).passages
    assert changed.text == ERASED


def test_an_erased_text_reads_as_such() -> None:
    (gone,) = evidence_from(evidence_body(evidence()), {}).passages
    assert gone.text == ERASED


def test_what_was_recorded_is_read_back() -> None:
    assert evidence_from(evidence_body(evidence()), texts_of(evidence())) == evidence()


def test_part_of_which_nobody_wrote_down_by_whom_it_is_is_still_read() -> None:
    part = Part(reply=Refusal(reason=RefusalReason.UNPROVEN), evidence=Evidence(), aside=True, model="extractive")
    body = part_body(part)
    assert part_from(body, lambda _: Evidence(), aside=True) == part
    del body["model"]
    assert part_from(body, lambda _: Evidence(), aside=True) == part.model_copy(update={"model": None})
