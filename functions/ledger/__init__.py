"""The one ledger mechanism: what orders take of a buyer's year and of a guarantor's guarantee, in double entry."""
