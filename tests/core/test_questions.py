"""Several questions in one message are told apart; what is unclear is one."""

import pytest

from bot.core.questions import questions


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("How long is leave?", ["How long is leave?"], id="one"),
        pytest.param("leave policy", ["leave policy"], id="no question mark"),
        pytest.param("How long is leave? Who signs it?", ["How long is leave?", "Who signs it?"], id="two"),
        pytest.param("Is it 25 or 30? I always forget.", ["Is it 25 or 30? I always forget."], id="and a sigh"),
        pytest.param(
            "I am in Oslo. Is Friday free? I drive. May I park there?",
            ["I am in Oslo. Is Friday free?", "I drive. May I park there?"],
            id="what is said before belongs to it",
        ),
        pytest.param(
            "Is Friday free? And Monday too? Thanks!", ["Is Friday free?", "And Monday too? Thanks!"], id="and thanks"
        ),
        pytest.param("Is Friday free? Really?", ["Is Friday free? Really?"], id="one more word is no question"),
        pytest.param("1. Who signs?\n2. Who pays?", ["Who signs?", "Who pays?"], id="a list"),
        pytest.param("- Who signs?\n- Who pays?\n", ["Who signs?", "Who pays?"], id="points"),
        pytest.param(
            "休暇は何日ですか？誰が承認しますか？", ["休暇は何日ですか？", "誰が承認しますか？"], id="no spaces"
        ),
        pytest.param("¿Cuándo se paga? ¿Quién lo firma?", ["¿Cuándo se paga?", "¿Quién lo firma?"], id="Spanish"),
        pytest.param("See x.test/?a=b&c=d for that one", ["See x.test/?a=b&c=d for that one"], id="an address"),
        pytest.param("", [""], id="nothing"),
    ],
)
def test_questions_are_told_apart(text: str, found: list[str]) -> None:
    assert [" ".join(one.split()) for one in questions(text)] == [" ".join(one.split()) for one in found]


def test_very_many_questions_take_no_time() -> None:
    assert len(questions("Is it so today? " * 20_000)) == 20_000
