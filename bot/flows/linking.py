"""Whether somebody may be linked as it was asked for, at this moment; and who hears of it. Reading only."""

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.core.admin import Edit, Member, Members, Voice
from bot.core.identities import Identities, Linked, Relink
from policies.identities import account_named, gives
from policies.people import Email


@dataclass(frozen=True)
class Linking:
    identities: Identities
    members: Members
    voice: Voice


def place_of(link: Relink) -> str:
    return f"{link.source}, {link.email}"


def widened_by(links: Sequence[Relink]) -> tuple[str, ...]:
    return tuple(place_of(link) for link in links if gives(link.before, link.after))


def edits_of(links: Sequence[Relink]) -> tuple[Edit, ...]:
    return tuple(Edit(place_of(link), link.before, link.after) for link in links)


def digest_of(links: Sequence[Relink]) -> str:
    return hashlib.sha256(json.dumps([link.model_dump() for link in links], sort_keys=True).encode()).hexdigest()


def stands(links: Sequence[Relink], house: Linking) -> bool:
    """Each is still as it was, of somebody who is here, and to what is an account there, which nobody else has."""
    said = house.identities.links()
    if any(said.get((link.email, link.source)) != link.before for link in links):
        return False
    given = [link for link in links if link.after is not None]
    if not given:
        return True
    here, kinds = addresses_here(house), house.identities.kinds()
    if any(account_named(kinds.get(link.source, ""), link.after or "") != link.after for link in given):
        return False
    return all(link.email in here and holder_of(link, here, house) is None for link in given)


def addresses_here(house: Linking) -> frozenset[Email]:
    """Of all full members."""
    return frozenset(one.email for one in house.members.everyone() if one.email is not None)


def holder_of(link: Relink, here: Collection[Email], house: Linking) -> Email | None:
    """Who has this account already: by an admin's word, or because the source knows the address of somebody who is here. An
    address of nobody here is how most accounts come to need a link.
    """
    if link.after is None:
        return None
    told, held = house.identities.holders(link.source, link.after)
    return min((told | (held & frozenset(here))) - {link.email}, default=None)


def tell(
    links: Sequence[Relink], house: Linking, *, by: str, agreed_by: str | None, name: str, at: datetime, again: bool
) -> None:
    """Each whose identity it is. Who is not here any more hears nothing."""
    here: dict[Email, Member] = {}
    if len(links) == 1:
        member = house.members.named(links[0].email)
        here = {links[0].email: member} if member is not None else {}
    else:
        here = {one.email: one for one in house.members.everyone() if one.email is not None}
    for link in links:
        if link.email in here:
            linked = Linked(link, by, agreed_by, f"{name}:{link.source}", at)
            house.voice.tell_linked(here[link.email], linked, again=again)
