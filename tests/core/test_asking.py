"""Who asks to have something done, and who only speaks of it."""

import pytest

from bot.core.asking import WISH, is_verb, is_word, orders


def verbs(text: str) -> list[str]:
    return [order.verb for order in orders(text)]


@pytest.mark.parametrize(
    ("text", "verb"),
    [
        ("open a ticket", "open"),
        ("Hi, could you please open a ticket?", "open"),
        ("somebody please open a ticket", "open"),
        ("It leaks again. Open a ticket", "open"),
        ("It leaks again, so open a ticket", "open"),
        ("- open a ticket", "open"),
        ("If there is none yet, please open a ticket", "open"),
        ("I'd like you to open a ticket", "open"),
        ("Can we get a ticket?", WISH),
        ("I need a ticket", WISH),
        ("We should open a ticket, please", "open"),
        ("please to open a ticket", "open"),
        ("open a ticket please?", "open"),
        ("open a ticket: who has the key?", "open"),
        ("colleague needs access", WISH),
    ],
)
def test_an_order_begins_with_its_verb_or_politely(text: str, verb: str) -> None:
    assert verb in verbs(text)


@pytest.mark.parametrize(
    "text",
    [
        "How do I open a ticket?",
        "Who may open tickets, and share files?",
        "Can I open a ticket?",
        "Can anyone open a ticket?",
        "Should I open a ticket?",
        "I open a ticket each day",
        "Somebody please do not open a ticket",
        "Never open a ticket",
        "don't open a ticket",
        "When it leaks, open a ticket",
        "The manual says to open a ticket",
        "To open a ticket you need access",
        "We should open a ticket some day",
        "open tickets this week",
        "Open the page about leave",
        "open the ticket",
        "Could we get the ticket?",
        "I'd like the page on leave",
        "open a ticket?",
    ],
)
def test_who_asks_tells_or_forbids_orders_nothing(text: str) -> None:
    assert not {"open", "share", WISH} & set(verbs(text))


def test_what_is_to_be_told_is_no_part_of_what_is_to_be_done() -> None:
    (order, *_) = orders("comment on the issue saying that the page is gone")
    assert order.words == ("on", "the", "issue")


@pytest.mark.parametrize("said", ["adding", "making", "putting"])
def test_would_you_mind_adding_is_to_add(said: str) -> None:
    (order,) = orders(f"would you mind {said} a page")
    assert any(is_verb(order, verb) for verb in ("add", "make", "put"))
    assert not is_verb(next(orders(f"{said} a page")), "add")


@pytest.mark.parametrize("said", ["tiket", "tickket", "ticekt", "ticket"])
def test_a_slip_of_the_finger_is_the_same_word(said: str) -> None:
    assert is_word(said, "ticket")


@pytest.mark.parametrize(
    ("said", "word"),
    [("wicket", "ticket"), ("tissue", "issue"), ("state", "stare"), ("bag", "bug"), ("nte", "note"), ("", "x")],
)
def test_another_letter_is_another_word(said: str, word: str) -> None:
    assert not is_word(said, word)
