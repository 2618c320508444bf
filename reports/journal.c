/*
 * journal.c - transfers as hledger, Ledger, Beancount, CSV and JSON.
 *
 * Accounts are grouped under the five roots that all three programs know. Beancount wants each part
 * of a name to begin with a capital letter or a digit; that codes stay distinct that way is a
 * constraint of the account table.
 */
#include "journal.h"
#include "sheet.h"
#include <string.h>

static const struct member account_members[] = {
    {"code", M_TEXT, "账户代码", .en = "Code"},
    {"kind", M_WORD, "账户类别", .en = "Kind", .words = "asset liability equity income expense"},
    {.name = NULL},
};
static const struct member balance_members[] = {
    {"code", M_TEXT, "账户代码", .en = "Code"},
    {"debits_less_credits", M_YUAN, "借方减贷方", .en = "Debits less credits"},
    {.name = NULL},
};
static const struct member transfer_members[] = {
    {"id", M_ID, "转账", .en = "Id"},
    {"reference", M_TEXT, "编号", .en = "Reference"},
    {"on", M_DAY, "日期", .en = "Effective on"},
    {"debit", M_TEXT, "借方账户", .en = "Account that is debited"},
    {"credit", M_TEXT, "贷方账户", .en = "Account that is credited"},
    {"amount", M_YUAN, "金额", .en = "Amount"},
    {"cause", M_TEXT, "事由", .en = "Cause", .maybe = true},
    {"memo", M_TEXT, "摘要", .en = "Memo", .maybe = true},
    {"reverses", M_ID, "冲销", .en = "The transfer that it reverses", .maybe = true},
    {"recorded_at", M_INSTANT, "记录时刻", .en = "When it was recorded"},
    {"recorded_by", M_TEXT, "记录人", .en = "Who recorded it"},
    {.name = NULL},
};
static const struct member journal_members[] = {
    {"known_at", M_INSTANT, "截至时刻", .en = "Null: no account is visible", .null = true},
    {"accounts", M_OBJECT, "账户", .en = "Accounts", .of = account_members, .list = true},
    {"transfers", M_OBJECT, "转账", .en = "In the order of recording", .of = transfer_members,
        .list = true},
    {"balances", M_OBJECT, "余额", .en = "What they come to", .of = balance_members, .list = true},
    {.name = NULL},
};
const struct shape journal_shape = {"journal", journal_members};

static const struct {
    const char *name, *type;
} formats[JOURNAL_FORMAT_COUNT] = {
    [JOURNAL_HLEDGER] = {"hledger", "text/plain; charset=utf-8"},
    [JOURNAL_LEDGER] = {"ledger", "text/plain; charset=utf-8"},
    [JOURNAL_BEANCOUNT] = {"beancount", "text/plain; charset=utf-8"},
    [JOURNAL_CSV] = {"csv", "text/csv; charset=utf-8"},
    [JOURNAL_JSON] = {"json", "application/json"},
};

bool journal_format_parse(struct str s, enum journal_format *out)
{
    for (int i = 0; i < JOURNAL_FORMAT_COUNT; i++) {
        if (str_is(s, formats[i].name)) {
            *out = (enum journal_format)i;
            return true;
        }
    }
    return false;
}

const char *journal_type(enum journal_format f)
{
    return formats[f].type;
}

/* ---- texts ---------------------------------------------------------------------------------- */

static const char *root_of(struct str kind)
{
    static const char *const roots[][2] = {{"asset", "Assets"}, {"liability", "Liabilities"},
        {"equity", "Equity"}, {"income", "Income"}, {"expense", "Expenses"}};
    for (size_t i = 0; i < COUNT_OF(roots); i++) {
        if (str_is(kind, roots[i][0]))
            return roots[i][1];
    }
    BUG("account kind");
}

static void put_account(struct str kind, struct str code, struct buf *out)
{
    buf_text(out, root_of(kind));
    bool first = true;
    buf_char(out, ':');
    for (size_t i = 0; i < code.n; i++) {
        char c = code.p[i];
        buf_char(out, first && c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c);
        first = c == ':';
    }
}

/* A description may not hold what begins a comment or separates a payee. */
static void put_plain(struct str s, struct buf *out)
{
    for (size_t i = 0; i < s.n; i++)
        buf_char(out, strchr(";|", s.p[i]) ? ',' : s.p[i]);
}

static void put_quoted(struct str s, char escape, struct buf *out)
{
    buf_char(out, '"');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"' || (escape == '\\' && s.p[i] == '\\'))
            buf_char(out, escape);
        buf_char(out, s.p[i]);
    }
    buf_char(out, '"');
}

static void put_posting(
    struct str kind, struct str code, const char *sign, struct str amount, struct buf *out)
{
    buf_text(out, "    ");
    put_account(kind, code, out);
    buf_text(out, "  ");
    buf_text(out, sign);
    buf_str(out, amount);
    buf_text(out, " CNY\n");
}

/* ---- head and accounts ---------------------------------------------------------------------- */

void journal_head(enum journal_format f, struct str known_at, struct buf *out)
{
    switch (f) {
    case JOURNAL_HLEDGER:
    case JOURNAL_LEDGER:
        buf_text(out, "; pledged: journal as recorded by ");
        buf_str(out, known_at);
        buf_text(out, f == JOURNAL_HLEDGER ? "\ndecimal-mark .\ncommodity 1000.00 CNY\n"
                                           : "\ntag id\ncommodity CNY\n    format 1000.00 CNY\n");
        break;
    case JOURNAL_BEANCOUNT:
        buf_text(out, "; pledged: journal as recorded by ");
        buf_str(out, known_at);
        buf_text(out, "\noption \"title\" \"pledged\"\noption \"operating_currency\" \"CNY\"\n");
        break;
    case JOURNAL_CSV:
        buf_text(out, "\xEF\xBB\xBF"
                      "id,reference,on,debit,credit,amount,cause,memo,reverses,recorded_at,"
                      "recorded_by\r\n");
        break;
    case JOURNAL_JSON:
        json_open(out, '{');
        json_member_known(out, "known_at", known_at.n ? known_at : (struct str){NULL, 0});
        break;
    case JOURNAL_FORMAT_COUNT:
    default: BUG("journal format");
    }
}

static void put_accounts_json(
    const char *key, const struct journal_account *list, int n, bool balance, struct buf *out)
{
    json_member_list(out, key);
    for (int i = 0; i < n; i++) {
        json_open(out, '{');
        json_member_str(out, "code", list[i].code);
        json_member_str(out, balance ? "debits_less_credits" : "kind",
            balance ? list[i].balance : list[i].kind);
        json_close(out, '}');
    }
    json_close(out, ']');
}

void journal_accounts(
    enum journal_format f, const struct journal_account *list, int n, struct buf *out)
{
    if (f == JOURNAL_JSON) {
        put_accounts_json("accounts", list, n, false, out);
        json_member_list(out, "transfers");
    }
    for (int i = 0; i < n && f <= JOURNAL_BEANCOUNT; i++) {
        buf_text(out, "; ");
        buf_str(out, list[i].title);
        buf_char(out, '\n');
        if (f == JOURNAL_BEANCOUNT)
            buf_str(out, list[i].opened_on);
        buf_text(out, f == JOURNAL_BEANCOUNT ? " open " : "account ");
        put_account(list[i].kind, list[i].code, out);
        buf_text(out, f == JOURNAL_BEANCOUNT ? " CNY\n" : "\n");
    }
}

/* ---- transfers ------------------------------------------------------------------------------ */

static void put_transaction(const struct journal_transfer *t, struct buf *out)
{
    buf_char(out, '\n');
    buf_str(out, t->on);
    buf_text(out, " * ");
    buf_str(out, t->cause);
    buf_char(out, ' ');
    put_plain(t->reference, out);
    if (t->memo.p)
        buf_char(out, ' ');
    put_plain(t->memo, out);
    buf_text(out, "\n    ; id: ");
    buf_str(out, t->id);
    buf_char(out, '\n');
}

static void put_beancount(const struct journal_transfer *t, struct buf *out)
{
    buf_char(out, '\n');
    buf_str(out, t->on);
    buf_text(out, " * ");
    put_quoted(t->cause, '\\', out);
    buf_char(out, ' ');
    put_quoted(arena_printf(out->a, "%s%s%s", t->reference.p, t->memo.p ? " " : "",
                   t->memo.p ? t->memo.p : ""),
        '\\', out);
    buf_text(out, "\n    id: ");
    put_quoted(t->id, '\\', out);
    buf_char(out, '\n');
}

/* The columns of CSV, the members of JSON. */
static void put_members(enum journal_format f, const struct journal_transfer *t, struct buf *out)
{
    const struct {
        const char *key;
        struct str text;
    } members[] = {{"id", t->id}, {"reference", t->reference}, {"on", t->on}, {"debit", t->debit},
        {"credit", t->credit}, {"amount", t->amount}, {"cause", t->cause}, {"memo", t->memo},
        {"reverses", t->reverses}, {"recorded_at", t->recorded_at},
        {"recorded_by", t->recorded_by}};
    for (size_t i = 0; i < COUNT_OF(members); i++) {
        if (f == JOURNAL_CSV) {
            if (i)
                buf_char(out, ',');
            put_quoted(sheet_defused(out->a, members[i].text), '"', out);
        } else if (members[i].text.p) {
            json_member_str(out, members[i].key, members[i].text);
        }
    }
}

void journal_transfer(enum journal_format f, const struct journal_transfer *t, struct buf *out)
{
    switch (f) {
    case JOURNAL_HLEDGER:
    case JOURNAL_LEDGER:
    case JOURNAL_BEANCOUNT:
        if (f == JOURNAL_BEANCOUNT)
            put_beancount(t, out);
        else
            put_transaction(t, out);
        put_posting(t->debit_kind, t->debit, "", t->amount, out);
        put_posting(t->credit_kind, t->credit, "-", t->amount, out);
        break;
    case JOURNAL_CSV:
        put_members(f, t, out);
        buf_text(out, "\r\n");
        break;
    case JOURNAL_JSON:
        json_open(out, '{');
        put_members(f, t, out);
        json_close(out, '}');
        break;
    case JOURNAL_FORMAT_COUNT:
    default: BUG("journal format");
    }
}

/* ---- balances ------------------------------------------------------------------------------- */

void journal_balances(enum journal_format f, const struct journal_account *list, int n,
    struct str closes_on, struct buf *out)
{
    if (f == JOURNAL_JSON) {
        json_close(out, ']');
        put_accounts_json("balances", list, n, true, out);
    }
    for (int i = 0; i < n && f <= JOURNAL_BEANCOUNT; i++) {
        buf_char(out, '\n');
        buf_str(out, closes_on);
        buf_text(out, f == JOURNAL_BEANCOUNT ? " balance " : " * balance assertion\n    ");
        put_account(list[i].kind, list[i].code, out);
        buf_text(out, f == JOURNAL_BEANCOUNT ? "  " : "  0.00 CNY = ");
        buf_str(out, list[i].balance);
        /* Beancount forgives half a unit of the last decimal unless told otherwise. */
        buf_text(out, f == JOURNAL_BEANCOUNT ? " ~ 0.00 CNY\n" : " CNY\n");
    }
}

void journal_tail(enum journal_format f, struct buf *out)
{
    if (f == JOURNAL_JSON)
        buf_text(out, "}\n");
}
