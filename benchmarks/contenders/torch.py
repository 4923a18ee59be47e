"""PyTorch on the CPU: eager, and by `torch.compile`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from benchmarks.contender import Prepared, contends
from benchmarks.program import program
from benchmarks.works import FORMULA, POINT, RATES, WALK_STEPS, place, sampled, starts

entered = partial(contends, packages=("torch",))

entered("start", "PyTorch")(
    lambda: program(
        "import torch; n, e = (torch.tensor(v, dtype=torch.float64, requires_grad=True) "
        f"for v in {POINT}); f = {FORMULA.replace('sin', 'torch.sin')}; f.backward(); "
        "print(n.grad.item(), e.grad.item())"
    )
)


def hill(n: Any, e: Any) -> Any:
    import torch

    return n**2 + 3 * e**2 + torch.sin(3 * n) * e


def rosenbrock(x: Any) -> Any:
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


def called(f: Callable[[Any], Any], x: Any) -> Callable[[], Prepared]:
    def prepare() -> Prepared:
        import torch

        def both(x: Any) -> Any:
            at = torch.from_numpy(x).requires_grad_()
            value = f(at)
            (gradient,) = torch.autograd.grad(value, at)
            return value.item(), gradient.numpy()

        return Prepared(both, (x,))

    return prepare


entered("call-array", "PyTorch")(called(lambda x: hill(x[0], x[1]), np.array(POINT)))
entered("rosenbrock-10", "PyTorch")(called(rosenbrock, place(10)))
entered("rosenbrock-100", "PyTorch")(called(rosenbrock, place(100)))


def slopes(n: float, e: float) -> tuple[float, tuple[float, float]]:
    import torch

    along, across = (torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in (n, e))
    value = hill(along, across)
    found = torch.autograd.grad(value, (along, across))
    return value.item(), (found[0].item(), found[1].item())


@entered("call-floats", "PyTorch")
def floats() -> Prepared:
    return Prepared(slopes, POINT)


@entered("first", "PyTorch")
def first() -> Prepared:
    return Prepared(lambda: slopes(*POINT)[1])


@entered("first-compiled", "PyTorch, torch.compile")
def first_compiled() -> Prepared:
    import torch

    def anew() -> Any:
        torch.compiler.reset()
        found = torch.compile(torch.func.grad(lambda n, e: hill(n, e), (0, 1)))
        return [v.item() for v in found(*(torch.tensor(v, dtype=torch.float64) for v in POINT))]

    return Prepared(anew)


@entered("hessian", "PyTorch")
def hessian() -> Prepared:
    import torch

    bent = torch.func.hessian(rosenbrock)
    return Prepared(lambda x: bent(torch.from_numpy(x)).numpy(), (place(100),))


# ---- many walks
def himmelblau(x: Any, y: Any) -> Any:
    return (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2


def waves(x: Any, y: Any) -> Any:
    import torch

    return torch.sin(x) * torch.cos(y) + 0.05 * (x**2 + y**2)


def herd(f: Callable[[Any, Any], Any], rate: float) -> Callable[[], Prepared]:
    """All walks as one pair of tensors; the tape gives the gradient of the sum."""

    def prepare() -> Prepared:
        import torch

        many = torch.from_numpy(starts())

        def down() -> Any:
            x, y = many[:, 0].clone(), many[:, 1].clone()
            for _ in range(WALK_STEPS):
                x.requires_grad_()
                y.requires_grad_()
                along, across = torch.autograd.grad(f(x, y).sum(), (x, y))
                with torch.no_grad():
                    x, y = x - rate * along, y - rate * across
            return x, y

        return Prepared(down, read=lambda ends: sampled(np.stack([v.numpy() for v in ends])))

    return prepare


def compiled(slope: Callable[[Any, Any], Any], rate: float) -> Callable[[], Prepared]:
    """By hand: the derivative written out, ten steps in one kernel, in chunks for the cache."""

    def prepare() -> Prepared:
        import torch

        chunk, steps = 10_000, 10

        @torch.compile(fullgraph=True, dynamic=False)
        def some(x: Any, y: Any) -> Any:
            for _ in range(steps):
                along, across = slope(x, y)
                x, y = x - rate * along, y - rate * across
            return x, y

        parts = [
            (torch.from_numpy(p[:, 0].copy()), torch.from_numpy(p[:, 1].copy()))
            for p in np.split(starts(), starts().shape[0] // chunk)
        ]

        def one(x: Any, y: Any) -> Any:
            for _ in range(WALK_STEPS // steps):
                x, y = some(x, y)
            return x, y

        def down() -> Any:
            return [one(*part) for part in parts]

        def read(ends: Any) -> Any:
            return sampled(np.stack([np.concatenate([e[k].numpy() for e in ends]) for k in (0, 1)]))

        return Prepared(down, read=read)

    return prepare


def slope_of_himmelblau(x: Any, y: Any) -> Any:
    a, b = x * x + y - 11, x + y * y - 7
    return 4 * x * a + 2 * b, 2 * a + 4 * y * b


def slope_of_waves(x: Any, y: Any) -> Any:
    import torch

    return (
        torch.cos(x) * torch.cos(y) + 0.1 * x,
        -torch.sin(x) * torch.sin(y) + 0.1 * y,
    )


for _name, _f, _slope in (
    ("himmelblau", himmelblau, slope_of_himmelblau),
    ("waves", waves, slope_of_waves),
):
    entered(_name, "PyTorch")(herd(_f, RATES[_name]))
    entered(_name, "torch.compile, by hand", "hand")(compiled(_slope, RATES[_name]))
