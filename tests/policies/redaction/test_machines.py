"""Addresses of machines, and of money on a chain."""

import pytest

from policies.redaction.kinds import Kind
from tests.policies.redaction.looking import hidden


def test_addresses_of_machines_are_seen() -> None:
    text = "From 10.1.2.3 or 2001:db8::8a2e:370:7334 (fe80::1), not 127.0.0.1, ::1, 255.255.255.0, 999.1.1.1, 1.2.3.4.5 or 12:30:45."
    assert hidden(text, Kind.IP) == ["10.1.2.3", "2001:db8::8a2e:370:7334", "fe80::1"]
    assert hidden("aa:bb:cc:dd:ee:ff, 0011.2233.4455, 11:22:33", Kind.MAC) == ["aa:bb:cc:dd:ee:ff", "0011.2233.4455"]


@pytest.mark.parametrize(
    ("wallet", "broken"),
    [
        ("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb"),
        ("3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy", "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLz"),
        ("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5"),
        ("0x52908400098527886E0F7030069857D2E4169EE7", "0x52908400098527886E0F7030069857D2E4169EE"),
    ],
)
def test_wallets_are_seen_by_their_checksum_where_they_have_one(wallet: str, broken: str) -> None:
    assert hidden(f"Send it to {wallet}.", Kind.WALLET) == [wallet]
    assert hidden(f"Send it to {broken}.", Kind.WALLET) == []
