/*
 * api.h - the handlers that the route table names, and what they share.
 */
#ifndef PLEDGED_API_H
#define PLEDGED_API_H
#include "clock.h"
#include "db.h"
#include "lane.h"
#include "log.h"
#include "route.h"
#include "server.h"

/* record.c */
req_fn record_post_one, record_step;
/* A decoded record with what the program decided of it, in JSON. again: called instead of an answer
 * when the facts moved meanwhile; NULL: answer that. */
void record_decided(struct req *r, const struct value *v, struct str decision, req_fn *again);
/* The same with a secret that the first answer shows under a name, and none after it. */
void record_secret(struct req *r, const struct value *v, const char *name, struct str secret);
req_fn record_post, record_put, record_get, record_history, record_template;
/* metrics.c */
req_fn metrics_get;
/* upload.c: a batch as NDJSON or CSV; called by record_post. What its lines are. */
req_fn upload_start, upload_list;
/* What is to be stored of a line (element_write's derived), or why it is refused. */
typedef void line_judged_fn(
    void *arg, struct str derived, const struct err *problems, const struct fail *fail);
/* Judges a line before it is stored; everything lives in a, r's own problems stay untouched. */
typedef void line_judge_fn(
    struct req *r, struct arena *a, const struct value *v, line_judged_fn *done, void *arg);
/* A batch whose lines go one by one: each is judged by what those before it have stored. */
void upload_judged(struct req *r, line_judge_fn *judge);
/* What became of a line that was stored alone: v, or what is wrong with it, or that it failed. */
typedef void line_stored_fn(
    void *arg, const struct verdict *v, const struct err *problems, const struct fail *fail);
/* Stores a line that was refused because it goes alone (E_ALONE); all lives in a. canonical: its
 * text. */
typedef void line_alone_fn(
    struct req *r, struct arena *a, struct str canonical, line_stored_fn *done, void *arg);
/* The elements of a list, in slices; those that go alone after the others of theirs. */
void upload_list_alone(struct req *r, line_alone_fn *alone);
extern const char xlsx_type[]; /* the media type of a workbook */
extern const struct shape verdict_shape, summary_shape;
/* A row with one document of JSON is the answer; without one there is nothing of that name. */
db_rows_fn on_document;
/* subsidy.c */
struct loan_lane *loan_lane_new(void); /* checks that wait for the facts of their loans; free() */

/* answer.c: what of the database's words goes out. */

/* The element of a set-based statement for one decoded record and its canonical text. id: of the
 * record; expect 0 for a new one; derived: JSON, or p == NULL for what follows from the values. */
void element_write(struct buf *out, const struct record *rec, const struct value *v,
    struct str canonical, struct str id, int64_t expect, struct str reason, struct str derived);
/* The members of an object that the database made, into the open one: `problems`, a list of
 * [code, pointer, argument], as `errors` with their words; null ones not at all. told: as struct
 * record has it, or NULL. */
typedef bool told_fn(const struct json *m, struct buf *out);
void life_members(struct buf *out, told_fn *told, struct str life);
/* [[type, pointer, title, seen, now], …] of problem_seen (migrations): its elements as clients see
 * them. */
struct str difference_told(struct arena *a, const struct json *list);
/* The record as clients see it; answer_members into an open object. */
void answer_members(struct buf *out, const struct record *rec, const struct verdict *v);
void answer_write(struct buf *out, const struct record *rec, const struct verdict *v);
/* Room for the values of a record, with the key of the record that the address names filled in;
 * whether what was sent agrees with the address. */
struct value *values_new(const struct req *r, struct arena *a);
const struct json *values_named(const struct req *r, struct arena *a, const struct json *in);
MUST_USE bool values_fit(const struct req *r, const struct value *v, struct err *e);
/* Red flags out of the texts of flag_of_record (migrations). */
void warnings_write(struct buf *out, struct arena *a, struct str flags);
/* The problems of a verdict that stored nothing (conflict, stale, missing, key_changed); body: the
 * canonical text that was sent. */
void verdict_problems(
    const struct record *rec, const struct verdict *v, struct str body, struct err *e);
/* fail.c: answer a failure of the environment: 503 for a lost database, the field for a constraint
 * that speaks of one, else 500. fail_problem only puts it in r->err. */
void fail_problem(struct req *r, const struct fail *fail);
/* What is wrong when the database says that this constraint is violated, and with which field. */
enum err_code constraint_answer(struct arena *a, const char *constraint, struct str *pointer);
void reply_fail(struct req *r, const struct fail *fail);

/* Rows to answer with; else the failure or the 404 has been answered. */
MUST_USE bool rows_found(struct req *r, const struct rows *rows, const struct fail *fail);

/* Rows as JSON: a column a member, from the given one on; what is null is absent. */
void write_row(
    struct buf *out, const struct rows *rows, int i, int column, const struct member *members);
/* access.c: the answer is one that the access log tells. */
void access_begin(struct req *r);
void access_answered(struct req *r, int status);
/* page.c: a list, one row of a table each (part/page.sql). */
enum list_rows {
    LIST_RECORDS, /* as record_list */
    LIST_JSON,    /* cursor, total, amount, item: JSON that goes out as it is */
    LIST_LIFE,    /* the same, its problems with their words (life_members) */
    LIST_CELLS,   /* cursor, total, amount, and a column for each of members */
};
enum list_one { ONE_NONE, ONE_ID, ONE_CODE }; /* $6 is that of one row, or null */
struct list {
    enum sql_id sql;
    enum list_rows rows;
    const struct member *members;
    const char *order; /* unless another is asked for; NULL: as recorded */
    /* LIST_JSON: what ?total tells besides, out of the column behind the item, as `counts`; the
     * statement then gives one row at least, without an item when there is none. */
    const struct member *counts;
    enum list_one one;
    int asked;                                /* with one: parameters of the statement from $6 on */
    int (*ask)(struct req *r, struct str *p); /* fills them; NULL: list_filters */
};
req_fn list_get, list_get_one;
/* What the query of the route asks beside what all lists know; how many parameters. */
int list_filters(struct req *r, struct str *p);
/* The one row that the address names. */
void list_row(struct req *r, const struct list *list, db_rows_fn *then, void *arg);
/* The same of any id, without the filters of a query; the rows live in a. */
void list_row_of(struct req *r, struct arena *a, const struct list *list, struct str id,
    db_rows_fn *then, void *arg);
/* Current records of the route's type, by the subject and the state that it lets ask for. */
extern const struct list record_list;

/* export.c: answer a list with this page of so many things, or with all of it as the spreadsheet
 * that ?format asks for: the handler is then called again for each further page. */
void reply_list(struct req *r, struct str page, int shown);
/* The member of an answer that holds the rows of a list. */
const char *list_rows_name(const struct route *t);
/* sift.c: of a list that goes out whole what ?q, ?order (a member's name) and ?total ask for. */
struct str list_sifted(struct req *r, struct str page, const char *rows);
/* The failure ends such an answer; false: there is none, nothing was done. */
bool list_failed(struct req *r);
/* All rows as one page: the one column of each is JSON that goes out as it is; arg: the request. */
db_rows_fn on_items;
/* All rows as one page, or the failure; members NULL: the one column is JSON that goes out as it
 * is. */
void reply_rows(
    struct req *r, const struct rows *rows, const struct fail *fail, const struct member *members);
/* The first row; or 404, or the failure. */
void reply_row(
    struct req *r, const struct rows *rows, const struct fail *fail, const struct member *members);
/* The body as the values of the route's record; NULL after answering its problems. */
const struct value *request_values(struct req *r);

/* reference.c: the districts of the city are read anew. */
void districts_read(struct server *s);

/* changes.c: {"items":[…],"next":…,"head":…} of the first n rows; limit: of how many were asked. */
void changes_write(struct buf *out, const struct rows *rows, int n, int64_t limit);
/* me.c: who acts and what he may do, an object. */
void me_write(struct buf *out, const struct server *s, const struct actor *me);

/* report_seal.c: the second person agrees to the figures of a quarter, which is sealed then. */
void report_seal_agree(struct req *r, struct str q, struct str figures);
/* The same for a line of a list of such steps, of which this is the text. */
void report_seal_line(struct req *r, struct arena *a, struct str q, struct str figures,
    struct str step, line_stored_fn *told, void *arg);

/* ---- params.c ---- */
/* A UUIDv7, later ones sort after earlier ones within this process. */
struct str uuid_make(struct arena *a);
bool uuid_is(struct str s);
/* ?name=true; another value than true or false is a problem. */
bool param_flag(struct req *r, const char *name);
/* An optional day, quarter, instant or choice from the query; false after adding a problem. */
bool param_day(struct req *r, const char *name, day fallback, day *out);
bool param_instant(struct req *r, const char *name, struct str *out);
/* Digits only, at most 15 of them. */
MUST_USE bool count_parse(struct str s, int64_t least, int64_t most, int64_t *out);
bool param_count(
    struct req *r, const char *name, int64_t least, int64_t most, int64_t fallback, int64_t *out);
/* The parameter as if it had been sent; what is new of it lives in a. */
void param_put(struct req *r, struct arena *a, const char *name, struct str value);
/* ?reason= of a POST: why a record comes late; STR("") without. A bad one is a problem. */
struct str late_reason(struct req *r);
/* Is that the media type of the body? */
bool body_is(const struct req *r, const char *type);
enum { LIST_LIMIT_DEFAULT = 100, LIST_LIMIT_MAX = 1000 };
#endif
