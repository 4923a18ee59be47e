/* Gradient descent on (x^2 + y - 11)^2 + (x + y^2 - 7)^2 from many starts, in registers.

   gcc -O3 -march=native -ffast-math -shared -fPIC himmelblau_many.c

   GROUP points are taken through all their steps before the next are looked at; the compiler keeps
   them in vector registers. `count` is a multiple of GROUP. */

#define GROUP 16

void himmelblau(double *restrict x, double *restrict y, long count, double rate, long steps) {
    for (long start = 0; start < count; start += GROUP) {
        double p[GROUP], q[GROUP];
        for (int j = 0; j < GROUP; j++) p[j] = x[start + j], q[j] = y[start + j];
        for (long s = 0; s < steps; s++)
            for (int j = 0; j < GROUP; j++) {
                double u = p[j] * p[j] + q[j] - 11.0, v = p[j] + q[j] * q[j] - 7.0;
                double gx = 4.0 * p[j] * u + 2.0 * v, gy = 2.0 * u + 4.0 * q[j] * v;
                p[j] -= rate * gx;
                q[j] -= rate * gy;
            }
        for (int j = 0; j < GROUP; j++) x[start + j] = p[j], y[start + j] = q[j];
    }
}
