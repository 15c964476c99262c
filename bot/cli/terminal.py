"""Where a command begins and ends: settings in, words and an exit code out.

Exit codes: 0 answered or done, 1 a fault, 2 bad use, 3 refused.
"""

import getpass
import json
import logging
import os
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import NoReturn

import structlog
from pydantic import ValidationError
from rich.console import Console, RenderableType

from bot import settings
from bot.core.errors import BadUse, FootnoteError
from bot.core.logged import MASKED
from bot.settings import Settings
from connectors.model import Fatal, Retryable
from policies.people import Email, email_address
from policies.rules import RulesError

ANSWERED, FAULT, BAD_USE, REFUSED = 0, 1, 2, 3

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

_LAYOUT = frozenset("\n\t")
_TURNS_TEXT_AROUND = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def say(words: str, *, style: str | None = None) -> None:
    with _writing():
        out.print(printable(words), markup=False, style=style)


def show_table(table: RenderableType) -> None:
    with _writing():
        out.print(table)


def complain(words: str) -> None:
    with suppress(OSError):  # there is nobody left to complain to
        err.print(printable(words), markup=False)


def printable(words: str) -> str:
    """A document must not move the cursor, colour the screen or turn the text around: what would is shown as `�`."""
    return "".join(
        "\ufffd" if character in _TURNS_TEXT_AROUND or _controls(character) else character for character in words
    )


def readable(words: str) -> str:
    """What came from the command line as text that can be stored: bytes that are no UTF-8 come as half characters."""
    return words.encode("utf-8", errors="replace").decode()


def _controls(character: str) -> bool:
    return character not in _LAYOUT and unicodedata.category(character) in {"Cc", "Cs"}


@contextmanager
def command() -> Iterator[Settings]:
    """Every command runs inside this: what went wrong is said in one line, with what to do."""
    structlog.configure(
        processors=[  # a traceback without the values in it: those may be what somebody must not read
            structlog.processors.add_log_level,
            structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
            MASKED,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    if logging.lastResort is not None:  # where what libraries say goes
        logging.lastResort.setFormatter(MASKED)
    try:
        yield _settings()
    except BadUse as error:
        stop(BAD_USE, str(error))
    except (FootnoteError, RulesError, Retryable, Fatal) as error:
        stop(FAULT, str(error))


def stop(code: int, words: str) -> NoReturn:
    complain(words)
    raise SystemExit(code)


def print_json(value: object) -> None:
    with _writing():
        sys.stdout.write(json.dumps(value, indent=2) + "\n")
        sys.stdout.flush()  # here it can still be said that this failed


def person(address: str, *, named_by: str = "--as takes") -> Email:
    try:
        return email_address(address)
    except ValueError:
        raise BadUse(f"{named_by} an e-mail address, such as ana@acme.test; {address!r} is none.") from None


def operator() -> str:
    """Who really sits here: `--as` says in whose name, this says who."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"


@contextmanager
def _writing() -> Iterator[None]:
    """Who stops reading, as `head` does, has had enough; a full disk has to be said, for the reply is lost with it.

    What is still held back would be written, and would fail, once more when Python ends: so it goes nowhere.
    """
    try:
        yield
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):
            raise SystemExit(FAULT) from None
        stop(FAULT, f"The output cannot be written: {error.strerror}. Make room, or write it elsewhere.")


def _settings() -> Settings:
    try:
        return settings.load()
    except ValidationError as error:  # here only: any other is no setting, but a fault of ours
        raise BadUse(_first(error)) from error


def _first(error: ValidationError) -> str:
    first = error.errors()[0]
    variable = settings.variable(str(first["loc"][0]))
    return f"The setting {variable} is not usable: {first['msg']}. Correct it, or unset it: it has a default."
