"""The summarised import tax of a guarantor: what is due, one payment to the bank, what became of it (rulebook 4.4)."""
