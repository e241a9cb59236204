"""template.yaml as the local stack deploys it: the whole, or the data resources alone."""

import json
from pathlib import Path
from typing import Any

import yaml

from infra.stack.errors import StackError

TEMPLATE = Path(__file__).parents[2] / "template.yaml"
CODE_CONDITIONS = {"WithFunctions", "WithWorker", "WithCode", "WithTemporalRole"}

_SECTIONS = {"Transform", "Globals", "Resources", "Outputs"}
_MEND = "the stack is made of it: put it back as it is in the repository"


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short forms, read as the long ones."""


def whole() -> str:
    """The template as it stands: with functions, HTTP API and alarms. StackError where it cannot be read."""
    return _read()[0]


def data_resources() -> str:
    """What of the template is left without its functions, as JSON.

    That is what CloudFormation makes of it with `Functions=no` and no serverless worker. Leaving the rest out here
    spares the emulator the translation of SAM, which needs libraries of its own and half a second. StackError where
    the template cannot be read.
    """
    template = _read()[1]
    del template["Transform"], template["Globals"]
    for section in ("Resources", "Outputs"):
        template[section] = {
            name: one for name, one in template[section].items() if one.get("Condition") not in CODE_CONDITIONS
        }
    return json.dumps(template)


def _read() -> tuple[str, dict[str, Any]]:
    try:
        text = TEMPLATE.read_text(encoding="utf-8")
        parsed = parse(text)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise StackError(f"{TEMPLATE} cannot be read: {error}\n{_MEND}") from None
    missing = _SECTIONS - parsed.keys() if isinstance(parsed, dict) else _SECTIONS
    if missing:
        raise StackError(f"{TEMPLATE} has no {', '.join(sorted(missing))}\n{_MEND}")
    return text, parsed


def parse(text: str) -> dict[str, Any]:
    """A template with `{"Ref": …}` and `{"Fn::…": …}` in place of the short forms."""
    parsed: dict[str, Any] = yaml.load(text, _Loader)  # noqa: S506 - a SafeLoader
    return parsed


def _long_form(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    elif isinstance(node, yaml.MappingNode):
        value = loader.construct_mapping(node, deep=True)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _long_form)
