"""Opening the page: in a browser with a window, or not at all."""

import webbrowser
from typing import ClassVar

import pytest

from bot.cli.demo import browser

ADDRESS = "http://127.0.0.1:8420/"


class Windowed(webbrowser.BaseBrowser):
    works: ClassVar = True

    def open(self, url: str, new: int = 0, autoraise: bool = True) -> bool:  # noqa: ARG002, FBT001, FBT002
        assert url == ADDRESS
        return self.works


class Broken(Windowed):
    works: ClassVar = False


class Failing(Windowed):
    def open(self, url: str, new: int = 0, autoraise: bool = True) -> bool:  # noqa: ARG002, FBT001, FBT002
        raise OSError(2, "no such file")


def _none() -> webbrowser.BaseBrowser:
    raise webbrowser.Error("could not locate runnable browser")


@pytest.mark.parametrize(
    ("found", "opens"),
    [
        pytest.param(Windowed, True, id="a window"),
        pytest.param(Broken, False, id="one that says no"),
        pytest.param(Failing, False, id="one that is not there"),
        pytest.param(_none, False, id="none"),
        pytest.param(lambda: webbrowser.GenericBrowser("lynx"), False, id="one in the terminal"),
    ],
)
def test_the_page_opens_where_there_is_a_window(monkeypatch: pytest.MonkeyPatch, found: object, *, opens: bool) -> None:
    monkeypatch.setattr(webbrowser, "get", found)
    assert browser.opened(ADDRESS) is opens
