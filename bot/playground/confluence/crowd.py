"""A site as large as one likes, the same for the same seed: for benches, which measure what is not the site's own doing."""

from collections.abc import Sequence
from random import Random
from typing import Final

from bot.playground.slack.clock import Clock
from bot.playground.world import World

BOT: Final = "footnote@crowd.test"
SYLLABLES: Final = ("ka", "lo", "mi", "ren", "tas", "vu", "pel", "dor", "sim", "nak", "ter", "osk", "bri", "fen", "gul")
SENTENCE: Final = 12  # words
MINUTE: Final = 60.0


def crowd(
    pages: int = 20_000,
    *,
    spaces: int = 4,
    people: int = 50,
    groups: int = 12,
    words: int = 120,  # of each page
    restricted: float = 0.03,  # of the pages
    attachments: int = 0,
    comments: int = 0,
    seed: int = 0,
    clock: Clock | None = None,
) -> World:
    world = World(clock=clock, name="Crowd")
    drawn = Random(seed)  # noqa: S311 - it has to be the same again
    bot = world.add_person("Footnote", email=BOT, app=True, admin=True).account_id
    made = [world.add_group(f"team-{number}", members=[bot]).id for number in range(groups)]
    for number in range(people):
        belongs = drawn.sample(made, k=min(3, len(made)))
        world.add_person(f"Person {number}", email=f"person-{number}@crowd.test", groups=belongs)
    keys = [world.confluence.add_space(f"S{number}", f"Space {number}").id for number in range(spaces)]
    vocabulary = [f"{a}{b}{c}" for a in SYLLABLES for b in SYLLABLES for c in SYLLABLES]
    above: dict[str, list[str]] = {key: [] for key in keys}
    now = world.clock.now()
    for number in range(pages):
        key = keys[number % spaces]
        parent = drawn.choice(above[key][-40:]) if above[key] and drawn.random() < 0.95 else None  # noqa: PLR2004
        page = world.confluence.add_page(
            key,
            f"Page {number} on {drawn.choice(vocabulary)}",
            _body(drawn, vocabulary, words),
            parent=parent,
            at=now - (pages - number) * MINUTE,
            position=number,
        )
        if drawn.random() < 0.2:  # noqa: PLR2004 - what others lie under
            above[key].append(page.id)
        if made and drawn.random() < restricted:
            world.confluence.restrict(page.id, groups=drawn.sample(made, k=min(2, len(made))))
    _hang(world, drawn, vocabulary, attachments=attachments, comments=comments)
    return world


def _body(drawn: Random, vocabulary: Sequence[str], words: int) -> str:
    said = drawn.choices(vocabulary, k=words)
    sentences = [" ".join(said[at : at + SENTENCE]).capitalize() + "." for at in range(0, words, SENTENCE)]
    return f"<h2>{said[0].capitalize()}</h2>" + "".join(f"<p>{sentence}</p>" for sentence in sentences)


def _hang(world: World, drawn: Random, vocabulary: Sequence[str], *, attachments: int, comments: int) -> None:
    holders = [content.id for content in world.confluence.content.values() if content.kind == "page"]
    for number in range(attachments):
        text = " ".join(drawn.choices(vocabulary, k=SENTENCE))
        world.confluence.add_attachment(drawn.choice(holders), f"file-{number}.txt", text.encode())
    for _ in range(comments):
        text = " ".join(drawn.choices(vocabulary, k=SENTENCE))
        world.confluence.add_comment(drawn.choice(holders), f"<p>{text}.</p>")
