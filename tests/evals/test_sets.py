"""A golden set is asked where it lies, each question by whom it names; what cannot be understood is refused in words."""

from pathlib import Path

import pytest

from bot.core.errors import BadUse
from bot.evals.sets import ready
from tests import company
from tests.evals.test_beir import a_set

ROOT = Path(__file__).parent.parent.parent
QUESTIONS = """\
documents = "wiki"

[[question]]
id = "leave"
ask = "How many days of leave?"
as = "ana@acme.test"
document = "hr/leave.md"
kind = "fact"

[[question]]
id = "moon"
ask = "Who paints the moon?"
as = "ben@acme.test"
kind = "unanswerable"
"""


def golden(folder: Path, text: str = QUESTIONS) -> Path:
    company.write(folder / "wiki")
    (folder / "questions.toml").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize("named", ["", "questions.toml"], ids=["its folder", "its file"])
def test_a_golden_set_is_asked_where_it_lies(tmp_path: Path, named: str) -> None:
    found = ready(golden(tmp_path / "set") / named, tmp_path / "place")
    assert found.documents == tmp_path / "set" / "wiki"
    assert [(one.id, one.reader) for one in found.questions] == [("leave", "ana@acme.test"), ("moon", "ben@acme.test")]
    assert found.grades == {"leave": {"hr/leave.md": 1}}
    assert found.names["hr/leave.md"] == "hr/leave.md"
    assert not (tmp_path / "place").exists()


def test_a_beir_folder_is_written_elsewhere_and_asked_by_one_reader(tmp_path: Path) -> None:
    found = ready(a_set(tmp_path / "set"), tmp_path / "place")
    assert found.documents == tmp_path / "place"
    assert {one.reader for one in found.questions} == {"reader@eval.invalid"}
    assert set(found.names) == {page.relative_to(found.documents).as_posix() for page in found.documents.rglob("*.md")}


def test_the_sample_companys_own_questions_are_such_a_set(tmp_path: Path) -> None:
    found = ready(ROOT / "tests" / "acme_questions.toml", tmp_path / "place")
    assert len(found.questions) > len(found.grades) > 50


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        pytest.param('documents = "wiki"', "", "the file must have `documents`", id="no documents"),
        pytest.param('"wiki"', '"nowhere"', "must be a folder", id="no such folder"),
        pytest.param('as = "ana@acme.test"', 'as = "ana"', "'leave': `as` must be an e-mail address", id="nobody"),
        pytest.param('as = "ana@acme.test"', "", "'leave' must have `as`", id="asked by nobody"),
        pytest.param('id = "moon"', 'id = "leave"', "two questions are called 'leave'", id="twice"),
        pytest.param("hr/leave.md", "hr/gone.md", "answered by hr/gone.md, which is not there", id="no such document"),
        pytest.param('document = "hr/leave.md"', "", "no question names the document", id="judges nothing"),
        pytest.param("[[question]]", "[question", "cannot be understood", id="no toml"),
        pytest.param('[[question]]\nid = "moon"', '[x]\nid = "moon"', "", id="another table is not looked at"),
    ],
)
def test_what_cannot_be_understood_is_refused_in_words(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in QUESTIONS
    folder = golden(tmp_path / "set", QUESTIONS.replace(old, new, 1))
    if not said:
        assert len(ready(folder, tmp_path / "place").questions) == 1
        return
    with pytest.raises(BadUse, match=said):
        ready(folder, tmp_path / "place")
