"""The personal quota: what one person may buy under retail import in a calendar year."""
