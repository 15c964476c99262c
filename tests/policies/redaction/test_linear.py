"""However a text is made, looking at it takes time that grows with it, and no faster."""

import time

import pytest

from policies.redaction.found import found
from policies.redaction.kinds import Kind, Redaction
from policies.redaction.page import Page
from policies.redaction.view import View
from tests.fakes.passages import some_evidence

SIZE = 400_000
WITHIN_S = 24  # by processor; what is quadratic takes hours


@pytest.mark.parametrize(
    "unit",
    [
        *(
            "4 ",
            "4111 1111 1111 1112 ",
            "|1234567|\n",
            "+491511234567 ",
            "call 12345678 ",
            "password=",
            "eyJ",
            "a@",
            "1.",
        ),
        *(
            "-----BEGIN RSA PRIVATE KEY-----\n",
            "-----END RSA PRIVATE KEY-----\n",
            "http://a:",
            "DE 12 ",
            "born on ",
            "::1 ",
        ),
        *("4\u200b", "\\_", "A"),
    ],
)
def test_hostile_texts_take_no_longer_than_they_are_long(unit: str) -> None:
    text = (unit * (SIZE // len(unit) // 4 + 1))[: SIZE // 4]
    began = time.process_time()
    found(text, frozenset(Kind))
    assert time.process_time() - began < WITHIN_S / 4


def test_four_hundred_thousand_of_everything_are_masked_and_led_back() -> None:
    line = "Card 4111 1111 1111 1111, password = hunter2Summer, ana@acme.test, +49 30 901820, | 10.1.2.3 | x\n"
    began = time.process_time()
    view = View(some_evidence(line * (SIZE // len(line))), Redaction(), "model")
    assert time.process_time() - began < WITHIN_S
    assert set(view.removed) == {"card", "secret"}
    assert "4111" not in view.evidence.passages[0].text


def test_many_different_values_are_no_reason_to_wait() -> None:
    text = "\n".join(f"password = pw{number}Aq{number * 7}" for number in range(1000, 6000))
    began = time.process_time()
    view = View(some_evidence(text), Redaction(), "channel")
    assert time.process_time() - began < WITHIN_S
    assert view.removed["secret"] > 4_900


def test_a_text_without_anything_is_one_page() -> None:
    assert Page("nothing", (), str).seen == "nothing"
