"""Measurements that anyone can run: `python -m tests.bench.NAME [--quick] [--json]`."""

from bot.settings import quiet_libraries

quiet_libraries()  # before NumPy is imported: as many threads as when it serves
