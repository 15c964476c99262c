"""Acme's wiki: the same readers as its files have, by the means that Confluence has."""

from typing import Any
from xml.etree import ElementTree as ET

import pytest
import yaml

from bot.playground.company import ACME
from bot.playground.confluence import FOLDERLIKE, ConfluenceEmulator, Oracle
from bot.playground.confluence.acme import BOT, COLLABORATOR, GUEST, HIDDEN, acme
from bot.playground.confluence.storage import storage
from bot.playground.world import World
from tests.playground.confluence.conftest import Api

PEOPLE: dict[str, Any] = yaml.safe_load((ACME / "people.yaml").read_text(encoding="utf-8"))
CODE = (
    '<ac:structured-macro ac:name="code"><ac:parameter ac:name="language">sh</ac:parameter>'
    "<ac:plain-text-body><![CDATA[a ]]]]><![CDATA[> b]]></ac:plain-text-body></ac:structured-macro>"
)
BOUND = 'xmlns:ac="ac" xmlns:ri="ri"'


@pytest.fixture(scope="module")
def world() -> World:
    return acme()


def files() -> dict[str, list[list[str]]]:
    """Title -> layers, for each file of the three handbooks."""
    found: dict[str, list[list[str]]] = {}
    for directory in ("hr", "engineering", "legal"):
        for file in (ACME / directory).rglob("*.md"):
            text = file.read_text(encoding="utf-8")
            has_front = text.startswith("---\n")
            front: dict[str, Any] = yaml.safe_load(text.split("---\n")[1]) if has_front else {"title": "Status W41"}
            found[front["title"]] = front.get("access", [])
    return found


def holds(email: str) -> set[str]:
    held, waiting = {"anyone", f"user:{email}"}, list(PEOPLE["people"][email])
    while waiting:
        name = waiting.pop()
        held.add(name)
        waiting += PEOPLE["groups"][name]
    return held


@pytest.mark.parametrize("email", PEOPLE["people"])
def test_who_may_read_what_is_as_the_files_say(world: World, email: str) -> None:
    oracle = Oracle(world)
    pages = {each.title: each.id for each in world.confluence.content.values() if each.kind == "page"}
    held, account = holds(email), world.person(email).account_id
    expected = {title: bool(layers) and all(held & set(layer) for layer in layers) for title, layers in files().items()}
    assert {title: oracle.may_read(account, pages[title]) for title in expected} == expected
    assert len(set(expected.values())) == 2


def test_a_guest_and_a_collaborator_read_what_anyone_may(world: World) -> None:
    oracle = Oracle(world)
    anyone = {title for title, layers in files().items() if layers == [["anyone"]]}
    for who in (GUEST, COLLABORATOR):
        seen = oracle.readable(world.person(who).account_id)
        assert {world.confluence.get(each).title for each in seen} == anyone


def test_everything_that_has_to_be_in_it_is(world: World) -> None:
    contents = list(world.confluence.content.values())
    assert {each.key for each in world.confluence.spaces.values()} == {"DOCS", "HR", "ENG", "LEGAL"}
    assert any(each.kind in FOLDERLIKE and each.read.restricts for each in contents)
    assert any(each.children and each.read.restricts for each in contents if each.kind == "page")
    restricted_holders = {each.id for each in contents if each.read.restricts}
    for kind in ("attachment", "comment"):
        assert any(each.container_id in restricted_holders for each in contents if each.kind == kind)
    assert any(each.kind == "blogpost" for each in contents)
    assert any(each.apps and not each.users and not each.groups for each in (c.read for c in contents))
    assert not world.person(HIDDEN).email_shown


def test_the_bot_sees_all_of_it_and_each_body_is_well_formed(world: World) -> None:
    with ConfluenceEmulator(world, caller=BOT) as site:
        api = Api(site.url, site.caller.basic)
        pages = api.all("/wiki/api/v2/pages", **{"body-format": "storage"}, limit=50)
        api.http.close()
    assert len(pages) == sum(each.kind == "page" for each in world.confluence.content.values())
    for page in pages:
        ET.fromstring(f"<r {BOUND}>{page['body']['storage']['value']}</r>")  # noqa: S314 - our own


def test_it_is_the_same_each_time(world: World) -> None:
    again = acme()
    assert again.people.keys() == world.people.keys()
    assert [(c.id, c.title, c.read) for c in again.confluence.content.values()] == [
        (c.id, c.title, c.read) for c in world.confluence.content.values()
    ]


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("# T\n\ntext", "<p>text</p>"),
        ("# Other\n\ntext", "<h1>Other</h1>\n<p>text</p>"),
        ("a\n\n---\n\nb", "<p>a</p>\n<hr />\n<p>b</p>"),
        ("- a\n  - b\n", "<ul>\n<li>a\n<ul>\n<li>b</li>\n</ul>\n</li>\n</ul>"),
        ("|A|\n|-|\n|1|", "<table><tbody><tr>\n<th>A</th>\n</tr>\n<tr>\n<td>1</td>\n</tr>\n</tbody></table>"),
        ("|A|\n|-|", "<table><tbody><tr>\n<th>A</th>\n</tr>\n</tbody></table>"),
        ("a <b>c</b> & `x<y>`", "<p>a &lt;b&gt;c&lt;/b&gt; &amp; <code>x&lt;y&gt;</code></p>"),
        ("```sh\na ]]> b\n```", CODE),
    ],
)
def test_markdown_as_confluence_stores_it(markdown: str, expected: str) -> None:
    assert storage(markdown, title="T") == expected
    ET.fromstring(f"<r {BOUND}>{expected}</r>")  # noqa: S314 - our own
