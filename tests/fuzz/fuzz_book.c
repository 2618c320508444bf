/* Any bytes as a workbook: no crash, no more than its bounds, cells are valid UTF-8. The first byte
 * chooses whether the rest is the package itself or a part within a sound one. */
#include "book.h"
#include "json.h"
#include <sys/mman.h>
#include <unistd.h>
#include <zip.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void on_row(void *arg, const struct sheet_row *row)
{
    int64_t *last = arg;
    size_t at;
    MUST(row->number > *last);
    *last = row->number;
    for (int i = 0; i < row->n; i++)
        MUST(utf8_check(row->cell[i], &at) || memchr(row->cell[i].p, 0, row->cell[i].n));
}

static const char rels[] =
    "<Relationships><Relationship Id='a' Type='/worksheet' Target='s.xml'/><Relationship Id='b' "
    "Type='/sharedStrings' Target='t.xml'/><Relationship Id='c' Type='/styles' Target='y.xml'/>"
    "</Relationships>";
static const char book[] =
    "<workbook xmlns:r='r'><sheets><sheet name='x' r:id='a'/></sheets></workbook>";
static const char styles[] = "<styleSheet><cellXfs><xf numFmtId='0'/><xf numFmtId='14'/>"
                             "<xf numFmtId='9'/></cellXfs></styleSheet>";
static const char texts[] = "<sst><si><t>a</t></si><si><r><t>b_x000D_</t></r></si></sst>";
static const char sheet[] = "<worksheet><sheetData><row r='1'><c r='A1' t='s'><v>1</v></c></row>"
                            "</sheetData></worksheet>";

static void add(zip_t *zip, const char *name, const void *p, size_t n)
{
    zip_source_t *s = zip_source_buffer(zip, p, n, 0);
    MUST(s && zip_file_add(zip, name, s, 0) >= 0);
    MUST(zip_set_file_compression(
             zip, (zip_uint64_t)zip_get_num_entries(zip, 0) - 1, ZIP_CM_STORE, 0) == 0);
}

/* A sound package in which one part is what the fuzzer gave. */
static void package(int which, const uint8_t *p, size_t n, int fd)
{
    static const struct {
        const char *name, *text;
    } parts[] = {{"xl/workbook.xml", book}, {"xl/_rels/workbook.xml.rels", rels},
        {"xl/y.xml", styles}, {"xl/t.xml", texts}, {"xl/s.xml", sheet}};
    zip_error_t e;
    zip_source_t *out = zip_source_buffer_create(NULL, 0, 0, &e);
    zip_t *zip = zip_open_from_source(out, ZIP_CREATE, &e);
    MUST(zip);
    zip_source_keep(out);
    for (int i = 0; i < (int)COUNT_OF(parts); i++) {
        if (i == which)
            add(zip, parts[i].name, p, n);
        else
            add(zip, parts[i].name, parts[i].text, strlen(parts[i].text));
    }
    MUST(zip_close(zip) == 0 && zip_source_open(out) == 0);
    char piece[4096];
    for (zip_int64_t got; (got = zip_source_read(out, piece, sizeof piece)) > 0;)
        MUST(write(fd, piece, (size_t)got) == got);
    zip_source_close(out);
    zip_source_free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new();
    struct err e;
    int64_t last = 0;
    bool end = false;
    int fd = memfd_create("book", 0);
    MUST(fd >= 0);
    err_init(&e, a);
    if (size && data[0] % 6 < 5)
        package(data[0] % 6, data + 1, size - 1, fd);
    else if (size)
        MUST(write(fd, data + 1, size - 1) == (ssize_t)size - 1);
    struct book *b = book_open(fd, (struct str){NULL, 0}, on_row, &last, &e);
    MUST((b != NULL) == (e.n == 0));
    while (b && !end)
        MUST(book_read(b, 1, &end, &e) == (e.n == 0));
    book_free(b);
    (void)close(fd);
    arena_free(a);
    return 0;
}
