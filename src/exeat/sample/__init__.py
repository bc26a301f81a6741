"""Sample data that ships: real public records of one jail, for a first audit and for tests.

See `README.md` beside this file for where it comes from and what was left out of it.
"""
