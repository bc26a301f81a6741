"""What is known about one person's custody: codes, times, the record, the vocabulary of facts.

Imports nothing of ours but :mod:`exeat.errors`; reads and writes nothing.
"""
