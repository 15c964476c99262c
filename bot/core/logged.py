"""What reaches a log, ours or a library's: whole lines, without anybody's secrets and data in them."""

import logging
from collections.abc import Mapping
from typing import Any

from policies.redaction.kinds import Redaction
from policies.redaction.view import masked


class Masked(logging.Formatter):
    """Both the last of structlog's processors, after the one that makes a line, and a formatter of everybody else's."""

    def __init__(self, rules: Redaction | None = None) -> None:
        super().__init__()
        self.rules = rules or Redaction()

    def __call__(self, _logger: Any, _method: str, line: str | Mapping[str, Any]) -> str:
        return masked(str(line), self.rules, "log")

    def format(self, record: logging.LogRecord) -> str:
        return masked(super().format(record), self.rules, "log")


MASKED = Masked()
"""Of this process. It goes by what is packaged, until somebody has read what is in force."""
