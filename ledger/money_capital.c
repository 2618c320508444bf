/*
 * money_capital.c - amounts in capital Chinese numerals, as cheques and decisions write them.
 *
 * By the rules for filling in bills of the Payment and Settlement Measures (支付结算办法, annex 1):
 * 零 for noughts between figures, 整 where nothing smaller than 角 follows.
 */
#include "money.h"

static const char *const digits[] = {"零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖"};
static const char *const places[] = {"", "拾", "佰", "仟"};
static const char *const groups[] = {"", "万", "亿", "万亿"};

/* Four figures; gap: a nought stands before them. */
static void write_group(struct buf *out, int n, bool gap)
{
    for (int place = 3, unit = 1000; place >= 0; place--, unit /= 10) {
        int digit = n / unit % 10;
        if (digit == 0) {
            gap = gap || n >= unit;
            continue;
        }
        if (gap)
            buf_text(out, digits[0]);
        gap = false;
        buf_text(out, digits[digit]);
        buf_text(out, places[place]);
    }
}

static void write_yuan(struct buf *out, int64_t yuan)
{
    bool begun = false, gap = false;
    for (int i = 3; i >= 0; i--) {
        int64_t unit = 1;
        for (int k = 0; k < i; k++)
            unit *= 10000;
        int n = (int)(yuan / unit % 10000);
        if (n) {
            write_group(out, n, begun && (gap || n < 1000));
            buf_text(out, groups[i]);
        }
        gap = n == 0;
        begun = begun || n != 0;
    }
    if (yuan)
        buf_text(out, "元");
}

struct str money_capital(struct arena *a, money m)
{
    struct buf out;
    int jiao = (int)(m.fen / 10 % 10), fen = (int)(m.fen % 10);
    buf_init(&out, a);
    buf_text(&out, "人民币");
    write_yuan(&out, m.fen / 100);
    if (m.fen == 0)
        buf_text(&out, "零元");
    if (jiao)
        buf_printf(&out, "%s角", digits[jiao]);
    if (fen)
        buf_printf(&out, "%s%s分", m.fen >= 100 && !jiao ? digits[0] : "", digits[fen]);
    else
        buf_text(&out, "整");
    return buf_view(&out);
}
