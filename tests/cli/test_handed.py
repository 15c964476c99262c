"""What became of a question that was handed over, in plain words: every kind of event that it leads to has some."""

import inspect

import pytest

from bot.cli.handed import _SAID, handed
from bot.stores import handing


@pytest.mark.parametrize(
    ("kind", "body", "said"),
    [
        ("handed_over", {"by": "slack:T/U", "experts": "C1", "text": "Where {x}?"}, "had it asked in C1: Where {x}?"),
        ("expert_reply_told", {"how": "aside"}, "in their direct messages, with its words"),
        ("saved_answer_ended", {"document": "saved-answers:e_1", "why": "edited"}, "its author edited it"),
    ],
)
def test_events_are_told_in_words(kind: str, body: dict[str, str], said: str) -> None:
    (line,) = handed(kind, body)
    assert said in line


def test_what_was_erased_and_what_is_no_such_event_is_not_told() -> None:
    assert handed("handed_over", {}) == handed("composed", {"by": "x"}) == handed("posted", {"to": [{}]}) == ()


def test_where_people_could_be_asked_is_told_with_the_post() -> None:
    assert handed("posted", {"to": [{"asks_in": "C1"}]}) == ("With it, a person could be asked in C1.",)


def test_every_kind_that_the_rows_write_has_words() -> None:
    source = inspect.getsource(handing)
    assert all(f'"{kind}"' in source for kind in _SAID)
