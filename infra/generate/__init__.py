"""Made-up orders: whole sets of consistent documents, for any mix of modes and scenarios, from a seed."""
