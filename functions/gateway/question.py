"""Where the question of customs stands in a request (公告2018-179); `payment_data` answers it."""

FIELD = "openReq"
KEY, PLATFORM = "key", "ebpCode"
