/*
 * publication.c - a sealed quarter is made public: proposed by one person, published by another.
 */
#include "api.h"
#include "records.h"

static void publish(struct req *r)
{
    r->parent_key = r->capture[0];
    record_post_one(r);
}

static void publication_get(struct req *r)
{
    db_query(r->server->db, r->a, r->actor, SQL_PUBLICATION_GET, r->capture, 1, on_document, r);
}

static const struct member publication_members[] = {
    {"quarter", M_QUARTER, "季度", .en = "Quarter"},
    {"state", M_WORD, "状态", .en = "State", .words = "proposed published"},
    {"seen", M_HASH, "所见公布稿", .en = "What the second person names as seen"},
    {"proposed_by", M_TEXT, "提请人", .en = "Who proposed it"},
    {"proposed_at", M_INSTANT, "提请时刻", .en = "When"},
    {"published_by", M_TEXT, "公布人", .en = "Who published it", .null = true},
    {"published_at", M_INSTANT, "公布时刻", .en = "When", .null = true},
    {"cells", M_COUNT, "单元格数", .en = "Cells that the report is made of"},
    {"hidden", M_COUNT, "隐去数", .en = "Of these hidden"},
    {.name = NULL},
};
static const struct shape publication_shape = {"publication_state", publication_members};

const struct route publication_routes[] = {
    {.method = METHOD_POST,
        .path = "/v1/reports/quarterly/{quarter}/publish",
        .roles = FINANCE,
        .handle = publish,
        .takes = TAKES_JSON,
        .record = &publication_record,
        .query = {&q_dry_run, &q_receipt},
        .answers = record_made,
        .zh = "公布季度报告(一人提请,另一人公布)",
        .en = "Publish a sealed quarter: one person proposes, another publishes"},
    {.method = METHOD_GET,
        .path = "/v1/reports/quarterly/{quarter}/publication",
        .roles = EVERYBODY,
        .handle = publication_get,
        .answers = ANSWERS(JSON_OF(publication_shape)),
        .zh = "公布情况",
        .en = "How far the publication of a quarter has come"},
    {.path = NULL},
};
