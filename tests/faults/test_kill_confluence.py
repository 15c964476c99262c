"""`kill -9` in a loop during the first sync of a wiki: it goes on from where it was, and ends as one that nobody killed.

`python -m tests.bench.access` kills it fifty times.
"""

from pathlib import Path

from tests.faults.first_sync import wiki_to_kill


def test_first_sync_that_dies_again_and_again_ends_as_one_that_was_left_alone(
    tmp_path: Path, database_url: str
) -> None:
    with wiki_to_kill(tmp_path, database_url, pages=40, seed=5) as killing:
        ended = killing.until(4)
    assert ended.kills == 4
    assert (ended.as_uninterrupted, ended.duplicates) == (ended.homes, 0)
