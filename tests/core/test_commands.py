"""What is typed after `/footnote`, and what it means."""

import pytest

from bot.core.commands import (
    NAMES,
    AskModel,
    Audit,
    Budget,
    Command,
    Evaluate,
    Help,
    Misread,
    Models,
    MoveReview,
    Pause,
    PauseModel,
    PauseSource,
    People,
    PeopleImport,
    PersonLink,
    PersonShow,
    PolicyHistory,
    PolicySet,
    PolicyShow,
    RemoveSource,
    Resume,
    ResumeModel,
    ResumeSource,
    Reviews,
    RollBack,
    ShowEvaluations,
    Sources,
    Status,
    SyncNow,
    Verify,
    parse,
)
from bot.slack.render.admin import USES


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("", Help()),
        ("help", Help()),
        ("  HELP  ", Help()),
        ("help me", Help()),
        ("pause", Pause()),
        ("Resume", Resume()),
        ("status", Status()),
        ("status now", Misread("status")),
        ("budget", Budget()),
        ("sources", Sources()),
        ("sources sync wiki", SyncNow("wiki")),
        ("sources sync", Misread("sources")),
        ("sources pause wiki", PauseSource("wiki")),
        ("sources RESUME wiki", ResumeSource("wiki")),
        ("sources remove wiki", RemoveSource("wiki")),
        ("sources pause", Misread("sources")),
        ("sources remove", Misread("sources")),
        ("sources add confluence --secret x", Misread("sources")),
        ("models", Models()),
        ("models test acme/large", AskModel("acme/large")),
        ("models pause acme/large", PauseModel("acme/large")),
        ("models RESUME acme/large", ResumeModel("acme/large")),
        ("models pause", Misread("models")),
        ("models set acme/large", Misread("models")),
        ("review", Reviews()),
        ("review next r_0123456789abcdef01234567", MoveReview("r_0123456789abcdef01234567", "next")),
        ("review CANCEL r_0123456789abcdef01234567", MoveReview("r_0123456789abcdef01234567", "nobody")),
        ("review next", Misread("review")),
        ("review approve r_0123456789abcdef01234567", Misread("review")),
        ("eval", ShowEvaluations()),
        ("eval RUN", Evaluate()),
        ("eval run twice", Misread("eval")),
        ("audit", Misread("audit")),
        ("audit verify", Verify()),
        ("audit r_0123456789abcdef01234567", Audit("r_0123456789abcdef01234567")),
        ("audit r_1", Misread("audit")),
        ("pause everything", Misread("pause")),
        ("resume 7", Misread("resume")),
        ("people", People()),
        ("people all", Misread("people")),
        ("people show mei@acme.test", PersonShow("mei@acme.test")),
        ("people show", Misread("people")),
        ("people show Mei Lin", Misread("people")),
        ("people link <@U1|mei> wiki 712020:0a1b", PersonLink("<@U1|mei>", "wiki", "712020:0a1b")),
        ("people link mei@acme.test wiki", Misread("people")),
        ("people unlink mei@acme.test wiki", PersonLink("mei@acme.test", "wiki", None)),
        ("people unlink mei@acme.test wiki 712020:0a1b", Misread("people")),
        ("people import", PeopleImport()),
        ("people import mei@acme.test,wiki,712020:0a1b", Misread("people")),
        ("policy", Misread("policy")),
        ("policy history", PolicyHistory()),
        ("policy history 3", Misread("policy")),
        ("policy show", PolicyShow()),
        ("policy show answers", PolicyShow("answers")),
        ("policy show answers audience", Misread("policy")),
        ("policy set", Misread("policy")),
        ("policy set a.b", PolicySet("a.b")),
        ("policy set a.b 8", PolicySet("a.b", "8")),
        ('policy set a."b c" "two  words"', PolicySet('a."b c"', '"two  words"')),
        ("policy rollback 3", RollBack(3)),
        ("policy rollback #3", RollBack(3)),
        ("policy rollback", Misread("policy")),
        ("policy rollback -1", Misread("policy")),
        ("policy rollback ٣", Misread("policy")),
        ("policy remove a.b", Misread("policy")),
        ("helpme", Misread()),
        ("how many days of leave do I have?", Misread()),
        ("\u202ehelp", Misread()),
    ],
)
def test_what_is_typed_means_one_command(text: str, meant: Command | Misread) -> None:
    assert parse(text) == meant


def test_every_command_is_in_the_list_with_what_it_does() -> None:
    assert tuple(USES) == NAMES
    for name, uses in USES.items():
        assert uses
        assert all(use.split()[0] == name and does for use, does in uses)


def test_every_use_in_the_list_is_understood() -> None:
    for uses in USES.values():
        for use, _ in uses:
            assert not isinstance(parse(use), Misread), use
