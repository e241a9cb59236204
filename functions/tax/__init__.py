"""Import tax on retail goods and parcels: rates from the tariff, the regime from the limits, exact sums."""
