"""After whatever people do to a folder, a wiki and a Drive, whatever goes wrong and wherever a sync dies, what each person
finds in the real stores is what the oracles say, document by document; and before that, with the live check, nobody is
shown more.

Where a channel's readers are many, who is in which group holds as of the last whole look at the groups; about one person
the source itself is asked, and only which account is theirs holds as of then.
"""

import random
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from connectors.confluence import access as wiki_access
from connectors.drive import access as drive_access
from connectors.folder import access as folder_access
from connectors.model import Loop
from policies.access import Grant
from tests.flows.deeds import ADDRESSES
from tests.flows.parts import Site
from tests.flows.story import TOGETHER, UNTROUBLED, Shelter, Story, Trouble, shelter, story, wanders

EXAMPLES, STEPS = 20, 8  # of each of the two; `tests.bench.access` goes thousands of steps

sites = st.builds(
    Site,
    sources=st.sampled_from(TOGETHER),
    sees_everything=st.sampled_from([True, True, False]),
    most_at_once=st.sampled_from([None, None, 3]),
    minds_labels=st.booleans(),
    my_drive=st.booleans(),
    is_open_without_access=st.sampled_from([False, False, True]),
)
troubles = st.builds(
    Trouble,
    seed=st.integers(0, 10_000),
    share=st.sampled_from([0.0, 0.0, 0.1, 0.5]),
    dies_at=st.one_of(st.none(), st.integers(1, 20)),
    before_request=st.integers(0, 30),
)


class Sources(RuleBasedStateMachine):
    def __init__(self, shelter: Shelter, *, admin: bool) -> None:
        super().__init__()
        self.shelter, self.admin = shelter, admin
        self.opened = ExitStack()

    @initialize(site=sites, gone=st.sampled_from([(), tuple(Loop)]), settles=st.sampled_from("nnny"))
    def begins(self, site: Site, gone: tuple[Loop, ...], settles: str) -> None:
        self.may_settle = settles == "y"
        self.story: Story = self.opened.enter_context(story(self.shelter, site._replace(admin=self.admin)))
        for source in self.story.parts if gone else ():
            self.story.goes(source, gone, UNTROUBLED)

    @rule(data=st.data())
    def somebody(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(self.story.deeds))
        self.story.does(name, lambda items: data.draw(st.sampled_from(items)))

    @rule(data=st.data())
    def somebody_else(self, data: st.DataObject) -> None:
        """As often again: most of what happens is done by people."""
        self.somebody(data)

    @rule(data=st.data(), loops=st.sets(st.sampled_from(Loop), min_size=1), trouble=troubles)
    def goes(self, data: st.DataObject, loops: set[Loop], trouble: Trouble) -> None:
        source = data.draw(st.sampled_from(sorted(self.story.parts)))
        deed = data.draw(st.none() | st.sampled_from(self.story.deeds))
        self.story.goes(source, loops, trouble._replace(deed=deed))

    @rule(
        askers=st.lists(st.sampled_from(ADDRESSES), min_size=1, max_size=2, unique=True),
        share=st.sampled_from([0.0, 0.0, 0.2]),
        seed=st.integers(0, 100),
    )
    def asks(self, askers: list[str], share: float, seed: int) -> None:
        self.story.asks(askers, Trouble(seed=seed, share=share))
        assert self.story.over_grants == []

    @precondition(lambda self: self.may_settle)
    @rule(asker=st.sampled_from(ADDRESSES))
    def settles(self, asker: str) -> None:
        """In the middle of few stories, for it takes long, and at the end of all."""
        self.may_settle = False
        self.story.settles([asker])
        assert self.story.over_grants == []
        assert self.story.mismatches == []

    def teardown(self) -> None:
        try:
            if hasattr(self, "story"):
                self.settles(ADDRESSES[sum(part.ours.written for part in self.story.parts.values()) % len(ADDRESSES)])
        finally:
            self.opened.close()


@pytest.mark.parametrize("admin", [True, False], ids=["whose token may ask about others", "whose token may not"])
def test_sources_are_shown_to_nobody_whom_they_forbid_it_and_found_by_everybody_once_they_are_settled(
    migrated_file: Path, *, admin: bool
) -> None:
    often = settings(
        max_examples=EXAMPLES,
        stateful_step_count=STEPS,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )
    with shelter(migrated_file) as found:
        run_state_machine_as_test(
            lambda: Sources(found, admin=admin),  # type: ignore[arg-type]  # whatever makes one is taken
            settings=often,
        )


def test_story_notices_when_a_restriction_of_a_wiki_opens_to_everybody(
    migrated_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wiki_access, "own_layer", lambda source, *_: wiki_access.open_layer(source))
    with shelter(migrated_file) as found, story(found, Site()) as ours:
        ours.settles([])
        assert "ben@acme.test finds wiki:65543" in ours.mismatches
        ours.asks(["ana@acme.test", "ben@acme.test"])
        assert "ben@acme.test was shown wiki:65543 (2 ask)" in ours.over_grants


def test_story_notices_when_a_link_to_a_file_counts_as_a_grant(
    migrated_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drive_access, "_with_the_link", lambda *_: (drive_access.ANYONE,))
    with shelter(migrated_file) as found, story(found, Site()) as ours:
        hers = _file(ours, "Hers")
        ours.parts["drive"].ours.files.share(hers, discoverable=False)
        ours.settles([])
        assert f"cy@acme.test finds drive:{hers}" in ours.mismatches
        ours.asks(["cy@acme.test"])
        assert f"cy@acme.test was shown drive:{hers} (1 asks)" in ours.over_grants


def test_story_notices_when_a_grant_that_has_ended_still_opens(
    migrated_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drive_access, "Grant", lambda **given: Grant(principal=given["principal"]))
    with shelter(migrated_file) as found, story(found, Site()) as ours:
        hers = _file(ours, "Hers")
        ours.parts["drive"].ours.files.share(hers, "cy@acme.test", expires=ours.clock.now() + 7_200)
        ours.settles([])
        assert ours.mismatches == [f"cy@acme.test finds drive:{hers}"]


def test_story_notices_when_one_layer_of_a_page_of_a_folder_is_left_out(
    migrated_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    layers = folder_access.layers
    monkeypatch.setattr(folder_access, "layers", lambda *given, **more: layers(*given, **more)[:1])
    with shelter(migrated_file) as found, story(found, Site()) as ours:
        ours.settles([])
        assert ours.mismatches == ["ana@acme.test finds handbook:hr/leave/b.markdown"]
        ours.asks(["ana@acme.test"])
        assert ours.over_grants == ["ana@acme.test was shown handbook:hr/leave/b.markdown (1 asks)"]


def _file(ours: Story, name: str) -> str:
    (found,) = [id_ for id_, file in ours.parts["drive"].ours.files.files.items() if file.name == name]
    return str(found)


def test_story_by_the_die_ends_settled(migrated_file: Path) -> None:
    with shelter(migrated_file) as found, story(found, Site(most_at_once=2)) as ours:
        assert wanders(ours, random.Random(3), 25) == 25
        assert ours.over_grants == ours.mismatches == []
