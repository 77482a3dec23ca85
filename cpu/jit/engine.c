/*
 * The translating engine: finds or makes code for where the hart is and runs
 * it. What is not translated (an instruction in two pages, code that is not in
 * DRAM, the last steps of a stretch, everything while somebody watches each
 * instruction or access) the interpreter executes.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "cpu/jit/internal.h"

#define DEFAULT_BYTES ((size_t)16 << 20)
/* Steps at once: their number has a sign in generated code. */
#define MAX_STRETCH (UINT64_C(1) << 40)
/* Of code a guest's instruction takes about so much, and of pages few. */
#define BYTES_AN_INSN 16
#define BYTES_A_PAGE 4096

/* ---- life ---- */

static size_t bytes_for(const struct hart_config *config)
{
    size_t bytes = config->code_cache_bytes;

    if (!bytes)
        return DEFAULT_BYTES;
    return bytes < HART_MIN_CODE_CACHE ? HART_MIN_CODE_CACHE
                                       : bytes & ~(size_t)MMU_PAGE_MASK;
}

void jit_drop_all(struct hart *h)
{
    struct jit *j = h->jit;

    if (!j)
        return;
    memset(j->buckets, 0, sizeof j->buckets);
    j->n_pages = 0;
    j->drops++;
    j->has_models = h->mmu.models;
    jit_pin_registers(j);
    jit_write_stubs(h);
    jit_start_part(j, 0);
    jit_empty_page(j, &j->none);
    h->context.code = j->rx;
    h->context.insns = j->insns;
    h->mmu.no_code = j->none.entries;
    for (unsigned i = 0; i < FETCH_PAGES; i++)
        h->mmu.fetch_pages[i].code = j->none.entries;
    jit_tell_dropped(h);
}

static bool jit_start(struct hart *h, const struct hart_config *config)
{
    struct jit *j = alloc_zeroed(1, sizeof *j);
    size_t bytes = bytes_for(config);

    if (!jit_map(j, bytes)) {
        free(j);
        return false;
    }
    j->max_insns = bytes / BYTES_AN_INSN;
    j->max_pages = bytes / BYTES_A_PAGE;
    j->n_parts = (unsigned)(bytes / JIT_MIN_PART_BYTES);
    if (j->n_parts > JIT_MAX_PARTS)
        j->n_parts = JIT_MAX_PARTS;
    j->insns = alloc_map(j->max_insns * sizeof *j->insns);
    j->pool = alloc_map(j->max_pages * sizeof *j->pool);
    h->jit = j;
    jit_drop_all(h);
    return true;
}

static void jit_stop(struct hart *h)
{
    struct jit *j = h->jit;

    if (!j)
        return;
    alloc_unmap(j->insns, j->max_insns * sizeof *j->insns);
    alloc_unmap(j->pool, j->max_pages * sizeof *j->pool);
    jit_unmap(j);
    free(j->pieces);
    free(j);
    h->jit = NULL;
}

static void jit_drop(struct hart *h, uint64_t pa, uint64_t len)
{
    uint64_t last = (pa + len - 1) & ~MMU_PAGE_MASK;

    for (uint64_t at = pa & ~MMU_PAGE_MASK; len; at += MMU_PAGE_SIZE) {
        for (unsigned priv = PRIV_U; priv <= PRIV_M; priv++) {
            struct jit_page *page =
                jit_find_page(h->jit, at, (enum privilege)priv);

            if (!page)
                continue;
            jit_tell_written(h, at);
            jit_empty_page(h->jit, page);
        }
        if (at == last)
            break;
    }
}

/* ---- running ---- */

static void interpret_rest(struct hart *h)
{
    hart_translation_changed(h);
    engine_interp.run(h);
}

/* One instruction, or the trap that it ends in. */
static void interpret_one(struct hart *h)
{
    uint64_t until = h->run_until, stalls = h->mmu.stalls;

    h->run_until = h->steps + 1;
    interpret_rest(h);
    h->at = NULL;
    if (!h->leave) {
        stalls = h->mmu.stalls - stalls;
        h->run_until = until > stalls ? until - stalls : 0;
    }
}

static struct jit_page *page_at(struct hart *h, uint64_t page_pa)
{
    struct jit_page *page = jit_find_page(h->jit, page_pa, h->priv);

    if (!page)
        page = jit_add_page(h->jit, page_pa, h->priv);
    if (page)
        return page;
    jit_drop_all(h);
    return jit_add_page(h->jit, page_pa, h->priv);
}

static void enter_page(struct hart *h, struct jit_page *page)
{
    struct jit_context *here = &h->context;
    struct fetch_page *known = mmu_fetch_page(&h->mmu, h->pc);

    here->page_va = h->pc & ~MMU_PAGE_MASK;
    here->entries = page->entries;
    if (known->tag == mmu_tag(here->page_va, 1, h->mmu.fetch_key)) {
        known->code = page->entries;
        here->slot_stamp = known->slot_stamp;
    }
}

/* A watcher is told when all is gone, and not of less: then the parts are
 * filled one after the other. */
static void make_room(struct hart *h)
{
    struct jit *j = h->jit;

    if (!j->watch)
        jit_evict(j);
    else if (j->part + 1 < j->n_parts)
        jit_start_part(j, j->part + 1);
    else
        jit_drop_all(h);
}

/* Code for h->pc in its page, which is at f; NULL: there cannot be any. */
static const uint8_t *code_at(struct hart *h, const struct fetch *f)
{
    unsigned offset = h->pc & MMU_PAGE_MASK;
    struct jit *j = h->jit;
    struct jit_page *page = page_at(h, f->pa - offset);
    uint32_t entry = page->entries[offset / 2];

    enter_page(h, page);
    if (entry != (uint32_t)(j->exit_pc - j->rw))
        return j->rx + entry;
    entry = jit_translate(h, page, f->host - offset);
    if (entry == JIT_FULL) {
        make_room(h);
        page = page_at(h, f->pa - offset);
        enter_page(h, page);
        entry = jit_translate(h, page, f->host - offset);
    }
    return entry == JIT_NO_CODE ? NULL : j->rx + entry;
}

/* NULL: the fetch failed, which was a step, or the interpreter made one. */
static const uint8_t *find(struct hart *h)
{
    unsigned rest = (unsigned)(MMU_PAGE_SIZE - (h->pc & MMU_PAGE_MASK));
    const uint8_t *code = NULL;
    struct fault fault;
    struct fetch f;

    if (!mmu_fetch(&h->mmu, h->pc, &f, &fault)) {
        h->steps++;
        h->failed++;
        trap_exception(h, h->pc, fault.cause, fault.tval);
        return NULL;
    }
    if (f.bytes == rest && bus_ram(h->bus, f.pa, rest) &&
        h->run_until > h->steps)
        code = code_at(h, &f);
    if (!code)
        interpret_one(h);
    return code;
}

/* Makes the exit that was taken lead to `code`, where its page is still what
 * it was. */
static void link_exit(struct hart *h, const uint8_t *link, const uint8_t *code)
{
    struct jit *j = h->jit;
    uint8_t *after_call = j->rw + (link - j->rx);
    uint8_t *target = j->rw + (code - j->rx);
    const uint8_t *header = target - LINK_HEADER;
    unsigned line = (unsigned)load_le(after_call + 2, 2);

    if (j->has_models && line == load_le(header, 4))
        target -= header[LINK_AGAIN];
    else if (j->has_models)
        target += header[LINK_LINKED];
    x86_patch(after_call - 9, target);
}

static void run(struct hart *h)
{
    const uint8_t *code = find(h);
    struct jit *j = h->jit;

    while (code) {
        struct jit_context *here = &h->context;
        const uint32_t *entries;
        uint64_t drops = j->drops;
        enum jit_exit why;

        jit_begin_counting(h);
        why = j->enter(h, code);
        entries = here->entries;
        jit_stop_counting(h);
        code = NULL;
        switch (why) {
        case EXIT_LEFT:
            break;
        case EXIT_BUDGET:
            if (h->steps < h->run_until)
                interpret_rest(h);
            break;
        case EXIT_LINK:
            h->pc = here->page_va + load_le(here->link, 2);
            if (h->steps >= h->run_until)
                break;
            code = find(h);
            if (code && j->drops == drops && here->entries == entries)
                link_exit(h, here->link, code);
            break;
        case EXIT_PC:
            if (h->steps < h->run_until)
                code = find(h);
            break;
        }
    }
}

static void jit_run(struct hart *h)
{
    if (!h->jit || h->watch.exec || !mmu_hits_unseen(&h->mmu)) {
        interpret_rest(h);
        return;
    }
    if (h->run_until > h->steps + MAX_STRETCH)
        h->run_until = h->steps + MAX_STRETCH;
    while (h->steps < h->run_until)
        run(h);
}

const struct engine engine_jit = {
    .name = "jit",
    .run = jit_run,
    .start = jit_start,
    .stop = jit_stop,
    .drop = jit_drop,
    .drop_all = jit_drop_all,
};
