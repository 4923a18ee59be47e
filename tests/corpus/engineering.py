"""Engineering: control, structures, filters, sensors."""

import math
from dataclasses import dataclass

import mpmath
import numpy as np
from numpy.linalg import inv, lstsq, solve

from tests.corpus.register import sample


class PID:
    def __init__(self, kp, ki, kd, *, limit=None):
        self.kp, self.ki, self.kd = kp, ki, kd
        self.limit = limit
        self.integral, self.previous = 0.0, None

    def update(self, error, dt):
        self.integral += error * dt
        derivative = 0.0 if self.previous is None else (error - self.previous) / dt
        self.previous = error
        u = self.kp * error + self.ki * self.integral + self.kd * derivative
        if self.limit is not None:
            u = min(max(u, -self.limit), self.limit)
        return u


# integral of squared error of a controlled first-order plant
@sample((np.array([2.0, 0.5, 0.1]),), (np.array([4.0, 1.0, 0.05]), 1.5))
def pid_cost(gains, limit=None):
    controller = PID(*gains, limit=limit)
    y, cost, dt = 0.0, 0.0, 0.1
    for _ in range(15):
        e = 1.0 - y
        cost += e**2 * dt
        y += dt * (-y + controller.update(e, dt))
    return cost


NODES = np.array([[0.0, 0.0], [1.0, 0.0], [0.5, 0.8]])
BARS = [(0, 1), (1, 2), (0, 2)]


# compliance of a truss: stiffness assembled bar by bar into the big matrix
@sample((np.array([1.0, 2.0, 1.5]),), (np.array([0.3, 0.1, 0.9]), 2.0))
def truss_compliance(areas, E=10.0):
    ndof = 2 * len(NODES)
    K = np.zeros((ndof, ndof))
    for A, (i, j) in zip(areas, BARS, strict=True):
        d = NODES[j] - NODES[i]
        L = np.hypot(*d)
        c, s = d / L
        k = E * A / L * np.outer([-c, -s, c, s], [-c, -s, c, s])
        dof = [2 * i, 2 * i + 1, 2 * j, 2 * j + 1]
        K[np.ix_(dof, dof)] += k
    free = [2, 4, 5]
    f = np.zeros(ndof)
    f[4:] = [0.3, -1.0]
    u = np.zeros(ndof)
    u[free] = solve(K[np.ix_(free, free)], f[free])
    return f @ u


# cantilever with a tapered section: deflection at the tip by numerical quadrature
@sample((np.array([0.1, 0.06]),))
def cantilever_tip(h, P=1000.0, E=2.1e11, b=0.05, L=2.0):
    n = 20
    dx = L / n
    tip = 0.0
    for i in range(n):
        x = (i + 0.5) * dx
        height = h[0] + (h[1] - h[0]) * x / L
        I = b * height**3 / 12
        tip += P * (L - x) ** 2 / (E * I) * dx
    return tip


# second-order recursive filter, direct form
@sample((np.array([0.2, 0.3, 0.2, -0.5, 0.1]),))
def iir_filter_energy(coeff):
    b, a = coeff[:3], coeff[3:]
    x = np.array([1.0, 0.0, 0.5, -0.3, 0.0, 0.2, 0.0])
    y = np.zeros(len(x))
    for n in range(len(x)):
        for k in range(3):
            if n - k >= 0:
                y[n] += b[k] * x[n - k]
        for k in range(1, 3):
            if n >= k:
                y[n] -= a[k - 1] * y[n - k]
    return np.sum(y**2)


# power spectrum by the definition of the discrete Fourier transform
@sample((np.array([0.5, -0.2, 1.0, 0.3, -0.7]),))
def dft_power_by_loops(signal):
    N = len(signal)
    power = []
    for k in range(N // 2 + 1):
        re = im = 0.0
        for n in range(N):
            re += signal[n] * math.cos(2 * math.pi * k * n / N)
            im -= signal[n] * math.sin(2 * math.pi * k * n / N)
        power.append(re**2 + im**2)
    weights = np.arange(len(power))
    return np.dot(weights, power) / np.sum(power)


THERMOCOUPLE = {
    (-200.0, 0.0): [0.0, 2.5173462e1, -1.1662878, -1.0833638],
    (0.0, 500.0): [0.0, 2.508355e1, 7.860106e-2, -2.503131e-1],
}


# type K thermocouple: a polynomial for each range of the voltage
@sample((3.2,), (-1.4,))
def thermocouple_temperature(mv):
    for (low, high), c in THERMOCOUPLE.items():
        if low <= 25 * mv < high:
            t = 0.0
            for k in reversed(c):
                t = t * mv + k
            return t
    raise ValueError(f"{mv} mV is outside the table")


# friction factor of a rough pipe by fixed-point iteration of Colebrook's equation
@sample((1e5, 1e-3), (4000.0, 0.01))
def colebrook(reynolds, roughness):
    if reynolds < 2300:
        return 64 / reynolds
    x = 7.0
    while True:
        new = -2 * math.log10(roughness / 3.7 + 2.51 * x / reynolds)
        if abs(new - x) < 1e-15 * abs(x):
            break
        x = new
        if abs(new) > 1e3:
            raise ArithmeticError(f"diverged at Re = {reynolds:.0f}")
        roughness += 0.0
        if abs(x - (-2 * math.log10(roughness / 3.7 + 2.51 * x / reynolds))) < 1e-14:
            break
    return 1 / x**2


# ladder of resistors: resistance by folding from the far end
@sample((np.array([10.0, 22.0, 47.0, 10.0]),), analytic=True)
def resistor_ladder(R):
    total = R[-1]
    for series, shunt in zip(R[-2::-2], R[-3::-2], strict=False):
        total = 1 / (1 / shunt + 1 / (series + total))
    return total + R[0]


# node voltages of a small circuit: conductances stamped with np.add.at
@sample((np.array([1.0, 0.5, 2.0, 0.2]),))
def circuit_power(conductance):
    a = np.array([0, 0, 1, 1])
    b = np.array([1, 2, 2, 0])
    G = np.zeros((3, 3))
    np.add.at(G, (a, a), conductance)
    np.add.at(G, (b, b), conductance)
    np.add.at(G, (a, b), -conductance)
    np.add.at(G, (b, a), -conductance)
    current = np.array([1.0, -0.4])
    v = np.concatenate([solve(G[:2, :2], current), [0.0]])
    return np.sum(conductance * (v[a] - v[b]) ** 2)


# calibration by least squares inside the function: how far the fit is off at a point
@sample((np.array([0.1, 1.2, 1.8, 3.3]),))
def calibration_offset(readings):
    t = np.arange(len(readings)) * 1.0
    A = np.vander(t, 3)
    coefficients = lstsq(A, readings, rcond=None)[0]
    return np.polyval(coefficients, 1.5) - 1.0


@dataclass
class Spring:
    k: float
    damping: float = 0.1

    def force(self, x, v):
        return -self.k * x - self.damping * v


@dataclass
class Car:
    front: Spring
    rear: Spring
    mass: float = 1.3


# suspension: a dataclass of dataclasses, run over a bump
@sample((Car(Spring(8.0, 0.5), Spring(6.0, 0.7)),))
def bump_discomfort(car):
    x = v = 0.0
    jerk = 0.0
    for step in range(10):
        bump = 0.1 if 2 <= step < 4 else 0.0
        a = (car.front.force(x - bump, v) + car.rear.force(x, v)) / car.mass
        v += 0.05 * a
        x += 0.05 * v
        jerk += a**2
    return jerk


# heat exchanger by the method of transfer units, both flow arrangements
@sample(
    (np.array([2.0, 1.5, 0.8]),),
    (np.array([2.0, 2.0, 0.8]), "counter"),
    (np.array([2.0, 1.0, 1.4]), "parallel"),
)
def heat_exchanger(x, flow="counter"):
    UA, c_hot, c_cold = x
    c_min, c_max = min(c_hot, c_cold), max(c_hot, c_cold)
    ntu, ratio = UA / c_min, c_min / c_max
    try:
        formula = {
            "counter": lambda n, r: (1 - math.exp(-n * (1 - r))) / (1 - r * math.exp(-n * (1 - r))),
            "parallel": lambda n, r: (1 - math.exp(-n * (1 + r))) / (1 + r),
        }[flow]
    except KeyError:
        raise ValueError(f"flow must be counter or parallel, not {flow}") from None
    return formula(ntu, ratio) * c_min * 60.0


# step response through the inverse of a state matrix
@sample((np.array([1.0, 0.4]),), gradient=lambda p: _gain_by_hand(p))
def steady_gain(p):
    A = np.array([[0.0, 1.0], [-p[0], -p[1]]])
    B = np.array([0.0, 1.0])
    C = np.array([1.0, 0.5])
    return (-C @ inv(A) @ B) ** 2


def _gain_by_hand(p):
    return [float(-2 / mpmath.mpf(float(p[0])) ** 3), 0.0]


# saturating battery: charge clipped between empty and full while a profile is driven
@sample((np.array([0.9, 0.55]), [0.2, -0.1, 0.4, 0.3, -0.5, -0.3, -0.2]))
def battery_profile(params, load):
    efficiency, charge = params
    history = []
    for p in load:
        charge -= p / efficiency if p > 0 else p * efficiency
        charge = np.clip(charge, 0.0, 1.0)
        history.append(charge)
    return np.mean(history)
