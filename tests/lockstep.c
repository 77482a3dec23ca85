/*
 * Runs two engines in lock-step on one machine's options:
 *
 *     lockstep -a ENGINE -b ENGINE [-every N] -steps N [-input TEXT]
 *              [-image FILE@ADDRESS] [-check] [-show] OPTION...
 *
 *     ENGINE   interp or jit, with ,block-limit=N or ,tb-size=SIZE
 *     -every   steps between comparisons, on average (5000)
 *     -steps   where to end, unless the guest does before
 *     -input   what is typed on the console (\n: a line's end)
 *     -image   FILE@ADDRESS: bytes that stand in memory besides
 *     -check   the hash, which knows what was written, against all of memory
 *     -show    the console, on stdout
 *     OPTION   those of quire that make a machine
 *
 * State, steps, retired instructions, counts of the models and traps are
 * compared after each slice; lengths of slices are random, by QUIRE_SEED. The
 * first step that differs is looked for and shown with its fields: status 1.
 * Status 77: this host has no such engine.
 */
#include "tests/lockstep.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/log.h"
#include "frontend/options.h"
#include "frontend/parse.h"

#define STATUS_SKIP 77
#define MAX_IMAGE ((size_t)1 << 30)

struct request {
    const char *engine[SIDES];
    uint64_t every, steps;
    const char *input, *image;
    bool checks, shows;
    struct options options;
};

static bool take_flag(char **argv, int *i, const char *name, bool *flag)
{
    if (strcmp(argv[*i], name))
        return false;
    *flag = true;
    return true;
}

static bool take_text(char **argv, int *i, const char *name, const char **value)
{
    if (strcmp(argv[*i], name))
        return false;
    if (!argv[*i + 1])
        die(EXIT_USAGE, "%s: value missing", name);
    *value = argv[++*i];
    return true;
}

static bool take_number(char **argv, int *i, const char *name, uint64_t *value)
{
    const char *text;

    if (!take_text(argv, i, name, &text))
        return false;
    if (!parse_decimal(text, value) || !*value)
        die(EXIT_USAGE, "%s %s: a number, with k, M or G", name, text);
    return true;
}

/* What is not for this program is for quire's parser. */
static void parse(struct request *r, int argc, char **argv)
{
    char **rest = alloc_zeroed((size_t)argc + 1, sizeof *rest);
    int n = 1;

    rest[0] = argv[0];
    for (int i = 1; i < argc; i++) {
        if (!take_text(argv, &i, "-a", &r->engine[SIDE_A]) &&
            !take_text(argv, &i, "-b", &r->engine[SIDE_B]) &&
            !take_text(argv, &i, "-input", &r->input) &&
            !take_text(argv, &i, "-image", &r->image) &&
            !take_number(argv, &i, "-every", &r->every) &&
            !take_number(argv, &i, "-steps", &r->steps) &&
            !take_flag(argv, &i, "-check", &r->checks) &&
            !take_flag(argv, &i, "-show", &r->shows))
            rest[n++] = argv[i];
    }
    options_parse(&r->options, n, rest);
    free(rest);
    if (!r->engine[SIDE_A] || !r->engine[SIDE_B] || !r->steps)
        die(EXIT_USAGE, "-a ENGINE, -b ENGINE and -steps N are needed");
}

/* "jit,tb-size=64K" */
static void choose_engine(const char *text, struct hart_config *hart)
{
    const char *list = text;
    struct part part;
    bool is_bad;

    hart->engine = NULL;
    while (parse_part(&list, &part, &is_bad)) {
        uint64_t n = 0;

        if (!part.key[0] && !hart->engine) {
            hart->engine = engine_find(part.value);
            if (!hart->engine) {
                printf("lockstep: this host has no engine %s\n", part.value);
                exit(STATUS_SKIP);
            }
        } else if (!strcmp(part.key, "block-limit") &&
                   parse_decimal(part.value, &n)) {
            hart->block_limit = (unsigned)n;
        } else if (!strcmp(part.key, "tb-size") &&
                   parse_size(part.value, 1, &n)) {
            hart->code_cache_bytes = (size_t)n;
        } else {
            die(EXIT_USAGE, "%s: an engine, block-limit=N, tb-size=SIZE", text);
        }
    }
    if (is_bad || !hart->engine)
        die(EXIT_USAGE, "%s: an engine, block-limit=N, tb-size=SIZE", text);
}

/* "FILE@ADDRESS" */
static void read_image(const char *text, struct pair *p)
{
    const char *at = strrchr(text, '@');
    char *path = alloc_string(text), error[160];

    if (!at || !parse_u64(at + 1, &p->image_pa))
        die(EXIT_USAGE, "-image %s: FILE@ADDRESS", text);
    path[at - text] = 0;
    p->image = file_read(path, MAX_IMAGE, &p->image_size, error, sizeof error);
    if (!p->image)
        die(EXIT_INPUT, "-image %s: %s", path, error);
    free(path);
}

/* The text with each \n a line's end. */
static char *unescape(const char *text)
{
    char *copy = alloc_string(text), *to = copy;

    for (; *text; text++) {
        bool is_end = text[0] == '\\' && text[1] == 'n';

        *to++ = is_end ? '\n' : *text;
        text += is_end;
    }
    *to = 0;
    return copy;
}

static const char *how_it_ended(const struct side *s)
{
    static const char *const names[] = {
        [STOP_STEPS] = "the steps asked for",
        [STOP_PASS] = "a pass",
        [STOP_FAIL] = "a failure",
        [STOP_DEAD] = "death",
        [STOP_HOST_IO] = "host I/O",
        [STOP_REQUESTED] = "waiting",
    };

    return names[s->stop];
}

static int run(struct pair *p, const struct request *r,
               const struct slices *first)
{
    const struct machine *m;
    struct slices s = *first;
    uint64_t n = 0, left;
    bool goes_on = true;

    pair_create(p);
    for (m = p->side[SIDE_A].m; goes_on; n++) {
        uint64_t length = slices_next(&s);

        left = r->steps - machine_steps(m);
        if (!left)
            break;
        length = length < left ? length : left;
        goes_on = pair_run(p, length);
        if (pair_is_equal(p))
            continue;
        find_difference(p, first, n, length);
        return 1;
    }
    printf("# the end: %s\n", how_it_ended(&p->side[SIDE_A]));
    printf("lockstep: %" PRIu64 " steps, %" PRIu64 " comparisons, equal\n",
           machine_steps(m), n);
    return 0;
}

int main(int argc, char **argv)
{
    const char *seed = getenv("QUIRE_SEED");
    struct request r = {.every = 5000, .input = ""};
    struct slices first;
    struct pair p = {0};
    char *input;
    int status;

    parse(&r, argc, argv);
    r.options.machine.is_snapshot = true;
    p.checks = r.checks;
    p.input = input = unescape(r.input);
    if (r.image)
        read_image(r.image, &p);
    for (unsigned i = 0; i < SIDES; i++) {
        p.side[i].name = r.engine[i];
        p.side[i].config = r.options.machine;
        choose_engine(r.engine[i], &p.side[i].config.hart);
    }
    p.side[SIDE_A].show = r.shows ? stdout : NULL;
    printf("# QUIRE_SEED=%s\n", seed ? seed : "1");
    random_seed(&first.random, seed ? strtoull(seed, NULL, 0) : 1);
    first.every = r.every;
    status = run(&p, &r, &first);
    pair_free(&p);
    options_free(&r.options);
    free(input);
    free(p.image);
    return status;
}
