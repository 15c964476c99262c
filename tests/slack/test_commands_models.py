"""A model that is seen, asked a word and taken out from Slack, in the whole office; it is nowhere, so it answers nobody."""

from pathlib import Path
from typing import Any

import pytest

from tests.slack.office import ANSWER, office, running
from tests.slack.test_commands import told

MODEL = "openai/some"


def test_a_model_that_is_taken_out_is_asked_nothing_and_the_documents_own_words_answer(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-nobody")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    settings: dict[str, Any] = {"admins": ("ana@acme.test",), "model_strong": (MODEL,), "model_patience_s": 5}
    with office(tmp_path, database_url, **settings) as acme, running(acme):
        listed = told(acme, "ana", "models")
        assert f"{MODEL} writes (FOOTNOTE_MODEL_STRONG)" in listed
        assert "Not heard yet" in listed
        assert "gave no answer: it could not be reached" in told(acme, "ana", f"models test {MODEL}")
        assert f"{MODEL} is asked nothing any more" in told(acme, "ana", f"models pause {MODEL}")
        acme.asks("zoe")
        assert ANSWER in acme.reply(acme.direct("zoe")).text
        acme.settled()
        (composed,) = acme.events("composed")
        assert [one["because"] for one in composed["by"][-1]["passed"]] == ["paused"]
        assert composed["by"][-1]["sent"] == []
        assert "PAUSED by ana@acme.test" in told(acme, "ana", "models")
        assert "is asked again" in told(acme, "ana", f"models resume {MODEL}")
