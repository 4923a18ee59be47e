/* Walks from many starts, (count, 2) in and out, a fixed number of steps each.
 *
 * "plain" is a loop as one writes it; "registers" keeps several vectors of points in registers for
 * all their steps, so that nothing but arithmetic is left. Sine and cosine are found together: the
 * angle brought into ±π/4 (W. J. Cody and W. Waite, 1980) for angles of up to some thousands, and
 * the polynomials of steepest's own vector functions.
 */
#include <math.h>
#include <stdint.h>
#include <string.h>

#if defined(__AVX512F__)
#define LANES 8
#elif defined(__AVX__)
#define LANES 4
#else
#define LANES 2
#endif

typedef double real __attribute__((vector_size(8 * LANES)));
typedef int64_t whole __attribute__((vector_size(8 * LANES)));

typedef struct { double x, y; } slope_t;
typedef struct { real x, y; } slopes_t;

static inline slope_t himmelblau(double x, double y)
{
    double a = x * x + y - 11, b = x + y * y - 7;
    return (slope_t){4 * x * a + 2 * b, 2 * a + 4 * y * b};
}

static inline slope_t waves(double x, double y)
{
    return (slope_t){cos(x) * cos(y) + 0.1 * x, -sin(x) * sin(y) + 0.1 * y};
}

static inline slopes_t himmelblau_v(real x, real y)
{
    real a = x * x + y - 11, b = x + y * y - 7;
    return (slopes_t){4 * x * a + 2 * b, 2 * a + 4 * y * b};
}

/* Adding this rounds to a whole number, which then stands in the lowest bits. */
#define ROUNDER 0x1.8p52

static inline void sincos_v(real x, real *sine, real *cosine)
{
    real shifted = x * 0.6366197723675814 + ROUNDER;
    real n = shifted - ROUNDER;
    whole quadrant = (whole)shifted;
    real r = x - n * 1.5707963267948966;
    r = r - n * 6.123233995736766e-17;
    real z = r * r;
    real s = 1.5896872981405507e-10 * z - 2.505075994435106e-08;
    s = s * z + 2.7557313707645004e-06;
    s = s * z - 0.0001984126982986891;
    s = s * z + 0.008333333333322519;
    s = s * z - 0.16666666666666632;
    s = (r * z) * s + r;
    real c = -1.1354550991667408e-11 * z + 2.0875609650030877e-09;
    c = c * z - 2.75573133510746e-07;
    c = c * z + 2.480158728507459e-05;
    c = c * z - 0.0013888888888864087;
    c = c * z + 0.04166666666666649;
    c = c * z - 0.5;
    c = z * c + 1.0;
    whole swapped = -(quadrant & 1);
    whole a = ((whole)s & ~swapped) | ((whole)c & swapped);
    whole b = ((whole)c & ~swapped) | ((whole)s & swapped);
    *sine = (real)(a ^ ((quadrant & 2) << 62));
    *cosine = (real)(b ^ (((quadrant + 1) & 2) << 62));
}

static inline slopes_t waves_v(real x, real y)
{
    real sine_x, cosine_x, sine_y, cosine_y;
    sincos_v(x, &sine_x, &cosine_x);
    sincos_v(y, &sine_y, &cosine_y);
    return (slopes_t){cosine_x * cosine_y + 0.1 * x, 0.1 * y - sine_x * sine_y};
}

#define PLAIN(NAME)                                                                              \
    void NAME##_plain(const double *from, double *to, long count, double rate, long steps)      \
    {                                                                                            \
        for (long i = 0; i < count; i++) {                                                       \
            double x = from[2 * i], y = from[2 * i + 1];                                         \
            for (long t = 0; t < steps; t++) {                                                   \
                slope_t g = NAME(x, y);                                                          \
                x -= rate * g.x;                                                                 \
                y -= rate * g.y;                                                                 \
            }                                                                                    \
            to[2 * i] = x;                                                                       \
            to[2 * i + 1] = y;                                                                   \
        }                                                                                        \
    }

/* The points of a group that is not full are as many copies of the last one. */
#define REGISTERS(NAME, ABREAST)                                                                 \
    void NAME##_registers(const double *from, double *to, long count, double rate, long steps)  \
    {                                                                                            \
        for (long i = 0; i < count; i += ABREAST * LANES) {                                      \
            real x[ABREAST], y[ABREAST];                                                         \
            for (long k = 0; k < ABREAST * LANES; k++) {                                         \
                long at = i + k < count ? i + k : count - 1;                                     \
                x[k / LANES][k % LANES] = from[2 * at];                                          \
                y[k / LANES][k % LANES] = from[2 * at + 1];                                      \
            }                                                                                    \
            for (long t = 0; t < steps; t++)                                                     \
                _Pragma("GCC unroll 8") for (int u = 0; u < ABREAST; u++) {                      \
                    slopes_t g = NAME##_v(x[u], y[u]);                                           \
                    x[u] -= rate * g.x;                                                          \
                    y[u] -= rate * g.y;                                                          \
                }                                                                                \
            for (long k = 0; k < ABREAST * LANES && i + k < count; k++) {                        \
                to[2 * (i + k)] = x[k / LANES][k % LANES];                                       \
                to[2 * (i + k) + 1] = y[k / LANES][k % LANES];                                   \
            }                                                                                    \
        }                                                                                        \
    }

PLAIN(himmelblau)
PLAIN(waves)

#ifndef ABREAST_HIMMELBLAU
#define ABREAST_HIMMELBLAU 4
#endif
#ifndef ABREAST_WAVES
#define ABREAST_WAVES 2
#endif
REGISTERS(himmelblau, ABREAST_HIMMELBLAU)
REGISTERS(waves, ABREAST_WAVES)
