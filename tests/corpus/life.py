"""Chemistry and biology: kinetics, populations, drugs in the body."""

import math
from types import SimpleNamespace

import mpmath
import numpy as np

from tests.corpus.register import sample

R = 8.314462618
SUBSTRATE = np.array([0.1, 0.5, 1.0, 2.5, 5.0])
RATE = np.array([0.6, 2.1, 3.2, 4.4, 5.1])


# Michaelis-Menten fit
@sample((np.array([5.5, 0.9]),), analytic=True)
def michaelis_menten(params):
    vmax, km = params
    model = vmax * SUBSTRATE / (km + SUBSTRATE)
    return np.sum((RATE - model) ** 2)


# predators and prey by Euler steps, both written into one table
@sample((np.array([1.1, 0.4, 0.1, 0.4]),), (np.array([0.6, 0.2, 0.3, 0.9]), 4, 0.2))
def lotka_volterra(rates, steps=10, dt=0.05):
    a, b, c, d = rates
    y = np.zeros((steps + 1, 2))
    y[0] = [10.0, 5.0]
    for k in range(steps):
        prey, pred = y[k]
        y[k + 1, 0] = prey + dt * (a * prey - b * prey * pred)
        y[k + 1, 1] = pred + dt * (c * prey * pred - d * pred)
    return y[-1, 0] - 2 * y[-1, 1] + y[:, 1].max()


# epidemic with susceptible, infected, recovered: squared misfit to counts
@sample(({"beta": 0.8, "gamma": 0.3},))
def sir_misfit(p):
    observed = [10, 16, 24, 35, 50]
    S, I, rec = 990.0, 10.0, 0.0
    N = S + I + rec
    loss = 0.0
    for count in observed:
        loss += (I - count) ** 2
        new = p["beta"] * S * I / N
        healed = p["gamma"] * I
        S, I, rec = S - new, I + new - healed, rec + healed
    return loss / len(observed)


# Arrhenius rate, Celsius or Kelvin as a keyword
@sample((np.array([1e7, 5e4]), 25.0), (np.array([3e5, 4.1e4]), 310.0, "K"))
def arrhenius(params, temperature, unit="C"):
    A, Ea = params
    if unit == "C":
        temperature = temperature + 273.15
    elif unit != "K":
        raise ValueError(f"unknown unit {unit!r}")
    return A * np.exp(-Ea / (R * temperature))


# Hill equation with a base line, dose zero allowed
@sample((np.array([0.1, 2.0, 1.5, 1.7]),))
def hill_response(theta):
    base, top, ec50, n = theta
    dose = np.array([0.0, 0.3, 1.0, 3.0, 10.0])
    effect = np.zeros_like(dose)
    taken = dose > 0
    effect[taken] = dose[taken] ** n / (ec50**n + dose[taken] ** n)
    return np.sum((base + (top - base) * effect - np.array([0.1, 0.3, 0.8, 1.6, 1.9])) ** 2)


# one compartment, first-order absorption, several doses superposed; closed form at equal rates
def concentration(t, ka, ke, V, dose):
    if t < 0:
        return 0.0
    if abs(ka - ke) < 1e-8:
        return dose / V * ka * t * math.exp(-ke * t)
    return dose / V * ka / (ka - ke) * (math.exp(-ke * t) - math.exp(-ka * t))


@sample((np.array([1.2, 0.15, 20.0]),), (np.array([0.9, 0.3, 35.0]), (0.0, 6.0, 12.0)))
def pharmacokinetics(theta, doses=(0.0, 12.0)):
    ka, ke, V = theta
    auc = 0.0
    for t in np.arange(1.0, 20.0, 4.0):
        auc += sum(concentration(t - given, ka, ke, V, 100.0) for given in doses)
    return auc * 4.0


# Nernst-Goldman-Hodgkin-Katz potential
@sample((np.array([1.0, 0.04, 0.45]),),
        gradient=lambda P: _goldman_by_hand(P))  # fmt: skip
def goldman_potential(P):
    ions = SimpleNamespace(out=np.array([5.0, 145.0, 10.0]), inside=np.array([140.0, 10.0, 110.0]))
    up = P[0] * ions.out[0] + P[1] * ions.out[1] + P[2] * ions.inside[2]
    down = P[0] * ions.inside[0] + P[1] * ions.inside[1] + P[2] * ions.out[2]
    return 26.7 * np.log(up / down)


def _goldman_by_hand(P):
    with mpmath.workdps(30):
        out, inside = [5, 145, 110], [140, 10, 10]
        up = sum(mpmath.mpf(float(p)) * o for p, o in zip(P, out, strict=True))
        down = sum(mpmath.mpf(float(p)) * i for p, i in zip(P, inside, strict=True))
        return [
            float(mpmath.mpf(26.7) * (o / up - i / down)) for o, i in zip(out, inside, strict=True)
        ]


# FitzHugh-Nagumo neuron, Heun steps, spikes counted through a threshold
@sample((0.5,), (1.2, 0.7))
def fitzhugh_nagumo(current, a=0.8):
    v, w, dt = -1.0, -0.5, 0.2
    above, area = False, 0.0
    for _ in range(12):
        dv, dw = v - v**3 / 3 - w + current, 0.08 * (v + a - 0.8 * w)
        ve, we = v + dt * dv, w + dt * dw
        v += dt / 2 * (dv + ve - ve**3 / 3 - we + current)
        w += dt / 2 * (dw + 0.08 * (ve + a - 0.8 * we))
        if v > 0 and not above:
            above = True
        area += dt * (v if above else 0.5 * v)
    return area


# chain of reactions A -> B -> C with a backward Euler step solved by np.linalg.solve
@sample((np.array([0.7, 0.2, 0.05]),))
def reaction_chain(k):
    M = np.array([[-k[0], k[2], 0.0], [k[0], -k[1] - k[2], 0.0], [0.0, k[1], 0.0]])
    c = np.array([1.0, 0.0, 0.0])
    for _ in range(4):
        c = np.linalg.solve(np.eye(3) - 0.5 * M, c)
    assert abs(c.sum() - 1) < 1e-9
    return c[2]


# substitution model: likelihood of two aligned sequences under Jukes-Cantor
@sample((0.3,), (0.05,))
def jukes_cantor(distance, first="ACGTTGCAAC", second="ACGTAGCTAC"):
    same = 0.25 + 0.75 * np.exp(-4 * distance / 3)
    other = 0.25 - 0.25 * np.exp(-4 * distance / 3)
    return sum(
        np.log(0.25 * (same if p == q else other)) for p, q in zip(first, second, strict=True)
    )


# pH of a weak acid by Newton on the charge balance, in pH
@sample((-4.76, 0.1), (-3.2, 0.001))
def weak_acid_ph(log_ka, c0):
    Ka, Kw = 10**log_ka, 1e-14
    pH = 3.0
    for _ in range(60):
        h = 10**-pH
        f = h - Kw / h - c0 * Ka / (Ka + h)
        df = -np.log(10) * (h + Kw / h + c0 * Ka * h / (Ka + h) ** 2)
        new = pH - f / df
        if abs(new - pH) < 1e-13:
            break
        pH = new
    return new


# age-structured population: Leslie matrix, growth rate by power iteration
@sample(({"fertility": np.array([0.0, 1.5, 1.0]), "survival": np.array([0.5, 0.8])},))
def leslie_growth(rates):
    L = np.zeros((3, 3))
    L[0] = rates["fertility"]
    L[[1, 2], [0, 1]] = rates["survival"]
    n = np.ones(3)
    for _ in range(15):
        n = L @ n
        total = n.sum()
        n /= total
    return np.log(total)
