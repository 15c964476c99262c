"""A source that is asked before it is added: what our account may do there, and what would be read."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from bot import app
from bot.cli.sources import add as add_source
from bot.cli.terminal import complain, print_json, say
from bot.core.errors import BadUse, Unready
from connectors.model import AccessUnknown, Fatal, Problem, Retryable

if TYPE_CHECKING:
    from connectors.privileges import Privilege

_MOST_PROBLEMS = 20


class Looked(NamedTuple):
    """What came of it, for a person and for a program."""

    is_enough: bool
    say: Callable[[], None]
    body: Mapping[str, Any]


def add(
    records: app.Records,
    name: str,
    kind: str,
    settings: Mapping[str, str],
    looked: Looked,
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    if as_json:
        print_json(looked.body)
    else:
        looked.say()
    if not looked.is_enough:
        raise Unready(f"{name} was not added: see what is missing above, and try again.")
    if not dry_run:
        add_source(records, name, kind, settings)


@contextmanager
def asking() -> Iterator[None]:
    """What a source says, as a command says it."""
    try:
        yield
    except (Fatal, AccessUnknown) as error:
        raise BadUse(f"{error}.") from error
    except Retryable as error:
        raise Unready(f"{error}. Try again in a while.") from error


def say_privileges(privileges: Sequence["Privilege"]) -> None:
    for privilege in privileges:
        if privilege.missing is None:
            say(f"  yes  {privilege.name}", style="dim")
        else:
            _complain_of(privilege)


def say_problems(problems: Sequence[Problem]) -> None:
    for problem in problems[:_MOST_PROBLEMS]:
        complain(f"  {problem.where}: {problem.reason}")
    if len(problems) > _MOST_PROBLEMS:
        complain(f"  … and {len(problems) - _MOST_PROBLEMS} more: --json")


def say_nothing_added() -> None:
    say("Nothing was added. Leave out --dry-run to add it.")


def _complain_of(privilege: "Privilege") -> None:
    word = "NO" if privilege.needed else "no"
    complain(f"  {word:3}  {privilege.name}: {privilege.missing}")
    complain(f"       without it: {privilege.lost}. The scopes for it: {' and '.join(privilege.scopes)}")
