"""CEB900: the receipt of a message that could not be read."""

from typing import Annotated

from pydantic import Field

from events.ceb.format_error import FormatError
from events.ceb.frame import CebMessage


class CEB900Message(CebMessage):
    """The receipt of a message that could not be read."""

    root = "CEB900Message"
    first_element = "error"
    error: Annotated[FormatError, Field(alias="MessageReturn")]
