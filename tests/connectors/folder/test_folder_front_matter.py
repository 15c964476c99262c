"""What counts as front matter, and what makes a whole file unbelievable."""

from datetime import UTC, datetime

import pytest
import yaml

from connectors.folder import front_matter, plain_yaml
from connectors.folder.front_matter import FrontMatter
from connectors.folder.plain_yaml import Items, Malformed


@pytest.fixture(autouse=True, params=["libyaml", "pure Python"])
def loader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Which of the two PyYAML brings along depends on the machine; what is believed must not."""
    monkeypatch.setattr(plain_yaml, "_Loader", yaml.CSafeLoader if request.param == "libyaml" else yaml.SafeLoader)


_BOMB = "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\naccess: [[anyone]]"

REFUSED = {
    "no end": ("---\ntitle: x\n", 1, "has no end"),
    "nothing but a fence": ("---", 1, "has no end"),
    "longer than the bound": (f"---\ntitle: {'x' * front_matter.MAX_BYTES}\n---\n", 1, "longer than 64 KB"),
    "a list": ("---\n- x\n---\n", 2, "key: value"),
    "a sentence": ("---\nhello\n---\n", 2, "key: value"),
    "broken YAML": ("---\ntitle: x\nurl: [\n---\n", 3, "not valid YAML"),
    "tab as indent": ("---\naccess:\n\t- [anyone]\n---\n", 3, "not valid YAML"),
    "access twice": ("---\naccess: [[group:hr]]\ntitle: x\naccess: [[anyone]]\n---\n", 4, "`access` stands here twice"),
    "access twice, once quoted": ('---\naccess: []\n"access": [[anyone]]\n---\n', 3, "stands here twice"),
    "any key twice": ("---\ntags: 1\ntags: 2\n---\n", 3, "`tags` stands here twice"),
    "a nested key twice": ("---\nmeta: {a: 1, a: 2}\n---\n", 2, "`a` stands here twice"),
    "alias bomb": (f"---\n{_BOMB}\n---\n", 2, "aliases and anchors"),
    "alias of nothing": ("---\naccess: *x\n---\n", 2, "aliases and anchors"),
    "tag": ("---\ntitle: !!python/object/apply:os.system [ls]\n---\n", 2, "tags"),
    "deep nest": (f"---\na: {'[' * 2000}\n---\n", 2, "nested deeper"),
    "two documents": ("---\na: 1\n...\n--- {access: [[anyone]]}\n---\n", 4, "more than one"),
    "list as key": ("---\n? [a]\n: b\n---\n", 2, "key must be a word"),
    "escaped NUL": ('---\ntitle: "a\\0"\n---\n', 2, "strange character"),
    "control character": ("---\na: 1\ntitle: a\x1bb\n---\n", 3, "strange character"),
    "hidden line end": ("---\na: 1\ntitle: x\u2028access: [[anyone]]\n---\n", 3, "strange character"),
    **{
        f"near access: {key}": (f"---\na: 1\n{key}: [[anyone]]\n---\n", 3, "did you mean `access`")
        for key in ("acess", "acces", "Access", "ACCESS", "accses", "acl", "access_", "\u0430ccess", "access_list")
    },
}


@pytest.mark.parametrize(("text", "line", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_front_matter_that_cannot_be_believed_is_refused_with_its_line(text: str, line: int, reason: str) -> None:
    with pytest.raises(Malformed, match=reason) as refused:
        front_matter.split(text)
    assert refused.value.line == line


BODIES = {
    "none": ("# Leave\n", "# Leave\n"),
    "empty file": ("", ""),
    "empty front matter": ("---\n---\nbody", "body"),
    "only a comment": ("---\n# nothing\n---\nbody", "body"),
    "blanks after the fences": ("--- \ntitle: x\n---\t\nbody", "body"),
    "ends with the file": ("---\ntitle: x\n---", ""),
    "not in the first line": ("\n---\naccess: [[anyone]]\n---\n", "\n---\naccess: [[anyone]]\n---\n"),
    "four dashes are no fence": ("----\naccess: [[anyone]]\n----\n", "----\naccess: [[anyone]]\n----\n"),
    "later rule stays in the body": ("---\na: 1\n---\nx\n---\ny", "x\n---\ny"),
}


@pytest.mark.parametrize(("text", "body"), BODIES.values(), ids=BODIES.keys())
def test_body_is_what_follows_the_front_matter(text: str, body: str) -> None:
    fields, found = front_matter.split(text)
    assert found == body
    assert fields.access is None


def fields(block: str) -> FrontMatter:
    return front_matter.split(f"---\n{block}\n---\n")[0]


@pytest.mark.parametrize("key", ["accessibility", "success", "assess", "process", "excess", "author", "tags", "Title"])
def test_unknown_keys_are_let_be(key: str) -> None:
    assert fields(f"{key}: {{deep: [1, 2]}}") == FrontMatter()


def test_fields_are_read_as_written() -> None:
    found = fields("title: 2024\nurl: https://acme.test/leave?a=1#b\nupdated: 2024-02-03\naccess: [[anyone]]")
    assert (found.title, found.url) == ("2024", "https://acme.test/leave?a=1#b")
    assert found.updated == datetime(2024, 2, 3, tzinfo=UTC)
    assert isinstance(found.access, Items)
    assert found.notes == ()


@pytest.mark.parametrize(
    ("written", "labels"),
    [("[ops, Policy, ops]", ("ops", "policy")), ("policy", ("policy",)), ("[]", ()), ("2026", ("2026",)), ("~", ())],
)
def test_labels_are_words_in_order_each_once_and_without_capitals(written: str, labels: tuple[str, ...]) -> None:
    found = fields(f"labels: {written}")
    assert (found.labels, found.notes) == (labels, ())


@pytest.mark.parametrize(
    "written", ["[ops, two words]", "[ops, a#b]", "[ops, '']", "[ops, [deep]]", "{ops: yes}", "a/b"]
)
def test_labels_of_which_one_is_none_are_noted_and_all_absent(written: str) -> None:
    found = fields(f"title: T\nlabels: {written}")
    assert (found.title, found.labels, [note.line for note in found.notes]) == ("T", (), [3])


def test_fields_without_a_value_are_absent() -> None:
    assert fields("title:\nurl: ~\nupdated: null") == FrontMatter()


MOMENTS = {
    "date": ("2024-02-03", datetime(2024, 2, 3, tzinfo=UTC)),
    "quoted date": ("'2024-02-03'", datetime(2024, 2, 3, tzinfo=UTC)),
    "moment in UTC": ("2024-02-03T04:05:06Z", datetime(2024, 2, 3, 4, 5, 6, tzinfo=UTC)),
    "moment elsewhere": ("2024-02-03T04:05:06+02:00", datetime(2024, 2, 3, 2, 5, 6, tzinfo=UTC)),
    "moment without zone": ("2024-02-03 04:05:06", datetime(2024, 2, 3, 4, 5, 6, tzinfo=UTC)),
}


@pytest.mark.parametrize(("text", "moment"), MOMENTS.values(), ids=MOMENTS.keys())
def test_updated_is_a_moment_in_utc(text: str, moment: datetime) -> None:
    found = fields(f"updated: {text}").updated
    assert found == moment
    assert found.tzinfo is UTC


@pytest.mark.parametrize("text", ["soon", "2024-13-01", "2024", "[2024-01-01]", "0001-01-01T00:00:00+14:00"])
def test_updated_that_is_no_moment_is_noted_and_absent(text: str) -> None:
    found = fields(f"title: x\nupdated: {text}")
    assert found.updated is None
    assert [(note.line, note.reason.split(" ")[0]) for note in found.notes] == [(3, "`updated`")]


BAD_URLS = {
    "script": "'javascript:alert(1)'",
    "file": "file:///etc/passwd",
    "relative": "/leave",
    "no host": "'https://'",
    "user name": "https://acme.test@evil.test/",
    "blank": "https://acme.test/a b",
    "Slack link": "'https://acme.test/|<!channel>'",
    "broken address": "'https://[::1'",
    "list": "[https://acme.test]",
}


def test_url_that_is_too_long_to_be_shown_is_noted_and_absent() -> None:
    longest = "https://acme.test/".ljust(front_matter.LONGEST_URL, "x")
    assert fields(f"url: {longest}").url == longest
    found = fields(f"title: T\nurl: {longest}x")
    assert (found.title, found.url) == ("T", None)
    assert [(note.line, note.reason) for note in found.notes] == [
        (3, "`url` is not used: an address longer than 2000 characters is not used")
    ]


@pytest.mark.parametrize("text", BAD_URLS.values(), ids=BAD_URLS.keys())
def test_url_that_nobody_should_follow_is_noted_and_absent(text: str) -> None:
    found = fields(f"url: {text}")
    assert found.url is None
    assert [note.line for note in found.notes] == [2]
