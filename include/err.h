/*
 * err.h - what is wrong with a request, as a list that the callee appends to.
 *
 * Every problem carries a code, a JSON pointer (RFC 6901) to the field and, where the sentence
 * needs one, a figure or name that takes the place of "{}" in the title and the cure. The list is
 * untouched on success, so checks chain. Texts live in one table (err.c), Chinese and English.
 */
#ifndef PLEDGED_ERR_H
#define PLEDGED_ERR_H
#include "arena.h"
#include "shape.h"

/* X(code, http status, zh title, en title, zh cure, en cure) */
#define ERR_TABLE(X)                                                                               \
    X(E_JSON, 400, "不是合法的 JSON:{}", "Not valid JSON: {}", "按 RFC 8259 修正后重发",           \
        "Correct the text according to RFC 8259 and send it again")                                \
    X(E_UTF8, 400, "不是合法的 UTF-8(字节 {})", "Not valid UTF-8 (at byte {})",                    \
        "以 UTF-8 编码发送;CSV 可声明 charset=gb18030",                                            \
        "Send UTF-8; a CSV may declare charset=gb18030")                                           \
    X(E_DEPTH, 400, "嵌套超过 {} 层", "Nested deeper than {} levels", "减少嵌套",                  \
        "Nest less deeply")                                                                        \
    X(E_DUPLICATE_KEY, 400, "键重复:{}", "Duplicate key: {}", "每个键只写一次",                    \
        "Write each key once")                                                                     \
    X(E_HTTP, 400, "HTTP 报文不合规:{}", "Malformed HTTP: {}", "按 RFC 9112 发送",                 \
        "Send a message that follows RFC 9112")                                                    \
    X(E_AUTH, 401, "未登录:{}", "Not authenticated: {}",                                           \
        "在 Authorization 头中发送 Bearer 令牌;令牌由运维人员用 pledged token add 签发",           \
        "Send Authorization: Bearer with a token issued by `pledged token add`")                   \
    X(E_SIGNATURE, 401, "请求签名无效:{}", "The request's signature is not taken: {}",             \
        "按 RFC 9421 以 hmac-sha256 重新签名(每次用新的 nonce 与 created);示例见 tests/clients",   \
        "Sign it anew by RFC 9421 with a new nonce and created; see tests/clients")                \
    X(E_CSRF, 403, "这次操作不是从控制台页面发出的",                                               \
        "This act did not come from a page of the console", "刷新页面后重试",                      \
        "Load the page again and retry")                                                           \
    X(E_ROLE, 403, "本机构类别({})无此权限", "Organisations of kind {} may not do this",           \
        "由有权的机构办理", "Ask an organisation that may")                                        \
    X(E_DUTY, 403, "此令牌无此职责:{}", "This token does not carry the duty: {}",                  \
        "换用有此职责的令牌,或由管理员另发", "Use a token that does, or ask for one")              \
    X(E_TOO_OFTEN, 429, "请求过于频繁:{}", "Too many requests: {}",                                \
        "按 Retry-After 所示,稍后再发", "Send it again after what Retry-After says")               \
    X(E_NOT_FOUND, 404, "找不到:{}", "Not found: {}", "核对地址与编号",                            \
        "Check the address and the id")                                                            \
    X(E_METHOD, 405, "此地址不支持方法 {}", "Method {} is not supported here",                     \
        "使用 Allow 头中列出的方法", "Use a method listed in the Allow header")                    \
    X(E_KEY_REUSED, 409, "同一编号已有不同内容:{}", "This key already holds other content: {}",    \
        "若是更正,请用 PUT 加 If-Match 与 reason;若是新业务,请换新编号",                           \
        "To correct, use PUT with If-Match and reason; for a new record use a new key")            \
    X(E_STALE, 409, "版本已变:当前为 {}", "The record has changed: current version is {}",         \
        "重新 GET,在新版本上更正", "GET it again and correct the new version")                     \
    X(E_STATE, 409, "当前状态下不能发生此事件:{}", "This cannot happen in the present state: {}",  \
        "此时可以登记:{}", "What can be told now: {}")                                             \
    X(E_STATE_LATER, 409, "与之后已登记的事件矛盾:{}", "Contradicts a later event on record: {}",  \
        "先用 reversed 冲销后一事件,或改正日期",                                                   \
        "Reverse the later event first, or correct the day")                                       \
    X(E_STEP, 409, "此步骤现在不能办理:{}", "This step cannot be taken now: {}", "按所列步骤办理", \
        "Take one of the steps listed")                                                            \
    X(E_SEEN, 409, "所见版本已变:{}", "What you saw has changed: {}",                              \
        "重新 GET,核对后以新的 seen 办理", "GET it again, look, and send the new seen")            \
    X(E_CHANGED, 409, "事实已变,应赔金额或方案不同:{}", "The facts have changed: {}",              \
        "退回理赔,由银行重新申请", "Return the claim; the bank submits it anew")                   \
    X(E_SAME_PERSON, 409, "经办与复核须为不同的人:{}", "Maker and checker are one person: {}",     \
        "由另一人办理", "Have another person take this step")                                      \
    X(E_PROPOSER_LEFT, 409, "提出人已停用,或其令牌已吊销:{}",                                      \
        "Who proposed this is out of office, or the token revoked: {}",                            \
        "由在任人员重新提出,此件可不同意",                                                         \
        "Somebody in office proposes it anew; this one can be refused")                            \
    X(E_APPROVER_LEFT, 409, "批准人已离岗,或其令牌已吊销:{}",                                      \
        "Who approved this is out of office, or the token revoked: {}",                            \
        "由在任人员重新批准(理赔须先解冻 release)",                                                \
        "Have it approved anew by somebody in office, a claim after its release")                  \
    X(E_FLAGGED, 409, "有未解除的高风险预警:{}", "Red flags stop this payment: {}",                \
        "查看各预警,由另一人以 POST /v1/flags/{id}/clear 说明理由解除后再支付",                    \
        "Look at each; another person clears it with a reason (POST /v1/flags/{id}/clear)")        \
    X(E_CLEARER, 409, "解除预警者不办理支付:{}", "Who cleared a flag does not pay: {}",            \
        "由另一人支付", "Have another person pay")                                                 \
    X(E_FLAGS_UNKNOWN, 503, "无法核查预警,不予支付:{}",                                            \
        "Flags cannot be judged, so nothing is paid: {}", "联系运维人员", "Tell the operator")     \
    X(E_CLEARED, 409, "已由 {} 解除", "Already cleared by {}", "无需再办",                         \
        "Nothing is left to do")                                                                   \
    X(E_MATURED, 409, "贷款已于 {} 到期,不得再放款",                                               \
        "The loan matured on {}: nothing more is drawn",                                           \
        "展期的,先报送展期(extended),放款日在其后",                                                \
        "Where it was extended tell that first (event extended); the draw is of a later day")      \
    X(E_REDRAW, 409, "贷款已列不良或赔付在办,不得再放款:{}",                                       \
        "Bad or claimed, so nothing more is drawn: {}",                                            \
        "先还清欠款、上调分类或撤回赔付申请;新的放款另立合同",                                     \
        "Cure it or withdraw the claim first; lend more under a contract of its own")              \
    X(E_UNTOLD, 409, "贷款已收回 {} 尚未办理追偿分配",                                             \
        "{} came back by the loan's events and was not shared", "先办理 recover",                  \
        "Take the step recover first")                                                             \
    X(E_UNAPPROVED, 409, "应赔金额超过已批准的金额:{}", "More than was approved: {}",              \
        "先解冻(release),再按现在的金额批准",                                                      \
        "Release the hold, then have it approved at what stands now")                              \
    X(E_STILL_BAD, 409, "贷款账上仍有拖欠或为不良:{}", "The loan is still bad by its account: {}", \
        "先报送还清欠款、上调分类或结清的贷款事件;赔付有误须退回的,由财政部门办理",                \
        "Tell what made it good again; a payment that was wrong is given back by finance")         \
    X(E_PAID_UPON, 409, "已据此赔付,不得更改:{}", "A claim was paid upon this: {}",                \
        "其余各项可以更正;赔付有误的先由财政部门办理 cure 退回并由另一人结案",                     \
        "Correct other fields; where the payment was wrong, finance gives it back first (cure, "   \
        "then close by another person)")                                                           \
    X(E_OVERLAP, 409, "与同一方案的另一版本时段重叠:{}", "Overlaps another version: {}",           \
        "调整生效或失效日", "Change the first or last day")                                        \
    X(E_SEALED, 409, "该季度已封存:{}", "The quarter is sealed already: {}",                       \
        "封存只办一次;之后的变化见 …/diff",                                                        \
        "A quarter is sealed once; see …/diff for what changed")                                   \
    X(E_SEAL_EARLY, 409, "季度尚未结束,不能封存", "The quarter is not over yet", "{} 起可以封存",  \
        "It can be sealed from {}")                                                                \
    X(E_SEAL_OPEN, 409, "以前的季度尚未封存:{}", "Earlier quarters are still open: {}",            \
        "按先后依次封存", "Seal them first, in their order")                                       \
    X(E_SEAL_ORDER, 409, "之后的季度已封存:{}", "A later quarter is sealed already: {}",           \
        "封存依次相连,不能补插;差额列入以后季度的重述",                                            \
        "Seals follow each other; what belongs to an earlier quarter is shown as a restatement")   \
    X(E_NOT_SEALED, 404, "该季度尚未封存:{}", "The quarter is not sealed: {}",                     \
        "先封存,或查阅实时报告", "Seal it first, or read the live report")                         \
    X(E_SEAL_KEY, 503, "缺少封存密钥:{}", "A key of the seals is missing: {}",                     \
        "由运维人员恢复该文件,或运行 pledged report-keys --new",                                   \
        "The operator puts the file back, or runs pledged report-keys --new")                      \
    X(E_TOO_LARGE, 413, "内容超过上限 {}", "Larger than the limit of {}",                          \
        "分批发送,或用 CSV/NDJSON 上传", "Send less at a time, or upload CSV/NDJSON")              \
    X(E_MEDIA_TYPE, 415, "不支持的内容类型:{}", "Unsupported content type: {}",                    \
        "使用 application/json、application/x-ndjson、text/csv 或 .xlsx 的类型",                   \
        "Use application/json, application/x-ndjson, text/csv or the type of .xlsx")               \
    X(E_CODING, 415, "不支持的内容编码:{}", "Unsupported content coding: {}",                      \
        "不压缩发送,去掉 Content-Encoding 头", "Send it as it is, without Content-Encoding")       \
    X(E_NEED, 422, "缺少必填项", "Required field is missing", "补上该项", "Add the field")         \
    X(E_UNKNOWN, 422, "没有此字段", "Unknown field", "删去,或改为 {}", "Remove it, or use {}")     \
    X(E_NULL, 422, "不接受 null", "null is not accepted", "没有值时省略该字段",                    \
        "Leave the field out when it has no value")                                                \
    X(E_TYPE, 422, "类型不对", "Wrong type", "应为 {}", "Send {}")                                 \
    X(E_TEXT_NUMBER, 422, "金额与比率须写成文本", "Money and rates travel as text",                \
        "加引号,例如 {}", "Put it in quotes, for example {}")                                      \
    X(E_MONEY, 422, "金额格式不对", "Not an amount",                                               \
        "写成元,至多两位小数,不用千分位,例如 \"5000000.00\"",                                      \
        "Yuan with at most two decimals and no separators, for example \"5000000.00\"")            \
    X(E_RATE, 422, "比率格式不对", "Not a rate", "写成百分数,至多四位小数,例如 \"3.65\"",          \
        "Percent with at most four decimals, for example \"3.65\"")                                \
    X(E_DAY, 422, "日期不存在或格式不对", "Not a calendar day", "写成 2022-07-01",                 \
        "Write it as 2022-07-01")                                                                  \
    X(E_INSTANT, 422, "时刻格式不对", "Not an instant", "写成 2022-07-01T09:30:00+08:00",          \
        "Write it as 2022-07-01T09:30:00+08:00")                                                   \
    X(E_QUARTER, 422, "季度格式不对", "Not a quarter", "写成 2022Q3", "Write it as 2022Q3")        \
    X(E_RANGE, 422, "超出范围", "Out of range", "应在 {} 之间", "Must be within {}")               \
    X(E_LENGTH, 422, "长度不对", "Wrong length", "长度应为 {}", "Length must be {}")               \
    X(E_CHARS, 422, "含有不可见字符或首尾空格:{}", "Invisible characters or outer spaces: {}",     \
        "删去 {}", "Remove {}")                                                                    \
    X(E_CARD_NO, 422, "似含身份证号码", "Seems to hold an identity-card number",                   \
        "只写姓名;不得录入身份证号码", "Write the name alone; no such number may be recorded")     \
    X(E_CHOICE, 422, "不是可选值", "Not one of the choices", "可选:{}", "Choose one of: {}")       \
    X(E_ORDER, 422, "日期先后不对", "Dates out of order", "不得早于 {}",                           \
        "Must not be earlier than {}")                                                             \
    X(E_EXCEEDS, 422, "超过 {}", "Exceeds {}", "改为不大于 {}", "Make it no larger than {}")       \
    X(E_USCC, 422, "统一社会信用代码不合 GB 32100", "Not a unified social credit code (GB 32100)", \
        "核对 18 位代码:{}", "Check the 18 characters: {}")                                        \
    X(E_USCC_DIGIT, 422, "统一社会信用代码校验位不符",                                             \
        "The check digit of the credit code is off",                                               \
        "核对证照第 18 位:{};证照确实如此的,在 confirmed 中写上该项名称再报一次",                  \
        "Check the licence ({}); if it does show this code, send it again with this field's name " \
        "in "                                                                                      \
        "confirmed")                                                                               \
    X(E_PATENT, 422, "专利号校验不通过", "Not a valid patent number", "核对号码:{}",               \
        "Check the number: {}")                                                                    \
    X(E_TRADEMARK, 422, "商标注册号格式不对", "Not a trademark registration number",               \
        "写成至多 8 位数字,或 G 加 5 至 7 位数字", "Up to 8 digits, or G and 5 to 7 digits")       \
    X(E_IP_KIND, 422, "种类与号码不符", "The kind contradicts the number", "按号码应为 {}",        \
        "By its number this is {}")                                                                \
    X(E_DISTRICT, 422, "不是本市的区代码", "Not a district of this city",                          \
        "使用 6 位区代码,例如 {};全部列于 GET /v1/districts",                                      \
        "Use a 6-digit code as {}; GET /v1/districts lists them")                                  \
    X(E_INDUSTRY, 422, "行业代码不合 GB/T 4754", "Not an industry code (GB/T 4754)",               \
        "门类字母加 2 至 4 位数字,例如 C3973",                                                     \
        "Section letter and 2 to 4 digits, for example C3973")                                     \
    X(E_PLEDGE_NO, 422, "质权登记号格式不对", "Not a pledge registration number",                  \
        "例如 Y2021310000123", "For example Y2021310000123")                                       \
    X(E_ID, 422, "不是记录编号", "Not a record id", "使用 36 位 UUID",                             \
        "Use the 36-character UUID")                                                               \
    X(E_REPEATED, 422, "重复出现", "Listed twice", "只保留一次:{}", "Keep it once: {}")            \
    X(E_KEY_CHANGED, 422, "编号不可更改", "The key of a record cannot change", "应为 {}",          \
        "It must stay {}")                                                                         \
    X(E_IF_MATCH, 428, "更正须带 If-Match", "A correction needs If-Match",                         \
        "发送 If-Match: \"版本号\",版本号取自 GET 的 ETag",                                        \
        "Send If-Match: \"<version>\" with the version of the ETag of a GET")                      \
    X(E_ETAG, 422, "If-Match 不是一个版本:{}", "If-Match is not one version: {}",                  \
        "原样写上 GET 所得的 ETag,如 \"3\"", "Send the ETag of a GET as it is, as \"3\"")          \
    X(E_PARAM, 422, "没有此查询参数", "Unknown query parameter", "可用:{}", "Known: {}")           \
    X(E_SECTION, 422, "没有此章节", "No such section", "最接近的是 {}", "The nearest is {}")       \
    X(E_CURSOR, 422, "游标无效", "Not a cursor of this list", "使用上一页 next 的值",              \
        "Use the value of next of the page before")                                                \
    X(E_CSV, 422, "CSV 格式有误:{}", "Malformed CSV: {}", "检查引号、分隔符与编码",                \
        "Check quotes, separators and encoding")                                                   \
    X(E_QUOTE, 422, "引号不成对", "Quotes that do not match",                                      \
        "单元格内的引号写两个(\"\"),或删去;只有这一行未读",                                        \
        "Double a quote inside a cell, or remove it; only this line was not read")                 \
    X(E_BYTES, 422, "有不属于 {} 的字节", "Holds bytes that are not {}",                           \
        "在表格软件中重新录入该单元格后另存", "Type the cell again and save the file anew")        \
    X(E_CHARSET, 422, "无法确定文件的字符集:{} 都读不通", "Which charset is this? {} both fail",   \
        "另存为“CSV UTF-8”,或以 charset= 声明;不要把两种编码的文件拼在一起",                       \
        "Save it as CSV UTF-8, or declare charset=; do not join files of two charsets")            \
    X(E_WORKBOOK, 415, "这不是 CSV,而是工作簿或其他格式的文件:{}",                                 \
        "No CSV but a workbook or another kind of file: {}",                                       \
        "在表格软件中另存为“CSV UTF-8”;.xlsx 工作簿也可直接报送,"            \
        "Content-Type: "                                                                           \
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet)",                      \
        "Save it as CSV UTF-8; a workbook (.xlsx) can be sent as "                                 \
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")                       \
    X(E_BOOK, 422, "工作簿读不出:{}", "The workbook cannot be read: {}",                           \
        "用 Excel 或 WPS 打开后另存为 .xlsx(不加密码),再报一次",                                   \
        "Open it, save it as .xlsx without a password, and send it again")                         \
    X(E_SHEET, 422, "没有这张工作表", "No such sheet", "可读的工作表:{}", "Sheets: {}")            \
    X(E_TWO_READINGS, 422, "有两种读法:{}", "Has two readings: {}",                                \
        "写明是哪一种:日期年份在前,比率带 %",                                                      \
        "Say which: the year first in a day, a % behind a rate")                                   \
    X(E_FORMULA, 422, "是公式写法,不是值:{}", "A formula, not a value: {}",                        \
        "直接写值(复制后“选择性粘贴—数值”)", "Write the value (paste special: values)")            \
    X(E_APOSTROPHE, 422, "以撇号开头", "Begins with an apostrophe", "删去撇号,写成 {}",            \
        "Remove the apostrophe: {}")                                                               \
    X(E_CELL_ERROR, 422, "是表格的错误值 {}", "The spreadsheet's error {}",                        \
        "查明公式的错误,填入真实的值", "Mend the formula and write the value")                     \
    X(E_DIGITS_LOST, 422, "长号码已被表格改成 {},后面的位数已丢失",                                \
        "The spreadsheet turned a long number into {}; its last digits are lost",                  \
        "从原系统重新取数;先把该列设为“文本”再粘贴",                                               \
        "Take it from the source again; make the column text first")                               \
    X(E_CELL_FORMAT, 422, "单元格的数字格式使显示与存值不同:{}",                                   \
        "The number format of the cell shows something else than it holds: {}",                    \
        "把要报送的内容直接写进单元格:编号用文本格式写全,金额只写人民币数字,单位写在表头",         \
        "Write the value itself: a number of a contract in full as text, an amount as yuan")       \
    X(E_SERIAL, 422, "是表格的日期序号,意为 {}", "The serial number of a day: {}",                 \
        "把该列设为日期格式(2022-07-01)后另存",                                                    \
        "Give the column a date format (2022-07-01) and save it again")                            \
    X(E_DAY_ORDER, 422, "日期须年份在前、四位", "A day begins with its year, in four digits",      \
        "写成 {}", "Write it as {}")                                                               \
    X(E_CELL_UNIT, 422, "单元格里带了单位或符号:{}", "A unit or sign in the cell: {}",             \
        "单元格只写数字,单位写在表头,如“贷款金额(万元)”",                                          \
        "Write the number alone; the unit stands in the header, as in 贷款金额(万元)")             \
    X(E_NO_TITLE, 422, "第 {} 列有数据而没有表头", "Column {} has data and no title",              \
        "补上第 {} 列的表头,或清空该列", "Give column {} a title, or empty it")                    \
    X(E_HEADER, 422, "表头有误:{}", "Header row: {}",                                              \
        "使用 GET …/template.csv 的表头(中文或英文列名)",                                          \
        "Use the columns of GET …/template.csv (Chinese or English names)")                        \
    X(E_EMPTY, 422, "没有任何数据行", "No data lines", "至少一行", "Send at least one line")       \
    X(E_LINES, 413, "原子批次超过 {} 行", "An atomic batch has at most {} lines", "分成几批",      \
        "Split it")                                                                                \
    X(E_BATCH, 422, "批次未入库:{} 行有误", "Nothing was stored: {} lines failed",                 \
        "改正所列各行后整批重发", "Correct the listed lines and send the whole batch again")       \
    X(E_PLAN, 422, "年度不在计划范围", "The year is outside the plan", "应为 {}", "Must be {}")    \
    X(E_PATH, 422, "与路径不符", "Contradicts the address", "改为 {},或删去",                      \
        "Make it {}, or leave it out")                                                             \
    X(E_UNWANTED, 422, "{} 不带此项", "{} does not take this field", "删去", "Remove it")          \
    X(E_FUTURE, 422, "日期在将来", "The day is in the future", "不晚于 {}", "Not later than {}")   \
    X(E_NO_LOAN, 422, "本机构没有此合同:{}", "No loan of yours has this contract number: {}",      \
        "先报送贷款,或核对合同编号", "Record the loan first, or check the number")                 \
    X(E_NO_EVENT, 422, "没有可冲销的事件:{}", "No event to reverse: {}",                           \
        "写同一贷款(权利)一个未冲销事件的 reference",                                              \
        "Name the reference of an event that stands, of the same loan or right")                   \
    X(E_OUTSTANDING, 422, "应等于未偿本金", "Must equal the outstanding principal",                \
        "改为 {},或省略", "Make it {}, or leave it out")                                           \
    X(E_NO_ORG, 422, "没有此机构:{}", "No such organisation: {}", "先登记机构",                    \
        "Register the organisation first")                                                         \
    X(E_NO_PERSON, 422, "没有此人或已停用:{}", "No such person, or disabled: {}", "先登记人员",    \
        "Register the person first")                                                               \
    X(E_ALONE, 409, "封存须单独同意,不能随整批一起成败",                                           \
        "A seal is agreed to by itself, not in a batch that is all or nothing", "POST {}",         \
        "POST {}")                                                                                 \
    X(E_OTHER_PERSON, 409, "证件号与已登记的不同:{}", "Known by another identity number: {}",      \
        "核对证件号;如确为另一人,则不是同一人", "Check the number: it tells two persons apart")    \
    X(E_ORG_CODE, 422, "机构代码格式不对", "Not the code of an organisation",                      \
        "1 至 40 个可见的 ASCII 字符,不含 @ 与 /",                                                 \
        "1 to 40 ASCII signs that can be seen, no @ or /")                                         \
    X(E_ACCOUNT_CODE, 422, "账户代码格式不对", "Not an account code",                              \
        "字母、数字与 - 组成,各段以 : 相连,例如 fund:SH-DEPOSIT",                                  \
        "Parts of letters, digits and -, joined by :, for example fund:SH-DEPOSIT")                \
    X(E_ACCOUNT, 422, "没有此账户", "No such account", "最接近的是 {}", "The nearest is {}")       \
    X(E_ACCOUNT_CLAIMS, 422, "此账户只由理赔记账", "Only claims post to this account",             \
        "用 adjustment 账户调整", "Adjust through the adjustment account")                         \
    X(E_RESERVED, 422, "账户名 {} 由方案与理赔专用",                                               \
        "Accounts named {} belong to schemes and claims", "换一个名称;方案批准时自动开设",         \
        "Choose another name; approving a scheme opens them")                                      \
    X(E_URL, 422, "不是可投递的地址:{}", "Not an address that can be sent to: {}",                 \
        "使用公网上的 https 地址,不带用户名与 #",                                                  \
        "Use an https address of the public internet, without user and #")                         \
    X(E_WEBHOOKS, 409, "订阅已达 {} 个", "There are {} subscriptions already", "先停止不用的订阅", \
        "Disable one that is not needed")                                                          \
    X(E_TAKEN, 409, "已被占用:{}", "Already taken: {}", "换一个名称", "Choose another name")       \
    X(E_OVERDRAFT, 409, "账户可用余额不足:{}", "The account does not cover it: {}",                \
        "减少金额,或先拨入资金", "Post less, or appropriate money first")                          \
    X(E_NO_TRANSFER, 422, "没有可冲销的转账", "No transfer to reverse",                            \
        "写一笔拨款或调整转账的 id;赔付由理赔流程更正",                                            \
        "Name an appropriation or adjustment; compensation is corrected through its claim")        \
    X(E_REVERSED, 409, "已被冲销,见 {}", "Already reversed, see {}", "无需再冲销",                 \
        "Nothing is left to reverse")                                                              \
    X(E_SAME, 422, "借贷不能是同一账户", "Debit and credit are the same account", "改其中一个",    \
        "Change one of them")                                                                      \
    X(E_SHARE_SUM, 422, "分担比例合计须为 100%", "The shares must add up to 100 %", "现合计 {}%",  \
        "They add up to {} %")                                                                     \
    X(E_LAYERS, 422, "分担层须各有且仅有一个 fund 与 bank",                                        \
        "One fund and one bank layer are needed", "每方一层", "One layer for each party")          \
    X(E_CLAIM_KIND, 422, "该方案不办理此类赔付:{}", "Not a kind of claim of scheme {}",            \
        "改为 compensation", "Use compensation")                                                   \
    X(E_NOT_IN_SCHEME, 422, "贷款签订时无生效的风险分担方案:{}",                                   \
        "No approved scheme governed the loan when it was signed: {}",                             \
        "核对贷款的 scheme 与签订日", "Check the loan's scheme and day of signing")                \
    X(E_CONDITIONS, 422, "不符合方案条件:{}", "A condition of the scheme does not hold: {}",       \
        "按所列改变后再备案", "Change what is listed, then ask again")                             \
    X(E_COVERED, 409, "该贷款已有备案:{}", "The loan has cover, or asked for it: {}",              \
        "无需再备案;要换方案先终止原备案",                                                         \
        "Nothing is left to do; to change the scheme end it first")                                \
    X(E_NOT_LIVE, 422, "贷款已 {},不能备案", "The loan is {}: it cannot be covered",               \
        "只有存续的贷款可以备案", "Only a loan that is still owed can be")                         \
    X(E_DEFAULTED, 422, "备案前已违约:{}", "In default before cover began: {}",                    \
        "备案只对其后的违约有效", "Cover holds for defaults after it")                             \
    X(E_UNCONFIRMED, 409, "备案后的变化尚未确认:{}",                                               \
        "Told since the cover was given, and not confirmed: {}",                                   \
        "在此之前按备案时所知计算;由财政部门办理 confirm",                                         \
        "Until then what was known when it was given counts; finance takes the step confirm")      \
    X(E_DEFAULT_TOLD, 409, "此前曾报违约或已过期限:{}",                                            \
        "A default was told, or the term had ended, before: {}", "由财政部门核对后确认",           \
        "A person of finance looks at it and confirms")                                            \
    X(E_FILED_LATE, 422, "已过备案期限", "The time to ask for cover has passed", "最迟 {}",        \
        "The last day was {}")                                                                     \
    X(E_PAUSED, 422, "本行备案已暂停:{}", "New cover of this bank is paused: {}",                  \
        "不良降至限额以下后再备案", "Ask again once bad loans are below the limit")                \
    X(E_NO_COVER, 422, "贷款没有有效备案:{}", "The loan is not covered: {}",                       \
        "备案须在违约之前:POST /v1/coverages,或报送贷款时写明 scheme;纸质备案由财政两人确认",      \
        "Ask for cover before a default: POST /v1/coverages, or name the scheme with the loan")    \
    X(E_SUSPENDED, 409, "备案因更正而中止:{}", "The cover is suspended by a correction: {}",       \
        "由财政确认或不予确认该更正后再申请", "Finance confirms or refuses the correction first")  \
    X(E_REJUDGE, 409, "贷款已更正,方案条件正在重新判定:{}",                                        \
        "Its loan was corrected, the conditions are being judged again: {}", "稍后再办",           \
        "Try again in a moment")                                                                   \
    X(E_UNMET, 409, "更正后不符合方案条件:{}",                                                     \
        "Since its loan was corrected a condition of the scheme does not hold: {}",                \
        "更正有误的,由银行再次更正,备案即恢复;属实的,终止备案",                                    \
        "If the correction was wrong its bank corrects it again, and the cover is whole; else "    \
        "the cover ends")                                                                          \
    X(E_CLAIMANT, 422, "该方案不由本机构申请:{}", "Not an organisation that may claim under {}",   \
        "由方案所列申请人申请", "One that the scheme names claims")                                \
    X(E_TODAY, 422, "日期由台账记录", "The ledger sets this day", "删去,或写 {}",                  \
        "Leave it out, or write {}")                                                               \
    X(E_SECOND_PERSON, 409, "纸质收到日 {} 须先由另一人确认",                                      \
        "The day of a paper ({}) needs a second person first", "由另一人办理 confirm 后再受理",    \
        "Another person takes the step confirm, then accept")                                      \
    X(E_TRIGGER, 422, "未达到赔付触发条件:{}", "The trigger is not reached: {}",                   \
        "达到后再申请,或补报贷款事件", "Claim once it is, or report the missing loan events")      \
    X(E_WINDOW, 422, "已过申请期", "The time to claim has passed", "最迟 {}",                      \
        "The last day was {}")                                                                     \
    X(E_RELEASED, 422, "质押已解除:{}", "The pledge was released: {}", "不予赔付;登记有误先冲销",  \
        "Not covered; reverse the event if it is wrong")                                           \
    X(E_UNREGISTERED, 422, "违约时质权未登记:{}", "The pledge was not registered at default: {}",  \
        "质权自登记时设立(民法典 444 条);登记日有误先更正贷款",                                    \
        "A pledge exists from registration (Civil Code art. 444); correct the loan if wrong")      \
    X(E_EXCLUDED, 422, "已有政策性担保,本方案不重复补偿:{}",                                       \
        "Loans under a policy guarantee are excluded: {}", "由担保方案赔付",                       \
        "Claim under the guarantee")                                                               \
    X(E_IP_SHARE, 422, "知识产权担保占比不足", "The share secured by IP is too small",             \
        "不低于 {}%", "At least {} %")                                                             \
    X(E_NO_LPR, 422, "该日的 LPR 尚未录入:{}", "No LPR is known for {}",                           \
        "先补录 LPR:POST /v1/lpr(财政、知识产权部门)",                                             \
        "Enter it first: POST /v1/lpr (finance, IP office)")                                       \
    X(E_RATE_CEILING, 422, "利率超过方案上限", "The rate exceeds the scheme's ceiling",            \
        "上限 {}%", "The ceiling is {} %")                                                         \
    X(E_SAME_CREDIT, 422, "与另一合同似为同一笔贷款:{}",                                           \
        "Looks like the same credit as contract {}",                                               \
        "同一笔贷款只报送一次;确为两笔的,由主管部门核定",                                          \
        "Report one credit once; where they are two, ask the office")                              \
    X(E_LATE_CHANGE, 422, "违约后更改过决定赔付的事项(第 {} 版)",                                  \
        "Something that decides the payment was changed after the default (version {})",           \
        "恢复原值后再申请", "Restore what stood, then claim")                                      \
    X(E_COMPENSATED, 422, "已在他处申请或获得补偿:{}", "Already claimed: {}", "不重复赔付",        \
        "No loss is compensated twice")                                                            \
    X(E_LEVERAGE, 422, "超出资金池放大倍数:{}", "Beyond the leverage of the pool: {}",             \
        "先增拨资金", "Appropriate more money first")                                              \
    X(E_BREAKER, 422, "本行不良率触发熔断:{}", "The bank's bad-loan ratio breaks the circuit: {}", \
        "降至限额以下后再申请", "Claim once it is below the limit")                                \
    X(E_CAP, 422, "额度已用尽:{}", "Nothing is left under {}", "不再赔付", "No more is paid")      \
    X(E_NO_LOSS, 422, "基金无应赔金额:{}", "No loss for the fund to bear: {}", "核对金额",         \
        "Check the amounts")                                                                       \
    X(E_FACT, 422, "没有此事实", "No such fact", "最接近的是 {}", "The nearest is {}")             \
    X(E_CONDITION, 422, "{} 须单独成一个条件", "{} stands alone in its condition",                 \
        "分成两个条件,用 all 组合", "Write two conditions and join them with all")                 \
    X(E_WINDOW_EMPTY, 422, "区间为空", "The window is empty", "先写较小的一端",                    \
        "Write the lower end first")                                                               \
    X(E_TWO_ANSWERS, 422, "同一情形有两个答案:{}", "Two items answer one case: {}",                \
        "用 when 把两项的情形分开", "Separate their cases with when")                              \
    X(E_TOO_WIDE, 422, "when 条件涉及的事实过多,无法查证是否重叠",                                 \
        "The when conditions involve too many facts to tell whether they overlap",                 \
        "减少 when 中的事实", "Use fewer facts in when")                                           \
    X(E_CONTRADICTS, 422, "与其他事实矛盾", "Contradicts other facts", "应为 {},或删去",           \
        "Make it {}, or leave it out")                                                             \
    X(E_BUDGET_ACCOUNT, 422, "预算账户不属于该政策的区",                                           \
        "Not a budget account of the policy's district", "以 {} 开头", "Begin it with {}")         \
    X(E_OWN_DISTRICT, 422, "只能制定本区政策", "A district writes its own policies", "写 {}",      \
        "Write {}")                                                                                \
    X(E_NO_POLICY, 422, "没有此政策", "No such policy", "核对代码:{}", "Check the code: {}")       \
    X(E_NO_BUDGET, 422, "没有此年度的预算:{}", "No budget of that year: {}", "先拨款",             \
        "Appropriate money first")                                                                 \
    X(E_KNOWN, 422, "此事实由台账得出,不能填报", "The ledger tells this fact itself",              \
        "删去;台账尚无的:{}", "Remove it; where the ledger has none: {}")                          \
    X(E_EVIDENCE, 422, "此事实须附凭证", "This fact needs a document",                             \
        "在 evidence 中写明 {} 的文件名与 SHA-256",                                                \
        "Name the document and its SHA-256 under evidence, for {}")                                \
    X(E_HASH, 422, "不是 SHA-256", "Not a SHA-256", "写 64 位小写十六进制数字",                    \
        "Write 64 hexadecimal digits, lower case")                                                 \
    X(E_INVOICE_TAKEN, 422, "此发票已获补贴或重复填报:{}",                                         \
        "This invoice was subsidised or stands here twice: {}",                                    \
        "删去;一张发票、一份保费只补贴一次",                                                       \
        "Remove it; an invoice, and a premium, is subsidised once")                                \
    X(E_AMBIGUOUS, 422, "几家银行都有此合同编号", "Several banks use this contract number",        \
        "改用贷款记录的 id", "Use the id of the loan's record")                                    \
    X(E_LOAN, 422, "找不到贷款:{}", "No such loan: {}", "写合同编号或贷款记录的 id",               \
        "Give the contract number or the id of its record")                                        \
    X(E_INSURANCE, 422, "找不到保单:{}", "No such insurance policy: {}",                           \
        "写保单号或保单记录的 id", "Give the number of the policy or the id of its record")        \
    X(E_NO_LETTER, 422, "尚无决定:{}", "Nothing is decided yet: {}", "批准或不予补贴后再印发",     \
        "Approve or refuse it first")                                                              \
    X(E_FACTS_MOVED, 409, "事实在办理中不断变化", "The facts kept changing meanwhile", "稍后重试", \
        "Try again")                                                                               \
    X(E_FACTS_CHANGED, 409, "贷款事实自申请后已变:{}", "The loan has changed since: {}",           \
        "不予补贴后重新申请", "Refuse it and apply anew")                                          \
    X(E_ITEM, 422, "此项缺少或多余:{}", "Missing or too much for this item: {}",                   \
        "interest 用 share 或 points;费用用 share、of_loan、amount 或 tiers;"              \
        "奖励用 share、amount 或 tiers",                                                           \
        "interest takes share or points; fees share, of_loan, amount or tiers; awards share, "     \
        "amount or tiers")                                                                         \
    X(E_NOT_PUBLISHED, 404, "该季度尚未公布:{}", "The quarter is not published: {}",               \
        "由两人先后 POST …/publish",                                                               \
        "Two persons publish it, one after the other: POST …/publish")                             \
    X(E_LATE_REASON, 422, "计入已封存的季度 {},须说明迟报原因",                                    \
        "Counts in {}, a quarter that is sealed: say why it comes late",                           \
        "带 ?reason= 再报一次,原因将随重述列出",                                                   \
        "Send it again with ?reason=; it is listed among the restatements")                        \
    X(E_LATER, 422, "日期先后不对", "Dates out of order", "不得晚于 {}",                           \
        "Must not be later than {}")                                                               \
    X(E_COVER, 422, "不在承保期间内", "Outside the days covered", "应在 {} 之内",                  \
        "Must lie within {}")                                                                      \
    X(E_COVER_OVERLAP, 409, "与同号保险单的承保期间重叠:{}",                                       \
        "Overlaps the cover of another policy of this number: {}",                                 \
        "调整起止期,或先更正另一份(可填退保日)",                                                   \
        "Change the days, or correct the other policy first (cancelled_on ends its cover)")        \
    X(E_NO_INSURANCE, 422, "没有此保险单:{}", "No policy of yours has this number: {}",            \
        "先报送保险单,或核对单号", "Record the policy first, or check the number")                 \
    X(E_TRANCHES, 422, "分档金额合计须等于发行金额,现为 {}",                                       \
        "The tranches must add up to the amount; they add up to {}", "核对各档金额",               \
        "Check the amounts of the tranches")                                                       \
    X(E_NO_ISSUE, 422, "没有此证券化产品:{}", "No issue of yours has this reference: {}",          \
        "先报送发行,或核对编号", "Record the issue first, or check the reference")                 \
    X(E_NO_RECORD, 422, "找不到记录:{}", "No such record: {}",                                     \
        "核对编号;其他机构的记录用其记录编号(id)",                                                 \
        "Check the reference; name another organisation's record by its id")                       \
    X(E_TWO_RECORDS, 422, "有几条记录同此编号:{}", "Several records have this reference: {}",      \
        "用记录编号(id)指明", "Name it by its id")                                                 \
    X(E_OWN_TELLING, 409, "报送机构不能确认自己的报送:{}",                                         \
        "Whoever told this can not confirm it: {}", "由另一机构核对后确认",                        \
        "Have another organisation look at it and confirm")                                        \
    X(E_VOIDED, 409, "已作废:{}", "It is void: {}", "另行报送正确的一笔",                          \
        "Submit what is right as a new record")                                                    \
    X(E_TOLD_ALREADY, 409, "同一事项已报送(日期 {})", "This was told already (of {})",             \
        "不重复报送;原报送有误的,由其报送机构更正",                                                \
        "Do not tell it twice; whoever told it first corrects it")                                 \
    X(E_RIGHT_DEAD, 422, "该日专利已失效:{}", "The patent was not in force on that day: {}",       \
        "核对专利号与日期;登记簿有误的,先由知识产权局更正登记簿事项",                              \
        "Check number and day; where the register is wrong it is put right first")                 \
    X(E_NOT_OWNER, 422, "登记簿所载权利人不在其列:{}",                                             \
        "None of these parties is the owner on the register: {}",                                  \
        "核对双方代码;登记簿未更新的,先补报登记簿事项",                                            \
        "Check the parties; where the register lags, its event is recorded first")                 \
    X(E_RECEIPT_TAKEN, 409, "此回单号已用于另一笔到账:{}",                                         \
        "Another payment bears this receipt number: {}", "核对回单号;一张回单只报一次",            \
        "Check the number; a receipt counts once")                                                 \
    X(E_IPC, 422, "不是国际专利分类号", "Not a symbol of the patent classification",               \
        "至少写到小类,例如 H01L 或 H01L 21/67", "At least the subclass: H01L or H01L 21/67")       \
    X(E_OFFER, 409, "供给现不可用:{}", "The offer can not be taken now: {}",                       \
        "核对其状态与条件,或另选一项", "Look at its state and terms, or take another")             \
    X(E_NOT_SME, 422, "未证明为中小微企业:{}", "Not proven to be a small or medium firm: {}",      \
        "补报行业、从业人员、营业收入与资产", "Tell industry, employees, revenue and assets")      \
    X(E_PERIOD, 422, "期间格式不对", "Not a year or quarter", "写成 2022 或 2022Q3",               \
        "Write it as 2022 or 2022Q3")                                                              \
    X(E_NOT_ENDED, 422, "期间尚未结束", "The period has not ended", "最近一期为 {}",               \
        "The last one is {}")                                                                      \
    X(E_WHOLE_YEAR, 422, "此项只按年度报送", "Reported by whole years only", "写成 {}",            \
        "Write it as {}")                                                                          \
    X(E_REPORTED_TWICE, 409, "同一期间已报送:{}", "Already reported for this period: {}",          \
        "若是更正,用 PUT 更正那条记录", "To change it, correct that record with PUT")              \
    X(E_DECIMAL, 422, "数值格式不对", "Not a decimal figure", "写成 37 或 0.75,至多四位小数",      \
        "Write it as 37 or 0.75, with at most four decimals")                                      \
    X(E_NOT_RESPONSIBLE, 422, "该部门不是此举措的责任部门", "Not responsible for this measure",    \
        "责任部门:{}", "Responsible are: {}")                                                      \
    X(E_RECORDER, 422, "该部门的进展不由本机构报送",                                               \
        "Another organisation records for this department", "由 {} 报送", "Recorded by {}")        \
    X(E_RHYTHM, 422, "与报送频率不符", "Not a period of the reporting rhythm", "应为 {}",          \
        "Must be one of {}")                                                                       \
    X(E_FIRM_DISTRICT, 422, "不是本区企业", "Not a firm of your district", "本区为 {}",            \
        "Your district is {}")                                                                     \
    X(E_FIRM_STRANGER, 422, "不是本行借款企业:{}", "Not a borrower of yours: {}",                  \
        "先报送该企业的贷款", "Record its loan first")                                             \
    X(E_PERIOD_SUM, 409, "季度与年度数不符:{}", "The quarters and the year disagree: {}",          \
        "核对两者,先更正有误的一项", "Check both, and correct the wrong one first")                \
    X(E_RUNNING, 422, "该季度尚未结束:{}", "The quarter has not ended: {}", "写已结束的季度",      \
        "Name a quarter that has ended")                                                           \
    X(E_SUM, 422, "合计超出可计范围", "The sum is beyond what can be counted", "缩小期间或范围",   \
        "Ask for a shorter period or a smaller part")                                              \
    X(E_EXPECT, 417, "不支持的 Expect:{}", "Unsupported Expect: {}", "去掉 Expect 头",             \
        "Leave the header out")                                                                    \
    X(E_TIMEOUT, 408, "发送过慢,已断开", "Sent too slowly", "检查网络后重发",                      \
        "Check the network and send again")                                                        \
    X(E_INTERNAL, 500, "服务内部错误", "Internal error", "请带 request_id 联系运维人员",           \
        "Contact the operator with the request_id")                                                \
    X(E_CLOCK, 503, "服务器时钟比最新记录落后 {},暂停写入",                                        \
        "The server's clock is {} behind the newest record, nothing is written",                   \
        "请运维人员校准时钟,或确认无误后执行 pledged clock --accept;随后原样重发",                 \
        "Ask the operator to set it right, or to run `pledged clock --accept`; then send again")   \
    X(E_BUSY, 503, "暂时不可用:{}", "Temporarily unavailable: {}",                                 \
        "按 Retry-After 等待后原样重发;同一编号不会重复入账",                                      \
        "Wait as Retry-After says and send the same again; the same key is never booked twice")

enum err_code {
#define X(code, ...) code,
    ERR_TABLE(X)
#undef X
        ERR_CODE_COUNT
};

struct err_text {
    const char *name; /* "E_RANGE" */
    int status;
    const char *zh, *en, *cure_zh, *cure_en;
};
const struct err_text *err_text(enum err_code code);
enum err_code err_by_name(struct str name); /* E_INTERNAL when there is none of that name */

struct problem {
    enum err_code code;
    struct str pointer; /* "" is the whole document */
    struct str arg;     /* takes the place of {} ; may be empty */
    const char *field;  /* its title; NULL: not said */
    struct str value;   /* what was read there; p == NULL: not said */
    struct str beside; /* {"pointer":…,"title":…,"seen":…,"now":…}, …: what differs; or p == NULL */
    struct problem *next;
};
struct err {
    struct arena *a;
    struct problem *first, *last;
    int n;
};
/* A list keeps the first 100 problems; further ones are counted in n only. */
enum { ERR_KEPT_MAX = 100 };

void err_init(struct err *e, struct arena *a);
/* What was read where the problems after `before` (the last one then, or NULL) are. */
void err_value(struct err *e, const struct problem *before, struct str value);
/* p is in the list. */
void err_drop(struct err *e, const struct problem *p);
/* fmt may be NULL when the texts of the code hold no {}. Returns false, so that a check can end
 * with `return err_add(…)`. */
bool err_add(struct err *e, enum err_code code, struct str pointer, const char *fmt, ...)
    PRINTF(4, 5);
/* "[{"pointer":…,"code":…,"title":…,"cure":…},…]" appended to out. */
void err_write(const struct err *e, bool english, struct buf *out);
extern const struct member error_members[]; /* of one of these */
/* "difference":[…] of all of them into the open object, if any says what differs. */
void err_write_difference(const struct err *e, struct buf *out);
extern const struct member seen_members[]; /* of one of these */
/* The title of a code with {} filled in. */
struct str err_title(struct arena *a, enum err_code code, struct str arg, bool english);
struct str err_cure(struct arena *a, enum err_code code, struct str arg, bool english);
#endif
