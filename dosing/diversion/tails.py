"""How likely a count at least this high is by chance alone: upper tails of the binomial and the Poisson law."""

import math

NEGLIGIBLE = 1e-18


def poisson_tail(count: int, expected: float) -> float:
    """P(X >= count) when `expected` are expected on average."""
    if count <= 0:
        return 1.0
    if expected <= 0:
        return 0.0
    total, number = 0.0, count
    term = math.exp(count * math.log(expected) - expected - math.lgamma(count + 1))
    while term > NEGLIGIBLE or number < expected:
        total += term
        number += 1
        term *= expected / number
    return min(1.0, total)


def binomial_tail(count: int, trials: int, chance: float) -> float:
    """P(X >= count) in `trials` independent trials of the same `chance`."""
    if count <= 0:
        return 1.0
    if count > trials or chance <= 0:
        return 0.0
    if chance >= 1:
        return 1.0
    odds = chance / (1 - chance)
    term = math.exp(_log_choose(trials, count) + count * math.log(chance) + (trials - count) * math.log1p(-chance))
    total = 0.0
    for number in range(count, trials + 1):
        total += term
        term *= odds * (trials - number) / (number + 1)
    return min(1.0, total)


def _log_choose(trials: int, count: int) -> float:
    return math.lgamma(trials + 1) - math.lgamma(count + 1) - math.lgamma(trials - count + 1)
