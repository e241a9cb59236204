"""The summarised import tax of a guarantor to the bank (rulebook 4.4)."""
