"""The words by which a text is found."""

import hashlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.terms import LONGEST_TERM, spellings, terms
from policies.languages import language_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the Policies of an employee", ["polici", "employe"]),
        ("ERR_4012", ["err4012", "err", "4012"]),
        ("billing-api", ["billingapi", "bill", "api"]),
        ("v2.3.1", ["2.3.1", "2.3"]),
        ("1,200 EUR", ["1200", "eur"]),
        ("3.5 % on 2026-03-01 at 09:30", ["3.5", "2026-03-01", "2026", "09:30"]),
        ("Ärzte naïve", ["arzt", "naiv"]),
        ("Don’t, can't, not, no, never", ["not", "not", "not", "no", "never"]),
        ("the company's", ["compani"]),
        ("", []),
        ("— !? …", []),
    ],
)
def test_words_are_folded_and_stemmed(text: str, expected: list[str]) -> None:
    assert terms(text) == expected


def test_endpoint_is_kept_whole_and_in_parts() -> None:
    found = terms("Call GET /v1/invoices; then wait")
    assert {"get /v1/invoices", "v1invoices", "v1", "invoic"} <= set(found)


def met(document: str, question: str) -> list[str]:
    """The question's words, by their first spelling, of which the document has one."""
    there = set(terms(document))
    return [word[0] for word in spellings(question) if there & set(word)]


NAMES = [  # what a document says, what is asked, and whether it is found by the name and not only by a part of it
    ("ERR_4012 means that the key is old", "ERR-4012", True),
    ("ERR_4012 means that the key is old", "err4012", True),
    ("ERR_4012 means that the key is old", "ERR_4013", False),
    ("Restart billing-api", "billingApi", True),
    ("Restart billing_api", "BillingApi", True),
    ("class BillingApi:", "billing-api", True),
    ("The on-call engineer", "oncall", True),
    ("Fixed in v2.3.1", "2.3.1", True),
    ("Fixed in 2.3.1", "v2.3.1", True),
    ("Fixed in billing-api-2.3.1", "2.3.1", True),
    ("Fixed in v2.3.1", "2.3", True),
    ("Fixed in v2.3.1", "2.3.2", False),
    ("Fixed in v23.1", "2.3.1", False),
    ("The VT-300 gateway", "VT300", True),
    ("The VT300 gateway", "vt-300", True),
    ("The VT-300 gateway", "VT-400", False),
    ("Call GET /v1/invoices", "GET /v1/invoices", True),
    ("Call POST /v1/invoices", "GET /v1/invoices", False),
    ("use foo::bar", "foo::bar", True),
    ("use foo::baz", "foo::bar", False),
    ("see pkg/mod.py", "pkg/mod.py", True),
    ("set retries=5", "retries=5", True),
    ("set retries=6", "retries=5", False),
    ("written in C++", "c++", True),
    ("written in C#", "C++", False),
    ("written in C#", "c#", True),
    ("a .NET service", ".net", True),
    ("Account DE89 3704 0044 0532 0130 00", "DE89370400440532013000", True),
    ("Account DE89370400440532013000", "DE89 3704 0044 0532 0130 00", True),
    ("Mail it-desk@acme.test", "it-desk@acme.test", True),
    ("certified to ISO 27001:2022", "27001", True),
    ("since 2026-03-01", "2026-03-01", True),
    ("since 2026-03-01", "2026-03-02", False),
    ("a share of 3,5 %", "3.5", True),
    ("a disk of 10GB", "10gb", True),
    ("Mr O'Brien signs", "O’Brien", True),
]


@pytest.mark.parametrize(("document", "question", "found"), NAMES)
def test_name_is_found_however_it_is_joined_and_no_other_is(document: str, question: str, *, found: bool) -> None:
    whole = spellings(question)[0][0]
    assert (whole in met(document, question)) is found


@pytest.mark.parametrize(
    ("document", "question", "parts"),
    [
        ("ERR_4012 means that the key is old", "err 4012", ["err", "4012"]),
        ("Restart billing-api", "billing api", ["bill", "api"]),
        ("class BillingApi:", "billing api", ["bill", "api"]),
        ("The VT300 gateway", "vt 300", ["vt", "300"]),
        ("a disk of 10GB", "10 GB", ["10", "gb"]),
        ("use foo::bar", "bar", ["bar"]),
        ("see pkg/mod.py", "mod", ["mod"]),
        ("set retries=5", "retries", ["retri"]),
        ("Mail it-desk@acme.test", "desk", ["desk"]),
        ("since 2026-03-01", "2026", ["2026"]),
        ("the 3rd of iPhone", "rd phone", []),
    ],
)
def test_name_is_found_by_its_parts(document: str, question: str, parts: list[str]) -> None:
    assert met(document, question) == parts


PAGES = {
    "de": "Die Rechnungen werden von der Buchhaltung geprüft. Die Mülltrennung in den Küchen ist für alle da.",
    "nl": "De vergaderingen zijn in de grote zaal en de aanvragen voor het verlof gaan naar de leidinggevende.",
    "fr": "Les demandes de congés sont envoyées à l'entreprise dans les délais, avec les pièces nécessaires.",
    "es": "Las solicitudes de vacaciones se envían a la dirección con los documentos que son necesarios para el viaje.",
    "it": "Le richieste di ferie sono approvate dall'azienda e gli uffici le inviano con i documenti della persona.",
    "pt": "Os pedidos de férias são enviados para a direção com os documentos que não estão nas pastas dos colegas.",
    "sv": "Ansökningarna om ledighet skickas till chefen och de måste vara inne före den första dagen i månaden.",
    "da": "Ansøgningerne om ferie sendes til lederen, og de skal være inde før den første dag i måneden.",
    "no": "Søknadene om ferie sendes til lederen etter hvert, og de må være inne før den første dagen i måneden.",
}


@pytest.mark.parametrize(
    ("code", "question"),
    [
        ("de", "Rechnung Muelltrennung Küche"),
        ("nl", "vergadering aanvraag"),
        ("fr", "demande congé entreprise"),
        ("es", "solicitud documento"),
        ("it", "richiesta approvato azienda"),
        ("pt", "pedido documento"),
        ("sv", "ansökning dag"),
        ("da", "ansøgning leder"),
        ("no", "søknad dag"),
    ],
)
def test_question_meets_a_passage_in_the_stems_of_its_language(code: str, question: str) -> None:
    assert language_of(PAGES[code]).code == code
    assert len(met(PAGES[code], question)) == len(question.split())


def test_each_word_of_a_passage_is_met_by_one_spelling_at_most() -> None:
    for page in (*PAGES.values(), "Invoices are approved by the controller within two working days of the invoice"):
        for word in spellings(page):
            assert len(set(word) & set(terms(page))) <= 1


def test_english_passage_has_no_terms_of_another_language() -> None:
    """So nothing that a question may mean in another language changes how English passages rank."""
    page = "The invoices of VT-300 sensors go to the Küche of Zürich, see the Übersicht or the café's résumé."
    others = {spelling for word in spellings(page + " general generous notes") for spelling in word[1:]}
    assert others
    assert not others & set(terms(page))


@pytest.mark.parametrize(
    "text", ["", "Zürich", "Rio de Janeiro", "de la Cruz, Maria", "a, o, e", "| ID | EN | DE |", "VT-300: 65 %"]
)
def test_what_is_no_plain_text_in_another_language_is_english(text: str) -> None:
    assert language_of(text).code == "en"


def test_english_page_that_quotes_another_language_stays_english() -> None:
    quoted = "The sign on the door says: Die Tür ist zu und wird von der Wache bewacht. It is there for the guards."
    assert (
        language_of(quoted + " We have asked them to be kind to all of our visitors and to let them in.").code == "en"
    )


def test_parts_of_a_text_take_the_language_of_the_whole() -> None:
    german = language_of(PAGES["de"])
    assert set(terms("Rechnungen", german)) <= set(terms(PAGES["de"]))
    assert terms("Rechnungen") != terms("Rechnungen", german)


def test_question_and_document_meet_in_the_same_terms() -> None:
    assert met("Invoices are approved by", "approving invoices") == ["approv", "invoic"]


def test_what_terms_are_is_as_the_stored_ones_were_made() -> None:
    """Whoever changes what is a term must bring the stored ones up to date, as migration 0006 does, and then this."""
    texts = [*PAGES.values(), *(text for text, _, _ in NAMES), "the Policies of an employee aren't 1,200 EUR; l’été"]
    made = hashlib.sha256("\n".join(term for text in texts for term in terms(text)).encode()).hexdigest()
    assert made[:16] == "da4ffa3005dbfc32"


def test_blob_is_no_term() -> None:
    assert all(len(term) <= LONGEST_TERM for term in terms("a-" * 10_000 + " x.y" * 3))


@given(st.text(max_size=300))
def test_any_text_has_terms_or_none(text: str) -> None:
    assert all(term and term == term.strip() for term in terms(text))
    assert terms(text) == terms(text)


def test_megabyte_takes_less_than_seconds() -> None:
    text = "The quarterly reviews of billing-api, ERR_4012 and 1,200 other things aren't finished. " * 12_000
    began = time.process_time()
    terms(text)
    assert time.process_time() - began < 5  # below 1 s where nothing else runs
