"""Records: fields by place and by name, defaults, equality, and refusals."""

from __future__ import annotations

import pickle

import pytest

from steepest.record import each, record, replaced


@record(eq=True)
class Place:
    n: float
    e: float = 0.0


@record()
class Bag:
    held: list[int] = each(factory=list)


@record(frozen=False)
class Counted:
    name: str
    length: int = each(factory=int, init=False)

    def __post_init__(self) -> None:
        self.length = len(self.name)


def test_fields_by_place_by_name_and_by_default() -> None:
    assert Place(1.0, 2.0) == Place(e=2.0, n=1.0) != Place(1.0)
    assert hash(Place(1.0)) == hash(Place(1.0, 0.0))
    assert repr(Place(1.0)) == "Place(n=1.0, e=0.0)"


def test_each_record_has_a_default_of_its_own_and_equals_itself_alone() -> None:
    one, other = Bag(), Bag()
    one.held.append(1)
    assert other.held == []
    assert Bag(one.held) != one


def test_what_follows_from_the_fields_is_made_last() -> None:
    assert Counted("abc").length == 3
    with pytest.raises(TypeError, match="has the fields name"):
        Counted("abc", length=4)


@pytest.mark.parametrize("given", [((), {}), ((1.0, 2.0, 3.0), {}), ((1.0,), {"n": 2.0})])
def test_wrong_fields_are_refused(given: tuple[tuple[float, ...], dict[str, float]]) -> None:
    args, named = given
    with pytest.raises(TypeError, match="Place"):
        Place(*args, **named)


def test_a_frozen_record_changes_only_into_another() -> None:
    place = Place(1.0)
    with pytest.raises(AttributeError, match="never changed"):
        place.n = 2.0  # type: ignore[misc]
    assert replaced(place, n=2.0) == Place(2.0)
    with pytest.raises(TypeError, match="has the fields"):
        replaced(place, north=2.0)
    assert pickle.loads(pickle.dumps(place)) == place  # noqa: S301  (our own bytes)
