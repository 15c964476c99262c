"""A small company for tests: a folder of documents whose content and access a test can read at a glance."""

from collections.abc import Mapping
from pathlib import Path

PEOPLE = """\
people:
  ana@acme.test: [group:eng]
  ben@acme.test: [group:hr]
  zoe@acme.test: [group:sales]
groups:
  group:eng: [group:staff]
  group:hr: [group:staff]
  group:sales: [group:staff]
"""

DOCUMENTS: Mapping[str, str] = {
    "hr/leave.md": """\
---
title: Annual leave
url: https://wiki.acme.test/hr/leave
updated: 2026-02-03
access: [[group:staff]]
---
# Annual leave

Everybody has 27 days of paid annual leave a year.
Unused days expire on 31 March of the following year.
""",
    "hr/severance.md": """\
---
title: Severance terms
access: [[group:staff], [group:hr]]
---
# Severance terms

The severance payment is 19 weeks of salary for everyone who leaves under the autumn programme.
Codename of the programme: Pelican.
""",
    "eng/deploy.md": """\
---
title: Deploying billing-api
access: [[group:eng]]
---
# Deploying billing-api

To deploy billing-api:

1. Run the smoke tests in staging.
2. Tag the release with `make tag`.
3. Approve the pipeline in Harbor.

## Errors

ERR_4012 means that the signing key is older than ninety days. Rotate it with `make rotate-key`.
""",
    "sales/prices.md": """\
---
title: Price list
access: [[anyone]]
---
# Price list

| Plan | Seats | Price a month |
| --- | --- | --- |
| Starter | 5 | 49 EUR |
| Team | 25 | 199 EUR |
| Campus | 500 | 2,900 EUR |
""",
    "draft.md": "# Draft\n\nThe moon office opens in 2031 with 12 desks.\n",
}


def write(folder: Path, documents: Mapping[str, str] = DOCUMENTS, *, people: str | None = PEOPLE) -> Path:
    for path, text in documents.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    if people is not None:
        (folder / "people.yaml").write_text(people, encoding="utf-8")
    return folder
