"""What of all kinds is there to hide in a text, and where?"""

from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from typing import Final

from policies.redaction.around import Around, Seat
from policies.redaction.kinds import Kind
from policies.redaction.machines import ips, macs, wallets
from policies.redaction.numbers import cards, ibans, identities
from policies.redaction.people import birth_dates, mails, passports, phones
from policies.redaction.secrets import secrets
from policies.redaction.seen import seen

_LONGEST_REMEMBERED: Final = 8_000
_RANK: Final = {kind: rank for rank, kind in enumerate(Kind)}


def found(text: str, kinds: Collection[Kind], regions: Sequence[str] = ()) -> tuple[Seat, ...]:
    """In the original's own characters, in their order, none within another."""
    look = _remembered if len(text) <= _LONGEST_REMEMBERED else _everything
    return apart([seat for seat in look(text, tuple(regions)) if seat.kind in kinds])


def _everything(text: str, regions: tuple[str, ...]) -> tuple[Seat, ...]:
    read = seen(text)
    around = Around(read.text)
    seats = [
        *secrets(around),
        *cards(around),
        *ibans(around),
        *identities(around),
        *wallets(around),
        *passports(around),
        *birth_dates(around),
        *mails(around),
        *ips(around),
        *macs(around),
    ]
    apart_from_them = phones(_without(seats, read.text), regions) if seats else ()
    every = (*seats, *phones(around, regions), *apart_from_them)
    return tuple(Seat(*read.place(seat.first, seat.end), seat.kind) for seat in every)


def _without(seats: Iterable[Seat], text: str) -> Around:
    """A telephone number that stands beside another number is one by itself."""
    parts, at = [], 0
    for seat in apart(seats):
        parts += [text[at : seat.first], "x" * (seat.end - seat.first)]
        at = seat.end
    return Around("".join((*parts, text[at:])))


_remembered = lru_cache(256)(_everything)
"""The same passage is looked at before it is ranked, written about, and shown."""


def apart(seats: Iterable[Seat]) -> tuple[Seat, ...]:
    """What overlaps is hidden as one, by the name of what wins."""
    apart: list[Seat] = []
    for seat in sorted(seats):
        if apart and seat.first < apart[-1].end:
            last = apart[-1]
            kind = min(last.kind, seat.kind, key=lambda kind: _RANK[kind])
            apart[-1] = Seat(last.first, max(last.end, seat.end), kind)
        else:
            apart.append(seat)
    return tuple(apart)
