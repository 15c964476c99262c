from collections.abc import Iterator

import pytest
import structlog
from pydantic import TypeAdapter, ValidationError

from bot.cli.terminal import BAD_USE, FAULT, command
from bot.core.errors import BadUse, Unready


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    """A command decides where the log goes; the tests after this one have the log of the suite."""
    suites = structlog.get_config()
    yield
    structlog.configure(**suites)


def test_a_bad_setting_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("FOOTNOTE_LEASE_S", "soon")
    with pytest.raises(SystemExit) as stopped, command():
        pass
    assert stopped.value.code == BAD_USE
    assert "The setting FOOTNOTE_LEASE_S is not usable" in capsys.readouterr().err


def test_what_is_invalid_elsewhere_is_no_bad_setting(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValidationError), command():
        TypeAdapter(int).validate_python("many")
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(("error", "code"), [(BadUse("no"), BAD_USE), (Unready("no"), FAULT)])
def test_what_a_person_can_act_on_is_said_in_one_line(
    error: Exception, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped, command():
        raise error
    assert stopped.value.code == code
    assert capsys.readouterr().err == "no\n"
