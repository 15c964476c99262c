"""A Drive as large as one likes, the same for the same seed: for benches, which measure what is not Google's own doing."""

from collections.abc import Sequence
from random import Random
from typing import Final

from bot.playground.google.nouns import Role
from bot.playground.slack.clock import Clock
from bot.playground.world import World

ADMIN: Final = "admin@crowd.test"
SYLLABLES: Final = ("ka", "lo", "mi", "ren", "tas", "vu", "pel", "dor", "sim", "nak", "ter", "osk", "bri", "fen", "gul")
SENTENCE: Final = 12  # words
MINUTE: Final = 60.0


def crowd(
    files: int = 20_000,
    *,
    drives: int = 4,
    people: int = 50,
    groups: int = 12,
    words: int = 120,  # of each file
    shared: float = 0.03,  # of the files, beyond the members of their drive
    limited: float = 0.02,  # of the folders
    seed: int = 0,
    clock: Clock | None = None,
) -> World:
    """One in ten files lies in somebody's My Drive."""
    world = World(clock=clock, name="Crowd", domain="crowd.test")
    directory, drive = world.google.directory, world.google.drive
    drawn = Random(seed)  # noqa: S311 - it has to be the same again
    directory.add_user(ADMIN, admin=True)
    everybody = [directory.add_user(f"person-{number}@crowd.test").email for number in range(people)]
    teams = [directory.add_group(f"team-{number}@crowd.test").email for number in range(groups)]
    for email in everybody:
        for team in drawn.sample(teams, k=min(3, len(teams))):
            directory.add_members(team, email)
    folders: dict[str, list[str]] = {}
    for number in range(drives):
        members: dict[str, Role] = dict.fromkeys(drawn.sample(teams, k=min(4, len(teams))), "reader")
        made = drive.add_drive(f"Drive {number}", members | {ADMIN: "organizer"})
        folders[made.id] = [made.id]
    vocabulary = [f"{a}{b}{c}" for a in SYLLABLES for b in SYLLABLES for c in SYLLABLES]
    now = world.clock.now()
    for number in range(files):
        top = drawn.choice([*folders])
        if drawn.random() < 0.05:  # noqa: PLR2004 - a folder for about twenty files
            folder = drive.add_folder(f"Folder {number}", parent=drawn.choice(folders[top][-10:]))
            folders[top].append(folder.id)
            if drawn.random() < limited:
                drive.limit(folder.id)
        mine = drawn.random() < 0.1  # noqa: PLR2004
        file = drive.add_doc(
            f"File {number} on {drawn.choice(vocabulary)}",
            _body(drawn, vocabulary, words),
            parent=None if mine else drawn.choice(folders[top][-10:]),
            owner=drawn.choice(everybody) if mine else None,
            at=now - (files - number) * MINUTE,
        )
        if drawn.random() < shared:
            drive.share(file.id, drawn.choice([*teams, *everybody, "crowd.test"]))
    return world


def _body(drawn: Random, vocabulary: Sequence[str], words: int) -> str:
    said = drawn.choices(vocabulary, k=words)
    sentences = [" ".join(said[at : at + SENTENCE]).capitalize() + "." for at in range(0, words, SENTENCE)]
    return f"## {said[0].capitalize()}\n\n" + "\n\n".join(sentences) + "\n"
