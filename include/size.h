/*
 * size.h - firm size by 工信部联企业〔2011〕300号: the minimum tier over the metrics of the
 * industry.
 */
#ifndef PLEDGED_SIZE_H
#define PLEDGED_SIZE_H
#include "money.h"

enum firm_size { SIZE_UNKNOWN, SIZE_MICRO, SIZE_SMALL, SIZE_MEDIUM, SIZE_LARGE };

/* A metric that is not known has known == false. */
struct firm_metrics {
    struct str industry; /* canonical GB/T 4754 code; {NULL,0} when not known */
    bool employees_known, revenue_known, assets_known;
    int64_t employees;
    money revenue, assets;
};
/* SIZE_UNKNOWN when the industry is not known or not classified (finance, education, health …) or a
 * metric that its row needs is missing. Lower bounds are inclusive. */
enum firm_size firm_size(const struct firm_metrics *m);
const char *firm_size_name(enum firm_size s); /* "unknown" "micro" "small" "medium" "large" */
#endif
