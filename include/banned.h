/*
 * banned.h - calls that this code base does not make; force-included into every file.
 *
 * Each has a safer form here: struct buf and arena_printf for text, day.h for calendars,
 * strtoll-free parsers in money.c and day.c for numbers. The system headers that use these
 * names come first, so only our own calls are stopped.
 */
#ifndef PLEDGED_BANNED_H
#define PLEDGED_BANNED_H
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#ifdef WITH_XLSXWRITER
#include <xlsxwriter.h> /* its macros use some of these names */
#endif
/* glibc's fortified forms are macros for clang. */
#undef sprintf
#undef vsprintf
#pragma GCC poison strcpy strcat strncpy strncat sprintf vsprintf strtok gets atoi atol atof
#pragma GCC poison gmtime localtime ctime asctime mktemp tmpnam
#endif
