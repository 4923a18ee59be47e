"""Formulas for people: as a line of text that can be typed again, and as LaTeX."""
