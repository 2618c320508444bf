/*
 * conf.c - one table of settings: flag, then environment, then file, then default.
 */
#include "conf.h"
#include "address.h"
#include "day.h"
#include "log.h"
#include "note.h"
#include <stddef.h>
#include <unistd.h>

enum kind { TEXT, NUMBER, SWITCH };
struct setting {
    const char *key; /* flag --tls-cert, environment PLEDGED_TLS_CERT, file tls_cert */
    enum kind kind;
    size_t place;
    const char *fallback;
    int64_t min, max;
    const char *zh, *en;
};
#define AT(member) offsetof(struct conf, member)

static const struct setting settings[] = {
    {"listen", TEXT, AT(listen), "127.0.0.1:8420", 0, 0, "监听地址",
        "address and port of the HTTP server; port 0 takes a free one"},
    {"data", TEXT, AT(data), NULL, 0, 0, "数据目录(私有数据库、签名密钥)",
        "folder of the private database and the keys"},
    {"database", TEXT, AT(database), NULL, 0, 0, "外部 PostgreSQL(libpq 连接串);不设则自建",
        "a PostgreSQL of your own, as its owner (libpq connection string); else a private one"},
    {"database_app", TEXT, AT(database_app), NULL, 0, 0, "读取用角色 pledged_app 的连接串",
        "the same for reading, as pledged_app; else that role logs in by a password of its own"},
    {"city", TEXT, AT(city), NULL, 0, 0, "所在城市的行政区划代码(GB/T 2260),建账时定,以后不变",
        "code of the city that a new ledger is of (GB/T 2260, as 440100); else Shanghai, 310000"},
    {"tls_cert", TEXT, AT(tls_cert), NULL, 0, 0, "TLS 证书(PEM)",
        "certificate chain of the server (PEM); with it HTTPS is spoken"},
    {"tls_key", TEXT, AT(tls_key), NULL, 0, 0, "TLS 私钥(PEM)",
        "private key of that certificate (PEM)"},
    {"client_ca", TEXT, AT(client_ca), NULL, 0, 0, "客户端证书的签发机构",
        "who issues certificates of clients (PEM); one may then stand for a token"},
    {"backup", TEXT, AT(backup), NULL, 0, 0, "备份目录(应在另一块磁盘),由 pgBackRest 管理",
        "folder of the private database's backup (pgBackRest), best on another disk"},
    {"backup_certificate", TEXT, AT(backup_certificate), NULL, 0, 0, "备份密钥加密给此证书(PEM)",
        "certificate that the backup and the keys in it are encrypted to (PEM)"},
    {"backup_wait", SWITCH, AT(backup_wait), NULL, 0, 0, "备份端收到后才答复",
        "acknowledge a record only when the backup has it as well"},
    {"backup_keep", NUMBER, AT(backup_keep), "2", 1, 1000, "保留的全量备份数",
        "full backups that are kept, with all that makes them usable"},
    {"allow_plain", SWITCH, AT(allow_plain), NULL, 0, 0, "允许在非本机地址上不加密",
        "speak HTTP without TLS on addresses that others reach, too"},
    {"log_level", TEXT, AT(log_level), "info", 0, 0, "日志级别 debug|info|warn|error",
        "debug, info, warn or error"},
    {"log_origin", TEXT, AT(log_origin), NULL, 0, 0,
        "日志名称(检查点首行),如 ledger.example.gov.cn/log",
        "name of the log in its checkpoints, as ledger.example.gov.cn/log; else one made of its "
        "key"},
    {"witness", TEXT, AT(witness), NULL, 0, 0, "见证方:网址与公钥(vkey),多个以逗号分隔",
        "who countersigns checkpoints (C2SP tlog-witness): URL and vkey, several with commas "
        "between"},
    {"witness_every_s", NUMBER, AT(witness_every_s), "60", 1, 86400, "送见证方的间隔(秒)",
        "seconds between two checkpoints that witnesses are sent"},
    {"witness_late_s", NUMBER, AT(witness_late_s), "21600", 1, 31536000, "见证方多久未签即提示(秒)",
        "after so many seconds in which a witness did not sign what was recorded /readyz tells it"},
    {"webhook_private", SWITCH, AT(webhook_private), NULL, 0, 0, "变化投递可至内网地址,亦可不加密",
        "let changes be sent to private addresses, too, and without TLS"},
    {"webhook_retry_s", NUMBER, AT(webhook_retry_s), "10", 1, 3600, "投递失败后首次重试的间隔(秒)",
        "seconds until a delivery that failed is tried again; twice that after each further "
        "failure"},
    {"flag_scan_at", TEXT, AT(flag_scan_at), "02:30", 0, 0, "每日预警扫描时刻(上海时间),off 不扫描",
        "when red flags are looked for each day (HH:MM of Shanghai), or off"},
    {"verify_at", TEXT, AT(verify_at), "03:30", 0, 0, "每日核验时刻(上海时间),周日全量,off 不核验",
        "when what is new is verified each day, on Sundays everything (HH:MM of Shanghai), or off"},
    {"readers", NUMBER, AT(readers), "4", 1, 32, "读连接数",
        "connections that read from the database"},
    {"header_deadline_ms", NUMBER, AT(header_deadline_ms), "10000", 100, 600000, "报文头总时限",
        "time for the whole head of a request"},
    {"body_deadline_ms", NUMBER, AT(body_deadline_ms), "30000", 100, 600000, "报文体总时限",
        "time for the whole body of a request"},
    {"idle_deadline_ms", NUMBER, AT(idle_deadline_ms), "60000", 100, 3600000, "空闲连接时限",
        "how long a connection may be silent between requests"},
    {"db_deadline_ms", NUMBER, AT(db_deadline_ms), "75000", 100, 600000,
        "数据库无任何响应的时限,其后重连",
        "after so long without a word from the database a connection is made anew"},
    {"body_floor_bytes", NUMBER, AT(body_floor_bytes), "65536", 1, 1 << 30,
        "每收到这么多字节,时限延长一秒", "as many bytes of a body lengthen its time by a second"},
    {"json_limit_bytes", NUMBER, AT(json_limit_bytes), "1048576", 1024, 1 << 26, "JSON 报文上限",
        "largest JSON body"},
    {"connections_max", NUMBER, AT(connections_max), "12000", 1, 1000000, "连接数上限",
        "connections of clients at once"},
    {"queue_max", NUMBER, AT(queue_max), "8192", 1, 1000000, "写队列上限(单笔记录数,批量不计)",
        "single records that may wait for the write lane; parts of batches are not counted"},
    {"rate_org", NUMBER, AT(rate_org), "5000", 0, 1000000, "每机构每秒请求上限,0 不限",
        "requests a second of one organisation; 0: as many as it likes"},
    {"waiting_org", NUMBER, AT(waiting_org), "512", 0, 1000000, "每机构同时未答复请求上限,0 不限",
        "requests of one organisation that wait for their answers at once; 0: as many as it likes"},
    {"rate_address", NUMBER, AT(rate_address), "5000", 0, 1000000, "每地址每秒请求上限,0 不限",
        "requests a second from one address; 0: as many as come (behind a proxy that counts)"},
};

static const char *environment(struct arena *a, const char *key)
{
    struct buf b;
    buf_init(&b, a);
    buf_text(&b, "PLEDGED_");
    for (; *key; key++)
        buf_char(&b, *key >= 'a' && *key <= 'z' ? (char)(*key - 'a' + 'A') : *key);
    return getenv(buf_view(&b).p);
}

static bool flag_matches(const char *flag, const char *key)
{
    if (strncmp(flag, "--", 2) != 0)
        return false;
    for (flag += 2; *flag && *key; flag++, key++) {
        if (*flag != (*key == '_' ? '-' : *key))
            return false;
    }
    return !*flag && !*key;
}

static bool number_read(const struct setting *s, const char *text, int64_t *out)
{
    char *end;
    long long n = strtoll(text, &end, 10);
    if (*text && !*end && n >= s->min && n <= s->max) {
        *out = n;
        return true;
    }
    fprintf(stderr, "pledged: %s = %s: a whole number from %lld to %lld is needed\n", s->key, text,
        (long long)s->min, (long long)s->max);
    return false;
}

static bool switch_read(const struct setting *s, const char *text, bool *out)
{
    *out = strcmp(text, "true") == 0 || strcmp(text, "1") == 0;
    if (*out || !*text || strcmp(text, "false") == 0 || strcmp(text, "0") == 0)
        return true;
    fprintf(stderr, "pledged: %s = %s: true or false is needed\n", s->key, text);
    return false;
}

static bool set(struct conf *conf, const struct setting *s, const char *text)
{
    char *place = (char *)conf + s->place;
    if (s->kind == NUMBER)
        return number_read(s, text, (int64_t *)(void *)place);
    if (s->kind == SWITCH)
        return switch_read(s, text, (bool *)(void *)place);
    *(const char **)(void *)place = text;
    return true;
}

/* ---- file ----------------------------------------------------------------------------------- */

static char *strip(char *p)
{
    while (*p == ' ' || *p == '\t')
        p++;
    size_t n = strlen(p);
    while (n && strchr(" \t\r\n", p[n - 1]))
        p[--n] = 0;
    return p;
}

static bool file_line(struct arena *a, struct conf *conf, const char *path, char *line)
{
    char *text = strip(line);
    char *equals = strchr(text, '=');
    if (!*text || *text == '#')
        return true;
    if (equals) {
        *equals = 0;
        const char *key = strip(text);
        for (size_t i = 0; i < COUNT_OF(settings); i++) {
            if (strcmp(settings[i].key, key) == 0)
                return set(conf, &settings[i], arena_text(a, strip(equals + 1)).p);
        }
    }
    fprintf(stderr, "pledged: %s: no such setting: %s\n", path, text);
    return false;
}

static bool file_read(struct arena *a, struct conf *conf, const char *path)
{
    char line[4096];
    FILE *f = fopen(path, "re");
    if (!f) {
        fprintf(stderr, "pledged: cannot read %s\n", path);
        return false;
    }
    bool good = true;
    while (good && fgets(line, sizeof line, f))
        good = file_line(a, conf, path, line);
    (void)fclose(f); /* only read */
    return good;
}

/* ---- flags ---------------------------------------------------------------------------------- */

static const struct setting *setting_of(const char *flag)
{
    for (size_t i = 0; i < COUNT_OF(settings); i++) {
        if (flag_matches(flag, settings[i].key))
            return &settings[i];
    }
    return NULL;
}

static struct flag *extra_of(const char *name, struct flag *extra, int extras)
{
    for (int i = 0; i < extras; i++) {
        if (strcmp(extra[i].name, name) == 0)
            return &extra[i];
    }
    return NULL;
}

static bool flags_read(struct conf *conf, int argc, char **argv, struct flag *extra, int extras)
{
    for (int i = 0; i < argc; i++) {
        const struct setting *s = setting_of(argv[i]);
        struct flag *f = extra_of(argv[i], extra, extras);
        if (f && f->is_switch) {
            f->value = "true";
            continue;
        }
        if (s && s->kind == SWITCH) {
            *(bool *)(void *)((char *)conf + s->place) = true;
            continue;
        }
        if (!s && !f && strcmp(argv[i], "--config") != 0) {
            fprintf(stderr, "pledged: unknown flag %s (see pledged help)\n", argv[i]);
            return false;
        }
        if (++i == argc) {
            fprintf(stderr, "pledged: %s needs a value\n", argv[i - 1]);
            return false;
        }
        if (f)
            f->value = argv[i];
        else if (s && !set(conf, s, argv[i]))
            return false;
    }
    return true;
}

static const char *default_data(struct arena *a)
{
    const char *home = getenv("HOME");
    if (geteuid() == 0 || !home)
        return "/var/lib/pledged";
    return arena_printf(a, "%s/.local/share/pledged", home).p;
}

/* Settings that only make sense together. */
static bool check_together(const struct conf *conf)
{
    const char *wrong = NULL;
    struct address at;
    int second;
    if (!address_parse(conf->listen, &at))
        wrong = "listen is HOST:PORT with a port from 0 to 65535, as 127.0.0.1:8420, [::1]:8420 or "
                ":8420";
    else if (!*conf->data)
        wrong = "data is the path of a folder";
    else if (!log_level_set(conf->log_level))
        wrong = "log_level is one of debug, info, warn, error";
    else if (!conf->tls_cert != !conf->tls_key)
        wrong = "tls_cert and tls_key are set together or not at all";
    else if (conf->backup && conf->database)
        wrong = "backup is of the private database; one of your own has its own backup";
    else if ((conf->backup_wait || conf->backup_certificate) && !conf->backup)
        wrong = "backup_wait and backup_certificate go with backup";
    else if (conf->client_ca && !conf->tls_cert)
        wrong = "client_ca needs tls_cert and tls_key";
    else if (conf->log_origin && !note_name_fits(str_of(conf->log_origin)))
        wrong = "log_origin is a name without spaces and without +, as ledger.example.gov.cn/log";
    else if (strcmp(conf->flag_scan_at, "off") != 0 &&
             !time_of_day_parse(str_of(conf->flag_scan_at), &second))
        wrong = "flag_scan_at is HH:MM, HH:MM:SS or off";
    else if (strcmp(conf->verify_at, "off") != 0 &&
             !time_of_day_parse(str_of(conf->verify_at), &second))
        wrong = "verify_at is HH:MM, HH:MM:SS or off";
    if (wrong)
        fprintf(stderr, "pledged: %s\n", wrong);
    return !wrong;
}

bool conf_read(
    struct arena *a, struct conf *conf, int argc, char **argv, struct flag *extra, int extras)
{
    const char *file = getenv("PLEDGED_CONFIG");
    *conf = (struct conf){0};
    for (size_t i = 0; i < COUNT_OF(settings); i++) {
        if (settings[i].fallback && !set(conf, &settings[i], settings[i].fallback))
            return false;
    }
    const char *usual = conf->data = default_data(a);
    for (int i = 0; i + 1 < argc; i++) {
        if (strcmp(argv[i], "--config") == 0)
            file = argv[i + 1];
    }
    if (file && !file_read(a, conf, file))
        return false;
    for (size_t i = 0; i < COUNT_OF(settings); i++) {
        const char *text = environment(a, settings[i].key);
        if (text && !set(conf, &settings[i], text))
            return false;
    }
    if (!flags_read(conf, argc, argv, extra, extras))
        return false;
    conf->data_told = conf->data != usual;
    return check_together(conf);
}

void conf_show(struct arena *a, const struct conf *conf)
{
    (void)a;
    for (size_t i = 0; i < COUNT_OF(settings); i++) {
        const struct setting *s = &settings[i];
        const char *place = (const char *)conf + s->place;
        printf("# %s - %s\n", s->zh, s->en);
        if (s->kind == NUMBER) {
            printf("%s = %lld\n", s->key, (long long)*(const int64_t *)(const void *)place);
            continue;
        }
        if (s->kind == SWITCH) {
            printf("%s = %s\n", s->key, *(const bool *)(const void *)place ? "true" : "false");
            continue;
        }
        const char *text = *(const char *const *)(const void *)place;
        bool secret = text && strstr(text, "password");
        printf("%s%s = %s\n", text ? "" : "# ", s->key,
            secret ? "(hidden: holds a password)"
            : text ? text
                   : "");
    }
}

static bool is_reached(const struct setting *s, enum conf_reach reach)
{
    return reach == CONF_ALL || s->place == AT(data) || s->place == AT(database) ||
           s->place == AT(backup) || s->place == AT(city);
}

/* A setting as an option: --tls-cert VALUE. Gives how wide it is. */
static int flag_print(const struct setting *s)
{
    int n = printf("  --");
    for (const char *p = s->key; *p; p++)
        n += putchar(*p == '_' ? '-' : *p) != EOF;
    return s->kind == SWITCH ? n : n + printf(" %s", s->kind == NUMBER ? "N" : "TEXT");
}

void conf_help(enum conf_reach reach)
{
    puts("\nSettings: here, or in the environment (--tls-cert as PLEDGED_TLS_CERT), or in a file\n"
         "(tls_cert = …) that --config or PLEDGED_CONFIG names. The first of these counts.");
    printf("  %-*s  %s\n", CONF_HELP_AT - 2, "--config FILE", "the file of settings");
    for (size_t i = 0; i < COUNT_OF(settings); i++) {
        const struct setting *s = &settings[i];
        if (!is_reached(s, reach))
            continue;
        int n = flag_print(s);
        printf("%*s  %s", n < CONF_HELP_AT ? CONF_HELP_AT - n : 0, "", s->en);
        if (s->kind == NUMBER)
            printf(", %lld to %lld", (long long)s->min, (long long)s->max);
        printf("%s%s%s\n", s->fallback ? " (" : "", s->fallback ? s->fallback : "",
            s->fallback ? ")" : "");
    }
    if (reach != CONF_ALL)
        puts("The others, for all commands that take settings: pledged help serve");
}

/* ---- the manual page ------------------------------------------------------------------------- */

void roff_text(const char *text)
{
    bool begins = true;
    for (const char *p = text; *p; p++) {
        if (begins && (*p == '.' || *p == '\''))
            fputs("\\&", stdout);
        begins = *p == '\n';
        if (*p == '-')
            fputs("\\-", stdout);
        else if (*p == '\\')
            fputs("\\e", stdout);
        else
            putchar(*p);
    }
}

void conf_man(void)
{
    puts(".TH PLEDGED.CONF 5\n.SH NAME\npledged.conf \\- settings of pledged\n.SH DESCRIPTION\n"
         "One setting a line, as\n.BR \"key = value\" ;\nlines that begin with # are remarks.\n"
         "Each is an option of\n.B pledged serve\nas well (tls_cert as \\-\\-tls\\-cert) and a "
         "variable of the environment (PLEDGED_TLS_CERT). An option counts before the variable, "
         "the variable before the file.\n.SH SETTINGS");
    for (size_t i = 0; i < COUNT_OF(settings); i++) {
        const struct setting *s = &settings[i];
        printf(".TP\n.B %s\n", s->key);
        roff_text(s->en);
        if (s->kind == NUMBER)
            printf(", %lld to %lld", (long long)s->min, (long long)s->max);
        if (s->fallback) {
            fputs(" (", stdout);
            roff_text(s->fallback);
            putchar(')');
        }
        putchar('\n');
    }
    puts(".SH FILES\n.I /etc/pledged/pledged.conf\n.SH SEE ALSO\n.BR pledged (1)");
}
