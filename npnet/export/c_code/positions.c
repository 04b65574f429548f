/* Values at positions stand side by side, position by position: x[position * features + feature]. */

/* All positions of the first feature, then all of the next. */
static inline void npnet_flatten(const npnet_real *x, npnet_real *y, size_t count, size_t features)
{
    size_t p, i;
    for (p = 0; p < count; p++)
        for (i = 0; i < features; i++) y[i * count + p] = x[p * features + i];
}

/* The mean over all positions. */
static inline void npnet_position_mean(const npnet_real *x, npnet_real *y, size_t count, size_t features)
{
    size_t p, i;
    for (i = 0; i < features; i++) {
        double sum = 0.0;
        for (p = 0; p < count; p++) sum += x[p * features + i];
        y[i] = (npnet_real)(sum / (double)count);
    }
}

/* The position that a place of a window reads, -1 outside the input. */
static inline long npnet_reads(const npnet_windows *w, const long at[2], const long place[2])
{
    long reads[2], axis;
    for (axis = 0; axis < 2; axis++) {
        reads[axis] = at[axis] * w->stride[axis] + place[axis] * w->dilation[axis] - w->low[axis];
        if (reads[axis] < 0 || reads[axis] >= w->size[axis]) return -1;
    }
    return reads[0] * w->size[1] + reads[1];
}

/* A convolution; the features and filters of each group by themselves. */
static inline void npnet_conv(
    const npnet_real *x, npnet_real *y, const npnet_real *weight, const npnet_real *bias, const npnet_windows *w,
    long features, long filters, long groups)
{
    long at[2], place[2], f, i, each = features / groups, size = w->kernel[0] * w->kernel[1];
    for (at[0] = 0; at[0] < w->count[0]; at[0]++)
        for (at[1] = 0; at[1] < w->count[1]; at[1]++)
            for (f = 0; f < filters; f++) {
                double sum = bias[f];
                const long start = f / (filters / groups) * each;
                for (place[0] = 0; place[0] < w->kernel[0]; place[0]++)
                    for (place[1] = 0; place[1] < w->kernel[1]; place[1]++) {
                        const long reads = npnet_reads(w, at, place), k = place[0] * w->kernel[1] + place[1];
                        for (i = 0; reads >= 0 && i < each; i++)
                            sum += (double)weight[(f * each + i) * size + k] * x[reads * features + start + i];
                    }
                y[(at[0] * w->count[1] + at[1]) * filters + f] = (npnet_real)sum;
            }
}

/* The largest value of each window, or the mean with zeros around the input. */
static inline void npnet_pool(const npnet_real *x, npnet_real *y, const npnet_windows *w, long features, int largest)
{
    long at[2], place[2], i;
    for (at[0] = 0; at[0] < w->count[0]; at[0]++)
        for (at[1] = 0; at[1] < w->count[1]; at[1]++)
            for (i = 0; i < features; i++) {
                double best = -INFINITY, sum = 0.0;
                for (place[0] = 0; place[0] < w->kernel[0]; place[0]++)
                    for (place[1] = 0; place[1] < w->kernel[1]; place[1]++) {
                        const long reads = npnet_reads(w, at, place);
                        if (reads < 0) continue;
                        if (x[reads * features + i] > best) best = x[reads * features + i];
                        sum += x[reads * features + i];
                    }
                sum /= (double)(w->kernel[0] * w->kernel[1]);
                y[(at[0] * w->count[1] + at[1]) * features + i] = (npnet_real)(largest ? best : sum);
            }
}

/* Each position several times along each axis. */
static inline void npnet_upsample(
    const npnet_real *x, npnet_real *y, size_t features, size_t height, size_t width, size_t down, size_t across)
{
    size_t i, j;
    for (i = 0; i < height * down; i++)
        for (j = 0; j < width * across; j++)
            memcpy(y + (i * width * across + j) * features, x + (i / down * width + j / across) * features, features * sizeof *x);
}

static inline double npnet_logistic(double z)
{
    return 0.5 + 0.5 * tanh(0.5 * z);
}

/* The state after a step, by the products of the input, a, and of the state before, u; kind: tanh, relu, gru, lstm. */
static inline void npnet_advance(
    const npnet_real *a, const npnet_real *u, npnet_real *h, npnet_real *memory, size_t units, int kind)
{
    size_t i;
    for (i = 0; i < units; i++) {
        if (kind == 0) h[i] = (npnet_real)tanh((double)a[i] + u[i]);
        if (kind == 1) h[i] = a[i] + u[i] > 0 ? a[i] + u[i] : 0;
        if (kind == 2) {
            const double r = npnet_logistic((double)a[i] + u[i]), z = npnet_logistic((double)a[units + i] + u[units + i]);
            const double n = tanh(a[2 * units + i] + r * u[2 * units + i]);
            h[i] = (npnet_real)(n + z * (h[i] - n));
        }
        if (kind == 3) {
            const double in = npnet_logistic((double)a[i] + u[i]), keep = npnet_logistic((double)a[units + i] + u[units + i]);
            const double g = tanh((double)a[2 * units + i] + u[2 * units + i]);
            memory[i] = (npnet_real)(keep * memory[i] + in * g);
            h[i] = (npnet_real)(npnet_logistic((double)a[3 * units + i] + u[3 * units + i]) * tanh(memory[i]));
        }
    }
}

/* One direction of a recurrent layer: the states of all steps, or the last, into columns of y from `start`. */
static inline void npnet_recurrent(
    const npnet_real *x, npnet_real *y, const npnet_real *const weights[4], size_t steps, size_t inputs, size_t units,
    size_t gates, int kind, int backwards, int all, size_t width, size_t start)
{
    npnet_real h[NPNET_WIDEST] = {0}, memory[NPNET_WIDEST] = {0}, a[NPNET_WIDEST], u[NPNET_WIDEST];
    size_t n;
    for (n = 0; n < steps; n++) {
        const size_t t = backwards ? steps - 1 - n : n;
        npnet_linear(x + t * inputs, a, weights[0], weights[2], inputs, gates * units);
        npnet_linear(h, u, weights[1], weights[3], units, gates * units);
        npnet_advance(a, u, h, memory, units, kind);
        if (all) memcpy(y + t * width + start, h, units * sizeof *h);
    }
    if (!all) memcpy(y + start, h, units * sizeof *h);
}

/* Attention of all positions to each other, or of each to itself and those before it. */
static inline void npnet_attention(
    const npnet_real *x, npnet_real *y, const npnet_real *const weights[4], size_t count, size_t features, size_t heads,
    int causal)
{
    npnet_real product[NPNET_WIDEST], mixed[NPNET_WIDEST];
    double scores[NPNET_WIDEST];
    size_t p, q, i, head, each = features / heads, row = 3 * features;
    for (p = 0; p < count; p++) npnet_linear(x + p * features, product + p * row, weights[0], weights[1], features, row);
    for (p = 0; p < count; p++) {
        for (head = 0; head < heads; head++) {
            const npnet_real *own = product + head * each;
            const size_t seen = causal ? p + 1 : count;
            for (q = 0; q < seen; q++) {
                scores[q] = 0.0;
                for (i = 0; i < each; i++) scores[q] += (double)own[p * row + i] * own[q * row + features + i];
                scores[q] = (npnet_real)scores[q] / sqrt((double)each); /* overflows as in the dtype of the network */
            }
            npnet_softmax_of(scores, seen);
            for (i = 0; i < each; i++) {
                double sum = 0.0;
                for (q = 0; q < seen; q++) sum += scores[q] * own[q * row + 2 * features + i];
                mixed[head * each + i] = (npnet_real)sum;
            }
        }
        npnet_linear(mixed, y + p * features, weights[2], weights[3], features, features);
    }
}

/* The learned values of the code at each position. */
static inline void npnet_token_embedding(
    const npnet_real *x, npnet_real *y, const npnet_real *weight, size_t count, size_t tokens, size_t size)
{
    size_t p;
    for (p = 0; p < count; p++) {
        double code = rint(x[p]), most = (double)tokens - 1;
        code = code > most ? most : code > 0 ? code : 0.0;
        memcpy(y + p * size, weight + (size_t)code * size, size * sizeof *y);
    }
}
