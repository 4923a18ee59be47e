"""Lessons are content: each file is read and checked, and a mistake in one is named."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

import steepest as st
from steepest.studio.lesson import BRACES, FOLDER, Lesson, LessonError, Lessons
from steepest.studio.quantities import names_of, quantities

NAMES = [path.stem for path in FOLDER.glob("*.toml")]
PAGE_ONLY = {"miss"}  # what only a reader's own act has


@pytest.fixture(scope="module")
def lessons() -> Lessons:
    return Lessons()


@pytest.mark.parametrize("name", NAMES)
def test_every_formula_of_a_lesson_has_a_value(lessons: Lessons, name: str) -> None:
    lesson = lessons.by_name[name]
    start = {v: float(x) for v, x in lesson.content["start"].items()}
    found = quantities(lesson.function, start, **lesson.content.get("set", {}))
    assert set(names_of(lesson.function.variables)) - PAGE_ONLY == set(found)
    for formula in lesson.formulas():
        if not any(word in formula for word in PAGE_ONLY):
            assert math.isfinite(lesson.evaluate(_as_number(formula), found)), formula


def _as_number(formula: str) -> str:
    return f"where({formula}, 1, 0)" if any(c in formula for c in "<>") else formula


@pytest.mark.parametrize("name", NAMES)
def test_the_right_answer_is_right_and_others_are_not(lessons: Lessons, name: str) -> None:
    lesson = lessons.by_name[name]
    exercise = lesson.content["exercise"]
    assert not lesson.check("12345.6")["right"]
    if exercise["kind"] == "formula":
        f = st.Function(
            exercise.get("formula", lesson.content["formula"]), lesson.function.variables
        )
        assert lesson.check(f.derivative(exercise["by"]).text)["right"]
        return
    f = st.Function(exercise.get("formula", lesson.content["formula"]), tuple(exercise["at"]))
    point = {v: float(exercise["at"][v]) for v in f.variables}
    truth = lesson.evaluate(exercise["truth"], quantities(f, point, **exercise.get("set", {})))
    answer = lesson.check(f"{truth:.{exercise.get('decimals', 2)}f}")
    assert answer["right"] and not BRACES.search(answer["says"])


@pytest.mark.parametrize("name", NAMES)
def test_titles_are_questions_and_answers_stay_here(lessons: Lessons, name: str) -> None:
    data = lessons.by_name[name].as_data()
    assert data["title"].endswith("?")
    assert "truth" not in data["exercise"] and "why" not in data["exercise"]


@pytest.mark.parametrize(("old", "new", "says"), [
    ('short = "Descent in 1-D"', "", "lacks short"),
    ("next_w < w", "next_z < w", "next_z"),
    ("{{slope:2}}", "{{slop:2}}", "slop"),
    ("0.03w^4", "0.03w^4)", "0.03w^4)"),
    ("number = 4", "number = ", "line 1"),
])  # fmt: skip
def test_a_mistake_is_named_with_its_file(tmp_path: Path, old: str, new: str, says: str) -> None:
    text = (FOLDER / "descent.toml").read_text()
    assert old in text
    (tmp_path / "mine.toml").write_text(text.replace(old, new))
    with pytest.raises(LessonError, match="mine") as error:
        Lessons(tmp_path).as_data()
    assert says in str(error.value)


def test_a_lesson_is_added_by_a_file_alone(tmp_path: Path) -> None:
    text = (FOLDER / "descent.toml").read_text().replace("0.03w^4", "0.05w^4")
    (tmp_path / "mine.toml").write_text(text.replace("number = 4", "number = 9"))
    (data,) = Lessons(tmp_path).as_data()
    assert data["name"] == "mine" and "0.05" in data["described"]["text"]
    assert isinstance(Lesson.read(tmp_path / "mine.toml").function, st.Function)
