"""What an `access` value means, and that every mistake in it means nobody."""

import pytest

from connectors.folder import access, plain_yaml
from connectors.folder.plain_yaml import Malformed
from connectors.model import OwnedLayer


def layers(text: str) -> tuple[OwnedLayer, ...]:
    return access.layers("acme", plain_yaml.parse(text))


def principals(text: str) -> list[list[str]]:
    return [sorted(grant.principal for grant in owned.layer.grants) for owned in layers(text)]


REFUSED = {
    "string instead of list": ("anyone", "must be a list of layers"),
    "number": ("1", "must be a list of layers"),
    "null": ("~", "must be a list of layers"),
    "mapping": ("{group: eng}", "must be a list of layers"),
    "flat list": ("[group:eng, anyone]", "each layer must be a list"),
    "one flat among lists": ("[[group:eng], anyone]", "each layer must be a list"),
    "explicit null layer": ("[[group:eng], ~]", "each layer must be a list"),
    "empty layer": ("[[]]", "without principals"),
    "empty layer beside another": ("[[anyone], []]", "without principals"),
    "list in layer": ("[[[anyone]]]", "one word"),
    "blank after colon": ("[[group: eng]]", "one word"),
    "unknown kind": ("[[role:admin]]", "unknown principal"),
    "no kind": ("[[eng]]", "unknown principal"),
    "everyone is not anyone": ("[[everyone]]", "unknown principal"),
    "capital anyone": ("[[Anyone]]", "unknown principal"),
    "capital kind": ("[[Group:eng]]", "unknown principal"),
    "null principal": ("[[~]]", "unknown principal"),
    "blank before": ("[[' group:eng']]", "unknown principal"),
    "wildcard-like nothing": ("[['group:']]", "not a group"),
    "two groups in one word": ("[['group:a,group:b']]", "not a group"),
    "group with blank": ("[['group:a b']]", "not a group"),
    "group with invisible sign": ('[["group:a\\u200bb"]]', "not a group"),
    "group line end": ('[["group:a\\n"]]', "not a group"),
    "group name too long": (f"[['group:{'x' * 201}']]", "not a group"),
    "address too long": (f"[['user:{'x' * 250}@acme.test']]", "not an e-mail"),
    "no domain": ("[['user:ana']]", "not an e-mail"),
    "no dot": ("[['user:ana@acme']]", "not an e-mail"),
    "two addresses": ("[['user:ana@acme.test,bo@acme.test']]", "not an e-mail"),
    "angle brackets": ("[['user:<ana@acme.test>']]", "not an e-mail"),
    "address with blank": ("[['user: ana@acme.test']]", "not an e-mail"),
    "any user": ("[['user:*']]", "not an e-mail"),
    "Kelvin sign would become k": ("[['user:\u212aim@acme.test']]", "not an e-mail"),
}


@pytest.mark.parametrize(("text", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_malformed_access_is_refused_with_its_line(text: str, reason: str) -> None:
    with pytest.raises(Malformed, match=reason) as refused:
        layers(f"# a comment\n{text}")
    assert refused.value.line == 2


UNDERSTOOD = {
    "nobody": ("[]", []),
    "one group": ("[[group:eng]]", [["acme/group:eng"]]),
    "either opens": ("[[group:eng, anyone]]", [["acme/anyone", "acme/group:eng"]]),
    "both must open": ("[[group:eng], [group:hr]]", [["acme/group:eng"], ["acme/group:hr"]]),
    "block style": ("- - group:eng\n  - user:ana@acme.test\n", [["acme/group:eng", "acme/user:ana@acme.test"]]),
    "address in capitals": ("[['user:Ana@Acme.Test']]", [["acme/user:ana@acme.test"]]),
    "repeated principal": ("[[anyone, anyone]]", [["acme/anyone"]]),
    "repeated layer": ("[[anyone], [anyone]]", [["acme/anyone"]]),
    "accents spelt apart": ("[['group:e\u0301quipe']]", [["acme/group:\u00e9quipe"]]),
    "trailing comma": ("[[group:eng], ]", [["acme/group:eng"]]),
}


@pytest.mark.parametrize(("text", "expected"), UNDERSTOOD.values(), ids=UNDERSTOOD.keys())
def test_access_means_exactly_what_is_written(text: str, expected: list[list[str]]) -> None:
    assert principals(text) == expected


def test_absent_access_is_nobody() -> None:
    assert access.layers("acme", None) == ()


def test_layer_is_named_by_its_principals_whatever_their_order() -> None:
    assert layers("[[group:a, group:b]]") == layers("[[group:b, group:a]]")
    assert layers("[[group:a, group:b]]")[0].node != layers("[[group:a], [group:b]]")[0].node
    assert layers("[[group:a]]")[0].node.startswith("set-")


def test_same_group_at_another_source_is_another_layer() -> None:
    node = plain_yaml.parse("[[group:eng]]")
    assert access.layers("acme", node)[0].node != access.layers("other", node)[0].node
