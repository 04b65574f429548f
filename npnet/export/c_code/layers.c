/* y = W x + b */
static inline void npnet_linear(
    const npnet_real *x, npnet_real *y, const npnet_real *weight, const npnet_real *bias, size_t inputs, size_t outputs)
{
    size_t i, j;
    for (i = 0; i < outputs; i++) {
        double sum = bias[i];
        for (j = 0; j < inputs; j++) sum += (double)weight[i * inputs + j] * x[j];
        y[i] = (npnet_real)sum;
    }
}

static inline void npnet_relu(npnet_real *x, size_t count)
{
    size_t i;
    for (i = 0; i < count; i++)
        if (x[i] < 0) x[i] = 0;
}

static inline void npnet_leaky_relu(npnet_real *x, size_t count, double slope)
{
    size_t i;
    for (i = 0; i < count; i++)
        if (x[i] < 0) x[i] = (npnet_real)(x[i] * slope);
}

/* scale x above 0, below (exp(x) - 1) below: ELU, and SELU */
static inline void npnet_exponential(npnet_real *x, size_t count, double scale, double below)
{
    size_t i;
    for (i = 0; i < count; i++) x[i] = (npnet_real)(x[i] < 0 ? below * expm1(x[i]) : scale * x[i]);
}

static inline void npnet_tanh(npnet_real *x, size_t count)
{
    size_t i;
    for (i = 0; i < count; i++) x[i] = (npnet_real)tanh(x[i]);
}

static inline void npnet_sigmoid(npnet_real *x, size_t count)
{
    size_t i;
    for (i = 0; i < count; i++) x[i] = (npnet_real)(1.0 / (1.0 + exp(-(double)x[i])));
}

static inline void npnet_softplus(npnet_real *x, size_t count)
{
    size_t i;
    for (i = 0; i < count; i++) x[i] = (npnet_real)((x[i] > 0 ? x[i] : 0.0) + log1p(exp(-fabs((double)x[i]))));
}

static inline void npnet_softmax(npnet_real *x, size_t count)
{
    size_t i;
    double most = x[0], sum = 0.0;
    for (i = 1; i < count; i++)
        if (x[i] > most) most = x[i];
    for (i = 0; i < count; i++) sum += x[i] = (npnet_real)exp(x[i] - most);
    for (i = 0; i < count; i++) x[i] = (npnet_real)(x[i] / sum);
}

/* The tanh form; beyond 10 the tanh is 1. */
static inline void npnet_gelu(npnet_real *x, size_t count)
{
    size_t i;
    for (i = 0; i < count; i++) {
        double near = x[i] > 10 ? 10.0 : x[i] < -10 ? -10.0 : x[i];
        x[i] = (npnet_real)(0.5 * x[i] * (1.0 + tanh(0.7978845608028654 * (near + 0.044715 * near * near * near))));
    }
}

static inline void npnet_silu(npnet_real *x, size_t count)
{
    size_t i;
    for (i = 0; i < count; i++) x[i] = (npnet_real)(x[i] * (0.5 + 0.5 * tanh(0.5 * x[i])));
}

/* x tanh(ln(1 + exp(x))); beyond 20 the tanh is 1. */
static inline void npnet_mish(npnet_real *x, size_t count)
{
    size_t i;
    for (i = 0; i < count; i++) {
        double e = exp(x[i] > 20 ? 20.0 : x[i]), t = e * (e + 2);
        x[i] = (npnet_real)(x[i] * (t / (t + 2)));
    }
}

/* Each feature normalized by its running statistics, then scaled and shifted. */
static inline void npnet_batch_norm(
    npnet_real *x, size_t count, const npnet_real *mean, const npnet_real *factor, const npnet_real *bias)
{
    size_t i;
    for (i = 0; i < count; i++) x[i] = (x[i] - mean[i]) * factor[i] + bias[i];
}

/* Mean 0 and variance 1 over the features, then scaled and shifted. */
static inline void npnet_layer_norm(
    npnet_real *x, size_t count, const npnet_real *weight, const npnet_real *bias, double epsilon)
{
    size_t i;
    npnet_real mean = 0, variance = 0, square;
    for (i = 0; i < count; i++) mean += x[i] / (npnet_real)count;
    for (i = 0; i < count; i++) {
        x[i] -= mean;
        square = x[i] * x[i]; /* overflows as it does in the dtype of the network */
        variance += square / (npnet_real)count;
    }
    for (i = 0; i < count; i++) x[i] = (npnet_real)(x[i] / sqrt(variance + epsilon)) * weight[i] + bias[i];
}

/* Each feature times its factor. */
static inline void npnet_scale(npnet_real *x, size_t count, const npnet_real *factor)
{
    size_t i;
    for (i = 0; i < count; i++) x[i] *= factor[i];
}

/* y = x + y: the end of a residual block */
static inline void npnet_add(const npnet_real *x, npnet_real *y, size_t count)
{
    size_t i;
    for (i = 0; i < count; i++) y[i] += x[i];
}

/* Learned waves of each number, then the inputs. */
static inline void npnet_periodic(
    const npnet_real *x, npnet_real *y, const npnet_real *frequency, const npnet_real *weight, const npnet_real *bias,
    size_t inputs, size_t numbers, size_t frequencies, size_t size)
{
    size_t i, j, k;
    for (i = 0; i < numbers; i++) {
        for (j = 0; j < size; j++) {
            const npnet_real *w = weight + (i * size + j) * 2 * frequencies;
            double sum = bias[i * size + j];
            for (k = 0; k < frequencies; k++) {
                npnet_real phase = x[i] * frequency[i * frequencies + k]; /* in radians for each unit of x */
                sum += w[k] * sin(phase) + w[frequencies + k] * cos(phase);
            }
            y[i * size + j] = (npnet_real)(sum > 0 ? sum : 0.0);
        }
    }
    memcpy(y + numbers * size, x, inputs * sizeof *x);
}
