"""How somebody whom a source does not know links themselves: they sign in there, and the source says which account is theirs.

asks in Slack → a link, for them alone → signs in at the source → whose account is it? → theirs for certain, or an admin's word

Whoever else opens that link signs in as themselves. So an account is linked at once only if the source vouches for the very
address that Slack has confirmed; a colleague's never is; any other waits for an admin, like whatever an admin says of people.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from bot.core.admin import CommandWork, Member, Reply, Typed, Waiting
from bot.core.clock import Clock
from bot.core.identities import How, OwnLink, OwnRefused, OwnWaits, Relink, SignedIn, WhyNot
from bot.core.nouns import SlackUser, new_receipt_id
from bot.core.signing_in import Account, Begun, NotBegun, Offer, Offers, SignIn, SignIns
from bot.flows.linking import addresses_here, holder_of
from bot.flows.policy import Governing, offered_before, propose_links
from policies.identities import account_named
from policies.people import Email

START: Final = "/link/start"
_NOT_KNOWN: Final = frozenset[How]({"absent", "unknown"})


@dataclass(frozen=True)
class SigningIn:
    """`offers`: where people may sign in at this moment. `address`: ours, of what a link holds."""

    governing: Governing
    offers: Callable[[], Offers]
    sign_ins: SignIns
    address: Callable[[str], str]
    clock: Clock


def begin(source: str, by: SlackUser, house: SigningIn) -> Begun | NotBegun:
    member = house.governing.members.member(by)
    if member is None:
        return NotBegun(source, "no_member")
    if member.email is None:
        return NotBegun(source, "no_address")
    offer = house.offers().get(source)
    if offer is None:
        return NotBegun(source, "not_offered")
    if any(one.source == source and one.how not in _NOT_KNOWN for one in house.governing.identities.of(member.email)):
        return NotBegun(source, "known")
    issued, held = house.sign_ins.issue(by, source, offer.added_at, house.clock())
    return Begun(source, house.address(held), issued.until)


def still(sign_in: SignIn, house: SigningIn) -> tuple[Member | None, Offer | None]:
    """Who is on their way, and where to, as far as they may be: a full member, to a source that is there. `Retryable`: who
    they are cannot be found out now.
    """
    offer = house.offers().get(sign_in.source)
    is_same = offer is not None and offer.added_at == sign_in.added_at
    return house.governing.members.member(sign_in.by), offer if is_same else None


def come_back(sign_in: SignIn, account: Account, house: SigningIn) -> tuple[Typed, SignedIn]:
    """What is to be done about it, by whoever does what admins type: once for each that set out."""
    signed_in = SignedIn(
        source=sign_in.source,
        added_at=sign_in.added_at,
        account=account.account,
        address=account.address,
        is_confirmed=account.is_confirmed,
    )
    key = f"signed_in:{sign_in.id}"
    typed = Typed(receipt=new_receipt_id(), by=sign_in.by, key=key, at=house.clock(), signed_in=signed_in)
    return typed, signed_in


def judged(signed: SignedIn, by: Member, house: SigningIn) -> OwnLink | OwnRefused:
    """As it is at this moment. Nothing is changed."""
    offer = house.offers().get(signed.source)
    if offer is None or offer.added_at != signed.added_at:
        return OwnRefused(signed.source, "gone")
    account = account_named(offer.kind, signed.account)
    if account is None or by.email is None:
        return OwnRefused(signed.source, "no_account" if account is None else "no_address")
    before = house.governing.identities.account(by.email, signed.source)
    link = Relink(email=by.email, source=signed.source, before=before, after=account)
    why = _why_not(link, signed.address, house)
    if why is not None:
        return OwnRefused(signed.source, why)
    is_theirs = signed.is_confirmed and signed.address == by.email
    is_open = before is None and not house.governing.identities.is_taken_back(by.email, signed.source)
    return OwnLink(link, at_once=is_theirs and is_open)  # what an admin has said or taken back, an admin changes


def link_own(signed: SignedIn, work: CommandWork, by: Member, house: SigningIn) -> Reply:
    """What an attempt that died had done is done."""
    done = _done_before(work, house)
    if done is not None:
        return done
    found = judged(signed, by, house)
    if isinstance(found, OwnRefused):
        return found
    if found.at_once:
        return found if work.relink((found.link,), by=by.name) else OwnRefused(signed.source, "moved")
    waiting = _waiting(signed, found.link, work, by, house)
    if waiting is not None:
        return _waits(offered_before(waiting, house.governing), found)
    return _waits(propose_links((found.link,), work, by, house.governing, _note(found.link, signed), own=True), found)


def _waiting(signed: SignedIn, link: Relink, work: CommandWork, by: Member, house: SigningIn) -> str | None:
    """What they wait for already: the same is asked once, however often they sign in. Whatever else they wait for there ends."""
    for change in house.governing.changes.pending():
        if not change.own or [(one.email, one.source) for one in change.links] != [(link.email, link.source)]:
            continue
        if change.links == (link,) and change.by == by.user and change.asked_at >= signed.added_at:
            return change.id
        work.settle(change, "outdated", by=by, edits=())
    return None


def _why_not(link: Relink, address: Email | None, house: SigningIn) -> WhyNot | None:
    here = addresses_here(house.governing.linking)
    if link.before == link.after:
        return "same"
    if holder_of(link, here, house.governing.linking) is not None:
        return "taken"
    return "colleague" if address is not None and address != link.email and address in here else None


def _note(link: Relink, signed: SignedIn) -> str:
    said = f"“{signed.address}”" if signed.address is not None else "no address"
    vouched = (
        ", which it vouches for" if signed.is_confirmed else ", which it does not vouch for" if signed.address else ""
    )
    return f"link {link.email} at {link.source} to {link.after}: they signed in there, and it says {said}{vouched}"


def _done_before(work: CommandWork, house: SigningIn) -> Reply | None:
    done, asked = work.recorded("relinked"), work.recorded("change_proposed")
    if done is not None:
        return OwnLink(Relink.model_validate(done.body["links"][0]), at_once=True)
    if asked is None:
        return None
    link = Relink.model_validate(asked.body["links"][0])
    return _waits(offered_before(asked.body["change"], house.governing), OwnLink(link, at_once=False))


def _waits(reply: Reply, found: OwnLink) -> Reply:
    """Somebody has to be there who agrees."""
    if not isinstance(reply, Waiting):
        return reply
    if reply.expires_at is None:
        return OwnRefused(found.link.source, "nobody_to_agree")
    return OwnWaits(found.link, reply.asked, reply.expires_at)
