/*
 * The bits of a chunk of the per-CPU allocator, one for four bytes: which are
 * taken, where objects end, and hints a page, so that a search passes over
 * pages that have no room. Every change makes the hints of the pages it
 * touches anew. All under pcpu_lock. Mirrors Linux's pcpu_block_refresh_hint,
 * pcpu_find_block_fit, pcpu_alloc_area, pcpu_free_area.
 */
#include "percpu_chunk.h"

#include "bitops.h"
#include "kernel.h"

#define BITS ((int)PCPU_BLOCK_BITS)

size_t pcpu_maps_size(void)
{
    return (2 * BITS_TO_LONGS((unsigned)pcpu_unit_bits() + 1) +
            BITS_TO_LONGS((unsigned)pcpu_unit_pages)) *
               sizeof(long) +
           (unsigned)pcpu_unit_pages * sizeof(struct pcpu_block_md);
}

static int next_free(const struct pcpu_chunk *chunk, int from, int end)
{
    return (int)find_next_zero_bit(chunk->alloc_map, (unsigned long)end,
                                   (unsigned long)from);
}

static int next_taken(const struct pcpu_chunk *chunk, int from, int end)
{
    return (int)find_next_bit(chunk->alloc_map, (unsigned long)end,
                              (unsigned long)from);
}

/* -- Hints --------------------------------------------------------------- */

/* From the bits of a block. */
static struct pcpu_block_md look(const struct pcpu_chunk *chunk, int block)
{
    int begin = block * BITS, end = begin + BITS, at, after;
    struct pcpu_block_md md = {.first_free = BITS};

    for (at = next_free(chunk, begin, end); at < end;
         at = next_free(chunk, after, end)) {
        after = next_taken(chunk, at, end);
        if (md.first_free == BITS)
            md.first_free = at - begin;
        if (at == begin)
            md.left_free = after - at;
        if (after == end)
            md.right_free = after - at;
        if (after - at > md.contig_hint) {
            md.contig_hint = after - at;
            md.contig_hint_start = at - begin;
        }
    }
    return md;
}

/* From those of the blocks: runs go on from block to block. */
static struct pcpu_block_md sum_up(const struct pcpu_chunk *chunk)
{
    struct pcpu_block_md all = {.first_free = pcpu_unit_bits()};
    int run = 0;

    for (int i = 0; i < pcpu_unit_pages; i++) {
        const struct pcpu_block_md *md = &chunk->md_blocks[i];
        int joined = run + md->left_free;

        if (md->first_free < BITS)
            all.first_free = min(all.first_free, i * BITS + md->first_free);
        if (joined > all.contig_hint) {
            all.contig_hint = joined;
            all.contig_hint_start = i * BITS - run;
        }
        if (md->contig_hint > all.contig_hint) {
            all.contig_hint = md->contig_hint;
            all.contig_hint_start = i * BITS + md->contig_hint_start;
        }
        run = md->left_free == BITS ? joined : md->right_free;
    }
    return all;
}

static void refresh(struct pcpu_chunk *chunk, int start, int bits)
{
    for (int i = start / BITS; i <= (start + bits - 1) / BITS; i++)
        chunk->md_blocks[i] = look(chunk, i);
    chunk->chunk_md = sum_up(chunk);
}

void pcpu_chunk_init(struct pcpu_chunk *chunk, void *maps)
{
    unsigned long *words = maps;
    unsigned bits = (unsigned)pcpu_unit_bits();

    chunk->alloc_map = words;
    chunk->bound_map = chunk->alloc_map + BITS_TO_LONGS(bits + 1);
    chunk->populated = chunk->bound_map + BITS_TO_LONGS(bits + 1);
    chunk->md_blocks =
        (void *)(chunk->populated + BITS_TO_LONGS((unsigned)pcpu_unit_pages));
    chunk->free_bytes = pcpu_unit_size;
    INIT_LIST_HEAD(&chunk->list);
    refresh(chunk, 0, (int)bits);
}

/* -- Search -------------------------------------------------------------- */

/* The first bit where a run of that length may begin, by the hints alone. */
static int first_candidate(const struct pcpu_chunk *chunk, int bits)
{
    int run = 0;

    if (chunk->chunk_md.contig_hint < bits)
        return pcpu_unit_bits();
    for (int i = 0; i < pcpu_unit_pages; i++) {
        const struct pcpu_block_md *md = &chunk->md_blocks[i];

        if (run + md->left_free >= bits)
            return i * BITS - run;
        if (md->contig_hint >= bits)
            return i * BITS + md->first_free;
        run = md->left_free == BITS ? run + BITS : md->right_free;
    }
    return pcpu_unit_bits();
}

/* The page after the first one of the range without frames, or 0. */
static int page_missing(const struct pcpu_chunk *chunk, int start, int bits)
{
    int first = start / BITS, end = (start + bits - 1) / BITS + 1;

    for (int i = end - 1; i >= first; i--)
        if (!test_bit((unsigned long)i, chunk->populated))
            return i + 1;
    return 0;
}

int pcpu_find_fit(const struct pcpu_chunk *chunk, int bits, int align,
                  bool pop_only)
{
    int all = pcpu_unit_bits(), at = first_candidate(chunk, bits);

    while (at < all) {
        int start = ALIGN(next_free(chunk, at, all), align);
        int missing;

        if (start + bits > all)
            return -1;
        at = next_taken(chunk, start, start + bits);
        if (at < start + bits)
            continue;
        missing = pop_only ? page_missing(chunk, start, bits) : 0;
        if (!missing)
            return start;
        at = missing * BITS;
    }
    return -1;
}

/* -- Changes ------------------------------------------------------------- */

void pcpu_take_bits(struct pcpu_chunk *chunk, int start, int bits)
{
    for (int i = start; i < start + bits; i++)
        __set_bit((unsigned long)i, chunk->alloc_map);
    __set_bit((unsigned long)start, chunk->bound_map);
    for (int i = start + 1; i < start + bits; i++)
        __clear_bit((unsigned long)i, chunk->bound_map);
    __set_bit((unsigned long)(start + bits), chunk->bound_map);
    chunk->free_bytes -= bits * (int)PCPU_MIN_ALLOC_SIZE;
    refresh(chunk, start, bits);
}

int pcpu_give_bits(struct pcpu_chunk *chunk, int start)
{
    int all = pcpu_unit_bits(), end;

    if (start < 0 || start >= all ||
        !test_bit((unsigned long)start, chunk->alloc_map) ||
        !test_bit((unsigned long)start, chunk->bound_map))
        panic("free_percpu: nothing begins at bit %d", start);
    end = (int)find_next_bit(chunk->bound_map, (unsigned long)all + 1,
                             (unsigned long)start + 1);
    for (int i = start; i < end; i++)
        __clear_bit((unsigned long)i, chunk->alloc_map);
    chunk->free_bytes += (end - start) * (int)PCPU_MIN_ALLOC_SIZE;
    refresh(chunk, start, end - start);
    return end - start;
}

bool pcpu_chunk_is_free(const struct pcpu_chunk *chunk)
{
    return chunk->free_bytes == pcpu_unit_size - chunk->start_bytes;
}

int pcpu_empty_pop_pages(const struct pcpu_chunk *chunk)
{
    int n = 0;

    for (int i = 0; i < pcpu_unit_pages; i++)
        n += test_bit((unsigned long)i, chunk->populated) &&
             chunk->md_blocks[i].contig_hint == BITS;
    return n;
}

static bool is_same(const struct pcpu_block_md *a, const struct pcpu_block_md *b)
{
    return a->contig_hint == b->contig_hint && a->left_free == b->left_free &&
           a->right_free == b->right_free && a->first_free == b->first_free &&
           (!a->contig_hint || a->contig_hint_start == b->contig_hint_start);
}

void pcpu_check_hints(const struct pcpu_chunk *chunk)
{
    struct pcpu_block_md md = sum_up(chunk);
    int taken = 0, pages = 0;

    for (int i = 0; i < pcpu_unit_pages; i++) {
        struct pcpu_block_md block = look(chunk, i);

        if (!is_same(&block, &chunk->md_blocks[i]))
            panic("percpu: the hints of block %d are wrong", i);
        pages += test_bit((unsigned long)i, chunk->populated);
    }
    for (int i = 0; i < pcpu_unit_bits(); i++)
        taken += test_bit((unsigned long)i, chunk->alloc_map);
    md.left_free = chunk->chunk_md.left_free;
    md.right_free = chunk->chunk_md.right_free;
    if (!is_same(&md, &chunk->chunk_md))
        panic("percpu: the hints of a chunk are wrong");
    if (pcpu_unit_size - taken * (int)PCPU_MIN_ALLOC_SIZE != chunk->free_bytes)
        panic("percpu: %d bytes free, %d bits taken", chunk->free_bytes, taken);
    if (pages != chunk->nr_populated)
        panic("percpu: %d pages populated, says %d", pages,
              chunk->nr_populated);
}
