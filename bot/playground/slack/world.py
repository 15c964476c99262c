"""Who and what exists in the emulated Slack, and how to find it. It holds state; it must never speak HTTP or decide what an app may see."""

import secrets
from collections import Counter
from collections.abc import Callable, Iterable
from threading import RLock

from bot.playground.slack.changes import Change, ChannelOpened
from bot.playground.slack.clock import Clock, WallClock
from bot.playground.slack.manifest import APP_SCOPES, BOT_EVENTS, BOT_SCOPES
from bot.playground.slack.nouns import (
    App,
    Channel,
    ChannelKind,
    Code,
    File,
    Hook,
    Json,
    SlashCommand,
    Status,
    Team,
    Token,
    Trigger,
    User,
    UserGroup,
    View,
)


class SlackWorld:
    """One lock guards everything: a change and what is told about it happen together, so listeners hear it in order."""

    def __init__(self, *, clock: Clock | None = None, team: str = "Acme", domain: str = "acme") -> None:
        self.clock: Clock = clock or WallClock()
        self.lock = RLock()
        self.teams: dict[str, Team] = {}
        self.users: dict[str, User] = {}
        self.channels: dict[str, Channel] = {}
        self.groups: dict[str, UserGroup] = {}
        self.apps: dict[str, App] = {}
        self.tokens: dict[str, Token] = {}
        self.refreshes: dict[str, str] = {}  # a token that renews another, and of which app; each is used once
        self.codes: dict[str, Code] = {}
        self.views: dict[str, View] = {}
        self.stacks: dict[str, list[str]] = {}  # person -> the modals open on their screen, the top one last
        self.homes: dict[tuple[str, str], str] = {}  # app, person -> view
        self.triggers: dict[str, Trigger] = {}
        self.hooks: dict[str, Hook] = {}
        self.statuses: dict[tuple[str, str], Status] = {}
        self.titles: dict[tuple[str, str], str] = {}
        self.prompts: dict[tuple[str, str | None], Json] = {}
        self.choices: dict[tuple[str, str], Json] = {}  # person, message -> what they have chosen in its menus
        self._ids: Counter[str] = Counter()
        self._last_micros = 0
        self._listeners: list[Callable[[Change], None]] = []
        self.home = self.add_team(team, domain=domain)

    # -- telling

    def listen(self, listener: Callable[[Change], None]) -> None:
        self._listeners.append(listener)

    def tell(self, change: Change) -> None:
        for listener in self._listeners:
            listener(change)

    # -- making

    def new_id(self, prefix: str) -> str:
        with self.lock:
            self._ids[prefix] += 1
            return f"{prefix}0{self._ids[prefix]:08d}"

    def new_ts(self) -> str:
        """Unique in the whole world, as an app may rely on for a channel."""
        with self.lock:
            self._last_micros = max(self._last_micros + 1, int(self.clock.now() * 1_000_000))
            seconds, micros = divmod(self._last_micros, 1_000_000)
            return f"{seconds}.{micros:06d}"

    def add_team(self, name: str, *, domain: str | None = None) -> Team:
        team = Team(id=self.new_id("T"), name=name, domain=domain or name.lower().replace(" ", "-"))
        self.teams[team.id] = team
        return team

    def add_user(
        self,
        name: str,
        *,
        email: str | None = None,
        real_name: str | None = None,
        team: Team | None = None,
        email_confirmed: bool = True,
        restricted: bool = False,
        ultra_restricted: bool = False,
        admin: bool = False,
        deleted: bool = False,
        bot: bool = False,
        title: str = "",
    ) -> User:
        with self.lock:
            user = User(
                id=self.new_id("U"),
                team_id=(team or self.home).id,
                name=name,
                real_name=real_name or name.replace(".", " ").title(),
                email=email,
                email_confirmed=email_confirmed,
                restricted=restricted or ultra_restricted,
                ultra_restricted=ultra_restricted,
                admin=admin,
                deleted=deleted,
                bot_id=self.new_id("B") if bot else None,
                title=title,
            )
            self.users[user.id] = user
            return user

    def add_group(
        self, handle: str, members: Iterable[User | App | str] = (), *, name: str = "", team: Team | None = None
    ) -> UserGroup:
        with self.lock:
            group = UserGroup(
                id=self.new_id("S"),
                team_id=(team or self.home).id,
                handle=handle,
                name=name or handle.title(),
                users=list(dict.fromkeys(map(self.person, members))),
            )
            self.groups[group.id] = group
            return group

    def add_app(
        self,
        name: str = "Footnote",
        *,
        scopes: Iterable[str] = BOT_SCOPES,
        events: Iterable[str] = BOT_EVENTS,
        commands: Iterable[str | SlashCommand] = (),
        home_tab: bool = True,
        installed: bool = True,
        redirect_urls: Iterable[str] = (),
        rotates: bool = False,
    ) -> App:
        """One that is not installed has no token of a bot: somebody gets it one by OAuth."""
        with self.lock:
            user = self.add_user(name.lower(), real_name=name, bot=True)
            app = App(
                id=self.new_id("A"),
                name=name,
                user_id=user.id,
                bot_id=user.bot_id or "",
                team_id=self.home.id,
                events=frozenset(events),
                commands={c.name: c for c in (SlashCommand(c) if isinstance(c, str) else c for c in commands)},
                home_tab=home_tab,
                signing_secret=secrets.token_hex(16),
                installed=installed,
                client_id=f"{len(self.apps) + 1}.{secrets.randbelow(10**12)}",
                client_secret=secrets.token_hex(16),
                redirect_urls=tuple(redirect_urls),
                rotates=rotates,
            )
            user.app_id = app.id
            self.apps[app.id] = app
            if installed:
                self._grant(f"xoxb-{app.id}-{secrets.token_hex(8)}", "bot", app, frozenset(scopes))
            self._grant(f"xapp-1-{app.id}-{secrets.token_hex(8)}", "app", app, APP_SCOPES)
            return app

    def _grant(self, value: str, kind: str, app: App, scopes: frozenset[str]) -> None:
        self.tokens[value] = Token(value=value, kind="bot" if kind == "bot" else "app", app_id=app.id, scopes=scopes)

    def bot_token(self, app: App | None = None) -> str:
        return self._token("bot", app)

    def app_token(self, app: App | None = None) -> str:
        return self._token("app", app)

    def _token(self, kind: str, app: App | None) -> str:
        wanted = app or next(iter(self.apps.values()))
        return next(t.value for t in self.tokens.values() if t.kind == kind and t.app_id == wanted.id)

    def add_channel(
        self,
        name: str,
        *,
        members: Iterable[User | App | str] = (),
        private: bool = False,
        shared_with: Iterable[Team] = (),
        general: bool = False,
        topic: str = "",
        purpose: str = "",
        team: Team | None = None,
    ) -> Channel:
        kind: ChannelKind = "private" if private else "public"
        return self._open(name, kind, members, shared_with, general=general, topic=topic, purpose=purpose, team=team)

    def im(self, one: User | App | str, other: User | App | str) -> Channel:
        """The direct conversation of two; opened when there is none yet."""
        return self._conversation("im", [one, other])

    def mpim(self, *people: User | App | str) -> Channel:
        return self._conversation("mpim", list(people))

    def _conversation(self, kind: ChannelKind, people: list[User | App | str]) -> Channel:
        with self.lock:
            ids = sorted({self.person(p) for p in people})
            found = next((c for c in self.channels.values() if c.kind == kind and sorted(c.members) == ids), None)
            if found:
                return found
            handles = "--".join(self.users[i].name for i in ids)
            return self._open(f"mpdm-{handles}-1" if kind == "mpim" else "", kind, ids, ())

    def _open(
        self,
        name: str,
        kind: ChannelKind,
        members: Iterable[User | App | str],
        shared_with: Iterable[Team],
        *,
        general: bool = False,
        topic: str = "",
        purpose: str = "",
        team: Team | None = None,
    ) -> Channel:
        """Where all are of one workspace it is that one's, and where it is not said, the first one's."""
        with self.lock:
            ids = list(dict.fromkeys(self.person(m) for m in members))
            theirs = {self.users[i].team_id for i in ids}
            home = team.id if team else (theirs.pop() if len(theirs) == 1 else self.home.id)
            channel = Channel(
                id=self.new_id("D" if kind == "im" else "C"),
                name=name,
                kind=kind,
                team_id=home,
                creator=ids[0] if ids else "USLACKBOT",
                created=int(self.clock.now()),
                members=ids,
                general=general,
                topic=topic,
                purpose=purpose,
            )
            homes = [home, *(t.id for t in shared_with), *(self.users[i].team_id for i in ids)]
            channel.teams = list(dict.fromkeys(homes))
            self.channels[channel.id] = channel
            self.tell(ChannelOpened(channel.id))
            return channel

    def add_file(self, name: str = "screenshot.png", mimetype: str = "image/png", size: int = 1024) -> File:
        return File(id=self.new_id("F"), name=name, mimetype=mimetype, size=size)

    # -- finding

    def person(self, who: User | App | str) -> str:
        """The id of a user, of an app's bot user, or of whoever has that name."""
        if isinstance(who, User):
            return who.id
        if isinstance(who, App):
            return who.user_id
        return self.user(who).id

    def user(self, ref: str) -> User:
        with self.lock:
            found = self.users.get(ref) or next((u for u in self.users.values() if u.name == ref), None)
        if found is None:
            raise LookupError(f"no user {ref!r}")
        return found

    def channel(self, ref: str) -> Channel:
        name = ref.removeprefix("#")
        with self.lock:
            found = self.channels.get(ref) or next(
                (c for c in self.channels.values() if c.name and c.name == name), None
            )
        if found is None:
            raise LookupError(f"no channel {ref!r}")
        return found

    def app(self, ref: str) -> App:
        """By its id, or by its name as people see it."""
        with self.lock:
            found = self.apps.get(ref) or next((a for a in self.apps.values() if a.name == ref), None)
        if found is None:
            raise LookupError(f"no app {ref!r}")
        return found

    def app_in(self, app: App, team_id: str) -> App | None:
        """The same app, as it is in that workspace."""
        return next((a for a in self.apps.values() if a.api_id == app.api_id and a.team_id == team_id), None)

    def app_of(self, bot_user: str) -> App | None:
        return next((a for a in self.apps.values() if a.user_id == bot_user), None)

    def is_elsewhere(self, user: User, app: App) -> bool:
        """In a workspace that has the same app for itself: what becomes of them there is no news here."""
        return user.team_id != app.team_id and self.app_in(app, user.team_id) is not None

    def is_stranger(self, user: User, app: App) -> bool:
        """Of another company, and in no shared channel that this app can see."""
        if user.team_id == app.team_id:
            return False
        return not any(user.id in c.members and app.user_id in c.members for c in self.channels.values())

    def status(self, channel_id: str, thread_ts: str) -> Status | None:
        return self.statuses.get((channel_id, thread_ts))
