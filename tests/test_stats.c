/*
 * Statistics: the contract's keys are there, numbers are exact and agree with
 * each other and between the formats.
 */
#include "machine/stats.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/compiler.h"
#include "machine/machine.h"
#include "tests/unit.h"

/* A machine that has run a ROM to its end. */
static struct machine *make(const char *name)
{
    const char *folder = getenv("top_builddir");
    struct machine_config config;
    struct machine *m;
    char path[512];

    snprintf(path, sizeof path, "%s/roms/%s.elf", folder ? folder : ".", name);
    machine_config_default(&config);
    config.kernel = path;
    m = machine_create(&config);
    ck_assert_int_eq(machine_run(m, UINT64_MAX), STOP_PASS);
    return m;
}

/* What stats_write writes; for free(). */
static char *write_stats(struct machine *m, enum stats_format format)
{
    const struct stats_end end = {"pass", 0};
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    ck_assert(stats_write(m, &end, format, out));
    fclose(out);
    return text;
}

static json_t *parse(const char *text)
{
    json_error_t error;
    json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, &error);

    ck_assert_msg(root, "%s", error.text);
    return root;
}

/* The value under a dotted name, with numbers for elements of arrays. */
static json_t *find(json_t *at, const char *name)
{
    char part[64];

    while (at && *name) {
        size_t n = strcspn(name, ".");

        memcpy(part, name, n);
        part[n] = 0;
        at = json_is_array(at) ? json_array_get(at, strtoul(part, NULL, 10))
                               : json_object_get(at, part);
        name += n + (name[n] == '.');
    }
    return at;
}

static json_int_t number(json_t *root, const char *name)
{
    json_t *value = find(root, name);

    ck_assert_msg(json_is_integer(value), "%s", name);
    return json_integer_value(value);
}

START_TEST(the_contract_holds)
{
    static const char *const levels[] = {"tlb.itlb",  "tlb.dtlb",  "tlb.l2tlb",
                                         "cache.l1i", "cache.l1d", "cache.l2"};
    struct machine *m = make("mmu/permissions");
    char *text = write_stats(m, STATS_JSON), name[64];
    json_t *root = parse(text);

    ck_assert(json_is_string(find(root, "quire")));
    ck_assert(json_is_object(find(root, "config")));
    ck_assert(json_is_object(find(root, "exit")));
    ck_assert(json_is_array(find(root, "disks")));
    ck_assert_int_eq(number(root, "steps"), (json_int_t)machine_steps(m));
    ck_assert_int_eq(number(root, "retired"), (json_int_t)machine_retired(m));
    ck_assert_int_eq(number(root, "cycles"), (json_int_t)m->clock.now);
    ck_assert_int_eq(number(root, "harts.0.steps"), number(root, "steps"));
    ck_assert_int_eq(number(root, "dma.bytes"), 0);
    ck_assert_int_gt(number(root, "retired"), 0);
    ck_assert_int_lt(number(root, "retired"), number(root, "steps"));
    for (size_t i = 0; i < ARRAY_SIZE(levels); i++) {
        json_int_t accesses, hits, misses;

        snprintf(name, sizeof name, "%s.accesses", levels[i]);
        accesses = number(root, name);
        snprintf(name, sizeof name, "%s.hits", levels[i]);
        hits = number(root, name);
        snprintf(name, sizeof name, "%s.misses", levels[i]);
        misses = number(root, name);
        ck_assert_msg(accesses > 0, "%s", levels[i]);
        ck_assert_msg(accesses == hits + misses, "%s", levels[i]);
    }
    json_decref(root);
    free(text);
    machine_free(m);
}
END_TEST

START_TEST(looking_twice_counts_nothing)
{
    struct machine *m = make("mmu/permissions");
    char *one = write_stats(m, STATS_JSON), *two = write_stats(m, STATS_JSON);

    ck_assert_str_eq(one, two);
    free(one);
    free(two);
    machine_free(m);
}
END_TEST

/* Each line of the text is a name and a value that the JSON has, too. */
static unsigned compare(json_t *root, char *text, const char *separators)
{
    unsigned n = 0;

    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        size_t length = strcspn(line, separators);
        const char *value = line + length + strspn(line + length, separators);
        json_t *there;

        line[length] = 0;
        if (!strcmp(line, "name"))
            continue;
        there = find(root, line);
        ck_assert_msg(there, "%s", line);
        if (json_is_integer(there))
            ck_assert_int_eq(strtoll(value, NULL, 10),
                             json_integer_value(there));
        n++;
    }
    return n;
}

static unsigned count_leaves(json_t *value)
{
    unsigned n = 0;
    const char *key;
    json_t *inner;
    size_t i;

    if (json_is_object(value)) {
        json_object_foreach(value, key, inner) n += count_leaves(inner);
        return n;
    }
    if (json_is_array(value)) {
        json_array_foreach(value, i, inner) n += count_leaves(inner);
        return n;
    }
    return 1;
}

START_TEST(the_formats_agree)
{
    struct machine *m = make("devices/dma");
    char *json = write_stats(m, STATS_JSON), *csv = write_stats(m, STATS_CSV);
    char *txt = write_stats(m, STATS_TXT);
    json_t *root = parse(json);

    ck_assert_int_gt(number(root, "dma.bytes"), 0);
    ck_assert_uint_eq(compare(root, csv, ","), count_leaves(root));
    ck_assert_uint_eq(compare(root, txt, " "), count_leaves(root));
    json_decref(root);
    free(json);
    free(csv);
    free(txt);
    machine_free(m);
}
END_TEST

START_TEST(a_file_that_is_full_is_told)
{
    const struct stats_end end = {"pass", 0};
    struct machine *m = make("isa/divide");

    for (unsigned f = STATS_JSON; f <= STATS_TXT; f++) {
        FILE *full = fopen("/dev/full", "w");
        bool ok;

        ck_assert_ptr_nonnull(full);
        ok = stats_write(m, &end, (enum stats_format)f, full);
        ck_assert(!ok || fflush(full));
        fclose(full);
    }
    machine_free(m);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("stats");
    TCase *tc = tcase_create("stats");

    tcase_set_timeout(tc, 0);
    tcase_add_test(tc, the_contract_holds);
    tcase_add_test(tc, looking_twice_counts_nothing);
    tcase_add_test(tc, the_formats_agree);
    tcase_add_test(tc, a_file_that_is_full_is_told);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
