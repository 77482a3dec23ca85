/*
 * The monitor: line editing, and the table of commands.
 */
#include "frontend/monitor.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "base/compiler.h"
#include "cpu/csr.h"
#include "cpu/isa.h"
#include "frontend/parse.h"
#include "machine/kview.h"
#include "machine/page_tree.h"
#include "machine/view_text.h"
#include "mmu/pte.h"

#define PROMPT "(quire) "
#define MAX_TABLES 4096
#define MAX_COUNT 4096

enum { DELETE = 0x7f, BACKSPACE = 8, CTRL_U = 0x15 };

/* A command: its name, its arguments and what it does with them. */
struct command {
    const char *name;
    const char *arguments;
    const char *help;
    void (*run)(struct monitor *m, const char *arguments);
};

static void print(struct monitor *m, const char *format, ...) PRINTF_LIKE(2, 3);

static void print(struct monitor *m, const char *format, ...)
{
    char text[512];
    va_list args;
    int n;

    va_start(args, format);
    n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (n > 0)
        m->put(m->ctx, text,
               (size_t)n < sizeof text ? (size_t)n : sizeof text - 1);
}

/* The hart that commands look at. */
static const struct hart *hart_of(const struct monitor *m)
{
    return &m->machine->harts[m->hart];
}

static void info_registers(struct monitor *m)
{
    /* mstatus, mie, mip, mtvec, mepc, mcause, mtval, mscratch, and S-mode's */
    static const uint16_t csrs[] = {0x300, 0x304, 0x344, 0x302, 0x303, 0x305,
                                    0x341, 0x342, 0x343, 0x340, 0x100, 0x105,
                                    0x141, 0x142, 0x143, 0x140, 0x180};
    const struct hart *h = hart_of(m);
    char name[16];
    uint64_t value;

    print(m, "pc       %08" PRIx64 "  %c-mode%s\n", h->pc, "USHM"[h->priv],
          h -> in_wfi ? ", waiting" : "");
    for (unsigned i = 0; i < ARRAY_SIZE(csrs); i++)
        if (csr_name(csrs[i], name) && hart_csr_peek(h, csrs[i], &value))
            print(m, "%-8s %08" PRIx64 "%s", name, value,
                  i % 4 == 3 ? "\n" : "  ");
    print(m, "\n");
    for (unsigned i = 0; i < 32; i++)
        print(m, "x%-2u/%-4s %08" PRIx32 "%s", i, isa_register_name(i),
              (uint32_t)h->x[i], i % 4 == 3 ? "\n" : "  ");
}

static bool is_waiting(const struct machine *m)
{
    for (unsigned i = 0; i < m->n_harts; i++)
        if (!hart_is_waiting(&m->harts[i]))
            return false;
    return true;
}

static void info_status(struct monitor *m)
{
    const struct machine *machine = m->machine;

    print(m,
          "%s; %" PRIu64 " steps, %" PRIu64 ".%06" PRIu64 " s of machine "
          "time%s\n",
          m->is_stopped ? "stopped" : "running", machine_steps(machine),
          machine->clock.now / machine->clock.hz,
          machine->clock.now % machine->clock.hz * 1000000 / machine->clock.hz,
          is_waiting(machine) ? ", waiting" : "");
}

/* As QEMU lists them: the star is at the hart that commands look at. */
static void info_cpus(struct monitor *m)
{
    for (unsigned i = 0; i < m->machine->n_harts; i++) {
        const struct hart *h = &m->machine->harts[i];
        uint64_t steps = h->steps;

        print(m, "%c CPU #%u: pc %08" PRIx64 "  %c-mode  %" PRIu64 " steps%s\n",
              i == m->hart ? '*' : ' ', i, h->pc, "USHM"[h->priv], steps,
              hart_is_waiting(h) ? ", waiting" : "");
    }
}

static void cpu(struct monitor *m, const char *arguments)
{
    uint64_t n;

    if (parse_u64(arguments, &n) && n < m->machine->n_harts)
        m->hart = (unsigned)n;
    else
        print(m, "cpu N: a hart from 0 to %u\n", m->machine->n_harts - 1);
}

static bool peek(const void *ctx, uint64_t pa, void *to, size_t len)
{
    return machine_peek(ctx, pa, to, len);
}

/* A run of mappings that continue each other. */
struct mapping {
    struct monitor *monitor;
    const struct walk_scheme *scheme;
    uint64_t va, pa, size, flags;
};

static void print_mapping(const struct mapping *r)
{
    static const char letters[] = "vrwxugad";
    char flags[sizeof letters] = "";

    if (!r->size)
        return;
    for (unsigned i = 0; i < 8; i++)
        flags[i] = bit(r->flags, i) ? letters[i] : '-';
    print(r->monitor, "%08" PRIx64 " %09" PRIx64 " %08" PRIx64 " %s\n", r->va,
          r->pa, r->size, flags + 1);
}

static void add_mapping(void *ctx, uint64_t va, uint64_t pte, unsigned level)
{
    struct mapping *r = ctx;
    uint64_t size = MMU_PAGE_SIZE << level * r->scheme->index_bits;
    uint64_t pa = page_tree_pa(r->scheme, pte), flags = pte & 0xff;

    if (!(pte & PTE_V))
        return;
    if (r->va + r->size == va && r->pa + r->size == pa && r->flags == flags) {
        r->size += size;
        return;
    }
    print_mapping(r);
    r->va = va;
    r->pa = pa;
    r->size = size;
    r->flags = flags;
}

static void info_mem(struct monitor *m)
{
    const struct guest_memory memory = {peek, m->machine,
                                        m->machine->bus.ram_base_pa,
                                        m->machine->bus.ram_size};
    uint64_t satp = hart_of(m)->csr.satp, budget = MAX_TABLES;
    struct mapping run = {.monitor = m};
    const struct page_tree tree = {
        .memory = &memory,
        .scheme = walk_scheme_of(satp, m->machine->config.hart.xlen),
        .va_end = UINT64_MAX,
        .budget = &budget,
        .entry = add_mapping,
        .ctx = &run,
    };

    if (!tree.scheme) {
        print(m, "no translation: satp is bare\n");
        return;
    }
    run.scheme = tree.scheme;
    print(m, "virtual  physical  size     rights\n");
    if (!page_tree_visit(&tree, satp_ppn(tree.scheme, satp) << MMU_PAGE_SHIFT))
        print(m, "(a table lies outside of memory, or there are too many)\n");
    print_mapping(&run);
}

/* The topics of the picture's text twin. */
static bool info_view(struct monitor *m, const char *topic)
{
    struct kview *kview = kview_open(m->machine, m->machine->config.kernel);
    struct view_snapshot view;
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    bool is_known = false;

    kview_init_snapshot(kview, &view);
    if (out) {
        kview_fill(kview, &view, 0);
        is_known = view_print(&view, topic, out);
        fclose(out);
        m->put(m->ctx, text, size);
    }
    free(text);
    view_free(&view);
    kview_close(kview);
    return is_known;
}

static void list_topics(struct monitor *m)
{
    const char *name, *meaning;

    print(m, "info registers, mem, cpus, status, or\n");
    for (size_t i = 0; (name = view_topic(i, &meaning)) != NULL; i++)
        print(m, "  %-8s%s\n", name, meaning);
}

static void info(struct monitor *m, const char *arguments)
{
    static const struct {
        const char *name;
        void (*run)(struct monitor *m);
    } topics[] = {{"registers", info_registers},
                  {"mem", info_mem},
                  {"cpus", info_cpus},
                  {"status", info_status}};

    for (size_t i = 0; i < ARRAY_SIZE(topics); i++) {
        if (!strcmp(arguments, topics[i].name)) {
            topics[i].run(m);
            return;
        }
    }
    if (!info_view(m, arguments))
        list_topics(m);
}

/* An address: a number, or $ and the name of a register. */
static bool parse_address(const struct hart *h, const char *text,
                          uint64_t *value)
{
    if (*text != '$')
        return parse_u64(text, value);
    text++;
    if (!strcmp(text, "pc")) {
        *value = h->pc;
        return true;
    }
    for (unsigned i = 0; i < 32; i++) {
        char number[8];

        snprintf(number, sizeof number, "x%u", i);
        if (!strcmp(text, isa_register_name(i)) || !strcmp(text, number)) {
            *value = h->xlen == 32 ? (uint32_t)h->x[i] : h->x[i];
            return true;
        }
    }
    return false;
}

/* The /COUNT FORMAT SIZE of x and xp. */
struct format {
    uint64_t count;
    char kind;     /* x d u i */
    unsigned size; /* bytes */
};

static bool parse_format(const char **text, struct format *f)
{
    static const char sizes[] = "bhwg";
    char *end;

    *f = (struct format){1, 'x', 4};
    *text += strspn(*text, " ");
    if (**text != '/')
        return true;
    if (isdigit((unsigned char)(*text)[1]))
        f->count = strtoull(*text + 1, &end, 10);
    else
        end = (char *)(uintptr_t)(*text + 1);
    for (; *end && *end != ' '; end++) {
        const char *size = strchr(sizes, *end);

        if (size)
            f->size = 1u << (size - sizes);
        else if (strchr("xdui", *end))
            f->kind = *end;
        else
            return false;
    }
    *text = end;
    return f->count && f->count <= MAX_COUNT;
}

static bool read_memory(const struct monitor *m, bool is_physical, uint64_t at,
                        void *to, size_t len)
{
    return is_physical ? machine_peek(m->machine, at, to, len)
                       : machine_peek_virtual(m->machine, m->hart, at, to, len);
}

/* One instruction; returns its length, 0 if it cannot be read. */
static unsigned show_instruction(struct monitor *m, struct isa *isa,
                                 bool is_physical, uint64_t at)
{
    uint32_t bits = 0;
    char text[64];

    if (!read_memory(m, is_physical, at, &bits, 2) ||
        (isa_length(bits) == 4 && !read_memory(m, is_physical, at, &bits, 4)))
        return 0;
    isa_disassemble(isa, text, sizeof text, bits, at);
    print(m, "%08" PRIx64 ": %0*" PRIx32 "  %s\n", at, isa_length(bits) * 2,
          bits, text);
    return isa_length(bits);
}

static unsigned show_number(struct monitor *m, const struct format *f,
                            bool is_physical, uint64_t at, uint64_t i)
{
    unsigned in_line = 16 / f->size;
    uint64_t value = 0;

    if (!read_memory(m, is_physical, at, &value, f->size))
        return 0;
    if (i % in_line == 0)
        print(m, "%08" PRIx64 ":", at);
    if (f->kind == 'x')
        print(m, " 0x%0*" PRIx64, (int)f->size * 2, value);
    else if (f->kind == 'd')
        print(m, " %" PRId64, sign_extend(value, 8 * f->size));
    else
        print(m, " %" PRIu64, value);
    if (i % in_line == in_line - 1 || i + 1 == f->count)
        print(m, "\n");
    return f->size;
}

static void examine(struct monitor *m, const char *arguments, bool is_physical)
{
    struct isa *isa;
    struct format f;
    uint64_t at;

    if (!parse_format(&arguments, &f) ||
        !parse_address(hart_of(m), arguments + strspn(arguments, " "), &at)) {
        print(m, "/COUNT and x, d, u or i and b, h, w or g; then a number or "
                 "$register\n");
        return;
    }
    isa = isa_new(m->machine->config.hart.xlen);
    for (uint64_t i = 0; i < f.count; i++) {
        unsigned len = f.kind == 'i' ? show_instruction(m, isa, is_physical, at)
                                     : show_number(m, &f, is_physical, at, i);

        if (!len) {
            print(m, "\ncannot read memory at 0x%" PRIx64 "\n", at);
            break;
        }
        at += len;
    }
    isa_free(isa);
}

static void x(struct monitor *m, const char *arguments)
{
    examine(m, arguments, false);
}

static void xp(struct monitor *m, const char *arguments)
{
    examine(m, arguments, true);
}

static void stop(struct monitor *m, const char *arguments)
{
    (void)arguments;
    m->is_stopped = true;
}

static void cont(struct monitor *m, const char *arguments)
{
    (void)arguments;
    m->is_stopped = false;
}

static void quit(struct monitor *m, const char *arguments)
{
    (void)arguments;
    m->wants_quit = true;
}

static void help(struct monitor *m, const char *arguments);

/* clang-format off */
static const struct command commands[] = {
    { "info", "TOPIC", "registers, mappings, harts; alone: the topics",
      info },
    { "cpu", "N", "the hart that info, x and $ look at", cpu },
    { "x", "/FMT ADDRESS", "memory by virtual address", x },
    { "xp", "/FMT ADDRESS", "memory by physical address", xp },
    { "stop", "", "stop the machine", stop },
    { "cont", "", "let it go on", cont },
    { "quit", "", "end the run", quit },
    { "help", "", "this list; Ctrl-A c goes back to the console", help },
};
/* clang-format on */

static void help(struct monitor *m, const char *arguments)
{
    (void)arguments;
    for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
        print(m, "%-5s%-22s%s\n", commands[i].name, commands[i].arguments,
              commands[i].help);
}

void monitor_execute(struct monitor *m, const char *line)
{
    char name[MONITOR_LINE];
    size_t n;

    line += strspn(line, " ");
    n = strcspn(line, " /");
    if (!n || n >= sizeof name)
        return;
    memcpy(name, line, n);
    name[n] = 0;
    line += n;
    line += *line == '/' ? 0 : strspn(line, " ");
    for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
        if (!strcmp(commands[i].name, name) ||
            (!strcmp(name, "c") && commands[i].run == cont) ||
            (!strcmp(name, "q") && commands[i].run == quit)) {
            commands[i].run(m, line);
            return;
        }
    }
    print(m, "%.40s: unknown; help lists the commands\n", name);
}

void monitor_enter(struct monitor *m)
{
    m->n = 0;
    print(m, "\n" PROMPT);
}

void monitor_key(struct monitor *m, uint8_t key)
{
    if (key == '\r' || key == '\n') {
        print(m, "\n");
        m->line[m->n] = 0;
        m->n = 0;
        monitor_execute(m, m->line);
        if (!m->wants_quit)
            print(m, PROMPT);
    } else if ((key == DELETE || key == BACKSPACE) && m->n) {
        m->n--;
        print(m, "\b \b");
    } else if (key == CTRL_U) {
        for (; m->n; m->n--)
            print(m, "\b \b");
    } else if (key >= ' ' && key < DELETE && m->n + 1 < MONITOR_LINE) {
        m->line[m->n++] = (char)key;
        m->put(m->ctx, (const char *)&key, 1);
    }
}
