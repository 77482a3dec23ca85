/*
 * The permission table of Sv32: every combination of a PTE's low eight bits
 * and its place (a page, a megapage, a misaligned megapage), access, mode
 * (U, S, and both by way of MPRV), SUM and MXR, against the rules of the
 * manual: 30,720 cells. Rows 66, 67, 68, 70, 76, 77, 78, 79, 102 and 103 of
 * the list of corner cases. Our choice for 70: A and D are set by hardware.
 */
#include "roms/lib/vm.h"

enum access { LOAD, STORE, FETCH };
enum place { PAGE, MEGAPAGE, MISALIGNED, PLACES };

/* a0 = va, a1 = mstatus for the access, a2 is stored. */
STUB(load_as, "csrw mstatus, a1\n .option norvc\n lw a0, 0(a0)\n"
              "csrw mstatus, x0");
STUB(store_as, "csrw mstatus, a1\n .option norvc\n sw a2, 0(a0)\n"
               "csrw mstatus, x0");

/* What is fetched, loaded, or stored over: c.li a0, 4; ecall. */
#define CODE 0x00734511u
#define STORED 0x4591u
#define OFFSET 0x5020u /* of the access in VM_TEST */
/* Four MiB of zeros: as a table, without a valid entry. */
#define MEGAPAGE_PA 0x80800000u

static const uint32_t page_fault[] = {CAUSE_LOAD_PAGE, CAUSE_STORE_PAGE,
                                      CAUSE_FETCH_PAGE};

/* The entry under test, and where the word is that it maps. */
struct target {
    volatile uint32_t *entry;
    uint32_t value; /* without flags */
    uint32_t word_pa;
};

static struct target target_of(enum place place)
{
    if (place == PAGE)
        return (struct target){&vm_leaf[OFFSET / PAGE_SIZE],
                               pte(frame_pa(0), 0),
                               frame_pa(0) + OFFSET % PAGE_SIZE};
    return (struct target){
        &vm_root[VM_TEST / MEGAPAGE_SIZE],
        pte(MEGAPAGE_PA + (place == MISALIGNED ? PAGE_SIZE : 0), 0),
        MEGAPAGE_PA + OFFSET};
}

/* priv 1.12, 4.3.2 steps 3 to 6. A pointer leads to nothing at either level:
 * below level 0 there is none, and the megapage holds no valid entry. */
static bool is_allowed(enum place place, uint32_t flags, enum access access,
                       enum mode mode, uint32_t status)
{
    if (!(flags & PTE_V) || (flags & (PTE_R | PTE_W)) == PTE_W)
        return false;
    if (!(flags & (PTE_R | PTE_X)) || place == MISALIGNED)
        return false;
    if (mode == U && !(flags & PTE_U))
        return false;
    if (mode == S && (flags & PTE_U) &&
        (access == FETCH || !(status & MSTATUS_SUM)))
        return false;
    switch (access) {
    case LOAD:
        return flags & PTE_R || (flags & PTE_X && status & MSTATUS_MXR);
    case STORE:
        return flags & PTE_W;
    default:
        return flags & PTE_X;
    }
}

/* The access as `mode` makes it, or as M-mode makes it for that mode. The
 * instruction that makes it is at *epc. */
static const struct trap *run(enum access access, enum mode mode, bool is_mprv,
                              uint32_t status, uint32_t *epc)
{
    static const char *const stubs[] = {stub_lw, stub_sw, stub_call};
    const uint32_t va = VM_TEST + OFFSET;

    if (is_mprv) {
        const char *stub = access == LOAD ? load_as : store_as;

        *epc = (uint32_t)stub + 4;
        return rom_run(M, stub, va,
                       status | MSTATUS_MPRV |
                           (uint32_t)mode << MSTATUS_MPP_SHIFT,
                       STORED);
    }
    *epc = access == FETCH ? va : vm_stub(mode, stubs[access]);
    csr_write(mstatus, status);
    return vm_run(mode, stubs[access], va, STORED);
}

static void check(enum place place, uint32_t flags, enum access access,
                  enum mode mode, bool is_mprv, uint32_t status)
{
    const struct target t = target_of(place);
    const bool is_good = is_allowed(place, flags, access, mode, status);
    const uint32_t set = PTE_A | (access == STORE ? PTE_D : 0);
    const struct trap *trap;
    uint32_t epc;

    *word_at(t.word_pa) = CODE;
    *word_at(t.word_pa + 4) = 0;
    fence_i();
    *t.entry = t.value | flags;
    sfence_all();
    trap = run(access, mode, is_mprv, status, &epc);
    if (is_good)
        EXPECT(trap->cause, CAUSE_ECALL_U + (is_mprv ? M : mode));
    else
        EXPECT_TRAP(trap, page_fault[access], epc, VM_TEST + OFFSET);
    EXPECT(*t.entry, t.value | flags | (is_good ? set : 0));
    if (is_good && access != STORE)
        EXPECT(trap->x[10], access == LOAD ? CODE : 4);
    EXPECT(*word_at(t.word_pa), is_good && access == STORE ? STORED : CODE);
}

static void check_all(enum mode mode, bool is_mprv, uint32_t status)
{
    for (unsigned place = PAGE; place < PLACES; place++) {
        vm_on(0);
        for (uint32_t flags = 0; flags < 256; flags++) {
            check((enum place)place, flags, LOAD, mode, is_mprv, status);
            check((enum place)place, flags, STORE, mode, is_mprv, status);
            if (!is_mprv)
                check((enum place)place, flags, FETCH, mode, false, status);
        }
    }
}

static void check_each_status(enum mode mode, bool is_mprv)
{
    check_all(mode, is_mprv, 0);
    check_all(mode, is_mprv, MSTATUS_SUM);
    check_all(mode, is_mprv, MSTATUS_MXR);
    check_all(mode, is_mprv, MSTATUS_SUM | MSTATUS_MXR);
}

CASE(user_mode)
{
    check_each_status(U, false);
}

CASE(supervisor_mode)
{
    check_each_status(S, false);
}

CASE(machine_mode_as_user_by_mprv)
{
    check_each_status(U, true);
}

CASE(machine_mode_as_supervisor_by_mprv)
{
    check_each_status(S, true);
}
