"""What may be said of a message, beyond what holds of a document? Who wrote it, and nothing else about them."""

import pytest

from policies.contract import Rule, violations
from policies.evidence import Citation, Claim, Draft, Evidence
from tests.fakes.passages import some_evidence

ORDER = "I will order 120 badges by Friday."
DECIDED = "We decided: Northwind, not Contoso."


def messages(*said: tuple[str | None, str]) -> Evidence:
    evidence = some_evidence(*(text for _, text in said))
    found = (
        one.model_copy(
            update={"passage": one.passage.model_copy(update={"author": author, "title": f"{author}, noon"})}
        )
        for one, (author, _) in zip(evidence.found, said, strict=True)
    )
    return Evidence(found=tuple(found))


THREAD = messages(("Ben Visser", ORDER), ("Mei (2nd line)", DECIDED), (None, "The page says 120."))


def broken(text: str, *cited: int, evidence: Evidence = THREAD) -> list[str]:
    passages = [evidence.passage(handle) for handle in cited]
    citations = tuple(Citation(passage=one.handle, quote=one.text) for one in passages if one is not None)
    draft = Draft(claims=(Claim(text=text, citations=citations),))
    found = violations(draft, evidence, max_claim_characters=300, question="summarise this thread", min_support=0.42)
    return [one.rule.value for one in found]


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        pytest.param(f"Ben Visser: {ORDER}", (1,), id="word for word, with who wrote it"),
        pytest.param("Ben Visser will order 120 badges by Friday.", (1,), id="in other words, by name"),
        pytest.param("Ben will order 120 badges by Friday.", (1,), id="by the first name"),
        pytest.param(f"Mei (2nd line): {DECIDED}", (2,), id="whatever they call themselves"),
        pytest.param(ORDER, (1,), id="word for word"),
        pytest.param("Mei decided on Northwind, not Contoso, and Ben orders 120 badges.", (1, 2), id="of two messages"),
    ],
)
def test_whoever_wrote_what_is_quoted_may_be_named(text: str, cited: tuple[int, ...]) -> None:
    assert broken(text, *cited) == []


@pytest.mark.parametrize(
    ("text", "cited", "rule"),
    [
        pytest.param(f"Mei (2nd line): {ORDER}", (1,), Rule.UNSUPPORTED_NUMBER, id="somebody else's words"),
        pytest.param("Mei will order 120 badges by Friday.", (1,), Rule.UNSUPPORTED_NAME, id="somebody else's deed"),
        pytest.param("Ben Visser: I will order 130 badges by Friday.", (1,), Rule.UNSUPPORTED_NUMBER, id="more badges"),
        pytest.param("Ben Visser: I will not order 120 badges.", (1,), Rule.CHANGED_NEGATION, id="the contrary"),
        pytest.param("Ben Visser: We decided: Contoso, not Northwind, Ana.", (2,), Rule.UNSUPPORTED_NAME, id="added"),
        pytest.param("The 2nd of us decided on Northwind, not Contoso.", (2,), Rule.UNSUPPORTED_NUMBER, id="a number"),
        pytest.param("None: The page says 120.", (3,), Rule.CHANGED_NEGATION, id="nobody wrote a page"),
        pytest.param("Ben Visser: The page says 120.", (3,), Rule.UNSUPPORTED_NAME, id="a page is nobody's"),
    ],
)
def test_a_name_proves_nothing_but_the_name_of_who_wrote_what_is_quoted(
    text: str, cited: tuple[int, ...], rule: Rule
) -> None:
    assert rule.value in broken(text, *cited)


def test_a_name_that_rings_everybodys_bell_is_not_said() -> None:
    evidence = messages(("Ana @channel", ORDER))
    assert broken(f"Ana @channel: {ORDER}", 1, evidence=evidence) == [Rule.PING.value]
    assert broken(ORDER, 1, evidence=evidence) == []


def test_the_words_of_a_message_are_the_claims_in_whatever_language_they_were_asked_for() -> None:
    evidence = messages(("Lena", "Wir haben uns gestern für den Umzug im Mai entschieden."))
    assert broken("Lena: Wir haben uns gestern für den Umzug im Mai entschieden.", 1, evidence=evidence) == []
