"""Value per step: the layout holds, whatever there is to say below."""

from __future__ import annotations

import steepest as st
from steepest.pictures import save


def test_a_long_sentence_below_does_not_squeeze_the_picture(tmp_path):
    walk = st.descend("n**2 + 3*e**2 + sin(3*n)*e", {"n": 2, "e": 1}, rate=0.1)
    ax = walk.plot(kind="values")
    save(ax.figure, tmp_path / "values.png")  # a collapsed layout warns, and warnings are errors
    assert ax.get_position().width > 0.6
