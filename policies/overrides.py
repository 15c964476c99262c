"""What have admins set in place of the packaged rules? It is kept apart from them, so that a newer package comes through
wherever nobody has said otherwise. A value that is as packaged is no override.
"""

import tomllib
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from policies.rules import FILES, OVERRIDES, RulesError, line_of, parse, tables
from policies.spelt import dotted, toml

Path = tuple[str, ...]
"""Of a value: the file without its ending, the tables, the key."""

Texts = Mapping[str, str]
Leaves = Mapping[Path, Any]


class Difference(NamedTuple):
    """Of one value; None: there was, or is, none."""

    path: Path
    before: Any
    after: Any


def path_of(text: str) -> Path:
    """`answers.ages.places."wiki/hr"`, as TOML has it; the file may be called with its ending."""
    try:
        found = leaves(tomllib.loads(f"{text.strip()} = 0"))
    except tomllib.TOMLDecodeError:
        found = {}
    if list(found.values()) != [0] or "\n" in text.strip():
        raise RulesError(text, None, "this is no name of a rule: it reads answers.answer.max_lines")
    (path,) = found
    return (path[0], *path[2:]) if path[1:2] == ("toml",) else path


def value_of(text: str) -> Any:
    """A value as TOML has it; a single word needs no quotes, and a telephone's quotes are quotes."""
    straight = text.strip().translate({0x201C: '"', 0x201D: '"', 0x201E: '"'}) if '"' not in text else text.strip()
    for written in (straight, f'"{straight}"' if straight.replace("_", "").replace("-", "").isalnum() else straight):
        try:
            found = tomllib.loads(f"value = {written}")
        except tomllib.TOMLDecodeError:
            continue
        if list(found) == ["value"]:
            return found["value"]
    raise RulesError(text, None, 'this is no value: it reads 8, 0.5, true, a word, or ["one", "two"]')


def within(texts: Texts, path: Path) -> Any:
    """The value or the table at that path, as it holds; None: there is none."""
    found: Any = {stem_of(file): table for file, table in tables(texts).items()}
    for name in path:
        if not isinstance(found, dict) or name not in found:
            return None
        found = found[name]
    return found


def leaves(found: Any, at: Path = ()) -> dict[Path, Any]:
    return dict(_leaves(found, at))


def overridden(texts: Texts) -> Leaves:
    return leaves(tomllib.loads(texts.get(OVERRIDES, "")))


def with_all(texts: Texts, path: Path, found: Any) -> dict[str, str]:
    """The texts with this value or table there, and nothing else there that was set. Refuses what would not be rules."""
    packaged = {file: text for file, text in texts.items() if file != OVERRIDES}
    as_packaged = leaves(within(packaged, path), path)
    kept = {one: value for one, value in overridden(texts).items() if one[: len(path)] != path}
    fresh = {one: value for one, value in leaves(found, path).items() if as_packaged.get(one, ...) != value}
    made = _with(packaged, {**kept, **fresh})
    parse(made)
    return made


def as_packaged(texts: Texts, path: Path) -> dict[str, str]:
    packaged = {file: text for file, text in texts.items() if file != OVERRIDES}
    made = _with(packaged, {one: value for one, value in overridden(texts).items() if one[: len(path)] != path})
    parse(made)
    return made


def carried(texts: Texts, packaged: Texts) -> dict[str, str]:
    """The newer package with what was set before."""
    over = texts.get(OVERRIDES)
    return {**packaged, **({OVERRIDES: over} if over else {})}


def differences(before: Texts, after: Texts) -> tuple[Difference, ...]:
    was, now = (leaves(within(texts, ())) for texts in (before, after))
    return tuple(
        Difference(path, was.get(path), now.get(path))
        for path in sorted({*was, *now})
        if was.get(path, ...) != now.get(path, ...)
    )


def form_of(texts: Texts, path: Path) -> str | None:
    """What stands there, to be edited. None: there is nothing."""
    found = within(texts, path)
    if found is None or not path:
        return None
    return toml(found) if isinstance(found, dict) else toml({path[-1]: found})


def from_form(texts: Texts, path: Path, written: str) -> dict[str, str]:
    """What was edited, in its place. A refusal names the line of `written`."""
    try:
        read = tomllib.loads(written)
    except tomllib.TOMLDecodeError as error:
        raise RulesError(*_not_toml(written, error)) from error
    is_table = isinstance(within(texts, path) or {}, dict)  # where there is nothing yet, a table is begun
    if not is_table and list(read) != [path[-1]]:
        raise RulesError("this text", None, f"it has to read {path[-1]} = …, and nothing else")
    try:
        return with_all(texts, path, read if is_table else read[path[-1]])
    except RulesError as error:
        inside = error.path[len(path) - (0 if is_table else 1) :] if error.path[: len(path)] == path else ()
        raise RulesError("this text", line_of(list(inside), written), error.reason, error.path) from error


def stem_of(file: str) -> str:
    return file.removesuffix(".toml")


def _not_toml(written: str, error: tomllib.TOMLDecodeError) -> tuple[str, int | None, str]:
    before, _, after = str(error).partition(" (at line ")
    number = after.partition(",")[0]
    return (
        "this text",
        int(number) if number.isdigit() else max(1, len(written.splitlines())),
        before.partition(" (at")[0],
    )


def _with(packaged: Texts, over: Leaves) -> dict[str, str]:
    text = toml(_nested(over))
    return {**packaged, **({OVERRIDES: text} if text else {})}


def _nested(over: Leaves) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for path, value in sorted(over.items()):
        if f"{path[0]}.toml" not in FILES:
            raise RulesError(path[0], None, f"there are no such rules; there are {', '.join(map(stem_of, FILES))}")
        table = made
        for name in path[:-1]:
            table = table.setdefault(name, {})
            if not isinstance(table, dict):
                raise RulesError(dotted(path), None, f"`{name}` is a value, and has nothing in it")
        table[path[-1]] = value
    return made


def _leaves(found: Any, at: Path) -> Iterator[tuple[Path, Any]]:
    if isinstance(found, dict):
        for name, one in found.items():
            yield from _leaves(one, (*at, name))
    elif found is not None:
        yield at, found
