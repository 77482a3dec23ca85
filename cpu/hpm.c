/*
 * The counters of Zihpm and the events that they can count.
 */
#include "cpu/hpm.h"

#include <string.h>

#include "abi/hpm.h"
#include "base/compiler.h"
#include "cpu/csr.h"
#include "cpu/hart.h"
#include "devices/dma.h"

/* All that is counted, since power-on; nothing is always 0. */
struct sample {
    uint64_t nothing;
    struct mmu_counts mmu;
    struct dma_stats dma;
    uint64_t exceptions, interrupts;
    uint64_t fetch_page_faults, load_page_faults, store_page_faults;
};

/* clang-format off */
#define AT(field) offsetof(struct sample, field)

const struct hpm_event hpm_events[] = {
/* number, name, meaning, where */
{ HPM_NONE, "none", "nothing", AT(nothing) },
{ HPM_ITLB_ACCESS, "itlb access", "lookups of the instruction TLB",
  AT(mmu.itlb.accesses) },
{ HPM_ITLB_MISS, "itlb miss", "of these, not found there",
  AT(mmu.itlb.misses) },
{ HPM_DTLB_ACCESS, "dtlb access", "lookups of the data TLB",
  AT(mmu.dtlb.accesses) },
{ HPM_DTLB_MISS, "dtlb miss", "of these, not found there",
  AT(mmu.dtlb.misses) },
{ HPM_L2TLB_ACCESS, "l2tlb access", "lookups of the second-level TLB",
  AT(mmu.l2tlb.accesses) },
{ HPM_L2TLB_MISS, "l2tlb miss", "of these, not found there",
  AT(mmu.l2tlb.misses) },
{ HPM_WALK, "walk", "page walks begun", AT(mmu.walks.walks) },
{ HPM_WALK_READ, "walk read", "entries that they read", AT(mmu.walks.reads) },
{ HPM_WALK_UPDATE, "walk update", "entries that got A or D",
  AT(mmu.walks.updates) },
{ HPM_L1I_ACCESS, "l1i access", "lookups of the L1 instruction cache",
  AT(mmu.l1i.accesses) },
{ HPM_L1I_MISS, "l1i miss", "of these, not found there", AT(mmu.l1i.misses) },
{ HPM_L1D_ACCESS, "l1d access", "lookups of the L1 data cache",
  AT(mmu.l1d.accesses) },
{ HPM_L1D_MISS, "l1d miss", "of these, not found there", AT(mmu.l1d.misses) },
{ HPM_L1D_WRITEBACK, "l1d writeback", "dirty lines that it wrote to the L2",
  AT(mmu.l1d.writebacks) },
{ HPM_L1D_WRITETHROUGH, "l1d writethrough", "writes that it passed on",
  AT(mmu.l1d.writethroughs) },
{ HPM_L2_ACCESS, "l2 access", "lookups of the L2 cache, by all harts",
  AT(mmu.l2.accesses) },
{ HPM_L2_MISS, "l2 miss", "of these, not found there", AT(mmu.l2.misses) },
{ HPM_L2_WRITEBACK, "l2 writeback", "dirty lines that it wrote to memory",
  AT(mmu.l2.writebacks) },
{ HPM_L2_WRITETHROUGH, "l2 writethrough", "writes that it passed on",
  AT(mmu.l2.writethroughs) },
{ HPM_DMA_DESCRIPTOR, "dma descriptor",
  "descriptors of quire,dma that took effect", AT(dma.descriptors) },
{ HPM_DMA_BYTE, "dma byte", "bytes that they moved", AT(dma.bytes) },
{ HPM_EXCEPTION, "exception", "exceptions taken, to whatever mode",
  AT(exceptions) },
{ HPM_INTERRUPT, "interrupt", "interrupts taken, to whatever mode",
  AT(interrupts) },
{ HPM_FETCH_PAGE_FAULT, "fetch page fault", "page faults of fetches",
  AT(fetch_page_faults) },
{ HPM_LOAD_PAGE_FAULT, "load page fault", "page faults of loads",
  AT(load_page_faults) },
{ HPM_STORE_PAGE_FAULT, "store page fault", "page faults of stores and AMOs",
  AT(store_page_faults) },
};
/* clang-format on */

const size_t n_hpm_events = ARRAY_SIZE(hpm_events);

static const struct hpm_event *find(uint64_t number)
{
    for (size_t i = 0; i < n_hpm_events; i++)
        if (hpm_events[i].number == number)
            return &hpm_events[i];
    return NULL;
}

bool hpm_is_event(uint64_t number)
{
    return find(number);
}

static uint64_t sum(const uint64_t *counts, size_t n)
{
    uint64_t total = 0;

    for (size_t i = 0; i < n; i++)
        total += counts[i];
    return total;
}

/* What hit in the models' filters is counted when somebody asks: no change
 * that anybody could see. */
static void take(const struct hart *h, struct sample *s)
{
    const struct hart_stats *stats = &h->stats;

    memset(s, 0, sizeof *s);
    mmu_count((struct mmu *)(uintptr_t)&h->mmu, &s->mmu);
    if (h->dma)
        s->dma = *h->dma;
    s->exceptions = sum(stats->exceptions, ARRAY_SIZE(stats->exceptions));
    s->interrupts = sum(stats->interrupts, ARRAY_SIZE(stats->interrupts));
    s->fetch_page_faults = stats->exceptions[CAUSE_FETCH_PAGE];
    s->load_page_faults = stats->exceptions[CAUSE_LOAD_PAGE];
    s->store_page_faults = stats->exceptions[CAUSE_STORE_PAGE];
}

/* What counter i's event has counted; 0 while the counter is inhibited. */
static uint64_t total(const struct hart *h, const struct sample *s, unsigned i)
{
    const struct hpm_event *event = find(h->csr.mhpmevent[i]);
    uint64_t value;

    if (!event || h->csr.mcountinhibit >> (HPM_FIRST + i) & 1)
        return 0;
    memcpy(&value, (const char *)s + event->at, sizeof value);
    return value;
}

uint64_t hpm_read(const struct hart *h, unsigned i)
{
    struct sample s;

    if (h->csr.mhpmevent[i] == HPM_NONE)
        return h->csr.hpm_offset[i];
    take(h, &s);
    return total(h, &s, i) + h->csr.hpm_offset[i];
}

uint64_t hpm_read_high(const struct hart *h, unsigned i)
{
    return hpm_read(h, i) >> 32;
}

void hpm_set(struct hart *h, unsigned i, uint64_t value)
{
    struct sample s;

    take(h, &s);
    h->csr.hpm_offset[i] = value - total(h, &s, i);
}

void hpm_write(struct hart *h, unsigned i, uint64_t value)
{
    if (h->xlen == 32)
        value |= hpm_read(h, i) & ~UINT64_C(0xffffffff);
    hpm_set(h, i, value);
}

void hpm_write_high(struct hart *h, unsigned i, uint64_t value)
{
    hpm_set(h, i, (uint32_t)hpm_read(h, i) | value << 32);
}

uint64_t hpm_read_event(const struct hart *h, unsigned i)
{
    return h->csr.mhpmevent[i];
}

void hpm_write_event(struct hart *h, unsigned i, uint64_t value)
{
    uint64_t count = hpm_read(h, i);

    h->csr.mhpmevent[i] = find(value) ? value : HPM_NONE;
    hpm_set(h, i, count);
}

void hpm_inhibit(struct hart *h, uint64_t mcountinhibit)
{
    struct sample s;

    take(h, &s);
    for (unsigned i = 0; i < HPM_COUNTERS; i++)
        h->csr.hpm_offset[i] += total(h, &s, i);
    h->csr.mcountinhibit = mcountinhibit;
    for (unsigned i = 0; i < HPM_COUNTERS; i++)
        h->csr.hpm_offset[i] -= total(h, &s, i);
}
