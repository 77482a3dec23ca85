/*
 * One run of a machine.
 */
#include "frontend/session.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "frontend/console.h"
#include "frontend/debug.h"
#include "frontend/mem_trace.h"
#include "frontend/monitor.h"
#include "frontend/output.h"
#include "frontend/terminal.h"
#include "frontend/tracer.h"
#include "frontend/translations.h"
#include "machine/stats.h"
#include "mmu/trace.h"

#define NS_PER_SECOND UINT64_C(1000000000)
#define NS_PER_MS UINT64_C(1000000)
/* A machine that fell behind by more than this does not catch up. */
#define PACE_SLACK_NS (20 * NS_PER_MS)
/* While the machine waits, the window looks at it this often. */
#define WINDOW_NS (30 * NS_PER_MS)

/* How the run ended: the status, a word for -stats, a sentence for the user
 * (empty where the guest has said it all). */
struct ending {
    int status;
    const char *reason;
    char text[256];
};

struct session {
    const struct options *options;
    struct machine *machine;
    struct console console;
    struct monitor monitor;
    struct debug debug;
    struct tracer *tracer; /* NULL without -trace */
    struct translations *translations; /* NULL: nobody watches them */
    struct visual *visual; /* NULL without a display */
    FILE *log;
    FILE *stats;         /* NULL without -stats */
    struct trace *trace; /* NULL without -trace-mem */
    bool is_paced;
    uint64_t pace_ns;    /* host time at which the last jump was over */
    uint64_t timeout_ns; /* host time, UINT64_MAX for none */
    uint64_t last_hash;  /* steps of the last hash line */
    bool is_over;
    struct ending ending;
};

static uint64_t host_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * NS_PER_SECOND + (uint64_t)t.tv_nsec;
}

static void end(struct session *s, int status, const char *reason,
                const char *format, ...) PRINTF_LIKE(4, 5);

static void end(struct session *s, int status, const char *reason,
                const char *format, ...)
{
    va_list args;

    if (s->is_over)
        return;
    s->is_over = true;
    s->ending.status = status;
    s->ending.reason = reason;
    va_start(args, format);
    vsnprintf(s->ending.text, sizeof s->ending.text, format, args);
    va_end(args);
}

/* What can end a run from outside. */
static void check_outside(struct session *s)
{
    if (!console_flush(&s->console))
        end(s, EXIT_HOST_IO, "host", "the console: %s",
            strerror(s->console.out_errno));
    if (s->trace && trace_error(s->trace))
        end(s, EXIT_HOST_IO, "host", "-trace-mem %s: %s",
            s->options->trace_file, strerror(trace_error(s->trace)));
    if (s->console.is_seen)
        end(s, EXIT_PASS, "expected", "%s", "");
    if (terminal_signal())
        end(s, EXIT_SIGNAL + terminal_signal(), "signal", "%s",
            strsignal(terminal_signal()));
    if (s->console.wants_quit || s->monitor.wants_quit)
        end(s, EXIT_PASS, "quit", "%s", "");
    if (host_ns() >= s->timeout_ns)
        end(s, EXIT_TIMEOUT, "timeout",
            "-timeout: not finished after %" PRIu64 " seconds",
            s->options->timeout_seconds);
}

/* Milliseconds until `when`, rounded up, -1 for never. */
static int ms_until(uint64_t when)
{
    uint64_t now = host_ns(), ms;

    if (when == UINT64_MAX)
        return -1;
    ms = when > now ? (when - now + NS_PER_MS - 1) / NS_PER_MS : 0;
    return ms < 1000000 ? (int)ms : 1000000;
}

/* Waits for input until host time `when`, or an end of the run. */
static enum idle_answer wait_until(struct session *s, uint64_t when)
{
    for (;;) {
        uint64_t until = when < s->timeout_ns ? when : s->timeout_ns;

        check_outside(s);
        if (s->is_over || s->monitor.is_stopped)
            return IDLE_STOP;
        if (console_feed(&s->console, s->machine))
            return IDLE_AGAIN;
        if (when != UINT64_MAX && host_ns() >= when)
            return IDLE_OVER;
        if (when == UINT64_MAX && !console_is_open(&s->console))
            return IDLE_OVER;
        if (s->options->display.kind == VISUAL_WINDOW) {
            if (!visual_poll(s->visual))
                end(s, EXIT_PASS, "quit", "%s", "");
            if (until > host_ns() + WINDOW_NS)
                until = host_ns() + WINDOW_NS;
        }
        console_read(&s->console, ms_until(until));
    }
}

static uint64_t scale_to_ns(const struct clock *clock, uint64_t cycles)
{
    uint64_t seconds = cycles / clock->hz, rest = cycles % clock->hz;

    if (seconds > UINT32_MAX)
        return UINT64_MAX / 4;
    return seconds * NS_PER_SECOND + rest * NS_PER_SECOND / clock->hz;
}

static enum idle_answer idle(void *ctx, uint64_t cycles)
{
    struct session *s = ctx;
    uint64_t now;
    enum idle_answer answer;

    console_read(&s->console, 0);
    if (cycles == CLOCK_NEVER)
        return wait_until(s, UINT64_MAX);
    if (!s->is_paced)
        return wait_until(s, 0);
    now = host_ns();
    if (s->pace_ns + PACE_SLACK_NS < now)
        s->pace_ns = now;
    answer =
        wait_until(s, s->pace_ns + scale_to_ns(&s->machine->clock, cycles));
    if (answer == IDLE_OVER)
        s->pace_ns += scale_to_ns(&s->machine->clock, cycles);
    return answer;
}

static void put(void *ctx, uint8_t byte)
{
    struct session *s = ctx;

    console_put(&s->console, byte);
    if (s->console.is_seen)
        machine_request_stop(s->machine);
}

/* The monitor's text. */
static void print(void *ctx, const char *text, size_t n)
{
    console_print(ctx, text, n);
}

/* While the monitor has stopped the machine. */
static void wait_stopped(struct session *s)
{
    uint64_t until = host_ns() + WINDOW_NS;

    console_read(&s->console,
                 ms_until(s->timeout_ns < until ? s->timeout_ns : until));
    if (s->visual && !visual_poll(s->visual))
        end(s, EXIT_PASS, "quit", "%s", "");
    if (!console_is_open(&s->console))
        s->monitor.is_stopped = false; /* who could let it go on? */
    check_outside(s);
}

static void end_by_guest(struct session *s, enum machine_stop stop)
{
    const struct machine *m = s->machine;
    const struct hart *h = &m->harts[0];
    unsigned code = m->fail_code;

    switch (stop) {
    case STOP_PASS:
        end(s, EXIT_PASS, "pass", "%s", "");
        break;
    case STOP_FAIL:
        code = code > 255 ? 255 : code;
        end(s, s->options->is_exit_raw && code ? (int)code : EXIT_GUEST_FAILED,
            "fail", "%s", "");
        break;
    case STOP_DEAD:
        end(s, EXIT_DEAD, "dead",
            "the guest is dead: nothing can ever happen again (pc 0x%08" PRIx64
            ", after %" PRIu64 " steps; mcause %" PRIu64 ", mepc 0x%08" PRIx64
            ", mtval 0x%08" PRIx64 ")",
            h->pc, machine_steps(m), h->csr.mcause, h->csr.mepc, h->csr.mtval);
        break;
    case STOP_HOST_IO:
        end(s, EXIT_HOST_IO, "host",
            "-drive %s: the host cannot read or write "
            "it",
            m->host_error);
        break;
    case STOP_STEPS:
    case STOP_REQUESTED:
        break;
    }
}

static void hash(struct session *s, uint64_t steps)
{
    if (steps == s->last_hash)
        return;
    s->last_hash = steps;
    fprintf(s->log, "hash %" PRIu64 " %016" PRIx64 "\n", steps,
            machine_hash(s->machine));
}

/* The next step count, above `steps`, at which the host has something to do. */
static uint64_t next_stop(const struct session *s, uint64_t steps)
{
    const struct options *o = s->options;
    uint64_t next = (steps / SESSION_SLICE + 1) * SESSION_SLICE;

    if (o->hash_every && (steps / o->hash_every + 1) * o->hash_every < next)
        next = (steps / o->hash_every + 1) * o->hash_every;
    if (o->has_limit && o->limit < next)
        next = o->limit;
    if (s->visual && visual_steps(s->visual) < next - steps)
        next = steps + visual_steps(s->visual);
    return next;
}

static void run_slice(struct session *s)
{
    const struct options *o = s->options;
    uint64_t steps = machine_steps(s->machine);
    enum machine_stop stop;

    stop = machine_run(s->machine, next_stop(s, steps) - steps);
    steps = machine_steps(s->machine);
    if (o->hash_every && steps % o->hash_every == 0)
        hash(s, steps);
    if (s->visual && !visual_poll(s->visual))
        end(s, EXIT_PASS, "quit", "%s", "");
    check_outside(s);
    end_by_guest(s, stop);
    if (o->has_limit && steps >= o->limit)
        end(s, EXIT_LIMIT, "limit", "-limit: %" PRIu64 " steps are done",
            steps);
    if (s->is_over || steps % SESSION_SLICE)
        return;
    console_read(&s->console, 0);
    console_feed(&s->console, s->machine);
}

/* What is written when the run ends is opened before it begins: nobody wants
 * to hear of a wrong path then. */
static FILE *open_output(const char *option, const char *path)
{
    FILE *file = output_open_stream(path);

    if (!file)
        die(EXIT_INPUT, "%s %s: %s", option, path, strerror(errno));
    return file;
}

/* A run that is good is not if what it should leave behind is not there. */
static void fail_host(struct session *s)
{
    if (s->ending.status != EXIT_PASS)
        return;
    s->ending.status = EXIT_HOST_IO;
    s->ending.reason = "host";
}

static void close_output(struct session *s, const char *option,
                         const char *path, FILE *file, bool is_good)
{
    const char *wrong = is_good ? NULL : "not all of it could be written";

    if (fclose(file))
        wrong = strerror(errno);
    if (!wrong)
        return;
    log_error("%s %s: %s", option, path, wrong);
    fail_host(s);
}

static void dma_stale(void *ctx, const struct machine_stale *finding)
{
    const struct session *s = ctx;

    debug_stale_line(s->log, s->machine, finding);
}

static void open_session(struct session *s, const struct options *o)
{
    const struct machine_hooks hooks = {
        .console_put = put, .idle = idle, .ctx = s, .dma_stale = dma_stale};

    *s = (struct session){.options = o, .timeout_ns = UINT64_MAX};
    if (o->timeout_seconds)
        s->timeout_ns = host_ns() + o->timeout_seconds * NS_PER_SECOND;
    s->machine = machine_create(&o->machine); /* reads its files */
    s->log = o->log_file ? open_output("-D", o->log_file) : stderr;
    if (o->stats)
        s->stats = open_output("-stats", o->stats_file);
    if (o->trace_file)
        s->trace = mem_trace_open(o->trace_file);
    machine_set_hooks(s->machine, &hooks);
    if (s->trace)
        machine_set_trace(s->machine, s->trace);
    s->monitor = (struct monitor){
        .machine = s->machine, .put = print, .ctx = &s->console};
    console_open(&s->console, o, &s->monitor);
    debug_open(&s->debug, s->machine, o->debug, s->log);
    s->tracer = tracer_open(o, s->machine, s->log);
    s->translations = translations_open(o, s->machine, s->log);
    if (o->display.kind != VISUAL_NONE)
        s->visual = visual_open(&o->display, s->machine);
    s->is_paced = o->pace == PACE_HOST ||
                  (o->pace == PACE_DEFAULT &&
                   (isatty(STDIN_FILENO) || o->display.kind == VISUAL_WINDOW));
    s->pace_ns = host_ns();
    terminal_catch_signals();
    if (s->trace)
        terminal_ignore_broken_pipes();
    if (s->console.in >= 0)
        terminal_make_raw();
}

/* The verdict of -expect comes after all others but a signal's. */
static void judge_expectation(struct session *s)
{
    struct ending *e = &s->ending;

    if (!s->console.has_regex || s->console.is_seen ||
        e->status > EXIT_SIGNAL || e->status == EXIT_HOST_IO)
        return;
    e->status = EXIT_NOT_EXPECTED;
    snprintf(e->text, sizeof e->text, "-expect: \"%.160s\" was not seen",
             s->options->expect);
}

static void report_rom(struct session *s)
{
    const char *path = s->options->rom, *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path, *dot = strrchr(name, '.');
    int n = dot && !strcmp(dot, ".elf") ? (int)(dot - name) : (int)strlen(name);

    if (s->ending.status == EXIT_PASS)
        printf("ok %.*s\n", n, name);
    else if (s->ending.text[0])
        printf("not ok %.*s - %s\n", n, name, s->ending.text);
    else if (!strcmp(s->ending.reason, "host"))
        printf("not ok %.*s - the host could not write\n", n, name);
    else if (s->console.last_line[0])
        printf("not ok %.*s - %s\n", n, name, s->console.last_line);
    else
        printf("not ok %.*s - code %u\n", n, name, s->machine->fail_code);
    if (fflush(stdout))
        fail_host(s);
}

static void write_stats(struct session *s)
{
    const struct options *o = s->options;
    const struct stats_end e = {s->ending.reason, s->ending.status};
    bool is_good = stats_write(s->machine, &e, o->stats, s->stats);

    close_output(s, "-stats", o->stats_file, s->stats, is_good);
}

/* What is left of the trace; an error that has ended the run has been told. */
static void close_trace(struct session *s)
{
    bool is_told = s->trace && trace_error(s->trace);
    int error = trace_close(s->trace);

    if (!error || is_told)
        return;
    log_error("-trace-mem %s: %s", s->options->trace_file, strerror(error));
    if (s->ending.status == EXIT_LIMIT) {
        s->ending.status = EXIT_PASS;
        s->ending.text[0] = 0;
    }
    fail_host(s);
}

int session_run(const struct options *o)
{
    struct session s;

    open_session(&s, o);
    while (!s.is_over) {
        if (s.monitor.is_stopped)
            wait_stopped(&s);
        else
            run_slice(&s);
    }
    if (!visual_close(s.visual))
        fail_host(&s);
    close_trace(&s);
    if (!translations_close(s.translations))
        fail_host(&s);
    judge_expectation(&s);
    terminal_restore();
    if (s.log != stderr)
        close_output(&s, "-D", o->log_file, s.log, !ferror(s.log));
    if (o->rom)
        report_rom(&s);
    else if (s.ending.text[0])
        log_error("%s", s.ending.text);
    if (s.stats)
        write_stats(&s);
    console_close(&s.console);
    debug_close(&s.debug);
    tracer_close(s.tracer);
    machine_free(s.machine);
    return s.ending.status;
}
