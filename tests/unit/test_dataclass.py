"""Frozen data classes with shared methods behave like those of the standard library."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError, field, replace
from typing import Any

import pytest

from deskctl.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Ours:
    number: int
    names: tuple[str, ...] = ()
    cache: dict[str, int] = field(default_factory=dict, compare=False, repr=False)


@dataclasses.dataclass(frozen=True, slots=True)
class Standard:
    number: int
    names: tuple[str, ...] = ()
    cache: dict[str, int] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class One:
    value: Any


@dataclass(frozen=True, slots=True)
class Nothing:
    pass


@dataclass(frozen=True, slots=True)
class Longer(Ours):
    more: int = 0


@dataclass(frozen=True)
class Named:
    name: str

    def __repr__(self) -> str:
        return f"<{self.name}>"


@dataclass(frozen=True)
class Caseless:
    name: str

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Caseless) and self.name.lower() == other.name.lower()

    def __hash__(self) -> int:
        return hash(self.name.lower())


@dataclass(frozen=True)
class PartlyHashed:
    number: int
    fields: dict[str, int] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class MorePartlyHashed(PartlyHashed):
    more: int = 0


both = pytest.mark.parametrize("kind", [Ours, Standard])


@both
def test_equality_compares_fields_of_the_same_class(kind: Callable[..., Any]) -> None:
    assert kind(1, ("a",), {"x": 1}) == kind(1, ("a",), {"y": 2})
    assert kind(1) != kind(2)
    assert kind(1) != (1, (), {})
    assert Ours(1) != Standard(1)
    assert Ours(1) != Longer(1)
    assert Longer(1, more=2) != Longer(1, more=3)
    assert Nothing() == Nothing()
    assert One(1) != One(2)


def test_equality_of_one_field_uses_identity_as_tuples_do() -> None:
    value = float("nan")
    assert One(value) == One(value)


@both
def test_hash_is_that_of_the_compared_fields(kind: Callable[..., Any]) -> None:
    assert hash(kind(1, ("a",), {"x": 1})) == hash((1, ("a",)))
    assert hash(One(1)) == hash((1,))
    assert {kind(1), kind(1), kind(2)} == {kind(1), kind(2)}
    with pytest.raises(TypeError):
        hash(kind(1, names=[]))
    assert hash(PartlyHashed(1, {"x": 1})) == hash(PartlyHashed(1, {"y": 1}))
    assert hash(MorePartlyHashed(1, {"x": 1})) == hash(MorePartlyHashed(1, {"y": 1}))


@both
def test_repr_names_the_fields(kind: Any) -> None:
    assert repr(kind(1, ("a",))) == f"{kind.__qualname__}(number=1, names=('a',))"


def test_repr_of_a_recursive_object_ends() -> None:
    inside: list[Any] = []
    inside.append(One(inside))
    assert repr(One(inside)) == "One(value=[One(value=[...])])"


@both
def test_fields_cannot_be_changed(kind: Callable[..., Any]) -> None:
    made = kind(1)
    with pytest.raises(FrozenInstanceError, match="cannot assign to field 'number'"):
        made.number = 2
    with pytest.raises(FrozenInstanceError, match="cannot delete field 'number'"):
        del made.number


@both
def test_copies_are_equal(kind: Callable[..., Any]) -> None:
    made = kind(1, ("a",))
    assert replace(made, number=2) == kind(2, ("a",))
    assert copy.deepcopy(made) == made
    assert pickle.loads(pickle.dumps(made)) == made


def test_own_methods_are_kept() -> None:
    assert repr(Named("a")) == "<a>"
    assert Named("a") == Named("a")
    assert Caseless("A") == Caseless("a")
    assert hash(Caseless("A")) == hash(Caseless("a"))


def test_plain_subclass_may_have_further_attributes() -> None:
    class Plain(Named):
        pass

    made: Any = Plain("a")
    made.other = 1
    assert made.other == 1
    with pytest.raises(FrozenInstanceError):
        made.name = "b"


def test_frozen_classes_share_their_methods() -> None:
    assert Ours.__eq__ is One.__eq__ is Nothing.__eq__
    assert Ours.__hash__ is One.__hash__
