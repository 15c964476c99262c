"""The words of the assistant, as values. See DESIGN: one idea, one word."""

import secrets
from datetime import datetime
from typing import Any, Literal, NewType

from pydantic import Field

from policies.people import Email, Noun

ReceiptId = NewType("ReceiptId", str)
DocumentId = NewType("DocumentId", str)  # source + the source's stable id
PassageId = NewType("PassageId", str)
ListId = NewType("ListId", str)  # an interned access list


def new_receipt_id() -> ReceiptId:
    """Opaque: not a count, so that it tells nothing about how much others ask."""
    return ReceiptId("r_" + secrets.token_hex(12))


def document_id(source: str, id_at_source: str) -> DocumentId:
    return DocumentId(f"{source}:{id_at_source}")


def source_of(id_of_document_or_list: str) -> str:
    return id_of_document_or_list.partition(":")[0]


class Place(Noun):
    """Where a question was put, and hence where its reply goes."""

    surface: Literal["cli"] = "cli"


class Question(Noun):
    """What was asked, by whom, where. `operator` is who used `--as` to ask in the asker's name."""

    receipt: ReceiptId
    text: str
    asker: Email
    place: Place
    asked_at: datetime
    operator: str | None = None


class Piece(Noun):
    """A part of a document, cut where its own structure cuts it. Once retrieved it is a Passage."""

    ordinal: int
    heading_path: tuple[str, ...]
    text: str

    @property
    def embedded_text(self) -> str:
        """What stands for this piece in the vector space: where it stands and what it says."""
        return "\n".join((" › ".join(self.heading_path), self.text)) if self.heading_path else self.text


class Event(Noun):
    """Something that happened, to be appended to the ledger."""

    kind: str
    receipt: ReceiptId | None = None
    body: dict[str, Any] = Field(default_factory=dict)
