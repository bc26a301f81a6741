"""What the law can answer on any facts: proofs, coverage over time, and changes of answers.

It stands above the decision and weighs the same rules by the same functions, over every
record that there can be instead of over one.
"""
