"""Finance: prices, portfolios, trees."""

from collections import namedtuple
from dataclasses import dataclass
from math import erf, exp, log, sqrt

import mpmath
import numpy as np
from scipy import special

from tests.corpus.register import sample

Option = namedtuple("Option", "spot strike rate vol expiry")


def norm_cdf(x):
    return 0.5 * (1 + erf(x / sqrt(2)))


# Black-Scholes call with math.erf, over the spot
@sample((100.0, 95.0, 0.03, 0.2, 0.75), (80.0, 95.0, 0.01, 0.4, 2.0),
        gradient=lambda S, K, r, s, T: _delta(S, K, r, s, T))  # fmt: skip
def black_scholes_call(S, K, r, sigma, T):
    d1 = (log(S / K) + (r + sigma**2 / 2) * T) / (sigma * sqrt(T))
    d2 = d1 - sigma * sqrt(T)
    return S * norm_cdf(d1) - K * exp(-r * T) * norm_cdf(d2)


def _delta(S, K, r, s, T):
    with mpmath.workdps(30):
        S, K, r, s, T = map(mpmath.mpf, (S, K, r, s, T))
        return float(mpmath.ncdf((mpmath.log(S / K) + (r + s**2 / 2) * T) / (s * mpmath.sqrt(T))))


# all greeks of a put at once, the option in a named tuple
@sample((Option(100.0, 105.0, 0.02, 0.25, 0.5),))
def put_price(o: Option):
    std = o.vol * np.sqrt(o.expiry)
    d1 = (np.log(o.spot / o.strike) + o.rate * o.expiry) / std + std / 2
    return o.strike * np.exp(-o.rate * o.expiry) * special.ndtr(std - d1) - o.spot * special.ndtr(
        -d1
    )


# price of a bond by looping over its coupons
@sample((0.04,), (0.11, 0.03, 7), analytic=True, gradient=lambda *a: _bond_by_hand(*a))
def bond_price(y, coupon=0.05, years=10, face=100.0):
    price = 0.0
    for t in range(1, years + 1):
        price += coupon * face / (1 + y) ** t
    price += face / (1 + y) ** years
    return price


def _bond_by_hand(y, c=0.05, n=10):
    flows = [(k, 100 * mpmath.mpf(c)) for k in range(1, n + 1)] + [(n, 100)]
    return float(sum(-k * flow / (1 + mpmath.mpf(y)) ** (k + 1) for k, flow in flows))


# variance of a portfolio, volatilities and correlations apart; weights made to sum to one
@sample((np.array([0.5, 0.2, 0.4]),), analytic=True)
def portfolio_variance(w):
    vol = np.array([0.2, 0.1, 0.3])
    corr = np.array([[1, 0.3, -0.1], [0.3, 1, 0.2], [-0.1, 0.2, 1]])
    w = w / w.sum()
    return w @ (corr * np.outer(vol, vol)) @ w


# Sharpe ratio of a strategy with costs when positions change
@sample((np.array([0.3, 0.8, -0.5, 0.1, 0.4]),))
def sharpe_with_costs(position):
    returns = np.array([0.01, -0.02, 0.015, 0.003, -0.007])
    turnover = np.abs(np.diff(position, prepend=0.0))
    pnl = position * returns - 0.0005 * turnover
    return pnl.mean() / pnl.std(ddof=1) * np.sqrt(252)


# American put on a binomial tree, values overwritten level by level
@sample((np.array([0.3, 36.0]),), (np.array([0.2, 45.0]), 40.0, 0.06, 1.0, 4))
def american_put_tree(theta, K=40.0, r=0.05, T=0.5, n=6):
    sigma, S0 = theta
    dt = T / n
    u = np.exp(sigma * np.sqrt(dt))
    d = 1 / u
    p = (np.exp(r * dt) - d) / (u - d)
    disc = np.exp(-r * dt)
    V = np.zeros(n + 1)
    for j in range(n + 1):
        V[j] = max(K - S0 * u**j * d ** (n - j), 0)
    for i in range(n - 1, -1, -1):
        for j in range(i + 1):
            hold = disc * (p * V[j + 1] + (1 - p) * V[j])
            V[j] = max(hold, K - S0 * u**j * d ** (i - j))
    return V[0]


# yield from price by Newton, with a limit on the rounds and an error that says what went wrong
@sample((97.0,), (110.0, 0.07))
def yield_to_maturity(price, coupon=0.05, n=5):
    y = coupon
    for _ in range(50):
        f = sum(100 * coupon * (1 + y) ** -k for k in range(1, n + 1)) + 100 * (1 + y) ** -n - price
        df = -sum(100 * coupon * k * (1 + y) ** (-k - 1) for k in range(1, n + 1)) - 100 * n * (
            1 + y
        ) ** (-n - 1)
        step = f / df
        y -= step
        if abs(step) < 1e-14:
            return y
    raise RuntimeError(f"no yield for price {price:.2f} after 50 rounds")


@dataclass
class NelsonSiegel:
    level: float
    slope: float
    hump: float
    tau: float = 2.0

    def rate(self, t):
        x = t / self.tau
        decay = (1 - np.exp(-x)) / x
        return self.level + self.slope * decay + self.hump * (decay - np.exp(-x))


# misfit of a yield curve, its parameters a dataclass
@sample((NelsonSiegel(0.04, -0.02, 0.01, 1.7),))
def nelson_siegel_misfit(curve):
    quotes = {0.5: 0.021, 1: 0.024, 2: 0.028, 5: 0.034, 10: 0.037, 30: 0.039}
    return 1e4 * sum((curve.rate(t) - q) ** 2 for t, q in quotes.items())


# barrier option on given paths: knocked out where the path touches the barrier
@sample((100.0, 0.2), (90.0, 0.35, 85.0))
def down_and_out_on_paths(S0, vol, barrier=92.0, K=95.0):
    z = np.array([[0.3, -0.1, 0.8], [-1.2, -0.7, 0.4], [0.9, 0.2, -0.3], [0.1, 0.1, 0.2]])
    dt = 1 / 12
    logs = np.cumsum((0.03 - vol**2 / 2) * dt + vol * np.sqrt(dt) * z, axis=1)
    paths = S0 * np.exp(logs)
    alive = (paths > barrier).all(axis=1)
    payoff = np.maximum(paths[:, -1] - K, 0) * alive
    return np.exp(-0.03 * 3 * dt) * payoff.mean()


# value at risk of a loan book by Vasicek's formula, exposures as a list of tuples
@sample((np.array([0.02, 0.05, 0.1]), [(100, 0.4), (50, 0.6), (20, 0.2)]))
def vasicek_loss(pd, book, rho=0.15):
    total = 0.0
    for p, (exposure, lgd) in zip(pd, book, strict=True):
        # a rational stand-in for the inverse of the normal distribution
        t = sqrt(-2 * log(p))
        z = -(
            t
            - (2.515517 + 0.802853 * t + 0.010328 * t**2)
            / (1 + 1.432788 * t + 0.189269 * t**2 + 0.001308 * t**3)
        )
        total += exposure * lgd * norm_cdf((z + sqrt(rho) * 3.09) / sqrt(1 - rho))
    return total
