"""JAX, jitted, in float64. Calls take and give NumPy arrays, as a user's own loop would."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from benchmarks.contender import Prepared, contends
from benchmarks.program import program
from benchmarks.works import (
    FORMULA,
    POINT,
    RATES,
    START,
    STEPS,
    WALK_STEPS,
    WALKS,
    place,
    sampled,
    starts,
)

WITH = ("jax", "jaxlib")
OF_JAX = FORMULA.replace("sin", "jnp.sin")

entered = partial(contends, packages=WITH, JAX_PLATFORMS="cpu", JAX_ENABLE_X64="1")

entered("start", "JAX")(
    lambda: program(
        "import jax, jax.numpy as jnp; "
        f"a, b = jax.grad(lambda n, e: {OF_JAX}, (0, 1)){POINT}; print(float(a), float(b))"
    )
)


def hill(n: Any, e: Any) -> Any:
    import jax.numpy as jnp

    return n**2 + 3 * e**2 + jnp.sin(3 * n) * e


def rosenbrock(x: Any) -> Any:
    import jax.numpy as jnp

    return jnp.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def called(f: Callable[[Any], Any], x: Any) -> Callable[[], Prepared]:
    def prepare() -> Prepared:
        import jax

        both = jax.jit(jax.value_and_grad(f))

        def call(x: Any) -> Any:
            value, gradient = both(x)
            return float(value), np.asarray(gradient)

        return Prepared(call, (x,))

    return prepare


entered("call-array", "JAX")(called(lambda x: hill(x[0], x[1]), np.array(POINT)))
entered("rosenbrock-10", "JAX")(called(rosenbrock, place(10)))
entered("rosenbrock-100", "JAX")(called(rosenbrock, place(100)))


@entered("call-floats", "JAX")
def floats() -> Prepared:
    import jax

    both = jax.jit(jax.value_and_grad(hill, (0, 1)))

    def call(n: float, e: float) -> Any:
        value, (along, across) = both(n, e)
        return float(value), (float(along), float(across))

    return Prepared(call, POINT)


@entered("hessian", "JAX")
def hessian() -> Prepared:
    import jax

    bent = jax.jit(jax.hessian(rosenbrock))
    return Prepared(lambda x: np.asarray(bent(x)), (place(100),))


# ---- one long walk
def stepping(unroll: int) -> Callable[[], Prepared]:
    """`lax.scan` over the steps, several of them written out in a row if `unroll` says so."""

    def prepare() -> Prepared:
        import jax

        slope = jax.grad(rosenbrock)
        rate = RATES["rosenbrock"]

        @jax.jit
        def down(x: Any) -> Any:
            return jax.lax.scan(
                lambda x, _: (x - rate * slope(x), None), x, length=STEPS, unroll=unroll
            )[0]

        return Prepared(lambda: np.asarray(down(np.array(START))))

    return prepare


entered("walk", "JAX, scan")(stepping(1))


@entered("walk", "JAX, scan unrolled by hand")
def written_out() -> Prepared:
    import jax

    def valley(x: Any, y: Any) -> Any:
        return 100 * (y - x**2) ** 2 + (1 - x) ** 2

    slope, rate = jax.grad(valley, (0, 1)), RATES["rosenbrock"]

    def step(at: Any, _: Any) -> Any:
        along, across = slope(*at)
        return (at[0] - rate * along, at[1] - rate * across), None

    @jax.jit
    def down(x: Any, y: Any) -> Any:
        return jax.lax.scan(step, (x, y), length=STEPS, unroll=16)[0]

    return Prepared(lambda: [float(v) for v in down(*START)])


@contends("walk", "optax, scan", packages=(*WITH, "optax"), JAX_PLATFORMS="cpu", JAX_ENABLE_X64="1")
def with_optax() -> Prepared:
    import jax
    import optax

    method, slope = optax.sgd(RATES["rosenbrock"]), jax.grad(rosenbrock)

    def step(carry: Any, _: Any) -> Any:
        x, state = carry
        updates, state = method.update(slope(x), state)
        return (optax.apply_updates(x, updates), state), None

    @jax.jit
    def down(x: Any) -> Any:
        return jax.lax.scan(step, (x, method.init(x)), length=STEPS)[0][0]

    return Prepared(lambda: np.asarray(down(np.array(START))))


# ---- many walks
def himmelblau(x: Any, y: Any) -> Any:
    return (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2


def waves(x: Any, y: Any) -> Any:
    import jax.numpy as jnp

    return jnp.sin(x) * jnp.cos(y) + 0.05 * (x**2 + y**2)


def herd(f: Callable[[Any, Any], Any], rate: float, chunk: int) -> Callable[[], Prepared]:
    """`vmap` over the starts; or by hand in chunks that stay in the cache."""

    def prepare() -> Prepared:
        import jax
        import jax.numpy as jnp

        slope = jax.grad(lambda x, y: jnp.sum(f(x, y)), (0, 1))

        def step(_: Any, at: Any) -> Any:
            along, across = slope(*at)
            return at[0] - rate * along, at[1] - rate * across

        def one(part: Any) -> Any:
            return jax.lax.fori_loop(0, WALK_STEPS, step, (part[0], part[1]))

        if chunk:
            down = jax.jit(lambda parts: jax.lax.map(one, parts))
            grouped = starts().reshape(WALKS // chunk, chunk, 2).transpose(0, 2, 1).copy()
            many = jnp.asarray(grouped)
        else:
            down = jax.jit(jax.vmap(lambda at: one((at[0], at[1]))))
            many = jnp.asarray(starts())

        def read(ends: Any) -> Any:
            return sampled(np.stack([np.ravel(np.asarray(v)) for v in ends]))

        return Prepared(lambda: jax.block_until_ready(down(many)), read=read)

    return prepare


for _name, _f in (("himmelblau", himmelblau), ("waves", waves)):
    entered(_name, "JAX, vmap")(herd(_f, RATES[_name], 0))
    entered(_name, "JAX, chunked by hand")(herd(_f, RATES[_name], 1000))


# ---- the first gradient
def first() -> Prepared:
    import jax

    def anew() -> Any:
        slopes = jax.jit(jax.grad(lambda n, e: hill(n, e), (0, 1)))
        return [float(v) for v in slopes(*POINT)]

    return Prepared(anew)


@entered("first", "JAX, not jitted")
def interpreted() -> Prepared:
    import jax

    def anew() -> Any:
        slopes = jax.grad(lambda n, e: hill(n, e), (0, 1))
        return [float(v) for v in slopes(*POINT)]

    return Prepared(anew)


entered("first-compiled", "JAX")(first)


@entered("first-cached", "JAX, persistent cache")
def from_cache() -> Prepared:
    import jax

    jax.config.update("jax_compilation_cache_dir", tempfile.mkdtemp())
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)
    return first()
