"""Machine learning in plain NumPy: networks as lists and dicts of arrays."""

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, softmax

from tests.corpus.register import sample

X = np.array([[0.2, -1.0, 0.5], [1.5, 0.3, -0.7], [-0.4, 0.9, 1.1], [0.6, 0.6, -0.2]])
LABELS = np.array([0, 2, 1, 2])


def _weights(*shape):
    n = math.prod(shape)
    return np.sin(1.7 * np.arange(1, n + 1) + len(shape)).reshape(shape) * 0.6


# multi-layer perceptron with its layers in a list of pairs, mean squared error
@sample(([(_weights(3, 4), _weights(4)), (_weights(4, 2), _weights(2))],))
def mlp_loss(layers):
    h = X
    for k, (W, b) in enumerate(layers):
        h = h @ W + b
        if k < len(layers) - 1:
            h = np.tanh(h)
    target = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [0.0, 0.0]])
    return np.mean((h - target) ** 2)


# softmax cross-entropy with the labels picked by fancy indexing
@sample((_weights(3, 3),))
def softmax_cross_entropy(W):
    logits = X @ W
    logits = logits - logits.max(axis=1, keepdims=True)
    logp = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    return -logp[np.arange(len(LABELS)), LABELS].mean()


# batch normalisation with scale and shift, then a rectifier
@sample(({"gamma": np.array([1.0, 0.5, 2.0]), "beta": np.array([0.1, -0.2, 0.4])}, X))
def batch_norm(p, x, eps=1e-5):
    mu = x.mean(axis=0)
    var = x.var(axis=0)
    xhat = (x - mu) / np.sqrt(var + eps)
    y = p["gamma"] * xhat + p["beta"]
    return np.sum(np.maximum(y, 0) ** 2)


# two-dimensional convolution by four loops
@sample((_weights(2, 2), _weights(4, 4)))
def conv2d_loops(kernel, image):
    H, Wd = image.shape
    kh, kw = kernel.shape
    out = np.zeros((H - kh + 1, Wd - kw + 1))
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            for a in range(kh):
                for b in range(kw):
                    out[i, j] += image[i + a, j + b] * kernel[a, b]
    return (out**2).mean()


# max pooling by windows
@sample((_weights(4, 4),))
def max_pool(image):
    pooled = np.empty((2, 2))
    for i in range(2):
        for j in range(2):
            pooled[i, j] = np.max(image[2 * i : 2 * i + 2, 2 * j : 2 * j + 2])
    return np.sum(pooled * np.array([[1.0, -2.0], [0.5, 3.0]]))


# one head of causal self-attention
@sample(({"q": _weights(3, 2), "k": _weights(3, 2) * 0.8, "v": _weights(3, 2) + 0.1},))
def attention_head(params):
    q, k, v = (X @ params[name] for name in ("q", "k", "v"))
    scores = q @ k.T / math.sqrt(q.shape[-1])
    causal = np.triu(np.ones_like(scores), k=1).astype(bool)
    scores = np.where(causal, -1e9, scores)
    a = np.exp(scores - scores.max(-1, keepdims=True))
    a = a / a.sum(-1, keepdims=True)
    return np.sum((a @ v) ** 2)


# recurrent network over a sequence, all states appended to a list
@sample(({"Wx": _weights(3, 2), "Wh": _weights(2, 2), "b": np.zeros(2)},))
def rnn_last_and_mean(params):
    h = np.zeros(2)
    states = []
    for x in X:
        h = np.tanh(x @ params["Wx"] + h @ params["Wh"] + params["b"])
        states.append(h)
    states = np.array(states)
    return states[-1] @ states.mean(axis=0)


# gated recurrent unit as a class
class GRU:
    def __init__(self, weights, hidden):
        self.hidden = hidden
        names = ("z", "r", "n")
        self.W = dict(zip(names, np.split(weights[:, : 3 * hidden], 3, axis=1), strict=True))
        self.U = weights[:hidden, 3 * hidden :]

    def __call__(self, sequence):
        h = np.zeros(self.hidden)
        for x in sequence:
            z = expit(x @ self.W["z"] + h @ self.U)
            r = expit(x @ self.W["r"] + h @ self.U)
            n = np.tanh(x @ self.W["n"] + (r * h) @ self.U)
            h = (1 - z) * n + z * h
        return h


@sample((_weights(3, 8),))
def gru_norm(weights):
    h = GRU(weights, 2)(X)
    return float(np.sqrt(np.sum(h**2)))


# dropout with a mask that was drawn once
MASK = np.random.default_rng(3).random((4, 5)) > 0.4


@sample((_weights(3, 5), 0.6))
def dropout_fixed_mask(W, keep):
    hidden = np.maximum(X @ W, 0.0)
    hidden *= MASK / keep
    return np.log1p(hidden).sum()


# embedding: rows gathered by token, the same row more than once, then averaged
@sample((_weights(5, 2), [3, 1, 3, 4, 0, 3]))
def embedding_bag(table, tokens):
    vectors = table[tokens]
    sentence = vectors.mean(axis=0)
    return -np.log(expit(sentence @ table[2]))


# distortion of k-means: each point belongs to the nearest centre
@sample((np.array([[0.0, 0.0, 0.0], [1.0, 0.2, -0.3]]),))
def kmeans_distortion(centres):
    d2 = ((X[:, None, :] - centres[None, :, :]) ** 2).sum(axis=2)
    nearest = np.argmin(d2, axis=1)
    return sum(d2[i, k] for i, k in enumerate(nearest)) / len(X)


# triplet loss with a margin
@sample((_weights(3, 2), 1.5), (_weights(3, 2) * 0.1, 0.2))
def triplet_loss(W, margin):
    a, p, n = X[:3] @ W
    d_pos, d_neg = np.sum((a - p) ** 2), np.sum((a - n) ** 2)
    return max(d_pos - d_neg + margin, 0.0)


@dataclass(frozen=True)
class LayerNorm:
    scale: np.ndarray
    shift: np.ndarray
    eps: float = 1e-6

    def __call__(self, x):
        centred = x - np.mean(x, axis=-1, keepdims=True)
        return (
            self.scale * centred / np.sqrt(np.mean(centred**2, -1, keepdims=True) + self.eps)
            + self.shift
        )


# layer normalisation given as a dataclass, behind a gelu
@sample((LayerNorm(np.array([1.0, 0.7, 1.3]), np.array([0.0, 0.1, -0.1])),))
def layer_norm_gelu(norm):
    y = norm(X)
    gelu = 0.5 * y * (1 + np.tanh(np.sqrt(2 / np.pi) * (y + 0.044715 * y**3)))
    return gelu.mean()


# variational autoencoder's bound with the noise given
@sample((np.array([0.3, -0.5, -1.0, 0.2]), np.array([0.7, -1.1])))
def elbo(phi, eps):
    mu, logvar = np.split(phi, 2)
    z = mu + np.exp(0.5 * logvar) * eps
    decoded = 1 / (1 + np.exp(-(z[0] * X[:, 0] + z[1] * X[:, 1])))
    seen = (LABELS > 0).astype(float)
    like = np.sum(seen * np.log(decoded) + (1 - seen) * np.log(1 - decoded))
    kl = -0.5 * np.sum(1 + logvar - mu**2 - np.exp(logvar))
    return like - kl


# hinge loss of a linear support vector machine, sub-gradient where inactive
@sample((np.array([0.4, -0.3, 0.8, 0.1]),))
def svm_hinge(w, C=2.0):
    y = np.where(LABELS == 2, 1, -1)
    margins = y * (X @ w[:-1] + w[-1])
    return 0.5 * np.dot(w[:-1], w[:-1]) + C * np.maximum(0, 1 - margins).sum()


# factorisation of an incomplete table of ratings: only known entries count
@sample(({"users": _weights(3, 2), "items": _weights(4, 2)}, 0.1))
def matrix_factorisation(f, reg):
    R = np.array([[5, np.nan, 3, 1], [4, np.nan, np.nan, 1], [1, 1, np.nan, 5.0]])
    known = ~np.isnan(R)
    error = (R - f["users"] @ f["items"].T)[known]
    return np.sum(error**2) + reg * sum(np.sum(m**2) for m in f.values())


# knowledge distillation: Kullback-Leibler divergence at a temperature
@sample(
    (np.array([1.0, -0.5, 0.2]), np.array([2.0, 0.1, -1.0])),
    (np.array([0.3, 0.1, 3.0]), np.zeros(3), 1.0),
)
def distillation(student, teacher, T=2.0):
    p, q = softmax(teacher / T), softmax(student / T)
    return T * T * np.sum(p * (np.log(p) - np.log(q)))


# a forest of stumps with soft splits, parameters in a list of dicts
@sample((
    [{"cut": 0.3, "left": -1.0, "right": 1.2}, {"cut": -0.1, "left": 0.4, "right": -0.3}],
    ["first", "third"],
))  # fmt: skip
def soft_stumps(trees, features):
    column = {"first": 0, "second": 1, "third": 2}
    out = np.zeros(len(X))
    for tree, feature in zip(trees, features, strict=True):
        gate = expit((X[:, column[feature]] - tree["cut"]) * 4)
        out = out + (1 - gate) * tree["left"] + gate * tree["right"]
    return np.mean((out - LABELS) ** 2)
