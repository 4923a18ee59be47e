"""Rows of linear algebra: solving, inverse, determinant, Cholesky factor, eigenvalues; and einsum.

Rules after M. Giles, "Collected matrix derivative results for forward and reverse mode AD" (2008),
and I. Murray, "Differentiation of the Cholesky decomposition" (2016). Leading axes are batches, as
in NumPy. Where NumPy reads one triangle only (cholesky, eigh), so does the derivative: a change of
the other triangle changes nothing.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from steepest.errors import NotDifferentiableError, ShapeError
from steepest.graph.node import real_dtype
from steepest.graph.operation import EACH, STRUCTURE, Operation, binds, register
from steepest.operations.shape import unbroadcast

__all__ = ["CHOLESKY", "DET", "EINSUM", "INV", "SOLVE"]

Shape = tuple[int, ...]


def _turned(a: Any) -> Any:
    return np.swapaxes(a, -1, -2)


def _square(a: Shape, **params: Any) -> Shape:
    if len(a) < 2 or a[-1] != a[-2]:
        raise ShapeError(f"a square matrix is needed, but this one has shape {a}")
    return a


def _matrix(
    name: str, run: Any, tangent: Any, shape: Any = _square, arity: int = 1, **more: Any
) -> Operation:
    return register(
        Operation(
            name=name,
            run=run,
            arity=arity,
            shape=shape,
            elementwise=False,
            tangent=tangent,
            dtype=real_dtype,
            family="linear algebra",
            **more,
        )
    )


# ---- inverse and solving -------------------------------------------------------------------------

INV: Final = _matrix(
    "inv", np.linalg.inv, lambda tangents, args, y: -(y @ tangents[0] @ y), shown="−A⁻¹·dA·A⁻¹"
)
binds(np.linalg.inv)(lambda a: INV(a))


def _solve_shape(b: Shape, a: Shape) -> Shape:
    _square(a)
    if len(b) == 1:
        if b[0] != a[-1]:
            raise ShapeError(
                f"a matrix of shape {a} cannot be solved for a right side of shape {b}"
            )
        return (*a[:-2], *b)
    if b[-2] != a[-1]:
        raise ShapeError(f"a matrix of shape {a} cannot be solved for a right side of shape {b}")
    return (*np.broadcast_shapes(a[:-2], b[:-2]), *b[-2:])


def _solve_tangent(tangents: Any, args: Any, y: Any) -> Any:
    """A·dy = db − dA·y."""
    (db, da), (_, a) = tangents, args
    if da is None:
        return SOLVE(db, a)
    moved = (da @ np.expand_dims(y, -1))[..., 0] if args[0].ndim == 1 else da @ y
    if db is None:
        return -_solved(moved, a, args[0].ndim)
    return _solved(db - moved, a, args[0].ndim)


def _solved(b: Any, a: Any, ndim: int) -> Any:
    """Solve for right sides that are vectors, also where they come in batches."""
    if ndim == 1 and b.ndim > 1:
        return SOLVE(np.expand_dims(b, -1), a)[..., 0]
    return SOLVE(b, a)


def _solve_back(y_bar: Any, args: Any, wanted: Any) -> Any:
    b, a = args
    return unbroadcast(_solved(y_bar, _turned(a), b.ndim), b.shape), None


SOLVE: Final = _matrix(
    "solve",
    lambda b, a: np.linalg.solve(a, b),
    _solve_tangent,
    _solve_shape,
    2,
    transpose=_solve_back,
    shown="A⁻¹·(db − dA·y)",
    convention="the right side is the first argument, in which the row is linear",
)
binds(np.linalg.solve)(lambda a, b: SOLVE(b, a))


def _lstsq_shape(b: Shape, a: Shape) -> Shape:
    if len(a) != 2 or len(b) not in (1, 2) or a[0] != b[0]:
        raise ShapeError(f"least squares with a matrix of shape {a} and a right side of shape {b}")
    return (a[1], *b[1:])


def _lstsq_tangent(tangents: Any, args: Any, y: Any) -> Any:
    """The solution changes by A⁺·(db − dA·y) + (AᵀA)⁻¹·dAᵀ·(b − A·y) (Golub and Pereyra 1973)."""
    (db, da), (b, a) = tangents, args
    change = None if db is None else LSTSQ(db, a)
    if da is not None:
        by_matrix = SOLVE(_turned(da) @ (b - a @ y), _turned(a) @ a) - LSTSQ(da @ y, a)
        change = by_matrix if change is None else change + by_matrix
    return change


def _lstsq_back(y_bar: Any, args: Any, wanted: Any) -> Any:
    a = args[1]
    return a @ SOLVE(y_bar, _turned(a) @ a), None


LSTSQ: Final = _matrix(
    "lstsq",
    lambda b, a: np.linalg.lstsq(a, b)[0],
    _lstsq_tangent,
    _lstsq_shape,
    2,
    transpose=_lstsq_back,
    shown="A⁺·(db − dA·y) + (AᵀA)⁻¹·dAᵀ·(b − A·y)",
    convention="the slope is that of a matrix with independent columns",
)


@binds(np.linalg.lstsq)
def lstsq(a: Any, b: Any, rcond: Any = None) -> Any:
    """`np.linalg.lstsq`, with no more unknowns than equations: all that NumPy returns."""
    rows, columns = np.shape(a)
    if rows < columns:
        raise NotDifferentiableError("np.linalg.lstsq has no row for fewer equations than unknowns")
    y = LSTSQ(b, a)
    residuals: Any = np.zeros(0)  # as NumPy gives them where the equations can all be met
    if rows > columns:
        residuals = np.reshape(np.sum(np.square(b - a @ y), axis=0), (-1,))
    return y, residuals, columns, np.sqrt(VALUES(_turned(a) @ a))[::-1]


# ---- determinant ---------------------------------------------------------------------------------


def _contracted(a: Any, da: Any) -> Any:
    """Σᵢⱼ aᵢⱼ·daᵢⱼ, batch by batch."""
    return np.sum(a * da, axis=(-2, -1))


def _cofactors(a: Any) -> Any:
    """det(A)·A⁻ᵀ from the singular values, which exists where A⁻¹ does not."""
    u, s, v = np.linalg.svd(a)
    n = s.shape[-1]
    others = np.where(np.eye(n, dtype=bool), 1.0, s[..., None, :]).prod(-1)
    sign = np.linalg.det(u) * np.linalg.det(v)
    return sign[..., None, None] * (u * others[..., None, :]) @ v


def _cofactor_tangent(tangents: Any, args: Any, y: Any) -> Any:
    a, (da,) = args[0], tangents
    inverse = _turned(INV(a))
    change = _contracted(inverse, da)
    return y * np.reshape(change, (*change.shape, 1, 1)) - y @ _turned(da) @ inverse


COFACTORS: Final = _matrix(
    "cofactors", _cofactors, _cofactor_tangent, shown="of an invertible matrix: det(A)·d(A⁻ᵀ) + …"
)
DET: Final = _matrix(
    "det",
    np.linalg.det,
    lambda tangents, args, y: _contracted(COFACTORS(args[0]), tangents[0]),
    lambda a: _square(a)[:-2],
    shown="Σ cofactor·dA",
    convention="exact for singular matrices too, to first order",
)
binds(np.linalg.det)(lambda a: DET(a))
LOGDET: Final = _matrix(
    "logabsdet",
    lambda a: np.linalg.slogdet(a)[1],
    lambda tangents, args, y: _contracted(_turned(INV(args[0])), tangents[0]),
    lambda a: _square(a)[:-2],
    shown="trace(A⁻¹·dA)",
)
SIGN: Final = register(
    Operation(
        name="signdet",
        run=lambda a: np.linalg.slogdet(a)[0],
        arity=1,
        shape=lambda a: _square(a)[:-2],
        elementwise=False,
        flat=True,
        dtype=real_dtype,
        family="linear algebra",
        shown="0",
        convention="constant between singular matrices",
    )
)
binds(np.linalg.slogdet)(lambda a: (SIGN(a), LOGDET(a)))

# ---- symmetric matrices --------------------------------------------------------------------------


def _read_lower(da: Any) -> Any:
    """The symmetric matrix that LAPACK sees when it reads the lower triangle only."""
    n = da.shape[-1]
    lower, strict = np.tril(np.ones((n, n))), np.tril(np.ones((n, n)), -1)
    return da * lower + _turned(da * strict)


def _cholesky_tangent(tangents: Any, args: Any, y: Any) -> Any:
    """The change of L is L·Φ(L⁻¹·dA·L⁻ᵀ), Φ the lower triangle with half the diagonal (Murray)."""
    half = np.tril(np.ones(y.shape[-2:])) - np.eye(y.shape[-1]) / 2
    inner = SOLVE(_turned(SOLVE(_read_lower(tangents[0]), y)), y)
    return y @ (_turned(inner) * half)


CHOLESKY: Final = _matrix(
    "cholesky",
    np.linalg.cholesky,
    _cholesky_tangent,
    shown="L·Φ(L⁻¹·dA·L⁻ᵀ)",
    convention="reads the lower triangle, as NumPy does",
)


@binds(np.linalg.cholesky)
def cholesky(a: Any, upper: bool = False, **named: Any) -> Any:
    """`np.linalg.cholesky`, lower or upper."""
    return _turned(CHOLESKY(_turned(a))) if upper else CHOLESKY(a)


def _rotated(vectors: Any, da: Any) -> Any:
    return _turned(vectors) @ _read_lower(da) @ vectors


def _eigenvalue_tangent(tangents: Any, args: Any, y: Any) -> Any:
    vectors = VECTORS(args[0])
    return np.sum(_rotated(vectors, tangents[0]) * np.eye(y.shape[-1]), axis=-1)


def _eigenvector_tangent(tangents: Any, args: Any, y: Any) -> Any:
    """The change of V is V·(F∘(Vᵀ·dA·V)), Fᵢⱼ = 1/(λⱼ − λᵢ); between equal eigenvalues nothing
    turns, by
    convention.
    """
    values = VALUES(args[0])
    gaps = np.expand_dims(values, -2) - np.expand_dims(values, -1)
    apart = np.not_equal(gaps, 0)
    factors = np.where(apart, 1 / np.where(apart, gaps, 1.0), 0.0)
    return y @ (factors * _rotated(y, tangents[0]))


VALUES: Operation = _matrix(
    "eigenvalues",
    np.linalg.eigvalsh,
    _eigenvalue_tangent,
    lambda a: _square(a)[:-1],
    shown="diag(Vᵀ·dA·V)",
    convention="of a symmetric matrix, from its lower triangle; of equal ones only symmetric "
    "functions have slopes",
)
VECTORS: Operation = _matrix(
    "eigenvectors",
    lambda a: np.linalg.eigh(a)[1],
    _eigenvector_tangent,
    shown="V·(F∘(Vᵀ·dA·V))",
    convention="equal eigenvalues do not turn each other's vectors",
)


def _lower_only(name: str, uplo: str) -> None:
    if uplo.upper() != "L":
        raise NotDifferentiableError(
            f"np.linalg.{name} with UPLO={uplo!r} has no row; give the transpose"
        )


@binds(np.linalg.eigvalsh)
def eigvalsh(a: Any, UPLO: str = "L") -> Any:
    """`np.linalg.eigvalsh`, from the lower triangle."""
    _lower_only("eigvalsh", UPLO)
    return VALUES(a)


@binds(np.linalg.eigh)
def eigh(a: Any, UPLO: str = "L") -> Any:
    """`np.linalg.eigh`, from the lower triangle."""
    _lower_only("eigh", UPLO)
    return VALUES(a), VECTORS(a)


# ---- einsum --------------------------------------------------------------------------------------


def _einsum_shape(*shapes: Shape, spec: str) -> Shape:
    probe = np.einsum(spec, *(np.broadcast_to(np.zeros(()), s) for s in shapes))
    return tuple(probe.shape)


def _einsum_back(y_bar: Any, args: Any, wanted: Any, spec: str) -> Any:
    """For one operand: the same sum with the output in its place, stretched along what it alone was
    summed over.
    """
    inputs, output = spec.split("->")
    letters = inputs.split(",")
    found: list[Any] = []
    for i, w in enumerate(wanted):
        if not w:
            found.append(None)
            continue
        others = [letters[j] for j in range(len(args)) if j != i]
        kept = "".join(c for c in letters[i] if c in output or any(c in o for o in others))
        part = EINSUM(
            y_bar,
            *(args[j] for j in range(len(args)) if j != i),
            spec=",".join([output, *others]) + "->" + kept,
        )
        lone = tuple(n if c in kept else 1 for c, n in zip(letters[i], args[i].shape, strict=True))
        found.append(np.broadcast_to(np.reshape(part, lone), args[i].shape))
    return tuple(found)


EINSUM: Final = register(
    Operation(
        name="einsum",
        run=lambda *x, spec: np.einsum(spec, *x),
        arity=None,
        shape=_einsum_shape,
        elementwise=False,
        linear=EACH,
        transpose=_einsum_back,
        dtype=real_dtype,
        family="linear algebra",
        shown="the sum with each dx in turn",
        machine=STRUCTURE,
    )
)


@binds(np.einsum)
def einsum(spec: Any, *operands: Any, optimize: Any = False, **named: Any) -> Any:
    """`np.einsum` with a text of subscripts: dots written out, the output said, no letter twice in
    one operand.
    """
    if not isinstance(spec, str) or named:
        raise NotDifferentiableError(
            "np.einsum has a row for a text of subscripts, without out= and dtype="
        )
    inputs, arrow, output = spec.replace(" ", "").partition("->")
    parts = inputs.split(",")
    free = [c for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if c not in spec]
    longest = max(
        (
            np.ndim(x) - len(p.replace("...", ""))
            for p, x in zip(parts, operands, strict=True)
            if "..." in p
        ),
        default=0,
    )
    dots = "".join(free[:longest])
    parts = [
        p.replace("...", dots[longest - (np.ndim(x) - len(p) + 3) :] if "..." in p else "")
        for p, x in zip(parts, operands, strict=True)
    ]
    every = "".join(parts)
    if not arrow:
        output = dots + "".join(sorted(c for c in set(every) - set(dots) if every.count(c) == 1))
    output = output.replace("...", dots)
    plain = [_without_repeats(p, x) for p, x in zip(parts, operands, strict=True)]
    return EINSUM(*(x for _, x in plain), spec=",".join(p for p, _ in plain) + "->" + output)


def _without_repeats(letters: str, x: Any) -> tuple[str, Any]:
    """An operand such as `ii` as its diagonal `i`."""
    once = "".join(dict.fromkeys(letters))
    if once == letters:
        return letters, x
    size = dict(zip(letters, x.shape, strict=True))
    places = dict(zip(once, np.ix_(*(np.arange(size[c]) for c in once)), strict=True))
    return once, x[tuple(places[c] for c in letters)]
