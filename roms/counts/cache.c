/*
 * Accesses, misses and write-backs of the caches, derived on paper. The
 * machine has an L1D of 4 KiB, 16 sets of 4 lines of 64 bytes, lru,
 * write-back, and an L2 of 16 KiB (roms/options.tsv). Row 128 of the list of
 * corner cases.
 *
 * Everything is counted inside one stub, so that no other access comes
 * between: a stub first loads as many other lines as the cache has, and then
 * reads the counters around each part.
 */
#include "roms/lib/hpm.h"
#include "roms/lib/vm.h"

MADE_FOR("-cache l1i=4K:4:64,l1d=4K:4:64,l2=16K:4:64 -tlb i=4,d=4,l2=16:4");

#define LINE 64u
#define LINES 64u       /* in all of L1D */
#define SET_BYTES 1024u /* addresses so far apart share a set */

/* Drives all else out of L1D. */
#define EVICT                                                                  \
    "lla t0, rom_frames + 0x8000\n li t1, 64\n"                                \
    "1: lw t2, 0(t0)\n addi t0, t0, 64\n addi t1, t1, -1\n bnez t1, 1b\n"
#define READ(accesses, misses, writebacks, l2)                                 \
    "csrr " #accesses ", hpmcounter3\n csrr " #misses ", hpmcounter4\n"        \
    "csrr " #writebacks ", hpmcounter5\n csrr " #l2 ", hpmcounter6\n"
#define SINCE(accesses, misses, writebacks, l2)                                \
    READ(t3, t4, t5, t6)                                                       \
    "sub " #accesses ", t3, " #accesses "\n sub " #misses ", t4, " #misses     \
    "\n sub " #writebacks ", t5, " #writebacks "\n sub " #l2 ", t6, " #l2 "\n"
#define COUNT(first, second, third, fourth, body)                              \
    READ(first, second, third, fourth)                                         \
    body "\n" SINCE(first, second, third, fourth)
#define FIRST(body) COUNT(s2, s3, s4, s5, body)
#define SECOND(body) COUNT(s6, s7, s8, s9, body)
#define THIRD(body) COUNT(a3, a4, a5, a6, body)
/* a2 places from a0 on, a1 bytes apart. */
#define EACH(op)                                                               \
    "mv t0, a0\n mv t1, a2\n 1: " op " t2, 0(t0)\n add t0, t0, a1\n"           \
    "addi t1, t1, -1\n bnez t1, 1b\n"
#define NEXT_FRAME "li t0, 4096\n add a0, a0, t0\n"

STUB(load_twice, EVICT FIRST(EACH("lw")) SECOND(EACH("lw")));
STUB(store_then_load, EVICT FIRST(EACH("sw")) NEXT_FRAME SECOND(EACH("lw"))
                          NEXT_FRAME THIRD(EACH("lw")));
STUB(amo_twice,
     EVICT FIRST("amoadd.w t0, t1, (a0)") SECOND("amoadd.w t0, t1, (a0)"));
STUB(atomics, EVICT FIRST("lr.w t0, (a0)") SECOND("sc.w t1, t0, (a0)")
                  THIRD("sc.w t1, t0, (a0)"));
STUB(load_pages,
     EVICT FIRST("lw t0, 0(a0)") SECOND("lw t0, 0(a0)") THIRD("lw t0, 0(a1)"));
/* The load faults, and stvec leads behind it. */
STUB(refused, EVICT READ(s2, s3, s4, s5) "lw t0, 0(zero)");
STUB(after_refused, SINCE(s2, s3, s4, s5));

static const uint32_t events[] = {HPM_L1D_ACCESS, HPM_L1D_MISS,
                                  HPM_L1D_WRITEBACK, HPM_L2_ACCESS};
enum { FIRST_PART = 18, SECOND_PART = 22, THIRD_PART = 13 }; /* registers */

/* The second of two runs, whose code is in L1I. */
static const struct trap *run(enum mode mode, const char *stub, uint32_t a0,
                              uint32_t a1, uint32_t a2)
{
    const struct trap *t;

    hpm_begin(events, sizeof(events) / sizeof(events[0]));
    rom_run(mode, stub, a0, a1, a2);
    t = rom_run(mode, stub, a0, a1, a2);
    EXPECT_DONE(t, mode);
    return t;
}

static void expect(const struct trap *t, unsigned part, uint32_t accesses,
                   uint32_t misses, uint32_t writebacks, uint32_t l2)
{
    EXPECT(t->x[part], accesses);
    EXPECT(t->x[part + 1], misses);
    EXPECT(t->x[part + 2], writebacks);
    EXPECT(t->x[part + 3], l2);
}

CASE(each_line_misses_once_whatever_the_stride)
{
    for (uint32_t stride = 4; stride <= LINE; stride *= 2) {
        const uint32_t n = LINES * LINE / stride;
        const struct trap *t = run(M, load_twice, frame_pa(0), stride, n);

        expect(t, FIRST_PART, n, LINES, 0, LINES);
        expect(t, SECOND_PART, n, 0, 0, 0);
    }
}

CASE(longer_strides_skip_lines)
{
    for (uint32_t stride = 2 * LINE; stride <= 8 * LINE; stride *= 2) {
        const uint32_t n = LINES * LINE / stride;

        expect(run(M, load_twice, frame_pa(0), stride, n), FIRST_PART, n, n, 0,
               n);
    }
}

CASE(twice_the_cache_in_a_circle_never_hits)
{
    const struct trap *t = run(M, load_twice, frame_pa(0), LINE, 2 * LINES);

    expect(t, FIRST_PART, 2 * LINES, 2 * LINES, 0, 2 * LINES);
    expect(t, SECOND_PART, 2 * LINES, 2 * LINES, 0, 2 * LINES);
}

CASE(a_set_holds_as_many_lines_as_it_has_ways)
{
    const struct trap *t = run(M, load_twice, frame_pa(0), SET_BYTES, 4);

    expect(t, FIRST_PART, 4, 4, 0, 4);
    expect(t, SECOND_PART, 4, 0, 0, 0);
}

CASE(one_line_more_overflows_it)
{
    const struct trap *t = run(M, load_twice, frame_pa(0), SET_BYTES, 5);

    expect(t, FIRST_PART, 5, 5, 0, 5);
    expect(t, SECOND_PART, 5, 5, 0, 5);
}

CASE(dirty_lines_are_written_back_once)
{
    /* Stores make a frame dirty; loading the next writes all of it to the
     * second level, which sees that and the fills; after that all is clean. */
    const struct trap *t = run(M, store_then_load, frame_pa(0), LINE, LINES);

    expect(t, FIRST_PART, LINES, LINES, 0, LINES);
    expect(t, SECOND_PART, LINES, LINES, LINES, 2 * LINES);
    expect(t, THIRD_PART, LINES, LINES, 0, LINES);
}

CASE(an_access_across_lines_is_one_a_line)
{
    expect(run(M, load_twice, frame_pa(0) + LINE - 2, 0, 1), FIRST_PART, 2, 2,
           0, 2);
}

CASE(an_amo_reads_and_writes)
{
    const struct trap *t = run(M, amo_twice, frame_pa(0), 0, 0);

    expect(t, FIRST_PART, 2, 1, 0, 1);
    expect(t, SECOND_PART, 2, 0, 0, 0);
}

CASE(lr_reads_sc_writes_and_a_failing_sc_does_nothing)
{
    const struct trap *t = run(M, atomics, frame_pa(0), 0, 0);

    expect(t, FIRST_PART, 1, 1, 0, 1);
    expect(t, SECOND_PART, 1, 0, 0, 0);
    expect(t, THIRD_PART, 0, 0, 0, 0);
}

CASE(walks_read_through_the_data_cache)
{
    const struct trap *t;

    vm_on(0);
    vm_map(1, frame_pa(0), PTE_VRW | PTE_AD);
    vm_map(2, frame_pa(0), PTE_VRW);
    hpm_begin(events, sizeof(events) / sizeof(events[0]));
    rom_run(S, load_pages, vm_page(1), vm_page(2), 0);
    vm_map(2, frame_pa(0), PTE_VRW);
    sfence_all();
    t = rom_run(S, load_pages, vm_page(1), vm_page(2), 0);
    EXPECT_DONE(t, S);
    /* The entries of two levels and the word, a line each; then the word
     * alone; then page 2, whose entry is beside that of page 1 and gets its
     * A bit. */
    expect(t, FIRST_PART, 3, 3, 0, 3);
    expect(t, SECOND_PART, 1, 0, 0, 0);
    expect(t, THIRD_PART, 4, 0, 0, 0);
}

CASE(a_refused_access_touches_nothing)
{
    csr_write(medeleg, 1u << CAUSE_LOAD_ACCESS);
    csr_write(stvec, (uint32_t)after_refused);
    expect(run(S, refused, 0, 0, 0), FIRST_PART, 0, 0, 0, 0);
}
