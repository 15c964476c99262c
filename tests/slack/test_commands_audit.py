"""What a receipt says, for an auditor and for nobody else, in the whole office."""

from pathlib import Path

from tests.slack.office import SECRET, SECRET_ANSWER, office, running, until
from tests.slack.test_commands import told


def test_an_auditor_alone_sees_what_was_asked_and_answered_also_to_whoever_asked_alone(
    tmp_path: Path, database_url: str
) -> None:
    admins = ("ana@acme.test", "ben@acme.test")
    with office(tmp_path, database_url, admins=admins) as acme, running(acme):
        assert "I asked ben@acme.test" in told(acme, "ana", 'policy set admins.auditors ["zoe@acme.test"]')
        asked, bens = acme.reply(acme.direct("ben")), acme.direct("ben")
        acme.person("ben").click(bens, asked.ts, "change:approve")
        until(lambda: acme.events("configured"))
        acme.asks("ben", SECRET, channel="general")
        until(lambda: acme.events("posted"))
        acme.settled()
        (receipt,) = [events[0].receipt for events in acme.receipts() if events[0].kind == "asked"]
        seen = told(acme, "zoe", f"audit {receipt}")
        assert SECRET in seen
        assert SECRET_ANSWER in seen
        for name in admins:
            assert SECRET not in told(acme, name.split("@")[0], f"audit {receipt}")
        assert "Only admins can use this" in told(acme, "zoe", "status")
        assert [event["by"] for event in acme.events("looked_into")] == ["zoe@acme.test", "zoe@acme.test"]
