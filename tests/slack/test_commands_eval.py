"""The golden set asked from Slack, in the whole office: in a process of its own, and told in the direct conversation."""

from pathlib import Path

import pytest

from tests.evals.test_sets import golden
from tests.slack.office import office, running, until
from tests.slack.test_commands import told


def test_an_admin_hears_in_private_what_the_golden_set_came_to(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOOTNOTE_EMBEDDER", "none")
    monkeypatch.setenv("FOOTNOTE_HOME", str(tmp_path / "other"))
    folder = golden(tmp_path / "golden")
    with office(tmp_path, database_url, admins=("ana@acme.test",), eval_set=folder) as acme, running(acme):
        assert "is being asked" in told(acme, "ana", "eval run")
        anas = acme.direct("ana")
        until(lambda: acme.replies(anas), patience_s=120)
        assert "hit@1" in acme.reply(anas).text
        assert "1 questions count" in acme.reply(anas).text
        assert "hit@1" in told(acme, "ana", "eval")
        assert len(acme.events("evaluated")) == 1
