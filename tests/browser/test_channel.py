"""`/footnote channel` in a browser: an admin settles a channel, and what people get there follows from it."""

import re

from playwright.sync_api import expect

from tests.browser.asking import HOME_OFFICE, answer, ask_footnote, go, said_by, thread
from tests.browser.footnote import Footnote
from tests.browser.test_commands import opened, types
from tests.browser.windows import Windows


def test_an_admin_settles_a_channel_and_what_people_get_there_follows(
    open_windows: Windows, acme_slack: Footnote
) -> None:
    mei = open_windows.open(acme_slack.origin, "mei", "general")
    ana = open_windows.open(acme_slack.origin, "ana", "general")
    shown = types(mei, "channel")
    for text in (
        "scope = everything packaged",
        'mode = "mention" packaged',
        "can be used here",
        "people read this channel",
    ):
        expect(shown).to_contain_text(text)
    expect(types(mei, "channel scope wikki")).to_contain_text("wikki has nothing in it")
    ask_footnote(ana, HOME_OFFICE)
    refused = thread(ana).get_by_role("article", name=re.compile("^Footnote"))
    expect(refused).to_contain_text("I found no answer to this")
    expect(types(mei, "channel scope everything")).to_contain_text("I asked omar@acme.test")
    expect(types(mei, "channel mode private")).to_contain_text("is in force")
    acme_slack.settled()
    form = opened(mei, "channel profile", "Change a rule")
    field = form.get_by_label(re.compile(r"channels\."))
    field.fill(field.input_value().replace('scope = ["wikki"]', 'scope = ["wikki", 7]'))
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_role("alert")).to_contain_text("scope.1")
    field.fill('mode = "private"\nscope = ["wikki"]\n\n[profile]\ntone = "plain"\n')
    form.get_by_role("button", name="Save").click()
    expect(form).to_contain_text('profile.tone: nothing → "plain"')
    mei.keyboard.press("Escape")
    expect(mei.get_by_role("dialog")).to_have_count(0)
    expect(types(mei, "channel")).to_contain_text("Whoever mentions me is answered alone")
    acme_slack.settled()


def test_in_a_private_channel_the_answer_is_in_the_asker_s_direct_messages_alone(
    open_windows: Windows, acme_slack: Footnote
) -> None:
    mei = open_windows.open(acme_slack.origin, "mei", "general")
    ana = open_windows.open(acme_slack.origin, "ana", "general")
    expect(types(mei, "channel mode private")).to_contain_text("is in force")
    ask_footnote(ana, HOME_OFFICE)
    acme_slack.settled()
    expect(said_by(ana, "Footnote")).to_have_count(0)
    go(ana, "Footnote")
    expect(answer(ana)).to_contain_text("answered alone")
    expect(said_by(mei, "Footnote")).to_have_count(1)  # of the command
