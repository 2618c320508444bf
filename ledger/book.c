/*
 * book.c - the rows of one sheet of a workbook (ECMA-376, SpreadsheetML).
 *
 * Opening reads what is small: which sheets there are, what the numbers of a style look like. Then
 * come the shared texts and the rows, a piece at a time. Cells are placed by their address; what a
 * formula last gave is its value.
 */
#include "book_parts.h"
#include "cell.h"
#include "glyph.h"
#include <unistd.h>

enum { SMALL_PART = 16 << 20, TEXTS_PART = 128 << 20, ROW_LAST = 1048576, TEXT_MAX = 128 * 1024 };
static const uint64_t sheet_part = UINT64_C(1) << 30;

/* A megabyte of one element again and again packs into a few kilobytes: each kind is counted. A
 * spreadsheet itself stops at 65,490 styles and 16,384 columns. */
enum {
    SHEETS_MAX = 1000,
    FORMATS_MAX = 5000,
    STYLES_MAX = 65536,
    COLUMN_LAST = 16384,
    TEXTS_MAX = 4000000,
    ROW_TEXT_MAX = SHEET_CELLS_MAX * TEXT_MAX
};

struct sheet_name {
    struct str name, id, path;
    bool hidden;
    struct sheet_name *next;
};
struct format {
    int id;
    struct look look;
};
enum phase { TEXTS, ROWS, DONE };

struct book {
    struct arena *a;   /* of the book */
    struct arena *row; /* of the row or the shared text being read */
    zip_t *zip;
    int64_t file_size;
    sheet_row_fn *fn;
    void *arg;
    struct err *err; /* of the call under way */
    struct book_told told;
    struct str workbook, texts_path, styles_path, sheet_path;
    struct sheet_name *sheets, **sheet_end;
    int sheet_n, relation_n;
    bool is_1904;
    struct format format[FORMATS_MAX]; /* by id */
    int format_n;
    struct look *looks; /* by the number of a style */
    int look_n, look_room;
    bool in_cell_formats;
    struct str *texts; /* not in an arena, where those outgrown would stay */
    int64_t text_n, text_room;
    enum phase phase;
    struct part part;
    /* the row under way */
    bool in_data, hidden, spoilt;
    int64_t number;
    struct str cell[SHEET_CELLS_MAX];
    int cells, column;
    size_t row_text; /* bytes */
    /* the cell, or the shared text, under way */
    char type[12];
    int style;
    bool in_cell, has_value, has_formula, in_phonetic;
    bool taking; /* text goes into `text` */
    struct buf text;
};

static bool broken(struct book *b, const char *what)
{
    b->spoilt = true;
    return b->err->n == 0 && err_add(b->err, E_BOOK, STR(""), "%s: %s", b->part.name, what);
}

/* One more of what may be there so often. */
static bool may_add(struct book *b, int64_t n, int64_t most, const char *what)
{
    if (n < most)
        return true;
    return broken(b, arena_printf(b->a, "%s > %lld", what, (long long)most).p);
}

static void no_text(void *arg, struct str s)
{
    (void)arg;
    (void)s;
}
static void no_end(void *arg, const char *name)
{
    (void)arg;
    (void)name;
}

/* ---- where the parts are -----------------------------------------------------------------------
 */

/* "worksheets/sheet1.xml" beside "xl/workbook.xml"; "/xl/…" from the root. */
static struct str beside(struct arena *a, struct str of, const char *target)
{
    const char *slash = memrchr(of.p, '/', of.n);
    if (target[0] == '/')
        return arena_text(a, target + 1);
    return arena_printf(a, "%.*s%s", slash ? (int)(slash - of.p) + 1 : 0, of.p, target);
}

static bool type_ends(const char *type, const char *tail)
{
    size_t n = strlen(type), m = strlen(tail);
    return n >= m && strcmp(type + n - m, tail) == 0;
}

static void on_root_relation(void *arg, const char *name, const char **at)
{
    struct book *b = arg;
    const char *type = attribute(at, "Type"), *target = attribute(at, "Target");
    if (strcmp(name, "Relationship") == 0 && type && target && type_ends(type, "/officeDocument"))
        b->workbook = beside(b->a, STR(""), target);
}

static void on_sheet_relation(struct book *b, const char *id, const char *target)
{
    if (b->spoilt || !may_add(b, b->relation_n++, SHEETS_MAX, "worksheet"))
        return;
    struct str path = beside(b->a, b->workbook, target);
    for (struct sheet_name *s = b->sheets; s; s = s->next) {
        if (str_is(s->id, id))
            s->path = path;
    }
}

static void on_relation(void *arg, const char *name, const char **at)
{
    struct book *b = arg;
    const char *type = attribute(at, "Type"), *target = attribute(at, "Target");
    const char *id = attribute(at, "Id");
    if (strcmp(name, "Relationship") != 0 || !type || !target || !id)
        return;
    if (type_ends(type, "/sharedStrings") && !b->texts_path.p)
        b->texts_path = beside(b->a, b->workbook, target);
    else if (type_ends(type, "/styles") && !b->styles_path.p)
        b->styles_path = beside(b->a, b->workbook, target);
    else if (type_ends(type, "/worksheet"))
        on_sheet_relation(b, id, target);
}

static void on_workbook(void *arg, const char *name, const char **at)
{
    struct book *b = arg;
    if (strcmp(name, "workbookPr") == 0)
        b->is_1904 = attribute_true(at, "date1904");
    const char *title = attribute(at, "name"), *id = attribute(at, "id");
    const char *state = attribute(at, "state");
    if (strcmp(name, "sheet") != 0 || !title || !id || b->spoilt ||
        !may_add(b, b->sheet_n++, SHEETS_MAX, "sheet"))
        return;
    struct sheet_name *s = arena_alloc(b->a, sizeof *s);
    *s = (struct sheet_name){.name = arena_text(b->a, title), .id = arena_text(b->a, id)};
    s->hidden = state && strcmp(state, "visible") != 0;
    *b->sheet_end = s;
    b->sheet_end = &s->next;
}

/* ---- styles -----------------------------------------------------------------------------------
 */

static int number_at(const char **at, const char *name)
{
    const char *s = attribute(at, name);
    return s && strlen(s) < 9 && strspn(s, "0123456789") == strlen(s) ? (int)strtol(s, NULL, 10)
                                                                      : 0;
}

/* Where the format of that id is, or belongs. */
static int format_at(const struct book *b, int id)
{
    int low = 0, high = b->format_n;
    while (low < high) {
        int middle = (low + high) / 2;
        if (b->format[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool has_format(const struct book *b, int at, int id)
{
    return at < b->format_n && b->format[at].id == id;
}

/* The first of an id counts: those of conditional formats, which come later, may repeat it. */
static void add_format(struct book *b, int id, const char *code)
{
    int at = format_at(b, id);
    if (has_format(b, at, id) || !may_add(b, b->format_n, FORMATS_MAX, "numFmt"))
        return;
    struct format *f = &b->format[at];
    memmove(f + 1, f, (size_t)(b->format_n - at) * sizeof *f);
    *f = (struct format){id, look_of(id, code)};
    b->format_n++;
}

static void add_look(struct book *b, int id)
{
    int at = format_at(b, id);
    struct look look = has_format(b, at, id) ? b->format[at].look : look_of(id, NULL);
    if (!may_add(b, b->look_n, STYLES_MAX, "xf"))
        return;
    if (b->look_n == b->look_room) {
        size_t old = (size_t)b->look_room * sizeof *b->looks;
        b->look_room = b->look_room ? b->look_room * 2 : 64;
        b->looks = arena_grow(b->a, b->looks, old, (size_t)b->look_room * sizeof *b->looks);
    }
    b->looks[b->look_n++] = look;
}

static void on_style(void *arg, const char *name, const char **at)
{
    struct book *b = arg;
    const char *code = attribute(at, "formatCode");
    if (b->spoilt)
        return;
    if (strcmp(name, "numFmt") == 0 && code) {
        add_format(b, number_at(at, "numFmtId"), code);
    } else if (strcmp(name, "cellXfs") == 0) {
        b->in_cell_formats = true;
    } else if (b->in_cell_formats && strcmp(name, "xf") == 0) {
        add_look(b, number_at(at, "numFmtId"));
    }
}

static void on_style_end(void *arg, const char *name)
{
    struct book *b = arg;
    if (strcmp(name, "cellXfs") == 0)
        b->in_cell_formats = false;
}

/* ---- texts ------------------------------------------------------------------------------------
 */

static void text_begin(struct book *b)
{
    buf_init(&b->text, b->row);
    b->in_cell = true;
    b->in_phonetic = b->taking = false;
}

static void on_text(void *arg, struct str s)
{
    struct book *b = arg;
    if (!b->taking || b->spoilt)
        return;
    b->row_text += s.n;
    if (b->text.n + s.n > TEXT_MAX || b->row_text > ROW_TEXT_MAX)
        broken(b, "text");
    else
        buf_str(&b->text, s);
}

static int hex_at(const char *p)
{
    int n = 0;
    for (int i = 0; i < 4; i++) {
        const char *digit = p[i] ? strchr("0123456789ABCDEFabcdef", p[i]) : NULL;
        if (!digit)
            return -1;
        int at = (int)(digit - "0123456789ABCDEFabcdef");
        n = n * 16 + (at < 16 ? at : at - 6);
    }
    return n;
}

/* _x000D_ stands for a carriage return, _x005F_ for the '_' of a text that reads like this. */
static struct str unescaped(struct arena *a, struct str s)
{
    struct buf b;
    if (!strstr(s.p, "_x"))
        return arena_str(a, s.p, s.n);
    buf_init(&b, a);
    for (size_t i = 0; i < s.n; i++) {
        bool mark = s.n - i >= 7 && s.p[i] == '_' && s.p[i + 1] == 'x' && s.p[i + 6] == '_';
        int code = mark ? hex_at(s.p + i + 2) : -1;
        if (code > 0 && code < 0x80) {
            buf_char(&b, (char)code);
            i += 6;
        } else {
            buf_char(&b, s.p[i]);
        }
    }
    return buf_view(&b);
}

static void on_shared(void *arg, const char *name, const char **at)
{
    struct book *b = arg;
    (void)at;
    if (strcmp(name, "si") == 0)
        text_begin(b);
    else if (strcmp(name, "rPh") == 0) /* how it is pronounced */
        b->in_phonetic = true;
    else if (b->in_cell && strcmp(name, "t") == 0)
        b->taking = !b->in_phonetic;
}

static void add_text(struct book *b)
{
    b->in_cell = false;
    b->row_text = 0;
    if (b->spoilt || !may_add(b, b->text_n, TEXTS_MAX, "si"))
        return;
    if (b->text_n == b->text_room) {
        b->text_room = b->text_room ? b->text_room * 2 : 1024;
        b->texts = realloc(b->texts, (size_t)b->text_room * sizeof *b->texts);
        MUST(b->texts);
    }
    b->texts[b->text_n++] = unescaped(b->a, buf_view(&b->text));
    arena_reset(b->row);
}

static void on_shared_end(void *arg, const char *name)
{
    struct book *b = arg;
    if (strcmp(name, "t") == 0)
        b->taking = false;
    else if (strcmp(name, "rPh") == 0)
        b->in_phonetic = false;
    if (b->in_cell && strcmp(name, "si") == 0)
        add_text(b);
}

/* ---- cells ------------------------------------------------------------------------------------
 */

/* The column of "AB12", from 0; -1 when it is none of this row. */
static int column_of(const char *address, int64_t row)
{
    int n = 0;
    for (; *address >= 'A' && *address <= 'Z' && n < 100000; address++)
        n = n * 26 + (*address - 'A' + 1);
    if (n == 0 || strspn(address, "0123456789") != strlen(address) || strlen(address) > 7)
        return -1;
    return strtoll(address, NULL, 10) == row ? n - 1 : -1;
}

static void cell_begin(struct book *b, const char **at)
{
    const char *address = attribute(at, "r"), *type = attribute(at, "t");
    int column = address ? column_of(address, b->number) : b->column;
    if (column < b->column || column >= COLUMN_LAST) {
        broken(b, address ? address : "c");
        return;
    }
    b->column = column;
    b->style = number_at(at, "s");
    (void)snprintf(b->type, sizeof b->type, "%s", type ? type : "n"); /* longer ones are none */
    b->has_value = b->has_formula = false;
    text_begin(b);
}

static struct str shared_text(struct book *b, struct str index)
{
    int64_t i = index.n && index.n < 10 && strspn(index.p, "0123456789") == index.n
                    ? strtoll(index.p, NULL, 10)
                    : -1;
    if (i >= 0 && i < b->text_n)
        return b->texts[i];
    broken(b, "shared text");
    return STR("");
}

static struct str cell_value(struct book *b)
{
    struct str s = arena_keep(b->row, buf_view(&b->text));
    if (b->has_formula && !b->has_value) /* never computed */
        return STR("=");
    if (!b->has_value)
        return STR("");
    if (strcmp(b->type, "s") == 0)
        return shared_text(b, s);
    if (strcmp(b->type, "b") == 0)
        return str_is(s, "1") ? STR("TRUE") : STR("FALSE");
    if (strcmp(b->type, "n") != 0)
        return unescaped(b->row, s);
    struct look look = b->style < b->look_n ? b->looks[b->style] : (struct look){0};
    return book_number(b->row, s, look, b->is_1904);
}

static void cell_end(struct book *b)
{
    struct str value = cell_value(b);
    if (b->column < SHEET_CELLS_MAX) {
        while (b->cells <= b->column)
            b->cell[b->cells++] = STR("");
        b->cell[b->column] = value;
    } else if (value.n) {
        b->cells = b->column + 1;
    }
    b->column++;
    b->in_cell = false;
}

/* ---- rows -------------------------------------------------------------------------------------
 */

static void row_begin(struct book *b, const char **at)
{
    const char *r = attribute(at, "r");
    int64_t number = r ? number_at(at, "r") : b->number + 1;
    if (number <= b->number || number > ROW_LAST) {
        broken(b, "row");
        return;
    }
    b->number = number;
    b->hidden = attribute_true(at, "hidden");
    b->cells = b->column = 0;
    b->row_text = 0;
}

static void row_end(struct book *b)
{
    struct sheet_fault fault = {.code = E_CSV, .arg = STR("> 200"), .cell = -1};
    bool filled = false;
    int kept = b->cells < SHEET_CELLS_MAX ? b->cells : SHEET_CELLS_MAX;
    for (int i = 0; i < kept; i++)
        filled |= b->cell[i].n > 0;
    struct sheet_row row = {.number = b->number, .cell = b->cell, .n = kept, .hidden = b->hidden};
    row.fault = b->cells > kept ? &fault : NULL;
    if (filled && b->hidden && b->told.hidden_n++ < BOOK_HIDDEN_SHOWN)
        b->told.hidden[b->told.hidden_n - 1] = b->number;
    if (filled || row.fault)
        b->fn(b->arg, &row);
    b->in_cell = b->taking = false;
    arena_reset(b->row);
}

static void hidden_columns(struct book *b, const char **at)
{
    int first = number_at(at, "min"), last = number_at(at, "max");
    last = last < SHEET_CELLS_MAX ? last : SHEET_CELLS_MAX;
    if (attribute_true(at, "hidden") && first > 0 && last >= first &&
        b->told.hidden_columns < SHEET_CELLS_MAX)
        b->told.hidden_columns += last - first + 1;
}

static void on_sheet(void *arg, const char *name, const char **at)
{
    struct book *b = arg;
    if (b->spoilt)
        return;
    if (strcmp(name, "col") == 0)
        hidden_columns(b, at);
    else if (strcmp(name, "sheetData") == 0)
        b->in_data = true;
    else if (b->in_data && strcmp(name, "row") == 0)
        row_begin(b, at);
    else if (b->in_data && strcmp(name, "c") == 0)
        cell_begin(b, at);
    else if (b->in_cell && strcmp(name, "f") == 0)
        b->has_formula = true;
    else if (b->in_cell && strcmp(name, "rPh") == 0)
        b->in_phonetic = true;
    else if (b->in_cell && (strcmp(name, "v") == 0 || strcmp(name, "t") == 0))
        b->taking = b->has_value = !b->in_phonetic;
}

static void on_sheet_end(void *arg, const char *name)
{
    struct book *b = arg;
    if (strcmp(name, "v") == 0 || strcmp(name, "t") == 0)
        b->taking = false;
    if (b->spoilt)
        return;
    if (strcmp(name, "rPh") == 0)
        b->in_phonetic = false;
    else if (strcmp(name, "sheetData") == 0)
        b->in_data = false;
    else if (b->in_cell && strcmp(name, "c") == 0)
        cell_end(b);
    else if (b->in_data && strcmp(name, "row") == 0)
        row_end(b);
}

/* ---- opening ----------------------------------------------------------------------------------
 */

static bool read_part(struct book *b, struct str path,
    void (*start)(void *, const char *, const char **), void (*end)(void *, const char *),
    struct err *e)
{
    struct part_reader to = {start, end, no_text, b};
    b->part.name = path.p;
    return part_whole(b->zip, b->file_size, path.p, SMALL_PART, &to, e);
}

static bool read_parts(struct book *b, struct err *e)
{
    (void)read_part(b, STR("_rels/.rels"), on_root_relation, no_end, e); /* may be missing */
    const char *slash = memrchr(b->workbook.p, '/', b->workbook.n);
    int folder = slash ? (int)(slash - b->workbook.p) + 1 : 0;
    struct str relations =
        arena_printf(b->a, "%.*s_rels/%s.rels", folder, b->workbook.p, b->workbook.p + folder);
    if (e->n == 0 && (!read_part(b, b->workbook, on_workbook, no_end, e) ||
                         !read_part(b, relations, on_relation, no_end, e)))
        return e->n == 0 ? err_add(e, E_BOOK, STR(""), "%s ?", b->workbook.p) : false;
    if (e->n == 0 && b->styles_path.p)
        (void)read_part(b, b->styles_path, on_style, on_style_end, e);
    return e->n == 0;
}

/* The sheet of that name, or the first that can be seen; the others are told. */
static bool choose_sheet(struct book *b, struct str name, struct err *e)
{
    struct buf all;
    const struct sheet_name *found = NULL;
    buf_init(&all, b->a);
    for (const struct sheet_name *s = b->sheets; s; s = s->next) {
        bool is_it = name.p ? str_eq(s->name, name) : !s->hidden;
        if (is_it && !found)
            found = s;
        else if (!s->hidden)
            buf_printf(&all, "%s%s", all.n ? ", " : "", s->name.p);
    }
    if (!found || !found->path.p)
        return err_add(e, E_SHEET, STR("?sheet"), "%s", all.n ? buf_view(&all).p : "-");
    b->told.sheet = found->name;
    b->told.others = buf_view(&all);
    b->sheet_path = found->path;
    return true;
}

static bool open_zip(struct book *b, int fd, struct err *e)
{
    int code = 0;
    int own = dup(fd); /* the library closes it */
    b->file_size = lseek(fd, 0, SEEK_END);
    if (b->file_size > BOOK_FILE_MAX) {
        if (own >= 0)
            (void)close(own);
        return err_add(e, E_TOO_LARGE, STR(""), "%d", BOOK_FILE_MAX);
    }
    b->zip = own < 0 ? NULL : zip_fdopen(own, 0, &code);
    if (b->zip)
        return true;
    if (own >= 0)
        (void)close(own);
    zip_error_t why;
    zip_error_init_with_code(&why, code);
    err_add(e, E_BOOK, STR(""), "%s", zip_error_strerror(&why));
    zip_error_fini(&why);
    return false;
}

struct book *book_open(int fd, struct str sheet, sheet_row_fn *fn, void *arg, struct err *e)
{
    struct book *b = calloc(1, sizeof *b);
    MUST(b);
    b->a = arena_new();
    b->row = arena_new();
    b->fn = fn;
    b->arg = arg;
    b->err = e;
    b->sheet_end = &b->sheets;
    b->workbook = STR("xl/workbook.xml");
    if (open_zip(b, fd, e) && read_parts(b, e) && choose_sheet(b, sheet, e))
        return b;
    book_free(b);
    return NULL;
}

/* ---- reading on -------------------------------------------------------------------------------
 */

/* The part of the phase; a phase without one is over. */
static bool phase_begin(struct book *b, struct err *e)
{
    static const struct part_reader texts = {on_shared, on_shared_end, on_text, NULL},
                                    rows = {on_sheet, on_sheet_end, on_text, NULL};
    bool of_texts = b->phase == TEXTS;
    struct str path = of_texts ? b->texts_path : b->sheet_path;
    struct part_reader to = of_texts ? texts : rows;
    to.arg = b;
    b->spoilt = b->in_cell = false;
    if (path.p && part_open(&b->part, b->zip, b->file_size, path.p,
                      of_texts ? TEXTS_PART : sheet_part, &to, e))
        return true;
    if (e->n == 0 && !of_texts)
        err_add(e, E_BOOK, STR(""), "%s ?", path.p);
    b->phase++;
    return false;
}

bool book_read(struct book *b, size_t budget, bool *end, struct err *e)
{
    bool over = false;
    b->err = e;
    if (b->phase != DONE && !b->part.xml)
        (void)phase_begin(b, e); /* its problem is in e */
    if (e->n == 0 && b->phase != DONE && b->part.xml) {
        if (part_read(&b->part, budget, &over, e) && over) {
            part_close(&b->part);
            b->phase++;
        }
    }
    *end = b->phase == DONE || e->n;
    return e->n == 0;
}

const struct book_told *book_told(const struct book *b)
{
    return &b->told;
}

void book_free(struct book *b)
{
    if (!b)
        return;
    part_close(&b->part);
    if (b->zip)
        zip_discard(b->zip);
    arena_free(b->row);
    arena_free(b->a);
    free(b->texts);
    free(b);
}
