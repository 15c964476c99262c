"""Two workspaces in one process: each is answered from its own sources, and neither knows that there is another."""

from pathlib import Path

from tests.slack.several import serving

LEAVE = "How many days of annual leave do I have?"


def test_a_second_workspace_installs_the_app_and_is_answered_from_its_own_sources_while_the_first_goes_on(
    tmp_path: Path, database_url: str
) -> None:
    with serving(tmp_path, database_url) as both:
        assert both.install(both.acme).status_code == 200
        both.add_source(both.acme, tmp_path / "acme", {"Annual leave": "Everybody has 27 days of annual leave a year."})
        assert "27 days" in both.answer(both.acme, "ana", LEAVE)
        assert both.install(both.globex).status_code == 200
        both.add_source(both.globex, tmp_path / "globex", {"Annual leave": "Everybody has 31 days of annual leave."})
        theirs, ours = both.answer(both.globex, "ana", LEAVE), both.answer(both.acme, "ben", LEAVE)
    assert "31 days" in theirs
    assert "27 days" not in theirs
    assert "27 days" in ours
    assert "31 days" not in ours
