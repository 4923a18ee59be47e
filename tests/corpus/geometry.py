"""Geometry and graphics: turns, curves, polygons, distances."""

import itertools
import math

import mpmath
import numpy as np
from numpy import cos, linalg, sin

from tests.corpus.register import sample

POINTS = np.array([[0.0, 0.1], [1.2, 0.0], [1.5, 1.1], [0.4, 1.6], [-0.3, 0.8]])


def Rx(a):
    return np.array([[1, 0, 0], [0, cos(a), -sin(a)], [0, sin(a), cos(a)]])


def Rz(a):
    R = np.eye(3)
    R[:2, :2] = [[cos(a), -sin(a)], [sin(a), cos(a)]]
    return R


# Euler angles to a turned vector, misfit to a target
@sample((np.array([0.3, -0.8, 1.1]),))
def euler_angles_misfit(angles):
    a, b, c = angles
    v = Rz(a) @ Rx(b) @ Rz(c) @ np.array([1.0, 0.5, -0.2])
    return linalg.norm(v - np.array([0.0, 1.0, 0.0]))


# Rodrigues' formula
@sample((np.array([0.4, -0.2, 0.7]),), (np.array([1.5, 2.0, -0.1]),))
def rodrigues(w):
    theta = np.sqrt(w @ w)
    k = w / theta
    K = np.array([[0, -k[2], k[1]], [k[2], 0, -k[0]], [-k[1], k[0], 0]])
    R = np.eye(3) + np.sin(theta) * K + (1 - np.cos(theta)) * K @ K
    return R @ np.array([1.0, 2.0, 3.0])


# Bezier curve by de Casteljau, overwriting the control points
@sample((POINTS, 0.3), (POINTS[:3], 0.85))
def de_casteljau(control, t):
    b = control.copy()
    n = len(b)
    for r in range(1, n):
        for i in range(n - r):
            b[i] = (1 - t) * b[i] + t * b[i + 1]
    return b[0]


# sum of inverse distances, the diagonal masked out
@sample((POINTS,))
def inverse_distances(p):
    diff = p[:, None] - p[None, :]
    d2 = np.sum(diff**2, axis=-1)
    np.fill_diagonal(d2, 1.0)
    off = ~np.eye(len(p), dtype=bool)
    return np.sum(1 / np.sqrt(d2[off])) / 2


# area of a polygon by the shoelace formula
@sample((POINTS,), gradient=lambda p: _shoelace_by_hand(p))
def shoelace_area(vertices):
    x, y = vertices.T
    return 0.5 * abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)))


def _shoelace_by_hand(p):
    nxt, last = np.roll(p, -1, axis=0), np.roll(p, 1, axis=0)
    return 0.5 * np.stack([nxt[:, 1] - last[:, 1], last[:, 0] - nxt[:, 0]], axis=1)


# perimeter over root of area, by walking round the edges
@sample((POINTS,))
def isoperimetric_quotient(vertices):
    perimeter, area = 0.0, 0.0
    for (x0, y0), (x1, y1) in zip(vertices, np.vstack([vertices[1:], vertices[:1]]), strict=True):
        perimeter += math.hypot(x1 - x0, y1 - y0)
        area += x0 * y1 - x1 * y0
    return 2 * math.pi * abs(area) / perimeter**2


# B-spline basis by the recursion of de Boor and Cox
def basis(i, k, t, u):
    if k == 0:
        return 1.0 if t[i] <= u < t[i + 1] else 0.0
    left = 0.0 if t[i + k] == t[i] else (u - t[i]) / (t[i + k] - t[i]) * basis(i, k - 1, t, u)
    right = (
        0.0
        if t[i + k + 1] == t[i + 1]
        else (t[i + k + 1] - u) / (t[i + k + 1] - t[i + 1]) * basis(i + 1, k - 1, t, u)
    )
    return left + right


@sample((0.35, np.array([1.0, 3.0, 2.0, 5.0])), (1.4, np.array([0.0, -1.0, 2.0, 1.0])))
def b_spline(u, coefficients, degree=2):
    t = [0, 0, 0, 1, 2, 2, 2]
    return sum(c * basis(i, degree, t, u) for i, c in enumerate(coefficients))


class Quaternion:
    __slots__ = ("w", "x", "y", "z")

    def __init__(self, w, x, y, z):
        self.w, self.x, self.y, self.z = w, x, y, z

    def __mul__(self, o):
        return Quaternion(
            self.w * o.w - self.x * o.x - self.y * o.y - self.z * o.z,
            self.w * o.x + self.x * o.w + self.y * o.z - self.z * o.y,
            self.w * o.y - self.x * o.z + self.y * o.w + self.z * o.x,
            self.w * o.z + self.x * o.y - self.y * o.x + self.z * o.w,
        )

    @property
    def conjugate(self):
        return Quaternion(self.w, -self.x, -self.y, -self.z)

    def norm2(self):
        return self.w**2 + self.x**2 + self.y**2 + self.z**2

    def rotate(self, v):
        r = self * Quaternion(0.0, *v) * self.conjugate
        return np.array([r.x, r.y, r.z]) / self.norm2()


# a vector turned by a quaternion of a class with operators and a property
@sample((np.array([0.9, 0.1, -0.3, 0.4]), np.array([1.0, 0.0, 2.0])))
def quaternion_rotation(q, v):
    return Quaternion(*q).rotate(v)


# volume of a tetrahedron by the triple product
@sample((np.array([[0, 0, 0.1], [1, 0, 0], [0.2, 1.3, 0], [0.1, 0.4, 0.9]]),))
def tetrahedron_volume(p):
    a, b, c = p[1:] - p[0]
    return abs(np.dot(a, np.cross(b, c))) / 6


# great-circle distance in km by haversines
@sample(
    (np.array([52.5, 13.4]), np.array([40.7, -74.0])),
    gradient=lambda a, b: _haversine_by_hand(a, b),
)
def haversine(here, there, radius=6371.0):
    lat1, lon1 = np.radians(here)
    lat2, lon2 = np.radians(there)
    h = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * radius * np.arcsin(np.sqrt(h))


def _haversine_by_hand(a, b):
    def d(lat, lon):
        p, q, s, t = (mpmath.radians(v) for v in (lat, lon, mpmath.mpf(b[0]), mpmath.mpf(b[1])))
        return 6371 * mpmath.acos(
            mpmath.sin(p) * mpmath.sin(s) + mpmath.cos(p) * mpmath.cos(s) * mpmath.cos(q - t)
        )

    with mpmath.workdps(40):
        at = (mpmath.mpf(a[0]), mpmath.mpf(a[1]))
        return [float(mpmath.diff(d, at, n)) for n in ((1, 0), (0, 1))]


# pinhole camera with radial distortion, points that are behind it skipped
@sample((np.array([0.1, -0.2, 3.0, 800.0, 0.05]),))
def reprojection_error(camera):
    tx, ty, tz, f, k = camera
    world = [(0.0, 0.0, 1.0), (0.5, -0.3, 2.0), (-0.7, 0.4, -9.0), (1.0, 1.0, 4.0)]
    seen = [(25.0, -40.0), (95.0, -80.0), (0.0, 0.0), (125.0, 90.0)]
    err = 0.0
    for (X, Y, Z), (u, v) in zip(world, seen, strict=True):
        z = Z + tz
        if z <= 0:
            continue
        x, y = (X + tx) / z, (Y + ty) / z
        r2 = x * x + y * y
        s = f * (1 + k * r2)
        err += (s * x - u) ** 2 + (s * y - v) ** 2
    return err


# smooth minimum of the distances to primitives (a signed distance field)
@sample((np.array([0.5, 0.7, -0.3]),), (np.array([2.0, -1.0, 0.4]), 8.0))
def signed_distance(p, sharp=4.0):
    sphere = linalg.norm(p - np.array([0, 0, 0.5])) - 0.8
    q = np.abs(p) - np.array([0.3, 0.6, 0.2])
    box = linalg.norm(np.maximum(q, 0)) + min(max(q[0], q[1], q[2]), 0)
    return -np.log(np.exp(-sharp * sphere) + np.exp(-sharp * box)) / sharp


# best rigid fit's error through the eigenvalues of the inertia tensor
@sample((np.array([[1.0, 0.2, 0.0], [-0.3, 1.1, 0.4], [0.2, -0.9, 1.5], [-0.6, 0.1, -1.0]]),))
def asphericity(p):
    c = p - p.mean(axis=0)
    gyration = np.einsum("ni,nj->ij", c, c) / len(c)
    low, mid, high = np.linalg.eigvalsh(gyration)
    return high - 0.5 * (mid + low)


# strain of all pairs of a framework, from itertools
@sample((POINTS, 1.0))
def framework_strain(nodes, rest):
    strain = []
    for a, b in itertools.combinations(range(len(nodes)), 2):
        length = math.dist(nodes[a], nodes[b])
        if length > 1.6:
            continue
        strain.append((length - rest) / rest)
    return np.max(strain) + np.mean(np.square(strain))


# winding a helix: arc length by summing segments made with stack
@sample((np.array([1.2, 0.3]),), analytic=True)
def helix_length(shape):
    r, pitch = shape
    t = np.linspace(0, 2 * np.pi, 9)
    curve = np.stack([r * np.cos(t), r * np.sin(t), pitch * t], axis=-1)
    return np.sum(np.sqrt(np.sum(np.diff(curve, axis=0) ** 2, axis=1)))


# barycentric interpolation in the triangle that holds the point
@sample((np.array([0.4, 0.3]),), (np.array([1.1, 0.8]),))
def barycentric(p):
    triangles = [(0, 1, 4), (1, 2, 4), (2, 3, 4)]
    heights = np.array([1.0, 4.0, 2.0, 0.0, 3.0])
    for tri in triangles:
        T = np.vstack([POINTS[list(tri)].T, np.ones(3)])
        lam = np.linalg.solve(T, np.append(p, 1.0))
        if (lam >= 0).all():
            return lam @ heights[list(tri)]
    raise ValueError("outside")
