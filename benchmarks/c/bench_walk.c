/* Steps down Rosenbrock's valley 100 (y − x²)² + (1 − x)², until the gradient is small.
 *
 * Both return how many steps were taken, and leave the last point in at[0], at[1].
 */
#include <math.h>

/* As one writes it down. */
long walk_plain(double *at, double rate, double tolerance, long steps)
{
    double x = at[0], y = at[1];
    long i;
    for (i = 0; i < steps; i++) {
        double inside = y - x * x;
        double along = -400 * x * inside - 2 * (1 - x), across = 200 * inside;
        if (fmax(fabs(along), fabs(across)) <= tolerance)
            break;
        x -= rate * along;
        y -= rate * across;
    }
    at[0] = x;
    at[1] = y;
    return i;
}

/* The same mathematics, with two operations from one point to the next; other rounding.
 *
 * With w = 1 − 2·rate + 400·rate·y, a step is x ← x·w + 2·rate − 400·rate·x·x² and
 * w ← (1 − 200·rate)·w + constant + 80000·rate²·x². Everything but the last multiply-add of each
 * line is known as soon as x is, one operation later. The gradient is what x and y change by,
 * divided by −rate, and is looked at beside the chain.
 */
long walk_short(double *at, double rate, double tolerance, long steps)
{
    const double start = 1 - 2 * rate, lift = 400 * rate, push = 2 * rate;
    const double keep = 1 - 200 * rate, gain = lift * 200 * rate, level = start * 200 * rate;
    double x = at[0], w = fma(lift, at[1], start);
    const double least_x = tolerance * rate, least_w = tolerance * rate * lift;
    long i;
    for (i = 0; i < steps; i++) {
        double square = x * x, scaled = -lift * x;
        double next_x = fma(scaled, square, fma(x, w, push));
        double next_w = fma(gain, square, fma(keep, w, level));
        if (fabs(next_x - x) <= least_x && fabs(next_w - w) <= least_w)
            break;
        x = next_x;
        w = next_w;
    }
    at[0] = x;
    at[1] = (w - start) / lift;
    return i;
}
