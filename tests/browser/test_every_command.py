"""Every `/footnote …` of the README, typed in a browser: what it answers an admin, what anybody else is told, and that for
them nothing happens. The company is the small one, with all that a command may speak of: a wiki, a model, a golden set, and
two answers that wait for somebody to check them.
"""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Final, NamedTuple, get_args

import pytest
from playwright.sync_api import Page, expect

from bot.core import commands
from bot.core.clock import utc_now
from bot.playground import web
from bot.playground.confluence import ConfluenceEmulator
from bot.playground.world import World
from tests.browser.asking import go, said_by
from tests.browser.test_commands import agree, opened, types
from tests.browser.windows import Windows
from tests.evals.test_sets import golden
from tests.fakes.model_server import Reply, model_server
from tests.slack.office import Office, office, running, until
from tests.slack.test_reviewing import is_checked

README: Final = Path(__file__).parent.parent.parent / "README.md"
MODEL, BUDGET, TOKEN = "openai/some", 1_000_000, "WIKI_TOKEN_OF_A_TEST"
AGREES = "I asked ben@acme.test"
PATIENCE_S = 120.0


class Row(NamedTuple):
    """`says`: what stands in the answer, or in the `form` that opens in its place, whose field `holds` something. Where a
    second admin is asked, they agree.
    """

    typed: str
    says: tuple[str, ...]
    form: str | None = None
    holds: str = ""


ROWS: Final = (
    Row("help", ("What you can do here", "/footnote budget shows what models may cost, and have cost today")),
    Row("status", ("This is how it stands", "Questions: 0 being answered, 0 waiting", "acme (folder): 5 documents")),
    Row("sources", ("acme (folder): 5 documents, 3 people, last read on", "wiki (confluence)", "sources add --help")),
    Row("sources sync acme", ("acme is read again as soon as I get to it",)),
    Row("sources pause acme", ("acme is not read any more", "What was read of it is still found")),
    Row("sources sync acme", ("acme is paused, so it is not read",)),
    Row("sources", ("paused by ana@acme.test",)),
    Row("sources resume acme", ("acme is read again when its time comes",)),
    Row("sources remove acme", ("To remove acme with its 5 documents, confirm it on the card in our direct conversation",)),
    Row("sources pause nowhere", ("There is no source named nowhere. There are:",)),
    Row("channel", ("scope = everything packaged", 'mode = "mention" packaged', "3 people read this channel")),
    Row("channel scope acme/hr", ('scope: + "acme/hr"', "1 of 5 pages (20 %) can be used here")),
    Row("channel mode private", ('mode: nothing → "private"', "from what the asker may read")),
    Row("channel profile", ("channels.", "Save"), form="Change a rule", holds='scope = ["acme/hr"]'),
    Row("channel profile tone short and plain", ('profile.tone: nothing → "short and plain"',)),
    Row("channel clear", (AGREES,)),
    Row("channel", ("scope = everything packaged", 'mode = "mention" packaged')),
    Row("models", (f"{MODEL} writes quickly (FOOTNOTE_MODEL_FAST)", "may be sent everything")),
    Row(f"models test {MODEL}", (f"{MODEL} answers.",)),
    Row(f"models pause {MODEL}", (f"{MODEL} is asked nothing any more",)),
    Row("models", ("PAUSED by ana@acme.test",)),
    Row(f"models resume {MODEL}", (f"{MODEL} is asked again",)),
    Row("tools", ("jira.comment: not enabled; its target is not set up, so it cannot be used", "30 a day for each")),
    Row("tools enable jira.comment", (AGREES,)),
    Row("tools rules jira.comment", ("tools.jira.comment.a_day = 30 packaged", "tools.jira.comment.enabled = true")),
    Row("tools disable jira.comment", ("Done. Version", "tools.jira.comment.enabled: true → false")),
    Row("tools try jira.comment", ("Its target is not set up",)),
    Row("tools try confluence.comment", ("What to say", "Try"), form="Try a tool"),
    Row("tools recent", ("Nothing was done by any tool yet",)),
    Row("tools settle {nobody} done", ("Of {nobody} nobody has to say whether it was done",)),
    Row("review", ("2 wait for somebody to check them", "{nobody}, asked on", "by the rule of question")),
    Row("review next {next}", ("{next}: whoever is next by the rule is asked now",)),
    Row("review cancel {nobody}", ("{nobody}: nobody checks it any more",)),
    Row("policy set answers.answer", ("answers.answer", "Save"), form="Change a rule", holds="max_lines = 5"),
    Row("policy set answers.answer.max_lines 8", ("Done. Version", "answers.answer.max_lines: 5 → 8")),
    Row("policy show", ("The rules are admins, answers", "answers.answer.max_lines = 8 version", "ana@acme.test")),
    Row("policy show answers.answer", ("answers.answer.max_lines = 8 version", "answers.answer.min_support")),
    Row("policy history", ("The newest first", "ana@acme.test · set answers.answer.max_lines")),
    Row("policy rollback 2", ("Done. Version", "answers.answer.max_lines: 8 → 5")),
    Row("people", ("This company has 3 full members", "wiki (confluence): 1 linked by their address; 0 by an admin")),
    Row("people link zoe@acme.test wiki acc:zoe", (AGREES, "(wiki, zoe@acme.test)")),
    Row("people show zoe@acme.test", ("wiki (confluence): acc:zoe", "(ana@acme.test, agreed to by ben@acme.test)")),
    Row("people unlink zoe@acme.test wiki", ("Done, at once", "wiki, zoe@acme.test: acc:zoe → nothing")),
    Row("people import", ("Who is whom", "Look"), form="Link people"),
    Row("audit verify", ("Nothing in the ledger was changed",)),
    Row("audit {nobody}", ("Receipt {nobody}", "it was asked", "is shown to auditors alone")),
    Row("eval", ("The golden set was not asked yet",)),
    Row("eval run", ("The golden set is being asked",)),
    Row("budget", ("Spent on models today, by everybody", "The most a day: 1,000,000 tokens by everybody")),
    Row("pause", ("Nothing is answered from now on",)),
    Row("resume", ("I answer again",)),
    Row("tell me a joke", ("There is no such command. These are all",)),
    Row("models pause", ("I did not understand that. It is typed like this", "/footnote models test")),
)  # fmt: skip


class Asked(NamedTuple):
    """Two receipts that wait for somebody to check them."""

    next: str
    nobody: str

    def in_(self, text: str) -> str:
        return text.format(next=self.next, nobody=self.nobody)


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("every-command")
    world = World()
    world.add_person("Ana", email="ana@acme.test", account_id="acc:ana")
    world.add_person("Zoe", email="zoe@acme.test", account_id="acc:zoe", email_shown=False)
    world.confluence.add_space("ENG", "Engineering", author="acc:ana")
    with ExitStack() as there:
        patched = there.enter_context(pytest.MonkeyPatch.context())
        site = there.enter_context(ConfluenceEmulator(world))
        model = there.enter_context(model_server(Reply("yes")))
        for name, value in {**model.environment, TOKEN: site.caller.token}.items():
            patched.setenv(name, value)
        patched.setenv("FOOTNOTE_EMBEDDER", "none")  # of the process that asks the golden set
        patched.setenv("FOOTNOTE_HOME", str(folder / "other"))
        made = there.enter_context(
            office(
                folder,
                "",
                admins=("ana@acme.test", "ben@acme.test"),
                routes=web.routes(),
                eval_set=golden(folder / "golden"),
                model_fast=(MODEL,),
                budget_tokens_a_day_by_all=BUDGET,
            )
        )
        wiki = {"site": site.url, "user": site.caller.email or "", "secret": f"env:{TOKEN}", "spaces": "ENG"}
        with made.records.database.writing() as session:
            made.records.sources.add(session, "wiki", "confluence", wiki, utc_now())
        is_checked(made, "ben", "ana")
        there.enter_context(running(made))
        yield made


@pytest.fixture(scope="module")
def asked(acme: Office) -> Asked:
    for _ in range(2):
        acme.asks("zoe")
        acme.settled(PATIENCE_S)
    until(lambda: len(acme.events("review_asked")) == 2, PATIENCE_S)  # of whoever is to check them
    with acme.records.database.reading() as session:
        (last, first) = [opened.receipt for opened in acme.records.ledger.receipts(session, 2)]
    return Asked(first, last)


def window(windows: Windows, acme: Office, who: str, place: str = "general") -> Page:
    windows.expected.append("/_footnote/")  # what the demo tells about itself, which is not here
    return windows.open(acme.slack.origin, who, place)


def test_every_command_answers_an_admin(open_windows: Windows, acme: Office, asked: Asked) -> None:
    ana, ben = window(open_windows, acme, "ana"), window(open_windows, acme, "ben", "dm:footnote")
    heard: dict[str, list[str]] = {}
    for typed, says, form, holds in ROWS:
        text = asked.in_(typed)
        told = types(ana, text) if form is None else opened(ana, text, form)
        for one in says:
            expect(told).to_contain_text(asked.in_(one))
        heard.setdefault(re.sub(r"\{\w+\}", "r_…", typed), []).append(" ".join(told.inner_text().split()))
        if form is not None:
            expect(told.get_by_role("textbox").first).to_have_value(re.compile(re.escape(holds)) if holds else "")
            ana.keyboard.press("Escape")
            expect(told).to_have_count(0)
        if AGREES in says:
            agree(ben)
            acme.settled(PATIENCE_S)
    assert {
        typed: said for typed, said in samples().items() if not any(is_said(said, one) for one in heard[typed])
    } == {}
    go(ana, "Footnote")
    card = said_by(ana, "Footnote").filter(has_text="You asked to remove the source acme")
    card.get_by_role("button", name="Keep it").click()
    expect(said_by(ana, "Footnote").filter(has_text="acme stays as it is")).to_be_visible()
    expect(said_by(ana, "Footnote").filter(has_text="1 question counts")).to_contain_text("hit@1", timeout=120_000)
    acme.settled(PATIENCE_S)


def test_who_is_no_admin_hears_what_they_can_do_instead_and_for_them_nothing_happens(
    open_windows: Windows, acme: Office, asked: Asked
) -> None:
    acme.settled(PATIENCE_S)
    before = happened(acme)
    zoe = window(open_windows, acme, "zoe")
    for typed in dict.fromkeys(row.typed for row in ROWS):
        told = types(zoe, asked.in_(typed))
        expect(told).to_contain_text(
            "Only admins can use this. If something should be changed, ask one of them: ana@acme.test"
        )
        expect(told).to_contain_text("Anybody may ask me a question: mention me in a channel, or write to me directly.")
        expect(told).not_to_contain_text("/footnote")
    expect(zoe.get_by_role("dialog")).to_have_count(0)
    acme.settled(PATIENCE_S)
    assert set(happened(acme) - before) == {"commanded", "replied"}


def happened(acme: Office) -> Counter[str]:
    """All that is on record, by its kind: whatever a command changes is."""
    return Counter(event.kind for events in acme.receipts(10_000) for event in events)


def samples() -> dict[str, str]:
    """What the README says that each command prints."""
    shown = README.read_text(encoding="utf-8").partition("in the order in which they are typed")[2].split("```")[1]
    found: dict[str, str] = {}
    for line in shown.strip().splitlines():
        if line.startswith(" "):
            typed = next(reversed(found))
            found[typed] = f"{found[typed]} {line.strip()}".strip()
        else:
            found[line] = ""
    return {typed: said for typed, said in found.items() if "a form opens" not in said}


def is_said(sample: str, heard: str) -> bool:
    """All of its pieces, one after the other."""
    return re.search(".*".join(re.escape(piece.strip()) for piece in sample.split("…")), heard) is not None


def test_the_readme_says_of_every_command_what_it_prints() -> None:
    fine = {re.sub(r"\{\w+\}", "r_…", row.typed) for row in ROWS if row.form is None}
    refused = {"sources pause nowhere", "tell me a joke", "models pause"}
    assert samples().keys() == fine - refused


def forms() -> list[str]:
    """Each way to type a command that the README's table has."""
    table = README.read_text(encoding="utf-8").partition("| `/footnote …` | |\n|---|---|\n")[2].partition("\n\n")[0]
    typed = [form for line in table.splitlines() for form in re.findall(r"`([^`]+)`", line.split("|")[1])]
    return [way for form in typed for way in dict.fromkeys((re.sub(r" \[.*\]", "", form), re.sub(r"[][]", "", form)))]


def is_typed_so(text: str, form: str) -> bool:
    words = (
        word if word.islower() else r".+" if word in {"VALUE", "TEXT", "PLACE…"} else r"\S+" for word in form.split()
    )
    return re.fullmatch(" ".join(words), text) is not None


def test_every_way_to_type_a_command_in_the_readme_is_typed_here() -> None:
    assert len(forms()) > len(commands.NAMES)
    assert [form for form in forms() if not any(is_typed_so(row.typed, form) for row in ROWS)] == []
    untold = {row.typed for row in ROWS if not any(is_typed_so(row.typed, form) for form in forms())}
    assert untold == {"tell me a joke", "models pause"}


def test_every_command_that_there_is_is_typed_here() -> None:
    receipts = Asked("r_" + "0" * 24, "r_" + "1" * 24)
    read = [commands.parse(receipts.in_(row.typed)) for row in ROWS]
    assert {type(one) for one in read} == {*get_args(commands.Command), commands.Misread}
    assert commands._READ.keys() - {row.typed.split()[0] for row in ROWS} == set()
