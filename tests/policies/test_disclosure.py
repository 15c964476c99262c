"""Which model may be sent what: a truth table, deny first, and texts that are refused."""

import pytest

from policies.disclosure import UNDECLARED, Disclosure, parse
from policies.rules import RulesError

AWAY, OURS, NARROW, UNKNOWN = "openai/some", "ollama/ours", "openai/narrow", "openai/unknown"
_MODELS = """
[models."openai/some"]
host = "api.some.test"
region = "eu"
sources = "all"

[models."openai/narrow"]
sources = ["wiki"]

[models."ollama/ours"]
address = "http://127.0.0.1:11434"
local = true
sources = "all"
"""
NOT_MARKED, HR_MARKED, ALL_MARKED = (
    parse(f"{marked}\n{_MODELS}") for marked in ("", 'local_only = ["hr"]', "nothing_leaves = true")
)


@pytest.mark.parametrize(
    ("disclosure", "model", "sources", "may"),
    [
        pytest.param(HR_MARKED, AWAY, {"hr"}, False, id="marked, elsewhere"),
        pytest.param(HR_MARKED, AWAY, {"hr", "wiki"}, False, id="marked beside another, elsewhere"),
        pytest.param(HR_MARKED, AWAY, {"wiki"}, True, id="not marked, elsewhere"),
        pytest.param(HR_MARKED, AWAY, set(), True, id="a question, elsewhere"),
        pytest.param(HR_MARKED, OURS, {"hr", "wiki"}, True, id="marked, ours"),
        pytest.param(ALL_MARKED, AWAY, set(), False, id="a question, where everything is marked"),
        pytest.param(ALL_MARKED, AWAY, {"wiki"}, False, id="anything, where everything is marked"),
        pytest.param(ALL_MARKED, OURS, {"wiki"}, True, id="ours, where everything is marked"),
        pytest.param(NOT_MARKED, NARROW, {"wiki"}, True, id="what it may see"),
        pytest.param(NOT_MARKED, NARROW, {"wiki", "hr"}, False, id="more than it may see"),
        pytest.param(NOT_MARKED, UNKNOWN, {"wiki"}, False, id="not declared"),
        pytest.param(NOT_MARKED, UNKNOWN, set(), False, id="a question, not declared"),
        pytest.param(UNDECLARED, UNKNOWN, {"wiki"}, True, id="nothing declared at all"),
    ],
)
def test_model_may_be_sent(disclosure: Disclosure, model: str, sources: set[str], *, may: bool) -> None:
    assert disclosure.may_be_sent(model, sources) is may


@pytest.mark.parametrize(
    ("disclosure", "model", "may"),
    [
        pytest.param(HR_MARKED, AWAY, False, id="one source is marked"),
        pytest.param(NOT_MARKED, NARROW, False, id="it may see one source"),
        pytest.param(NOT_MARKED, UNKNOWN, False, id="not declared"),
        pytest.param(HR_MARKED, OURS, True, id="ours"),
        pytest.param(NOT_MARKED, AWAY, True, id="nothing is marked"),
        pytest.param(UNDECLARED, UNKNOWN, True, id="nothing declared at all"),
    ],
)
def test_model_that_is_sent_every_passage_must_be_allowed_every_source(
    disclosure: Disclosure, model: str, *, may: bool
) -> None:
    assert disclosure.may_be_sent_everything(model) is may


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('[models."a/b"]', "Field required"),
        ('[models."a/b"]\nsources = "some"', "sources"),
        ('[models."a/b"]\nsources = ["HR"]', "models.a/b.sources"),
        ('local_only = ["hr "]', "no source has such a name"),
        ('local_only = "hr"', "local_only"),
        ('local_onyl = ["hr"]', "Extra inputs"),
        ('[models."a/b"]\nsources = "all"\nlocal = true', "what is local has an address"),
        ('[models."a/b"]\nsources = "all"\naddress = "ours.test"', "it should read"),
        ('[models."a/b"]\nsources = "all"\naddress = "http://me:pw@ours.test"', "it should read"),
        ('[models."a/b"]\nsources = "all"\naddress = "http://ours.test"\nhost = "x"', "says which host"),
        ('[models."a/b"]\nsources = "all"\ndollars_per_million_in = 1', "a price is one of"),
        ('[models."a/b"]\nsources = "all"\ndollars_per_million_in = -1\ndollars_per_million_out = 1', "greater than"),
        ('nothing_leaves = "perhaps"', "nothing_leaves"),
        ("local_only = [", "models.toml, line 1"),
    ],
)
def test_text_that_is_not_understood_is_refused_with_its_reason(text: str, reason: str) -> None:
    with pytest.raises(RulesError, match=reason):
        parse(text)


def test_address_says_which_host_it_is_and_a_host_is_what_was_said() -> None:
    assert NOT_MARKED.of(OURS).is_at == "127.0.0.1:11434"
    assert NOT_MARKED.of(AWAY).is_at == "api.some.test"
    assert NOT_MARKED.of(UNKNOWN).is_at is None
