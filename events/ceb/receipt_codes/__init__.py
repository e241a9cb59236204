"""What the codes of receipts mean, and what follows from them: all of 规范 202205 §7, and what was seen besides."""

from events.ceb.receipt_codes.lookup import classify
from events.ceb.receipt_codes.model import Classified, FixAt, ReceiptClass, ReceiptCode

__all__ = ["Classified", "FixAt", "ReceiptClass", "ReceiptCode", "classify"]
