"""How an address says where in a document a passage stands."""

import pytest

from connectors.files import Converted, convert
from connectors.files.kinds import Kind
from connectors.files.places import at, fragment
from tests.connectors.files.making import pdf, presentation, slide, text

URL = "https://files.acme.test/manual.PDF?v=2"
TWO = "The end of it.\n\n## Page 3\n\nThe beginning.\n\n## Page 4\n\nMore."


@pytest.mark.parametrize(
    ("path", "passage", "quote", "address"),
    [
        (("Manual", "Page 3", "Storage"), "Grease it.", "", f"{URL}#page=3"),
        (("Manual", "Page 2"), TWO, "The end", f"{URL}#page=2"),
        (("Manual",), TWO, "beginning", f"{URL}#page=3"),
        (("Manual",), TWO, "More.", f"{URL}#page=4"),
        (("Manual",), TWO, "not in there", f"{URL}#page=3"),
        (("Manual",), "Grease it.", "", URL),
        (("Page of honour",), "Grease it.", "", URL),
    ],
)
def test_a_pdf_opens_at_the_page_of_what_is_quoted(
    path: tuple[str, ...], passage: str, quote: str, address: str
) -> None:
    assert at(URL, path, passage, quote) == address


@pytest.mark.parametrize(
    "url", ["https://wiki.acme.test/pages/1", f"{URL}#page=9", "https://[", "https://a.test/x?y=a.pdf"]
)
def test_any_other_address_stays_as_it_is(url: str) -> None:
    assert at(url, ("Page 3",)) == url


def test_of_a_sheet_and_a_slide_an_address_says_what_its_source_calls_them() -> None:
    assert fragment(Kind.SHEETS, ("Book", "Prices", "Pumps"), known={"Prices": "gid=7"}) == "gid=7"
    assert fragment(Kind.SLIDES, ("Deck", "Slide 12: Page 3"), known={"12": "slide=id.p12"}) == "slide=id.p12"
    assert fragment(Kind.SLIDES, ("Deck", "Slide 12"), known={}) == ""
    assert fragment(Kind.SHEETS, ("Book", "Page 3")) == ""


def test_headings_that_a_conversion_writes_are_found_again() -> None:
    made = [("a.pdf", pdf(text("It is so."))), ("a.pptx", presentation(lambda made: slide(made, "Why", "It is so.")))]
    found = [convert(name=name, media_type="", data=data) for name, data in made]
    texts = [one.text for one in found if isinstance(one, Converted)]
    assert fragment(Kind.PDF, (), texts[0], "It is so.") == "page=1"
    assert fragment(Kind.SLIDES, (), texts[1], "It is so.", {"1": "slide=id.a"}) == "slide=id.a"
