"""What in a text opens something to whoever reads it? Keys and tokens as their vendors write them, private keys, addresses
with a password in them, and what stands behind a word such as `password`, if it looks like one.

Where only a part is secret, such as the password of an address, only that part is.
"""

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from policies.redaction.around import Around, Seat
from policies.redaction.kinds import Kind


class _Form(NamedTuple):
    """`signs`: without one of them, as it stands, it is nowhere. Of the pattern the first group is secret, or all of it."""

    signs: Sequence[str]
    pattern: re.Pattern[str]


def _token(*signs: str, then: str) -> _Form:
    """One word that begins with one of these signs."""
    heads = "|".join(map(re.escape, signs))
    return _Form(signs, re.compile(rf"(?<![A-Za-z0-9])(?:{heads}){then}"))


_ENDS: Final = r"(?![A-Za-z0-9])"

_FORMS: Final = (
    # of clouds
    _token("AKIA", "ASIA", "ABIA", "ACCA", then=r"[A-Z2-7]{16}" + _ENDS),
    _Form(
        ("aws", "AWS", "Aws"),
        re.compile(
            r"(?:aws|AWS|Aws)[\w.\- ]{0,30}?(?:[sS]ecret|SECRET)[\w.\- ]{0,20}[\"'`]?\s{0,3}[:=|]{1,2}>?\s{0,3}[\"'`]?([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+])"
        ),
    ),
    _token("AIza", then=r"[\w-]{35}" + _ENDS),
    _token("GOCSPX-", then=r"[\w-]{28}" + _ENDS),
    _token("ya29.", then=r"[\w-]{20,}"),
    _Form(("Q~",), re.compile(r"(?<![\w.~-])[\w.~-]{3}\dQ~[\w.~-]{31,34}(?![\w~-])")),
    _Form(
        ("AccountKey", "SharedAccessKey"), re.compile(r"(?:AccountKey|SharedAccessKey)=([A-Za-z0-9+/]{43,86}={0,2})")
    ),
    _Form(("sig=",), re.compile(r"[?&]sig=([A-Za-z0-9%+/]{43,100}(?:=|%3[dD])?)")),
    _token("LTAI", then=r"[A-Za-z0-9]{12,24}" + _ENDS),
    _token("dop_v1_", "doo_v1_", "dor_v1_", then=r"[0-9a-f]{64}" + _ENDS),
    _token("HRKU-", then=r"[\w-]{36,}"),
    _token("fm1_", "fm2_", "FlyV1 fm", then=r"[\w+/=,-]{40,}"),
    _token("dapi", then=r"[0-9a-f]{32}(?:-\d)?" + _ENDS),
    # of forges and registries
    _token("ghp_", "gho_", "ghu_", "ghs_", "ghr_", then=r"[A-Za-z0-9]{36,}"),
    _token("github_pat_", then=r"\w{22,}"),
    _token(
        *(
            "glpat-",
            "gldt-",
            "glrt-",
            "gloas-",
            "glptt-",
            "glft-",
            "glagent-",
            "glimt-",
            "glsoat-",
            "glcbt-",
            "glffct-",
        ),
        then=r"[\w-]{20,}(?:\.[\w-]{2,}){0,2}",
    ),
    _token("GR1348941", then=r"[\w-]{20,}"),
    _token("ATBB", then=r"[A-Za-z0-9]{28,}"),
    _token("ATATT3", "ATCTT3", then=r"[\w=+/-]{40,}"),
    _token("npm_", then=r"[A-Za-z0-9]{36}" + _ENDS),
    _token("pypi-AgE", then=r"[\w-]{50,}"),
    _token("rubygems_", then=r"[0-9a-f]{48}" + _ENDS),
    _token("dckr_pat_", "dckr_oat_", then=r"[\w-]{27,}"),
    _token("CCIPAT_", then=r"\w{22,}"),
    _token("bkua_", then=r"[0-9a-f]{40}" + _ENDS),
    _token("sqp_", "sqa_", "squ_", then=r"[0-9a-f]{40}" + _ENDS),
    # of where people talk
    _token(
        "xoxa-",
        "xoxb-",
        "xoxe-",
        "xoxo-",
        "xoxp-",
        "xoxr-",
        "xoxs-",
        "xoxc-",
        "xoxd-",
        "xoxe.xoxp-",
        "xoxe.xoxb-",
        then=r"[\w%/+-]{10,}",
    ),
    _token("xapp-", "xwfp-", then=r"[\w-]{20,}"),
    _Form(("hooks.slack.com",), re.compile(r"hooks\.slack\.com/(?:services|workflows|triggers)/([\w/]{20,})")),
    _Form(("/api/webhooks/",), re.compile(r"discord(?:app)?\.com/api/webhooks/(\d{15,}/[\w-]{60,})")),
    _Form((".",), re.compile(r"[MNO](?<![\w.-].)[A-Za-z\d_-]{23,25}\.[\w-]{6}\.[\w-]{27,40}(?![\w-])")),
    _Form((":AA",), re.compile(r"(?<!\w)\d{8,10}:AA[\w-]{33}(?![\w-])")),
    _Form(("webhook.office.com",), re.compile(r"webhook\.office\.com/webhookb2/([\w@/-]{60,})")),
    # of models
    _token("sk-ant-", then=r"[\w-]{24,}"),
    _token("sk-proj-", "sk-svcacct-", "sk-admin-", "sk-or-v1-", then=r"[\w-]{40,}"),
    _token("sk-", then=r"[A-Za-z0-9]{20}(?:T3BlbkFJ[A-Za-z0-9]{20}|[A-Za-z0-9]{12,28})" + _ENDS),
    _token("hf_", then=r"[A-Za-z0-9]{34}" + _ENDS),
    _token("gsk_", then=r"[A-Za-z0-9]{52}" + _ENDS),
    _token("pplx-", then=r"[A-Za-z0-9]{48}" + _ENDS),
    _token("r8_", then=r"[A-Za-z0-9]{37}" + _ENDS),
    _token("xai-", then=r"[A-Za-z0-9]{80}" + _ENDS),
    # of money
    _token("sk_live_", "sk_test_", "rk_live_", "rk_test_", then=r"[A-Za-z0-9]{16,}"),
    _token("whsec_", then=r"[A-Za-z0-9+/=]{32,}"),
    _token("sq0atp-", "sq0csp-", then=r"[\w-]{22,}"),
    _token("shpat_", "shpca_", "shppa_", "shpss_", then=r"[0-9a-fA-F]{32}" + _ENDS),
    _token("access_token$production$", "access_token$sandbox$", then=r"[0-9a-z]{16}\$[0-9a-f]{32}" + _ENDS),
    # of mail and messages
    _token("SG.", then=r"[\w-]{22}\.[\w-]{43}" + _ENDS),
    _token("key-", then=r"[0-9a-f]{32}" + _ENDS),
    _token("xkeysib-", then=r"[0-9a-f]{64}-[A-Za-z0-9]{16}" + _ENDS),
    _Form(("-us",), re.compile(r"(?<![A-Za-z0-9])[0-9a-f]{32}-us\d{1,2}(?!\w)")),
    _token("SK", then=r"[0-9a-f]{32}" + _ENDS),
    # of tools
    _token("lin_api_", "lin_oauth_", then=r"[A-Za-z0-9]{32,}"),
    _token("secret_", then=r"[A-Za-z0-9]{43}" + _ENDS),
    _token("ntn_", then=r"[A-Za-z0-9]{40,}"),
    _token("figd_", then=r"[\w-]{40,}"),
    _token("PMAK-", then=r"[0-9a-f]{24}-[0-9a-f]{34}" + _ENDS),
    _Form(("pat",), re.compile(r"(?<![A-Za-z0-9])pat[A-Za-z0-9]{14}\.[0-9a-f]{64}" + _ENDS)),
    _token("glsa_", then=r"[A-Za-z0-9]{32}_[0-9a-f]{8}" + _ENDS),
    _token("glc_", then=r"[A-Za-z0-9+/=]{32,}"),
    _token("NRAK-", then=r"[A-Z0-9]{27}" + _ENDS),
    _token("sntryu_", then=r"[0-9a-f]{64}" + _ENDS),
    _token("sntrys_", then=r"[\w+/=-]{40,}"),
    _token("phx_", then=r"[A-Za-z0-9]{32,}"),
    _token("dp.pt.", "dp.st.", "dp.ct.", "dp.sa.", then=r"[\w.-]{40,}"),
    _token("hvs.", "hvb.", "hvr.", then=r"[\w-]{24,}"),
    _Form((".atlasv1.",), re.compile(r"(?<![A-Za-z0-9])[A-Za-z0-9]{14}\.atlasv1\.[\w=-]{60,}")),
    _token("pul-", then=r"[0-9a-f]{40}" + _ENDS),
    _token("pscale_pw_", "pscale_tkn_", "pscale_oauth_", then=r"[\w.=-]{32,}"),
    _token("sbp_", then=r"[0-9a-f]{40}" + _ENDS),
    _token("sb_secret_", then=r"[\w-]{20,}"),
    _token("dt0c01.", "dt0s01.", "dt0s16.", then=r"[A-Z2-7]{8,24}\.[A-Z2-7]{64}" + _ENDS),
    _token("ops_eyJ", then=r"[\w+/=-]{100,}"),
    _token("AGE-SECRET-KEY-1", then=r"[0-9A-Z]{58}" + _ENDS),
    _token("sl.", then=r"[\w-]{130,}"),
    _token("EAACEdEose0cBA", then=r"[A-Za-z0-9]{20,}"),
    # of anybody
    _Form(("eyJ",), re.compile(r"(?<![\w-])eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*")),
    _Form(
        ("://",),
        re.compile(
            r"(?<![A-Za-z0-9+.-])[A-Za-z][A-Za-z0-9+.-]{1,24}://[^\s:/@\"'<>]{0,100}:([^\s@\"'<>]{3,200})@(?=[\w\[.-])"
        ),
    ),
    _Form(
        ("earer", "BEARER"),
        re.compile(r"(?<!\w)(?:[Bb]earer|BEARER)[ \t]{1,3}([A-Za-z0-9._~+/-]{16,}={0,2})"),
    ),
    _Form(
        ("asic ",),
        re.compile(
            r"(?<!\w)[Aa]uthorization[\"']?[ \t]{0,3}[:=][ \t]{0,3}[\"']?[Bb]asic[ \t]{1,3}([A-Za-z0-9+/]{8,}={0,2})"
        ),
    ),
    _Form(("curl",), re.compile(r"curl\b[^\n]{0,200}?[ ](?:-u|--user)[ =]?[\"']?[^\s:\"']{1,64}:([^\s\"']{3,100})")),
)


def secrets(around: Around) -> Iterator[Seat]:
    text = around.text
    yield from _private_keys(text)
    for form in _FORMS:
        if any(sign in text for sign in form.signs):
            for match in form.pattern.finditer(text):
                group = form.pattern.groups
                if not _stands_for_another(match.group(group)):
                    yield Seat(*match.span(group), Kind.SECRET)
    yield from _called_secret(around)


# -- keys in armour ----------------------------------------------------------------------------------------------------

_ARMOUR = re.compile(r"-----(BEGIN|END) (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----")
_ARMOURED = re.compile(r"[A-Za-z0-9+/=\s:,.()\\|>\"'-]*")
_ENDS_LIKE_ARMOUR = re.compile(r"(?:[A-Za-z0-9+/=]{16,}\s{0,4}){0,400}\Z")
_PUTTY = re.compile(r"Private-Lines: \d{1,3}\s(?:[A-Za-z0-9+/=]{4,80}\s?){1,60}")
_LONGEST_KEY: Final = 20_000


def _private_keys(text: str) -> Iterator[Seat]:
    """From its beginning to its end; one that was cut off is all that may belong to it."""
    if "PRIVATE KEY" in text:
        begun: int | None = None
        done = 0
        for match in _ARMOUR.finditer(text):
            if begun is not None:
                end = match.end() if match[1] == "END" else _end_of_armour(text, begun, match.start())
                yield Seat(begun, end, Kind.SECRET)
                done = end
            elif match[1] == "END":
                yield Seat(
                    _start_of_armour(text, max(done, match.start() - _LONGEST_KEY), match.start()),
                    match.end(),
                    Kind.SECRET,
                )
                done = match.end()
            begun = match.start() if match[1] == "BEGIN" else None
        if begun is not None:
            yield Seat(begun, _end_of_armour(text, begun, len(text)), Kind.SECRET)
    if "Private-Lines:" in text:
        for match in _PUTTY.finditer(text):
            yield Seat(*match.span(), Kind.SECRET)


def _end_of_armour(text: str, begun: int, most: int) -> int:
    head = _ARMOUR.match(text, begun)
    assert head is not None, "a key begins with its armour"
    body = _ARMOURED.match(text, head.end(), most)
    return head.end() + len(body.group().rstrip()) if body else head.end()


def _start_of_armour(text: str, least: int, end: int) -> int:
    first = end
    for line in reversed(text[least:end].splitlines(keepends=True)):
        if not re.fullmatch(r"[A-Za-z0-9+/=]{16,}\s*", line):
            break
        first -= len(line)
    return first


# -- what is called a secret -------------------------------------------------------------------------------------------

_CALLED = re.compile(
    r"(?:pass(?:word|wd|phrase|code)|\bpwd|secret(?:[_ -]?(?:access[_ -]?)?key)?|(?:api|access|auth|private|signing|encryption|account|master)[_ -]?(?:key|token|secret)"
    r"|\btoken|_token|client[_ -]?secret|credentials?|passwort|kennwort|wachtwoord|mot de passe|contrase[ñn]a|\bpin[ -]?code)"
    r"[\w.-]{0,24}[\"'`*]{0,3}\]?(?:[ \t]{0,4}(?::=|=>|={1,3}|:|\|)[ \t]{0,4}|[ \t](?:is|lautet|ist|est|es)(?: now)?:?[ \t]+)"
    r"(?:[\"'`*“„«]{0,3})([^\s\"'`“”„»<>;]{6,200})"
)
_SIGNS_OF_CALLED: Final = (
    "pass",
    "pwd",
    "secret",
    "key",
    "token",
    "credential",
    "kennwort",
    "wachtwoord",
    "contrase",
    "pin",
)
_ENDS_SENTENCE: Final = ".,;:)]}*|"
_NEXT_OF_QUERY = re.compile(r"&\w{1,30}=")
_LEAST_BITS: Final = 2.6  # of each character; words have some 3, but no digits among them
_LEAST_CHARACTERS: Final = 6
_STANDS_FOR = re.compile(
    r"\A(?:(?:pass(?:word|wd)?|pw|pwd|secret|token)\d?|[${%<\[(].*|.*(?:\$\{|\{\{|\}\}|\(\)|<\w).*|\*+|[xX•.#_?*-]{3,}|.*(?:x{5,}|X{5,}|\*{3,}|\.{3,}|…).*"
    r"|.*(?:example|sample|placeholder|change.?me|replace|redacted|dummy|your[_-]|[_-]here|todo|fixme|insert|some[_-]).*)\Z",
    re.IGNORECASE | re.DOTALL,
)
_CODE = re.compile(
    r"[A-Za-z_][\w.]*(?:\[|\(|->|::|\.[A-Za-z_]+\()|.*[(){};].*|(?:[a-z]+|[A-Z]+)(?:[_.-](?:[a-z]+|[A-Z]+))*\d?\Z|[\w-]+(?:/[\w.-]+)+\Z|https?:.*"
)


def _called_secret(around: Around) -> Iterator[Seat]:
    if not around.says(*_SIGNS_OF_CALLED):
        return
    for match in _CALLED.finditer(around.lowered):
        value = _NEXT_OF_QUERY.split(around.text[match.start(1) : match.end(1)])[0].rstrip(_ENDS_SENTENCE)
        if _looks_secret(value):
            yield Seat(match.start(1), match.start(1) + len(value), Kind.SECRET)


def _looks_secret(value: str) -> bool:
    if len(value) < _LEAST_CHARACTERS or _stands_for_another(value) or _CODE.match(value):
        return False
    kinds = sum(
        map(
            bool,
            (
                re.search(r"\d", value),
                re.search(r"[a-z]", value),
                re.search(r"[A-Z]", value),
                re.search(r"[^\w\s]", value),
            ),
        )
    )
    has_both = bool(re.search(r"\d", value) and re.search(r"[^\W\d_]", value))
    return (has_both or kinds >= 3) and _bits(value) >= _LEAST_BITS - 0.4 * (kinds >= 3)  # noqa: PLR2004


def _stands_for_another(value: str) -> bool:
    """`<your token>`, `${TOKEN}`, `xxxx`: it says where a secret goes."""
    return _STANDS_FOR.match(value) is not None or len(set(value.casefold())) <= 3  # noqa: PLR2004


def _bits(value: str) -> float:
    """Shannon's entropy, of each character."""
    counts = Counter(value).values()
    return -sum(count / len(value) * math.log2(count / len(value)) for count in counts)
