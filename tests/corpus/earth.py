"""Earth, sea and sky: inversions, tides, maps, images."""

import math

import numpy as np

from tests.corpus.register import sample

STATIONS = np.array([[0.0, 0.0], [10.0, 1.0], [4.0, 8.0], [-3.0, 5.0]])
ARRIVALS = np.array([2.1, 2.4, 1.9, 1.3])


# location of an earthquake from arrival times: weighted residuals, the clock as a parameter
@sample((np.array([2.0, 3.0, 5.0, 0.1]),))
def hypocentre_residuals(m, velocity=5.8):
    x, y, depth, t0 = m
    res = np.empty(len(STATIONS))
    for k, (sx, sy) in enumerate(STATIONS):
        distance = np.sqrt((x - sx) ** 2 + (y - sy) ** 2 + depth**2)
        res[k] = (ARRIVALS[k] - t0 - distance / velocity) / (0.1 if k % 2 else 0.05)
    return res


# travel time of a refracted ray through layers, Snell's parameter found by Newton
@sample((np.array([3.0, 4.5, 6.0]),))
def layered_travel_time(v, thickness=(1.0, 2.0, 1.5), offset=3.0):
    h = np.array(thickness)
    p = 0.05
    for _ in range(40):
        s = np.sqrt(1 - (p * v) ** 2)
        x = np.sum(h * p * v / s)
        dx = np.sum(h * v / s**3)
        step = (x - offset) / dx
        p = p - step
        if abs(step) < 1e-15:
            break
    s = np.sqrt(1 - (p * v) ** 2)
    return np.sum(h / (v * s))


# tide from its constituents: a list of (name, speed), amplitudes and phases in a table
@sample((np.array([[1.2, 30.0], [0.4, 75.0], [0.3, 200.0]]),))
def tide_misfit(table):
    constituents = [("M2", 28.984), ("S2", 30.0), ("K1", 15.041)]
    hours = np.arange(0, 24, 5)
    level = np.full(hours.shape, 2.0)
    for (_, speed), (amplitude, phase) in zip(constituents, table, strict=True):
        level += amplitude * np.cos(np.deg2rad(speed * hours - phase))
    return np.sum((level - [3.1, 0.9, 2.2, 2.9, 1.0]) ** 2)


# gravity over a buried sphere and a slab, as a dictionary model
@sample(({"depth": 3.0, "radius": 1.1, "density": 0.4, "slab": 0.02},))
def gravity_profile(model):
    x = np.linspace(-5, 5, 7)
    mass = 4 / 3 * math.pi * model["radius"] ** 3 * model["density"]
    anomaly = mass * model["depth"] / (x**2 + model["depth"] ** 2) ** 1.5 + 41.9 * model["slab"]
    return np.ptp(anomaly) + anomaly[0]


# total variation of a picture, smoothed
@sample((np.array([[0.1, 0.5, 0.4], [0.9, 0.2, 0.3], [0.6, 0.7, 0.0]]),))
def total_variation(img, beta=1e-3):
    dx = np.zeros_like(img)
    dy = np.zeros_like(img)
    dx[:, :-1] = img[:, 1:] - img[:, :-1]
    dy[:-1, :] = img[1:, :] - img[:-1, :]
    return np.sum(np.sqrt(dx**2 + dy**2 + beta))


# blurring with reflecting borders by np.pad and shifted slices
@sample(
    (np.array([[0.1, 0.5, 0.4], [0.9, 0.2, 0.3], [0.6, 0.7, 0.0]]), np.array([0.25, 0.5, 0.25]))
)
def separable_blur(img, kernel):
    padded = np.pad(img, 1, mode="reflect")
    rows = sum(k * padded[:, i : i + img.shape[1]] for i, k in enumerate(kernel))
    both = sum(k * rows[i : i + img.shape[0]] for i, k in enumerate(kernel))
    return np.sum((img - both) ** 2)


# bilinear look-up in a grid at a wandering position
@sample((np.array([0.7, 1.4]),), (np.array([1.8, 0.1]),))
def bilinear_lookup(pos):
    grid = np.array([[1.0, 2.0, 0.0], [0.5, 3.0, 1.0], [2.0, 2.5, 4.0]])
    i, j = int(np.floor(pos[0])), int(np.floor(pos[1]))
    u, v = pos[0] - i, pos[1] - j
    return (
        (1 - u) * (1 - v) * grid[i, j] + u * (1 - v) * grid[i + 1, j]
        + (1 - u) * v * grid[i, j + 1] + u * v * grid[i + 1, j + 1]
    )  # fmt: skip


# snow pack by degree days: accumulation when cold, melt when warm and while there is snow
@sample((np.array([3.0, 0.5]),))
def degree_day_snow(p):
    factor, threshold = p
    temperature = [-3.0, -1.0, 1.0, 4.0, 2.0, -2.0, 6.0]
    rain = [5.0, 8.0, 2.0, 0.0, 1.0, 4.0, 0.0]
    snow, runoff = 0.0, []
    for T, r in zip(temperature, rain, strict=True):
        if threshold > T:
            snow += r
            runoff.append(0.0)
        else:
            melt = min(snow, factor * (T - threshold))
            snow -= melt
            runoff.append(melt + r)
    return np.dot(runoff, np.arange(7)) / np.sum(runoff)


# variogram of scattered samples, exponential model, lag classes by np.digitize
@sample((np.array([0.1, 1.0, 3.0]),))
def variogram_misfit(par):
    nugget, sill, length = par
    values = np.array([1.0, 1.6, 0.4, 2.2])
    i, j = np.triu_indices(len(values), k=1)
    lag = np.linalg.norm(STATIONS[i] - STATIONS[j], axis=1)
    cloud = 0.5 * (values[i] - values[j]) ** 2
    bins = np.digitize(lag, [0, 6, 9, 20])
    model = nugget + sill * (1 - np.exp(-lag / length))
    misfit = 0.0
    for b in np.unique(bins):
        inside = bins == b
        misfit += inside.sum() * (cloud[inside].mean() - model[inside].mean()) ** 2
    return misfit


# Earth's energy balance in latitude bands with ice where it is cold, relaxed for some years
@sample((np.array([0.3, 0.6]),))
def energy_balance(albedo):
    x = np.array([0.1, 0.3, 0.5, 0.7, 0.9])
    insolation = 340 * (1 - 0.48 * 0.5 * (3 * x**2 - 1))
    T = 30.0 - 50.0 * x
    for _ in range(6):
        a = np.where(T < -10, albedo[1], albedo[0])
        T = T + 0.02 * (insolation * (1 - a) - 203.3 - 2.09 * T - 3.8 * (T - T.mean()))
    return T.mean()


# running median filter and a detrending line, np.median over windows
@sample((np.array([1.0, 4.0, 2.0, 8.0, 3.0, 5.5, 7.0]),))
def median_filter_roughness(y):
    smooth = np.array([np.median(y[max(0, k - 1) : k + 2]) for k in range(len(y))])
    t = np.arange(len(y)) - (len(y) - 1) / 2
    slope = (t @ smooth) / (t @ t)
    return np.sum((smooth - smooth.mean() - slope * t) ** 2)
