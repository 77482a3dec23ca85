/*
 * view_counts OPTION...: runs Quire with these options and the console's
 * input from stdin, and prints what the guest says. Between the lines WATCH
 * and DONE of the console it stops at the first instruction of the functions
 * that print /proc/meminfo, buddyinfo, pagetypeinfo, zoneinfo and slabinfo and
 * takes a snapshot there;
 * at the end it prints what the picture shows at those steps, in the same
 * format, each line after "view: ".
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "frontend/options.h"
#include "machine/kview.h"
#include "machine/symbols.h"
#include "machine/view_text.h"

#define SLICE 100000
#define INPUT_MAX 65536

/* The files that are compared. */
enum file { MEMINFO, BUDDYINFO, PAGETYPEINFO, ZONEINFO, SLABINFO, FILES };
static const struct {
    const char *function, *topic; /* NULL: print_meminfo */
} files[FILES] = {
    [MEMINFO] = {"meminfo_proc_show", NULL},
    [BUDDYINFO] = {"buddyinfo_proc_show", "buddy"},
    [PAGETYPEINFO] = {"pagetypeinfo_proc_show", "types"},
    [ZONEINFO] = {"zoneinfo_proc_show", "percpu"},
    [SLABINFO] = {"slabinfo_proc_show", "slabs"},
};

struct run {
    struct machine *machine;
    uint64_t pcs[FILES]; /* where the functions that print begin */
    uint64_t hit_pc;
    char line[256]; /* of the console, so far */
    size_t n;
    bool is_watching, is_done;
    uint8_t input[INPUT_MAX];
    size_t input_n, input_at;
};

static void put(void *ctx, uint8_t byte)
{
    struct run *r = ctx;
    const char *text;

    putchar(byte);
    if (byte != '\n') {
        if (byte != '\r' && r->n + 1 < sizeof r->line)
            r->line[r->n++] = (char)byte;
        return;
    }
    r->line[r->n] = 0;
    r->n = 0;
    text = r->line + strspn(r->line, "# "); /* after prompts */
    if (!strcmp(text, "WATCH") || !strcmp(text, "DONE")) {
        r->is_watching = text[0] == 'W';
        r->is_done = !r->is_watching;
        machine_request_stop(r->machine);
    }
}

static bool feed(struct run *r)
{
    unsigned room = machine_console_room(r->machine);
    bool is_fed = false;

    for (; room && r->input_at < r->input_n; room--) {
        machine_console_input(r->machine, &r->input[r->input_at++], 1);
        is_fed = true;
    }
    return is_fed;
}

static enum idle_answer idle(void *ctx, uint64_t cycles)
{
    (void)cycles;
    return feed(ctx) ? IDLE_AGAIN : IDLE_OVER;
}

static void exec(void *ctx, const struct hart *h, uint32_t bits)
{
    struct run *r = ctx;

    (void)bits;
    for (int i = 0; i < FILES; i++)
        if (h->priv == PRIV_S && h->pc == r->pcs[i]) {
            r->hit_pc = h->pc;
            machine_request_stop(r->machine);
        }
}

static void watch(struct run *r, bool is_on)
{
    const struct hart_watch watching = {.exec = exec, .ctx = r};
    const struct hart_watch nothing = {0};

    hart_set_watch(&r->machine->harts[0], is_on ? &watching : &nothing);
}

static void line(FILE *out, const char *name, uint64_t pages)
{
    fprintf(out, "%-15s %8" PRIu64 " kB\n", name, pages * 4);
}

/* What /proc/meminfo must say, from the frames alone. */
static void print_meminfo(const struct view_snapshot *v, FILE *out)
{
    uint64_t anon = 0, swapcache = 0, active[2] = {0}, inactive[2] = {0};
    uint64_t dirty = 0;
    struct view_counts c;

    view_count(v, &c);
    for (uint32_t i = 0; i < v->n_frames; i++) {
        const struct view_frame *f = &v->frames[i];
        bool is_anon = f->flags & VIEW_SWAPBACKED;

        anon += (f->owner == VIEW_ANON || f->owner == VIEW_ANON_SHARED) &&
                f->mapcount > 0;
        swapcache += (f->flags & VIEW_SWAPCACHE) != 0;
        dirty += f->owner == VIEW_FILE_DIRTY;
        if (f->flags & VIEW_LRU)
            ++*(f->flags & VIEW_ACTIVE ? &active[is_anon] : &inactive[is_anon]);
    }
    line(out, "MemFree:", c.owner[VIEW_FREE]);
    line(out, "Cached:", c.owner[VIEW_FILE_CLEAN] + c.owner[VIEW_FILE_DIRTY]);
    line(out, "SwapCached:", swapcache);
    line(out, "Active(anon):", active[1]);
    line(out, "Inactive(anon):", inactive[1]);
    line(out, "Active(file):", active[0]);
    line(out, "Inactive(file):", inactive[0]);
    line(out, "SwapFree:", v->n_swap - 1 - v->swap_used);
    line(out, "Dirty:", dirty);
    line(out, "AnonPages:", anon);
    line(out, "Slab:", c.owner[VIEW_SLAB]);
    line(out, "KernelStack:", c.owner[VIEW_KERNEL_STACK]);
    line(out, "PageTables:", c.owner[VIEW_PAGE_TABLE]);
}

static void look(struct run *r, struct kview *kview, struct view_snapshot *view,
                 FILE *out)
{
    kview_fill(kview, view, 0);
    if (view->badge[0])
        fprintf(out, "badge: %s\n", view->badge);
    for (int i = 0; i < FILES; i++)
        if (r->hit_pc != r->pcs[i])
            continue;
        else if (!files[i].topic)
            print_meminfo(view, out);
        else if (!view_print(view, files[i].topic, out))
            fprintf(out, "no such topic\n");
    r->hit_pc = 0;
}

static uint64_t must_find(struct symbols *s, const char *name)
{
    uint64_t va, size;

    if (!symbols_find(s, name, &va, &size))
        die(EXIT_INPUT, "the kernel has no %s", name);
    return va;
}

static void find_functions(struct run *r, const char *elf)
{
    char error[200];
    struct symbols *s = symbols_open(elf, error, sizeof error);

    if (!s)
        die(EXIT_INPUT, "%s: %s", elf, error);
    for (int i = 0; i < FILES; i++)
        r->pcs[i] = must_find(s, files[i].function);
    symbols_close(s);
}

static enum machine_stop run(struct run *r, struct kview *kview, FILE *out)
{
    struct view_snapshot view;
    enum machine_stop stop = STOP_STEPS;

    kview_init_snapshot(kview, &view);
    while (stop == STOP_STEPS || stop == STOP_REQUESTED) {
        stop = machine_run(r->machine, SLICE);
        if (r->hit_pc)
            look(r, kview, &view, out);
        watch(r, r->is_watching);
        feed(r);
    }
    view_free(&view);
    return stop;
}

int main(int argc, char **argv)
{
    struct options options;
    struct run *r = alloc_zeroed(1, sizeof *r);
    const struct machine_hooks hooks = {
        .console_put = put, .idle = idle, .ctx = r};
    struct kview *kview;
    enum machine_stop stop;
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    options_parse(&options, argc, argv);
    r->input_n = fread(r->input, 1, sizeof r->input, stdin);
    find_functions(r, options.machine.kernel);
    r->machine = machine_create(&options.machine);
    machine_set_hooks(r->machine, &hooks);
    kview = kview_open(r->machine, options.machine.kernel);
    stop = run(r, kview, out);
    fclose(out);
    for (char *at = text, *end; (end = strchr(at, '\n')); at = end + 1)
        printf("view: %.*s\n", (int)(end - at), at);
    free(text);
    kview_close(kview);
    machine_free(r->machine);
    options_free(&options);
    free(r);
    return stop == STOP_PASS ? EXIT_PASS : EXIT_DEAD;
}
