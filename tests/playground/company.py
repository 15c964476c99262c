"""A small company: ana and ben work there, gus is a guest, eve works elsewhere and shares a channel, sam shares nothing."""

from typing import Any

from bot.playground.slack import ManualClock, SlackWorld


def a_company(clock: ManualClock | None = None, **app: Any) -> SlackWorld:
    world = SlackWorld(clock=clock)
    bot = world.add_app(commands=["/footnote"], **app)
    other = world.add_team("Globex")
    ana = world.add_user("ana", email="ana@acme.test", admin=True)
    ben = world.add_user("ben", email="ben@acme.test")
    gus = world.add_user("gus", email="gus@mail.test", ultra_restricted=True)
    eve = world.add_user("eve", email="eve@globex.test", team=other)
    world.add_user("sam", email="sam@globex.test", team=other)
    world.add_user("old", email="old@acme.test", deleted=True)
    world.add_channel("general", members=[ana, ben, bot], general=True)
    world.add_channel("secret", members=[ana, bot, gus], private=True)
    world.add_channel("hidden", members=[ana, ben], private=True)
    world.add_channel("quiet", members=[ben])
    world.add_channel("partners", members=[ana, eve, bot], shared_with=[other])
    world.mpim(ana, ben, bot)
    return world
