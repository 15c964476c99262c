"""Whoever is told to stop, stops: at whatever moment they are told."""

import subprocess
import sys

OFTEN = """
import os, random, signal, sys, threading
from bot.cli.serve import until_told_to_stop

sys.setswitchinterval(1e-5)
rounds, before = threading.Semaphore(0), [signal.getsignal(signal.SIGTERM)]

def tell():
    while rounds.acquire():
        while signal.getsignal(signal.SIGTERM) is before[0]:
            pass  # it is not listened for yet
        for _ in range(random.randrange(300)):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

threading.Thread(target=tell, daemon=True).start()
for _ in range(2_000):
    before[0] = signal.getsignal(signal.SIGTERM)
    rounds.release()
    until_told_to_stop()
print("stopped each time")
"""


def test_a_signal_is_heard_in_whatever_moment_it_comes() -> None:
    said = subprocess.run([sys.executable, "-c", OFTEN], capture_output=True, text=True, timeout=60, check=False)
    assert said.stdout == "stopped each time\n", said.stderr
