/* The width of the blank at the beginning of a text in UTF-8, 0 where there is none. */
static inline size_t npnet_blank(const char *s)
{
    const unsigned char *u = (const unsigned char *)s;
    if ((u[0] >= 9 && u[0] <= 13) || (u[0] >= 28 && u[0] <= 32)) return 1;
    if (u[0] == 0xC2 && (u[1] == 0x85 || u[1] == 0xA0)) return 2;
    if (u[0] == 0xE1 && u[1] == 0x9A && u[2] == 0x80) return 3;
    if (u[0] == 0xE2 && u[1] == 0x80 && ((u[2] >= 0x80 && u[2] <= 0x8A) || u[2] == 0xA8 || u[2] == 0xA9 || u[2] == 0xAF))
        return 3;
    if (u[0] == 0xE2 && u[1] == 0x81 && u[2] == 0x9F) return 3;
    return u[0] == 0xE3 && u[1] == 0x80 && u[2] == 0x80 ? 3 : 0;
}

/* A part of a text: the blanks around it are left out. */
static inline npnet_text npnet_trimmed(const char *s, size_t length)
{
    npnet_text text = {s, 0};
    size_t at = 0, width;
    while (at < length && (width = npnet_blank(s + at)) > 0) at += width;
    text.start = s + at;
    while (at < length) {
        width = npnet_blank(s + at);
        at += width ? width : 1;
        if (!width) text.length = (size_t)(s + at - text.start);
    }
    return text;
}

/* A cell without the blanks around it; NULL is missing. */
static inline npnet_text npnet_cell(const char *cell)
{
    return npnet_trimmed(cell ? cell : "", cell ? strlen(cell) : 0);
}

/* Whether a text is another, which ends with a zero. */
static inline int npnet_is(npnet_text text, const char *other)
{
    return strlen(other) == text.length && memcmp(text.start, other, text.length) == 0;
}

/* Whether a text is an English word in small letters, whatever its case. */
static inline int npnet_is_word(npnet_text text, const char *word)
{
    size_t n;
    for (n = 0; n < text.length && word[n]; n++) {
        char c = text.start[n];
        if ((c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c) != word[n]) return 0;
    }
    return n == text.length && !word[n];
}

/* Whether a text is among some. */
static inline int npnet_is_listed(npnet_text text, const char *const *texts, size_t count)
{
    size_t n;
    for (n = 0; n < count; n++)
        if (npnet_is(text, texts[n])) return 1;
    return 0;
}

/* The length of a text at a place of another, 0 where it does not stand there. */
static inline size_t npnet_at(npnet_text text, size_t at, const char *other)
{
    size_t length = strlen(other);
    return at + length <= text.length && memcmp(text.start + at, other, length) == 0 ? length : 0;
}

/* The length of the first of some texts that stands at a place, 0 where none does. */
static inline size_t npnet_any_at(npnet_text text, size_t at, const char *const *others)
{
    size_t length = 0;
    for (; *others && !length; others++) length = npnet_at(text, at, *others);
    return length;
}

static inline int npnet_digit(npnet_text text, size_t at)
{
    return at < text.length && text.start[at] >= '0' && text.start[at] <= '9';
}

/* Whether there are exactly so many digits at a place. */
static inline int npnet_digits(npnet_text text, size_t at, size_t count)
{
    size_t n;
    for (n = 0; n < count; n++)
        if (!npnet_digit(text, at + n)) return 0;
    return !npnet_digit(text, at + count);
}

/* The end of a whole number in groups of three digits, or as in India, where they begin at a place; else the place. */
static inline size_t npnet_groups(npnet_text text, size_t at, const npnet_style *style)
{
    size_t first = 0, end, width = 0, next = 0;
    const char *const *separator = style->thousands;
    while (npnet_digit(text, at + first)) first++;
    if (!first || first > 3) return at;
    while (*separator && !(width = npnet_at(text, at + first, *separator))) separator++;
    if (!width) return at;
    if (style->india && first <= 2) {
        for (end = at + first; (next = npnet_at(text, end, ",")) && npnet_digits(text, end + next, 2); end += next + 2) {}
        if (end > at + first && next && npnet_digits(text, end + next, 3)) return end + next + 3;
    }
    for (end = at + first; (next = npnet_at(text, end, *separator)) && npnet_digits(text, end + next, 3);) end += next + 3;
    return end > at + first ? end : at;
}

/* The number of digits and an exponent; no decimal point, which depends on the locale. */
static inline double npnet_decimal(const char *digits, size_t count, long exponent)
{
    char text[NPNET_DIGITS + 24];
    size_t n = count;
    long left = exponent < 0 ? -exponent : exponent;
    memcpy(text, digits, count);
    if (!n) text[n++] = '0';
    text[n++] = 'e';
    text[n++] = exponent < 0 ? '-' : '+';
    for (; left > 0 && n < NPNET_DIGITS + 20; left /= 10) n++;
    text[n] = 0;
    for (left = exponent < 0 ? -exponent : exponent; left > 0; left /= 10) text[--n] = (char)('0' + left % 10);
    if (!exponent) text[count ? count : 1] = 0;
    return strtod(text, NULL);
}

/* The length of an exponent such as e-3 at a place, and its value; 0 where there is none. */
static inline size_t npnet_exponent(npnet_text text, size_t at, long *exponent)
{
    size_t end = at + 1;
    int down = end < text.length && text.start[end] == '-';
    if (at >= text.length || (text.start[at] != 'e' && text.start[at] != 'E')) return 0;
    if (end < text.length && (text.start[end] == '-' || text.start[end] == '+')) end++;
    if (!npnet_digit(text, end)) return 0;
    for (; npnet_digit(text, end); end++)
        if (*exponent < 100000) *exponent = *exponent * 10 + (text.start[end] - '0');
    if (down) *exponent = -*exponent;
    return end - at;
}

/* Read a number as it is written in a style; returns 0 for a text that is none. */
static inline int npnet_parse(npnet_text text, const npnet_style *style, double *value)
{
    size_t at = 0, end, width, n, significant = 0;
    long power = 0, exponent = 0;
    char kept[NPNET_DIGITS];
    int signs = 0, negative = 0, digits = 0, plain = 1;
    static const char *const minus[] = {"-", "\342\210\222", NULL};
    if (style->truths && npnet_is_word(text, "true")) return *value = 1.0, 1;
    if (style->truths && npnet_is_word(text, "false")) return *value = 0.0, 1;
    if ((*style->units || *style->thousands) && text.length > 1 && text.start[0] == '(' && text.start[text.length - 1] == ')') {
        npnet_text inner = npnet_trimmed(text.start + 1, text.length - 2);
        if (!inner.length || npnet_at(inner, 0, "+") || npnet_any_at(inner, 0, minus)) return 0;
        if (!npnet_parse(inner, style, value) || *value < 0) return 0;
        return *value = -*value, 1;
    }
    for (n = 0; n < 2; n++) { /* a sign, a unit, a sign */
        if ((width = npnet_any_at(text, at, minus)) > 0) negative = 1;
        if (!width) width = npnet_at(text, at, "+");
        signs += width > 0;
        at += width;
        if (!n && (width = npnet_any_at(text, at, style->units)) > 0) {
            at += width;
            at += npnet_any_at(text, at, style->blanks);
        }
    }
    end = npnet_groups(text, at, style);
    if (end == at)
        while (npnet_digit(text, end)) end++;
    for (; at < end || npnet_digit(text, at); at++) {
        if (!npnet_digit(text, at)) continue;
        digits = 1;
        if (!significant && text.start[at] == '0') continue;
        if (significant < NPNET_DIGITS) kept[significant] = text.start[at];
        else power++;
        significant++;
    }
    if (npnet_at(text, at, style->decimal)) {
        at++;
        plain = 0;
        for (; npnet_digit(text, at); at++) {
            digits = 1;
            if (significant >= NPNET_DIGITS) continue;
            power--;
            if (significant || text.start[at] > '0') kept[significant++] = text.start[at];
        }
    }
    if (!digits) return 0;
    width = npnet_exponent(text, at, &exponent);
    at += width;
    plain = plain && !width;
    n = at + npnet_any_at(text, at, style->blanks);
    if (style->percent && npnet_at(text, n, "%")) {
        if (width) return 0;
        at = n + 1;
        power -= 2;
        plain = 0;
    }
    n = at + npnet_any_at(text, at, style->blanks);
    if ((width = npnet_any_at(text, n, style->units)) > 0) at = n + width;
    if ((width = npnet_any_at(text, at, minus)) > 0) {
        negative = 1;
        signs++;
        at += width;
    }
    if (at != text.length || signs > 1) return 0;
    *value = npnet_decimal(kept, significant < NPNET_DIGITS ? significant : NPNET_DIGITS, power + exponent);
    if (plain && !style->lossy && significant > 15)
        if (significant > 16 || memcmp(kept, "9007199254740992", 16) > 0) return -1;
    if (negative) *value = -*value;
    return isfinite(*value) ? 1 : -1;
}

/* Read a cell of a column of numbers; returns 0 for a text that is none. */
static inline int npnet_read_number(npnet_text text, const npnet_style *style, const npnet_missing *missing, double *value)
{
    size_t n;
    *value = NAN;
    if (!text.length || npnet_is_listed(text, missing->texts, missing->count)) return 1;
    if (npnet_parse(text, style, value) != 1) return 0;
    for (n = 0; n < missing->numbers_count; n++)
        if (*value == missing->numbers[n]) *value = NAN;
    return 1;
}

/* The place of a text among those that a column is known to hold, in any spelling that means the same; -1 for another. */
static inline int npnet_find(npnet_text text, const npnet_texts *known)
{
    size_t n, first = 0, last = known->count;
    double number;
    int truth = npnet_is_word(text, "true") ? 1 : npnet_is_word(text, "false") ? 0 : -1;
    while (first < last) { /* texts are in the order of their bytes */
        size_t middle = first + (last - first) / 2, length = strlen(known->texts[middle]);
        int order = memcmp(text.start, known->texts[middle], text.length < length ? text.length : length);
        if (!order && text.length == length) return (int)middle;
        if (order < 0 || (!order && text.length < length)) last = middle;
        else first = middle + 1;
    }
    if (truth >= 0) {
        if (known->truths[truth] != -1) return known->truths[truth] < 0 ? -1 : known->truths[truth];
        if (!known->are_truths) return -1;
        number = truth;
    } else if (npnet_parse(text, &npnet_plain, &number) == 0) {
        return -1;
    }
    for (n = 0; n < known->numbers_count; n++)
        if (known->numbers[n] == number) return known->places[n];
    if (truth < 0 && known->are_truths && (number == 0.0 || number == 1.0)) {
        int place = known->truths[number == 1.0];
        return place < 0 ? -1 : place;
    }
    return -1;
}

/* Read a cell of a column of text: 0 unseen, 1 missing, then the known texts in their order. */
static inline double npnet_read_text(npnet_text text, const npnet_texts *known, const npnet_missing *missing)
{
    if (!text.length || npnet_is_listed(text, missing->texts, missing->count)) return 1.0;
    return npnet_find(text, known) + 2.0 - (npnet_find(text, known) < 0);
}

/* Read a cell of a column of ordered texts; returns 0 for a text that is not listed. */
static inline int npnet_read_rank(
    npnet_text text, const npnet_texts *known, const double *ranks, const npnet_missing *missing, double *value)
{
    int place;
    *value = NAN;
    if (!text.length || npnet_is_listed(text, missing->texts, missing->count)) return 1;
    place = npnet_find(text, known);
    if (place >= 0) *value = ranks[place];
    return place >= 0;
}

/* Read a number of at most so many digits and at least so many; advances the place. Returns -1 where there are fewer. */
static inline int npnet_read_digits(npnet_text text, size_t *at, size_t least, size_t most)
{
    size_t n;
    int value = 0;
    for (n = 0; n < most && npnet_digit(text, *at); n++) value = value * 10 + (text.start[(*at)++] - '0');
    return n < least ? -1 : value;
}

/* The days from 1 January 1970 to a day of the calendar; NaN where there is no such day. */
static inline double npnet_days(int year, int month, int day)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0, m;
    double days;
    if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1) return NAN;
    if (day > lengths[month - 1] + (month == 2 && leap)) return NAN;
    year--;
    days = 365.0 * year + year / 4 - year / 100 + year / 400 - 719162 + day - 1;
    for (m = 1; m < month; m++) days += lengths[m - 1] + (m == 2 && leap);
    return days;
}

/* Read a time zone: Z, +01, +0100 or +01:00; returns its seconds, NaN for another text. */
static inline double npnet_read_zone(npnet_text text, size_t *at)
{
    int hours, minutes = 0, sign;
    if (*at == text.length) return 0.0;
    if (text.start[*at] == 'Z') return (*at)++, 0.0;
    sign = text.start[*at] == '-' ? -1 : text.start[*at] == '+' ? 1 : 0;
    (*at)++;
    hours = npnet_read_digits(text, at, 2, 2);
    if (*at < text.length) {
        *at += text.start[*at] == ':';
        minutes = npnet_read_digits(text, at, 2, 2);
    }
    return !sign || hours < 0 || hours > 23 || minutes < 0 || minutes > 59 ? NAN : sign * (hours * 3600.0 + minutes * 60.0);
}

/* Read an ISO 8601 date, alone or with a time, in seconds since 1970; NaN for another text. */
static inline double npnet_iso(npnet_text text)
{
    size_t at = 0, n;
    int year, month, day, hour = 0, minute = 0, second = 0;
    double days, fraction = 0.0, unit = 0.1, zone = 0.0;
    year = npnet_read_digits(text, &at, 4, 4);
    if (!npnet_at(text, at++, "-")) return NAN;
    month = npnet_read_digits(text, &at, 2, 2);
    if (!npnet_at(text, at++, "-")) return NAN;
    day = npnet_read_digits(text, &at, 2, 2);
    days = npnet_days(year, month, day);
    if (at < text.length) {
        if (text.start[at] != 'T' && text.start[at] != ' ') return NAN;
        at++;
        hour = npnet_read_digits(text, &at, 2, 2);
        if (!npnet_at(text, at++, ":")) return NAN;
        minute = npnet_read_digits(text, &at, 2, 2);
        if (npnet_at(text, at, ":")) {
            at++;
            second = npnet_read_digits(text, &at, 2, 2);
            if (npnet_at(text, at, ".") || npnet_at(text, at, ",")) {
                for (at++, n = 0; npnet_digit(text, at); at++, n++, unit /= 10)
                    if (n < 6) fraction += unit * (text.start[at] - '0');
                if (!n) return NAN;
            }
        }
        zone = npnet_read_zone(text, &at);
    }
    if (at != text.length || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return NAN;
    return days * 86400.0 + hour * 3600.0 + minute * 60.0 + second + fraction - zone;
}

/* Read a date of a form of strptime with numbers alone; NaN for another text. */
static inline double npnet_date_of(npnet_text text, const char *form)
{
    size_t at = 0;
    int year = 1900, month = 1, day = 1, hour = 0, minute = 0, second = 0;
    for (; *form; form++) {
        if (*form == '%') {
            switch (*++form) {
            case 'Y': year = npnet_read_digits(text, &at, 4, 4); break;
            case 'y':
                year = npnet_read_digits(text, &at, 2, 2);
                year += year < 0 ? 0 : year < 69 ? 2000 : 1900;
                break;
            case 'm': month = npnet_read_digits(text, &at, 1, 2); break;
            case 'd': day = npnet_read_digits(text, &at, 1, 2); break;
            case 'H': hour = npnet_read_digits(text, &at, 1, 2); break;
            case 'M': minute = npnet_read_digits(text, &at, 1, 2); break;
            default: second = npnet_read_digits(text, &at, 1, 2); break;
            }
        } else if (at >= text.length || text.start[at++] != *form) {
            return NAN;
        }
    }
    if (at != text.length || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return NAN;
    return npnet_days(year, month, day) * 86400.0 + hour * 3600.0 + minute * 60.0 + second;
}

/* Read a cell of a column of dates; returns 0 for a text that is none. */
static inline int npnet_read_date(npnet_text text, const char *form, double unit, const npnet_missing *missing, double *value)
{
    *value = NAN;
    if (!text.length || npnet_is_listed(text, missing->texts, missing->count)) return 1;
    if (unit > 0) {
        if (npnet_parse(text, &npnet_plain, value) == 0) return 0;
        *value *= unit;
    } else {
        *value = form ? npnet_date_of(text, form) : npnet_iso(text);
    }
    return !isnan(*value);
}
