"""In other languages than the pages are in, the built-in embedder finds little: what has no answer is refused, and what has one is
refused rather than answered with something else.
"""

import pytest

from tests.bench import languages

pytestmark = [pytest.mark.meaning, pytest.mark.timeout(300)]


def test_what_has_no_answer_is_refused_in_every_language_and_nothing_is_answered_wrongly() -> None:
    found = languages.measure(quick=True)
    assert found.pop("en")["right"] >= 0.6  # so that a refusal says something
    assert list(found) == ["de", "fr", "es", "ja"]
    assert {one["refused"] for one in found.values()} == {1.0}
    assert {one["wrong"] for one in found.values()} == {0.0}
