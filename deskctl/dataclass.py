"""`dataclass` of the standard library with shared methods for frozen classes.

The standard library compiles `__eq__`, `__hash__`, `__repr__`, `__setattr__` and `__delattr__` anew for each class. For
the hundreds of classes of a daemon this takes 3 MB of memory. Here all frozen classes share these methods; they behave
in the same way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__all__ = ["dataclass"]

if TYPE_CHECKING:
    from dataclasses import dataclass
else:
    import dataclasses
    from operator import attrgetter
    from reprlib import recursive_repr

    #: A class that defines one of these methods keeps what the standard library makes of them.
    _OWN = frozenset({"__eq__", "__hash__", "__setattr__", "__delattr__"})

    def dataclass(cls=None, /, *, frozen=False, slots=False, kw_only=False, **options):
        """Do the same as `dataclasses.dataclass`."""

        def decorate(cls):
            if not frozen or options or _is_special(cls):
                return dataclasses.dataclass(frozen=frozen, slots=slots, kw_only=kw_only, **options)(cls)
            made = dataclasses.dataclass(frozen=True, slots=slots, kw_only=kw_only, repr=False, eq=False)(cls)
            for name, method in _SHARED.items():
                if getattr(made, name) is not method and not (name == "__repr__" and name in cls.__dict__):
                    setattr(made, name, method)
            return made

        return decorate if cls is None else decorate(cls)

    def _is_special(cls):
        """Return True for a class with its own methods, or with fields that are compared but not hashed."""
        members = cls.__dict__
        fields = [*members.values(), *getattr(cls, "__dataclass_fields__", {}).values()]
        return not _OWN.isdisjoint(members) or any(
            isinstance(each, dataclasses.Field) and each.hash is not None for each in fields
        )

    #: Functions that return the compared fields of an object as a tuple, by class.
    _values = {}

    def _values_of(cls):
        names = [field.name for field in dataclasses.fields(cls) if field.compare]
        if len(names) == 1:
            get = attrgetter(names[0])
            found = _values[cls] = lambda each: (get(each),)
        else:
            found = _values[cls] = attrgetter(*names) if names else lambda each: ()
        return found

    def _eq(self, other):
        cls = self.__class__
        if other.__class__ is not cls:
            return NotImplemented
        values = _values.get(cls) or _values_of(cls)
        return values(self) == values(other)

    def _hash(self):
        cls = self.__class__
        return hash((_values.get(cls) or _values_of(cls))(self))

    @recursive_repr()
    def _repr(self):
        shown = (f"{f.name}={getattr(self, f.name)!r}" for f in dataclasses.fields(self) if f.repr)
        return f"{self.__class__.__qualname__}({', '.join(shown)})"

    def _setattr(self, name, value):
        if _is_frozen(self, name):
            raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")
        object.__setattr__(self, name, value)

    def _delattr(self, name):
        if _is_frozen(self, name):
            raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")
        object.__delattr__(self, name)

    def _is_frozen(each, name):
        """Return True unless the class is a plain subclass of a data class, which may have further attributes."""
        cls = type(each)
        return "__dataclass_fields__" in cls.__dict__ or name in cls.__dataclass_fields__

    _SHARED = {
        "__eq__": _eq,
        "__hash__": _hash,
        "__repr__": _repr,
        "__setattr__": _setattr,
        "__delattr__": _delattr,
    }
