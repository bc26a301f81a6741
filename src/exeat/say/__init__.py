"""Answers and law in words, for page, command and record alike."""
