"""Which sources the company has, in a home that may be of an earlier start. What is the same is never read anew for that."""

from collections.abc import Mapping

from bot import app
from bot.cli.demo import wiki
from bot.cli.demo.company import Company
from bot.playground.confluence import ConfluenceEmulator

FOLDER = "folder"


def listed(records: app.Records, company: Company, site: ConfluenceEmulator | None) -> list[str]:
    """Their names."""
    _list(records, company.source, FOLDER, company.settings)
    if site is None:
        return [company.source]
    _list(records, wiki.NAME, wiki.KIND, wiki.source(site, records.settings.home))
    return [company.source, wiki.NAME]


def _list(records: app.Records, name: str, kind: str, settings: Mapping[str, str]) -> None:
    """As it is to be read now: read otherwise before, it is another source, and nothing of what was known counts."""
    before = {source.name: source for source in records.sources.listed()}.get(name)
    if before is not None and (before.kind, before.settings) == (kind, settings):
        return
    with records.database.writing() as session:
        if before is not None and _is_only_elsewhere(before.kind, before.settings, kind, settings):
            records.sources.readdress(session, name, settings)
            return
        if before is not None:
            records.sources.remove(session, name)
        records.sources.add(session, name, kind, settings, records.clock())


def _is_only_elsewhere(kind: str, settings: Mapping[str, str], kind_now: str, settings_now: Mapping[str, str]) -> bool:
    return kind == kind_now == wiki.KIND and wiki.is_same_site(settings, settings_now)
