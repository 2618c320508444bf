/*
 * day.c - civil days and quarters.
 *
 * Days are counted by the 400-year cycle of the Gregorian calendar with years that begin in March,
 * so that the leap day is the last of its year.
 */
#include "day.h"
#include <string.h>
#include <time.h>

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int month_length(int year, int month)
{
    static const int length[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return length[month - 1] + (month == 2 && is_leap(year));
}

static int32_t count_days(int year, int month, int mday)
{
    int y = year - (month <= 2);
    int era = y / 400, of_era = y % 400;
    int of_year = (153 * ((month + 9) % 12) + 2) / 5 + mday - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

day day_of(int year, int month, int mday)
{
    MUST(year >= 1 && month >= 1 && month <= 12 && mday >= 1 && mday <= month_length(year, month));
    return (day){count_days(year, month, mday)};
}

void day_split(day d, int *year, int *month, int *mday)
{
    int n = d.n + 719468;
    int era = n / 146097, of_era = n % 146097;
    int y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int of_year = of_era - (365 * y + y / 4 - y / 100);
    int m = (5 * of_year + 2) / 153;
    *mday = of_year - (153 * m + 2) / 5 + 1;
    *month = m < 10 ? m + 3 : m - 9;
    *year = y + era * 400 + (*month <= 2);
}

static bool digits(const char *p, int n, int *out)
{
    *out = 0;
    for (int i = 0; i < n; i++) {
        if (p[i] < '0' || p[i] > '9')
            return false;
        *out = *out * 10 + (p[i] - '0');
    }
    return true;
}

bool day_parse(struct str s, day *out)
{
    int y, m, d;
    if (s.n != 10 || s.p[4] != '-' || s.p[7] != '-' || !digits(s.p, 4, &y) ||
        !digits(s.p + 5, 2, &m) || !digits(s.p + 8, 2, &d))
        return false;
    if (y < 1900 || y > 2199 || m < 1 || m > 12 || d < 1 || d > month_length(y, m))
        return false;
    *out = day_of(y, m, d);
    return true;
}

struct str day_text(struct arena *a, day d)
{
    int y, m, mday;
    day_split(d, &y, &m, &mday);
    return arena_printf(a, "%04d-%02d-%02d", y, m, mday);
}

day day_add_years(day d, int n)
{
    int y, m, mday;
    day_split(d, &y, &m, &mday);
    int last = month_length(y + n, m);
    return day_of(y + n, m, mday > last ? last : mday);
}

day day_add_months(day d, int n)
{
    int y, m, mday;
    day_split(d, &y, &m, &mday);
    int months = y * 12 + m - 1 + n;
    int last = month_length(months / 12, months % 12 + 1);
    return day_of(months / 12, months % 12 + 1, mday > last ? last : mday);
}

/* 1 … 30: the last day of any month is its thirtieth. */
static int day_of_thirty(day d, int *months)
{
    int y, m, mday;
    day_split(d, &y, &m, &mday);
    *months = y * 12 + m;
    return mday == month_length(y, m) ? 30 : mday;
}

int32_t days_30_360(day a, day b)
{
    int months_a, months_b;
    int da = day_of_thirty(a, &months_a), db = day_of_thirty(b, &months_b);
    return (months_b - months_a) * 30 + db - da;
}

int32_t day_count_days(day a, day b, enum day_count how)
{
    return how == THIRTY_360 ? days_30_360(a, b) : b.n - a.n;
}

day day_today(void)
{
    struct timespec t;
    MUST(clock_gettime(CLOCK_REALTIME, &t) == 0);
    return (day){(int32_t)((t.tv_sec + 8 * 3600) / 86400)};
}

/* Z or ±hh:mm, in minutes. */
static bool zone_parse(const char *p, size_t n, int *minutes)
{
    int h, m;
    *minutes = 0;
    if (n == 1 && *p == 'Z')
        return true;
    if (n != 6 || !strchr("+- ", p[0]) || p[3] != ':' || !digits(p + 1, 2, &h) ||
        !digits(p + 4, 2, &m) || h > 14 || m > 59)
        return false;
    *minutes = (p[0] == '-' ? -1 : 1) * (h * 60 + m);
    return true;
}

bool instant_parse(struct str s, int64_t *us)
{
    day d;
    int h, m, sec, minutes, micros = 0;
    if (s.n < 20 || s.p[10] != 'T' || s.p[13] != ':' || s.p[16] != ':' ||
        !day_parse((struct str){s.p, 10}, &d) || !digits(s.p + 11, 2, &h) ||
        !digits(s.p + 14, 2, &m) || !digits(s.p + 17, 2, &sec) || h > 23 || m > 59 || sec > 59)
        return false;
    size_t i = 19;
    if (s.p[i] == '.') {
        int unit = 100000;
        for (i++; i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; i++, unit /= 10) {
            if (unit == 0)
                return false;
            micros += (s.p[i] - '0') * unit;
        }
        if (i == 20)
            return false;
    }
    if (i >= s.n || !zone_parse(s.p + i, s.n - i, &minutes))
        return false;
    int64_t seconds = (int64_t)d.n * 86400 + h * 3600 + m * 60 + sec - (int64_t)minutes * 60;
    *us = seconds * 1000000 + micros;
    return true;
}

bool time_of_day_parse(struct str s, int *second)
{
    int hour, minute, rest = 0;
    if ((s.n != 5 && s.n != 8) || !digits(s.p, 2, &hour) || s.p[2] != ':' ||
        !digits(s.p + 3, 2, &minute) || hour > 23 || minute > 59)
        return false;
    if (s.n == 8 && (s.p[5] != ':' || !digits(s.p + 6, 2, &rest) || rest > 59))
        return false;
    *second = (hour * 60 + minute) * 60 + rest;
    return true;
}

bool quarter_parse(struct str s, quarter *out)
{
    int y, q;
    if (s.n != 6 || s.p[4] != 'Q' || !digits(s.p, 4, &y) || !digits(s.p + 5, 1, &q))
        return false;
    if (y < 1900 || y > 2199 || q < 1 || q > 4)
        return false;
    *out = quarter_make(y, q);
    return true;
}

struct str quarter_text(struct arena *a, quarter q)
{
    return arena_printf(a, "%04dQ%d", quarter_year(q), quarter_number(q));
}

quarter quarter_of(day d)
{
    int y, m, mday;
    day_split(d, &y, &m, &mday);
    return quarter_make(y, (m + 2) / 3);
}

quarter quarter_make(int year, int q)
{
    return (quarter){year * 4 + q - 1};
}

int quarter_year(quarter q)
{
    return q.n / 4;
}

int quarter_number(quarter q)
{
    return q.n % 4 + 1;
}

day quarter_first(quarter q)
{
    return day_of(quarter_year(q), quarter_number(q) * 3 - 2, 1);
}

day quarter_last(quarter q)
{
    int month = quarter_number(q) * 3;
    return day_of(quarter_year(q), month, month_length(quarter_year(q), month));
}

bool period_parse(struct str s, struct period *out)
{
    quarter q;
    int y;
    if (quarter_parse(s, &q)) {
        *out = (struct period){quarter_year(q), quarter_number(q)};
        return true;
    }
    if (s.n != 4 || !digits(s.p, 4, &y) || y < 1900 || y > 2199)
        return false;
    *out = (struct period){y, 0};
    return true;
}

day period_last(struct period p)
{
    return quarter_last(quarter_make(p.year, p.quarter ? p.quarter : 4));
}
