/*
 * console.h - the files of the console, which the build embeds (cmake/console.cmake).
 */
#ifndef PLEDGED_CONSOLE_H
#define PLEDGED_CONSOLE_H
#include <stddef.h>

struct asset {
    const char *name; /* "page/loan.js" */
    const unsigned char *text;
    size_t length;
};
extern const struct asset console_files[];
extern const size_t console_files_count;
/* Of all of them together: the first twelve digits of a SHA-256. */
extern const char console_version[];
#endif
