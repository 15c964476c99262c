"""Who is whom at the sources, in words: for admins, how many are linked and what somebody is; for somebody themselves, what
was said of them. Identities only: nothing here tells what anybody may read.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import assert_never

from bot.core.identities import (
    AccountTaken,
    Coverage,
    How,
    Identity,
    ImportPreviewed,
    LineRefused,
    Linked,
    NoSuchAccount,
    NoSuchPerson,
    NotLinked,
    OwnLink,
    OwnRefused,
    OwnWaits,
    PeopleCovered,
    PeopleMoved,
    PeopleReply,
    PersonShown,
    Relink,
    Relinked,
)
from bot.slack.render import sign_in
from bot.slack.render.characters import one_line, shortened
from bot.slack.render.kit import Json, plain_text
from bot.slack.render.lines import coded, item, moment, named, post, size_of, told
from bot.slack.render.message import Post
from bot.slack.render.parts import Part
from bot.slack.render.policy import modal, refused
from bot.slack.render.way_back import way_back
from policies.identities import ACCOUNTS, LINKED, MOST_CHARACTERS, gives

FORM = "people"
TITLE = "Link people"
_MOST_CHARACTERS = 9_500  # of what was done and how it is taken back
_MOST_OF_A_NAME = 150


def people(reply: PeopleReply) -> Sequence[Part]:  # noqa: C901, PLR0911 - one line for each that there is
    match reply:
        case PeopleCovered():
            return _covered(reply)
        case PersonShown(name, identities):
            return [told(f"This is who {_name(name)} is at each source:"), *_lines(map(_identity, identities))]
        case NoSuchPerson(name, is_name):
            return [told(f"{_A_NAME if is_name else _NOBODY} {_HOW_NAMED}".format(name=_name(name)))]
        case NotLinked(source):
            return [told(_BY_ADDRESS.format(source=_name(source)))]
        case NoSuchAccount(source, kind):
            return [told(f"That is no account of {_name(source)}: {ACCOUNTS[kind]}.")]
        case AccountTaken(source, account, holder):
            return [told(_TAKEN.format(holder=_name(holder), account=_name(account), source=_name(source)))]
        case Relinked(links):
            return _relinked(links)
        case ImportPreviewed():
            return _previewed(reply)
        case PeopleMoved():
            return [told("Somebody was linked otherwise meanwhile, so nothing was changed. Look, and type it again.")]
        case OwnLink() | OwnWaits() | OwnRefused():
            return [told(sign_in.told_there(reply))]
        case _:
            assert_never(reply)


_A_NAME = "Several people may be called {name}, so nothing was changed."
_NOBODY = "There is no full member of this company with a confirmed address whom {name} means, so nothing was changed."
_HOW_NAMED = "Name somebody by their address, or by the id in their profile, such as U012AB3CD."
_BY_ADDRESS = (
    "At {source} people are known by their address alone, so nobody is linked there. Its folder says who exists: put the address "
    "into its `people.yaml`, then `/footnote sources sync {source}`"
)
_TAKEN = (
    "{holder} is the account {account} at {source} already, and an account is one person's, so nothing was changed. How that is "
    "known: `/footnote people show {holder}`"
)
_TOO_LONG = (
    "Nothing was changed. All of it is read on one card, by a second admin where one has to agree: these are {count:,} lines that "
    "change something, of which the first {fits:,} fit. Send them first, and the others once those were agreed to."
)
_REREAD = "Who is who there is read again now, or once a source that is paused is resumed; until then, they read nothing of it."
_ABSENT_FOLLOWS = "they read nothing of it until the account is found there"
_UNKNOWN_FOLLOWS = "as askers they read nothing of it, and are told so"


def _covered(reply: PeopleCovered) -> Sequence[Part]:
    first = f"This company has {reply.members:,} full members."
    without = f" Of {reply.without_address:,} Slack confirms no address: nobody knows who they are at any source."
    how = "`/footnote people show PERSON` says it of one; `/footnote people link PERSON SOURCE ACCOUNT` links somebody."
    return [told(first + (without if reply.without_address else "")), *_lines(map(_coverage, reply.sources)), told(how)]


def _lines(found: Iterable[str]) -> Sequence[Part]:
    return [item(one) for one in found] or [told("There are no sources yet.")]


def _coverage(one: Coverage) -> str:
    parts = [f"{one.by_address:,} linked by their address"]
    parts += [f"{one.by_admin:,} by an admin"] if one.kind in LINKED else []
    parts += [f"{one.by_themselves:,} by themselves"] if one.by_themselves else []
    parts += [f"{one.absent:,} to an account that is not found there: {_ABSENT_FOLLOWS}"] if one.absent else []
    if one.unknown:
        counted = "; among the readers of a channel they count as the rules say of every member"
        parts.append(f"{one.unknown:,} not linked: {_UNKNOWN_FOLLOWS}{counted if one.counted_as_members else ''}")
    else:
        parts.append("nobody is left out")
    parts += [] if one.is_read else ["who is who there was not read yet"]
    return f"{one.source} ({one.kind}): {'; '.join(parts)}."


_HOW: Mapping[How, str] = {
    "address": "by their address",
    "admin": "by an admin",
    "themselves": "by their own word",
    "absent": "and this account was not found there",
    "unknown": "nobody: the source knows nobody of this address",
}


def _identity(one: Identity) -> str:
    groups = f", groups: {one.groups}" if one.groups else ""
    read = f" That was read on {moment(one.read_at)}." if one.read_at is not None else " It was not read yet."
    if one.how == "unknown":
        return f"{one.source} ({one.kind}): {_HOW[one.how]}.{read}"
    by = f" ({_name(one.by)}{f', agreed to by {_name(one.agreed_by)}' if one.agreed_by else ''})" if one.by else ""
    since = f", since {moment(one.since)}" if one.since is not None else ""
    return f"{one.source} ({one.kind}): {_name(one.account or 'themselves')}, {_HOW[one.how]}{by}{since}{groups}.{read}"


def _relinked(links: Sequence[Relink]) -> Sequence[Part]:
    """Where there is no room for both, what it was is told, by which it is taken back."""
    back, done = way_back(links), _links(links)
    if size_of([*done, *back]) > _MOST_CHARACTERS:
        return [told(f"Done, at once, all {len(links):,} of them."), *back, told(_REREAD)]
    return [told("Done, at once:"), *done, *back, told(_REREAD)]


def _links(links: Sequence[Relink]) -> Sequence[Part]:
    """All: no more are taken than a card has room for."""
    return [coded(_link(one)) for one in links]


def _link(one: Relink) -> str:
    before, after = (_name(each) if each is not None else "nothing" for each in (one.before, one.after))
    return f"{one.source}, {one.email}: {before} → {after}"


def _previewed(reply: ImportPreviewed) -> Sequence[Part]:
    new, other, back = (
        sum(gives(one.before, one.after) and one.before is None for one in reply.links),
        sum(gives(one.before, one.after) and one.before is not None for one in reply.links),
        sum(one.after is None for one in reply.links),
    )
    count = f"New: {new}. Changed: {other}. Taken back: {back}. As it is already: {reply.same}."
    left = [
        *_left_out("No full member here has these addresses, so they are left out:", reply.strangers),
        *_left_out("These accounts are somebody else's already, so they are left out:", reply.taken),
    ]
    if not reply.links:
        return [told(f"Nothing would change. {count}"), *left]
    if reply.fits < len(reply.links):
        return [
            told(_TOO_LONG.format(count=len(reply.links), fits=reply.fits)),
            *_links(reply.links[: reply.fits]),
            *left,
        ]
    waits = " A second admin has to agree to it." if new or other else ""
    return [told(f"This would change, all of it or nothing. {count}{waits}"), *_links(reply.links), *left]


def _left_out(what: str, names: Sequence[str]) -> Sequence[Part]:
    return [told(what), *named(names)] if names else []


def form(*, receipt: str) -> Json:
    written = {
        "type": "plain_text_input",
        "action_id": "text",
        "multiline": True,
        "max_length": MOST_CHARACTERS,
        "placeholder": plain_text("mei@company.example,wiki,712020:0a1b2c3d"),
    }
    hint = "A line for each: email,source,account. `-` as the account takes back what was said. You see first what would change."
    block = {
        "type": "input",
        "block_id": "text",
        "label": plain_text("Who is whom"),
        "element": written,
        "hint": plain_text(hint),
    }
    return _sent(modal([block], title=TITLE), "Look", receipt)


def preview(reply: ImportPreviewed) -> Json:
    """In the place of the form. Without anything that would change, or with too much, there is nothing to send."""
    shown = modal(post(_previewed(reply)).blocks, title=TITLE)
    return _sent(shown, "Change it", reply.receipt) if 0 < len(reply.links) <= reply.fits else shown


def looking() -> Json:
    return modal(post([told("Looking…")]).blocks, title=TITLE)


def in_field(reply: LineRefused) -> str:
    return refused(reply.line, reply.reason)


def linked(one: Linked) -> Post:
    """To whom it is about."""
    link, source = one.link, _name(one.link.source)
    agreed = f", and {_name(one.agreed_by)} has agreed" if one.agreed_by else ""
    if link.after is None:
        return post(
            [
                told(
                    f"{_name(one.by)} has taken back who you are at {source}{agreed}. Once it is read again, I take you for "
                    "whoever that source says you are, and for nobody there if it does not know your address."
                )
            ]
        )
    return post(
        [
            told(
                f"{_name(one.by)} has said that at {source} you are the account `{_plain(link.after)}`{agreed}. Once it is read "
                "again, I show you of that source what that account may read. If it is not yours, tell them."
            )
        ]
    )


def _sent(view: Json, button: str, receipt: str) -> Json:
    return {**view, "submit": plain_text(button), "callback_id": FORM, "private_metadata": receipt}


def _name(text: str) -> str:
    return _plain(shortened(one_line(text), _MOST_OF_A_NAME))


def _plain(text: str) -> str:
    """A backtick would begin what is typed."""
    return text.replace("`", "'")
