"""Are questions over an office's documents answered with the right row or sentence, with the built-in embedder and no model?

Only the questions whose id hashes to an odd number are asked here: nothing was tuned on them.
"""

import pytest

from tests.once import once
from tests.quality import office, tables
from tests.quality.tables import Judged, judge, questions

pytestmark = [pytest.mark.meaning, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def judged(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[Judged]:
    def ask() -> list[Judged]:
        with office.company(tmp_path_factory.mktemp("office")) as (assistant, folder):
            odd = [question for question in questions("office_questions.toml") if question.is_odd]
            return [judge(assistant, question, folder) for question in odd]

    return once(request, "questions of the office", ask)


def test_first_claim_is_the_row_or_the_sentence_that_answers(judged: list[Judged]) -> None:
    assert len(judged) == 34
    assert tables.figures(judged)["hit_at_1"] >= 0.80, tables.figures(judged)


def test_every_row_comes_with_the_names_of_its_columns(judged: list[Judged]) -> None:
    assert sum("|" in claim for one in judged for claim in one.said) > 10
    assert [one.headless for one in judged if one.headless] == []
