"""Free exploration in a real browser: any formula, the mountain, one's own code, two walks."""

from __future__ import annotations

import steepest as st

from .reader import Visit, settled


def test_a_formula_its_slope_and_two_walks(visit: Visit) -> None:
    page = visit("/free#f=(1-x)^2 %2B 5(y-x^2)^2&x=-1,1&range=-2,2,-1,3")
    page.wait_for_selector(".slope:has-text('−4')")  # ∂f/∂x at (−1, 1)
    page.select_option(".lane.second select", "adam")
    page.fill(".lane.first input[name=rate]", "0.02")
    page.click("[data-action=walk]")
    page.wait_for_selector(".lane.second .said:has-text('f =')")
    page.wait_for_selector(".map .trail.second", state="attached")
    walk = st.descend("(1-x)^2 + 5(y-x^2)^2", (-1, 1), rate=0.02, steps=200, progress=False)
    assert walk.verdict.sentence in page.locator(".lane.first .said").inner_text()


def test_basins_are_drawn_and_counted(visit: Visit) -> None:
    page = visit("/free#f=(x^2 - 1)^2 %2B y^2&range=-2,2,-2,2")
    page.click("text=Where do walks")
    page.wait_for_selector(".shares li:nth-child(2)")
    page.wait_for_selector(".map .basin-mark >> nth=1", state="attached")  # a frame later
    assert page.locator(".map .basin-mark").count() == 2


def test_the_users_own_function_and_the_mountain(visit: Visit) -> None:
    page = visit("/free")
    page.wait_for_selector(".slope:has-text('loss(w, b)')")
    settled(page, lambda: page.click("text=a real mountain"))
    page.wait_for_selector(".slope:has-text('elevation')")
    text = f"{st.Terrain.jacksboro()(9000, 14000):.3f}"
    assert text in page.locator(".slope").inner_text()


def test_a_wrong_formula_is_pointed_at(visit: Visit) -> None:
    page = visit("/free")
    page.fill(".source input[type=text]", "x^2 + * y")
    page.click("text=Take it")
    page.wait_for_selector(".source .said.wrong:has-text('^')")
