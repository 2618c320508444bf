/*
 * meter.c - counts and durations, as Prometheus reads them.
 */
#include "meter.h"

const struct meter_bounds meter_seconds = {
    {1000, 2500, 5000, 10000, 25000, 50000, 100000, 250000, 1000000, 2500000, 10000000, 30000000},
    1000000};
const struct meter_bounds meter_sizes = {{1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048}, 1};

void histogram_note(struct histogram *h, const struct meter_bounds *b, int64_t value)
{
    int i = 0;
    while (i < HISTOGRAM_BOUNDS && value > b->bound[i])
        i++;
    if (i < HISTOGRAM_BOUNDS)
        h->below[i]++;
    h->count++;
    h->sum += value;
}

void meter_number(struct buf *out, int64_t value, int64_t scale)
{
    buf_printf(out, "%s%lld", value < 0 ? "-" : "",
        (long long)(value < 0 ? -(value / scale) : value / scale));
    int64_t rest = value < 0 ? -(value % scale) : value % scale;
    if (!rest)
        return;
    buf_char(out, '.');
    for (; rest; rest %= scale) {
        scale /= 10;
        buf_char(out, (char)('0' + rest / scale));
    }
}

void meter_family(struct buf *out, const char *name, const char *kind, const char *help)
{
    buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind);
}

void meter_sample(struct buf *out, const char *name, const char *labels, int64_t value)
{
    buf_printf(out, *labels ? "%s{%s} %lld\n" : "%s%s %lld\n", name, labels, (long long)value);
}

static void bucket(struct buf *out, const char *name, const char *labels)
{
    buf_printf(out, "%s_bucket{%s%sle=\"", name, labels, *labels ? "," : "");
}

void meter_histogram(struct buf *out, const char *name, const char *labels,
    const struct histogram *h, const struct meter_bounds *b)
{
    int64_t so_far = 0;
    for (int i = 0; i < HISTOGRAM_BOUNDS; i++) {
        so_far += h->below[i];
        bucket(out, name, labels);
        meter_number(out, b->bound[i], b->scale);
        buf_printf(out, "\"} %lld\n", (long long)so_far);
    }
    bucket(out, name, labels);
    buf_printf(out, "+Inf\"} %lld\n", (long long)h->count);
    buf_printf(out, *labels ? "%s_sum{%s} " : "%s_sum%s ", name, labels);
    meter_number(out, h->sum, b->scale);
    buf_printf(out, *labels ? "\n%s_count{%s} %lld\n" : "\n%s_count%s %lld\n", name, labels,
        (long long)h->count);
}

struct str meter_label(struct arena *a, struct str value)
{
    struct buf b;
    buf_init(&b, a);
    for (size_t i = 0; i < value.n; i++) {
        if (value.p[i] == '"' || value.p[i] == '\\')
            buf_char(&b, '\\');
        if (value.p[i] == '\n')
            buf_text(&b, "\\n");
        else
            buf_char(&b, value.p[i]);
    }
    return buf_view(&b);
}
