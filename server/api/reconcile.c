/*
 * reconcile.c - POST /v1/loans?reconcile=true: what is missing here, missing there, and different.
 *
 * "There" is the list that was sent, "here" the ledger. A spreadsheet is compared in the columns
 * that it has, of a list of rights the numbers; a line of NDJSON whole. Nothing is stored.
 */
#include "reconcile.h"
#include "records.h"

enum found { SAME, DIFFERENT, MISSING_HERE, MISSING_THERE, REFUSED, FOUND_COUNT };
static const char *const found_names[] = {
    "same", "different", "missing_here", "missing_there", "refused"};

/* Ids of loans that the list holds, open addressing; an id of zeros is none. */
struct id {
    char text[37];
};
struct reconcile {
    struct arena *ids;
    struct id *seen;
    size_t seen_n, seen_room;
    int64_t count[FOUND_COUNT];
    struct arena *a; /* of a page of the rest */
    struct buf told; /* what is to be said of it */
    struct id after; /* the last one of it */
    bool asking, done;
};

static const struct member difference_members[] = {
    {"pointer", M_TEXT, "位置", .en = "JSON pointer"},
    {"field", M_TEXT, "列名", .en = "Chinese title of the field"},
    {"here", M_TEXT, "本库", .en = "On record", .null = true},
    {"there", M_TEXT, "来文", .en = "In the list that was sent", .null = true},
    {.name = NULL},
};
static const struct member line_members[] = {
    {"line", M_COUNT, "行号", .en = "Line of the list", .maybe = true},
    {"key", M_TEXT, "合同编号", .en = "Contract number", .maybe = true},
    {"outcome", M_WORD, "结果", .en = "Outcome",
        .words = "same different missing_here missing_there refused"},
    {"id", M_ID, "记录编号", .en = "Id of the record", .maybe = true},
    {"state", M_TEXT, "本库状态", .en = "Its state on record, today", .maybe = true},
    {"differences", M_OBJECT, "差异", .en = "Field by field", .of = difference_members,
        .list = true},
    {"errors", M_OBJECT, "问题", .en = "What is wrong", .of = error_members, .list = true},
    {.name = NULL},
};
static const struct member count_members[] = {
    {"same", M_COUNT, "一致", .en = "The same in both"},
    {"different", M_COUNT, "不一致", .en = "Different"},
    {"missing_here", M_COUNT, "本库没有", .en = "Not on record"},
    {"missing_there", M_COUNT, "来文没有", .en = "On record, not in the list"},
    {"refused", M_COUNT, "无法读取", .en = "Lines that could not be read"},
    {.name = NULL},
};
static const struct member summary_members[] = {
    {"reconciliation", M_OBJECT, "合计", .en = "The last line", .of = count_members},
    {"read", M_OBJECT, "如何读取", .en = "How the file was read", .of = read_members,
        .maybe = true},
    {"incomplete", M_BOOL, "未完", .en = "Not all could be compared", .maybe = true},
    {.name = NULL},
};
const struct shape reconcile_shape = {"reconciliation", line_members};
const struct shape reconcile_summary_shape = {"reconciliation_summary", summary_members};

/* ---- ids that were seen ------------------------------------------------------------------------
 */

static size_t id_hash(const char *text)
{
    uint64_t h = 1469598103934665603u;
    for (const char *p = text; *p; p++)
        h = (h ^ (unsigned char)*p) * 1099511628211u;
    return (size_t)h;
}

/* Its place among room of them (a power of two), or the free one where it would be. */
static struct id *id_place(struct id *seen, size_t room, const char *text)
{
    size_t i = id_hash(text) & (room - 1);
    while (seen[i].text[0] && strcmp(seen[i].text, text) != 0)
        i = (i + 1) & (room - 1);
    return &seen[i];
}

static void ids_grow(struct reconcile *x)
{
    size_t room = x->seen_room ? x->seen_room * 2 : 1024;
    struct id *fresh = arena_alloc(x->ids, room * sizeof *fresh); /* all free */
    for (size_t i = 0; i < x->seen_room; i++) {
        if (x->seen[i].text[0])
            *id_place(fresh, room, x->seen[i].text) = x->seen[i];
    }
    x->seen = fresh;
    x->seen_room = room;
}

static bool is_seen(const struct reconcile *x, struct str id)
{
    return x->seen_room && id_place(x->seen, x->seen_room, id.p)->text[0];
}

/* false: it was there already. */
static bool see(struct reconcile *x, struct str id)
{
    if (x->seen_n * 2 >= x->seen_room)
        ids_grow(x);
    struct id *place = id_place(x->seen, x->seen_room, id.p);
    if (place->text[0])
        return false;
    MUST(id.n == sizeof place->text - 1);
    memcpy(place->text, id.p, id.n);
    x->seen_n++;
    return true;
}

struct reconcile *reconcile_new(void)
{
    struct reconcile *x = calloc(1, sizeof *x);
    MUST(x);
    x->ids = arena_new();
    x->a = arena_new();
    buf_init(&x->told, x->a);
    return x;
}

void reconcile_free(struct reconcile *x)
{
    if (!x)
        return;
    arena_free(x->ids);
    arena_free(x->a);
    free(x);
}

/* ---- lines --------------------------------------------------------------------------------------
 */

void reconcile_ask(struct upload *up, struct slice *s, db_rows_fn *done)
{
    struct buf keys;
    int asked = 0;
    buf_init(&keys, s->a);
    json_open(&keys, '[');
    for (struct line *l = s->first; l; l = l->next) {
        l->asked = l->key.p ? ++asked : 0;
        if (l->key.p)
            json_str(&keys, l->key);
    }
    json_close(&keys, ']');
    struct str params[] = {buf_view(&keys), day_text(s->a, day_today())};
    db_query(up->r->server->db, s->a, up->r->actor, SQL_LOAN_RECONCILE, params, 2, done, s);
}

/* The row of a line; -1: that number is not on record. Lines come in the order of the rows. */
static int row_of(const struct slice *s, const struct line *l)
{
    int low = 0, high = s->rows ? s->rows->n - 1 : -1;
    while (low <= high) {
        int at = (low + high) / 2;
        int64_t ord = 0;
        MUST(rows_int(s->rows, at, LOAN_RECONCILE_ORD, &ord));
        if (ord == l->asked)
            return at;
        if (ord < l->asked)
            low = at + 1;
        else
            high = at - 1;
    }
    return -1;
}

/* A value as one text; of a list in a cell the first of each element. */
static struct str shown(struct arena *a, const struct field *f, const struct json *in, bool cells)
{
    struct buf b;
    if (!in)
        return (struct str){NULL, 0};
    if (in->kind == JSON_STRING)
        return in->text;
    buf_init(&b, a);
    if (f->kind != F_LIST || !cells) {
        json_tree(&b, in);
        return buf_view(&b);
    }
    for (const struct json *x = in->child; x; x = x->next) {
        const struct json *first = json_get(x, f->of[0].name);
        buf_printf(&b, "%s%s", b.n ? ";" : "", first ? first->text.p : "");
    }
    return buf_view(&b);
}

static bool is_compared(const struct upload *up, int field)
{
    bool has = !up->is_rows;
    for (int i = 0; !has && i < up->map.n; i++)
        has = up->map.column[i].field == field;
    return has;
}

static void write_difference(
    struct buf *out, const struct field *f, struct str here, struct str there)
{
    json_open(out, '{');
    json_member_str(out, "pointer", arena_printf(out->a, "/%s", f->name));
    json_member_text(out, "field", f->zh);
    json_member_known(out, "here", here);
    json_member_known(out, "there", there);
    json_close(out, '}');
}

/* How many fields differ. */
static int write_differences(struct upload *up, struct buf *out, struct str here, struct str there)
{
    struct err none;
    int n = 0;
    err_init(&none, out->a);
    const struct json *x = json_parse(out->a, here, &none), *y = json_parse(out->a, there, &none);
    MUST(x && y);
    for (int i = 0; up->rec->fields[i].name; i++) {
        const struct field *f = &up->rec->fields[i];
        struct str a = shown(out->a, f, json_get(x, f->name), up->is_rows);
        struct str b = shown(out->a, f, json_get(y, f->name), up->is_rows);
        bool same = a.p && b.p ? str_eq(a, b) : a.p == b.p;
        if (same || i == up->rec->key || !is_compared(up, i))
            continue; /* a number that is written in another way is the same number */
        write_difference(out, f, a, b);
        n++;
    }
    return n;
}

void reconcile_line(struct upload *up, struct slice *s, struct line *l, struct buf *out)
{
    struct reconcile *x = up->reconcile;
    struct buf differences;
    enum found found = REFUSED;
    int row = l->asked ? row_of(s, l) : -1;
    struct str id = row < 0 ? (struct str){NULL, 0} : rows_at(s->rows, row, LOAN_RECONCILE_ID);
    buf_init(&differences, s->a);
    json_open(&differences, '[');
    if (id.p && !see(x, id))
        err_add(&l->err, E_REPEATED, arena_printf(s->a, "/%s", up->rec->fields[up->rec->key].name),
            "%s", l->key.p);
    if (l->err.n == 0 && row < 0)
        found = MISSING_HERE;
    else if (l->err.n == 0)
        found = write_differences(
                    up, &differences, rows_at(s->rows, row, LOAN_RECONCILE_BODY), l->canonical)
                    ? DIFFERENT
                    : SAME;
    json_close(&differences, ']');
    x->count[found]++;
    schema_tell(up->rec, NULL, &l->err);
    json_open(out, '{');
    json_member_int(out, "line", l->number);
    if (l->key.p)
        json_member_str(out, "key", l->key);
    json_member_text(out, "outcome", found_names[found]);
    if (id.p) {
        json_member_str(out, "id", id);
        json_member_str(out, "state", rows_at(s->rows, row, LOAN_RECONCILE_STATE));
    }
    json_member_raw(out, "differences", buf_view(&differences));
    json_key(out, "errors");
    err_write(&l->err, up->r->english, out);
    json_close(out, '}');
    buf_char(out, '\n');
}

/* ---- what the list did not hold -----------------------------------------------------------------
 */

static void write_missing(struct buf *out, const struct rows *rows, int i)
{
    json_open(out, '{');
    json_member_str(out, "key", rows_at(rows, i, LOAN_RECONCILE_REST_KEY));
    json_member_text(out, "outcome", found_names[MISSING_THERE]);
    json_member_str(out, "id", rows_at(rows, i, LOAN_RECONCILE_REST_ID));
    json_member_str(out, "state", rows_at(rows, i, LOAN_RECONCILE_REST_STATE));
    json_member_raw(out, "differences", STR("[]"));
    json_member_raw(out, "errors", STR("[]"));
    json_close(out, '}');
    buf_char(out, '\n');
}

static void on_rest(void *arg, const struct rows *rows, const struct fail *fail)
{
    struct upload *up = arg;
    struct reconcile *x = up->reconcile;
    x->asking = false;
    x->done = fail || rows->n < LIST_LIMIT_MAX;
    up->broken |= fail != NULL;
    for (int i = 0; !fail && i < rows->n; i++) {
        struct str id = rows_at(rows, i, LOAN_RECONCILE_REST_ID);
        MUST(id.n == sizeof x->after.text - 1);
        memcpy(x->after.text, id.p, id.n);
        if (is_seen(x, id) || str_is(rows_at(rows, i, LOAN_RECONCILE_REST_STATE), "voided"))
            continue;
        x->count[MISSING_THERE]++;
        write_missing(&x->told, rows, i);
    }
    up->to->advance(up);
}

struct str reconcile_take(struct upload *up)
{
    struct str text = buf_view(&up->reconcile->told);
    up->reconcile->told.n = 0;
    return text;
}

bool reconcile_rest(struct upload *up)
{
    struct reconcile *x = up->reconcile;
    if (x->done || x->asking)
        return x->done;
    x->asking = true;
    arena_reset(x->a);
    buf_init(&x->told, x->a);
    struct str params[] = {
        {NULL, 0}, arena_printf(x->a, "%d", LIST_LIMIT_MAX), day_text(x->a, day_today())};
    if (x->after.text[0])
        params[0] = arena_text(x->a, x->after.text);
    up->busy = true; /* when the database is away it answers within the call */
    db_query(
        up->r->server->db, x->a, up->r->actor, SQL_LOAN_RECONCILE_REST, params, 3, on_rest, up);
    up->busy = false;
    return x->done;
}

void reconcile_summary(const struct upload *up, struct buf *out)
{
    up->r->is_list = true; /* for whoever notes what was read */
    json_member_object(out, "reconciliation");
    for (int i = 0; i < FOUND_COUNT; i++) {
        up->r->shown += up->reconcile->count[i];
        json_member_int(out, found_names[i], up->reconcile->count[i]);
    }
    json_close(out, '}');
}
