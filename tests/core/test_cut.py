"""A claim says that its source goes on exactly when it shows the beginning of a list or of code, and not all of it."""

import pytest

from bot.core.cut import continues
from policies.evidence import Citation, Claim, Evidence, Found, Passage, Ranks

CODE = "Restart it:\n\n```bash\nstop\n\nwait\nstart\ncheck\n```"
YAML = "```yaml\n- stop\n- start\n```"
STEPS = "To release:\n\n1. Tag it.\n2. Build it:\n   - for Linux\n   - for Windows\n3. Ship it."
TABLE = "| Code | Meaning |\n|---|---|\n| 1 | one |\n| 2 | two |\n| 3 | three |"
LONG_ITEM = "- Tag it,\nand then\ntell us.\n- Ship it."


def goes_on(said: str, *texts: str, cites: int = 1) -> bool:
    found = tuple(
        Found(
            passage=Passage(
                handle=handle,
                id=f"p{handle}",
                document="acme:release.md",
                source="acme",
                title="Release",
                url=None,
                place="eng",
                updated=None,
                version="v",
                ordinal=handle,
                heading_path=("Release",),
                text=text,
            ),
            list_id="acme:l",
            score=0.1,
            ranks=Ranks(keywords=1),
        )
        for handle, text in enumerate(texts, start=1)
    )
    return continues(Claim(text=said, citations=(Citation(passage=cites, quote=said),)), Evidence(found=found))


@pytest.mark.parametrize(
    ("said", "text"),
    [
        pytest.param("```bash\nstop\n\nwait\n```", CODE, id="code, its fence closed"),
        pytest.param("```bash\nstop\n```", CODE, id="code before a blank line"),
        pytest.param("Restart it:\n```bash\nstop\n\n```", CODE, id="code under its lead-in"),
        pytest.param("```bash\nstop\n\nwait", CODE.removesuffix("\n```"), id="code that is never closed"),
        pytest.param("```yaml\n- stop\n```", YAML, id="code that looks like a list"),
        pytest.param("    stop\n    wait", "Run:\n\n    stop\n    wait\n    start", id="indented code"),
        pytest.param("To release:\n1. Tag it.", STEPS, id="steps under their lead-in"),
        pytest.param("1. Tag it.", STEPS, id="the first of the steps, with its number"),
        pytest.param("To release:\n1. Tag it.\n2. Build it:", STEPS, id="steps, before what is nested"),
        pytest.param("Build it:\n   - for Linux", STEPS, id="item, within what is nested"),
        pytest.param("- Tag it,\nand then", LONG_ITEM, id="list, within an item"),
        pytest.param("Tag it,\nand then", LONG_ITEM, id="item of several lines"),
        pytest.param("It is: this:\n1. a", "Hear.  It is:\nthis:\n\n1. a\n\n2. b", id="lead-in over several lines"),
    ],
)
def test_what_is_cut_goes_on(said: str, text: str) -> None:
    assert goes_on(said, text)
    assert goes_on(said, f"# Release\n\nBefore.\n\n{text}\n\nAfter.")


@pytest.mark.parametrize(
    ("said", "text"),
    [
        pytest.param(CODE, f"{CODE}\n\n- and a list\n- below it", id="code"),
        pytest.param(YAML, f"{YAML}\n\n- and a list\n- below it", id="code that looks like a list"),
        pytest.param("    stop\n    wait", "Run:\n\n    stop\n    wait", id="indented code"),
        pytest.param("To release:\n1. Tag it.", "To release:\n\n1. Tag it.\n\n- and another list", id="steps"),
        pytest.param("To release:\n1. Tag it.", "To release:\n\n1. Tag it.\n\n```\n  code\n```", id="steps above code"),
        pytest.param("Build it:\n   - for Linux\n   - for Windows", STEPS, id="item with all that is nested"),
        pytest.param("Tag it.", STEPS, id="item"),
        pytest.param("Tag it,\nand then\ntell us.", LONG_ITEM, id="item of several lines"),
        pytest.param("Tag it.\nShip it.", "Tag it.\nShip it.\nTell us.\n\n- Tell others.", id="paragraph's lines"),
        pytest.param("Tag it.", "Tag it. Ship it.\n\n1. Tag it.", id="sentence"),
        pytest.param("Tag it.", "Tag it. Ship it.\n\n- Tag it.\n  - now", id="sentence that begins an item"),
        pytest.param("Tag it.", "- Tag it.\n- Ship it.\n\nElse:\n\n- Tag it.\n  - now", id="item that begins another"),
        pytest.param("| Code | Meaning |\n|---|---|\n| 1 | one |\n| 2 | two |", TABLE, id="table's rows"),
        pytest.param("a\n- b", "1. c\n2. d", id="what does not stand there"),
    ],
)
def test_what_is_whole_does_not_go_on(said: str, text: str) -> None:
    assert not goes_on(said, text)
    assert not goes_on(said, f"# Release\n\nBefore.\n\n{text}\n\nAfter.")


def test_only_the_cited_passage_counts() -> None:
    assert not goes_on("1. Tag it.", "1. Tag it.", STEPS)
    assert not goes_on("1. Tag it.", STEPS, cites=9)
