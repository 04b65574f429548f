static inline void npnet_sigmoid_of(double *z, size_t count)
{
    size_t i;
    for (i = 0; i < count; i++) z[i] = 1.0 / (1.0 + exp(-z[i]));
}

static inline void npnet_softmax_of(double *z, size_t count)
{
    size_t i;
    double most = z[0], sum = 0.0;
    for (i = 1; i < count; i++)
        if (z[i] > most) most = z[i];
    for (i = 0; i < count; i++) sum += z[i] = exp(z[i] - most);
    for (i = 0; i < count; i++) z[i] /= sum;
}

static inline void npnet_exp_of(double *z, size_t count)
{
    size_t i;
    for (i = 0; i < count; i++) z[i] = exp(z[i]);
}

/* Scores limited to 0 to 1, and divided by their sum where there are several. */
static inline void npnet_share_of(double *z, size_t count)
{
    size_t i;
    double sum = 0.0;
    for (i = 0; i < count; i++) {
        z[i] = z[i] < 0 ? 0.0 : z[i] > 1 ? 1.0 : z[i];
        sum += z[i];
    }
    for (i = 0; i < count && count > 1; i++) z[i] = sum > 0 ? z[i] / sum : 1.0 / (double)count;
}

/* Values in the units of the target. */
static inline void npnet_unscale(double *y, double mean, double scale, size_t count)
{
    size_t i;
    for (i = 0; i < count; i++) y[i] = y[i] * scale + mean;
}

/* exp(f), times the mean of exp(error) in training */
static inline void npnet_undo_log(double *f, double mean, size_t count)
{
    size_t i;
    for (i = 0; i < count; i++) f[i] = exp(f[i]) * mean;
}

/* f squared, plus what the errors in training add on average */
static inline void npnet_undo_square_root(double *f, double mean, double square, size_t count)
{
    size_t i;
    for (i = 0; i < count; i++) {
        double root = f[i] > 0 || isnan(f[i]) ? f[i] : 0.0;
        f[i] = root * root + 2 * root * mean + square;
    }
}

/* Numbers in ascending order. */
static inline void npnet_sort(double *y, size_t count)
{
    size_t i, j;
    for (i = 1; i < count; i++) {
        double one = y[i];
        for (j = i; j > 0 && y[j - 1] > one; j--) y[j] = y[j - 1];
        y[j] = one;
    }
}

/* Logits divided by a temperature: of several classes together, or of each probability. */
static inline void npnet_calibrate(double *p, size_t count, double temperature, int together)
{
    size_t i;
    for (i = 0; i < count; i++) {
        double one = p[i] < 1e-12 ? 1e-12 : p[i] > 1 - 1e-12 ? 1 - 1e-12 : p[i];
        p[i] = (together ? log(one) : log(one) - log1p(-one)) / temperature;
    }
    if (together) npnet_softmax_of(p, count);
    else npnet_sigmoid_of(p, count);
}
