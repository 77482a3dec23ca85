/*
 * Every combination of a leaf PTE's low eight bits, access, mode, SUM and MXR,
 * against the rules of the manual. Rows 66, 68, 70, 76, 77, 102 and 103 of the
 * list of corner cases. Our choice for 70: A and D are set by hardware.
 */
#include "roms/lib/vm.h"

enum access { LOAD, STORE, FETCH };

static const uint32_t page_fault[] = {CAUSE_LOAD_PAGE, CAUSE_STORE_PAGE,
                                      CAUSE_FETCH_PAGE};

/* priv 1.12, 4.3.2 steps 3 to 6 for a level-0 PTE. */
static bool is_allowed(uint32_t flags, enum access access, enum mode mode,
                       uint32_t status)
{
    if (!(flags & PTE_V) || (flags & (PTE_R | PTE_W)) == PTE_W)
        return false;
    if (!(flags & (PTE_R | PTE_X))) /* a pointer below level 0 */
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

static void check(uint32_t flags, enum access access, enum mode mode,
                  uint32_t status)
{
    static const char *const stubs[] = {stub_lw, stub_sw, stub_call};
    const uint32_t va = vm_page(5) + 0x20;
    const bool is_good = is_allowed(flags, access, mode, status);

    vm_map(5, frame_pa(0), flags);
    sfence_all();
    csr_write(mstatus, status);
    const struct trap *t = vm_run(mode, stubs[access], va, 0x4591);

    if (!is_good) {
        uint32_t epc = access == FETCH ? va : vm_stub(mode, stubs[access]);

        EXPECT_TRAP(t, page_fault[access], epc, va);
        EXPECT(vm_leaf[5], pte(frame_pa(0), flags));
        return;
    }
    EXPECT(t->cause, CAUSE_ECALL_U + mode);
    EXPECT(vm_leaf[5],
           pte(frame_pa(0), flags | PTE_A | (access == STORE ? PTE_D : 0)));
}

static void check_all(enum mode mode, uint32_t status)
{
    vm_on(0);
    for (uint32_t flags = 0; flags < 256; flags++) {
        for (unsigned access = LOAD; access <= FETCH; access++) {
            /* What is fetched, loaded, or stored over: c.li a0, 4; ecall. */
            *word_at(frame_pa(0) + 0x20) = 0x00734511;
            *word_at(frame_pa(0) + 0x24) = 0;
            fence_i();
            check(flags, (enum access)access, mode, status);
        }
    }
}

CASE(user_mode)
{
    check_all(U, 0);
}

CASE(user_mode_with_mxr)
{
    check_all(U, MSTATUS_MXR);
}

CASE(user_mode_does_not_see_sum)
{
    check_all(U, MSTATUS_SUM);
}

CASE(supervisor_mode)
{
    check_all(S, 0);
}

CASE(supervisor_mode_with_sum)
{
    check_all(S, MSTATUS_SUM);
}

CASE(supervisor_mode_with_mxr)
{
    check_all(S, MSTATUS_MXR);
}

CASE(supervisor_mode_with_sum_and_mxr)
{
    check_all(S, MSTATUS_SUM | MSTATUS_MXR);
}
