/*
 * Two harts at work in S-mode under Sv32, as a kernel's would be: counters by
 * AMO and by LR/SC, a lock, pages that one hart moves while the other reads
 * them, remote fences by software interrupts, accessed and dirty bits, spaces
 * of their own beside the shared one. It is deterministic on Quire, and long
 * enough to be the source of a trace.
 */
#include "roms/lib/vm.h"

NEEDS("-smp 2", rom_has_harts, 2);

#define ROUNDS 1500
#define SHARED_ASID 1
#define PRIVATE_ASID(hart) (2 + (hart))

/* Pages of VM_TEST. The first stay; the others are moved about. */
enum { COUNTERS, LEFT, RIGHT, FIRST_MOVING, N_PAGES = FIRST_MOVING + 4 };
/* Frames: the fixed ones, those for the moving pages, each hart's own. */
enum { FIRST_FREE = FIRST_MOVING, N_FREE = 9, FIRST_OWN = 12, N_OWN = 2 };
#define WHERE_FRAME_SAYS 512 /* the word that holds the frame's number */

/* Words of page COUNTERS. */
enum { BY_AMO, BY_RESERVATION = 32, BY_LOCK = 64, LOCK = 96 };

static volatile uint32_t own_root[2][1024] __attribute__((aligned(4096)));
static volatile uint32_t own_leaf[2][1024] __attribute__((aligned(4096)));

/* What a hart asks of the other: an address to fence. */
static struct request {
    volatile uint32_t va, is_open;
} requests[2];
static volatile uint32_t n_served[2];

static volatile uint32_t *page_word(unsigned page, unsigned word)
{
    return (volatile uint32_t *)vm_page(page) + word;
}

/* ---- remote fences: M-mode serves them below whatever runs ---- */

/* Software interrupts keep the stay in S-mode; the rest is rom_run's. */
__asm__(
    ".pushsection .text\n .balign 4\n"
    "workload_vector:\n"
    "   csrrw sp, mscratch, sp\n sw t0, 68(sp)\n csrr t0, mcause\n"
    "   bgez t0, 1f\n"
    "   lw t0, 68(sp)\n csrrw sp, mscratch, sp\n addi sp, sp, -128\n"
    "   .irp n, 1, 5, 6, 7, 10, 11, 12, 13, 14, 15, 16, 17, 28, 29, 30, 31\n"
    "   sw x\\n, 4 * \\n(sp)\n .endr\n"
    "   call workload_serve\n"
    "   .irp n, 1, 5, 6, 7, 10, 11, 12, 13, 14, 15, 16, 17, 28, 29, 30, 31\n"
    "   lw x\\n, 4 * \\n(sp)\n .endr\n"
    "   addi sp, sp, 128\n mret\n"
    "1: lw t0, 68(sp)\n csrrw sp, mscratch, sp\n j rom_trap_vector\n"
    ".popsection");
extern const char workload_vector[];

void workload_serve(void);
void workload_serve(void)
{
    const unsigned self = hart_id();
    struct request *r = &requests[!self];

    *msip_of(self) = 0;
    fence();
    if (!r->is_open)
        return;
    __asm__ volatile("sfence.vma %0" ::"r"(r->va) : "memory");
    n_served[self]++;
    fence();
    r->is_open = 0;
}

static void fence_both(unsigned self, uint32_t va)
{
    __asm__ volatile("sfence.vma %0" ::"r"(va) : "memory");
    requests[self].va = va;
    requests[self].is_open = 1;
    fence();
    *msip_of(!self) = 1;
    while (requests[self].is_open)
        ;
}

/* ---- what a round does, in S-mode ---- */

static void lock(void)
{
    uint32_t was;

    do {
        __asm__ volatile("amoswap.w.aq %0, %1, (%2)"
                         : "=r"(was)
                         : "r"(1), "r"(page_word(COUNTERS, LOCK))
                         : "memory");
    } while (was);
}

static void unlock(void)
{
    __asm__ volatile(
        "amoswap.w.rl zero, zero, (%0)" ::"r"(page_word(COUNTERS, LOCK))
        : "memory");
}

static void count(void)
{
    uint32_t value, failed;

    __asm__ volatile("amoadd.w zero, %0, (%1)" ::"r"(1),
                     "r"(page_word(COUNTERS, BY_AMO))
                     : "memory");
    do {
        __asm__ volatile("lr.w %0, (%2)\n addi %0, %0, 1\n sc.w %1, %0, (%2)"
                         : "=&r"(value), "=&r"(failed)
                         : "r"(page_word(COUNTERS, BY_RESERVATION))
                         : "memory");
    } while (failed);
}

/* Both pages are equal whenever nobody holds the lock. */
static void update_pair(uint32_t random)
{
    const unsigned i = random % 256;

    lock();
    EXPECT(*page_word(LEFT, i), *page_word(RIGHT, i));
    *page_word(LEFT, i) += 1 + (random >> 8 & 7);
    *page_word(RIGHT, i) = *page_word(LEFT, i);
    ++*page_word(COUNTERS, BY_LOCK);
    unlock();
}

/* Any frame at all: it may move between the walk and now. */
static void read_moving(uint32_t random)
{
    const unsigned page = FIRST_MOVING + random % (N_PAGES - FIRST_MOVING);
    const uint32_t frame = *page_word(page, WHERE_FRAME_SAYS);

    EXPECT_TRUE(frame >= FIRST_FREE && frame < FIRST_FREE + N_FREE);
}

/* With A and D clear; and whoever holds the lock knows what a page is. */
static void move(unsigned self, uint32_t random)
{
    const unsigned page = FIRST_MOVING + random % (N_PAGES - FIRST_MOVING);
    const unsigned frame = FIRST_FREE + (random >> 8) % N_FREE;

    lock();
    vm_map(page, frame_pa(frame), PTE_VRW);
    fence_both(self, vm_page(page));
    EXPECT(*page_word(page, WHERE_FRAME_SAYS), frame);
    EXPECT_TRUE(vm_leaf[page] & PTE_A);
    *page_word(page, self) = random;
    EXPECT_TRUE(vm_leaf[page] & PTE_D);
    unlock();
}

/* The same addresses mean the hart's own frames, and no fence is needed. */
static void visit_own(unsigned self, uint32_t random)
{
    vm_switch(own_root[self], PRIVATE_ASID(self));
    for (unsigned i = 0; i < 2 * N_OWN; i++) {
        volatile uint32_t *word = page_word(i, 16 * (random % 64));

        EXPECT(*word / 0x1000000, 0x50 + self);
        *word = (0x50 + self) << 24 | (random & 0xffff);
    }
    vm_switch(vm_root, SHARED_ASID);
}

static void stride(uint32_t random)
{
    uint32_t sum = 0;

    for (unsigned i = 0; i < 64; i++)
        sum += *page_word(LEFT + (i & 1), (i * 17 + random) % 1024);
    *page_word(COUNTERS, 128 + (sum & 63)) = sum;
}

static void work(uint32_t pc, uint32_t self)
{
    uint32_t seed = 12345 + self;

    (void)pc;
    for (unsigned round = 0; round < ROUNDS; round++) {
        uint32_t random = (seed = seed * 1664525 + 1013904223) >> 8;

        count();
        switch (random % 8) {
        case 0:
            move(self, random / 8);
            break;
        case 1:
            visit_own(self, random / 8);
            break;
        case 2:
            stride(random / 8);
            break;
        case 3:
        case 4:
            update_pair(random / 8);
            break;
        default:
            read_moving(random / 8);
            break;
        }
    }
}

/* ---- the spaces ---- */

static volatile unsigned n_finished;

/* On each hart. Who has finished goes on serving the other. */
static void enter(uint32_t self)
{
    csr_write(mtvec, (uint32_t)workload_vector);
    vm_switch(vm_root, SHARED_ASID);
    sfence_all();
    csr_set(mie, 1u << IRQ_M_SOFT);
    const struct trap *t = rom_run(S, stub_call, (uint32_t)work, self, 0);
    EXPECT_DONE(t, S);
    __asm__ volatile("amoadd.w zero, %0, (%1)" ::"r"(1), "r"(&n_finished)
                     : "memory");
    while (n_finished < 2)
        if (*msip_of(self))
            workload_serve();
}

static void build_spaces(void)
{
    vm_on(SHARED_ASID);
    vm_root[CLINT_BASE >> 22] = pte(CLINT_BASE, PTE_VRW | PTE_AD);
    vm_root[UART_BASE >> 22] = pte(UART_BASE, PTE_VRW | PTE_AD);
    vm_root[0] = pte(0, PTE_VRW | PTE_AD); /* the finisher */
    for (unsigned page = 0; page < N_PAGES; page++)
        vm_map(page, frame_pa(page), PTE_VRW | PTE_AD);
    for (unsigned i = 0; i < N_FREE; i++)
        frame_words(FIRST_FREE + i)[WHERE_FRAME_SAYS] = FIRST_FREE + i;
    for (unsigned hart = 0; hart < 2; hart++) {
        for (unsigned i = 0; i < 1024; i++)
            own_root[hart][i] = vm_root[i];
        own_root[hart][VM_TEST >> 22] = pte((uint32_t)own_leaf[hart], PTE_V);
        for (unsigned i = 0; i < 2 * N_OWN; i++) {
            const unsigned frame = FIRST_OWN + N_OWN * hart + i % N_OWN;

            own_leaf[hart][i] = pte(frame_pa(frame), PTE_VRW);
            for (unsigned word = 0; word < 1024; word++)
                frame_words(frame)[word] = (0x50 + hart) << 24;
        }
    }
}

/* mhartid is M-mode's, so that EXPECT and the like take the hart by name. */
CASE(two_harts_share_memory_locks_and_page_tables)
{
    build_spaces();
    hart_call(1, enter, 1);
    enter(0);
    hart_join(1);
    EXPECT(frame_words(COUNTERS)[BY_AMO], 2 * ROUNDS);
    EXPECT(frame_words(COUNTERS)[BY_RESERVATION], 2 * ROUNDS);
    EXPECT_TRUE(frame_words(COUNTERS)[BY_LOCK] > ROUNDS / 4);
    EXPECT_TRUE(n_served[0] > ROUNDS / 16 && n_served[1] > ROUNDS / 16);
    for (unsigned i = 0; i < 256; i++)
        EXPECT(frame_words(LEFT)[i], frame_words(RIGHT)[i]);
}
