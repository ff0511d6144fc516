"""Settings: one clear line for a wrong value, secrets that stay hidden, .env.example that lists them all."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from realestate_os.settings import PROJECT_DIR, Settings, SettingsError, load_settings

SECRET = "s3cr3t-do-not-print"


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """No .env and none of our variables: what is tested is what the test sets."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def example_lines() -> dict[str, str]:
    """Setting -> default of .env.example; each has one line of meaning above it."""
    lines = (PROJECT_DIR / ".env.example").read_text(encoding="utf-8").splitlines()
    found: dict[str, str] = {}
    for above, line in zip(["", *lines], lines, strict=False):
        if match := re.fullmatch(r"#([A-Z0-9_]+)=(.*)", line):
            assert match[1] not in found, f"{match[1]} stands twice"
            assert above.startswith("# "), f"{match[1]} has no line of meaning"
            found[match[1]] = match[2]
    return found


def as_written(default: Any) -> str:
    """A default as .env.example writes it; paths of this project and unset ones are empty."""
    if default is None or isinstance(default, Path):
        return ""
    return str(default).lower() if isinstance(default, bool) else str(default)


def test_the_example_lists_each_setting_with_its_default() -> None:
    """Neither one too few nor one too many."""
    assert example_lines() == {name.upper(): as_written(field.default) for name, field in Settings.model_fields.items()}


def test_the_example_uncommented_changes_nothing(bare_environment: Path) -> None:
    """Copying the whole file is harmless."""
    before = load_settings()
    text = (PROJECT_DIR / ".env.example").read_text(encoding="utf-8")
    (bare_environment / ".env").write_text(re.sub(r"(?m)^#([A-Z0-9_]+=)", r"\1", text), encoding="utf-8")
    assert load_settings() == before


def test_the_environment_wins_over_the_file(bare_environment: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As every deployment expects."""
    (bare_environment / ".env").write_text("WEB_PORT=9001\nDAGSTER_PORT=9002\n", encoding="utf-8")
    monkeypatch.setenv("WEB_PORT", "9003")
    settings = load_settings()
    assert (settings.web_port, settings.dagster_port) == (9003, 9002)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WEB_PORT", "eighty"),
        ("MAIL_MIN_SCORE", "101"),
        ("MAIL_MAX_PER_RUN", "-1"),
        ("HTTP_TIMEOUT_S", "0"),
        ("SOURCES", "everything"),
        ("LOG_LEVEL", "LOUD"),
        ("PUBLIC_BASE_URL", "not a url"),
        ("SALES_HISTORY_MONTHS", "1"),
        ("LOG_JSON", "perhaps"),
    ],
)
def test_a_wrong_value_is_one_line_with_the_key(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The key as the user typed it, and no traceback of the library."""
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    message = str(caught.value)
    assert name in message
    assert "\n" not in message
    assert caught.value.__suppress_context__


def test_two_wrong_values_are_both_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """One start, all mistakes."""
    monkeypatch.setenv("WEB_PORT", "x")
    monkeypatch.setenv("LOG_LEVEL", "x")
    with pytest.raises(SettingsError, match=r"WEB_PORT.*LOG_LEVEL"):
        load_settings()


def secret_names() -> list[str]:
    """Settings whose value must never be shown."""
    return [name for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation)]


def test_what_sounds_secret_is_secret() -> None:
    """URLs of databases hold passwords; keys, tokens and secrets speak for themselves. A public key may be seen."""
    sounding = re.compile(r"(_key|_secret|_token|database_url|_key_id)$")
    assert {name for name in Settings.model_fields if sounding.search(name)} - set(secret_names()) == {
        "sendgrid_webhook_public_key"
    }


def test_secrets_are_in_no_text_of_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """repr, str and JSON of the settings end in logs sooner or later."""
    for name in secret_names():
        monkeypatch.setenv(name.upper(), SECRET)
    settings = load_settings()
    for name in secret_names():
        value = getattr(settings, name)
        assert isinstance(value, SecretStr)
        assert value.get_secret_value() == SECRET
    for text in (repr(settings), str(settings), settings.model_dump_json(), str(settings.model_dump())):
        assert SECRET not in text


def test_a_wrong_value_beside_a_secret_does_not_show_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library's own message prints the whole input."""
    monkeypatch.setenv("SENDGRID_API_KEY", SECRET)
    monkeypatch.setenv("WEB_PORT", SECRET)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert SECRET not in str(caught.value)


def test_the_mail_goes_to_the_sandbox_until_there_is_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fresh installation mails nobody."""
    assert load_settings().mail_host == "http://127.0.0.1:8803"
    monkeypatch.setenv("SENDGRID_API_KEY", SECRET)
    assert load_settings().mail_host == "https://api.sendgrid.com"
    monkeypatch.setenv("SENDGRID_HOST", "http://127.0.0.1:9")
    assert load_settings().mail_host == "http://127.0.0.1:9"


@pytest.mark.parametrize("port", ["-1", "65536", "web"])
def test_a_port_that_cannot_be_is_named(monkeypatch: pytest.MonkeyPatch, port: str) -> None:
    """Before anything tries to listen there."""
    monkeypatch.setenv("WEB_PORT", port)
    with pytest.raises(SettingsError, match="WEB_PORT: Input should be"):
        load_settings()


def test_only_the_sandbox_has_origins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Private addresses are refused by every fetcher except these."""
    sites = ("fsbo", "agents", "paper", "board", "records")
    assert set(load_settings().origins) == {f"https://{site}.sandbox.example" for site in sites}
    monkeypatch.setenv("SOURCES", "public")
    assert load_settings().origins == {}


def test_the_data_folder_can_be_chosen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """And everything that has no place of its own moves with it."""
    monkeypatch.setenv("REALESTATE_OS_HOME", str(tmp_path / "elsewhere"))
    settings = load_settings()
    assert settings.home == tmp_path / "elsewhere"
    assert settings.objects_url == os.fspath(tmp_path / "elsewhere" / "objects")


def test_links_in_mails_have_no_double_slash(monkeypatch: pytest.MonkeyPatch) -> None:
    """HttpUrl adds a slash of its own."""
    monkeypatch.setenv("PUBLIC_BASE_URL", "https://deals.example.com/")
    assert load_settings().public_url == "https://deals.example.com"
