"""Functions of one variable and of more than two: a row for each, slices, walks."""

from __future__ import annotations

import re
from typing import Any

import pytest

import steepest as st

from .reader import Visit, follow, number, place, press, settled, shown, tab_to

THREE = "x^2 + 2y^2 + 4z^2 + x y z/2"
LINK = THREE.replace("+", "%2B")
F = st.Function(THREE)


def rows(page: Any) -> list[list[float]]:
    """The table of variables, a list of numbers for each."""
    cells = page.locator(".variables tbody tr").all()
    return [[number(o) for o in row.locator("output").all_inner_texts()] for row in cells]


def axes(page: Any) -> list[str]:
    """What stands at the map's axes: upwards, and to the right."""
    found = [t for t in page.locator(".map .mark").all_text_contents() if re.search("[↑→]", t)]
    return sorted(re.sub("[↑→ ]", "", t) for t in found)


def test_every_variable_has_its_slope_and_its_step(visit: Visit) -> None:
    page = visit(f"/lesson/many#f={LINK}&x=1.5,-2,0.5&rate=0.05&tab=try")
    at = F.at(1.5, -2, 0.5)
    expected = [
        [x, slope, -0.05 * slope, x - 0.05 * slope]
        for x, slope in zip((1.5, -2, 0.5), at.gradient, strict=True)
    ]
    for found, row in zip(rows(page), expected, strict=True):
        assert found == [pytest.approx(v, abs=6e-3 if k == 0 else 6e-4) for k, v in enumerate(row)]
    foot = page.locator(".variables tfoot").inner_text()
    assert shown(at.magnitude, 3) in foot and shown(at.value, 3) in foot


def test_a_walk_in_three_variables_is_the_engines(visit: Visit) -> None:
    page = visit(f"/lesson/many#f={LINK}&x=1.5,-2,0.5&rate=0.05&tab=try")
    for _ in range(3):
        settled(page, lambda: page.click("[data-action=step]"))
    walk = st.descend(F, (1.5, -2, 0.5), rate=0.05, steps=3, progress=False)
    assert place(page) == pytest.approx(walk.path[-1].tolist(), rel=1e-12)
    # the slice has followed the point
    page.wait_for_function(
        "(z) => document.querySelector('.map + .hint').textContent.includes(z)",
        arg=f"z = {shown(float(walk.path[-1][2]))}",
    )


def test_two_variables_are_chosen_to_be_drawn(visit: Visit) -> None:
    page = visit(f"/free#f={LINK}&x=1.5,-2,0.5")
    assert axes(page) == ["x", "y"]
    settled(page, lambda: page.select_option("select[aria-label='upwards']", label="z"))
    assert axes(page) == ["x", "z"] and "pair=0%2C2" in page.url
    assert "y = −2.00" in page.locator(".map + .hint").inner_text()
    # the arrow is what can be seen of −∇f from above: x to the right, z upwards
    at = [
        float(v)
        for v in re.findall(
            r"-?[\d.]+", str(page.locator(".map .point").get_attribute("transform"))
        )
    ]
    corners = re.findall(r"(-?[\d.]+),(-?[\d.]+)", page.locator(".map .arrow").get_attribute("d"))
    right, down = (float(corners[3][k]) - at[k] for k in (0, 1))
    gx, _, gz = F.gradient(1.5, -2, 0.5)
    assert right / down == pytest.approx(-gx / gz, rel=0.02) and right * gx < 0
    other = visit(f"/free#{page.url.partition('#')[2]}")
    assert axes(other) == ["x", "z"]
    # choosing what is drawn already exchanges the two
    settled(page, lambda: page.select_option("select[aria-label='upwards']", label="x"))
    assert "pair=2%2C0" in page.url


def test_the_others_are_set_by_the_keyboard(visit: Visit) -> None:
    page = visit(f"/free#f={LINK}&x=1.5,-2,0.5")
    tab_to(page, ".variables tbody tr:nth-child(3) input")
    press(page, "ArrowRight", 5)
    x, y, z = place(page)
    assert (x, y) == (1.5, -2) and z > 0.5
    page.wait_for_function(
        "(z) => document.querySelector('.map + .hint').textContent.includes(z)",
        arg=f"z = {shown(z)}",
    )
    assert rows(page)[2][1] == pytest.approx(F.gradient(x, y, z)[2], abs=6e-4)
    page.locator("h1").click()
    press(page, "Backspace")
    assert place(page)[2] < z


def test_walks_in_three_variables_and_no_basins(visit: Visit) -> None:
    page = visit(f"/free#f={LINK}&x=1.5,-2,0.5")
    page.select_option(".lane.second select", "momentum")
    page.fill(".lane.first input[name=rate]", "0.05")
    page.fill(".lane.second input[name=rate]", "0.02")
    page.click("[data-action=walk]")
    page.wait_for_selector(".map .trail.second", state="attached")
    walk = st.descend(F, (1.5, -2, 0.5), rate=0.05, steps=200, progress=False)
    told = page.locator(".lane.first .said")
    assert walk.verdict.sentence in told.inner_text()
    assert told.locator(".cause").inner_text() == walk.verdict.cause
    told.locator("summary").click()
    evidence = told.locator(".evidence").inner_text()
    assert all(name.replace("_", " ") in evidence for name in ("steps", "curvature_along_path"))
    assert not page.locator("[data-action=basins]").is_visible()


def test_one_variable_has_a_curve_and_both_walks_on_it(visit: Visit) -> None:
    page = visit("/free#f=w^4 - 3w^2 %2B w&x=2&range=-2.5,2.5")
    page.select_option(".lane.second select", "momentum")
    for lane in ("first", "second"):
        page.fill(f".lane.{lane} input[name=rate]", "0.01")
    page.click("[data-action=walk]")
    page.wait_for_selector(".curve .trail.second", state="attached")
    assert page.locator(".curve .trail.first").count() == 1
    walk = st.descend("w^4 - 3w^2 + w", 2.0, rate=0.01, steps=200, progress=False)
    assert walk.verdict.sentence in page.locator(".lane.first .said").inner_text()


def test_a_lesson_about_many_variables_says_so_of_one(visit: Visit) -> None:
    page = visit("/lesson/many#tab=own")
    page.fill(".panel input[type=text]", "w^2")
    page.click("text=Take it")
    page.wait_for_selector(".said.wrong:has-text('one variable, w')")
    page.fill(".panel input[type=text]", "+".join("abcdxyzuv"))
    page.click("text=Take it")
    page.wait_for_selector(".said.wrong:has-text('one to 8 variables')")


def test_undo_brings_back_the_function_with_its_variables(visit: Visit) -> None:
    page = visit("/lesson/many#tab=own")
    page.fill(".panel input[type=text]", THREE)
    settled(page, lambda: page.click("text=Take it"))
    page.wait_for_selector(".variables tbody tr:nth-child(3)")
    page.locator("h1").click()
    press(page, "Backspace")
    page.wait_for_selector(".variables tbody tr:nth-child(3)", state="detached")
    assert len(rows(page)) == 2 and place(page) == []
    follow(page, f"f={LINK}&x=1,1,1&pair=2,1&tab=own")
    assert axes(page) == ["y", "z"] and len(rows(page)) == 3
