/*
 * book_part.c - a part of a workbook, out of its package and into XML events.
 *
 * A package is a stranger's: what it unpacks to is bounded in itself, in proportion to the file and
 * in each token; a document type, which no workbook has, ends it before an entity is declared.
 */
#include "book_parts.h"

enum { PIECE = 64 * 1024, DEPTH_MAX = 64, TOKEN_MAX = 1 << 20, RATIO_MAX = 200 };
static const uint64_t small_enough = 16 << 20; /* whatever the proportion */

static const char *local(const char *name)
{
    const char *mark = strrchr(name, '|');
    return mark ? mark + 1 : name;
}

const char *attribute(const char **attributes, const char *name)
{
    for (; *attributes; attributes += 2) {
        if (strcmp(local(attributes[0]), name) == 0)
            return attributes[1];
    }
    return NULL;
}

bool attribute_true(const char **attributes, const char *name)
{
    const char *s = attribute(attributes, name);
    return s && (strcmp(s, "1") == 0 || strcmp(s, "true") == 0);
}

/* ---- events -----------------------------------------------------------------------------------
 */

static void refuse(struct part *p)
{
    p->refused = true;
    (void)XML_StopParser(p->xml, XML_FALSE); /* its status comes with the end of the parse */
}

static void XMLCALL on_start(void *arg, const char *name, const char **attributes)
{
    struct part *p = arg;
    if (++p->depth > DEPTH_MAX)
        refuse(p);
    else if (!p->refused)
        p->to.start(p->to.arg, local(name), attributes);
}

static void XMLCALL on_end(void *arg, const char *name)
{
    struct part *p = arg;
    p->depth--;
    if (p->to.end && !p->refused)
        p->to.end(p->to.arg, local(name));
}

static void XMLCALL on_text(void *arg, const char *s, int n)
{
    struct part *p = arg;
    if (p->to.text && !p->refused)
        p->to.text(p->to.arg, (struct str){s, (size_t)n});
}

static void XMLCALL on_doctype(
    void *arg, const char *name, const char *system, const char *public, int internal)
{
    (void)name;
    (void)system;
    (void)public;
    (void)internal;
    refuse(arg);
}

/* ---- reading ----------------------------------------------------------------------------------
 */

static bool too_large(const struct part *p, uint64_t limit, struct err *e)
{
    return err_add(e, E_TOO_LARGE, STR(""), "%s > %llu", p->name, (unsigned long long)limit);
}

static uint64_t limit_for(int64_t file_size, uint64_t limit)
{
    uint64_t most = (uint64_t)file_size * RATIO_MAX;
    most = most > small_enough ? most : small_enough;
    return most < limit ? most : limit;
}

bool part_open(struct part *p, zip_t *zip, int64_t file_size, const char *name, uint64_t limit,
    const struct part_reader *to, struct err *e)
{
    zip_stat_t stat;
    *p = (struct part){.name = name, .to = *to, .limit = limit_for(file_size, limit)};
    zip_int64_t at = zip_name_locate(zip, name, ZIP_FL_NOCASE);
    if (at < 0)
        return false;
    if (zip_stat_index(zip, (zip_uint64_t)at, 0, &stat) != 0)
        return err_add(e, E_BOOK, STR(""), "%s", name);
    if (stat.valid & ZIP_STAT_SIZE && stat.size > p->limit)
        return too_large(p, p->limit, e);
    p->file = zip_fopen_index(zip, (zip_uint64_t)at, 0);
    if (!p->file)
        return err_add(e, E_BOOK, STR(""), "%s: %s", name, zip_strerror(zip));
    p->xml = XML_ParserCreateNS(NULL, '|');
    MUST(p->xml);
    XML_SetUserData(p->xml, p);
    XML_SetElementHandler(p->xml, on_start, on_end);
    XML_SetCharacterDataHandler(p->xml, on_text);
    XML_SetStartDoctypeDeclHandler(p->xml, on_doctype);
    return true;
}

/* One piece; n == 0: the end. */
static bool part_take(struct part *p, const char *piece, zip_int64_t n, struct err *e)
{
    p->unpacked += (uint64_t)n;
    if (p->unpacked > p->limit)
        return too_large(p, p->limit, e);
    if (XML_Parse(p->xml, piece, (int)n, n == 0) != XML_STATUS_OK)
        return err_add(e, E_BOOK, STR(""), "%s: %s", p->name,
            p->refused ? "refused" : XML_ErrorString(XML_GetErrorCode(p->xml)));
    /* A token that does not end is held by the parser, however long. */
    if (n && (XML_Index)p->unpacked - XML_GetCurrentByteIndex(p->xml) > TOKEN_MAX)
        return too_large(p, TOKEN_MAX, e);
    return true;
}

bool part_read(struct part *p, size_t budget, bool *end, struct err *e)
{
    char piece[PIECE];
    *end = false;
    for (size_t taken = 0; taken < budget && !*end; taken += sizeof piece) {
        zip_int64_t n = zip_fread(p->file, piece, sizeof piece);
        if (n < 0)
            return err_add(e, E_BOOK, STR(""), "%s: %s", p->name, zip_file_strerror(p->file));
        *end = n == 0;
        if (!part_take(p, piece, n, e))
            return false;
    }
    return true;
}

bool part_whole(zip_t *zip, int64_t file_size, const char *name, uint64_t limit,
    const struct part_reader *to, struct err *e)
{
    struct part p;
    bool end = false;
    bool good = part_open(&p, zip, file_size, name, limit, to, e);
    while (good && !end)
        good = part_read(&p, PIECE, &end, e) && e->n == 0; /* a handler may refuse it */
    part_close(&p);
    return good;
}

void part_close(struct part *p)
{
    if (p->xml)
        XML_ParserFree(p->xml);
    if (p->file)
        (void)zip_fclose(p->file); /* read only */
    p->xml = NULL;
    p->file = NULL;
}
