"""CEB900, what is said of a message that could not be read (统一版 202205)."""

from typing import Annotated

from pydantic import Field

from events.ceb.base import CebModel, Guid, Millisecond, ReturnStatus, text


class FormatError(CebModel):
    """A message that could not be read (CEB900); `original_type` is "Unknown" when it was not recognisable."""

    guid: Guid
    return_status: ReturnStatus
    return_info: Annotated[str, text(0, 5000)]
    return_time: Millisecond
    original_cop_msg_id: Annotated[str, text(0, 255), Field(alias="oriCopMsgId")]
    original_message_type: Annotated[str, text(0, 15), Field(alias="oriMessageType")]
    original_message: Annotated[str, Field(alias="oriBizMessage")]
