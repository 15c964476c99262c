"""What a person gets is what they would get if the documents they may not read had never been written."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.flows.answer import Outcome
from tests import company, inside
from tests.conftest import MakeDatabaseUrl
from tests.fakes.embedder import HashingEmbedder
from tests.world import console, settings_of

WORDS = [
    "leave",
    "days",
    "price",
    "team",
    "deploy",
    "billing-api",
    "severance",
    "weeks",
    "27",
    "199",
    "EUR",
    "on",
    "is",
]
sentences = st.lists(st.sampled_from(WORDS), min_size=3, max_size=9).map(
    lambda words: " ".join(words).capitalize() + "."
)
bodies = st.lists(sentences, min_size=1, max_size=5).map(" ".join)
access = st.sampled_from(
    ["[[group:staff]]", "[[group:eng]]", "[[group:hr]]", "[[group:staff], [group:hr]]", "[[anyone]]", "[]"]
)
companies = st.dictionaries(
    st.sampled_from([f"{area}/{name}.md" for area in ("hr", "eng") for name in "abcdef"]),
    st.tuples(access, bodies),
    min_size=2,
    max_size=8,
)
questions = st.lists(st.sampled_from(WORDS), min_size=1, max_size=5).map(" ".join)

ANA_READS = {"[[group:staff]]", "[[group:eng]]", "[[anyone]]"}


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(documents=companies, asked=st.lists(questions, min_size=1, max_size=3))
def test_hidden_documents_change_nothing(
    make_database_url: MakeDatabaseUrl, documents: dict[str, tuple[str, str]], asked: list[str]
) -> None:
    visible = {path: document for path, document in documents.items() if document[0] in ANA_READS}
    assert outcomes(make_database_url(), documents, asked) == outcomes(make_database_url(), visible, asked)


def outcomes(database_url: str, documents: dict[str, tuple[str, str]], asked: list[str]) -> list[object]:
    with tempfile.TemporaryDirectory() as folder:
        texts = {
            path: f"---\naccess: {access}\n---\n# {path}\n\n{body}\n" for path, (access, body) in documents.items()
        }
        written = company.write(Path(folder) / "company", {**texts, "empty.md": "# Empty\n"})
        with inside.assistant(settings_of(console(Path(folder), database_url)), HashingEmbedder()) as assistant:
            inside.sync(assistant, written)
            return [without_times(inside.ask(assistant, question, "ana@acme.test")) for question in asked]


def without_times(outcome: Outcome) -> object:
    return outcome.reply, outcome.evidence, outcome.route, outcome.model


@pytest.mark.parametrize("secret", ["leave", "27"])
def test_the_property_would_notice_a_difference(make_database_url: MakeDatabaseUrl, secret: str) -> None:
    """A check that cannot fail is no check: a document that Ana may read does change what she gets."""
    told = {"hr/a.md": ("[[anyone]]", f"Price is 199 EUR {secret}."), "hr/b.md": ("[[anyone]]", f"{secret} {secret}.")}
    one, other = (
        outcomes(make_database_url(), world, [f"How much is {secret} in the price list?"])
        for world in (told, {"hr/a.md": told["hr/a.md"]})
    )
    assert one != other
