/*
 * The platform-level interrupt controller. A source's gateway turns its level
 * into one request at a time: the request, once pending, stays until a claim,
 * and the gateway looks at the level again only after the completion (PLIC
 * 1.0.0, "Interrupt Gateways").
 */
#include "devices/plic.h"

#include <assert.h>
#include <libfdt.h>

#include "base/bits.h"
#include "base/compiler.h"

#define CONTEXT_STRIDE 0x1000
#define ENABLE_STRIDE 0x80

static uint32_t mask(unsigned source)
{
    return UINT32_C(1) << source % 32;
}

/* The source that a claim in this context gets, 0 if none: the highest
 * priority, the lowest number among equals. The threshold plays no part. */
static unsigned best(const struct plic *p, unsigned context)
{
    unsigned found = 0;
    uint8_t priority = 0;

    for (unsigned word = 0; word < PLIC_WORDS; word++) {
        uint32_t ready = p->pending[word] & p->enable[context][word];

        for (unsigned n = 0; ready; n++, ready >>= 1) {
            unsigned source = word * 32 + n;

            if (!(ready & 1) || p->priority[source] <= priority)
                continue;
            found = source;
            priority = p->priority[source];
        }
    }
    return found;
}

static void update(const struct plic *p)
{
    for (unsigned i = 0; i < p->n_contexts; i++)
        irq_set(&p->wire[i], p->priority[best(p, i)] > p->threshold[i]);
}

/* Lets the gateway forward a request if it may. */
static void open_gateway(struct plic *p, unsigned source)
{
    unsigned word = source / 32;

    p->pending[word] |= p->level[word] & ~p->claimed[word] & mask(source);
}

void plic_set(void *plic, unsigned source, bool level)
{
    struct plic *p = plic;

    assert(source > 0 && source < PLIC_SOURCES);
    if (level)
        p->level[source / 32] |= mask(source);
    else
        p->level[source / 32] &= ~mask(source);
    open_gateway(p, source);
    update(p);
}

static uint32_t claim(struct plic *p, unsigned context)
{
    unsigned source = best(p, context);

    if (source) {
        p->pending[source / 32] &= ~mask(source);
        p->claimed[source / 32] |= mask(source);
        update(p);
    }
    return source;
}

/* A completion of what this context does not enable, or what nobody claimed,
 * is ignored. */
static void complete(struct plic *p, unsigned context, uint32_t source)
{
    unsigned word = source / 32;

    if (source >= PLIC_SOURCES || !(p->enable[context][word] & mask(source)) ||
        !(p->claimed[word] & mask(source)))
        return;
    p->claimed[word] &= ~mask(source);
    open_gateway(p, source);
    update(p);
}

/* The word of an array of words at `at`, or NULL beyond its end. */
static uint32_t *word_at(uint32_t words[PLIC_WORDS], uint32_t at)
{
    return at / 4 < PLIC_WORDS ? &words[at / 4] : NULL;
}

static uint32_t *enable_at(struct plic *p, uint32_t offset)
{
    uint32_t context = (offset - PLIC_ENABLE) / ENABLE_STRIDE;

    if (context >= p->n_contexts)
        return NULL;
    return word_at(p->enable[context], (offset - PLIC_ENABLE) % ENABLE_STRIDE);
}

static uint64_t plic_read(struct device *d, uint32_t offset, unsigned size)
{
    struct plic *p = CONTAINER_OF(d, struct plic, device);
    uint32_t context = (offset - PLIC_CONTEXT) / CONTEXT_STRIDE;
    const uint32_t *word;

    (void)size;
    if (offset < PLIC_PENDING)
        return offset / 4 < PLIC_SOURCES ? p->priority[offset / 4] : 0;
    if (offset < PLIC_CONTEXT) {
        word = offset < PLIC_ENABLE ? word_at(p->pending, offset - PLIC_PENDING)
                                    : enable_at(p, offset);
        return word ? *word : 0;
    }
    if (context >= p->n_contexts)
        return 0;
    switch (offset % CONTEXT_STRIDE) {
    case 0:
        return p->threshold[context];
    case 4:
        return claim(p, context);
    default:
        return 0;
    }
}

static void write_context(struct plic *p, uint32_t context, uint32_t offset,
                          uint64_t value)
{
    if (context >= p->n_contexts)
        return;
    if (offset == 0)
        p->threshold[context] = value & PLIC_MAX_PRIORITY;
    else if (offset == 4)
        complete(p, context, (uint32_t)value);
}

static void plic_write(struct device *d, uint32_t offset, unsigned size,
                       uint64_t value)
{
    struct plic *p = CONTAINER_OF(d, struct plic, device);
    uint32_t *word;

    (void)size;
    if (offset < PLIC_PENDING) {
        if (offset && offset / 4 < PLIC_SOURCES)
            p->priority[offset / 4] = value & PLIC_MAX_PRIORITY;
    } else if (offset >= PLIC_CONTEXT) {
        write_context(p, (offset - PLIC_CONTEXT) / CONTEXT_STRIDE,
                      offset % CONTEXT_STRIDE, value);
    } else if (offset >= PLIC_ENABLE) {
        word = enable_at(p, offset);
        if (word) /* there is no source 0 */
            *word = (uint32_t)value & (offset % ENABLE_STRIDE ? ~0u : ~1u);
    }
    update(p);
}

/* The levels belong to the sources, which are reset at the same time. */
static void plic_reset(struct device *d)
{
    struct plic *p = CONTAINER_OF(d, struct plic, device);

    for (unsigned i = 0; i < PLIC_WORDS; i++) {
        p->pending[i] = 0;
        p->claimed[i] = 0;
        for (unsigned context = 0; context < PLIC_MAX_CONTEXTS; context++)
            p->enable[context][i] = 0;
    }
    for (unsigned i = 0; i < PLIC_SOURCES; i++)
        p->priority[i] = 0;
    for (unsigned i = 0; i < PLIC_MAX_CONTEXTS; i++)
        p->threshold[i] = 0;
    update(p);
}

static void plic_archive(struct device *d, struct archive *a)
{
    struct plic *p = CONTAINER_OF(d, struct plic, device);
    bool has_source_0 = false;

    for (unsigned i = 0; i < PLIC_WORDS; i++) {
        archive_u32(a, "level", &p->level[i]);
        archive_u32(a, "pending", &p->pending[i]);
        archive_u32(a, "claimed", &p->claimed[i]);
    }
    has_source_0 = bit(p->level[0] | p->pending[0] | p->claimed[0], 0);
    for (unsigned i = 1; i < PLIC_SOURCES; i++) {
        archive_u8(a, "priority", &p->priority[i]);
        archive_check(a, p->priority[i] <= PLIC_MAX_PRIORITY, "priority");
    }
    for (unsigned i = 0; i < p->n_contexts; i++) {
        for (unsigned word = 0; word < PLIC_WORDS; word++)
            archive_u32(a, "enable", &p->enable[i][word]);
        has_source_0 |= bit(p->enable[i][0], 0);
        archive_u8(a, "threshold", &p->threshold[i]);
        archive_check(a, p->threshold[i] <= PLIC_MAX_PRIORITY, "threshold");
    }
    archive_check(a, !has_source_0, "a bit of source 0");
}

static void plic_describe(const struct device *d, void *fdt)
{
    (void)d;
    fdt_property(fdt, "interrupt-controller", NULL, 0);
    fdt_property_u32(fdt, "#interrupt-cells", 1);
    fdt_property_u32(fdt, "#address-cells", 0);
    fdt_property_u32(fdt, "riscv,ndev", PLIC_SOURCES - 1);
}

void plic_init(struct plic *p, uint64_t base_pa, struct clock *clock,
               unsigned n_harts)
{
    assert(n_harts >= 1 && 2 * n_harts <= PLIC_MAX_CONTEXTS);
    *p = (struct plic){.n_contexts = 2 * n_harts};
    device_init(&p->device, &plic_class, base_pa, clock);
}

/* clang-format off */
static const struct device_reg plic_regs[] = {
    { PLIC_PRIORITY, 4, REG_RW, "priority",
      "0 .. 7 a source; 0 never interrupts. Word 0 reads 0.",
      PLIC_SOURCES, 4 },
    { PLIC_PENDING,  4, REG_RO, "pending",
      "A bit a source whose request waits for a claim.", PLIC_WORDS, 4 },
    { PLIC_ENABLE,   4, REG_RW, "enable",
      "A bit a source, 3 words a context, contexts 0x80 bytes apart; bit 0 of "
      "the first word reads 0. Context 2n is M-mode of hart n, 2n + 1 its "
      "S-mode.", PLIC_MAX_CONTEXTS, ENABLE_STRIDE },
    { PLIC_CONTEXT,  4, REG_RW, "threshold",
      "0 .. 7: the context's wire is high while an enabled pending source has "
      "a higher priority.", PLIC_MAX_CONTEXTS, CONTEXT_STRIDE },
    { PLIC_CONTEXT + 4, 4, REG_RW, "claim",
      "Read: takes the best enabled pending source, 0 if none, whatever the "
      "threshold. Write: completes a source.",
      PLIC_MAX_CONTEXTS, CONTEXT_STRIDE },
};
/* clang-format on */

const struct device_class plic_class = {
    .name = "plic",
    .compatible = "sifive,plic-1.0.0",
    .summary = "Routes the devices' interrupts to the harts.",
    .window = PLIC_SIZE,
    .min_access = 4,
    .max_access = 4,
    .regs = plic_regs,
    .n_regs = ARRAY_SIZE(plic_regs),
    .reset = plic_reset,
    .read = plic_read,
    .write = plic_write,
    .archive = plic_archive,
    .describe = plic_describe,
};
