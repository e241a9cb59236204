"""What the documents of an enterprise begin with, whatever message is around them."""

from events.ceb.base import CebModel, Flag, Guid, Second, Status


class UploadHead(CebModel):
    """What every import document says first: app_type 1 new, 2 change, 3 delete; app_status 1 saved, 2 declared."""

    guid: Guid
    app_type: Flag
    app_time: Second
    app_status: Status
