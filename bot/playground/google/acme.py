"""The sample company's Google: its finance and sales handbooks as a shared drive and a My Drive, for the same readers.

What the files say of access becomes what people do in Drive: who is in a shared drive, folders and files that are
shared, folders that are limited. Beside them what every real Drive has: links, ends, shortcuts, trash, guests.
"""

from collections.abc import Mapping
from datetime import date
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Final

from bot.playground.company import ACME, NAMES
from bot.playground.google.directory import Directory
from bot.playground.google.drive import Drive
from bot.playground.google.nouns import DOCX, PDF, PPTX, SHEET, SLIDES, XLSX, Role
from bot.playground.handbook import ANYONE, Layer, Source, noon, people, sources
from bot.playground.slack.clock import Clock
from bot.playground.world import World

DOMAIN: Final = "acme.test"
ADMIN: Final = "it@acme.test"  # administers the domain, and organizes every shared drive
CFO: Final = "petra@acme.test"
SALES_OPS: Final = "marcus@acme.test"  # whose My Drive the sales folder lies in
HIDDEN: Final = "harriet@acme.test"
FORMER: Final = "tom@acme.test"  # suspended, and still a member of everything
AUDITOR: Final = "auditor@ledger-partners.test"
ALIASES: Final = {"ana": "ana.ribeiro@acme.test", "ben": "b.visser@acme.test", "dev": "devk@acme.test"}
FINANCE: Final = "finance"  # as a directory of the handbook
SALES: Final = "sales"
WEEK: Final = 7 * 86_400.0

# Folders that inherit nothing, and who may open them. In the shared drive a file that has two layers lies in one.
BOARD: Final = PurePosixPath("forecast-2026-q4.md")
BOARDS_READERS: Final = ("fin-analysts@acme.test", "exec@acme.test")
DEALS: Final = PurePosixPath("deals")


def acme(*, clock: Clock | None = None, folder: Path = ACME) -> World:
    world = World(clock=clock, name="Acme", domain=DOMAIN)
    fill(world, folder)
    return world


def fill(world: World, folder: Path = ACME) -> None:
    """A company that may have other sites already."""
    _people(world.google.directory, folder)
    finance = _finance(world.google.drive, folder / FINANCE)
    sales = _sales(world.google.drive, folder / SALES)
    _office_files(world, folder / "drive", finance=finance, sales=sales)
    _margins(world, finance=finance, sales=sales)


def file_id(path: str) -> str:
    """Of a file of the handbook: the same in every run. `finance/mileage.md`."""
    return ("1" + sha256(f"acme {path}".encode()).hexdigest())[:33]


# -- people


def _people(directory: Directory, folder: Path) -> None:
    """Groups hold groups, as in the file."""
    read = people(folder)
    directory.add_user(ADMIN, name="Acme IT", admin=True)
    for email in read["people"]:
        handle = email.partition("@")[0]
        aliases = [ALIASES[handle]] if handle in ALIASES else []
        directory.add_user(email, name=NAMES[handle][0], aliases=aliases, org_unit="/Staff")
    directory.add_user(CFO, name="Petra Lindqvist", org_unit="/Staff")
    directory.add_user(SALES_OPS, name="Marcus Reed", org_unit="/Staff")
    directory.add_user(HIDDEN, name="Harriet Cole", org_unit="/Staff")
    directory.add_user(FORMER, name="Tom Former", org_unit="/Leavers")
    directory.suspend(FORMER)
    for name in read["groups"]:
        directory.add_group(_address(name))
    for name, above in read["groups"].items():
        for each in above:
            directory.add_members(_address(each), _address(name))
    for email, groups in read["people"].items():
        for name in groups:
            directory.add_members(_address(name), email)
    for email, name in (
        (CFO, "exec"),
        (CFO, "finance"),
        (SALES_OPS, "sales-leads"),
        (HIDDEN, "exec"),
        (FORMER, "finance"),
    ):
        directory.add_members(f"{name}@{DOMAIN}", email)
    directory.add_group(f"audit-2026@{DOMAIN}", members=["chloe@acme.test", AUDITOR])


def _address(principal: str) -> str:
    """group:finance, user:chloe@acme.test"""
    kind, _, name = principal.partition(":")
    return f"{name}@{DOMAIN}" if kind == "group" else name


# -- the handbooks


def _finance(drive: Drive, directory: Path) -> str:
    """A shared drive whose members are finance; everything else is shared beyond it, file by file."""
    members: dict[str, Role] = {"finance@acme.test": "reader", ADMIN: "organizer", CFO: "fileOrganizer"}
    top = drive.add_drive("Finance", members).id
    board = drive.add_folder("Board", parent=top)
    for who in BOARDS_READERS:
        drive.share(board.id, who)
    drive.limit(board.id)
    folders = {PurePosixPath(): top}
    for source in _sorted(directory):
        if not source.layers:  # for nobody: it is in a drawer of its own
            _add(drive, FINANCE, source, owner=CFO)
            continue
        parent = board.id if source.path == BOARD else _folder(drive, source.path.parent, folders)
        _add(drive, FINANCE, source, parent=parent)
        if source.path != BOARD:
            _share(drive, FINANCE, source, already=frozenset({"group:finance"}))
    return top


def _sales(drive: Drive, directory: Path) -> str:
    """A folder in somebody's My Drive, shared with sales; and one in it that is limited."""
    top = drive.add_folder("Sales", owner=SALES_OPS).id
    drive.share(top, "sales@acme.test")
    folders = {PurePosixPath(): top}
    files = _sorted(directory)
    deals = _folder(drive, DEALS, folders)
    for principal in sorted({each for source in files if source.path.parent == DEALS for each in source.layers[0]}):
        drive.share(deals, _address(principal))
    drive.limit(deals)
    for source in files:
        _add(drive, SALES, source, parent=_folder(drive, source.path.parent, folders), owner=SALES_OPS)
        if source.path.parent != DEALS:
            _share(drive, SALES, source, already=frozenset({"group:sales"}))
    return top


def _sorted(directory: Path) -> list[Source]:
    return sorted(sources(directory), key=lambda each: each.path)


def _folder(drive: Drive, path: PurePosixPath, made: dict[PurePosixPath, str]) -> str:
    if path not in made:
        above = _folder(drive, path.parent, made)
        made[path] = drive.add_folder(path.name.replace("-", " ").capitalize(), parent=above).id
    return made[path]


def _add(drive: Drive, directory: str, source: Source, *, parent: str | None = None, owner: str | None = None) -> None:
    made = file_id(f"{directory}/{source.path}")
    drive.add_doc(source.title, source.text, parent=parent, owner=owner, at=source.updated, id=made)


def _share(drive: Drive, directory: str, source: Source, *, already: Layer) -> None:
    """With whom the folder is not shared already."""
    made = file_id(f"{directory}/{source.path}")
    (layer,) = source.layers
    for principal in sorted(layer - already):
        if principal == ANYONE:
            drive.share(made)
        else:
            drive.share(made, _address(principal))


# -- office files


def _office_files(world: World, directory: Path, *, finance: str, sales: str) -> None:
    drive, files = world.google.drive, _Files(directory)
    drive.add_doc(
        "Travel costs 2026 by team",
        files.exports(XLSX, "travel-costs-2026.xlsx"),
        mime_type=SHEET,
        parent=finance,
        at=noon(date(2026, 10, 5)),
        id=file_id("drive/travel-costs-2026.xlsx"),
    )
    terms = drive.add_file(
        "Supplier payment terms.xlsx",
        files.read("supplier-payment-terms.xlsx"),
        mime_type=XLSX,
        parent=finance,
        at=noon(date(2026, 9, 1)),
        id=file_id("drive/supplier-payment-terms.xlsx"),
    )
    drive.share(terms.id, discoverable=False)  # by a link, which lets nobody find it
    stock = drive.add_file(
        "Stocktake Utrecht October 2026.docx",
        files.read("stocktake-utrecht-2026-10.docx"),
        mime_type=DOCX,
        parent=finance,
        at=noon(date(2026, 10, 30)),
        id=file_id("drive/stocktake-utrecht-2026-10.docx"),
    )
    drive.share(stock.id, "audit-2026@acme.test")
    drive.share(stock.id, "ana@acme.test", expires=world.clock.now() + WEEK)
    drive.add_doc(
        "Pipeline review Q3 2026",
        files.exports(PPTX, "pipeline-review-2026-q3.pptx"),
        mime_type=SLIDES,
        parent=sales,
        at=noon(date(2026, 10, 12)),
        id=file_id("drive/pipeline-review-2026-q3.pptx"),
    )
    guide = drive.add_file(
        "EG-40L installation guide for partners.pdf",
        files.read("eg-40l-installation-guide.pdf"),
        mime_type=PDF,
        parent=sales,
        at=noon(date(2026, 3, 16)),
        id=file_id("drive/eg-40l-installation-guide.pdf"),
    )
    drive.share(guide.id, DOMAIN)


class _Files:
    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def read(self, name: str) -> bytes:
        return (self._directory / name).read_bytes()

    def exports(self, mime_type: str, name: str) -> Mapping[str, bytes]:
        return {mime_type: self.read(name)}


# -- what every Drive has


def _margins(world: World, *, finance: str, sales: str) -> None:
    drive = world.google.drive
    drive.add_shortcut(file_id("drive/travel-costs-2026.xlsx"), name="Travel costs", parent=sales)
    drive.add_shortcut(file_id("sales/price-list-2026.md"), parent=finance)
    minutes = drive.add_doc(
        "Audit committee, minutes",
        "# Audit committee\n\nAssistants may not use these.",
        parent=finance,
        at=noon(date(2026, 5, 20)),
    )
    drive.set_gen_ai(minutes.id, False)
    form = drive.add_doc(
        "Signature specimens", "# Signature specimens\n\nNot to be copied.", parent=finance, at=noon(date(2026, 2, 2))
    )
    drive.set_copy_requires_writer(form.id, True)
    old = drive.add_doc("Price list 2025", "# Price list 2025\n\nNo longer valid.", parent=sales)
    drive.trash(old.id)
    draft = drive.add_doc(
        "Letter to the auditor", "# Letter to the auditor\n\nA draft.", owner=CFO, at=noon(date(2026, 6, 1))
    )
    drive.share(draft.id, AUDITOR, "commenter")
    drive.share(draft.id, "chloe@acme.test", "writer", pending_owner=True)
    fair = drive.add_drive("Pump Days 2025", {"sales@acme.test": "writer", ADMIN: "organizer"})
    drive.add_doc("Stand plan 2025", "# Stand plan 2025\n\nStand 2.108.", parent=fair.id)
    drive.remove_drive(fair.id)
