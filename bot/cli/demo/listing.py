"""Which sources the company has, in a home that may be of an earlier start. What is the same is never read anew for that."""

from collections.abc import Mapping

from bot import app
from bot.cli.demo import drive, wiki
from bot.cli.demo.company import Company
from bot.cli.demo.sites import Sites

FOLDER = "folder"
_IS_SAME_SITE = {wiki.KIND: wiki.is_same_site, drive.KIND: drive.is_same_site}


def listed(records: app.Records, company: Company, sites: Sites | None) -> list[str]:
    """Their names. Those of an earlier start that are none of them any more are taken away."""
    home = records.settings.home
    wanted: dict[str, tuple[str, Mapping[str, str]]] = {}
    if company.folder is not None:
        wanted[company.folder.source] = (FOLDER, company.folder.settings)
    if sites is not None:
        wanted[wiki.NAME] = (wiki.KIND, wiki.source(sites.wiki, home))
        wanted[drive.NAME] = (drive.KIND, drive.source(sites.drive, home))
    for name in [one.name for one in records.sources.active() if one.name not in wanted]:
        with records.database.writing() as session:
            records.sources.remove(session, name)
    for name, (kind, settings) in wanted.items():
        _list(records, name, kind, settings)
    return [*wanted]


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
    return kind == kind_now and kind in _IS_SAME_SITE and _IS_SAME_SITE[kind](settings, settings_now)
