"""The demonstration: seeded orders of every scenario through the whole local stack, checked and timed."""
