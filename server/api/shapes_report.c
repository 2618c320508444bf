/*
 * shapes_report.c - what stands around a report: rows of a figure, its seal, what changed, keys.
 */
#include "shapes.h"

/* ---- rows of a figure ------------------------------------------------------------------------ */

static const struct member row_members[] = {
    {"type", M_TEXT, "类别", .en = "Type of the record"},
    {"title", M_TEXT, "类别名称", .en = "Its title, in the language of the request"},
    {"id", M_ID, "记录编号", .en = "Id of the record"},
    {"version", M_COUNT, "版本", .en = "Version"},
    {"reference", M_TEXT, "编号", .en = "Its own number"},
    {"firm", M_TEXT, "企业", .en = "Firm", .null = true},
    {"firm_name", M_TEXT, "企业名称", .en = "Its name, as the record has it", .maybe = true},
    {"on", M_DAY, "日期", .en = "Day of the record", .maybe = true},
    {"value", M_FIGURE, "值", .en = "Its part of the figure"},
    {"href", M_TEXT, "地址", .en = "Where it is shown", .null = true},
    {.name = NULL},
};
static const struct member rows_members[] = {
    {"quarter", M_QUARTER, "季度", .en = "Quarter"},
    {"as_of", M_DAY, "截至", .en = "The last day that counts"},
    {"section", M_TEXT, "章节", .en = "Section"},
    {"row", M_TEXT, "行", .en = "Row; null: the total", .null = true},
    {"column", M_TEXT, "列", .en = "Column"},
    {"value", M_FIGURE, "值", .en = "The figure, of one that records add up to", .maybe = true},
    {"count", M_COUNT, "记录数", .en = "How many records", .maybe = true},
    {"of", M_TEXT, "由何而来", .en = "The columns that another figure is made of", .list = true,
        .maybe = true},
    {"items", M_OBJECT, "记录", .en = "Records", .of = row_members, .list = true},
    {"next", M_TEXT, "下一页", .en = "?after of the next page", .null = true},
    {.name = NULL},
};
const struct shape rows_shape = {"report_rows", rows_members};

/* ---- seals ----------------------------------------------------------------------------------- */

static const struct member signature_members[] = {
    {"algorithm", M_WORD, "算法", .en = "Algorithm", .words = "Ed25519 SM2-SM3"},
    {"fingerprint", M_TEXT, "公钥指纹", .en = "Fingerprint of the key"},
    {"public_key", M_TEXT, "公钥", .en = "Public key, PEM"},
    {"signature", M_TEXT, "签名", .en = "Signature of the manifest, base64"},
    {.name = NULL},
};
static const struct member file_members[] = {
    {"format", M_WORD, "格式", .en = "Format", .words = "json csv xlsx html"},
    {"language", M_WORD, "语言", .en = "Language", .words = "zh en"},
    {"bytes", M_COUNT, "字节数", .en = "Bytes"},
    {"sha256", M_HASH, "SHA-256", .en = "SHA-256"},
    {"sm3", M_HASH, "SM3", .en = "SM3"},
    {.name = NULL},
};
static const struct member seal_members[] = {
    {"quarter", M_QUARTER, "季度", .en = "Quarter"},
    {"id", M_ID, "封存编号", .en = "Id of the seal"},
    {"as_of", M_DAY, "截至", .en = "The last day that counts"},
    {"basis", M_WORD, "按哪一天计入", .en = "The day by which loans count",
        .words = "registered_on signed_on disbursed_on"},
    {"known_at", M_INSTANT, "截至时刻", .en = "What was recorded by then"},
    {"sealed_at", M_INSTANT, "封存时刻", .en = "When it was sealed"},
    {"sealed_by", M_TEXT, "封存人", .en = "Who sealed it"},
    {"reason", M_TEXT, "说明", .en = "Why", .maybe = true},
    {"previous", M_TEXT, "上一封存", .en = "SHA-256 of the manifest before, or none"},
    {"manifest_sha256", M_HASH, "清单哈希", .en = "SHA-256 of the manifest"},
    {"manifest", M_TEXT, "清单", .en = "What is signed"},
    {"signatures", M_OBJECT, "签名", .en = "Signatures", .of = signature_members, .list = true},
    {"files", M_OBJECT, "文件", .en = "The sealed files", .of = file_members, .list = true},
    {"receipt", M_OBJECT, "回执", .en = "Proof that it is in the log", .of = receipt_members},
    {.name = NULL},
};
const struct shape seal_shape = {"sealed_report", seal_members};

/* ---- changes since --------------------------------------------------------------------------- */

static const struct member place_members[] = {
    {"section", M_TEXT, "章节", .en = "Section"},
    {"row", M_TEXT, "行", .en = "Row; null: the total", .null = true},
    {.name = NULL},
};
static const struct member change_members[] = {
    {"column", M_TEXT, "列", .en = "Column"},
    {"sealed", M_FIGURE, "封存值", .en = "As it was sealed"},
    {"live", M_FIGURE, "现值", .en = "As it is now"},
    {"difference", M_FIGURE, "差额", .en = "Now less sealed"},
    {.name = NULL},
};
static const struct member cell_members[] = {
    {"", M_ALSO, .of = place_members},
    {"", M_ALSO, .of = change_members},
    {"unexplained", M_FIGURE, "未能说明", .en = "What no record explains", .maybe = true},
    {.name = NULL},
};
static const struct member correction_members[] = {
    {"version", M_COUNT, "版本", .en = "Version"},
    {"reason", M_TEXT, "更正原因", .en = "Reason"},
    {"recorded_at", M_INSTANT, "记录时刻", .en = "When it was recorded"},
    {"recorded_by", M_TEXT, "记录人", .en = "Who recorded it"},
    {.name = NULL},
};
static const struct member event_members[] = {
    {"type", M_WORD, "类别", .en = "Type", .words = "loan_event claim_step application_step"},
    {"reference", M_TEXT, "编号", .en = "Reference"},
    {"kind", M_TEXT, "事项", .en = "Kind"},
    {"recorded_at", M_INSTANT, "记录时刻", .en = "When it was recorded"},
    {.name = NULL},
};
static const struct member item_members[] = {
    {"", M_ALSO, .of = place_members},
    {"type", M_TEXT, "类别", .en = "Type of the record"},
    {"id", M_ID, "记录编号", .en = "Id of the record"},
    {"reference", M_TEXT, "编号", .en = "Its own number"},
    {"version_sealed", M_COUNT, "封存版本", .en = "Null: it was not in this row", .null = true},
    {"version_live", M_COUNT, "现版本", .en = "Null: it is not in this row", .null = true},
    {"cause", M_WORD, "原因", .en = "Why", .words = "late corrected events"},
    {"recorded_at", M_INSTANT, "记录时刻", .en = "When the last of it was recorded", .null = true},
    {"corrections", M_OBJECT, "更正", .en = "Corrections since", .of = correction_members,
        .list = true},
    {"events", M_OBJECT, "事项", .en = "Events since", .of = event_members, .list = true},
    {"values", M_OBJECT, "值", .en = "Column by column", .of = change_members, .list = true},
    {.name = NULL},
};
static const struct member diff_members[] = {
    {"quarter", M_QUARTER, "季度", .en = "Quarter"},
    {"sealed_at", M_INSTANT, "封存时刻", .en = "When it was sealed"},
    {"known_at", M_INSTANT, "截至时刻", .en = "What was recorded by then"},
    {"cells", M_OBJECT, "单元格", .en = "Figures that differ", .of = cell_members, .list = true},
    {"count", M_COUNT, "记录数", .en = "Records that differ"},
    {"items", M_OBJECT, "记录", .en = "Records", .of = item_members, .list = true},
    {"next", M_TEXT, "下一页", .en = "?after of the next page", .null = true},
    {.name = NULL},
};
const struct shape diff_shape = {"report_diff", diff_members};

/* ---- keys ------------------------------------------------------------------------------------ */

static const struct member key_members[] = {
    {"algorithm", M_WORD, "算法", .en = "Algorithm", .words = "Ed25519 SM2-SM3"},
    {"fingerprint", M_TEXT, "公钥指纹", .en = "Fingerprint"},
    {"public_key", M_TEXT, "公钥", .en = "Public key, PEM"},
    {"current", M_BOOL, "现用", .en = "Seals are signed with it now"},
    {"seals", M_COUNT, "封存数", .en = "Seals signed with it"},
    {"first_seal", M_QUARTER, "首次封存", .en = "Quarter of the first", .maybe = true},
    {"last_seal", M_QUARTER, "最近封存", .en = "Quarter of the last", .maybe = true},
    {.name = NULL},
};
static const struct member keys_members[] = {
    {"keys", M_OBJECT, "公钥", .en = "Keys", .of = key_members, .list = true},
    {.name = NULL},
};
const struct shape keys_shape = {"report_keys", keys_members};
