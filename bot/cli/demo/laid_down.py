"""What the company of the demo has laid down beside the packaged rules: here one can see rules of one's own at work."""

from bot import app
from bot.cli.demo.company import Company
from bot.core.nouns import Event
from policies.rules import OVERRIDES

_AUTHOR, _NOTE = "demo", "what the sample company lays down"


def lay_down(records: app.Records, company: Company) -> None:
    """Once a home: what its admins make of that later stays."""
    is_laid_down = any(version.author == _AUTHOR for version in records.config.history())
    if is_laid_down or not company.overrides:
        return
    now, texts = records.clock(), {**app.packaged_rules(), OVERRIDES: company.overrides}
    with records.database.writing() as session:
        version = records.config.save(session, texts, author=_AUTHOR, note=_NOTE, now=now)
        body = {"number": version.number, "digest": version.digest, "author": version.author, "note": version.note}
        records.ledger.append(session, [Event(kind="configured", body=body)], now)
