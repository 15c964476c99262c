"""What every emulator here has in common: a port of this machine, what goes wrong on it, what was asked, and its levers.

It knows none of the things that are emulated.
"""
