"""Which company is shown: what is wrong with a folder is said before anything starts, and a list of people is a Slack."""

import re
from pathlib import Path

import pytest

from bot.cli.demo import _footnote, _where
from bot.cli.demo.company import Company, Folder, acme, chosen, own
from bot.cli.demo.desk import Desk
from bot.core.errors import BadUse, Unready
from bot.settings import Settings
from tests import company
from tests.console import Console

MUCH = 3_000


def put(folder: Path, people: str | None = company.PEOPLE, **files: str) -> Path:
    company.write(folder, {f"{name}.md": text for name, text in ({"a": "Text."} | files).items()}, people=people)
    return folder


def folder_of(shown: Company) -> Folder:
    assert shown.folder is not None
    return shown.folder


def names(shown: Company) -> set[str]:
    return {user.name for user in shown.world.users.values()}


def channels(shown: Company) -> dict[str, set[str]]:
    world = shown.world
    return {one.name: {world.users[id_].name for id_ in one.members} for one in world.channels.values()}


# --- what is refused ----------------------------------------------------------------------------------------------------

PEOPLE = {
    "not closed": ("people: [", "line 1"),
    "unknown key": ("people: {}\nroles: {}", "people.yaml, line 2: unknown key 'roles'"),
    "no address": ("people:\n  ana: []\n", "people.yaml, line 2: not an e-mail address: 'ana'"),
    "twice": ("people:\n  ana@acme.test: []\n  Ana@acme.test: []\n", "line 3"),
    "tags": ("people:\n  ana@acme.test: ['group:<b>']\n", "line 2: not a group"),
    "nobody": ("people: {}\n", "names nobody who could ask"),
    "NUL": ("people: {}\n\0", "NUL"),
}


@pytest.mark.parametrize(("people", "said"), PEOPLE.values(), ids=PEOPLE.keys())
def test_people_that_cannot_be_read_are_refused_with_line_and_reason(tmp_path: Path, people: str, said: str) -> None:
    with pytest.raises(BadUse, match=re.escape(said)) as refused:
        own(put(tmp_path, people))
    assert "stay" not in str(refused.value)  # nobody was known before


def test_a_people_file_spelt_otherwise_is_refused(tmp_path: Path) -> None:
    put(tmp_path, None)
    (tmp_path / "People.yml").write_text(company.PEOPLE)
    with pytest.raises(BadUse, match=r"only `people\.yaml` is read"):
        own(tmp_path)


@pytest.mark.parametrize("made", ["missing", "file.md", "empty", "no Markdown"])
def test_what_is_no_folder_of_markdown_is_refused_by_the_command_before_anything_starts(
    tmp_path: Path, made: str
) -> None:
    folder = tmp_path / made
    match made:
        case "file.md":
            folder.write_text("Text.")
        case "empty":
            folder.mkdir()
        case "no Markdown":
            folder.mkdir()
            (folder / "people.yaml").write_text(company.PEOPLE)
            (folder / "a.txt").write_text("Text.")
    said = Console(tmp_path / "home").run("demo", "--no-browser", "--company", folder)
    assert (said.code, said.out, len(said.err.splitlines())) == (2, "", 1)
    assert "--company takes a folder" in said.err
    assert list((tmp_path / "home").iterdir()) == []


def test_a_folder_that_may_not_be_looked_into_is_refused(tmp_path: Path) -> None:
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    with pytest.raises(BadUse, match="cannot be listed"):
        own(loop)


# --- who is there -------------------------------------------------------------------------------------------------------


def test_without_a_folder_it_is_acme_as_it_comes() -> None:
    shown = chosen(None)
    assert (shown.name, shown.home, shown.folder) == ("Acme", "demo", None)
    assert shown.documents is not None
    assert names(shown) == {"footnote", "ana", "ben", "chloe", "dev", "mei", "omar"}


def test_every_example_names_somebody_who_can_write_there() -> None:
    shown = acme()
    for example in shown.examples:
        assert example.as_ in names(shown)
        assert example.in_ == "dm" or example.as_ in channels(shown)[example.in_]


def test_people_are_named_by_their_addresses_and_groups_have_private_channels(tmp_path: Path) -> None:
    shown = own(put(tmp_path))
    assert channels(shown) == {
        "general": {"footnote", "ana", "ben", "zoe"},
        "eng": {"footnote", "ana"},
        "hr": {"footnote", "ben"},
        "sales": {"footnote", "zoe"},
        "staff": {"footnote", "ana", "ben", "zoe"},
    }
    kinds = {one.name: one.kind for one in shown.world.channels.values()}
    assert {name for name, kind in kinds.items() if kind == "public"} == {"general"}
    assert "without_access" not in folder_of(shown).settings


def test_a_group_without_members_has_no_channel(tmp_path: Path) -> None:
    assert set(channels(own(put(tmp_path, "people:\n  a@b.test: []\ngroups:\n  group:x: []\n")))) == {"general"}


def test_of_very_many_people_and_groups_some_are_there_and_the_notice_says_so(tmp_path: Path) -> None:
    lines = [f"  p{number}@acme.test: [group:g{number % 20:02}]" for number in range(MUCH)]
    shown = own(put(tmp_path, "people:\n" + "\n".join(lines)))
    assert len(names(shown)) == 51
    assert sorted(channels(shown)) == [*(f"g{number:02}" for number in range(8)), "general"]
    assert any("3,000 people. The first 50" in notice for notice in shown.notices)
    assert any("20 groups. The first 8" in notice for notice in shown.notices)


def test_names_that_would_be_taken_twice_are_told_apart(tmp_path: Path) -> None:
    people = "people:\n  ana@a.test: ['group:É', 'group:e']\n  ana@b.test: []\n  footnote@a.test: ['group:!!']\n"
    shown = own(put(tmp_path, people))
    assert names(shown) == {"footnote", "ana", "ana-2", "footnote-2"}
    assert set(channels(shown)) == {"general", "e", "e-2", "group"}


def test_a_folder_without_people_is_lent_acmes_and_says_what_that_opens(tmp_path: Path) -> None:
    shown = own(put(tmp_path / "Café Ünïted", None))
    assert names(shown) == names(acme())
    assert folder_of(shown).settings == {"path": str((tmp_path / "Café Ünïted").resolve()), "without_access": "anyone"}
    assert (shown.name, folder_of(shown).source) == ("Café Ünïted", "cafe-united")
    assert any("in this demo only" in notice for notice in shown.notices)


def test_each_folder_has_a_home_and_keeps_it(tmp_path: Path) -> None:
    one, other = put(tmp_path / "a" / "docs"), put(tmp_path / "b" / "docs")
    (tmp_path / "link").symlink_to(one)
    homes = [own(folder).home for folder in (one, one / ".." / "docs", tmp_path / "link", other)]
    assert homes[0] == homes[1] == homes[2] != homes[3]
    assert all(re.fullmatch(r"demo-docs-[0-9a-f]{8}", home) for home in homes)


@pytest.mark.parametrize("name", ["...", "東京", "-x-", "a" * 200, "x\ny"])
def test_whatever_a_folder_is_called_it_can_name_a_source(tmp_path: Path, name: str) -> None:
    assert re.fullmatch(r"[a-z0-9][a-z0-9-]{0,62}", folder_of(own(put(tmp_path / name))).source)


# --- what goes wrong after that -----------------------------------------------------------------------------------------


def test_folder_that_is_gone_just_before_it_is_read_is_named_with_the_reason_and_nothing_is_served(
    tmp_path: Path,
) -> None:
    folder = put(tmp_path / "company")
    shown = own(folder)
    folder.rename(tmp_path / "elsewhere")
    settings = Settings(home=tmp_path / "home", embedder="none")
    reason = rf"^{re.escape(str(folder))} cannot be read: .*[Nn]o such file or directory"
    with pytest.raises(Unready, match=reason), _footnote(settings, shown, None, Desk(shown)):
        pytest.fail("it is served")


def test_source_that_is_no_folder_is_named_by_what_it_is_of_the_company(tmp_path: Path) -> None:
    shown = own(put(tmp_path))
    assert _where(shown, "wiki") == f"The wiki of {shown.name}"
    assert _where(acme(), "drive") == f"The drive of {acme().name}"
