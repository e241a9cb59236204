"""Between XML and the models: any prefix is read, one canonical shape is written."""

from typing import TypeVar

from lxml import etree

from events.ceb.base import CebModel
from events.ceb.reading import Reading
from events.ceb.writing import write
from events.ceb.xml import line_of, local_name
from events.problems import InvalidInputError, Problem

__all__ = ["read", "refuse_root", "write"]

Model = TypeVar("Model", bound=CebModel)


def read(root: etree._Element, model: type[Model]) -> Model:
    """The model from its element.

    Raises InvalidInputError with the path, the line and the value of every mistake.
    """
    reading = Reading()
    found = reading.document(root, model)
    if reading.problems or found is None:
        raise InvalidInputError(reading.problems)
    return found


def refuse_root(root: etree._Element, known: str) -> InvalidInputError:
    """The error for a document whose root is none that we know."""
    problem = Problem(path=f"/{local_name(root)}", rule="root", value=str(root.tag), message=known, line=line_of(root))
    return InvalidInputError([problem])
