"""What is hidden of what should be, and what else? Per kind, over whole texts.

    python -m tests.bench.redaction [--quick] [--json] [--data DIR]

`synth_dataset_v2` has sentences with marked personal data: the odd half is reported, the even one was looked at while the
rules were written. Secrets are generated here, from what their vendors publish of their forms, and put into sentences and
code. What is hidden as a secret in a handbook (`gitlab-deeprag`, the odd half of its documents) is a false alarm. Without
data, our own sentences. `--quick` takes fewer secrets. Time is that of one passage of 2,000 characters, by processor.
"""

import base64
import json
import random
import re
import string
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from policies.redaction.found import found
from policies.redaction.kinds import Kind, Redaction
from tests.bench.figures import percentile, tell
from tests.bench.sets import asked_for, is_odd, lines

ALNUM = string.ascii_letters + string.digits
HEX = "0123456789abcdef"
URL_SAFE = f"{ALNUM}_-"
_A_PASSAGE = 2_000
_OF_THE_SET: Final[Mapping[str, Kind]] = {
    "CREDIT_CARD": Kind.CARD,
    "EMAIL_ADDRESS": Kind.MAIL,
    "IBAN_CODE": Kind.IBAN,
    "IP_ADDRESS": Kind.IP,
    "PHONE_NUMBER": Kind.PHONE,
    "US_SSN": Kind.SSN,
}
_SAYS_PHONE = re.compile(r"phone|mobile|fax|office|desk|\bcall|\btel\b", re.IGNORECASE)
_AROUND = 24


class Row(NamedTuple):
    text: str
    marked: tuple[tuple[int, int, str], ...]


class Tally(NamedTuple):
    marked: Counter[Kind]
    found: Counter[Kind]
    hidden: Counter[Kind]
    wrong: Counter[Kind]


def main() -> None:
    given = asked_for(__doc__)
    tell(measure(given.data, quick=given.quick), as_json=given.json)


def measure(data: Path | None, *, quick: bool) -> dict[str, Any]:
    rows = [row for row in _rows(data) if data is None or is_odd(row.text)]
    tally, phones = _tally(rows), _phones(rows)
    planted = [one for seed in range(4 if quick else 40) for one in generated(random.Random(f"secret {seed}"))]
    missed = Counter(name for name, text, secret in planted if not _is_hidden(text, secret))
    handbook = _handbook(data)
    alarms = sum(seat.kind is Kind.SECRET for text in handbook for seat in found(text, frozenset(Kind)))
    masked = Redaction().masked("model") - {Kind.SECRET}
    otherwise = sum(len(found(text, masked)) for text in handbook)
    return {
        "rows": len(rows),
        "recall": {kind.value: _share(tally.found[kind], tally.marked[kind]) for kind in sorted(tally.marked)},
        "marked": {kind.value: count for kind, count in sorted(tally.marked.items())},
        "phones_called_so": phones,
        "precision": _share(sum(tally.hidden.values()) - sum(tally.wrong.values()), sum(tally.hidden.values())),
        "wrong": {kind.value: count for kind, count in sorted(tally.wrong.items())},
        "secrets": len(planted),
        "forms": len({name for name, _, _ in planted}),
        "secrets_recall": _share(len(planted) - sum(missed.values()), len(planted)),
        "missed": dict(missed.most_common(8)),
        "handbook_documents": len(handbook),
        "handbook_false_alarms": alarms,
        "handbook_masked_otherwise": otherwise,
        "passage_ms_p50": _time(handbook, 50),
        "passage_ms_p95": _time(handbook, 95),
    }


# -- personal data -----------------------------------------------------------------------------------------------------

_OWN = (
    Row("My card 4111 1111 1111 1111 is lost.", ((8, 27, "CREDIT_CARD"),)),
    Row("Call me at +49 30 901820 today.", ((11, 24, "PHONE_NUMBER"),)),
    Row("IBAN DE89 3704 0044 0532 0130 00, please.", ((5, 32, "IBAN_CODE"),)),
    Row("Write to ana@acme.test.", ((9, 22, "EMAIL_ADDRESS"),)),
    Row("His SSN: 219-09-9999", ((9, 20, "US_SSN"),)),
    Row("The address 10.1.2.3 is blocked.", ((12, 20, "IP_ADDRESS"),)),
    Row("There are 25 days of leave in 2026, and 1,250 EUR for training.", ()),
)


def _rows(data: Path | None) -> Sequence[Row]:
    if data is None:
        return _OWN
    samples = json.loads((data / "pii" / "synth_dataset_v2.json").read_text(encoding="utf-8"))
    return [
        Row(
            one["full_text"],
            tuple((span["start_position"], span["end_position"], span["entity_type"]) for span in one["spans"]),
        )
        for one in samples
    ]


def _tally(rows: Sequence[Row]) -> Tally:
    """A date of birth counts as wrong only where no date is marked."""
    tally = Tally(Counter(), Counter(), Counter(), Counter())
    for text, marked in rows:
        seats = found(text, frozenset(Kind))
        for first, end, entity in marked:
            if (kind := _OF_THE_SET.get(entity)) is not None:
                tally.marked[kind] += 1
                tally.found[kind] += any(s.kind is kind and s.first <= first and end <= s.end for s in seats)
        for seat in seats:
            tally.hidden[seat.kind] += 1
            allowed = (
                {"DATE_TIME"} if seat.kind is Kind.BIRTH_DATE else {e for e, k in _OF_THE_SET.items() if k is seat.kind}
            )
            tally.wrong[seat.kind] += not any(e in allowed and f < seat.end and seat.first < t for f, t, e in marked)
    return tally


def _phones(rows: Sequence[Row]) -> dict[str, Any]:
    """Those with a `+`, or with a word for it within some characters."""
    called = [
        (text, first, end)
        for text, marked in rows
        for first, end, entity in marked
        if entity == "PHONE_NUMBER"
        and (
            text[first] == "+"
            or _SAYS_PHONE.search(text[max(0, first - _AROUND) : first] + " " + text[end : end + _AROUND])
        )
    ]
    hits = sum(
        any(s.kind is Kind.PHONE and s.first <= first and end <= s.end for s in found(text, frozenset({Kind.PHONE})))
        for text, first, end in called
    )
    return {"marked": len(called), "recall": _share(hits, len(called))}


# -- secrets -----------------------------------------------------------------------------------------------------------

_Make = Callable[[random.Random], str]


def _of(alphabet: str, length: int, *, before: str = "") -> _Make:
    return lambda chance: before + "".join(chance.choices(alphabet, k=length))


def _encoded(chance: random.Random, value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def _jwt(chance: random.Random) -> str:
    body = {"sub": str(chance.randrange(10**6)), "iat": chance.randrange(10**9)}
    return f"{_encoded(chance, {'alg': 'HS256', 'typ': 'JWT'})}.{_encoded(chance, body)}.{_of(URL_SAFE, 43)(chance)}"


def _private_key(chance: random.Random) -> str:
    kind = chance.choice(("RSA ", "EC ", "OPENSSH ", "", "ENCRYPTED "))
    body = "\n".join(_of(ALNUM + "+/", 64)(chance) for _ in range(chance.randrange(3, 20)))
    return f"-----BEGIN {kind}PRIVATE KEY-----\n{body}\n-----END {kind}PRIVATE KEY-----"


def _discord(chance: random.Random) -> str:
    head = base64.b64encode(str(chance.randrange(10**17, 10**18)).encode()).decode().rstrip("=")
    return f"{head}.{_of(URL_SAFE, 6)(chance)}.{_of(URL_SAFE, 27)(chance)}"


def _password(chance: random.Random) -> str:
    """As people and machines choose them."""
    word = "".join(chance.choices(string.ascii_lowercase, k=chance.randrange(5, 9))).capitalize()
    return chance.choice(
        (f"{word}{chance.randrange(10, 9999)}!", _of(ALNUM, 16)(chance) + "7a", f"{word}-{_of(ALNUM, 6)(chance)}-42")
    )


_TOKENS: Final[Mapping[str, _Make]] = {
    "AWS access key": _of("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16, before="AKIA"),
    "AWS temporary key": _of("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16, before="ASIA"),
    "Google API key": _of(URL_SAFE, 35, before="AIza"),
    "Google OAuth secret": _of(URL_SAFE, 28, before="GOCSPX-"),
    "Azure client secret": lambda c: f"{_of(ALNUM, 3)(c)}8Q~{_of(ALNUM + '_.~-', 33)(c)}{c.choice(ALNUM)}",
    "DigitalOcean token": _of(HEX, 64, before="dop_v1_"),
    "Databricks token": _of(HEX, 32, before="dapi"),
    "GitHub token": _of(ALNUM, 36, before="ghp_"),
    "GitHub app token": _of(ALNUM, 36, before="ghs_"),
    "GitHub fine-grained token": lambda c: f"github_pat_{_of(ALNUM, 22)(c)}_{_of(ALNUM, 59)(c)}",
    "GitLab token": _of(URL_SAFE, 20, before="glpat-"),
    "GitLab runner token": _of(URL_SAFE, 20, before="glrt-"),
    "npm token": _of(ALNUM, 36, before="npm_"),
    "RubyGems key": _of(HEX, 48, before="rubygems_"),
    "Docker token": _of(URL_SAFE, 27, before="dckr_pat_"),
    "Atlassian token": _of(URL_SAFE + "=", 180, before="ATATT3xFfGF0"),
    "Slack bot token": lambda c: (
        f"xoxb-{c.randrange(10**11, 10**12)}-{c.randrange(10**12, 10**13)}-{_of(ALNUM, 24)(c)}"
    ),
    "Slack user token": lambda c: f"xoxp-{c.randrange(10**11, 10**12)}-{c.randrange(10**11, 10**12)}-{_of(HEX, 32)(c)}",
    "Slack app token": lambda c: (
        f"xapp-1-A{_of(string.ascii_uppercase + string.digits, 10)(c)}-{c.randrange(10**12, 10**13)}-{_of(HEX, 64)(c)}"
    ),
    "Slack webhook": lambda c: (
        f"T{_of(string.ascii_uppercase, 9)(c)}/B{_of(string.ascii_uppercase, 9)(c)}/{_of(ALNUM, 24)(c)}"
    ),
    "Discord bot token": _discord,
    "Telegram bot token": lambda c: f"{c.randrange(10**8, 10**10)}:AA{_of(URL_SAFE, 33)(c)}",
    "Stripe secret key": _of(ALNUM, 24, before="sk_live_"),
    "Stripe restricted key": _of(ALNUM, 99, before="rk_live_"),
    "Stripe webhook secret": _of(ALNUM, 32, before="whsec_"),
    "Shopify token": _of(HEX, 32, before="shpat_"),
    "Square token": _of(URL_SAFE, 22, before="sq0atp-"),
    "OpenAI project key": _of(URL_SAFE, 120, before="sk-proj-"),
    "OpenAI old key": lambda c: f"sk-{_of(ALNUM, 20)(c)}T3BlbkFJ{_of(ALNUM, 20)(c)}",
    "Anthropic key": lambda c: f"sk-ant-api03-{_of(URL_SAFE, 93)(c)}AA",
    "Hugging Face token": _of(string.ascii_letters, 34, before="hf_"),
    "Groq key": _of(ALNUM, 52, before="gsk_"),
    "SendGrid key": lambda c: f"SG.{_of(URL_SAFE, 22)(c)}.{_of(URL_SAFE, 43)(c)}",
    "Mailgun key": _of(HEX, 32, before="key-"),
    "Mailchimp key": lambda c: f"{_of(HEX, 32)(c)}-us{c.randrange(1, 21)}",
    "Twilio key": _of(HEX, 32, before="SK"),
    "Linear key": _of(ALNUM, 40, before="lin_api_"),
    "Notion token": _of(ALNUM, 46, before="ntn_"),
    "Figma token": _of(URL_SAFE, 40, before="figd_"),
    "Postman key": lambda c: f"PMAK-{_of(HEX, 24)(c)}-{_of(HEX, 34)(c)}",
    "Airtable token": lambda c: f"pat{_of(ALNUM, 14)(c)}.{_of(HEX, 64)(c)}",
    "Grafana token": lambda c: f"glsa_{_of(ALNUM, 32)(c)}_{_of(HEX, 8)(c)}",
    "New Relic key": _of(string.ascii_uppercase + string.digits, 27, before="NRAK-"),
    "Sentry token": _of(HEX, 64, before="sntryu_"),
    "Vault token": _of(URL_SAFE, 90, before="hvs."),
    "Terraform token": lambda c: f"{_of(ALNUM, 14)(c)}.atlasv1.{_of(URL_SAFE, 67)(c)}",
    "Pulumi token": _of(HEX, 40, before="pul-"),
    "age key": _of("0123456789ACDEFGHJKLMNPQRSTUVWXYZ", 58, before="AGE-SECRET-KEY-1"),
    "JWT": _jwt,
    "private key": _private_key,
}
_IN: Final = (
    "The token is {}.",
    "export TOKEN={}",
    '{{"token": "{}"}}',
    "| staging | {} | rotated in May |",
    "curl -H 'X-Api-Key: {}' https://api.acme.test/v1",
    "Use `{}` until Friday; ask the platform team for another.",
)
_CALLED: Final[Mapping[str, Sequence[str]]] = {
    "password": (
        "password = {}",
        "Password: {}",
        "DB_PASSWORD='{}'",
        'passwd: "{}"',
        "The Wi-Fi password is {}",
        "| admin | password: {} |",
        "Das Passwort lautet {}",
        "client_secret: {}",
        "api_key={}",
        "--password={} --host db",
    ),
    "connection string": (
        "postgresql://app:{}@db.acme.test:5432/app",
        "mongodb+srv://app:{}@cluster0.acme.test/?retryWrites=true",
        "redis://:{}@cache.acme.test:6379/0",
        "amqp://worker:{}@mq.acme.test/vhost",
        "Server=db.acme.test;Database=app;User Id=app;Password={};Encrypt=true",
    ),
    "AWS secret key": ("aws_secret_access_key = {}", "AWS_SECRET_ACCESS_KEY={}"),
    "Azure storage": ("DefaultEndpointsProtocol=https;AccountName=acme;AccountKey={};EndpointSuffix=acme.test",),
    "bearer": ("Authorization: Bearer {}", "curl -H 'Authorization: Bearer {}' https://api.acme.test"),
    "Slack webhook": ("https://hooks.slack.com/services/{}",),
}


def generated(chance: random.Random) -> Iterator[tuple[str, str, str]]:
    """Of each form one: its name, a text with one in it, and the secret itself."""
    for name, make in _TOKENS.items():
        if name not in _CALLED:
            yield _planted(name, make(chance), chance.choice(_IN))
    made: Mapping[str, _Make] = {
        "password": _password,
        "connection string": lambda c: re.sub(r"[!@:/]", "x", _password(c)),
        "AWS secret key": _of(ALNUM + "+/", 40),
        "Azure storage": lambda c: f"{_of(ALNUM + '+/', 86)(c)}==",
        "bearer": _of(URL_SAFE, 40),
        "Slack webhook": _TOKENS["Slack webhook"],
    }
    for name, texts in _CALLED.items():
        for text in texts:
            yield _planted(name, made[name](chance), text)


def _planted(name: str, secret: str, text: str) -> tuple[str, str, str]:
    return name, text.format(secret), secret


def _is_hidden(text: str, secret: str) -> bool:
    first = text.index(secret)
    seats = found(text, frozenset({Kind.SECRET}))
    return any(seat.first <= first and first + len(secret) <= seat.end for seat in seats)


# -- a handbook --------------------------------------------------------------------------------------------------------


def _handbook(data: Path | None) -> Sequence[str]:
    if data is None:
        return [
            f"# Passwords\n\n{row.text} A password has 12 characters or more. Set `token = os.environ['TOKEN']`."
            for row in _OWN
        ]
    rows = lines(data / "beir" / "gitlab-deeprag" / "corpus.jsonl")
    return [f"{row['title']}\n{row['text']}" for row in rows if is_odd(row["_id"])]


def _time(texts: Sequence[str], percent: int) -> float:
    passages = [text[at : at + _A_PASSAGE] for text in texts for at in range(0, len(text), _A_PASSAGE)][:300]
    spent = []
    for passage in passages:
        began = time.process_time()
        found(f"{passage} ", frozenset(Kind))  # of a length that nothing before had
        spent.append((time.process_time() - began) * 1000)
    return percentile(spent, percent)


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 1.0


if __name__ == "__main__":
    main()
