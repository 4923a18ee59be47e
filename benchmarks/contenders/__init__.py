"""One file for each library that takes part, with an entry for each work that it does."""
