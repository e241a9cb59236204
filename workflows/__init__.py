"""Orchestration only: the order of steps, waiting, deadlines, compensation."""
