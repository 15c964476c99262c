"""No line of a log has a secret or somebody's data in it, whoever wrote it."""

import io
import logging
from collections.abc import Iterator

import pytest
import structlog

from bot.cli import terminal
from bot.core.logged import Masked
from policies.redaction.kinds import Redaction

WHOLE = "card 4111 1111 1111 1111 of ana@acme.test, password=hunter2Summer, +49 30 901820"
HIDDEN = ("4111", "hunter2", "ana@", "901820")


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What a command's log says, configured as every command configures it."""
    written = io.StringIO()
    before = structlog.get_config()
    formatter = logging.lastResort.formatter if logging.lastResort is not None else None
    with terminal.command():
        structlog.configure(logger_factory=structlog.PrintLoggerFactory(written), cache_logger_on_first_use=False)
        yield written
    structlog.configure(**before)
    if logging.lastResort is not None:
        logging.lastResort.setFormatter(formatter)


def test_values_and_messages_of_our_log_are_masked(lines: io.StringIO) -> None:
    structlog.get_logger().warning(f"could not use {WHOLE}", why=WHOLE, nested={"a": [WHOLE]})
    assert "[card 1]" in lines.getvalue()
    assert not any(part in lines.getvalue() for part in HIDDEN)


def test_tracebacks_are_masked(lines: io.StringIO) -> None:
    try:
        int(WHOLE)
    except ValueError:
        structlog.get_logger().exception("it failed")
    assert "ValueError" in lines.getvalue()
    assert not any(part in lines.getvalue() for part in HIDDEN)


def test_what_libraries_say_is_masked(lines: io.StringIO) -> None:
    assert logging.lastResort is not None
    record = logging.LogRecord("litellm", logging.WARNING, __file__, 1, "sent %s", (WHOLE,), None)
    said = logging.lastResort.format(record)
    assert "[card 1]" in said
    assert not any(part in said for part in HIDDEN)


def test_ordinary_lines_are_as_they_were() -> None:
    line = "2026-11-26 [warning] a message grows no more  channel=C0123456789 ms=1250.5 host=db.acme.test:5432"
    assert Masked()(None, "warning", line) == line
    assert Masked()(None, "warning", "from 10.1.2.3") == "from 10.1.2.3"
    assert Masked(Redaction(log={}))(None, "warning", "from 10.1.2.3") == "from [ip 1]"
