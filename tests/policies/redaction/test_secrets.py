"""Keys, tokens and passwords; and the words of a handbook, and code, that only speak of them."""

import random

import pytest

from policies.redaction.kinds import Kind
from tests.bench.redaction import generated
from tests.policies.redaction.looking import hidden

PLANTED = list(generated(random.Random("of the tests")))


@pytest.mark.parametrize(("text", "secret"), [pytest.param(text, secret, id=name) for name, text, secret in PLANTED])
def test_secrets_of_every_form_are_seen(text: str, secret: str) -> None:
    (found,) = [one for one in hidden(text, Kind.SECRET) if secret in one]
    assert len(found) <= len(secret) + 200


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("password = hunter2Summer!", "hunter2Summer!"),
        ('"api_key": "4f9d-77ab-09cc"', "4f9d-77ab-09cc"),
        ("The passphrase is Tr0ub4dor&3.", "Tr0ub4dor&3"),
        ("?password=s3cretX9&user=ana", "s3cretX9"),
        ("pass\u200bword = hunter2Summer", "hunter2Summer"),
        ("https://ana:pa55word@git.acme.test/x", "pa55word"),
        ("-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIB", "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIB"),
        (f"{'Ab1' * 20}\n-----END EC PRIVATE KEY-----", f"{'Ab1' * 20}\n-----END EC PRIVATE KEY-----"),
    ],
)
def test_only_what_opens_something_is_hidden(text: str, secret: str) -> None:
    assert hidden(text, Kind.SECRET) == [secret]


@pytest.mark.parametrize(
    "text",
    [
        "A password has at least 12 characters, and is changed after 90 days.",
        "Password: 12 characters or more, one digit.",
        "The token is valid for 24 hours. Secret: yes. Key: value.",
        "password = os.environ['DB_PASSWORD']",
        "password: ${DB_PASSWORD}, token={{ token }}, api_key = <your-key-1>, secret=REPLACE_ME_123",
        "token = get_token(user2)",
        "apiKey: process.env.API_KEY2",
        "password=xxxxxxxx1 token: ************",
        "secret: projects/123/secrets/app-1",
        "https://user:password@example.test is how it is written; http://localhost:8080/@ana",
        "The API key is in 1Password; ask for access_key rotation in Q3-2026.",
        "primary_key: customer_id, key: int64",
        "sk-learn, glpat-<token>, xoxb-..., AKIA…, ghp_ and eyJ are how they begin",
        "commit 3f786850e387550fdab836ed7e6dc881de23001b",
        "-----BEGIN CERTIFICATE-----\nMIIBszCCAVmgAwIBAgIU\n-----END CERTIFICATE-----",
    ],
)
def test_what_speaks_of_secrets_is_none(text: str) -> None:
    assert hidden(text, Kind.SECRET) == []
