"""One pass over the events, in order: what does each one say of itself, and what tree do they make together?

It holds ranges and suspects, never rows: a ledger of any length needs the same memory.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from bot.core.merkle import UNKNOWN, Frontier, grown, grown_blindly, root
from bot.core.ranges import Range, merged, within, without
from bot.stores.ledger import leaf
from bot.stores.ledger.findings import Finding, Kind, Origin, Witness
from bot.stores.ledger.raw import RawEvent

_SUSPECTS = 400  # more than these are reported as changed, without looking where else they might belong


class Pin(NamedTuple):
    """A root that somebody vouches for."""

    witness: Witness
    root: bytes


class _Suspect(NamedTuple):
    """An event that is not what its leaf says, or content that is not what its event says."""

    event: RawEvent
    digest: bytes | None  # of the content that is here
    is_event: bool
    is_content: bool


class Walk:
    """Takes the events one by one; then has the findings about them."""

    def __init__(self, workspace: str, pins: Sequence[Pin]) -> None:
        self._workspace = workspace.encode()
        self._pins = sorted(pins, key=lambda pin: (pin.witness.size, pin.witness.origin == "head"))
        self._next_pin = 0
        self._known_size = max((pin.witness.size for pin in pins), default=0)
        self._found = Frontier()  # of what the events hash to
        self._told = self._found  # of what the leaf column says: still right where only an event was changed
        self._ranges: dict[Kind, list[Range]] = defaultdict(list)
        self._absent: list[Range] = []
        self._erased: list[Range] = []
        self._suspects: list[_Suspect] = []
        self._unnumbered = 0
        self._disagreeing = False
        self._rewritten: list[Finding] = []
        self.agreed: dict[Origin, int] = {}
        self.contents = 0
        self._compare()

    @property
    def size(self) -> int:
        """Where the events end."""
        return self._found.size

    @property
    def root(self) -> bytes:
        return root(self._found)

    @property
    def roots(self) -> frozenset[bytes]:
        """Those that these events can have, as far as they are known."""
        return frozenset((root(self._found), root(self._told))) - {UNKNOWN}

    @property
    def last_signed(self) -> int:
        """So many of the first events are what somebody signed."""
        return max((size for origin, size in self.agreed.items() if origin != "head"), default=0)

    def take(self, event: RawEvent) -> None:
        hashed = self._hashed(event, event.seq)
        is_sound = event.is_typed and hashed is not None and event.leaf == hashed.hex().encode()
        seq = event.seq
        has_place = seq is not None and (seq == self.size or self.size < seq < self._known_size)
        if seq is not None and has_place:
            self._place(seq, hashed or UNKNOWN, event.leaf, is_sound=is_sound)
            self._compare()
        elif seq is not None and is_sound:
            _extend(self._ranges[Kind.EVENT_FOREIGN], seq)
        self._weigh(event, is_sound=is_sound, has_place=has_place)

    def findings(self) -> Iterator[Finding]:
        yield from self._settle_suspects()
        self._ranges[Kind.CONTENT_MISSING] = list(without(self._absent, self._erased))
        self._ranges[Kind.CONTENT_RESTORED] = list(within(without(self._erased, self._absent), self._present()))
        for kind, ranges in self._ranges.items():
            yield from (Finding(kind=kind, first=each.first, last=each.last) for each in merged(ranges))
        if self._unnumbered:
            yield Finding(kind=Kind.EVENT_FOREIGN, columns=("seq",), detail=str(self._unnumbered))
        yield from self._rewritten

    def _hashed(self, event: RawEvent, seq: int | None) -> bytes | None:
        if seq is None or event.at is None or event.kind is None or event.content is None:
            return None
        return leaf.event_leaf(self._workspace, seq, event.at, event.kind, event.receipt, event.content)

    def _is_itself(self, event: RawEvent, seq: int | None) -> bool:
        hashed = self._hashed(event, seq)
        return event.is_typed and hashed is not None and hashed.hex().encode() == event.leaf

    def _place(self, seq: int, hashed: bytes, told: bytes | None, *, is_sound: bool) -> None:
        """The two trees are one object until the first event that is not what its leaf says."""
        if seq > self.size:
            self._ranges[Kind.MISSING].append(Range(self.size, seq - 1))
            self._grow_blindly(seq - self.size)
        if is_sound and self._told is self._found:
            self._found = self._told = grown(self._found, hashed)
            return
        self._found = grown(self._found, hashed)
        self._told = grown(self._told, leaf.from_hex(told, leaf.HASH_BYTES) or UNKNOWN)

    def _grow_blindly(self, count: int) -> None:
        same = self._told is self._found
        self._found = grown_blindly(self._found, count)
        self._told = self._found if same else grown_blindly(self._told, count)

    def _weigh(self, event: RawEvent, *, is_sound: bool, has_place: bool) -> None:
        """The event against its leaf, and its content against the event's word for it."""
        digest = _content_digest(event)
        is_kept = event.is_content_typed and digest is not None and digest == event.content
        self.contents += event.has_content
        if not event.has_content and has_place and event.seq is not None:
            _extend(self._absent, event.seq)
        if is_sound and is_kept and has_place and event.kind == b"erased":
            self._erased.extend(_erasures(event.body or b"", before=self.size - 1))
        if not is_sound or (event.has_content and not is_kept):
            only_its_word = not is_sound and self._is_itself(event._replace(content=digest), event.seq)
            is_content = event.has_content and not is_kept and not only_its_word
            self._suspect(_Suspect(event._replace(body=None), digest, not is_sound, is_content))

    def _suspect(self, suspect: _Suspect) -> None:
        if len(self._suspects) < _SUSPECTS:
            self._suspects.append(suspect)
        else:
            self._convict(suspect)

    def _convict(self, suspect: _Suspect) -> None:
        seq = suspect.event.seq
        if seq is None:
            self._unnumbered += 1
            return
        if suspect.is_event:
            is_within = 0 <= seq < self.size
            _extend(self._ranges[Kind.EVENT_CHANGED if is_within else Kind.EVENT_FOREIGN], seq)
        if suspect.is_content:
            _extend(self._ranges[Kind.CONTENT_CHANGED], seq)

    def _settle_suspects(self) -> Iterator[Finding]:
        """Suspects that are what they should be, only at another number; the others were changed."""
        places = self._candidates()
        contents = {each.event.content: each.event.seq for each in self._suspects}
        for suspect in self._suspects:
            event, seq = suspect.event, suspect.event.seq
            if suspect.is_event:
                kind, home = Kind.OUT_OF_PLACE, next((at for at in places if self._is_itself(event, at)), None)
            else:
                kind, home = Kind.CONTENT_OUT_OF_PLACE, contents.get(suspect.digest)
            if home is None or home == seq:
                self._convict(suspect)
            else:
                yield Finding(kind=kind, first=seq, last=seq, belongs_at=home)

    def _candidates(self) -> list[int]:
        """The numbers where a displaced event may belong: other suspects', and those that are missing."""
        gaps = [*self._ranges[Kind.MISSING], Range(self.size, self._known_size - 1)]
        lost = (seq for gap in gaps for seq in range(gap.first, gap.last + 1))
        return [*(each.event.seq for each in self._suspects if each.event.seq is not None), *islice(lost, _SUSPECTS)]

    def _compare(self) -> None:
        """With everybody who vouches for a tree of just this size; those in a gap cannot be compared."""
        while self._next_pin < len(self._pins) and self._pins[self._next_pin].witness.size <= self.size:
            pin = self._pins[self._next_pin]
            self._next_pin += 1
            if pin.witness.size == self.size and self.roots:
                self._judge(pin)

    def _judge(self, pin: Pin) -> None:
        """One finding for the first checkpoint that disagrees; those after it must disagree too, and so must the head."""
        size, origin = pin.witness.size, pin.witness.origin
        if pin.root in self.roots:
            self.agreed[origin] = size
            self._disagreeing = self._disagreeing and origin == "head"
        elif not self._disagreeing:
            self._disagreeing = origin != "head"
            self._rewritten.append(_disagreement(pin.witness, since=self.last_signed))

    def _present(self) -> tuple[Range, ...]:
        return without([Range(0, self.size - 1)], self._ranges[Kind.MISSING])


def _disagreement(witness: Witness, since: int) -> Finding:
    """Nobody signed the head: it is the head itself, or one of the events since the last checkpoint that agreed."""
    events = {"first": since, "last": witness.size - 1} if since < witness.size else {}
    if witness.origin == "head":
        return Finding(kind=Kind.HEAD_CHANGED, columns=("root", "peaks"), witness=witness, **events)
    return Finding(kind=Kind.REWRITTEN, witness=witness, **events)


def _content_digest(event: RawEvent) -> bytes | None:
    salt = leaf.from_hex(event.salt, leaf.SALT_BYTES)
    return None if salt is None or event.body is None else leaf.content_hash(salt, event.body).hex().encode()


def _erasures(body: bytes, before: int) -> Iterator[Range]:
    """What an erasing event names, as far as it could: events that came before it."""
    try:
        named = json.loads(body)["events"]
        ranges = [Range(first, last) for first, last in named if type(first) is int and type(last) is int]
    except (ValueError, TypeError, KeyError, RecursionError):
        return
    yield from (Range(max(first, 0), min(last, before - 1)) for first, last in ranges if first <= last)


def _extend(ranges: list[Range], number: int) -> None:
    if ranges and ranges[-1].last + 1 == number:
        ranges[-1] = Range(ranges[-1].first, number)
    else:
        ranges.append(Range(number, number))
