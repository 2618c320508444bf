/*
 * rule_line.c - a step of the arithmetic, as its reader sees it.
 */
#include "rule_parts.h"

const struct member line_members[] = {
    {"line", M_TEXT, "步骤", .en = "Step"},
    {"text", M_TEXT, "说明", .en = "The same in words", .maybe = true},
    {"formula", M_TEXT, "算式", .en = "Formula"},
    {"amount", M_YUAN, "金额", .en = "What it comes to", .maybe = true},
    {"title", M_TEXT, "名称", .en = "What is done in it", .maybe = true},
    {"title_en", M_TEXT, "英文名称", .en = "The same in English", .maybe = true},
    {"formula_en", M_TEXT, "英文算式", .en = "The formula in English", .maybe = true},
    {.name = NULL},
};

void rule_line(struct buf *out, const char *what, struct str formula, int64_t fen)
{
    json_open(out, '{');
    json_member_text(out, "line", what);
    json_member_str(out, "formula", formula);
    if (fen != NO_AMOUNT)
        json_member_money(out, "amount", (money){fen});
    json_close(out, '}');
}
