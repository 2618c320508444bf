/*
 * locks.h - the advisory locks that the program takes itself.
 *
 * lock_no() of the database (migrations/functions/base.sql) lists these and all others; it does not
 * exist yet when the first migrator takes its lock, so the two numbers stand here too. A test
 * compares them.
 */
#ifndef PLEDGED_LOCKS_H
#define PLEDGED_LOCKS_H

#define LOCK_LANE    "2021000017" /* one daemon writes; a second one waits */
#define LOCK_MIGRATE "2021000018" /* one migrator at a time */

#endif
