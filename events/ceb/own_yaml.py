"""YAML that comes with the product, read by libyaml: it takes a tenth of the time.

Not for files of others: nested deeply enough they end the process there, where Python's own reader raises.
"""

from importlib.resources.abc import Traversable
from typing import Any


def read_own(file: Traversable) -> Any:
    """What a file of ours holds. Raises yaml.YAMLError."""
    import yaml  # noqa: PLC0415 - loaded by the first look into a table

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # some builds have no libyaml
    return yaml.load(file.read_text(encoding="utf-8"), loader)  # noqa: S506 - a SafeLoader
