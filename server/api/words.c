/*
 * words.c - GET /v1/words: the titles of the words that answers and fields use.
 *
 * "loan.state" is a list of words that are told (ledger/titles.c), "loan_event.kind" the choices of
 * a field, "loan.ip.kind" one inside another, "section" the sections of the quarterly report,
 * "record" the types of records. It is for anybody: the pages ask for it beside who is signed in.
 */
#include "api.h"
#include "report.h"
#include "titles.h"

static void write_word(struct buf *out, const char *name, const char *zh, const char *en)
{
    json_member_object(out, name);
    json_member_text(out, "zh", zh);
    json_member_text(out, "en", en);
    json_close(out, '}');
}

static void write_choices(struct buf *out, const char *of, const struct choice *choices)
{
    json_member_object(out, of);
    for (const struct choice *c = choices; c->name; c++)
        write_word(out, c->name, c->zh, word_english(out->a, c->name));
    json_close(out, '}');
}

static void write_fields(struct buf *out, const char *of, const struct field *fields)
{
    for (const struct field *f = fields; f->name; f++) {
        const char *name = arena_printf(out->a, "%s.%s", of, f->name).p;
        if (f->choices)
            write_choices(out, name, f->choices);
        if (f->of)
            write_fields(out, name, f->of);
    }
}

static void write_sections(struct buf *out)
{
    json_member_object(out, "section");
    for (const struct report_section *s = report_sections; s->name; s++)
        write_word(out, s->name, s->zh, s->en);
    json_close(out, '}');
}

static void write_records(struct buf *out)
{
    json_member_object(out, "record");
    for (int i = 0; i < record_count; i++)
        write_word(out, records[i]->name, records[i]->zh, word_english(out->a, records[i]->name));
    json_close(out, '}');
}

static void words_get(struct req *r)
{
    struct buf out;
    buf_init(&out, r->a);
    json_open(&out, '{');
    json_member_object(&out, "words");
    for (const struct word_list *l = word_lists; l->of; l++) {
        json_member_object(&out, l->of);
        for (const struct word *w = l->words; w->name; w++)
            write_word(&out, w->name, w->zh, w->en);
        json_close(&out, '}');
    }
    write_sections(&out);
    write_records(&out);
    for (int i = 0; i < record_count; i++)
        write_fields(&out, records[i]->name, records[i]->fields);
    json_close(&out, '}');
    json_close(&out, '}');
    reply_header(r, "Cache-Control", STR("no-cache"));
    reply_json(r, 200, buf_view(&out));
}

static const struct member title_members[] = {
    {"zh", M_TEXT, "中文", .en = "In Chinese"},
    {"en", M_TEXT, "英文", .en = "In English"},
    {.name = NULL},
};
static const struct member word_row[] = {
    {"word", M_OBJECT, "词", .en = "Its titles", .of = title_members}, {.name = NULL}};
static const struct member kind_row[] = {
    {"list", M_MAP, "一类词", .en = "Words of a kind", .of = word_row}, {.name = NULL}};
static const struct member words_members[] = {
    {"words", M_MAP, "各类词", .en = "Kinds of words: loan.state, loan_event.kind, …",
        .of = kind_row},
    {.name = NULL},
};
static const struct shape words_shape = {"words", words_members};

const struct route word_routes[] = {
    {.method = METHOD_GET,
        .path = "/v1/words",
        .handle = words_get,
        .answers = ANSWERS(JSON_OF(words_shape)),
        .zh = "词语的中英文名称",
        .en = "Titles of the words that answers and fields use"},
    {.path = NULL},
};
