"""What is this file? Its own first bytes say so; its name and its type only where the bytes say nothing."""

from enum import StrEnum
from typing import Final

from connectors.files.nouns import Unreadable


class Kind(StrEnum):
    WORD = "a Word document"
    SHEETS = "a workbook"
    SLIDES = "a presentation"
    PDF = "a PDF"
    HTML = "a web page"
    CSV = "a table of values"
    MARKDOWN = "Markdown"
    PLAIN = "plain text"
    JSON = "JSON"
    YAML = "YAML"


TEXTS: Final = frozenset({Kind.HTML, Kind.CSV, Kind.MARKDOWN, Kind.PLAIN, Kind.JSON, Kind.YAML})
_ENDINGS: Final = {
    **dict.fromkeys(("docx", "docm", "dotx", "dotm"), Kind.WORD),
    **dict.fromkeys(("xlsx", "xlsm", "xltx", "xltm"), Kind.SHEETS),
    **dict.fromkeys(("pptx", "pptm", "ppsx", "ppsm", "potx", "potm"), Kind.SLIDES),
    "pdf": Kind.PDF,
    **dict.fromkeys(("html", "htm"), Kind.HTML),
    **dict.fromkeys(("csv", "tsv"), Kind.CSV),
    **dict.fromkeys(("md", "markdown"), Kind.MARKDOWN),
    **dict.fromkeys(("txt", "text"), Kind.PLAIN),
    "json": Kind.JSON,
    **dict.fromkeys(("yaml", "yml"), Kind.YAML),
}
_OFFICE: Final = "application/vnd.openxmlformats-officedocument."
_TYPES: Final = {
    f"{_OFFICE}wordprocessingml.document": Kind.WORD,
    f"{_OFFICE}spreadsheetml.sheet": Kind.SHEETS,
    f"{_OFFICE}presentationml.presentation": Kind.SLIDES,
    "application/pdf": Kind.PDF,
    "text/html": Kind.HTML,
    "text/csv": Kind.CSV,
    "text/tab-separated-values": Kind.CSV,
    "text/markdown": Kind.MARKDOWN,
    "text/plain": Kind.PLAIN,
    "application/json": Kind.JSON,
    "application/yaml": Kind.YAML,
}
NOT_READ: Final = Unreadable(reason="files of this kind are not read")
_PDF: Final = b"%PDF-"
_PDF_BEGINS_WITHIN: Final = 1024
PACKAGE: Final = b"PK\x03\x04"
_OLD: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")


def named(name: str, media_type: str = "") -> Kind | None:
    """What it says that it is."""
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    return _ENDINGS.get(ending) or _TYPES.get(media_type.partition(";")[0].strip().lower())


def plain_text(name: str, media_type: str, data: bytes) -> Kind | None:
    """What it is, if it needs no parser that could be harmed."""
    said = named(name, media_type)
    is_plain = said in TEXTS and said is not Kind.HTML and not data.startswith((PACKAGE, _PDF, _OLD))
    return said if is_plain and data.strip() else None


def kind(name: str, media_type: str, data: bytes) -> Kind | Unreadable | None:
    """What it is. None: a package, and what is in there must tell."""
    said = named(name, media_type)
    if not data.strip(b"\0 \t\r\n"):
        return Unreadable(reason="it is empty")
    if data.startswith(_OLD):
        return Unreadable(reason=_old(data))
    if data.startswith(PACKAGE):
        return None
    if data.startswith(_PDF) or (said not in TEXTS and _PDF in data[:_PDF_BEGINS_WITHIN]):
        return Kind.PDF
    if said is None:
        return NOT_READ
    return said if said in TEXTS else Unreadable(reason=f"it is not {said}, though its name or type says so")


def _old(data: bytes) -> str:
    """Both come in the same shell."""
    return "it is protected by a password" if _ENCRYPTED in data else "it is of Office before 2007, which is not read"
