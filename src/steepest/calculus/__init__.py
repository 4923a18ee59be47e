"""From a graph to the graph of its derivative: forward mode, its transpose, and what is composed of
the two.
"""
