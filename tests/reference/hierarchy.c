/*
 * The reference of the memory hierarchy: replays an access trace from standard
 * input and prints the state that the manual implies, for comparison with the
 * emulator's own. It is written from docs/machine.md alone.
 *
 *     hierarchy [-cache ...] [-tlb ...] [-seed N] [-smp N] [-m SIZE]
 *               [-dma coherent=on|off] [-at LINE,...]
 *
 * With -at the state is also printed after those lines, below `at LINE`. Where
 * the trace contradicts the model, standard error says so, and the status is 1.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tests/reference/replay.h"
#include "tests/reference/state.h"

#define LONGEST_LINE 128

static int usage(const char *option, const char *why)
{
    fprintf(stderr, "hierarchy: %s: %s\n", option, why);
    return 2;
}

/* Moves on in a list of ascending line numbers. */
static uint64_t next_stop(const char **stops)
{
    char *end;
    uint64_t line = strtoull(*stops, &end, 10);

    *stops = *end ? end + 1 : end;
    return line;
}

/* False at the end. A line that is malformed leaves `e` as a comment. */
static bool read_event(struct replay *r, FILE *in, struct event *e,
                       uint64_t *line)
{
    char text[LONGEST_LINE];
    const char *wrong;
    size_t length;

    while (fgets(text, sizeof(text), in)) {
        ++*line;
        length = strlen(text);
        if (text[length - 1] != '\n') {
            replay_complain(r, *line, "too long, or without a newline");
            return false;
        }
        text[length - 1] = 0;
        wrong = trace_parse(text, e);
        e->line = *line;
        if (!wrong)
            return true;
        replay_complain(r, *line, wrong);
    }
    return false;
}

static void replay_all(struct replay *r, FILE *in, const char *stops)
{
    struct event event[2];
    uint64_t line = 0, stop = next_stop(&stops);
    unsigned at = 0;
    bool is_there = read_event(r, in, &event[0], &line);

    while (is_there) {
        const struct event *e = &event[at];

        at = !at;
        is_there = read_event(r, in, &event[at], &line);
        replay_event(r, e, is_there ? &event[at] : NULL);
        while (stop && e->line >= stop) {
            printf("at %" PRIu64 "\n", stop);
            state_print(r, stdout);
            stop = next_stop(&stops);
        }
    }
    replay_end(r, line);
}

int main(int argc, char **argv)
{
    static struct replay replay;
    struct geometry geometry;
    const char *why, *stops = "";

    geometry_default(&geometry);
    for (int i = 1; i < argc; i += 2) {
        const char *name = argv[i] + strspn(argv[i], "-");

        if (name == argv[i] || i + 1 == argc)
            return usage(argv[i], "options have a dash and a value");
        if (!strcmp(name, "at"))
            stops = argv[i + 1];
        else if (!geometry_option(&geometry, name, argv[i + 1], &why))
            return usage(argv[i], why);
    }
    if (!geometry_check(&geometry, &why))
        return usage("-m", why);
    replay_make(&replay, &geometry, stderr);
    replay_all(&replay, stdin, stops);
    state_print(&replay, stdout);
    if (replay.violations)
        fprintf(stderr, "hierarchy: %" PRIu64 " lines contradict the model\n",
                replay.violations);
    why = replay.violations ? "contradiction" : NULL;
    replay_free(&replay);
    return why ? 1 : 0;
}
