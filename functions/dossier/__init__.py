"""The dossier of an order: everything that happened, chained by hashes, kept in the archive."""
