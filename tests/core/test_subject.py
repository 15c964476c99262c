"""What a text is to be about is said behind a few words, or it is not known."""

import pytest

from bot.core.subject import subject


@pytest.mark.parametrize(
    ("request_", "about"),
    [
        ("Draft a mail to the team about the new travel policy.", "the new travel policy"),
        ("write an announcement regarding parental leave", "parental leave"),
        ("compose a message to the team explaining the outage", "the outage"),
        ("put together an email that explains the on-call rules!", "the on-call rules"),
        ("write a note on expenses", "expenses"),
        ("Entwirf eine Mail über Elternzeit", "Elternzeit"),
        ("écris un mail sur les congés", "les congés"),
        ("draft something on it", None),
        ("rephrase this so that it sounds kinder", None),
        ("write a welcome message", None),
        ("about", None),
    ],
)
def test_the_words_behind_about_are_the_subject(request_: str, about: str | None) -> None:
    assert subject(request_) == about
