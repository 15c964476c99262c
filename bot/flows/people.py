"""Who is whom at the sources: told to admins, and changed by them. Whoever becomes another account by it needs a second
admin's word; what is only taken back is taken back at once.
"""

from collections.abc import Mapping, Sequence
from typing import Any, assert_never

from bot.core.admin import CommandWork, Filled, FormOpened, Member, NoSuchChange, NoSuchSource, Reply, Unchanged
from bot.core.commands import People, PeopleImport, PersonLink, PersonShow
from bot.core.identities import (
    AccountTaken,
    ImportForm,
    ImportPreviewed,
    LineRefused,
    NoSuchAccount,
    NoSuchPerson,
    NotLinked,
    PeopleCovered,
    PeopleMoved,
    PersonShown,
    Relink,
    Relinked,
)
from bot.core.nouns import Event
from bot.flows.linking import addresses_here, edits_of, holder_of, tell, widened_by
from bot.flows.policy import Governing, propose_links, told_before
from policies.identities import LINKED, BadLine, Line, account_named, person_named, read_list
from policies.people import Email

_LIST, _PREVIEW = "people", "people_preview"  # forms, as the ledger has them
_MOST_NAMED = 60


def answered(
    command: People | PersonShow | PersonLink | PeopleImport, work: CommandWork, by: Member, house: Governing
) -> Reply:
    match command:
        case People():
            return _covered(house)
        case PersonShow(who):
            return _shown(who, house)
        case PersonLink():
            return _linked(command, work, by, house)
        case PeopleImport():
            work.record(Event(kind="form_opened", body={"for": _LIST, "by": str(by.user)}))
            return FormOpened(house.voice.open(work.typed, ImportForm()))
        case _:
            assert_never(command)


def is_ours(opened: Event | None) -> bool:
    """A form about people."""
    return opened is not None and opened.body.get("for") in {_LIST, _PREVIEW}


def refusal_of_list(filled: Filled, by: str, house: Governing, opened: Event) -> LineRefused | NoSuchChange | None:
    """What is wrong with a list, while whoever wrote it still has it open."""
    if opened.body.get("by") != by:
        return NoSuchChange()
    if opened.body["for"] == _PREVIEW:
        return None
    found = read_list(filled.text, house.linking.identities.kinds())
    return LineRefused(*found) if isinstance(found, BadLine) else None


def send_in(filled: Filled, work: CommandWork, by: Member, house: Governing, opened: Event) -> Reply:
    """A list, of which it is shown what would become; or the word that it shall."""
    if opened.body.get("by") != str(by.user):
        return NoSuchChange()
    if opened.body["for"] == _PREVIEW:
        links = tuple(Relink.model_validate(link) for link in opened.body["links"])
        if not widened_by(links) and house.voice.readable(edits_of(links)) < len(links):
            return NoSuchChange()  # there was no button for it; what needs two is looked at where they are asked
        return _brought_in(links, work, by, house, f"linked a list of {len(links)}")
    found = read_list(filled.text, house.linking.identities.kinds())
    if isinstance(found, BadLine):  # a source was removed while it was on its way
        return PeopleMoved()
    return _previewed(found, work, by, house)


def _covered(house: Governing) -> PeopleCovered:
    members = house.members.everyone()
    emails = sorted({one.email for one in members if one.email is not None})
    without = sum(one.email is None for one in members)
    return PeopleCovered(len(members), without, house.linking.identities.covered(emails))


def _shown(who: str, house: Governing) -> Reply:
    """Of somebody who has left, what is left of them."""
    email = _email_of(who, house)
    if isinstance(email, NoSuchPerson):
        name = person_named(who)
        if name is None or not any(address == name for address, _ in house.linking.identities.links()):
            return email
        email = Email(name)
    return PersonShown(email, house.linking.identities.of(email))


def _linked(command: PersonLink, work: CommandWork, by: Member, house: Governing) -> Reply:
    done = _done_before(work, house)
    if done is not None:
        return done
    link = _meant(command, house)
    if not isinstance(link, Relink):
        return link
    if link.before == link.after:
        return Unchanged()
    holder = holder_of(link, addresses_here(house.linking), house.linking) if link.after is not None else None
    if holder is not None:
        return AccountTaken(link.source, link.after or "", holder)
    what = f"to {link.after}" if link.after else "no more"
    return _brought_in((link,), work, by, house, f"link {link.email} at {link.source} {what}")


def _meant(command: PersonLink, house: Governing) -> Relink | NoSuchSource | NotLinked | NoSuchAccount | NoSuchPerson:
    kinds = house.linking.identities.kinds()
    kind = kinds.get(command.source)
    if kind is None:
        return NoSuchSource(command.source, tuple(sorted(kinds)))
    if kind not in LINKED:
        return NotLinked(command.source)
    account = account_named(kind, command.account) if command.account is not None else None
    if command.account is not None and account is None:
        return NoSuchAccount(command.source, kind)
    email = _email_of(command.who, house) if account is not None else _anybody(command.who, house)
    if isinstance(email, NoSuchPerson):
        return email
    before = house.linking.identities.account(email, command.source)
    return Relink(email=email, source=command.source, before=before, after=account)


def _brought_in(links: Sequence[Relink], work: CommandWork, by: Member, house: Governing, note: str) -> Reply:
    """What an attempt that died had done is done."""
    done = _done_before(work, house)
    if done is not None:
        return done
    said = house.linking.identities.links()
    if any(said.get((link.email, link.source)) != link.before for link in links):
        return PeopleMoved()
    if widened_by(links):
        return propose_links(links, work, by, house, note)
    if not work.relink(links, by=by.name):
        return PeopleMoved()
    return _told(links, work, by, house)


def _done_before(work: CommandWork, house: Governing) -> Reply | None:
    done, asked = work.recorded("relinked"), work.recorded("change_proposed")
    if done is not None:
        return _told(tuple(Relink.model_validate(link) for link in done.body["links"]), work, None, house)
    return told_before(asked, house) if asked is not None else None


def _told(links: Sequence[Relink], work: CommandWork, by: Member | None, house: Governing) -> Relinked:
    found = work.recorded("relinked")
    name = by.name if by is not None else str(found.body["by"]) if found is not None else ""
    again, typed = work.attempt > 1, work.typed
    tell(links, house.linking, by=name, agreed_by=None, name=typed.receipt, at=typed.at, again=again)
    return Relinked(tuple(links))


def _previewed(lines: Sequence[Line], work: CommandWork, by: Member, house: Governing) -> ImportPreviewed:
    here, said = addresses_here(house.linking), house.linking.identities.links()
    links, strangers, taken, same = list[Relink](), list[str](), list[str](), 0
    for line in lines:
        link = _relink(line, said)
        if link.before == link.after:
            same += 1
        elif link.after is not None and link.email not in here:
            strangers.append(link.email)
        elif holder_of(link, here, house.linking) is not None:
            taken.append(f"{link.email} at {link.source}")
        else:
            links.append(link)
    body: dict[str, Any] = {"for": _PREVIEW, "by": str(by.user), "links": [link.model_dump() for link in links]}
    work.record(Event(kind="form_opened", body=body))
    fits = house.voice.readable(edits_of(links))
    return ImportPreviewed(
        work.typed.receipt, tuple(links), same, tuple(strangers[:_MOST_NAMED]), tuple(taken[:_MOST_NAMED]), fits
    )


def _relink(line: Line, said: Mapping[tuple[Email, str], str]) -> Relink:
    return Relink(email=line.email, source=line.source, before=said.get((line.email, line.source)), after=line.account)


def _email_of(who: str, house: Governing) -> Email | NoSuchPerson:
    """Of a full member, as they are at this moment."""
    name = person_named(who)
    member = house.members.named(name) if name is not None else None
    if member is None or member.email is None:
        return NoSuchPerson(who, is_name=name is None)
    return member.email


def _anybody(who: str, house: Governing) -> Email | NoSuchPerson:
    """To take something back, an address is enough: its owner may have left."""
    name = person_named(who)
    return Email(name) if name is not None and "@" in name else _email_of(who, house)
