"""Tests of the chaos command's parts."""
