"""What is said to somebody who signs in at a source to be linked there: in Slack, and on the two pages of ours that their
browser is shown. Nothing on a page is what a request said; whatever comes from elsewhere is escaped.
"""

from collections.abc import Mapping
from html import escape
from typing import Final, assert_never

from bot.core.identities import OwnLink, OwnRefused, OwnWaits, WhyNot
from bot.core.signing_in import Begun, NotBegun
from bot.slack.render.characters import one_line, shortened
from bot.slack.render.kit import BUTTON_CHARACTERS, Json, plain_text

ACTION: Final = "sign_in"
OPEN: Final = "sign_in_open"  # Slack tells of a click on a link, too, and nothing follows from it
TITLE: Final = "Link your account"
_MOST_OF_A_NAME: Final = 80
_MOST_BUTTONS: Final = 5
_MOST_NAMED: Final = 3

STALE: Final = (
    "This page was opened too late, twice, or in another browser than the one that began; or you may not be linked at this "
    "source. Nothing was changed. Begin again in Slack."
)
CANCELLED: Final = "You did not sign in, so nothing was changed. Begin again in Slack if you want to."
AGAIN: Final = "The source did not say whose account it is. Nothing was changed. Begin again in Slack."
NOT_IN_SLACK: Final = (
    "Slack does not say at the moment who you are, so nothing was changed. Begin again in Slack in a few minutes."
)
BEING_LINKED: Final = "You are being linked to this account. You may close this page: Slack tells you when it is done."
WAITS: Final = (
    "Thank you. It is not certain that this account's address is the one that Slack knows you by, or an admin has said before who "
    "you are there; so an admin has to agree that it is yours. Nothing is changed until then. You may close this page: you hear "
    "of it in Slack."
)
_WHY: Final[Mapping[WhyNot, str]] = {
    "gone": "Nobody signs in at {source} any more, so nothing was changed.",
    "no_address": "Slack has confirmed no e-mail address of yours, so there is nobody who could be linked. Nothing was changed.",
    "no_account": "What {source} calls this account is no name of an account there. Nothing was changed.",
    "same": "You are linked to this account at {source} already, so nothing was changed.",
    "taken": "This account at {source} is somebody else's already, and an account is one person's. Nothing was changed.",
    "colleague": (
        "This account at {source} has the address of another member of this company, so it was not linked to you. Nothing was "
        "changed. Sign in with an account of your own."
    ),
    "nobody_to_agree": (
        "An admin besides you has to agree that this account at {source} is yours, and there is none. Nothing was changed."
    ),
    "moved": "Somebody was linked otherwise at {source} meanwhile, so nothing was changed. Look, and sign in again.",
}


def buttons(sources: tuple[str, ...]) -> Json:
    """One for each, numbered: Slack wants each to have a name of its own."""
    return {
        "type": "actions",
        "elements": [button(source, f"{ACTION}:{number}") for number, source in enumerate(sources[:_MOST_BUTTONS])],
    }


def button(source: str, action: str = ACTION) -> Json:
    return {"type": "button", "action_id": action, "text": plain_text(_sign_in_at(source)), "value": source}


def opening() -> Json:
    return _modal([_said("One moment…")])


def failed() -> Json:
    return _modal([_said("Something went wrong on my side. Please close this, and press the button again.")])


def view(found: Begun | NotBegun) -> Json:
    """In a window that they alone see."""
    match found:
        case NotBegun():
            return _modal([_said(_not_begun(found))])
        case Begun(source, link, until):
            how = (
                f"Sign in at {_name(source)} with your own account there, so that I know which it is. I am told who you are, and "
                f"nothing else. The link is yours alone: hand it to nobody. It holds once, until {until:%H:%M} UTC."
            )
            go = {"type": "button", "action_id": OPEN, "text": plain_text(_sign_in_at(source)), "url": link}
            return _modal([_said(how), {"type": "actions", "elements": [go]}])
        case _:
            assert_never(found)


def _not_begun(found: NotBegun) -> str:
    match found.why:
        case "no_member":
            return "Only full members of this company can be linked."
        case "no_address":
            return "Slack has confirmed no e-mail address of yours. Confirm it in your Slack account's settings first."
        case "known":
            return (
                f"At {_name(found.source)} I know you already. If it is another account of yours that I should take, ask whoever "
                "runs Footnote to link you."
            )
        case "not_offered":
            return f"Nobody signs in at {_name(found.source)} any more. Ask whoever runs Footnote to link you."
        case _:
            assert_never(found.why)


def told_there(reply: OwnLink | OwnWaits | OwnRefused) -> str:
    """In Slack, of what came of it."""
    match reply:
        case OwnLink(link, _):
            return (
                f"You signed in at {_name(link.source)}, so there you are the account {_name(link.after or '')} from now on. Once it "
                "is read again, I show you of that source what that account may read. If that was not you, tell an admin at once."
            )
        case OwnWaits(link, asked, expires_at):
            whom = ", ".join(map(_name, asked[:_MOST_NAMED]))
            told = f"I have asked {whom}." if asked else "None of them could be written to: tell one yourself."
            return (
                f"You signed in at {_name(link.source)}, as the account {_name(link.after or '')}. It is not certain that its "
                "address is the one that Slack knows you by, or an admin has said before who you are there; so an admin has to "
                "agree that it is yours, until "
                f"{expires_at:%d %B %Y, %H:%M} UTC. {told} Until then nothing changes."
            )
        case OwnRefused():
            return _refused(reply)
        case _:
            assert_never(reply)


def told_on_page(found: OwnLink | OwnRefused) -> str:
    if isinstance(found, OwnRefused):
        return page(_refused(found))
    return page(BEING_LINKED if found.at_once else WAITS)


def ask(source: str, address: str, action: str) -> str:
    """Whoever opens a link that was handed to them reads first whose it is."""
    name, who = _name(source), _name(address)
    return page(
        f"In Slack, {who} has asked to be linked to their account at {name}. If that is you, go on, and sign in with your own "
        "account. If somebody has sent you this link, close this page: your account would be taken for theirs.",
        f'<form method="post" action="{escape(action)}"><button>I am {escape(who)}: sign in at {escape(name)}</button></form>',
    )


def page(words: str, more: str = "") -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{TITLE}</title></head><body><main><h1>{TITLE}</h1><p>{escape(words)}</p>{more}</main></body></html>"
    )


def _refused(found: OwnRefused) -> str:
    return _WHY[found.why].format(source=_name(found.source))


def _sign_in_at(source: str) -> str:
    return shortened(f"Sign in at {_name(source)}", BUTTON_CHARACTERS)


def _modal(blocks: list[Json]) -> Json:
    return {"type": "modal", "title": plain_text(TITLE), "close": plain_text("Close"), "blocks": blocks}


def _said(text: str) -> Json:
    return {"type": "section", "text": plain_text(text)}


def _name(text: str) -> str:
    return shortened(one_line(text), _MOST_OF_A_NAME)
