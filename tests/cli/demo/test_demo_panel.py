"""What the page's panel says of a receipt, beyond what the page's own tests see of it."""

from bot.cli.demo.panel import panel
from bot.core.nouns import Byline, ReceiptId
from bot.core.receipt import fold
from bot.stores.ledger.book import Recorded
from policies.evidence import Draft, Evidence

RECEIPT = ReceiptId("r_1")


def shown(*by: Byline) -> tuple[object, object]:
    composed = {
        "draft": Draft(answerable=False).model_dump(mode="json"),
        "violations": [],
        "by": [one.model_dump(mode="json") for one in by],
    }
    events = [
        Recorded(1, "", "retrieved", RECEIPT, {}),
        Recorded(2, "", "composed", RECEIPT, composed),
        Recorded(3, "", "closed", RECEIPT, {"model": "of the last part"}),
    ]
    told = panel(fold(events, lambda _: Evidence()), "here", (), None, {"people": {}, "channels": {}})
    return told["model"], told["noted"]


def test_who_wrote_it_is_named() -> None:
    assert shown(Byline(composer="openai/some")) == ("openai/some", [])


def test_who_did_not_write_it_is_named_with_the_reason() -> None:
    first = Byline(composer="openai/some")
    instead = Byline(composer="extractive", instead_of="openai/some", because="key")
    assert shown(first, instead) == (
        "extractive",
        ["extractive wrote instead of openai/some, which did not answer: its key was not accepted."],
    )


def test_a_receipt_that_does_not_say_who_wrote_each_try_still_has_its_model() -> None:
    assert shown() == ("of the last part", [])
