"""Files made to do harm, or broken by chance. Each is told with its reason, in bounded time and memory, and the next one is
read as if nothing had been.
"""

import io
import os
import signal
import struct
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from connectors.files import Converted, Limits, Unreadable, convert
from connectors.files.nouns import BROKEN, OUT_OF_MEMORY, TOO_SLOW, Job
from connectors.files.workers import Workers
from tests.connectors.files.making import book_of, part, pdf, read, refused, text, with_parts, word

PLAIN = word(lambda document: document.add_paragraph("What it says."))
BOOK = book_of(["a", "b"], ["c", "d"])
PAGE = pdf(text("What it says."))
MAIN = "word/document.xml"
DAMAGED = "it is damaged, or nothing that we understand: "
DEFINES = "it brings definitions of its own (a DTD), as no office writes them"
NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def document(paragraphs: str, *, before: str = "") -> bytes:
    body = f'{before}<w:document xmlns:w="{NAMESPACE}"><w:body>{paragraphs}</w:body></w:document>'
    return with_parts(PLAIN, {MAIN: body.encode()})


def paragraph(words: str) -> str:
    return f"<w:p><w:r><w:t>{words}</w:t></w:r></w:p>"


class TestZip:
    def test_what_expands_without_end_is_not_opened(self) -> None:
        bomb = with_parts(PLAIN, {"word/media/a.bin": bytes(50_000_000)})
        assert refused("a.docx", bomb) == "a part of it expands more than 200-fold"

    def test_what_expands_to_more_than_may_be_in_all_is_not_opened(self) -> None:
        several = with_parts(PLAIN, {f"word/media/{at}.bin": os.urandom(1000) * 20 for at in range(20)})
        assert "it would expand to" in refused("a.docx", several, Limits(most_expanded_bytes=300_000))

    def test_a_zip_in_it_is_never_opened(self) -> None:
        inner = io.BytesIO()
        with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as package:
            package.writestr("a.bin", bytes(50_000_000))
        found = read("a.docx", with_parts(PLAIN, {"word/embeddings/inner.zip": inner.getvalue()}))
        assert found == Converted(text="What it says.", losses=("embedded objects",))

    def test_more_parts_than_may_be_are_not_opened(self) -> None:
        many = with_parts(PLAIN, {f"word/media/{at}": b"" for at in range(200)})
        assert refused("a.docx", many, Limits(most_entries=100)).endswith("parts, more than 100")

    def test_a_part_that_lies_about_its_size_is_damaged(self) -> None:
        data = bytearray(with_parts(PLAIN, {MAIN: part(PLAIN, MAIN) + b" " * 3_000_000}))
        true, said = struct.pack("<L", len(part(bytes(data), MAIN))), struct.pack("<L", 1_000)
        assert data.count(true) == 2  # before the part, and in the table of contents
        assert refused("a.docx", bytes(data.replace(true, said))).startswith(("it is damaged", DAMAGED))

    def test_names_that_lead_elsewhere_write_nothing_there(self, tmp_path: Path) -> None:
        aside = tmp_path / "written"
        found = read("a.docx", with_parts(PLAIN, {f"../../../../../..{aside}": b"x", "/etc/footnote-test": b"x"}))
        assert found.text == "What it says."
        assert found.losses == ("parts that are named as if they lay elsewhere",)
        assert not aside.exists()

    def test_two_parts_of_one_name_are_no_document(self) -> None:
        held = io.BytesIO(PLAIN)
        with zipfile.ZipFile(held, "a") as package, pytest.warns(UserWarning, match="Duplicate"):
            package.writestr(MAIN, part(PLAIN, MAIN))
        assert refused("a.docx", held.getvalue()) == "it holds two parts of one name"

    def test_a_part_that_claims_two_gigabytes_is_not_opened(self) -> None:
        data = with_parts(PLAIN, {MAIN: part(PLAIN, MAIN) + b" " * 3_000_000})
        true = struct.pack("<L", len(part(data, MAIN)))
        assert "it would expand to" in refused("a.docx", data.replace(true, struct.pack("<L", 2_000_000_000)))

    @pytest.mark.parametrize("kept", [0.1, 0.5, 0.9, 0.99])
    def test_a_truncated_file_is_told(self, kept: float) -> None:
        for name, data in (("a.docx", PLAIN), ("a.xlsx", BOOK)):
            assert refused(name, data[: int(len(data) * kept)]).startswith("it is damaged")


LAUGHS = "".join(f'<!ENTITY l{at} "{f"&l{at - 1};" * 10}">' for at in range(1, 10))
DTDS = {
    "billion laughs": f'<!DOCTYPE w [<!ENTITY l0 "ha">{LAUGHS}]>',
    "external": '<!DOCTYPE w [<!ENTITY l9 SYSTEM "file:///etc/hostname">]>',
    "elsewhere": '<!DOCTYPE w SYSTEM "http://127.0.0.1:1/a.dtd">',
    "quadratic": f'<!DOCTYPE w [<!ENTITY l9 "{"ha" * 50_000}">]>',
}


class TestXml:
    @pytest.mark.parametrize("dtd", DTDS.values(), ids=DTDS)
    def test_definitions_are_refused_before_anything_is_read(self, dtd: str) -> None:
        assert refused("a.docx", document(paragraph("&l9;" * 100), before=dtd)) == DEFINES

    def test_so_they_are_in_another_encoding_and_under_another_name(self) -> None:
        hidden = ('<?xml version="1.0" encoding="UTF-16"?>' + DTDS["external"] + "<w>&l9;</w>").encode("utf-16")
        assert refused("a.docx", with_parts(PLAIN, {"word/media/picture.png": hidden})) == DEFINES

    def test_so_they_are_in_a_workbook(self) -> None:
        sheet = part(BOOK, "xl/worksheets/sheet1.xml")
        assert (
            refused("a.xlsx", with_parts(BOOK, {"xl/worksheets/sheet1.xml": DTDS["billion laughs"].encode() + sheet}))
            == DEFINES
        )

    def test_what_is_nested_too_deep_is_told(self) -> None:
        deep = "<w:p>" * 20_000 + "</w:p>" * 20_000
        assert refused("a.docx", document(deep)).startswith(DAMAGED)

    def test_an_inclusion_includes_nothing(self) -> None:
        include = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/hostname" parse="text"/>'
        assert read("a.docx", document(include + paragraph("What it says."))).text == "What it says."


class TestWorkbook:
    def test_a_row_far_below_costs_nothing(self) -> None:
        sheet = part(BOOK, "xl/worksheets/sheet1.xml")
        for old, new in ((b'<row r="2"', b'<row r="1048576"'), (b'"A2"', b'"A1048576"'), (b'"B2"', b'"B1048576"')):
            assert old in sheet
            sheet = sheet.replace(old, new)
        found = read("a.xlsx", with_parts(BOOK, {"xl/worksheets/sheet1.xml": sheet}))
        assert found == Converted(text="## Sheet\n\na: b", losses=("rows of a sheet beyond 20,000",))

    def test_a_merged_cell_over_the_whole_sheet_is_one_cell(self) -> None:
        sheet = part(BOOK, "xl/worksheets/sheet1.xml").replace(
            b"</sheetData>", b'</sheetData><mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>'
        )
        assert len(read("a.xlsx", with_parts(BOOK, {"xl/worksheets/sheet1.xml": sheet})).text) < 1_000

    def test_macros_are_told_and_never_run(self) -> None:
        types = part(BOOK, "[Content_Types].xml").replace(
            b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
            b"application/vnd.ms-excel.sheet.macroEnabled.main+xml",
        )
        found = read("a.xlsm", with_parts(BOOK, {"[Content_Types].xml": types, "xl/vbaProject.bin": b"Sub AutoOpen()"}))
        assert "| a | b |" in found.text
        assert found.losses == ("macros, which are never run",)

    def test_so_they_are_in_a_document(self) -> None:
        found = read("a.docm", with_parts(PLAIN, {"word/vbaProject.bin": b"Sub AutoOpen()"}))
        assert found == Converted(text="What it says.", losses=("macros, which are never run",))


class TestLocked:
    def test_a_document_behind_a_password_is_told(self) -> None:
        shell = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "EncryptedPackage".encode("utf-16-le") + bytes(5_000)
        assert refused("a.docx", shell) == "it is protected by a password"

    def test_a_document_of_old_is_told(self) -> None:
        shell = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(5_000)
        assert refused("a.doc", shell) == "it is of Office before 2007, which is not read"

    def test_a_pdf_behind_a_password_is_told(self) -> None:
        from reportlab.lib.pdfencrypt import StandardEncryption
        from reportlab.pdfgen.canvas import Canvas

        held = io.BytesIO()
        canvas = Canvas(held, encrypt=StandardEncryption("open sesame", "owner", strength=128))
        canvas.drawString(100, 100, "secret")
        canvas.save()
        assert refused("a.pdf", held.getvalue()) == "it is protected by a password"


def raw_pdf(*objects: str) -> bytes:
    """Its first object is the catalogue."""
    body, places = b"%PDF-1.4\n", []
    for number, written in enumerate(objects, start=1):
        places.append(len(body))
        body += f"{number} 0 obj\n{written}\nendobj\n".encode()
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = (
        f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer << /Size {len(objects) + 1} /Root 1 0 R >>\n"
    )
    return body + end.encode() + f"startxref\n{len(body)}\n%%EOF".encode()


CATALOGUE = "<< /Type /Catalog /Pages 2 0 R >>"
LOOPS = {
    "pages within themselves": (CATALOGUE, "<< /Type /Pages /Kids [2 0 R] /Count 1 >>"),
    "a page that is its own parent": (
        CATALOGUE,
        "<< /Type /Pages /Kids [3 0 R 2 0 R 3 0 R] /Count 3 >>",
        "<< /Type /Page /Parent 3 0 R >>",
    ),
    "an object that is itself": ("<< /Type /Catalog /Pages 1 0 R >>",),
    "contents that are themselves": (
        CATALOGUE,
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R >>",
        "<< /Length 4 0 R >>",
    ),
    "a million pages": (
        CATALOGUE,
        "<< /Type /Pages /Kids [3 0 R] /Count 1000000 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>",
    ),
    "a form within itself": (
        CATALOGUE,
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 5 0 R /Resources << /XObject << /F 4 0 R >> >> >>",
        "<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /F 4 0 R >> >> /Length 4 >>\nstream\n/F Do\nendstream",
        "<< /Length 4 >>\nstream\n/F Do\nendstream",
    ),
}


class TestPdf:
    @pytest.mark.parametrize("objects", LOOPS.values(), ids=LOOPS)
    def test_what_goes_round_in_circles_comes_to_an_end(self, objects: tuple[str, ...]) -> None:
        started = time.monotonic()
        assert isinstance(convert(name="a.pdf", media_type="", data=raw_pdf(*objects)), Unreadable)
        assert time.monotonic() - started < 10

    @pytest.mark.parametrize("kept", [0.02, 0.3, 0.6, 0.95])
    def test_a_truncated_one_is_read_as_far_as_it_goes_or_told(self, kept: float) -> None:
        found = convert(name="a.pdf", media_type="", data=PAGE[: int(len(PAGE) * kept)])
        assert isinstance(found, Unreadable) or "What it says." in found.text

    def test_a_script_in_it_is_not_run(self) -> None:
        script = PAGE.replace(
            b"/Type /Catalog", b"/Type /Catalog /OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>"
        )
        assert "What it says." in read("a.pdf", script).text


def large_document(size: int) -> bytes:
    lines = "".join(paragraph(f"{at} {os.urandom(20).hex()}") for at in range(size))
    return document(lines)


class TestProcess:
    def test_what_needs_more_memory_than_it_may_is_told(self) -> None:
        limits = Limits(memory_bytes=280_000_000, most_ratio=100_000)
        eater = document(paragraph("x" * 60_000_000))
        assert convert(name="a.docx", media_type="", data=eater, limits=limits) in {OUT_OF_MEMORY, BROKEN}
        assert read("a.docx", PLAIN, limits).text == "What it says."

    def test_what_takes_longer_than_it_may_is_ended(self) -> None:
        data = large_document(10_000)
        started = time.monotonic()
        assert convert(name="a.docx", media_type="", data=data, limits=Limits(seconds=0.2)) == TOO_SLOW
        assert time.monotonic() - started < 5
        assert read("a.docx", PLAIN).text == "What it says."

    def test_a_process_that_is_killed_hurts_nobody(self) -> None:
        with at_work() as (workers, outcomes, pid):
            os.kill(pid, signal.SIGKILL)
            assert outcomes() == BROKEN
            assert isinstance(workers.ask(Job(name="a.docx", media_type="", limits=Limits()), PLAIN), Converted)

    def test_so_does_one_whose_child_is_killed(self) -> None:
        with at_work() as (_, outcomes, pid):
            os.kill(child_of(pid), signal.SIGKILL)
            assert outcomes() == BROKEN

    def test_nothing_is_left_behind(self) -> None:
        with at_work() as (_, outcomes, pid):
            child = child_of(pid)
            os.kill(pid, signal.SIGKILL)
            outcomes()
        until = time.monotonic() + 5  # a large process takes a while to go
        while (left := [one for one in (pid, child) if is_running(one)]) and time.monotonic() < until:
            time.sleep(0.01)
        assert left == []

    def test_a_caller_that_is_killed_leaves_no_process(self) -> None:
        with subprocess.Popen([sys.executable, "-c", f"{CALLER}; input()"], stdin=-1, stdout=-1, text=True) as caller:
            assert caller.stdout is not None
            pid = int(caller.stdout.readline())
            assert is_running(pid)
            caller.kill()
        until = time.monotonic() + 5
        while is_running(pid) and time.monotonic() < until:
            time.sleep(0.01)
        assert not is_running(pid)

    def test_many_threads_may_ask_at_once(self) -> None:
        files = [("a.docx", PLAIN), ("a.xlsx", BOOK), ("a.pdf", PAGE), ("a.pdf", b"%PDF-"), ("a.docx", PLAIN[:500])] * 4
        with ThreadPoolExecutor(8) as threads:
            found = list(threads.map(lambda one: convert(name=one[0], media_type="", data=one[1]), files))
        assert found[:5] * 4 == found
        assert [isinstance(one, Converted) for one in found[:5]] == [True, True, True, False, False]

    def test_one_file_leaves_nothing_for_the_next(self) -> None:
        """Each is read in a process of its own, which has no environment of ours."""
        asked = (
            f"import os; os.environ['SECRET'] = 'x'; {CALLER}; print('SECRET' in open(f'/proc/{{pid}}/environ').read())"
        )
        told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
        assert told.stdout.split("\n")[1] == "False"


CALLER = (
    "from connectors.files import Limits; from connectors.files.nouns import Job; from connectors.files.workers import Workers; "
    "w = Workers(); w.ask(Job(name='a.pdf', media_type='', limits=Limits()), b'%PDF-'); "
    "pid = w._idle[0]._process.pid; print(pid, flush=True)"
)


@contextmanager
def at_work() -> Iterator[tuple[Workers, "Asked", int]]:
    """A process in the middle of a file that takes long."""
    workers = Workers()
    asked = Asked(workers, large_document(12_000))
    try:
        yield workers, asked, asked.pid()
    finally:
        asked.join()
        workers.close()


class Asked(threading.Thread):
    def __init__(self, workers: Workers, data: bytes) -> None:
        super().__init__()
        self._workers, self._data = workers, data
        self._found: list[Converted | Unreadable] = []
        self._before = children(os.getpid())
        self.start()

    def run(self) -> None:
        self._found.append(self._workers.ask(Job(name="a.docx", media_type="", limits=Limits()), self._data))

    def __call__(self) -> Converted | Unreadable:
        self.join()
        return self._found[0]

    def pid(self) -> int:
        until = time.monotonic() + 20
        while time.monotonic() < until:
            for one in children(os.getpid()) - self._before:
                if children(one):
                    return one
            time.sleep(0.005)
        raise AssertionError("no process has begun")


def children(pid: int) -> set[int]:
    return {int(one) for task in Path(f"/proc/{pid}/task").iterdir() for one in (task / "children").read_text().split()}


def is_running(pid: int) -> bool:
    """What has ended may wait to be asked how."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


def child_of(pid: int) -> int:
    (found,) = children(pid)
    return found
