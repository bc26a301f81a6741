"""Reads the law, refuses what it cannot read, and knows its clocks. Imports facts only."""
