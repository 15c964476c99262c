"""After whatever people do to a wiki, whatever goes wrong and wherever a sync dies, what each person finds in the real
stores is what the oracle says, document by document; and before that, with the live check, nobody is shown more.

Where a channel's readers are many, who is in which group holds as of the last whole look at the groups; about one person
the site itself is asked, and only which account is theirs holds as of then.
"""

import random
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from connectors.confluence import access
from connectors.model import Loop
from tests.flows.deeds import ADDRESSES, DEEDS
from tests.flows.story import UNTROUBLED, Shelter, Site, Story, Trouble, shelter, story, wanders

EXAMPLES, STEPS = 100, 8  # of each of the two

sites = st.builds(
    Site,
    sees_everything=st.sampled_from([True, True, False]),
    most_at_once=st.sampled_from([None, None, 3]),
    minds_labels=st.booleans(),
)
troubles = st.builds(
    Trouble,
    seed=st.integers(0, 10_000),
    share=st.sampled_from([0.0, 0.0, 0.1, 0.5]),
    dies_at=st.one_of(st.none(), st.integers(1, 20)),
    deed=st.one_of(st.none(), st.sampled_from(sorted(DEEDS))),
    before_request=st.integers(0, 30),
)


class Wiki(RuleBasedStateMachine):
    def __init__(self, shelter: Shelter, *, admin: bool) -> None:
        super().__init__()
        self.shelter, self.admin = shelter, admin
        self.opened = ExitStack()

    @initialize(site=sites, gone=st.sampled_from([(), tuple(Loop)]), settles=st.sampled_from("nnny"))
    def begins(self, site: Site, gone: tuple[Loop, ...], settles: str) -> None:
        self.may_settle = settles == "y"
        self.story: Story = self.opened.enter_context(story(self.shelter, site._replace(admin=self.admin)))
        if gone:
            self.story.goes(gone, UNTROUBLED)

    @rule(name=st.sampled_from(sorted(DEEDS)), data=st.data())
    def somebody(self, name: str, data: st.DataObject) -> None:
        self.story.does(name, lambda items: data.draw(st.sampled_from(items)))

    @rule(name=st.sampled_from(sorted(DEEDS)), data=st.data())
    def somebody_else(self, name: str, data: st.DataObject) -> None:
        """As often again: most of what happens is done by people."""
        self.somebody(name, data)

    @rule(loops=st.sets(st.sampled_from(Loop), min_size=1), trouble=troubles)
    def goes(self, loops: set[Loop], trouble: Trouble) -> None:
        self.story.goes(loops, trouble)

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
                self.settles(ADDRESSES[self.story.ours.written % len(ADDRESSES)])
        finally:
            self.opened.close()


@pytest.mark.parametrize("admin", [True, False], ids=["whose token may ask about others", "whose token may not"])
def test_wiki_is_shown_to_nobody_whom_it_forbids_it_and_found_by_everybody_once_it_is_settled(
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
            lambda: Wiki(found, admin=admin),  # type: ignore[arg-type]  # whatever makes one is taken
            settings=often,
        )


def test_story_notices_when_a_restriction_opens_to_everybody(
    migrated_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "own_layer", lambda source, *_: access.open_layer(source))
    with shelter(migrated_file) as found, story(found, Site()) as ours:
        ours.settles([])
        assert "ben@acme.test finds 65543" in ours.mismatches
        ours.asks(["ana@acme.test", "ben@acme.test"])
        assert "ben@acme.test was shown 65543 (2 ask)" in ours.over_grants


def test_story_by_the_die_ends_settled(migrated_file: Path) -> None:
    with shelter(migrated_file) as found, story(found, Site(most_at_once=2)) as ours:
        assert wanders(ours, random.Random(3), 25) == 25
        assert ours.over_grants == ours.mismatches == []
