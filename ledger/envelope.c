/*
 * envelope.c - what the service adds to every record, and what a correction says beside the fields.
 */
#include "schema.h"

const struct member warning_members[] = {
    {"code", M_TEXT, "规则", .en = "Rule"},
    {"severity", M_WORD, "级别", .en = "Severity", .words = "low med high"},
    {"pointer", M_TEXT, "位置", .en = "Which member"},
    {"title", M_TEXT, "名称", .en = "Title in Chinese"},
    {"title_en", M_TEXT, "英文名称", .en = "Title in English"},
    {.name = NULL},
};
const struct member receipt_members[] = {
    {"leaf", M_COUNT, "叶号", .en = "Number of its leaf in the log"},
    {"leaf_hash", M_HASH, "叶哈希", .en = "Hash of the leaf"},
    {"head", M_COUNT, "日志头", .en = "The signed head that covers it"},
    {"proof", M_TEXT, "证明", .en = "Proof of inclusion (C2SP tlog-proof), with ?receipt=full",
        .maybe = true},
    {.name = NULL},
};
const struct member envelope_members[] = {
    {"id", M_ID, "记录编号", .en = "Id of the record"},
    {"version", M_COUNT, "版本", .en = "Version"},
    {"recorded_at", M_INSTANT, "记录时刻", .en = "When it was recorded"},
    {"recorded_by", M_TEXT, "记录人", .en = "Who recorded it"},
    {"warnings", M_OBJECT, "预警", .en = "Red flags", .of = warning_members, .list = true},
    {"receipt", M_OBJECT, "回执", .en = "Proof that it is in the log", .of = receipt_members,
        .maybe = true},
    {.name = NULL},
};

const struct field reason_field = {
    "reason", "更正原因", F_TEXT, .min = 1, .max = 500, .example = "录入错误"};
