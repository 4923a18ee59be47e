"""Physics: energies, trajectories, waves, orbits."""

import math
from dataclasses import dataclass, field

import mpmath
import numpy as np

from tests.corpus.register import sample

g = 9.81
G = 6.674e-11
KB, MU0 = 1.0, 4e-7 * np.pi


# energy of a pendulum of given length and mass, q = [angle, angular velocity]
@sample((np.array([0.4, -0.7]),), (np.array([2.9, 0.1]), 2.0, 0.5), analytic=True)
def pendulum_energy(q, length=1.0, mass=1.0):
    theta, omega = q
    kinetic = 0.5 * mass * (length * omega) ** 2
    potential = mass * g * length * (1 - np.cos(theta))
    return kinetic + potential


# potential energy of three bodies in the plane
@sample((np.array([[0.0, 0.0], [1.0, 0.2], [-0.4, 1.3]]), np.array([3.0, 4.0, 5.0])))
def three_body_potential(r, m):
    U = 0.0
    for i in range(len(m)):
        for j in range(i + 1, len(m)):
            d = r[i] - r[j]
            U -= m[i] * m[j] / np.linalg.norm(d)
    return U


# Lennard-Jones energy of a small cluster, pairs beyond the cutoff left out, shifted to zero there
@sample(
    (np.array([[0.0, 0.0, 0.0], [1.1, 0.1, 0.0], [0.3, 1.2, 0.4], [2.9, 0.0, 0.5]]),),
    (np.array([[0.0, 0.0, 0.0], [1.5, 0.1, 0.2], [0.2, 1.9, 0.4]]), 1.2, 0.9, 2.2),
)
def lennard_jones(positions, epsilon=1.0, sigma=1.0, cutoff=2.5):
    n = positions.shape[0]
    energy = 0.0
    shift = 4 * epsilon * ((sigma / cutoff) ** 12 - (sigma / cutoff) ** 6)
    for i in range(n - 1):
        for j in range(i + 1, n):
            rij = positions[j] - positions[i]
            r2 = np.dot(rij, rij)
            if r2 > cutoff**2:
                continue
            s6 = (sigma**2 / r2) ** 3
            energy += 4.0 * epsilon * (s6**2 - s6) - shift
    return energy


# free energy of the mean-field Ising model at magnetisation m
@sample((0.3, 0.8), (-0.55, 1.7, 1.0, 0.1), analytic=True, gradient=lambda *a: _ising_by_hand(*a))
def ising_mean_field(m, T, J=1.0, h=0.0):
    up, down = (1 + m) / 2, (1 - m) / 2
    entropy = -(up * np.log(up) + down * np.log(down))
    return -J * m**2 / 2 - h * m - KB * T * entropy


def _ising_by_hand(m, T, J=1.0, h=0.0):
    return float(-mpmath.mpf(J) * m - h + mpmath.mpf(T) * mpmath.atanh(m))


# heat equation on a rod, explicit steps written in place; misfit to a cold rod at the end
@sample((np.array([0.0, 1.0, 3.0, 2.0, 0.5, 0.0]),), (np.linspace(1.0, 2.0, 5) ** 2, 0.4, 4))
def heat_equation(u0, alpha=0.2, steps=8):
    u = u0.copy()
    for _ in range(steps):
        u[1:-1] += alpha * (u[2:] - 2 * u[1:-1] + u[:-2])
        u[0], u[-1] = 0.0, 0.0
    return np.sum(u**2)


# wave equation by leap-frog with two buffers that change places
@sample((np.array([0.0, 0.3, 1.0, 0.4, -0.2, 0.0]), 0.7))
def wave_equation(u0, c, nt=6):
    n = len(u0)
    prev, cur = u0.copy(), u0.copy()
    nxt = np.zeros(n)
    for _ in range(nt):
        for i in range(1, n - 1):
            nxt[i] = 2 * cur[i] - prev[i] + c**2 * (cur[i + 1] - 2 * cur[i] + cur[i - 1])
        prev, cur, nxt = cur, nxt, prev
    return cur[n // 2] ** 2 + np.sum(np.abs(cur[1:3]))


# range of a projectile with quadratic drag: integrate until it comes down, interpolate the ground
@sample((np.array([20.0, 35.0]),), (np.array([31.0, 60.0]), 0.02))
def projectile_range(launch, drag=0.005, dt=0.05):
    speed, angle = launch
    x, y = 0.0, 0.0
    vx = speed * math.cos(math.radians(angle))
    vy = speed * math.sin(math.radians(angle))
    while True:
        v = math.sqrt(vx * vx + vy * vy)
        x_old, y_old = x, y
        vx -= drag * v * vx * dt
        vy -= (g + drag * v * vy) * dt
        x += vx * dt
        y += vy * dt
        if y < 0:
            break
    w = y_old / (y_old - y)
    return x_old + w * (x - x_old)


# position of the image behind a thin lens of two radii (lensmaker, then the lens equation)
@sample((np.array([0.5, -0.4]), 1.5, 2.0),
        gradient=lambda R, n, d: _lens_by_hand(R, n, d))  # fmt: skip
def lens_image(radii, n, distance):
    power = (n - 1) * (1 / radii[0] - 1 / radii[1])
    focal = 1 / power
    if abs(distance - focal) < 1e-12:
        raise ValueError(f"object in the focal plane, {focal:.3g}")
    return 1 / (1 / focal - 1 / distance)


def _lens_by_hand(R, n, d):
    a, b = (mpmath.mpf(float(v)) for v in R)
    image = 1 / ((mpmath.mpf(n) - 1) * (1 / a - 1 / b) - 1 / mpmath.mpf(d))
    return [float(image**2 * (n - 1) / a**2), float(-(image**2) * (n - 1) / b**2)]


# Kepler's equation by Newton's iteration, then the distance from the focus
@sample((1.1, 0.3), (2.4, 0.8),
        gradient=lambda M, e: _kepler_by_hand(M, e))  # fmt: skip
def kepler_radius(M, e, tol=1e-13):
    E = M if e < 0.7 else math.pi
    err = 1.0
    while err > tol:
        dE = (E - e * math.sin(E) - M) / (1 - e * math.cos(E))
        E = E - dE
        err = abs(dE)
    return 1 - e * math.cos(E)


def _kepler_by_hand(M, e):
    with mpmath.workdps(30):
        E = mpmath.findroot(lambda v: v - mpmath.mpf(e) * mpmath.sin(v) - mpmath.mpf(M), 2)
        return float(e * mpmath.sin(E) / (1 - e * mpmath.cos(E)))


# one classical Runge-Kutta integration with the equations as an inner function
@sample((np.array([1.0, 0.0]), 1.3), (np.array([-0.5, 2.0]), 0.2), analytic=True)
def van_der_pol_rk4(y0, mu, h=0.1, steps=5):
    def f(y):
        return np.array([y[1], mu * (1 - y[0] ** 2) * y[1] - y[0]])

    def step(y):
        k1 = f(y)
        k2 = f(y + h / 2 * k1)
        k3 = f(y + h / 2 * k2)
        k4 = f(y + h * k3)
        return y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)

    y = y0
    for _ in range(steps):
        y = step(y)
    return y


@dataclass
class Body:
    mass: float
    position: np.ndarray
    velocity: np.ndarray
    trail: list = field(default_factory=list)

    def kinetic(self):
        return 0.5 * self.mass * np.sum(self.velocity**2)


class System:
    softening = 0.05

    def __init__(self, bodies):
        self.bodies = bodies
        self.time = 0.0

    def accelerations(self):
        out = []
        for b in self.bodies:
            a = np.zeros(2)
            for other in self.bodies:
                if other is b:
                    continue
                d = other.position - b.position
                a += other.mass * d / (d @ d + self.softening**2) ** 1.5
            out.append(a)
        return out

    def leapfrog(self, dt):
        for b, a in zip(self.bodies, self.accelerations(), strict=True):
            b.velocity = b.velocity + 0.5 * dt * a
            b.position = b.position + dt * b.velocity
            b.trail.append(b.position)
        for b, a in zip(self.bodies, self.accelerations(), strict=True):
            b.velocity = b.velocity + 0.5 * dt * a
        self.time += dt


# kinetic energy of three bodies after some leap-frog steps, as a function of where they started
@sample((np.array([0.0, 0.0, 1.0, 0.1, -0.8, 0.6]), [3.0, 1.0, 0.5]))
def n_body_kinetic(x0, masses):
    system = System([Body(m, x0[2 * i : 2 * i + 2], np.zeros(2)) for i, m in enumerate(masses)])
    for _ in range(3):
        system.leapfrog(0.1)
    assert len(system.bodies[0].trail) == 3
    return sum(b.kinetic() for b in system.bodies) + system.time


# spectral radiance of a black body, in units where hc/k is 1.4388 cm K
@sample((5000.0, 0.5e-4), (300.0, 10e-4), analytic=True)
def planck_radiance(T, wavelength):
    c1, c2 = 1.191e-12, 1.4388
    return c1 / wavelength**5 / np.expm1(c2 / (wavelength * T))


# van der Waals pressure
@sample(
    (np.array([320.0, 1.2]),), (np.array([250.0, 0.3]), {"a": 1.36, "b": 0.0318}), analytic=True
)
def van_der_waals(state, gas={"a": 3.59, "b": 0.0427}, R=0.08206):  # noqa: B006
    T, V = state
    return R * T / (V - gas["b"]) - gas["a"] / V**2


# partition function of the rigid rotor, summed until the terms no longer matter
@sample((2.7,), (0.6,))
def rotor_free_energy(T, theta=1.0):
    Z, J = 0.0, 0
    while True:
        term = (2 * J + 1) * math.exp(-J * (J + 1) * theta / T)
        Z += term
        J += 1
        if term < 1e-17 * Z:
            break
    return -T * math.log(Z)


# magnetic field on the axis of coils given as rows (radius, position, current)
@sample((np.array([[0.3, -0.15, 2.0], [0.3, 0.15, 2.0], [0.1, 0.0, -0.5]]),))
def coil_field_inhomogeneity(coils):
    z = np.linspace(-0.05, 0.05, 5)
    B = np.zeros_like(z)
    for R, z0, current in coils:
        B += MU0 * current * R**2 / (2 * (R**2 + (z - z0) ** 2) ** 1.5)
    return np.std(B) / np.mean(B)


# Hubble's law: comoving distance by the trapezoidal rule over the expansion history
@sample((np.array([70.0, 0.3]), 0.9), (np.array([67.4, 0.315]), 2.5, 21), analytic=True)
def comoving_distance(cosmology, z_max, n=41):
    H0, Om = cosmology
    z = np.linspace(0, z_max, n)
    E = np.sqrt(Om * (1 + z) ** 3 + 1 - Om)
    return 299792.458 / H0 * np.trapezoid(1 / E, z)


# double well on a path: action of a discretised trajectory with fixed ends
@sample((np.array([-0.8, -0.1, 0.3, 0.9]),), analytic=True)
def instanton_action(inner, dt=0.5):
    path = np.concatenate([[-1.0], inner, [1.0]])
    v = np.diff(path) / dt
    mid = 0.5 * (path[1:] + path[:-1])
    return np.sum(0.5 * v**2 + 0.25 * (mid**2 - 1) ** 2) * dt


# transmission through a stack of layers by 2x2 characteristic matrices, real arithmetic only
@sample((np.array([0.21, 0.34, 0.12]), [1.38, 2.3, 1.46]))
def multilayer_reflectance(thickness, index, n0=1.0, ns=1.52):
    m11, m12, m21, m22 = 1.0, 0.0, 0.0, 1.0
    for d, n in zip(thickness, index, strict=True):
        c, s = np.cos(2 * np.pi * n * d), np.sin(2 * np.pi * n * d)
        m11, m12, m21, m22 = (
            m11 * c - m12 * n * s,
            m11 * s / n + m12 * c,
            m21 * c + m22 * n * s,
            -m21 * s / n + m22 * c,
        )
    a, b = n0 * m11 - ns * m22, n0 * ns * m12 - m21
    c, d = n0 * m11 + ns * m22, n0 * ns * m12 + m21
    return (a * a + b * b) / (c * c + d * d)


# orbit of a satellite with a drag that sets in below an altitude (an if inside the loop)
@sample((np.array([1.02, 0.0, 0.0, 0.99]),))
def decaying_orbit(state, dt=0.2, steps=12):
    x, y, vx, vy = state
    for _ in range(steps):
        r = math.hypot(x, y)
        ax, ay = -x / r**3, -y / r**3
        if r < 1.03:
            v = math.hypot(vx, vy)
            ax -= 0.02 * v * vx
            ay -= 0.02 * v * vy
        vx, vy = vx + dt * ax, vy + dt * ay
        x, y = x + dt * vx, y + dt * vy
    return x**2 + y**2
