"""Whatever documents, models and people write: Slack takes it, nothing in it is followed, and nobody is pinged."""

import re
from datetime import datetime
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.playground.slack.surfaces import check_message_blocks, check_view
from bot.slack import render
from policies.evidence import (
    Answer,
    Citation,
    Claim,
    Clarification,
    Evidence,
    Found,
    Passage,
    Ranks,
    Refusal,
    RefusalReason,
    Reply,
)
from tests.slack.replies import Json, inside, of, read, strings

FRAGMENTS = [
    *("<!channel>", "<!here|x>", "<@U012AB3CD>", "<#C012AB3CD|x>", "@channel", "@here"),
    *(
        "<https://evil.test|x>",
        "https://evil.test/a?b=1&c=<d>",
        "www.evil.test",
        "mailto:a@evil.test",
        "<http://evil.test>",
    ),
    *("[x](https://evil.test)", "![x](https://evil.test/x.png)", "[x]: https://evil.test", "[x](javascript:x)"),
    *("https://wiki.acme.test/1", "https://wiki.acme.test/1/evil", "<https://wiki.acme.test/1>"),
    *("&#8238;", "\u202e", "\x00", "\x07", "\u2028", "\r\n", "&lt;!channel&gt;", "&#60;!channel>", "&amp;"),
    *("*", "**", "_", "~~", "`", "```\n", "\\", "[", "](", ")", "<", ">", "|", "!", ":tada:"),
    *("\n", "\n\n", "\n- ", "\n1. ", "\n0. ", "\n7) ", "\n> ", "\n# ", "\n---\n", "\n    ", "\n   - ", "> > > "),
    *("\n| a | b |\n|---|---|\n| 1 | 2 |\n", "| c | <!channel> | d |\n", "word ", "é", "汉字", "🙂"),
]
TEXTS = st.builds(
    lambda pieces, times: "".join(pieces) * times,
    st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=12), max_size=14),
    st.sampled_from([1, 1, 1, 1, 2, 30, 300]),
)
SHORT = st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=12), max_size=4).map("".join)
URLS = st.sampled_from(
    [
        None,
        "https://wiki.acme.test/1",
        "https://wiki.acme.test/2?a=1&b=2",
        "javascript:x",
        "https://a|b>",
        "http://[",
        "\u202e",
    ]
) | st.text(max_size=30)


@st.composite
def evidences(draw: st.DrawFn) -> Evidence:
    return Evidence(
        found=tuple(
            Found(
                passage=Passage(
                    handle=handle,
                    id=str(handle),
                    document=draw(st.sampled_from(["acme:a", "acme:b", f"acme:{handle}"])),
                    source="acme",
                    title=draw(SHORT),
                    url=draw(URLS),
                    place=draw(SHORT),
                    updated=draw(st.none() | st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1))),  # noqa: DTZ001
                    version="v",
                    ordinal=0,
                    heading_path=tuple(draw(st.lists(SHORT, max_size=2))),
                    text=draw(TEXTS),
                ),
                list_id="acme:l",
                score=draw(st.floats()),
                ranks=Ranks(keywords=draw(st.none() | st.integers(1, 99))),
            )
            for handle in range(1, draw(st.integers(0, 5)) + 1)
        )
    )


@st.composite
def answers(draw: st.DrawFn, evidence: Evidence) -> Answer:
    """Some of whose claims say what a passage says, and some of which cite what is not there."""
    texts = TEXTS | st.sampled_from([passage.text for passage in evidence.passages] or [""])
    citations = st.lists(st.builds(Citation, passage=st.integers(1, 6), quote=texts), max_size=3).map(tuple)
    return Answer(
        claims=tuple(draw(st.lists(st.builds(Claim, text=texts, citations=citations), min_size=1, max_size=6)))
    )


def addresses(evidence: Evidence) -> set[str]:
    return {passage.url for passage in evidence.passages if passage.url and re.match("https?://[^/]", passage.url)}


def entities(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def check(blocks: Any, links: set[str], *, channel: str | None = None) -> None:
    """Nothing in these blocks leads anywhere but to these links, or calls anybody."""
    for one in inside(blocks):
        kind = one.get("type")
        assert kind not in {"image", "user", "usergroup", "broadcast", "emoji", "video", "markdown", "date"}
        assert one.get("url") is None or (kind == "link" and one["url"] in links)
        assert one.get("channel_id") is None or one["channel_id"] == channel
        if kind == "mrkdwn":
            assert one["verbatim"] is True
            check_mrkdwn(one["text"], links)
    for text in strings(blocks):
        assert not re.search("<[!@#]", text)
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", text)


def check_mrkdwn(text: str, links: set[str]) -> None:
    rest = re.sub(r"<([^<>|]*)\|([^<>|]*)>", lambda found: followed(found, links), text.replace("\n", " "))
    check_plain(rest, set())
    assert not re.search(r"[*~`]|(?<!\w)_|_(?!\w)|:\w+:", re.sub(r"\w+://\S*", "", rest))


def followed(found: re.Match[str], links: set[str]) -> str:
    assert found.group(1) in {entities(link) for link in links}
    return found.group(2)


def check_plain(text: str, links: set[str]) -> None:
    for link in sorted(links, key=len, reverse=True):
        text = re.sub(re.escape(entities(link)) + r"(?=[\s.,;:!?)\]}'*_`]|$|&[lg]t;|\|)", "", text)
    assert not re.search(r"[<>]|\w://|www\.\w|mailto:[^\s\u2060]|@(channel|here)", text)
    assert not re.search(r"&(?!amp;|lt;|gt;)", text)


def check_post(post: render.Post, links: set[str], *, channel: str | None = None) -> None:
    check_message_blocks(list(post.blocks))
    check(post.blocks, links, channel=channel)
    assert 0 < len(post.text) <= 4_000
    check_plain(post.text.removesuffix("…"), links)


@settings(deadline=None, max_examples=150)
@given(data=st.data(), direct=st.booleans(), edited=st.booleans(), asked_in=st.none() | st.just("C012AB3CD") | SHORT)
def test_any_answer_is_a_message_in_which_nothing_is_followed(
    data: st.DataObject,
    direct: bool,  # noqa: FBT001
    edited: bool,  # noqa: FBT001
    asked_in: str | None,
) -> None:
    evidence = data.draw(evidences())
    answer = data.draw(answers(evidence))
    post = render.reply(answer, evidence, receipt="r_1", direct=direct, edited=edited, asked_in=asked_in)
    check_post(post, addresses(evidence), channel=asked_in)


@settings(deadline=None, max_examples=150)
@given(data=st.data(), hidden=st.booleans())
def test_the_evidence_of_any_answer_is_a_view_in_which_nothing_is_followed(data: st.DataObject, hidden: bool) -> None:  # noqa: FBT001
    evidence = data.draw(evidences())
    view = render.evidence_view(data.draw(answers(evidence)), evidence, receipt="r_1", hidden=hidden)
    check_view(view)
    check(view, addresses(evidence))


@settings(deadline=None, max_examples=50)
@example(reply=Clarification(reason="composer", question="```\n"), direct=True)
@given(
    reply=st.builds(Refusal, reason=st.sampled_from(RefusalReason))
    | st.builds(Clarification, reason=st.sampled_from(["empty", "too_long", "composer"]), question=st.none() | TEXTS),
    direct=st.booleans(),
)
def test_any_refusal_and_question_is_a_message_in_which_nothing_is_followed(reply: Reply, direct: bool) -> None:  # noqa: FBT001
    check_post(render.reply(reply, Evidence(), receipt="r_1", direct=direct), set())


MARKUP = st.sampled_from(
    [
        *("\n", "\n\n", " ", "\n- ", "\n  - ", "\n1. ", "\n5) ", "\n> ", "\n# ", "\n---\n", "\n    ", "\n```\n"),
        *("**", "*", "~~", "`", "![", "[", "](x)", "<b>", "&", "!", "\n| a | b |\n|---|---|\n| ", " | ", " |\n"),
    ]
)


@settings(deadline=None, max_examples=200)
@given(st.lists(MARKUP, min_size=1, max_size=30))
def test_no_word_is_lost_between_any_markup(markup: list[str]) -> None:
    written = "".join(f"{between}w{number}w" for number, between in enumerate(markup))
    post = render.reply(*of(written), receipt="r_1", direct=True)
    for number in range(len(markup)):
        assert f"w{number}w" in read(post.blocks)
        assert f"w{number}w" in post.text


HARD = [
    "[",
    "*a ",
    "**a",
    "![",
    "[a](",
    "<a",
    "> ",
    "- ",
    "1) ",
    "_",
    "~~a ",
    "|a",
    "`a",
    ")",
    "a://)",
    "&",
    "\n|a|b|\n|-|-|\n",
    "\n- ",
]


@settings(deadline=20_000, max_examples=20)
@given(st.sampled_from(HARD), st.integers(1, 11_999))
def test_nothing_takes_long_to_understand(piece: str, times: int) -> None:
    post = render.reply(*of(piece * (times // len(piece) + 1)), receipt="r_1", direct=True)
    check_post(post, {"https://wiki.acme.test/1.md"})


def test_the_checks_see_what_they_are_to_find() -> None:
    """A check that passes everything would pass every renderer."""
    wrong: list[Json] = [
        {"type": "link", "url": "https://evil.test"},
        {"type": "text", "text": "<!channel>"},
        {"type": "mrkdwn", "text": "x"},
        {"type": "mrkdwn", "verbatim": True, "text": "<https://evil.test|x>"},
        {"type": "mrkdwn", "verbatim": True, "text": "https://evil.test"},
        {"type": "mrkdwn", "verbatim": True, "text": "*x*"},
        {"type": "text", "text": "\u202e"},
    ]
    for one in wrong:
        try:
            check([one], set())
        except (AssertionError, KeyError):
            continue
        raise AssertionError(one)
