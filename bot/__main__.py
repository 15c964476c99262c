"""The command line. What each command is called and takes; what it does is in `bot.cli`, imported when it runs."""

import sys
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    name="footnote",
    help="Answers from your company's documents: every sentence proven, to each reader only what they may read.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
sources = typer.Typer(help="List, add and remove sources.", invoke_without_command=True)
add = typer.Typer(help="Add a source. It is read by the next `footnote sync`.", no_args_is_help=True)
sources.add_typer(add, name="add")
audit = typer.Typer(help="Verify the ledger, and read what is in it.", no_args_is_help=True)
workspaces = typer.Typer(
    help="List the workspaces that have installed the app; forget one.", invoke_without_command=True
)
app.add_typer(sources, name="sources")
app.add_typer(workspaces, name="workspaces")
app.add_typer(audit, name="audit")
evals = typer.Typer(help="Measure how good it is.", no_args_is_help=True)
app.add_typer(evals, name="eval")

As = Annotated[
    str, typer.Option("--as", metavar="EMAIL", help="Who asks. Your own name goes into the ledger beside it.")
]
_KEPT_AT = "Where the client's secret is: env:NAME or file:PATH."
_SIGN_IN_AT = "Where people sign in, if elsewhere."
_HAD_AT = "Where their tokens are had, if elsewhere."
_SAYS_WHO_AT = "Where it says who has signed in, if elsewhere."
OauthClient = Annotated[
    str | None, typer.Option("--oauth-client", help="The id of an OAuth client, with which people link themselves.")
]
OauthSecret = Annotated[str | None, typer.Option("--oauth-secret", help=_KEPT_AT)]
OauthAuthorize = Annotated[str | None, typer.Option("--oauth-authorize", help=_SIGN_IN_AT)]
OauthToken = Annotated[str | None, typer.Option("--oauth-token", help=_HAD_AT)]
OauthMe = Annotated[str | None, typer.Option("--oauth-me", help=_SAYS_WHO_AT)]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@app.command()
def ask(question: Annotated[str, typer.Argument(help="What you want to know.")], as_: As, json: Json = False) -> None:
    """Answer a question, with citations, from what this person may read."""
    from bot.cli import ask as command

    command.ask(question, as_=as_, as_json=json)


@app.command()
def search(
    words: Annotated[str, typer.Argument(help="What to look for.")],
    as_: As,
    k: Annotated[int, typer.Option("-k", min=1, max=50, help="How many passages.")] = 8,
    json: Json = False,
) -> None:
    """Show the passages that this person would be answered from, best first."""
    from bot.cli import ask as command

    command.search(words, as_=as_, k=k, as_json=json)


@app.command()
def demo(
    port: Annotated[
        int | None, typer.Option("--port", min=1, max=65535, help="Where to be, on this machine only.")
    ] = None,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Open no browser; print the address only.")] = False,
    company: Annotated[
        Path | None, typer.Option("--company", metavar="DIR", help="Your own folder of Markdown, instead of Acme's.")
    ] = None,
    model: Annotated[
        str | None, typer.Option("--model", metavar="NAME", help="Which model writes the answers.")
    ] = None,
) -> None:
    """Try it in a browser, on a sample company or your own folder: its Slack and its people, all on this machine."""
    from bot.cli import demo as command

    command.demo(port=port, opens=not no_browser, folder=company, model=model)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option("--host", help="Where to listen, if Slack calls over HTTP.")] = None,
    port: Annotated[int | None, typer.Option("--port", min=0, max=65535, help="On which port; 0: a free one.")] = None,
) -> None:
    """Be in Slack: answer whoever mentions the bot or writes to it, and keep the sources fresh."""
    from bot.cli import serve as command

    command.serve(host=host, port=port)


@app.command()
def manifest(
    url: Annotated[
        str | None, typer.Option("--url", metavar="https://…", help="Where Slack calls; without it, Socket Mode.")
    ] = None,
) -> None:
    """Print the manifest from which Slack creates the app."""
    from bot.cli import serve as command

    command.manifest(url)


@workspaces.callback()
def list_workspaces(context: typer.Context, json: Json = False) -> None:
    """List the Slack workspaces in which the app was installed by OAuth, and the name that each has here."""
    from bot.cli import workspaces as command

    if context.invoked_subcommand is None:
        command.show(as_json=json)


@workspaces.command("forget")
def forget_workspace(id_: Annotated[str, typer.Argument(metavar="WORKSPACE", help="Its name here: w_….")]) -> None:
    """Erase everything that is kept of a workspace that has removed the app."""
    from bot.cli import workspaces as command

    command.forget(id_)


@app.command()
def doctor(json: Json = False) -> None:
    """Say what is well, what is not, and what mends it: Slack, the stores, the models, the sources, this machine."""
    from bot.cli import doctor as command

    command.doctor(as_json=json)


@app.command()
def sync(
    name: Annotated[str | None, typer.Argument(help="One source; without it, all of them.")] = None,
    full: Annotated[
        bool, typer.Option("--full", help="Read everything again, and accept that everything is gone.")
    ] = False,
) -> None:
    """Bring what is searchable up to date with the sources."""
    from bot.cli import sync as command

    command.sync(name, full=full)


@sources.callback()
def list_sources(context: typer.Context, json: Json = False) -> None:
    """List the sources and how fresh each is."""
    from bot.cli import sources as command

    if context.invoked_subcommand is None:
        command.show(as_json=json)


Name = Annotated[str, typer.Option("--name", help="What to call it: small letters, digits, hyphens.")]


@add.command("folder")
def add_folder(path: Annotated[Path, typer.Argument(help="The folder of Markdown files.")], name: Name) -> None:
    """A folder of Markdown, such as a handbook kept in git."""
    from bot.cli import sources as command

    command.add_folder(path, name=name)


@add.command("confluence")
def add_confluence(
    name: Name,
    site: Annotated[str, typer.Option("--site", help="Where people read: https://COMPANY.atlassian.net/wiki")],
    secret: Annotated[str, typer.Option("--secret", help="Where the token is: env:NAME or file:PATH.")],
    spaces: Annotated[str, typer.Option("--spaces", help="The keys of the spaces to read, with commas: HR,ENG")],
    api: Annotated[
        str | None,
        typer.Option("--api", help="Where the API is, if elsewhere, such as a gateway's …/ex/confluence/ID."),
    ] = None,
    user: Annotated[
        str | None, typer.Option("--user", help="Whose token it is, by address; without it, it is a bearer's.")
    ] = None,
    only_labels: Annotated[str | None, typer.Option("--only-labels", help="Read only what has one of these.")] = None,
    without_labels: Annotated[str | None, typer.Option("--without-labels", help="Read nothing that has these.")] = None,
    licensed_groups: Annotated[
        str | None, typer.Option("--licensed-groups", help="The groups, by id, whose members may use Confluence.")
    ] = None,
    admin_groups: Annotated[
        str | None, typer.Option("--admin-groups", help="The groups, by id, whose members administer Confluence.")
    ] = None,
    oauth_client: OauthClient = None,
    oauth_secret: OauthSecret = None,
    oauth_authorize: OauthAuthorize = None,
    oauth_token: OauthToken = None,
    oauth_me: OauthMe = None,
    requests_per_second: Annotated[
        float | None, typer.Option("--requests-per-second", help="How often it is asked, at most.")
    ] = None,
    most_gone_percent: Annotated[
        int | None, typer.Option("--most-gone-percent", help="What share may vanish at once before a person is asked.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be read, and add nothing.")] = False,
    json: Json = False,
) -> None:
    """A site of Confluence Cloud. It is asked what its token may do before it is added."""
    from bot.cli import confluence as command

    given = {
        "site": site,
        "api": api,
        "user": user,
        "secret": secret,
        "spaces": spaces,
        "only_labels": only_labels,
        "without_labels": without_labels,
        "licensed_groups": licensed_groups,
        "admin_groups": admin_groups,
        **_oauth(oauth_client, oauth_secret, oauth_authorize, oauth_token, oauth_me),
        "requests_per_second": str(requests_per_second) if requests_per_second is not None else None,
        "most_gone_percent": str(most_gone_percent) if most_gone_percent is not None else None,
    }
    settings = {name: value for name, value in given.items() if value is not None}
    command.add(name, settings, dry_run=dry_run, as_json=json)


@add.command("drive")
def add_drive(
    name: Name,
    key: Annotated[str, typer.Option("--key", help="Where the service account's key is: env:NAME or file:PATH.")],
    domains: Annotated[
        str, typer.Option("--domains", help="Whose people these are, with commas: acme.test,acme.example.test")
    ],
    mode: Annotated[
        str,
        typer.Option(
            "--mode", help="`delegation`: it speaks for people of the domain; `member`: it is a member of the drives."
        ),
    ] = "delegation",
    admin: Annotated[
        str | None, typer.Option("--admin", help="Whom it speaks for to read the Directory, by address.")
    ] = None,
    drives: Annotated[str | None, typer.Option("--drives", help="The ids of the shared drives to read.")] = None,
    folders: Annotated[
        str | None, typer.Option("--folders", help="Read only what lies below these folders, by their ids.")
    ] = None,
    my_drive: Annotated[bool, typer.Option("--my-drive", help="Read people's own Drives too.")] = False,
    org_units: Annotated[
        str | None, typer.Option("--org-units", help="Only theirs who are in these units: /Sales,/Legal")
    ] = None,
    types: Annotated[str | None, typer.Option("--types", help="Read only these: docs,sheets,slides,pdf,…")] = None,
    link_only: Annotated[
        str | None, typer.Option("--link-only", help="For whom a link counts: nobody, or the domain.")
    ] = None,
    drive_api: Annotated[str | None, typer.Option("--drive-api", help="Where Drive's API is, if elsewhere.")] = None,
    directory_api: Annotated[
        str | None, typer.Option("--directory-api", help="Where the Directory's API is, if elsewhere.")
    ] = None,
    token_url: Annotated[str | None, typer.Option("--token-url", help="Where tokens are had, if elsewhere.")] = None,
    exports: Annotated[
        str | None, typer.Option("--exports", help="Where large documents are fetched, if elsewhere.")
    ] = None,
    site: Annotated[str | None, typer.Option("--site", help="Where people read, if elsewhere.")] = None,
    most_file_bytes: Annotated[
        int | None, typer.Option("--most-file-bytes", help="What is larger is found by its name alone.")
    ] = None,
    oauth_client: OauthClient = None,
    oauth_secret: OauthSecret = None,
    oauth_authorize: OauthAuthorize = None,
    oauth_token: OauthToken = None,
    oauth_me: OauthMe = None,
    requests_per_second: Annotated[
        float | None, typer.Option("--requests-per-second", help="How often it is asked, at most.")
    ] = None,
    most_gone_percent: Annotated[
        int | None, typer.Option("--most-gone-percent", help="What share may vanish at once before a person is asked.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be read, and add nothing.")] = False,
    json: Json = False,
) -> None:
    """Google Drive. It is asked what its service account may do before it is added."""
    from bot.cli import drive as command

    given = {
        "mode": mode,
        "key": key,
        "domains": domains,
        "admin": admin,
        "drives": drives,
        "folders": folders,
        "my_drive": "true" if my_drive else None,
        "org_units": org_units,
        "types": types,
        "link_only": link_only,
        "drive_api": drive_api,
        "directory_api": directory_api,
        "token_url": token_url,
        "exports": exports,
        "site": site,
        "most_file_bytes": str(most_file_bytes) if most_file_bytes is not None else None,
        **_oauth(oauth_client, oauth_secret, oauth_authorize, oauth_token, oauth_me),
        "requests_per_second": str(requests_per_second) if requests_per_second is not None else None,
        "most_gone_percent": str(most_gone_percent) if most_gone_percent is not None else None,
    }
    settings = {name: value for name, value in given.items() if value is not None}
    command.add(name, settings, dry_run=dry_run, as_json=json)


@sources.command("link")
def link_person(
    name: Annotated[str, typer.Argument(help="The source.")],
    email: Annotated[str, typer.Argument(help="The person, by the address that Slack has.")],
    account: Annotated[
        str | None, typer.Argument(help="Their account there, by its id; without it, what was said is taken back.")
    ] = None,
) -> None:
    """Say who somebody is at a source that does not tell it by their e-mail address."""
    from bot.cli import sources as command

    command.link(name, email, account)


@sources.command("sign-in")
def sign_in_at(
    name: Annotated[str, typer.Argument(help="The source, of Confluence or Google Drive.")],
    client: Annotated[
        str | None, typer.Option("--client", help="The id of its OAuth client; without it, nobody signs in any more.")
    ] = None,
    secret: Annotated[str | None, typer.Option("--secret", help=_KEPT_AT)] = None,
    authorize: Annotated[str | None, typer.Option("--authorize", help=_SIGN_IN_AT)] = None,
    token: Annotated[str | None, typer.Option("--token", help=_HAD_AT)] = None,
    me: Annotated[str | None, typer.Option("--me", help=_SAYS_WHO_AT)] = None,
) -> None:
    """Let people whom a source does not know link themselves, by signing in there."""
    from bot.cli import sources as command

    given = _oauth(client, secret, authorize, token, me)
    command.sign_in(name, {key: value for key, value in given.items() if value is not None})


def _oauth(
    client: str | None, secret: str | None, authorize: str | None, token: str | None, me: str | None
) -> dict[str, str | None]:
    """Settings of a source, with which people link themselves there."""
    return {
        "oauth_client": client,
        "oauth_secret": secret,
        "oauth_authorize": authorize,
        "oauth_token": token,
        "oauth_me": me,
    }


@sources.command("remove")
def remove_source(name: Annotated[str, typer.Argument(help="Its name.")]) -> None:
    """Remove a source. Nothing of it is found from this moment on."""
    from bot.cli import sources as command

    command.remove(name)


@sources.command("pause")
def pause_source(name: Annotated[str, typer.Argument(help="Its name.")]) -> None:
    """Read a source no more, until it is resumed. What was read of it stays, and ages."""
    from bot.cli import sources as command

    command.pause(name)


@sources.command("resume")
def resume_source(name: Annotated[str, typer.Argument(help="Its name.")]) -> None:
    """Read a paused source again."""
    from bot.cli import sources as command

    command.resume(name)


@audit.command("verify")
def verify(
    against: Annotated[
        Path | None, typer.Option("--against", help="A file of checkpoints that was kept elsewhere.")
    ] = None,
    json: Json = False,
) -> None:
    """Find any event of the ledger that was changed, removed, moved or cut off."""
    from bot.cli import audit as command

    command.verify(against, as_json=json)


@audit.command("show")
def show(
    receipt: Annotated[str | None, typer.Argument(help="A receipt; without it, the newest ones.")] = None,
    json: Json = False,
) -> None:
    """Show everything that one question led to."""
    from bot.cli import audit as command

    command.show(receipt, as_json=json)


@audit.command("checkpoint")
def checkpoint() -> None:
    """Sign the ledger's head, as a line to be kept elsewhere: it shows later if the end was cut off."""
    from bot.cli import audit as command

    command.checkpoint()


@evals.callback()
def _group() -> None:
    """Measure how good it is."""


@evals.command("beir")
def beir(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="corpus.jsonl, queries.jsonl and qrels/test.tsv.")],
    as_: Annotated[
        str | None, typer.Option("--as", metavar="NAME", help="Whose eyes, of those in its acl.json; without it, all.")
    ] = None,
    run: Annotated[
        Path | None, typer.Option("--run", metavar="FILE", help="Where the ranking goes, in TREC's format.")
    ] = None,
    json: Json = False,
) -> None:
    """Rank the questions of a BEIR folder through the real pipeline, and count how well that went."""
    from bot.cli import eval as command

    command.beir_set(folder, as_=as_, run=run, as_json=json)


@evals.command("golden")
def golden(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="A golden set: a folder with questions.toml; or a BEIR folder.")
    ],
    json: Json = False,
) -> None:
    """Ask a golden set through the real pipeline, each question by its own reader, and count how well that went."""
    from bot.cli import eval as command

    command.golden_set(folder, as_json=json)


@evals.command("embedder")
def compare_embedders(
    name: Annotated[str, typer.Argument(metavar="EMBEDDER", help="builtin, none, or PROVIDER/MODEL.")],
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="A BEIR folder, or a golden set: a folder with questions.toml.")
    ],
    against: Annotated[str, typer.Option("--against", metavar="EMBEDDER", help="The other one.")],
    json: Json = False,
) -> None:
    """Compare two embedders, question by question, through the real pipeline."""
    from bot.cli import eval as command

    command.two_embedders(name, against, folder, as_json=json)


@evals.command("pairs")
def export_pairs(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="corpus.jsonl, queries.jsonl and qrels/test.tsv.")],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Where the pairs go, as JSON lines.")],
    negatives: Annotated[int, typer.Option("--negatives", min=0, max=50, help="How many for each pair, at most.")] = 7,
    everything: Annotated[
        bool, typer.Option("--all", help="Those questions too that figures are reported on: then report none.")
    ] = False,
) -> None:
    """Export question-passage pairs with hard negatives, to tune an embedder with."""
    from bot.cli import eval as command

    command.export_pairs(folder, out=out, negatives=negatives, everything_=everything)


def main() -> None:
    from bot.settings import quiet_libraries

    quiet_libraries()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a terminal that knows few letters shows a mark for the others
            stream.reconfigure(errors="replace")
    app()


if __name__ == "__main__":
    main()
