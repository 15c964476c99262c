"""What a claim may say: each rule broken, each rule kept, and the near misses between the two."""

import unicodedata

import pytest

from policies.contract import Rule, violations
from policies.evidence import Citation, Claim, Draft, Evidence
from policies.verbatim import fold
from tests.fakes.passages import some_evidence

LONG = 200


def rules_broken(claim: Claim, evidence: Evidence, *, question: str = "", min_support: float = 0.0) -> list[str]:
    found = violations(
        Draft(claims=(claim,)), evidence, max_claim_characters=LONG, question=question, min_support=min_support
    )
    return [violation.rule.value for violation in found]


def said(text: str, *quotes: str) -> list[str]:
    """What `text` breaks when it cites these quotes, each a whole passage."""
    citations = tuple(Citation(passage=number, quote=quote) for number, quote in enumerate(quotes, start=1))
    return rules_broken(Claim(text=text, citations=citations), some_evidence(*quotes))


def asked_back(clarify: str) -> list[str]:
    found = violations(
        Draft(clarify=clarify),
        some_evidence("Project Kestrel: 25 days."),
        max_claim_characters=LONG,
        question="How much leave is there in 2026 at Acme?",
    )
    assert all(violation.claim is None for violation in found)
    return [violation.rule.value for violation in found]


def quoted(quote: str, passage: str) -> list[str]:
    """What a claim breaks that says and cites `quote`, when the passage reads so."""
    return rules_broken(Claim(text=quote, citations=(Citation(passage=1, quote=quote),)), some_evidence(passage))


# --- every rule, broken alone and kept ---------------------------------------------------------------------------

FACT = "Leave is 25 days a year."
OTHER_PASSAGE = Citation(passage=7, quote=FACT)
ASKED = "How many days off do I have in a year?"
PROOF = Citation(passage=1, quote=FACT)

EACH_RULE = {
    Rule.EMPTY_CLAIM: (Claim(text=" – ", citations=(PROOF,)), Claim(text=FACT, citations=(PROOF,))),
    Rule.UNCITED: (Claim(text=FACT), Claim(text=FACT, citations=(PROOF,))),
    Rule.UNKNOWN_PASSAGE: (
        Claim(text=FACT, citations=(PROOF, OTHER_PASSAGE)),
        Claim(text=FACT, citations=(PROOF, PROOF)),
    ),
    Rule.EMPTY_QUOTE: (
        Claim(text=FACT, citations=(PROOF, Citation(passage=1, quote=" … "))),
        Claim(text=FACT, citations=(PROOF, Citation(passage=1, quote="Leave"))),
    ),
    Rule.NOT_VERBATIM: (
        Claim(text=FACT, citations=(PROOF, Citation(passage=1, quote="Leave is days"))),
        Claim(text=FACT, citations=(PROOF, Citation(passage=1, quote="Leave is"))),
    ),
    Rule.UNSUPPORTED_NUMBER: (
        Claim(text="Leave is 26 days a year.", citations=(PROOF,)),
        Claim(text="A year has 25 days of leave.", citations=(PROOF,)),
    ),
    Rule.UNSUPPORTED_DATE: (
        Claim(text="Leave is 25 days from 3 June.", citations=(PROOF,)),
        Claim(text="Leave is 25 days as may be.", citations=(PROOF,)),
    ),
    Rule.CHANGED_UNIT: (
        Claim(text="Leave is 25 hours a year.", citations=(PROOF,)),
        Claim(text="Leave is 25 a year, in days.", citations=(PROOF,)),
    ),
    Rule.CHANGED_BOUND: (
        Claim(text="Leave is at least 25 days a year.", citations=(PROOF,)),
        Claim(text="Leave at least is 25 days a year.", citations=(PROOF,)),
    ),
    Rule.UNSUPPORTED_NAME: (
        Claim(text="At Acme leave is 25 days.", citations=(PROOF,)),
        Claim(text="The leave is 25 days.", citations=(PROOF,)),
    ),
    Rule.CHANGED_NEGATION: (
        Claim(text="Leave is not 25 days.", citations=(PROOF,)),
        Claim(text="Leave is always 25 days.", citations=(PROOF,)),
    ),
    Rule.CHANGED_QUALIFIER: (
        Claim(text="Leave is only 25 days.", citations=(PROOF,)),
        Claim(text="Leave is commonly 25 days.", citations=(PROOF,)),
    ),
    Rule.LITTLE_SUPPORT: (
        Claim(text="sabbaticals take 25 days of unpaid travelling.", citations=(PROOF,)),
        Claim(text="You get 25 days of leave.", citations=(PROOF,)),
    ),
    Rule.OTHER_LANGUAGE: (
        Claim(text="Es sind 25 für alle, die bei uns und mit uns da sind.", citations=(PROOF,)),
        Claim(text="25 (leave)", citations=(PROOF,)),
    ),
    Rule.FOREIGN_LINK: (
        Claim(text="Leave is 25 days: https://x", citations=(PROOF,)),
        Claim(text="Leave is 25 days: in https", citations=(PROOF,)),
    ),
    Rule.PING: (
        Claim(text="<!here> Leave is 25 days", citations=(PROOF,)),
        Claim(text="(here) Leave is 25 days", citations=(PROOF,)),
    ),
    Rule.TOO_LONG: (
        Claim(text="leave " * 33 + "is days", citations=(PROOF,)),
        Claim(text="leave " * 32 + "is days", citations=(PROOF,)),
    ),
}


def test_every_rule_stands_in_the_table() -> None:
    of_others = {
        Rule.NOT_ALLOWED,
        Rule.OUT_OF_RANGE,
        Rule.NOT_SUPPORTED,
    }  # an admin's and a judge's: see test_topics, test_judge
    assert set(EACH_RULE) == set(Rule) - of_others


@pytest.mark.parametrize("rule", EACH_RULE)
def test_claim_that_breaks_a_rule_is_found(rule: Rule) -> None:
    assert rules_broken(EACH_RULE[rule][0], some_evidence(FACT), question=ASKED, min_support=0.42) == [rule.value]


@pytest.mark.parametrize("rule", EACH_RULE)
def test_claim_that_keeps_the_rule_is_let_through(rule: Rule) -> None:
    assert rules_broken(EACH_RULE[rule][1], some_evidence(FACT), question=ASKED, min_support=0.42) == []


# --- quotes ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("quote", "passage"),
    [
        pytest.param("leave is 25 days", "Leave is 25 days.", id="another case"),
        pytest.param("25  days a week", "25 days a year", id="another word"),
        pytest.param("25 days … year", "25 days a year", id="an ellipsis"),
        pytest.param("cafe", "café", id="an accent is lost"),
        pytest.param("Straße", "Strasse", id="another letter"),
        pytest.param("1,000", "1000", id="a separator that is not there"),
        pytest.param("10", "100", id="the number goes on behind"),
        pytest.param("00 euro", "100 euro", id="the number began before"),
        pytest.param("costs 1", "It costs 1,000", id="cut at the separator"),
        pytest.param("000 euro", "It costs 1.000 euro", id="cut behind the separator"),
        pytest.param("5", "10-15", id="cut within a range"),
        pytest.param("10", "100 or 10-15", id="cut at the dash of a range"),
        pytest.param("2026", "by 2026-03-01", id="cut within a date"),
        pytest.param("able to leave", "unable to leave", id="the word began before"),
        pytest.param("zulässig", "unzulässig", id="a German negation cut off"),
        pytest.param("possible", "im_possible", id="cut within an identifier"),
        pytest.param("approve", "approved", id="the word goes on behind"),
    ],
)
def test_quote_that_does_not_stand_there_is_not_verbatim(quote: str, passage: str) -> None:
    assert quoted(quote, passage) == ["not_verbatim"]


@pytest.mark.parametrize(
    ("quote", "passage"),
    [
        pytest.param("25 days a year", "Leave is 25\n   days\ta year.", id="white space folded in the passage"),
        pytest.param("25\n days   a year", "Leave is 25 days a year.", id="white space folded in the quote"),
        pytest.param("25\u00a0days", "Leave is 25 days.", id="a space that does not break"),
        pytest.param(unicodedata.normalize("NFD", "café"), "the café", id="decomposed quote"),
        pytest.param("café", unicodedata.normalize("NFD", "the café"), id="decomposed passage"),
        pytest.param("Zoë Ångström", unicodedata.normalize("NFD", "Ask Zoë Ångström."), id="decomposed name"),
        pytest.param("10", "100, 10 or 1000", id="cut at first, whole later"),
        pytest.param("25 days", "(25 days)", id="between brackets"),
        pytest.param("5", "It takes 5.", id="the end of a sentence is no decimal point"),
        pytest.param("5", "a 5-day week", id="a hyphen before a word"),
        pytest.param("the limit is 5", "*the limit is 5*", id="between marks of emphasis"),
        pytest.param("七天", "员工每年有七天假期。", id="a script without spaces"),
    ],
)
def test_quote_that_stands_there_is_verbatim(quote: str, passage: str) -> None:
    assert quoted(quote, passage) == []


def test_quote_from_another_passage_is_not_verbatim() -> None:
    claim = Claim(text="red", citations=(Citation(passage=2, quote="red"),))
    assert rules_broken(claim, some_evidence("red", "blue")) == ["not_verbatim"]


def test_quote_across_two_passages_is_not_verbatim() -> None:
    assert rules_broken(
        Claim(text="red blue", citations=(Citation(passage=1, quote="red blue"),)), some_evidence("red", "blue")
    ) == ["not_verbatim"]


def test_every_violation_names_its_claim_and_the_words() -> None:
    good = Claim(text=FACT, citations=(PROOF,))
    bad = Claim(text="Leave is 31 days in Rome.", citations=(PROOF, OTHER_PASSAGE))
    found = violations(Draft(claims=(good, bad, good, bad)), some_evidence(FACT), max_claim_characters=LONG)
    assert [(one.claim, one.rule, one.detail) for one in found] == [
        (number, rule, detail)
        for number in (1, 3)
        for rule, detail in (
            (Rule.UNKNOWN_PASSAGE, "7"),
            (Rule.UNSUPPORTED_NUMBER, "31"),
            (Rule.UNSUPPORTED_NAME, "rome"),
        )
    ]


def test_draft_without_claims_breaks_nothing() -> None:
    assert violations(Draft(), Evidence(), max_claim_characters=LONG) == ()


# --- numbers and dates -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claim", "quote"),
    [
        pytest.param("It is 26 days", "it is 25 days", id="another number"),
        pytest.param("It is 5 days", "it is 25 days", id="a part of the number"),
        pytest.param("It is 250 days", "it is 25 days", id="a digit more"),
        pytest.param("It is 1,000 euro", "it is 1000 euro", id="a separator added"),
        pytest.param("It is 1000 euro", "it is 1,000 euro", id="a separator dropped"),
        pytest.param("It is 1.000 euro", "it is 1,000 euro", id="another separator"),
        pytest.param("It is 2.5 %", "it is 25 %", id="a decimal point added"),
        pytest.param("It is 10 days", "it is 10-15 days", id="one end of a range"),
        pytest.param("It is 3 to 4", "it is 3", id="one number more"),
        pytest.param("It opens 9:30", "it opens 9:00", id="another time"),
        pytest.param("See § 12a of it", "see § 13 of it", id="another section"),
        pytest.param("It is ٣ days", "it is ٤ days", id="digits of another script"),
        pytest.param("It lasts nine years", "it lasts three years", id="another number, in words"),
        pytest.param("Nine years it lasts", "it lasts three years", id="another number, in a word that begins it"),
        pytest.param("It lasts nine years", "it lasts 3 years", id="another number, in words for digits"),
        pytest.param("It lasts forty-five days", "it lasts forty days", id="one word more of a number"),
        pytest.param("Es dauert neun Jahre", "es dauert drei Jahre", id="another number, in German words"),
        pytest.param("It lasts a hundred days", "it lasts a thousand days", id="another power of ten"),
    ],
)
def test_changed_number_is_found(claim: str, quote: str) -> None:
    assert "unsupported_number" in said(claim, quote)


@pytest.mark.parametrize(
    ("claim", "quote"),
    [
        pytest.param("It lasts nine years", "for nine years it lasts", id="the same word"),
        pytest.param("It lasts nine years", "it lasts 9 years", id="in words for digits"),
        pytest.param("It lasts one year", "it lasts a year", id="one, which is more than a number"),
    ],
)
def test_number_in_words_is_supported_by_its_like(claim: str, quote: str) -> None:
    assert "unsupported_number" not in said(claim, quote)


@pytest.mark.parametrize(
    ("claim", "quote"),
    [
        pytest.param("It closes on Monday", "it closes on Friday", id="another weekday"),
        pytest.param("Monday is closed", "Friday is closed", id="another weekday, which begins the sentence"),
        pytest.param("It begins in June", "it begins in May", id="another month"),
        pytest.param("It begins in June 2026", "it begins in May 2026", id="another month of a year"),
    ],
)
def test_changed_month_or_weekday_is_found(claim: str, quote: str) -> None:
    assert said(claim, quote) == ["unsupported_name"]


@pytest.mark.parametrize(
    ("claim", "quote"),
    [
        pytest.param("It ends 2026-03-02", "it ends 2026-03-01", id="another day"),
        pytest.param("It ends 2 March 2026", "it ends 2026-03-01", id="another day, written otherwise"),
        pytest.param("It ends 1 March 2025", "it ends 2026-03-01", id="another year"),
        pytest.param("It ends 1 March 2026", "it ends on 1 March", id="a year that nobody says"),
        pytest.param("It ends 03/04/2026", "it ends 04/03/2026", id="day and month exchanged"),
        pytest.param("It ends 3 April 2026", "it ends 03/04/2026", id="a date that may be two days"),
        pytest.param("It ends 03/04/2026", "it ends 3 April 2026", id="made into one that may be two days"),
        pytest.param("It ends on 3 June", "it ends on 3 May", id="another month"),
        pytest.param("June 3 is a holiday", "May 3 is a holiday", id="another month, which begins the sentence"),
        pytest.param("May 3 is a holiday", "June 3 is a holiday", id="a month that is also a verb"),
        pytest.param("It begins 3 June", "from 3 May to 5 June", id="the day of one, the month of another"),
        pytest.param("Es endet am 2. März 2026", "it ends 1 March 2026", id="another day, in German"),
        pytest.param("Het eindigt 2 maart 2026", "it ends 1 March 2026", id="another day, in Dutch"),
    ],
)
def test_changed_date_is_found(claim: str, quote: str) -> None:
    assert "unsupported_date" in said(claim, quote)


@pytest.mark.parametrize(
    "date",
    ["2026-03-21", "21 March 2026", "21st of March, 2026", "March 21, 2026", "21.03.2026", "21.3.2026", "21 Mar 2026"],
)
@pytest.mark.parametrize("quote", ["2026-03-21", "March 21st, 2026", "21. März 2026", "21 maart 2026", "21/03/2026"])
def test_same_date_in_another_format_is_let_through(date: str, quote: str) -> None:
    assert said(f"it ends {date}", f"it ends {quote}") == []


@pytest.mark.parametrize(
    ("claim", "quote"),
    [
        pytest.param("It ends on 21 March", "it ends 2026-03-21", id="without its year"),
        pytest.param("It ends 21 March 2026", "2026: it ends 21 March", id="the year beside it"),
        pytest.param("It begins on 3 June", "from 3 to 5 June", id="the first of a span"),
        pytest.param("It ends on 5 June", "from 3 to 5 June", id="the last of a span"),
        pytest.param("It ends 03/04/2026", "it ends 03/04/2026", id="that may be two days, in the same words"),
        pytest.param("It may 3 times", "it may 3 times", id="a verb"),
    ],
)
def test_date_that_says_no_more_is_let_through(claim: str, quote: str) -> None:
    assert said(claim, quote) == []


# --- units and bounds --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claim", "quote"),
    [
        pytest.param("it is 5 hours", "it is 5 days", id="hours for days"),
        pytest.param("it is 5 days", "it is 5 working days", id="days for working days"),
        pytest.param("a 5-hour stay", "a 5-day stay", id="with a hyphen"),
        pytest.param("it is €5", "it is $5", id="euros for dollars"),
        pytest.param("it is 5 €", "it is $5", id="euros for dollars, the sign behind"),
        pytest.param("it is 5 dollars", "it is €5", id="dollars in words"),
        pytest.param("it is 5 %", "it is 5 days", id="a share for a time"),
        pytest.param("it is 5 %", "it is 5", id="a share of nothing"),
        pytest.param("it is 5", "it is 5 million", id="a million times less"),
        pytest.param("it is 5 billion", "it is 5 million", id="a thousand times more"),
        pytest.param("it is 5 pm", "it is 5 am", id="the other half of the day"),
        pytest.param("it is 5 MB", "it is 5 GB", id="of memory"),
        pytest.param("es sind 5 Stunden", "it is 5 days", id="German for English"),
        pytest.param("het is 5 uur", "es sind 5 Tage", id="Dutch for German"),
        pytest.param("it is 25 days", "€25 for 3 days", id="the unit of another number"),
    ],
)
def test_changed_unit_is_found(claim: str, quote: str) -> None:
    assert "changed_unit" in said(claim, quote)


@pytest.mark.parametrize(
    ("claim", "quote"),
    [
        pytest.param("it is 5 days", "a 5-day stay", id="with a hyphen"),
        pytest.param("it is 5 euros", "it is €5", id="in words"),
        pytest.param("it is 5 percent", "it is 5%", id="a share in words"),
        pytest.param("it takes 5", "it takes 5 days", id="left out"),
        pytest.param("it is 5 weeks", "| weeks | 5 |", id="over the column"),
        pytest.param("it is 5 business days", "it is 5 working days", id="another word for it"),
        pytest.param("it is 5 days", "it is 5 laptops and 5 days", id="one of two"),
        pytest.param("it is €5 million", "it is EUR 5 million", id="a multiple"),
    ],
)
def test_same_unit_is_let_through(claim: str, quote: str) -> None:
    assert "changed_unit" not in said(claim, quote)


def test_same_unit_in_another_language_is_let_through() -> None:
    for claim in ("5 days", "5 Tage", "5 dagen"):
        for quote in ("5 days", "5 Tage", "5 dagen"):
            assert "changed_unit" not in said(claim, quote)


BOUNDS = {
    "at least": ["at least 5 days", "a minimum of 5 days", "5 days or more", "mindestens 5 Tage", "ten minste 5 dagen"],
    "at most": ["at most 5 days", "up to 5 days", "no more than 5 days", "höchstens 5 Tage", "maximaal 5 dagen"],
    "more than": ["more than 5 days", "over 5 days", "mehr als 5 Tage", "meer dan 5 dagen"],
    "less than": ["less than 5 days", "under 5 days", "weniger als 5 Tage", "minder dan 5 dagen"],
    "about": ["about 5 days", "roughly 5 days", "etwa 5 Tage", "ongeveer 5 dagen"],
    "no bound": ["5 days", "5 Tage"],
}


@pytest.mark.parametrize("meant", BOUNDS)
@pytest.mark.parametrize("proven", BOUNDS)
def test_bound_of_a_number_is_kept_in_whatever_language(meant: str, proven: str) -> None:
    for claim in BOUNDS[meant]:
        for quote in BOUNDS[proven]:
            assert ("changed_bound" in said(claim, quote)) == (meant != proven), (claim, quote)


@pytest.mark.parametrize(
    ("claim", "quote"),
    [
        pytest.param("the limit is 5 days", "up to 5 days", id="a limit"),
        pytest.param("at least 5 days", "| minimum | 5 days |", id="over the column"),
        pytest.param("on average 5 days", "about 5 days", id="on average"),
        pytest.param("it ends on 3 June", "it ends by 3 June", id="a day without its bound"),
        pytest.param("no later than 3 June", "by 3 June", id="the same side of a day"),
    ],
)
def test_bound_said_in_another_place_is_let_through(claim: str, quote: str) -> None:
    assert "changed_bound" not in said(claim, quote)


@pytest.mark.parametrize(
    ("claim", "quote"),
    [
        pytest.param("after 3 June", "before 3 June", id="after for before"),
        pytest.param("from 3 June", "until 3 June", id="from for until"),
        pytest.param("nach dem 3. Juni", "before 3 June", id="in German"),
        pytest.param("tot 3 juni", "vanaf 3 juni", id="in Dutch"),
        pytest.param("after 2026-06-03", "before 3 June 2026", id="written otherwise"),
    ],
)
def test_other_side_of_a_day_is_found(claim: str, quote: str) -> None:
    assert "changed_bound" in said(claim, quote)


@pytest.mark.parametrize(
    ("claim", "quote"),
    [
        pytest.param("In 2026 it is 25 days.", "It is 25 days (since 2026).", id="other order"),
        pytest.param("It ends 2026-03-01.", "Ends: 2026-03-01", id="a date"),
        pytest.param("It takes 5.", "Takes 5 days", id="a full stop is no decimal point"),
        pytest.param("It is 1,000 euro", "It costs 1,000 euro", id="with its separator"),
    ],
)
def test_same_numbers_in_other_words_are_let_through(claim: str, quote: str) -> None:
    assert said(claim, quote) == []


def test_numbers_of_one_claim_may_come_from_several_quotes() -> None:
    assert said("From 10 to 20 days", "ten is 10", "twenty is 20 days") == []
    assert said("From 10 to 30 days", "ten is 10", "twenty is 20 days") == ["unsupported_number"]


# --- names, identifiers, addresses -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claim", "quote"),
    [
        pytest.param("Ask Bo about it", "ask Ana about it", id="another person"),
        pytest.param("Ana approves it", "Bo approves it", id="another person, who begins the sentence"),
        pytest.param("Approver: Ana", "Approver: Bo", id="another person, behind a colon"),
        pytest.param("| Owner | Ana |", "| Owner | Bo |", id="another person, in a row"),
        pytest.param("It is fine. Ana says so.", "It is fine. Bo says so.", id="another person in the second sentence"),
        pytest.param("It is fine.\nAna says so.", "It is fine.\nBo says so.", id="another person in the second line"),
        pytest.param("Use plan B", "use plan C", id="a single letter"),
        pytest.param("Restart srv-12b", "restart srv-12a", id="a host"),
        pytest.param("set max_size to it", "set min_size to it", id="a setting"),
        pytest.param("call getName for it", "call getUser for it", id="a method"),
        pytest.param("use AES for it", "use DES for it", id="an acronym"),
        pytest.param("edit prod.toml for it", "edit test.toml for it", id="a file"),
        pytest.param("write to bo@acme.test", "write to ana@acme.test", id="another mailbox"),
        pytest.param("write to ana@evil.test", "write to ana@acme.test", id="another domain"),
        pytest.param("see evil.example for it", "see wiki.acme.test for it", id="a bare domain"),
        pytest.param("der Vertrieb zahlt", "der Einkauf zahlt", id="a German noun"),
        pytest.param("Élise zahlt", "Ana zahlt", id="a capital with an accent"),
    ],
)
def test_changed_name_is_found(claim: str, quote: str) -> None:
    assert "unsupported_name" in said(claim, quote)


@pytest.mark.parametrize(
    ("claim", "quote"),
    [
        pytest.param("You can ask Ana.", "Ana can be asked", id="a name of the quote"),
        pytest.param("The owner is Ana.", "owner: Ana", id="begins with an article"),
        pytest.param("De eigenaar is Ana.", "eigenaar: Ana", id="begins with a Dutch article"),
        pytest.param("Die Leitung hat Ana.", "Leitung: Ana", id="begins with a German article"),
        pytest.param("I may ask Ana.", "ask Ana", id="the English I"),
        pytest.param("Restart srv-12a", "to restart: `srv-12a`", id="an identifier between marks"),
        pytest.param("RESTART it", "restart it", id="another case"),
        pytest.param("Ask Zoë", unicodedata.normalize("NFD", "ask Zoë now"), id="decomposed in the quote"),
        pytest.param(unicodedata.normalize("NFD", "Ask Zoë"), "ask Zoë now", id="decomposed in the claim"),
    ],
)
def test_same_names_in_other_words_are_let_through(claim: str, quote: str) -> None:
    assert said(claim, quote) == []


# --- negations ---------------------------------------------------------------------------------------------------

NEGATED = [
    pytest.param("you may smoke here", "you may not smoke here", id="English not"),
    pytest.param("you can smoke here", "you cannot smoke here", id="English cannot"),
    pytest.param("you do smoke here", "you don't smoke here", id="English contraction"),
    pytest.param("you can smoke here", "you can’t smoke here", id="English contraction, typographic"),
    pytest.param("ever share it", "never share it", id="English never"),
    pytest.param("leave with approval", "leave without approval", id="English without"),
    pytest.param("somebody may enter", "nobody may enter", id="English nobody"),
    pytest.param("all but these", "none of these", id="English none"),
    pytest.param("if it is signed", "unless it is signed", id="English unless"),
    pytest.param("man darf hier rauchen", "man darf hier nicht rauchen", id="German nicht"),
    pytest.param("es gibt etwas", "es gibt nichts", id="German nichts"),
    pytest.param("eine Ausnahme gilt", "keine Ausnahme gilt", id="German keine"),
    pytest.param("mit keinem geht es", "mit einem geht es", id="German keinem"),
    pytest.param("jemand darf hinein", "niemand darf hinein", id="German niemand"),
    pytest.param("immer teilen", "niemals teilen", id="German niemals"),
    pytest.param("mit Antrag", "ohne Antrag", id="German ohne"),
    pytest.param("je mag hier roken", "je mag hier niet roken", id="Dutch niet"),
    pytest.param("er is iets", "er is niets", id="Dutch niets"),
    pytest.param("een uitzondering geldt", "geen uitzondering geldt", id="Dutch geen"),
    pytest.param("altijd delen", "nooit delen", id="Dutch nooit"),
    pytest.param("met aanvraag", "zonder aanvraag", id="Dutch zonder"),
    pytest.param("iemand mag naar binnen", "niemand mag naar binnen", id="Dutch niemand"),
    pytest.param("als het getekend is", "tenzij het getekend is", id="Dutch tenzij"),
]


@pytest.mark.parametrize(("one", "other"), NEGATED)
def test_negation_that_is_dropped_or_added_is_found(one: str, other: str) -> None:
    assert said(one, other) == ["changed_negation"]
    assert said(other, one) == ["changed_negation"]


@pytest.mark.parametrize(("one", "other"), NEGATED)
def test_negation_that_is_kept_is_let_through(one: str, other: str) -> None:
    for text in (one, other):
        assert said(f"so {text}", text) == []


def test_one_of_two_negations_dropped_is_found() -> None:
    assert said("leave may be taken without approval", "no leave may be taken without approval") == ["changed_negation"]


def test_quote_that_a_claim_follows_only_in_part_keeps_its_negation() -> None:
    assert said("share your password", "never share your password") == ["changed_negation"]


def test_negation_is_not_outvoted_by_a_second_quote() -> None:
    assert said("you may smoke", "you may not smoke", "you may smoke outside") == ["changed_negation"]
    assert said("you may not smoke", "you may smoke", "smoke outside") == ["changed_negation"]


def test_negation_that_two_quotes_share_may_be_said_once() -> None:
    assert said("you may not smoke", "you may not smoke", "staff may not smoke") == []


@pytest.mark.parametrize("word", ["note", "know", "noon", "nothingness", "ohnehin", "kin"])
def test_words_that_only_look_like_negations_are_none(word: str) -> None:
    assert "changed_negation" not in said(f"it is {word}", f"it is a {word} here")
    assert "changed_negation" not in said("it is here", f"it is here {word}")


# --- qualifiers --------------------------------------------------------------------------------------------------

EXCHANGED = [
    pytest.param("you may ask", "you must ask", id="may, must"),
    pytest.param("you should ask", "you must ask", id="should, must"),
    pytest.param("you can ask", "asking is required", id="can, required"),
    pytest.param("you need not deny it", "you must not deny it", id="need not, must not"),
    pytest.param("some may ask", "all may ask", id="some, all"),
    pytest.param("most of them ask", "each of them asks", id="most, each"),
    pytest.param("it is usually so", "it is always so", id="usually, always"),
    pytest.param("ask before approval", "ask after approval", id="before, after"),
    pytest.param("above the threshold", "below the threshold", id="above, below"),
    pytest.param("man darf fragen", "man muss fragen", id="German darf, muss"),
    pytest.param("man soll fragen", "man muss fragen", id="German soll, muss"),
    pytest.param("alle fragen", "einige fragen", id="German alle, einige"),
    pytest.param("vor der Freigabe", "nach der Freigabe", id="German vor, nach"),
    pytest.param("je mag vragen", "je moet vragen", id="Dutch mag, moet"),
    pytest.param("iedereen vraagt", "sommige vragen", id="Dutch iedereen, sommige"),
    pytest.param("na akkoord", "voor akkoord", id="Dutch na, voor"),
    pytest.param("man darf fragen", "you must ask", id="German darf, English must"),
    pytest.param("je moet vragen", "you may ask", id="Dutch moet, English may"),
]


@pytest.mark.parametrize(("one", "other"), EXCHANGED)
def test_qualifier_that_is_exchanged_is_found(one: str, other: str) -> None:
    assert "changed_qualifier" in said(one, other)
    assert "changed_qualifier" in said(other, one)


@pytest.mark.parametrize(("one", "other"), EXCHANGED)
def test_qualifier_that_is_kept_is_let_through(one: str, other: str) -> None:
    for text in (one, other):
        assert said(f"so {text}", text) == []
        assert "changed_qualifier" not in said(text, one, other)


@pytest.mark.parametrize("word", ["only", "solely", "nur", "ausschließlich", "alleen", "slechts"])
def test_limit_to_some_is_neither_dropped_nor_added(word: str) -> None:
    assert said("managers approve", f"{word} managers approve") == ["changed_qualifier"]
    assert said(f"{word} managers approve", "managers approve") == ["changed_qualifier"]
    assert said(f"so {word} managers approve", f"{word} managers approve") == []


@pytest.mark.parametrize(
    ("claim", "quote"),
    [
        pytest.param("you must ask", "ask", id="an order"),
        pytest.param("you can ask", "whom to ask", id="a possibility"),
        pytest.param("it is required to ask", "you must ask", id="another word for it"),
        pytest.param("in May it closes", "it must close in May", id="a month"),
        pytest.param("prior to approval", "before approval", id="another word for before"),
    ],
)
def test_qualifier_that_takes_nothing_back_is_let_through(claim: str, quote: str) -> None:
    assert said(claim, quote) == []


# --- support and language ----------------------------------------------------------------------------------------

STEPS = "Open a ticket.\nAttach the invoice.\nWait for the controller.\nPay it.\nFile it."


@pytest.mark.parametrize(
    ("claim", "quote", "question"),
    [
        pytest.param("travel is paid by the customer", "Leave is taken in whole weeks.", "", id="of something else"),
        pytest.param(
            "the weather is lovely in spring", "Leave is taken in whole weeks.", "Leave?", id="of nothing here"
        ),
        pytest.param(
            "leave is paid in shares of gold", "Leave is taken in weeks.", "Leave?", id="with the word asked for"
        ),
    ],
)
def test_claim_that_speaks_of_something_else_is_found(claim: str, quote: str, question: str) -> None:
    found = rules_broken(
        Claim(text=claim, citations=(Citation(passage=1, quote=quote),)),
        some_evidence(quote),
        question=question,
        min_support=0.42,
    )
    assert found == ["little_support"]


@pytest.mark.parametrize(
    ("claim", "quote", "question"),
    [
        pytest.param(STEPS, STEPS, "", id="its own quote, line by line"),
        pytest.param("Leave is taken in weeks", "It is taken in weeks.", "", id="most of its words"),
        pytest.param("The notice period is 4 weeks", "4 weeks", "What is the notice period?", id="what was asked for"),
        pytest.param("weeks, mostly", "Leave is in weeks.", "Is leave mostly in weeks?", id="nothing but the question"),
        pytest.param(
            "Der Urlaub ist in ganzen Wochen zu nehmen.", "Leave is to be taken in whole weeks.", "", id="translated"
        ),
    ],
)
def test_claim_with_the_words_of_its_quotes_is_let_through(claim: str, quote: str, question: str) -> None:
    found = rules_broken(
        Claim(text=claim, citations=(Citation(passage=1, quote=quote),)),
        some_evidence(quote),
        question=question,
        min_support=0.42,
    )
    assert "little_support" not in found


GERMAN, ENGLISH = "Der Urlaub ist mit der Leitung für das Jahr zu planen.", "The leave is to be planned with the lead."


@pytest.mark.parametrize(
    ("claim", "question", "broken"),
    [
        pytest.param(f"Also: {GERMAN}", "How do I plan the leave of this year?", True, id="German for English"),
        pytest.param(f"So: {ENGLISH}", "Wie ist der Urlaub für das Jahr zu planen?", True, id="English for German"),
        pytest.param(f"Also: {GERMAN}", "Wie ist der Urlaub für das Jahr zu planen?", False, id="German for German"),
        pytest.param(f"So: {ENGLISH}", "Urlaub planen?", False, id="a question of no language that is known"),
        pytest.param(GERMAN, "How do I plan the leave of this year?", False, id="word for word what the document says"),
    ],
)
def test_claim_is_in_the_language_of_the_question(claim: str, question: str, broken: bool) -> None:  # noqa: FBT001 - a table
    citations = (Citation(passage=1, quote=GERMAN), Citation(passage=2, quote=ENGLISH))
    found = rules_broken(Claim(text=claim, citations=citations), some_evidence(GERMAN, ENGLISH), question=question)
    assert ("other_language" in found) == broken


# --- links and pings ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claim", "quote"),
    [
        pytest.param("see https://evil.test/a", "see it", id="a link out of nowhere"),
        pytest.param("see https://acme.test/b", "see https://acme.test/a", id="another page"),
        pytest.param("see https://acme.test/a", "see https://acme.test/abc", id="a part of the link"),
        pytest.param("see https://acme.test/a?x=1", "see https://acme.test/a", id="a query added"),
        pytest.param("see http://acme.test/a", "see https://acme.test/a", id="another scheme"),
        pytest.param("see HTTPS://evil.test", "see it", id="in capitals"),
        pytest.param("see www.evil.test", "see it", id="without a scheme"),
        pytest.param("see [it](https://evil.test)", "see it", id="a Markdown link"),
        pytest.param("see <https://evil.test|it>", "see it", id="a Slack link"),
        pytest.param("see ![it](https://evil.test/x.png)", "see it", id="an image"),
        pytest.param("see slack://evil", "see it", id="another application"),
        pytest.param("see mailto:x@evil.test", "see it", id="a mail link"),
    ],
)
def test_link_that_no_quote_has_is_found(claim: str, quote: str) -> None:
    assert "foreign_link" in said(claim, quote)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Apply at https://acme.test/leave.", id="bare"),
        pytest.param("Apply [in the portal](https://acme.test/leave?a=1&b=2#top).", id="Markdown"),
        pytest.param("Apply at <https://acme.test/leave>.", id="between angle brackets"),
        pytest.param("Write to [HR](mailto:hr@acme.test).", id="mail"),
        pytest.param("| Portal | https://acme.test/leave |", id="in a row"),
    ],
)
def test_verbatim_claim_may_contain_its_links(text: str) -> None:
    assert said(text, text) == []
    assert said(f"So: {text}", text) == []


def test_full_stop_behind_a_link_is_not_the_link() -> None:
    assert said("it is at https://acme.test/leave.", "it is at https://acme.test/leave") == []


@pytest.mark.parametrize(
    "ping", ["<!here>", "<!channel>", "<!everyone>", "<!subteam^S1>", "<@U123>", "<#C123|hr>", "@here", "@Channel"]
)
def test_ping_is_found_even_in_a_verbatim_quote(ping: str) -> None:
    assert said(f"tell {ping} about it", f"tell {ping} about it") == ["ping"]
    assert rules_broken(Claim(text=f"tell {ping} about it"), Evidence()) == ["ping", "uncited"]


@pytest.mark.parametrize("text", ["write to x@here.test", "write to @hereditary", "if a < b then @ here", "<b>x</b>"])
def test_what_pings_nobody_is_let_through(text: str) -> None:
    assert said(text, text) == []


@pytest.mark.parametrize(
    "clarify",
    [
        "Whose leave do you mean?",
        "Do you mean the leave of 2026?",
        "For yourself, or for somebody at Acme?",
        "Welche meinst du?",
    ],
)
def test_question_back_may_use_what_the_asker_wrote(clarify: str) -> None:
    assert asked_back(clarify) == []


@pytest.mark.parametrize(
    ("clarify", "rule"),
    [
        pytest.param("Have you seen https://evil.test?", "foreign_link", id="a link"),
        pytest.param("Have you seen evil.test?", "unsupported_name", id="a host"),
        pytest.param("Shall I ask <!channel>?", "ping", id="a ping"),
        pytest.param("Do you mean project Kestrel?", "unsupported_name", id="a name that only a passage has"),
        pytest.param("Do you mean the 25 days?", "unsupported_number", id="a number that only a passage has"),
        pytest.param(" … ", "empty_claim", id="nothing"),
        pytest.param("which " * 50, "too_long", id="no end"),
    ],
)
def test_question_back_states_nothing(clarify: str, rule: str) -> None:
    assert rule in asked_back(clarify)


OVER = some_evidence("## Netherlands\nLeave is 25 days.\n# <!here> all\n# See www.evil.test")


def offered(*options: str) -> list[tuple[int | None, str]]:
    """Of a question about Germany, over evidence with the headings above."""
    found = violations(
        Draft(options=options), OVER, max_claim_characters=LONG, question="How much leave is there in Germany?"
    )
    assert all(violation.claim is None for violation in found)
    return [(violation.option, violation.rule.value) for violation in found]


def test_options_are_the_words_of_titles_of_headings_or_of_the_asker() -> None:
    assert offered("Netherlands", "Germany", "1.md") == []


@pytest.mark.parametrize(
    ("option", "rule"),
    [
        pytest.param("Leave is 25 days", "not_verbatim", id="what a passage says"),
        pytest.param("25 days", "not_verbatim", id="a number of a passage"),
        pytest.param("Netherlands and Germany", "not_verbatim", id="put together"),
        pytest.param("Nether", "not_verbatim", id="half a word"),
        pytest.param("<!here> all", "ping", id="a ping in a heading"),
        pytest.param("See www.evil.test", "foreign_link", id="an address in a heading"),
        pytest.param(" – ", "empty_claim", id="nothing"),
        pytest.param("Germany " * 10, "too_long", id="no button"),
    ],
)
def test_option_that_says_something_of_its_own_is_found(option: str, rule: str) -> None:
    assert offered("Germany", option) == [(1, rule)]


def test_option_is_offered_once_and_four_are_enough() -> None:
    assert offered("Germany", " Germany") == [(1, "empty_claim")]
    assert offered("How", "much", "leave", "is", "there") == [(4, "too_long")]


@pytest.mark.parametrize(
    ("text", "folded"),
    [(" a \n\tb ", "a b"), ("e\u0301", "é"), ("a\u00a0b", "a b"), ("", ""), ("ﬁ", "ﬁ"), ("A", "A")],
    ids=["white space", "accents", "no-break space", "empty", "ligatures stay", "case stays"],
)
def test_fold_takes_layout_and_nothing_else(text: str, folded: str) -> None:
    assert fold(text) == folded
    assert fold(fold(text)) == folded
