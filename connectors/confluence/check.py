"""Before a source is added: can we read what has to be read, what is lost without the rest, and what would be indexed?

It only reads, and it writes nothing down. What is missing is named by what has to be given, not by what failed.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Final

from connectors.confluence import access, normalise
from connectors.confluence.accounts import accounts
from connectors.confluence.client import Client
from connectors.confluence.documents import Told, ensure
from connectors.confluence.normalise import Entry, Space, space_id
from connectors.confluence.people import resolve
from connectors.confluence.reader import Reader
from connectors.confluence.settings import Settings
from connectors.confluence.tree import Tree
from connectors.confluence.wire import Kind
from connectors.model import AccessUnknown, Fatal, Problem, Retryable
from policies.access import AccessList, Layer, may_read
from policies.people import Email, Noun, Person, Principal

SAMPLED: Final = 40  # pages of a space, and blog posts of it
CHARACTERS_A_PIECE: Final = 1_100
_REFUSALS: Final = (AccessUnknown, Fatal)


class Finding(Noun):
    """One thing that was tried. `needed`: nothing works without it; else `lost` says what does not."""

    what: str
    ok: bool
    needed: bool
    scope: str
    lost: str
    said: str = ""


class Report(Noun):
    account: str | None
    spaces: tuple[str, ...]  # keys
    unseen: tuple[str, ...]
    findings: tuple[Finding, ...]

    @property
    def is_ready(self) -> bool:
        return not self.unseen and all(one.ok for one in self.findings if one.needed)

    @property
    def missing(self) -> tuple[Finding, ...]:
        return tuple(one for one in self.findings if not one.ok)


def check(source: str, settings: Settings, client: Client) -> Report:
    """Raises Fatal, where the credentials are no good at all, and Retryable, where the site does not answer."""
    reader = Reader(source, settings, client)
    me = client.me()
    spaces: dict[str, Space] = {}
    findings = [_tried(_SPACES, lambda: spaces.update(reader.spaces()))]
    some = next(iter(spaces.values()), None)
    if some is not None:
        findings += _of_a_space(reader, spaces, some, me.account_id if me else None)
    findings += [
        _tried(_PEOPLE, lambda: resolve(source, accounts(reader), {})),
        _found(_WHO, me is not None, "" if me is not None else "the account of the token was not told"),
    ]
    seen = tuple(sorted(space.key for space in spaces.values()))
    return Report(
        account=(me.display_name or me.email or me.account_id) if me else None,
        spaces=seen,
        unseen=tuple(key for key in settings.spaces if key not in seen),
        findings=tuple(findings),
    )


class _Need(Noun):
    what: str
    scope: str
    needed: bool = False
    lost: str = "everything: nothing is read without it"


_SPACES: Final = _Need(what="read spaces", scope="read:space:confluence", needed=True)
_PAGES: Final = _Need(what="read pages and blog posts", scope="read:page:confluence", needed=True)
_PERMISSIONS: Final = _Need(what="read the permissions of a space", scope="read:space:confluence", needed=True)
_RESTRICTIONS: Final = _Need(
    what="read the restrictions of a page", scope="read:content.restriction:confluence", needed=True
)
_ATTACHMENTS: Final = _Need(what="read attachments", scope="read:attachment:confluence", needed=True)
_COMMENTS: Final = _Need(what="read comments", scope="read:comment:confluence", needed=True)
_LABELS: Final = _Need(what="read labels", scope="read:label:confluence", lost="the choice by labels")
_PEOPLE: Final = _Need(
    what="read groups, their members and their e-mail addresses",
    scope="read:group:confluence read:user:confluence",
    needed=True,
    lost="everything: whoever cannot be told from others reads nothing",
)
_WHO: Final = _Need(
    what="see whose token it is", scope="read:user:confluence", lost="nothing but the name of the account in this check"
)
_CHECK: Final = _Need(
    what="ask whether a person may read a page (more than reading: Confluence administrator)",
    scope="read:content.permission:confluence",
    lost="what lies below folders, whiteboards and databases is shown to nobody, and a direct answer is checked by the "
    "groups as they were last read",
)


def _of_a_space(reader: Reader, spaces: Mapping[str, Space], some: Space, me: str | None) -> list[Finding]:
    client, ids = reader.client, [space.id for space in spaces.values()]
    pages: list[str] = []
    findings = [
        _tried(_PAGES, lambda: pages.extend(_first(client, ids))),
        _tried(_PERMISSIONS, lambda: reader.space_layer(some)),
        _tried(_ATTACHMENTS, lambda: next(client.listed(Kind.ATTACHMENT, limit=1), None)),
        _tried(_COMMENTS, lambda: [next(client.listed(kind, limit=1), None) for kind in (Kind.FOOTER, Kind.INLINE)]),
    ]
    if pages:
        page = pages[0]
        findings.append(_tried(_RESTRICTIONS, lambda: client.restriction(page)))
        if reader.settings.has_label_scope:
            findings.append(_tried(_LABELS.model_copy(update={"needed": True}), lambda: _labels(client, page)))
        findings.append(_may_ask(reader, page, me))
    return findings


def _first(client: Client, spaces: Sequence[str]) -> list[str]:
    """A page of these, if there is one."""
    for part in client.listed(Kind.PAGE, spaces=spaces, limit=1):
        if part.things:
            return [thing.id for thing in part.things]
    return []


def _labels(client: Client, page: str) -> None:
    if client.labels(Kind.PAGE, page) is None:
        raise AccessUnknown(f"the labels of {page} cannot be read")


def _may_ask(reader: Reader, page: str, me: str | None) -> Finding:
    """Of somebody else: of itself every account may ask."""
    try:
        other = next((one.id for one in accounts(reader) if one.id != me), None)
        answer = None if other is None else reader.client.may_read(page, other)
    except _REFUSALS as error:
        return _found(_CHECK, ok=False, said=str(error))
    said = "there is nobody to ask it of" if other is None else "" if answer is not None else "it may not be asked"
    return _found(_CHECK, answer is not None, said)


def _tried(need: _Need, read: Callable[[], object]) -> Finding:
    try:
        read()
    except _REFUSALS as error:
        return _found(need, ok=False, said=str(error))
    return _found(need, ok=True)


def _found(need: _Need, ok: bool, said: str = "") -> Finding:  # noqa: FBT001 - it is what was found
    return Finding(what=need.what, ok=ok, needed=need.needed, scope=need.scope, lost=need.lost, said=said)


# -- what would be indexed ---------------------------------------------------------------------------------------------


class SpacePreview(Noun):
    """`readers`: how many people could read at least one of the sampled; `closed`: of these, which nobody could."""

    key: str
    name: str
    documents: Mapping[str, int]  # by kind
    sampled: int
    characters: int  # of all pages and posts, as the sampled ones have it
    pieces: int
    readers: int
    for_everybody: int
    closed: int
    unsure: int  # only after a live check


class Preview(Noun):
    """Counted: documents. Estimated from a sample: what they hold, and who could read them."""

    spaces: tuple[SpacePreview, ...]
    people: int
    attachment_bytes: int
    problems: tuple[Problem, ...]

    @property
    def documents(self) -> Mapping[str, int]:
        total: Counter[str] = Counter()
        for space in self.spaces:
            total.update(space.documents)
        return dict(total)

    @property
    def pieces(self) -> int:
        return sum(space.pieces for space in self.spaces)


def preview(
    source: str, settings: Settings, client: Client, now: datetime, *, overrides: Mapping[Email, str] | None = None
) -> Preview:
    """Nothing is kept. Costs a listing of everything, and a few requests for each sampled page."""
    reader = Reader(source, settings, client)
    spaces = reader.spaces()
    people = resolve(source, accounts(reader), overrides or {})
    counted, attachment_bytes = _counted(reader, spaces)
    told = Told(problems=list(people.problems))
    found = tuple(
        _previewed(reader, spaces, space, counted[space_id(space.id)], people.groups.members, told, now)
        for space in sorted(spaces.values(), key=lambda one: one.key)
    )
    unseen = sorted(set(settings.spaces) - {space.key for space in spaces.values()})
    told.problems += [
        Problem(where=key, reason="this space is not there, or our account does not see it") for key in unseen
    ]
    return Preview(
        spaces=found,
        people=len(people.groups.members),
        attachment_bytes=attachment_bytes,
        problems=tuple(told.problems),
    )


def _counted(reader: Reader, spaces: Mapping[str, Space]) -> tuple[Mapping[str, Counter[str]], int]:
    where: dict[str, str] = {}
    counted: defaultdict[str, Counter[str]] = defaultdict(Counter)
    attachment_bytes = 0
    for listed_as in Kind:
        for part in reader.client.listed(listed_as, spaces=[space.id for space in spaces.values()]):
            for one in (normalise.entry(listed_as, thing) for thing in part.things):
                home = where.get(one.parent or "") if one.kind in access.HANGING else space_id(one.space or "")
                if one.current and home is not None and home in spaces:
                    where[one.id] = home
                    counted[home][one.kind] += 1
                    attachment_bytes += normalise.size(one)
    return counted, attachment_bytes


def _previewed(
    reader: Reader,
    spaces: Mapping[str, Space],
    space: Space,
    counted: Counter[str],
    members: Mapping[Email, frozenset[Principal]],
    told: Told,
    now: datetime,
) -> SpacePreview:
    tree = Tree(reader.source, {name: one.node for name, one in spaces.items()})
    sample = _sample(reader, space, told)
    shown = reader.in_scope((one.id, one.id) for one in sample)
    sample = [one for one in sample if one.id in shown]
    tree.nodes |= {one.id: one.node for one in sample}
    ensure(reader, spaces, tree, sample, (), told)
    lists = [tuple(owned.layer for owned in tree.access(one.id)) for one in sample]
    readers = [_readers(layers, members, now) for layers in lists]
    texts = [normalise.content(reader.settings.site, space, one, ()).document.text for one in sample]
    everything = sum(counted[kind] for kind in access.DOCUMENTS_WITH_LAYERS)
    mean = sum(map(len, texts)) / len(texts) if texts else 0.0
    pieces = sum(max(1, -(-len(text) // CHARACTERS_A_PIECE)) for text in texts) / len(texts) if texts else 0.0
    rest = sum(counted[kind] for kind in access.HANGING)
    return SpacePreview(
        key=space.key,
        name=space.name,
        documents=dict(counted),
        sampled=len(sample),
        characters=round(mean * everything),
        pieces=round(pieces * everything) + rest,
        readers=len(frozenset[Email]().union(*readers)),
        for_everybody=sum(len(one) == len(members) for one in readers),
        closed=sum(not one for one in readers),
        unsure=sum(any(layer.unsure for layer in layers) for layers in lists),
    )


def _sample(reader: Reader, space: Space, told: Told) -> list[Entry]:
    found: list[Entry] = []
    for listed_as in (Kind.PAGE, Kind.BLOGPOST):
        try:
            parts = reader.client.listed(listed_as, spaces=[space.id], bodies=True, limit=SAMPLED)
            things = (thing for part in parts for thing in part.things)
            found += [normalise.entry(listed_as, thing) for thing in islice(things, SAMPLED)]
        except Retryable as error:
            told.problems.append(Problem(where=space.key, reason=str(error)))
    return [one for one in found if one.current]


def _readers(
    layers: tuple[Layer, ...], members: Mapping[Email, frozenset[Principal]], now: datetime
) -> frozenset[Email]:
    found = AccessList(layers=layers)
    return frozenset(
        email for email, held in members.items() if may_read(Person(email=email, principals=held), found, now)
    )
