/*
 * Lines of -trace, as Linux v5.15 prints them in /sys/kernel/tracing/trace:
 *
 *     TASK-PID [CPU] FLAGS SECONDS.MICROS: EVENT: FIELDS
 *     TASK-PID [CPU] FLAGS SECONDS.MICROS: FUNCTION(ARGUMENTS) <-CALLER
 *
 * The time is the machine's, from power-on.
 */
#include "frontend/tracer.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/bits.h"
#include "base/log.h"
#include "cpu/hook.h"
#include "frontend/options.h"
#include "frontend/trace_events.h"
#include "frontend/trace_format.h"
#include "frontend/trace_select.h"
#include "machine/machine.h"

#define MICROS UINT64_C(1000000)
#define MSTATUS_SIE 2

/* Octavo's preempt.h and sched.h: depth, depth of interrupts, a flag. */
#define PREEMPT_MASK 0xff
#define HARDIRQ_MASK 0xffff0000u
#define TIF_NEED_RESCHED 1

enum { REG_RA = 1, REG_A0 = 10, ARGUMENT_REGISTERS = 8 };

/* A parameter that is passed in registers. */
struct parameter {
    const char *name;
    unsigned reg;
};

struct traced {
    struct trace_probe probe;
    size_t hook;                 /* its index in the hooks */
    struct trace_format format;  /* of no pieces: the arguments are raw */
    struct trace_operand caller; /* of the function that the event is in */
    struct parameter parameters[ARGUMENT_REGISTERS];
    unsigned n_parameters;
};

struct tracer {
    FILE *out;
    struct machine *machine;
    struct trace_guest guest;
    struct traced *traced; /* in the order of hooks */
    size_t n_traced;
    uint64_t *pas;
    struct hook_set hooks;
};

/* ---- a line ---- */

static void put_task(struct trace_text *t, const struct tracer *tracer,
                     const struct hart *h)
{
    struct kernel_task task = {.comm = "<...>", .cpu = h->id};

    if (!kernel_peek_current(&tracer->guest.peek, &task))
        task = (struct kernel_task){.comm = "<...>", .cpu = h->id};
    else if (!task.pid)
        strcpy(task.comm, "<idle>");
    trace_put(t, "%16s-%-7d [%03u] ", task.comm, task.pid, task.cpu);
    trace_put(t, "%c%c%c", h->csr.mstatus & MSTATUS_SIE ? '.' : 'd',
              task.thread_flags & TIF_NEED_RESCHED ? 'n' : '.',
              task.preempt_count & HARDIRQ_MASK ? 'h' : '.');
    if (task.preempt_count & PREEMPT_MASK)
        trace_put(t, "%x", (unsigned)(task.preempt_count & PREEMPT_MASK));
    else
        trace_put(t, ".");
    trace_put(t, "."); /* migrate-disable: there is no such thing */
}

static void put_time(struct trace_text *t, const struct hart *h)
{
    uint64_t now = hart_now(h), hz = h->clock->hz;

    trace_put(t, " %5" PRIu64 ".%06" PRIu64 ": ", now / hz,
              clock_to_ticks(h->clock, now % hz, MICROS));
}

static uint64_t truncate(uint64_t value, unsigned size)
{
    return size < 8 ? value & ((UINT64_C(1) << size * 8) - 1) : value;
}

/* False: memory that is not there. */
static bool evaluate(const struct trace_guest *g, const struct hart *h,
                     const struct trace_operand *o, struct trace_value *v)
{
    uint8_t bytes[8] = {0};

    *v = (struct trace_value){.size = o->size};
    switch (o->kind) {
    case OPERAND_CONSTANT:
        v->bits = truncate((uint64_t)o->value, o->size);
        break;
    case OPERAND_REGISTER:
        v->bits = truncate(h->x[o->reg], o->size);
        break;
    case OPERAND_MEMORY:
        if (!kernel_peek_bytes(
                &g->peek, truncate(h->x[o->reg] + (uint64_t)o->value, g->word),
                bytes, o->size))
            return false;
        v->bits = load_le(bytes, 8);
        break;
    }
    return true;
}

static void put_event(struct trace_text *t, const struct tracer *tracer,
                      const struct hart *h, const struct traced *traced)
{
    const struct tracepoint *event = traced->probe.event;
    struct trace_value values[TRACE_ARGUMENTS + 1];
    bool are_known =
        evaluate(&tracer->guest, h, &traced->caller, &values[TRACE_CALLER]);

    for (unsigned i = 0; i < event->n_arguments; i++)
        are_known &=
            evaluate(&tracer->guest, h, &event->arguments[i], &values[i]);
    trace_put(t, "%s:", event->name);
    if (!are_known) {
        trace_put(t, " ?");
    } else if (traced->format.n_pieces) {
        trace_put(t, " ");
        trace_format_put(&traced->format, &tracer->guest, values, t);
    } else {
        for (unsigned i = 0; i < event->n_arguments; i++)
            trace_put(t, " arg%u=0x%" PRIx64, i + 1, values[i].bits);
    }
}

static void put_function(struct trace_text *t, const struct tracer *tracer,
                         const struct hart *h, const struct traced *traced)
{
    unsigned word = tracer->guest.word;

    trace_put(t, "%s", traced->probe.function);
    for (unsigned i = 0; i < traced->n_parameters; i++)
        trace_put(t, "%s%s=0x%" PRIx64, i ? ", " : "(",
                  traced->parameters[i].name,
                  truncate(h->x[traced->parameters[i].reg], word));
    trace_put(t, "%s <-", traced->n_parameters ? ")" : "");
    trace_put_function(t, tracer->guest.symbols, truncate(h->x[REG_RA], word),
                       false);
}

static void reached(void *ctx, const struct hart *h, size_t index)
{
    struct tracer *tracer = ctx;

    tracer->guest.peek.hart = h->id;
    for (size_t i = index; i < tracer->n_traced; i++) {
        const struct traced *traced = &tracer->traced[i];
        struct trace_text t = {.length = 0};

        if (traced->hook > index)
            break;
        if (traced->hook < index)
            continue;
        put_task(&t, tracer, h);
        put_time(&t, h);
        if (traced->probe.event)
            put_event(&t, tracer, h, traced);
        else
            put_function(&t, tracer, h, traced);
        t.text[t.length] = 0;
        fprintf(tracer->out, "%s\n", t.text);
    }
}

/* ---- life ---- */

static void put_header(FILE *out, bool has_events)
{
    fprintf(out,
            "# tracer: %s\n"
            "#\n"
            "#                                _-----=> irqs-off\n"
            "#                               / _----=> need-resched\n"
            "#                              | / _---=> hardirq/softirq\n"
            "#                              || / _--=> preempt-depth\n"
            "#                              ||| / _-=> migrate-disable\n"
            "#                              |||| /     delay\n"
            "#           TASK-PID     CPU#  |||||  TIMESTAMP  FUNCTION\n"
            "#              | |         |   |||||     |         |\n",
            has_events ? "nop" : "function");
}

/* A row whose arguments the kernel does not pass is no use. */
static void find_format(struct traced *t, struct symbols *s)
{
    const struct tracepoint *event = t->probe.event;
    const struct trace_event *row =
        trace_event_find(event->provider, event->name);

    if (!row || !trace_format_parse(&t->format, row->format, s) ||
        t->format.n_arguments > event->n_arguments)
        t->format.n_pieces = 0;
}

/* By the calling convention: what is larger than two registers is passed by
 * its address. */
static void find_parameters(struct traced *t, struct symbols *s, unsigned word)
{
    unsigned reg = 0;
    const char *name;
    uint64_t size;

    while (reg < ARGUMENT_REGISTERS &&
           symbols_parameter(s, t->probe.function, t->n_parameters, &name,
                             &size)) {
        t->parameters[t->n_parameters++] =
            (struct parameter){name, REG_A0 + reg};
        reg += size > word && size <= 2 * word ? 2 : 1;
    }
}

static void find_caller(struct traced *t, struct symbols *s, unsigned word)
{
    struct trace_operand *o = &t->caller;

    *o = (struct trace_operand){
        .kind = OPERAND_MEMORY, .size = word, .reg = REG_RA};
    if (!symbols_caller(s, t->probe.event->va, &o->reg, &o->value))
        o->kind = OPERAND_REGISTER;
}

static void describe(struct traced *t, const struct trace_guest *g)
{
    if (t->probe.event) {
        find_format(t, g->symbols);
        find_caller(t, g->symbols, g->word);
    } else {
        find_parameters(t, g->symbols, g->word);
    }
}

static void set_hooks(struct tracer *t, const struct trace_selection *selection)
{
    size_t n = 0;

    t->traced = alloc_zeroed(selection->n, sizeof *t->traced);
    t->pas = alloc_zeroed(selection->n, sizeof *t->pas);
    for (size_t i = 0; i < selection->n; i++) {
        if (!n || t->pas[n - 1] != selection->probes[i].pa)
            t->pas[n++] = selection->probes[i].pa;
        t->traced[i].probe = selection->probes[i];
        t->traced[i].hook = n - 1;
        describe(&t->traced[i], &t->guest);
    }
    t->n_traced = selection->n;
    t->hooks = (struct hook_set){t->pas, n, reached, t};
    for (unsigned i = 0; i < t->machine->n_harts; i++)
        hart_set_hooks(&t->machine->harts[i], &t->hooks);
}

static struct symbols *open_kernel(const struct options *o)
{
    const char *path = o->machine.kernel;
    struct symbols *s;
    char error[200];

    if (!path)
        die(EXIT_USAGE, "-trace needs the ELF file of a -kernel");
    s = symbols_open(path, error, sizeof error);
    if (!s)
        die(EXIT_INPUT, "-trace: -kernel %s: %s", path, error);
    return s;
}

struct tracer *tracer_open(const struct options *o, struct machine *m,
                           FILE *out)
{
    struct trace_selection selection;
    struct tracer *t;
    char error[512];

    if (!o->trace_patterns)
        return NULL;
    t = alloc_zeroed(1, sizeof *t);
    t->out = out;
    t->machine = m;
    t->guest.symbols = open_kernel(o);
    t->guest.word = m->harts[0].xlen / 8;
    if (!trace_select(t->guest.symbols, o->trace_patterns, &selection, error,
                      sizeof error))
        die(EXIT_USAGE, "-trace: %s", error);
    kernel_peek_init(&t->guest.peek, m, t->guest.symbols);
    put_header(out, selection.has_events);
    set_hooks(t, &selection);
    free(selection.probes);
    return t;
}

void tracer_close(struct tracer *t)
{
    if (!t)
        return;
    for (unsigned i = 0; i < t->machine->n_harts; i++)
        hart_set_hooks(&t->machine->harts[i], NULL);
    symbols_close(t->guest.symbols);
    free(t->traced);
    free(t->pas);
    free(t);
}

int tracer_help(const struct options *o)
{
    struct symbols *s = open_kernel(o);
    char **names, error[200];
    size_t n;

    if (!trace_event_names(s, &names, &n, error, sizeof error))
        die(EXIT_INPUT, "-trace: -kernel %s: %s", o->machine.kernel, error);
    for (size_t i = 0; i < n; i++) {
        printf("%s\n", names[i]);
        free(names[i]);
    }
    free(names);
    symbols_close(s);
    if (!fflush(stdout))
        return EXIT_PASS;
    log_error("-trace help: the names could not be written");
    return EXIT_HOST_IO;
}
