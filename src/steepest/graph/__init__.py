"""What a function is made of: nodes, the rows that give them meaning, and the one way to walk over
them.
"""
