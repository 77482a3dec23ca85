/*
 * The kinds of fields, and formats in pieces.
 */
#include "frontend/trace_format.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "base/compiler.h"
#include "frontend/trace_names.h"

#define TEXT_MAX 64

struct trace_kind {
    const char *name;
    bool is_of_two; /* it needs the next argument, too */
    bool is_of_null; /* of no structure a member is 0 */
    void (*put)(struct trace_text *t, const struct trace_guest *g,
                const struct trace_value *v);
};

void trace_put(struct trace_text *t, const char *format, ...)
{
    size_t room = sizeof t->text - t->length;
    va_list args;
    int n;

    va_start(args, format);
    n = vsnprintf(t->text + t->length, room, format, args);
    va_end(args);
    if (n > 0)
        t->length += (size_t)n < room ? (size_t)n : room - 1;
}

/* ---- kinds ---- */

static void put_signed(struct trace_text *t, const struct trace_guest *g,
                       const struct trace_value *v)
{
    (void)g;
    trace_put(t, "%" PRId64, sign_extend(v->bits, v->size * 8));
}

static void put_unsigned(struct trace_text *t, const struct trace_guest *g,
                         const struct trace_value *v)
{
    (void)g;
    trace_put(t, "%" PRIu64, v->bits);
}

static void put_hex(struct trace_text *t, const struct trace_guest *g,
                    const struct trace_value *v)
{
    (void)g;
    trace_put(t, "%" PRIx64, v->bits);
}

static void put_pointer(struct trace_text *t, const struct trace_guest *g,
                        const struct trace_value *v)
{
    trace_put(t, "%0*" PRIx64, (int)g->word * 2, v->bits);
}

/* Of a task. */
static void put_cpu(struct trace_text *t, const struct trace_guest *g,
                    const struct trace_value *v)
{
    struct kernel_task task;

    if (kernel_peek_task(&g->peek, v->bits, &task))
        trace_put(t, "%03u", task.cpu);
    else
        trace_put(t, "?");
}

static void put_mode(struct trace_text *t, const struct trace_guest *g,
                     const struct trace_value *v)
{
    (void)g;
    trace_put_migrate_mode(t, v->bits);
}

static void put_reason(struct trace_text *t, const struct trace_guest *g,
                       const struct trace_value *v)
{
    (void)g;
    trace_put_migrate_reason(t, v->bits);
}

static void put_compact(struct trace_text *t, const struct trace_guest *g,
                        const struct trace_value *v)
{
    (void)g;
    trace_put_compact_result(t, v->bits);
}

/* Of a migrate mode: does compaction wait? */
static void put_sync(struct trace_text *t, const struct trace_guest *g,
                     const struct trace_value *v)
{
    (void)g;
    trace_put(t, "%s", v->bits ? "sync" : "async");
}

static void put_power(struct trace_text *t, const struct trace_guest *g,
                      const struct trace_value *v)
{
    (void)g;
    trace_put(t, "%" PRIu64, UINT64_C(1) << (v->bits & 63));
}

static void put_lru(struct trace_text *t, const struct trace_guest *g,
                    const struct trace_value *v)
{
    (void)g;
    trace_put_lru(t, v->bits);
}

/* How reclaim writes pages of an LRU list. */
static void put_writeback(struct trace_text *t, const struct trace_guest *g,
                          const struct trace_value *v)
{
    (void)g;
    trace_put(t, "RECLAIM_WB_%s|RECLAIM_WB_ASYNC",
              trace_lru_is_file(v->bits) ? "FILE" : "ANON");
}

/* Of a struct page; none has 0, as in Linux. */
static void put_pfn(struct trace_text *t, const struct trace_guest *g,
                    const struct trace_value *v)
{
    uint64_t pfn = 0;

    if (v->bits && !kernel_peek_pfn(&g->peek, v->bits, &pfn))
        trace_put(t, "?");
    else
        trace_put(t, "%" PRIx64, pfn);
}

static void put_gfp(struct trace_text *t, const struct trace_guest *g,
                    const struct trace_value *v)
{
    (void)g;
    trace_put_gfp(t, v->bits);
}

/* The migrate type that a GFP mask asks for, where types are kept apart. */
static void put_gfp_type(struct trace_text *t, const struct trace_guest *g,
                         const struct trace_value *v)
{
    trace_put(t, "%u", kernel_peek_has_types(&g->peek)
                           ? trace_gfp_migratetype(v->bits)
                           : 0);
}

/* The size of a cache's objects, or that of the pages for so many bytes. */
static void put_room(struct trace_text *t, const struct trace_guest *g,
                     const struct trace_value *v)
{
    uint64_t bytes = v->bits;

    (void)g;
    if (!bytes)
        for (bytes = 4096; bytes < v->second; bytes *= 2)
            ;
    trace_put(t, "%" PRIu64, bytes);
}

/* Pages, and so many more, in bytes. */
static void put_pages(struct trace_text *t, const struct trace_guest *g,
                      const struct trace_value *v)
{
    unsigned bits = g->word * 8;

    trace_put(t, "%" PRId64, sign_extend((v->bits + v->second) << 12, bits));
}

/* Of an address space: whether the task runs in it. */
static void put_current(struct trace_text *t, const struct trace_guest *g,
                        const struct trace_value *v)
{
    struct kernel_task task;

    trace_put(t, "%d", kernel_peek_current(&g->peek, &task) &&
                           task.mm == v->bits);
}

static void put_counter(struct trace_text *t, const struct trace_guest *g,
                        const struct trace_value *v)
{
    (void)g;
    trace_put_mm_counter(t, v->bits);
}

static void put_is_zero(struct trace_text *t, const struct trace_guest *g,
                        const struct trace_value *v)
{
    (void)g;
    trace_put(t, "%d", v->bits == 0);
}

static void put_is_below_10(struct trace_text *t, const struct trace_guest *g,
                            const struct trace_value *v)
{
    (void)g;
    trace_put(t, "%d", v->bits < 10);
}

static void put_where(struct trace_text *t, const struct trace_guest *g,
                      const struct trace_value *v)
{
    trace_put_function(t, g->symbols, v->bits, true);
}

static void put_function(struct trace_text *t, const struct trace_guest *g,
                         const struct trace_value *v)
{
    trace_put_function(t, g->symbols, v->bits, false);
}

static void put_string_wide(struct trace_text *t, const struct trace_guest *g,
                            uint64_t va, int width)
{
    char text[TEXT_MAX];

    if (!va || !kernel_peek_text(&g->peek, va, sizeof text, text, sizeof text))
        snprintf(text, sizeof text, "?");
    trace_put(t, "%-*s", width, text);
}

static void put_string(struct trace_text *t, const struct trace_guest *g,
                       const struct trace_value *v)
{
    put_string_wide(t, g, v->bits, 0);
}

/* The same, as wide as the names of zones. */
static void put_zone(struct trace_text *t, const struct trace_guest *g,
                     const struct trace_value *v)
{
    put_string_wide(t, g, v->bits, 8);
}

static void put_comm(struct trace_text *t, const struct trace_guest *g,
                     const struct trace_value *v)
{
    struct kernel_task task;

    trace_put(t, "%s",
              kernel_peek_task(&g->peek, v->bits, &task) ? task.comm : "?");
}

/* Of a task, and whether it was preempted. */
static void put_state(struct trace_text *t, const struct trace_guest *g,
                      const struct trace_value *v)
{
    struct kernel_task task;

    if (kernel_peek_task(&g->peek, v->bits, &task))
        trace_put_state(t, &task, v->second != 0);
    else
        trace_put(t, "?");
}

static const struct trace_kind kinds[] = {
    {"d", false, false, put_signed},
    {"u", false, false, put_unsigned},
    {"x", false, false, put_hex},
    {"p", false, false, put_pointer},
    {"pfn", false, false, put_pfn},
    {"gfp", false, false, put_gfp},
    {"type", false, false, put_gfp_type},
    {"zero", false, false, put_is_zero},
    {"below10", false, false, put_is_below_10},
    {"where", false, false, put_where},
    {"function", false, false, put_function},
    {"string", false, false, put_string},
    {"zone", false, false, put_zone},
    {"comm", false, false, put_comm},
    {"cpu", false, false, put_cpu},
    {"lru", false, false, put_lru},
    {"mode", false, false, put_mode},
    {"reason", false, false, put_reason},
    {"compact", false, false, put_compact},
    {"sync", false, false, put_sync},
    {"power", false, false, put_power},
    {"writeback", false, false, put_writeback},
    {"state", true, false, put_state},
    {"room", true, true, put_room},
    {"pages", true, false, put_pages},
    {"current", false, false, put_current},
    {"counter", false, false, put_counter},
};

void trace_put_function(struct trace_text *t, struct symbols *s, uint64_t pc,
                        bool has_offset)
{
    uint64_t offset, address, size;
    const char *name = symbols_nearest(s, pc, &offset);

    if (!name || !symbols_find(s, name, &address, &size))
        trace_put(t, "0x%" PRIx64, pc);
    else if (has_offset)
        trace_put(t, "%s+0x%" PRIx64 "/0x%" PRIx64, name, offset, size);
    else
        trace_put(t, "%s", name);
}

/* ---- formats ---- */

static const struct trace_kind *find_kind(const char *name, size_t n)
{
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
        if (strlen(kinds[i].name) == n && !strncmp(kinds[i].name, name, n))
            return &kinds[i];
    return NULL;
}

/* TYPE.MEMBER up to the brace. */
static bool parse_member(const char *text, size_t n, struct symbols *symbols,
                         struct trace_piece *p)
{
    char name[80], *dot;

    if (n >= sizeof name)
        return false;
    memcpy(name, text, n);
    name[n] = 0;
    dot = strchr(name, '.');
    if (!dot)
        return false;
    *dot = 0;
    p->has_member = true;
    if (!symbols_member(symbols, name, dot + 1, &p->member) ||
        p->member.size > 8)
        p->member.size = 0;
    return true;
}

static bool parse_argument(const char *text, const char **end,
                           unsigned *argument)
{
    size_t digits = strspn(text, "0123456789");

    if (!strncmp(text, "caller", 6)) {
        *argument = TRACE_CALLER;
        *end = text + 6;
        return true;
    }
    *argument = (unsigned)strtoul(text, NULL, 10);
    *end = text + digits;
    return digits && *argument < TRACE_ARGUMENTS - 1;
}

/* What stands between the braces. */
static bool parse_field(const char *text, size_t n, struct symbols *symbols,
                        struct trace_piece *p)
{
    size_t name = strcspn(text, " }");
    const char *end;

    p->kind = find_kind(text, name);
    if (!p->kind || text[name] != ' ')
        return false;
    if (!parse_argument(text + name + 1, &end, &p->argument))
        return false;
    if (*end == '}')
        return true;
    return *end == ' ' &&
           parse_member(end + 1, n - (size_t)(end + 1 - text), symbols, p);
}

bool trace_format_parse(struct trace_format *f, const char *text,
                        struct symbols *symbols)
{
    *f = (struct trace_format){0};
    for (;;) {
        struct trace_piece *p = &f->pieces[f->n_pieces];
        size_t n = strcspn(text, "{"), field;
        unsigned needs;

        if (f->n_pieces++ == TRACE_PIECES)
            return false;
        p->literal = text;
        p->literal_length = (int)n;
        text += n;
        if (!*text)
            return true;
        field = strcspn(++text, "}");
        if (!text[field] || !parse_field(text, field, symbols, p))
            return false;
        needs = p->argument + 1 + p->kind->is_of_two;
        if (p->argument != TRACE_CALLER && needs > f->n_arguments)
            f->n_arguments = needs;
        text += field + 1;
    }
}

static void put_field(const struct trace_piece *p, const struct trace_guest *g,
                      const struct trace_value *values, struct trace_text *to)
{
    struct trace_value v = values[p->argument];

    if (p->kind->is_of_two)
        v.second = values[p->argument + 1].bits;
    if (p->has_member) {
        v.size = p->member.size;
        if ((v.bits || !p->kind->is_of_null) &&
            !kernel_peek_member(&g->peek, v.bits, &p->member, &v.bits)) {
            trace_put(to, "?");
            return;
        }
    }
    p->kind->put(to, g, &v);
}

void trace_format_put(const struct trace_format *f, const struct trace_guest *g,
                      const struct trace_value *values, struct trace_text *to)
{
    for (unsigned i = 0; i < f->n_pieces; i++) {
        const struct trace_piece *p = &f->pieces[i];

        trace_put(to, "%.*s", p->literal_length, p->literal);
        if (p->kind)
            put_field(p, g, values, to);
    }
}
