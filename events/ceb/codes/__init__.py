"""The code lists that the standard itself prints, as dated data; lists that it only refers to (JGS-20) are not here."""

from events.ceb.codes.tables import Code, CodeTable, CodeTableError, code_table, code_tables, read_tables

__all__ = ["Code", "CodeTable", "CodeTableError", "code_table", "code_tables", "read_tables"]
