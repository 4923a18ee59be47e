"""Where functions come from: typed formulas, NumPy code, elevation maps."""
