"""A secret of an emulator, in a file that nobody else reads."""

import os
import secrets
from pathlib import Path


def kept(secret: str, path: Path) -> Path:
    """Whole or not at all, and for nobody else."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(secret)
    draft.replace(path)
    return path
