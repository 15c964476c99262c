"""What a process that reads a stranger's file cannot do, whatever a library in it would like."""

import subprocess
import sys

import pytest

ATTEMPTS = {
    "connect": "import socket; socket.create_connection(('127.0.0.1', 1))",
    "resolve": "import socket; socket.getaddrinfo('wiki.test', 80)",
    "start": "import subprocess; subprocess.run(['true'])",
    "system": "import os; os.system('true')",
    "fork": "import os; os.fork()",
    "write": "open('written', 'w')",
    "append": "open(__import__('pathlib').__file__, 'a')",
    "read": "open('/etc/hostname')",
    "remove": "import os; os.remove('/nowhere/a')",
    "rename": "import os; os.rename('/nowhere/a', '/nowhere/b')",
    "make": "import os; os.mkdir('/nowhere')",
    "kill": "import os; os.kill(os.getppid(), 0)",
}


def confined(attempt: str, *, seconds: float = 5, memory: int = 500_000_000) -> subprocess.CompletedProcess[str]:
    program = (
        f"from connectors.files.confinement import confine; confine({seconds}, {memory})\n{attempt}\nprint('done')"
    )
    return subprocess.run([sys.executable, "-B", "-c", program], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("attempt", ATTEMPTS.values(), ids=ATTEMPTS)
def test_it_is_refused(attempt: str) -> None:
    assert "PermissionError" in confined(attempt).stderr


def test_what_c_code_opened_cannot_grow() -> None:
    grown = confined("import os; os.write(os.memfd_create('a'), b'x')")
    assert "File too large" in grown.stderr


def test_memory_ends_somewhere() -> None:
    assert "MemoryError" in confined("bytes(600_000_000)").stderr


def test_time_ends_somewhere_in_c_code_too() -> None:
    assert confined("(1 << 9_999_999) ** 99", seconds=0.2).returncode == -14


def test_its_own_program_is_read() -> None:
    assert confined("import colorsys").stdout == "done\n"
