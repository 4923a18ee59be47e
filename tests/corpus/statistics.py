"""Statistics: likelihoods, filters, robust losses, factorisations."""

import math
from functools import partial

import mpmath
import numpy as np
import scipy.special as sc
from scipy.special import gammaln, logsumexp

from tests.corpus.register import sample

HEIGHTS = np.array([1.62, 1.75, 1.81, 1.69, 1.90, 1.58])
CLAIMS = np.array([0, 2, 1, 0, 3, 1, 0, 5])
EXPOSURE = np.array([1.0, 2.0, 1.5, 0.7, 2.2, 1.1, 0.4, 3.0])
WAITING = np.array([0.8, 2.3, 1.1, 4.0, 0.2])
# age, dose, cured
TRIAL = [(34, 0.5, 1), (51, 1.0, 0), (45, 0.2, 0), (29, 1.5, 1), (62, 2.0, 1), (40, 0.1, 0)]


# normal log-likelihood, parameters [mu, log sigma]
@sample((np.array([1.7, -2.0]),), (np.array([1.5, -1.0]),), analytic=True,
        gradient=lambda p: _normal_by_hand(p))  # fmt: skip
def normal_loglik(params, data=HEIGHTS):
    mu, log_sigma = params
    sigma = np.exp(log_sigma)
    z = (data - mu) / sigma
    return -0.5 * np.sum(z**2) - len(data) * (log_sigma + 0.5 * np.log(2 * np.pi))


def _normal_by_hand(p):
    with mpmath.workdps(30):
        mu, s = mpmath.mpf(float(p[0])), mpmath.exp(mpmath.mpf(float(p[1])))
        z = [(mpmath.mpf(float(h)) - mu) / s for h in HEIGHTS]
        return [float(sum(z) / s), float(sum(v * v for v in z) - len(z))]


# Student's t log-likelihood: location, scale, degrees of freedom
@sample((np.array([1.7, 0.1, 4.0]),), (np.array([1.6, 0.3, 11.5]),))
def student_loglik(theta):
    mu, s, nu = theta
    total = 0.0
    for y in HEIGHTS:
        z = (y - mu) / s
        total += (
            gammaln((nu + 1) / 2) - gammaln(nu / 2) - 0.5 * math.log(nu * math.pi) - math.log(s)
        )
        total -= (nu + 1) / 2 * math.log(1 + z * z / nu)
    return total


# gamma log-likelihood from sufficient statistics
@sample(({"shape": 2.3, "rate": 1.1},), ({"shape": 0.6, "rate": 0.3},),
        gradient=lambda p: _gamma_by_hand(p))  # fmt: skip
def gamma_loglik(p):
    k, b = p["shape"], p["rate"]
    n = len(WAITING)
    return n * (k * np.log(b) - gammaln(k)) + (k - 1) * np.log(WAITING).sum() - b * WAITING.sum()


def _gamma_by_hand(p):
    k, b = mpmath.mpf(p["shape"]), mpmath.mpf(p["rate"])
    x = [mpmath.mpf(float(w)) for w in WAITING]
    first = 5 * (mpmath.log(b) - mpmath.digamma(k)) + sum(map(mpmath.log, x))
    return {"shape": float(first), "rate": float(5 * k / b - sum(x))}


# beta log-density of several proportions
@sample((np.array([1.4, 3.1]), np.array([0.2, 0.05, 0.6])))
def beta_loglik(ab, proportions):
    a, b = ab
    logB = math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)
    return sum((a - 1) * math.log(p) + (b - 1) * math.log1p(-p) - logB for p in proportions)


# two-component normal mixture with logsumexp over components
@sample(
    (
        {
            "weight": np.array([0.2, -0.4]),
            "mean": np.array([1.6, 1.85]),
            "logsd": np.array([-2.5, -3.0]),
        },
    )
)
def mixture_loglik(par):
    logw = par["weight"] - logsumexp(par["weight"])
    sd = np.exp(par["logsd"])
    z = (HEIGHTS[:, None] - par["mean"]) / sd
    logp = logw - 0.5 * z**2 - par["logsd"] - 0.5 * np.log(2 * np.pi)
    return np.sum(logsumexp(logp, axis=1))


# exact AR(1) likelihood, stationary start, written as a loop
@sample((np.array([0.6, 0.2, 0.8]), np.array([0.3, 0.9, 0.1, -0.4, 0.2, 1.1])))
def ar1_loglik(theta, y):
    phi, c, sigma = theta
    mean = c / (1 - phi)
    var = sigma**2 / (1 - phi**2)
    ll = -0.5 * (np.log(2 * np.pi * var) + (y[0] - mean) ** 2 / var)
    for t in range(1, len(y)):
        e = y[t] - c - phi * y[t - 1]
        ll += -0.5 * np.log(2 * np.pi * sigma**2) - e**2 / (2 * sigma**2)
    return ll


# Kalman filter for a local level, log-variances as parameters
@sample(
    (np.array([-1.0, -2.0]),), (np.array([0.5, 0.1]), np.array([3.0, 2.0, 5.0, 4.0])), analytic=True
)
def local_level_kalman(logvar, y=np.array([1.1, 0.9, 1.4, 1.8, 1.2, 2.0])):  # noqa: B008
    q, r = np.exp(logvar)
    m, P = y[0], 1e3
    nll = 0.0
    for obs in y:
        P = P + q
        S = P + r
        v = obs - m
        nll += 0.5 * (np.log(2 * np.pi * S) + v * v / S)
        K = P / S
        m = m + K * v
        P = (1 - K) * P
    return nll


# Kalman filter for position and velocity, matrices throughout
@sample((np.array([0.3, 0.8]), np.array([[0.1], [1.2], [1.9], [3.2], [4.1]])))
def kalman_2d(noise, measurements):
    dt = 1.0
    F = np.array([[1.0, dt], [0.0, 1.0]])
    H = np.array([[1.0, 0.0]])
    Q = noise[0] * np.array([[dt**4 / 4, dt**3 / 2], [dt**3 / 2, dt**2]])
    R = np.array([[noise[1]]])
    x, P = np.zeros(2), 10 * np.eye(2)
    loglik = 0.0
    for z in measurements:
        x = F @ x
        P = F @ P @ F.T + Q
        innovation = z - H @ x
        S = H @ P @ H.T + R
        K = P @ H.T @ np.linalg.inv(S)
        x = x + K @ innovation
        P = (np.eye(2) - K @ H) @ P
        loglik += -0.5 * (
            innovation @ np.linalg.solve(S, innovation) + np.log(np.linalg.det(2 * np.pi * S))
        )
    return loglik


# logistic regression over a data table of tuples
@sample((np.array([0.1, -0.02, 0.9]),), (np.array([-3.0, 0.05, 4.0]),))
def logistic_regression(beta):
    nll = 0.0
    for age, dose, cured in TRIAL:
        eta = beta[0] + beta[1] * age + beta[2] * dose
        if cured:
            nll += math.log1p(math.exp(-eta))
        else:
            nll += math.log1p(math.exp(eta))
    return nll


# Poisson regression with an offset
@sample((np.array([0.2, 0.1]),), (np.array([-1.0, 0.4]), 0.5))
def poisson_regression(beta, ridge=0.0):
    X = np.column_stack([np.ones(len(CLAIMS)), np.arange(len(CLAIMS))])
    log_rate = X @ beta + np.log(EXPOSURE)
    return np.sum(np.exp(log_rate) - CLAIMS * log_rate + gammaln(CLAIMS + 1)) + ridge * beta @ beta


# ordinal regression: cumulative logits with increasing cutpoints
@sample((np.array([0.7, -1.0, 0.3]), np.array([0.2, 1.5, -0.7, 0.4]), [0, 2, 1, 1]))
def ordinal_regression(theta, x, grade):
    slope, first, log_gap = theta
    cuts = np.array([first, first + np.exp(log_gap)])

    def cdf(k, eta):
        if k < 0:
            return 0.0
        if k >= len(cuts):
            return 1.0
        return sc.expit(cuts[k] - eta)

    return -sum(
        np.log(cdf(k, slope * v) - cdf(k - 1, slope * v)) for v, k in zip(x, grade, strict=True)
    )


# Huber's loss of a straight line with masks
@sample((np.array([0.5, 1.1]),), (np.array([0.0, 0.2]), 0.3))
def huber_line(ab, delta=1.0):
    t = np.array([0.0, 1.0, 2.0, 3.0, 4.0])
    y = np.array([0.4, 1.7, 2.6, 9.0, 4.9])
    r = y - ab[0] - ab[1] * t
    small = np.abs(r) <= delta
    loss = np.empty_like(r)
    loss[small] = 0.5 * r[small] ** 2
    loss[~small] = delta * (np.abs(r[~small]) - 0.5 * delta)
    return loss.sum()


# Tukey's biweight: residuals beyond c no longer count
@sample((np.array([1.7, 0.05]), HEIGHTS), (np.array([1.6, 0.2]), HEIGHTS, 3.0))
def tukey_biweight(params, data, c=4.685):
    u = (data - params[0]) / (c * params[1])
    inside = np.where(np.abs(u) < 1, 1 - (1 - u**2) ** 3, 1.0)
    return c**2 / 6 * np.sum(inside) + len(data) * np.log(params[1])


# leave-one-out likelihood of a kernel density, over the bandwidth
@sample((0.05,), (0.2,), analytic=True)
def kde_cross_validation(h):
    n = HEIGHTS.size
    diff = HEIGHTS[:, np.newaxis] - HEIGHTS[np.newaxis, :]
    K = np.exp(-0.5 * (diff / h) ** 2) / np.sqrt(2 * np.pi)
    K = K - np.diag(np.diag(K))
    return np.mean(np.log(K.sum(axis=1) / ((n - 1) * h)))


# variance explained by a direction: the objective of principal components
@sample((np.array([0.6, -0.3, 1.1]),))
def pca_objective(w):
    rng = np.array([[1.0, 0.2, -0.5], [0.3, -1.1, 0.9], [2.0, 0.4, 0.1], [-0.6, 0.8, -1.3]])
    X = rng - rng.mean(axis=0)
    C = X.T @ X / (len(X) - 1)
    return -(w @ C @ w) / (w @ w)


# marginal likelihood of a Gaussian process: squared exponential kernel, Cholesky
@sample((np.array([0.1, -0.3, -1.5]),), (np.array([1.0, 0.5, -3.0]),))
def gp_marginal_likelihood(hyper):
    amplitude, length, noise = np.exp(hyper)
    x = np.array([0.0, 0.7, 1.5, 2.2, 3.1])
    y = np.array([0.1, 0.8, 0.9, 0.7, -0.1])
    K = amplitude**2 * np.exp(-0.5 * np.subtract.outer(x, x) ** 2 / length**2)
    K[np.diag_indices(len(x))] += noise**2
    L = np.linalg.cholesky(K)
    alpha = np.linalg.solve(L.T, np.linalg.solve(L, y))
    return -0.5 * y @ alpha - np.log(np.diag(L)).sum() - 0.5 * len(x) * np.log(2 * np.pi)


# one step of EM for two Poisson rates, then the likelihood there
@sample((np.array([0.5, 3.0, 0.6]),))
def em_step_poisson(theta):
    rates, mix = theta[:2], theta[2]
    prior = np.array([mix, 1 - mix])
    r = np.array(
        [[p * np.exp(-lam) * lam**k for p, lam in zip(prior, rates, strict=True)] for k in CLAIMS]
    )
    r /= r.sum(axis=1, keepdims=True)
    new_rates = (r * CLAIMS[:, None]).sum(0) / r.sum(0)
    new_prior = r.mean(0)
    like = np.array([new_prior * np.exp(-new_rates) * new_rates**k for k in CLAIMS])
    return np.log(like.sum(axis=-1)).sum()


# multivariate normal with a covariance built from a lower triangle in a flat vector
@sample((np.array([0.2, -0.1, 0.3, 0.5, -0.2]),))
def multivariate_normal_nll(flat):
    mu = flat[:2]
    L = np.zeros((2, 2))
    L[np.tril_indices(2)] = flat[2:]
    L[0, 0], L[1, 1] = np.exp(L[0, 0]), np.exp(L[1, 1])
    Y = np.array([[0.1, 0.4], [-0.8, 0.5], [0.9, -1.1]])
    total = 0
    for row in Y - mu:
        z = np.linalg.solve(L, row)
        total = total + 0.5 * z @ z + np.log(L[0, 0] * L[1, 1])
    return total


# GARCH(1,1): variance carried from day to day, parameters kept positive by softplus
def softplus(v):
    return np.logaddexp(0.0, v)


@sample((np.array([-4.0, -2.0, 1.0]), np.array([0.1, -0.4, 0.3, 0.9, -0.2, 0.05])))
def garch_nll(raw, returns):
    omega, alpha, beta = map(softplus, raw)
    sigma2 = np.empty(len(returns) + 1)
    sigma2[0] = np.var(returns)
    for t, r in enumerate(returns):
        sigma2[t + 1] = omega + alpha * r**2 + beta * sigma2[t]
    s = sigma2[:-1]
    return 0.5 * np.sum(np.log(s) + returns**2 / s)


# Cox's partial likelihood, risk sets from sorted times
@sample((np.array([0.3, -0.6]),))
def cox_partial_likelihood(beta):
    time = np.array([5.0, 2.0, 9.0, 4.0, 7.0])
    event = np.array([1, 1, 0, 1, 1])
    Z = np.array([[0.1, 1], [0.7, 0], [0.4, 1], [1.2, 0], [0.9, 1]])
    order = np.argsort(-time)
    eta = (Z @ beta)[order]
    log_risk = np.log(np.cumsum(np.exp(eta)))
    return np.sum((eta - log_risk)[event[order] == 1])


# hidden Markov chain: forward recursion with scaling
@sample((np.array([[1.2, -0.3], [0.1, 0.9]]), [0, 1, 1, 0, 1]))
def hmm_loglik(logits, observed):
    A = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    B = np.array([[0.8, 0.2], [0.3, 0.7]])
    alpha = np.array([0.5, 0.5]) * B[:, observed[0]]
    loglik = 0.0
    for o in observed[1:]:
        alpha = (alpha @ A) * B[:, o]
        scale = alpha.sum()
        alpha /= scale
        loglik += np.log(scale)
    return loglik + np.log(alpha.sum())


# probit with a tail-safe log of the normal distribution, partial() filling in the data
def _probit(beta, X, y):
    q = 2 * y - 1
    return -np.sum(sc.log_ndtr(q * (X @ beta)))


_fixed = partial(_probit, X=np.array([[1.0, 0.3], [1.0, -1.2], [1.0, 2.5]]), y=np.array([1, 0, 1]))


@sample((np.array([0.2, 0.7]),), (np.array([-3.0, 0.1]),))
def probit_nll(beta):
    return _fixed(beta)


# quantile (pinball) loss
@sample((np.array([1.65, 0.02]), 0.9), (np.array([1.5, 0.05]), 0.25))
def pinball_loss(ab, tau):
    fit = ab[0] + ab[1] * np.arange(HEIGHTS.size)
    r = HEIGHTS - fit
    return np.mean(np.maximum(tau * r, (tau - 1) * r))


# Dirichlet-multinomial, counts in a nested list
@sample((np.array([0.5, 1.5, 2.5]), [[1, 0, 4], [2, 2, 0]]))
def dirichlet_multinomial(alpha, counts):
    A = np.sum(alpha)
    out = 0.0
    for row in counts:
        n = sum(row)
        out += gammaln(A) - gammaln(n + A)
        for a, c in zip(alpha, row, strict=True):
            out += gammaln(c + a) - gammaln(a) if c else 0.0
    return out
