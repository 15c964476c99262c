"""An answer that somebody checks first, as both of them see it in a browser."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import expect

from bot import app
from policies.rules import OVERRIDES
from tests.browser.asking import answer, said_by, write
from tests.browser.footnote import Footnote
from tests.browser.windows import Windows

NDA = "How long does an NDA last?"
PROBATION = "How long is probation in Germany?"
_A_FIFTH_OF_A_MINUTE = """
[intents.probation]
does = "answer"
risk = "medium"
retrievers = ["keywords", "vectors"]
review = true
reviewers = ["{ana}", "{omar}", "{mei}"]
review_within_minutes = 0.2
words = ["probation"]
"""


def test_counsel_puts_an_answer_in_other_words_and_only_then_whoever_asked_sees_it(
    open_windows: Windows, acme_slack: Footnote
) -> None:
    ana = open_windows.open(acme_slack.origin, "ana", "dm:footnote")
    omar = open_windows.open(acme_slack.origin, "omar", "dm:footnote")
    write(ana, NDA)
    expect(said_by(ana, "Footnote").last).to_contain_text("A colleague checks this answer before you get it")
    card = said_by(omar, "Footnote").last
    expect(card).to_contain_text("three years")
    card.get_by_role("button", name="Edit").click()
    part = omar.get_by_role("textbox", name=re.compile("^Part 1"))
    part.fill("NDAs last 9 years.")
    omar.get_by_role("dialog").get_by_role("button", name="Approve").click()
    expect(omar.get_by_role("dialog")).to_contain_text("does not stand in what this quotes")
    part.fill("NDAs last three years.")
    omar.get_by_role("dialog").get_by_role("button", name="Approve").click()
    expect(answer(ana)).to_contain_text("NDAs last three years.")
    expect(answer(ana)).to_contain_text("Checked by")
    expect(answer(ana)).to_contain_text("Omar Haddad")
    expect(said_by(omar, "Footnote").last).to_contain_text("You approved it")
    expect(said_by(omar, "Footnote").last.get_by_role("button", name="Approve")).to_have_count(0)


def test_who_may_not_read_it_is_never_asked_and_whoever_lets_it_pass_sees_that_it_did(
    open_windows: Windows, acme_slack: Footnote
) -> None:
    with _laid_down(acme_slack, _A_FIFTH_OF_A_MINUTE):
        ben, ana, omar, mei, mei_elsewhere = (
            open_windows.open(acme_slack.origin, who, "dm:footnote") for who in ("ben", "ana", "omar", "mei", "mei")
        )
        write(ben, PROBATION)
        expect(said_by(ben, "Footnote").last).to_contain_text("A colleague checks this answer before you get it")
        expect(said_by(omar, "Footnote").last).to_contain_text("6 months")
        card = said_by(mei, "Footnote").last
        expect(card).to_contain_text("6 months", timeout=60_000)
        expect(said_by(omar, "Footnote").last).to_contain_text("Time ran out")
        expect(said_by(ben, "Footnote").last).to_contain_text("Another colleague looks at this answer now")
        for page in (mei, mei_elsewhere):  # one click after the other, and nobody waits
            said_by(page, "Footnote").last.get_by_role("button", name="Approve").dispatch_event("click")
        expect(answer(ben)).to_contain_text("6 months")
        expect(answer(ben)).to_contain_text("Mei Tanaka")
        expect(said_by(ben, "Footnote").filter(has_text="6 months")).to_have_count(1)
        for page in (mei, mei_elsewhere):
            expect(said_by(page, "Footnote").last).to_contain_text("You approved it")
        expect(said_by(ana, "Footnote")).to_have_count(0)


@contextmanager
def _laid_down(footnote: Footnote, rules: str) -> Iterator[None]:
    """Beside what the company has laid down."""
    users = {name: footnote.slack.world.user(name).id for name in ("ana", "omar", "mei")}
    with app.records(footnote.settings) as records:
        before = records.config.newest()
        texts = {**before.texts, OVERRIDES: before.texts[OVERRIDES] + rules.format(**users)}
        with records.database.writing() as session:
            records.config.save(session, texts, author="test", note="a rule more", now=records.clock())
    try:
        yield
    finally:
        with app.records(footnote.settings) as records, records.database.writing() as session:
            records.config.roll_back(session, before.version.number, author="test", now=records.clock())
