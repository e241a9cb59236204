"""The settings of the sandbox."""

import json
from pathlib import Path

import pytest

from infra.sandbox.app import create_app
from infra.sandbox.config import ConfigError, from_environment


def partners_file(tmp_path: Path) -> Path:
    path = tmp_path / "partners.json"
    secret = {"key": "MDEyMzQ1Njc4OWFiY2RlZg==", "name": "海关", "roles": ["customs"], "codes": ["2301"]}
    path.write_text(json.dumps({"customs": secret}))
    return path


def test_every_setting_comes_from_the_environment(tmp_path: Path) -> None:
    config = from_environment(
        {
            "SANDAN_GATEWAY_URL": "http://127.0.0.1:9999",
            "SANDAN_SANDBOX_PORT": "8499",
            "SANDAN_SANDBOX_SEED": "11",
            "SANDAN_SANDBOX_DELAY": "0.1,2",
            "SANDAN_SANDBOX_PARTNERS": str(partners_file(tmp_path)),
        }
    )
    assert (config.gateway_url, config.port, config.seed) == ("http://127.0.0.1:9999", 8499, 11)
    assert config.delay == (0.1, 2.0)
    assert config.partners["customs"].key == b"0123456789abcdef"
    assert config.customs_partner() == "customs"
    assert (config.partner_of("2301"), config.partner_of("9999")) == ("customs", None)


def test_the_defaults() -> None:
    config = from_environment({})
    assert (config.port, config.delay) == (8402, (0.05, 0.3))


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("SANDAN_SANDBOX_DELAY", "2,1"),
        ("SANDAN_SANDBOX_DELAY", "soon"),
        ("SANDAN_SANDBOX_DELAY", "-1,1"),
        ("SANDAN_SANDBOX_PORT", "0"),
        ("SANDAN_SANDBOX_PARTNERS", "/no/such/file"),
    ],
)
def test_a_wrong_setting_is_named(variable: str, value: str) -> None:
    with pytest.raises(ConfigError, match="SANDAN_"):
        from_environment({variable: value})


def test_a_broken_partners_file_is_named_without_its_keys(tmp_path: Path) -> None:
    path = tmp_path / "partners.json"
    path.write_text(json.dumps({"customs": {"key": "%%secret%%"}}))
    with pytest.raises(ConfigError, match="customs/key") as caught:
        from_environment({"SANDAN_SANDBOX_PARTNERS": str(path)})
    assert "secret" not in str(caught.value)


def test_it_does_not_start_without_customs() -> None:
    with pytest.raises(ConfigError, match="role customs"):
        create_app(from_environment({}))
