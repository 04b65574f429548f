/* z / sqrt(1 + (z / 3)^2) of z = (x - center) / scale, a gap filled; without clipping z itself. */
static inline double npnet_scaled(double x, double fill, double center, double scale, int clip)
{
    double z, quarter = scale > 1.0715086071862673e301 ? 0.25 : 1.0; /* no difference on the way is infinite */
    if (isnan(x)) x = fill;
    if (scale == 0.0) return 0.0;
    z = (x * quarter - center * quarter) / (scale * quarter);
    if (!clip) return z;
    z = z > 1e100 ? 1e100 : z < -1e100 ? -1e100 : z;
    return z / sqrt(1.0 + z / 3.0 * (z / 3.0));
}

/* A polynomial of x, its coefficients from the highest power. */
static inline double npnet_horner(double x, const double coefficients[8])
{
    double value = coefficients[0];
    int n;
    for (n = 1; n < 8; n++) value = value * x + coefficients[n];
    return value;
}

/* The normal deviate of a share. Wichura (1988), AS 241. */
static inline double npnet_deviate(double share)
{
    double q = share - 0.5, r = 0.180625 - q * q;
    if (fabs(q) <= 0.425) return q * npnet_horner(r, npnet_center[0]) / npnet_horner(r, npnet_center[1]);
    r = sqrt(-log(share < 0.5 ? share : 1.0 - share)) - 1.6;
    return (q < 0 ? -1.0 : 1.0) * npnet_horner(r, npnet_tails[0]) / npnet_horner(r, npnet_tails[1]);
}

/* The share of quantiles below a number, as a normal deviate; a gap filled. */
static inline double npnet_normal_score(double x, double fill, const double *quantiles, size_t count)
{
    double share = 0.0;
    size_t n;
    if (isnan(x)) x = fill;
    for (n = 0; n + 1 < count; n++) {
        double low = quantiles[n], high = quantiles[n + 1];
        if (x > high || (x == high && low < high)) share += 1.0;
        else if (low == high) share += x == low ? 0.5 : 0.0;
        else if (x > low) share += (x * 0.25 - low * 0.25) / (high * 0.25 - low * 0.25);
    }
    share /= (double)(count - 1);
    return npnet_deviate(share < 1e-7 ? 1e-7 : share > 1 - 1e-7 ? 1 - 1e-7 : share);
}

/* A number with a gap filled. */
static inline double npnet_filled(double x, double fill)
{
    return isnan(x) ? fill : x;
}

/* The seconds since 1970 at which a year begins. */
static inline double npnet_new_year(double year)
{
    double last = year - 1;
    return (365 * last + floor(last / 4) - floor(last / 100) + floor(last / 400) - 719162) * 86400.0;
}

/* A part of a date in seconds since 1970: 0 year, 1 month, 2 day, 3 weekday, 4 hour; NaN where it is missing. */
static inline double npnet_part(double seconds, int part)
{
    double days = floor(seconds / 86400.0), shifted = days + 719468, era = floor(shifted / 146097);
    double day = shifted - era * 146097;
    double year = floor((day - floor(day / 1460) + floor(day / 36524) - floor(day / 146096)) / 365);
    double of_year = day - (365 * year + floor(year / 4) - floor(year / 100)), month = floor((5 * of_year + 2) / 153);
    double start;
    if (part == 1) return month < 10 ? month + 3 : month - 9;
    if (part == 2) return of_year - floor((153 * month + 2) / 5) + 1;
    if (part == 3) return days + 3 - 7 * floor((days + 3) / 7);
    if (part == 4) return (seconds - days * 86400.0) / 3600.0;
    year += era * 400 + (month >= 10);
    start = npnet_new_year(year);
    return year + (seconds - start) / (npnet_new_year(year + 1) - start);
}

/* Sine (0) or cosine (1) of a part of a date on its circle; 0 where it is missing. */
static inline double npnet_circle(double part, double steps, int cosine)
{
    double angle = 6.283185307179586 / steps * floor(part);
    return isnan(part) ? 0.0 : cosine ? cos(angle) : sin(angle);
}
