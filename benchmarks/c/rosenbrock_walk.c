/* Gradient descent on (1-a)^2 + 100 (b-a^2)^2, a stop test at every step, two ways.

   gcc -O3 -march=native -shared -fPIC rosenbrock_walk.c -lm

   Both return how many steps were taken, and leave the point in x. */

/* As one writes it. */
long plain(double *x, double rate, double tolerance, long steps) {
    double a = x[0], b = x[1], least = tolerance * tolerance;
    long k = 0;
    for (; k < steps; k++) {
        double t = b - a * a;
        double ga = -400.0 * a * t - 2.0 * (1.0 - a), gb = 200.0 * t;
        if (ga * ga + gb * gb < least) break;
        a -= rate * ga;
        b -= rate * gb;
    }
    x[0] = a, x[1] = b;
    return k;
}

/* The same mathematics with the shortest way from one point to the next: two fused
   multiply-adds; everything that does not wait for t is computed beside them. */
long shortest(double *x, double rate, double tolerance, long steps) {
    double a = x[0], b = x[1], least = tolerance * tolerance;
    double r400 = 400.0 * rate, r200 = 200.0 * rate, r2 = 2.0 * rate;
    long k = 0;
    for (; k < steps; k++) {
        double t = __builtin_fma(-a, a, b);
        double ga = -400.0 * a * t - 2.0 * (1.0 - a), gb = 200.0 * t;
        if (ga * ga + gb * gb < least) break;
        double along = __builtin_fma(r2, 1.0 - a, a);
        a = __builtin_fma(r400 * a, t, along);
        b = __builtin_fma(-r200, t, b);
    }
    x[0] = a, x[1] = b;
    return k;
}
