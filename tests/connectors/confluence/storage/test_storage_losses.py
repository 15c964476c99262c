"""What could not be carried over is said, and what was is not."""

import pytest

from connectors.confluence.storage import Links, Loss, markdown
from connectors.markdown.losses import MOST_KINDS

LINKS = Links(site="https://acme.test/wiki", space="ENG")


def losses(storage: str) -> tuple[Loss, ...]:
    return markdown(storage, links=LINKS).losses


def macro(name: str, inner: str = "") -> str:
    return f'<ac:structured-macro ac:name="{name}">{inner}</ac:structured-macro>'


BODY = "<ac:rich-text-body><p>a</p></ac:rich-text-body>"

LOST = {
    "picture": ('<ac:image><ri:attachment ri:filename="f.png" /></ac:image>', "image without text"),
    "dynamic macro": (macro("roadmap"), "macro roadmap"),
    "macro without a name": ("<ac:structured-macro />", "macro without a name"),
    "unknown macro": (macro("chart", BODY), "only the body of macro chart"),
    "included page": (macro("include"), "other page included, as a link"),
    "text for some": (macro("show-if", BODY), "text for some readers only, in macro show-if"),
    "hidden text": ('<p><span style="display:none">a</span></p>', "hidden text"),
    "issues": (macro("jira"), "list of Jira issues"),
    "mention": ('<ac:link><ri:user ri:account-id="1" /></ac:link>', "mention of somebody without a name"),
    "unclosed": ("<p>a", "malformed markup, mended"),
    "too deep": ("<div>" * 500 + "a" + "</div>" * 500, "structure deeper than 100 elements"),
    "no characters": ("<p>a\x00b\ud800</p>", "characters that are none"),
    "frame": ("<p>a</p><iframe />", "embedded iframe"),
    "extension": ('<ac:adf-extension><ac:adf-node type="extension" /></ac:adf-extension>', "extension"),
    "code in a table": (
        "<table><tr><td>a</td><td>"
        + macro("code", "<ac:plain-text-body>b\nc</ac:plain-text-body>")
        + "</td></tr></table>",
        "line ends of code in a table",
    ),
}


@pytest.mark.parametrize(("storage", "what"), LOST.values(), ids=LOST)
def test_loss_is_named(storage: str, what: str) -> None:
    assert losses(storage) == (Loss(what, 1),)


NOT_LOST = {
    "what leads around": macro("toc") + macro("children") + macro("pagetree") + macro("anchor"),
    "own text": macro("excerpt", BODY) + macro("details", BODY) + macro("expand", BODY) + macro("info", BODY),
    "colours": '<p style="text-align: right"><span style="color: red">a</span> <u>b</u></p>',
    "picture with words": '<ac:image ac:alt="a"><ri:attachment ri:filename="f.png" /></ac:image>',
    "comments": "<p>a<!-- b --></p>",
    "merged cells": "<table><tr><td rowspan='2'>a</td><td>b</td></tr><tr><td>c</td></tr></table>",
    "an empty decision list": '<ac:adf-extension><ac:adf-node type="decision-list" /></ac:adf-extension>',
    "what a word processor leaves": "<p>a<o:p /></p>",
}


@pytest.mark.parametrize("storage", NOT_LOST.values(), ids=NOT_LOST)
def test_nothing_is_lost(storage: str) -> None:
    assert losses(storage) == ()


def test_losses_are_counted() -> None:
    assert losses(macro("roadmap") * 3 + macro("gallery")) == (Loss("macro gallery", 1), Loss("macro roadmap", 3))


def test_name_that_a_page_gives_cannot_write_into_the_report() -> None:
    (loss,) = losses(macro("x\n\u202e[b](https://y.test)" + "z" * 500))
    assert loss.what == "macro x bhttps:y.test" + "z" * 45
    assert len(loss.what) <= len("macro ") + 60


def test_hostile_page_cannot_make_the_report_long() -> None:
    found = losses("".join(macro(f"m{number}") for number in range(10 * MOST_KINDS)))
    assert len(found) == MOST_KINDS + 1
    assert sum(loss.times for loss in found) == 10 * MOST_KINDS
