/* Settings: the flag before the environment, that before the file, that before the default. */
#include "address.h"
#include "conf.h"
#include "unit.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct arena *a;
static struct conf conf;

/* argv ends with NULL. */
static bool reads(char **argv, struct flag *extra, int extras)
{
    int argc = 0;
    while (argv[argc])
        argc++;
    return conf_read(a, &conf, argc, argv, extra, extras);
}
#define READS(...) reads((char *[]){__VA_ARGS__, NULL}, NULL, 0)

/* Whether a file of this text is taken. */
static bool file_reads(const char *text)
{
    char path[] = "/tmp/pledged-conf-XXXXXX";
    char flag[] = "--config";
    int fd = mkstemp(path);
    assert_true(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    assert_int_equal(close(fd), 0);
    bool good = READS(flag, path);
    assert_int_equal(unlink(path), 0);
    return good;
}

static char readers[] = "--readers", seven[] = "7";

static void test_without_anything_there_are_defaults(void **state)
{
    (void)state;
    assert_true(READS(NULL));
    assert_string_equal(conf.listen, "127.0.0.1:8420");
    assert_string_equal(conf.flag_scan_at, "02:30");
    assert_int_equal(conf.readers, 4);
    assert_null(conf.database);
    assert_non_null(conf.data);
}

static void test_the_nearer_source_wins(void **state)
{
    (void)state;
    assert_true(file_reads("# readers of the book\n\n  readers = 5  \nlisten=:1\n"));
    assert_int_equal(conf.readers, 5);
    assert_string_equal(conf.listen, ":1");
    assert_int_equal(setenv("PLEDGED_READERS", "6", 1), 0);
    assert_true(file_reads("readers = 5\n"));
    assert_int_equal(conf.readers, 6);
    assert_true(READS(readers, seven));
    assert_int_equal(conf.readers, 7);
    assert_int_equal(unsetenv("PLEDGED_READERS"), 0);
}

static void test_a_dash_in_a_flag_is_a_line_below_in_a_key(void **state)
{
    static char flag[] = "--queue-max", wrong[] = "--queue_max", n[] = "12";
    (void)state;
    assert_true(READS(flag, n));
    assert_int_equal(conf.queue_max, 12);
    assert_false(READS(wrong, n));
}

static void test_numbers_are_whole_and_within_their_bounds(void **state)
{
    static char bad[][24] = {"0", "33", "", "4x", "4.0", "99999999999999999999"};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_false(READS(readers, bad[i]));
    assert_true(READS(readers, (char[]){"1"}));
    assert_true(READS(readers, (char[]){"32"}));
}

static void test_what_nobody_knows_is_refused(void **state)
{
    (void)state;
    assert_false(READS((char[]){"--raeders"}, seven));
    assert_false(READS(readers)); /* without a value */
    assert_false(file_reads("raeders = 5\n"));
    assert_false(file_reads("readers\n"));
    assert_false(READS((char[]){"--config"}, (char[]){"/nonexistent/pledged.conf"}));
}

static void test_settings_must_agree(void **state)
{
    static char cert[] = "--tls-cert", ca[] = "--client-ca", scan[] = "--flag-scan-at", f[] = "f";
    (void)state;
    assert_false(READS(cert, f));
    assert_false(READS(ca, f));
    assert_true(READS(cert, f, (char[]){"--tls-key"}, f, ca, f));
    assert_false(READS((char[]){"--log-level"}, (char[]){"loud"}));
    assert_true(READS(scan, (char[]){"off"}));
    assert_true(READS(scan, (char[]){"23:59:59"}));
    assert_false(READS(scan, (char[]){"24:00"}));
}

static void test_flags_of_a_command_are_left_to_it(void **state)
{
    struct flag extra[] = {{"--code", NULL, false}, {"--new", NULL, true}};
    char *argv[] = {(char[]){"--code"}, seven, (char[]){"--new"}, readers, seven, NULL};
    (void)state;
    assert_true(reads(argv, extra, 2));
    assert_string_equal(extra[0].value, "7");
    assert_string_equal(extra[1].value, "true");
    assert_int_equal(conf.readers, 7);
}

static void test_an_address_is_a_host_and_a_port(void **state)
{
    static const struct {
        const char *text, *host, *port;
    } good[] = {{"127.0.0.1:8420", "127.0.0.1", "8420"}, {"[::1]:65535", "::1", "65535"},
        {":0", "", "0"}, {"localhost:80", "localhost", "80"}};
    static const char *const bad[] = {"", ":", "::1", "[::1]", "127.0.0.1", "x:65536", "x:-1",
        "x:+1", "x: 1", "x:1 ", "x:0x1", "[]:1", "[::1:1", "::1]:1", "x:000080"};
    struct address at;
    (void)state;
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        assert_true(address_parse(good[i].text, &at));
        assert_string_equal(at.host, good[i].host);
        assert_string_equal(at.port, good[i].port);
    }
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_false(address_parse(bad[i], &at));
}

static void test_a_switch_is_on_by_its_name_and_by_a_word_elsewhere(void **state)
{
    char plain[] = "--allow-plain";
    (void)state;
    assert_true(READS(NULL));
    assert_false(conf.allow_plain);
    assert_true(READS(plain, readers, seven));
    assert_true(conf.allow_plain);
    assert_int_equal(conf.readers, 7);
    assert_true(file_reads("allow_plain = true\n"));
    assert_true(conf.allow_plain);
    assert_true(file_reads("allow_plain = false\n"));
    assert_false(conf.allow_plain);
    assert_false(file_reads("allow_plain = perhaps\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_without_anything_there_are_defaults),
        cmocka_unit_test(test_the_nearer_source_wins),
        cmocka_unit_test(test_a_dash_in_a_flag_is_a_line_below_in_a_key),
        cmocka_unit_test(test_numbers_are_whole_and_within_their_bounds),
        cmocka_unit_test(test_what_nobody_knows_is_refused),
        cmocka_unit_test(test_settings_must_agree),
        cmocka_unit_test(test_flags_of_a_command_are_left_to_it),
        cmocka_unit_test(test_an_address_is_a_host_and_a_port),
        cmocka_unit_test(test_a_switch_is_on_by_its_name_and_by_a_word_elsewhere),
    };
    return unit_run(&a, tests);
}
