/*
 * The harts: which there are, which of them the supervisor has (SBI's HSM),
 * and the software interrupts by which they ask things of each other. A hart
 * that the supervisor does not have waits in hart_wait.
 */
#include "roms/firmware/firmware.h"
#include "abi/platform.h"
#include "abi/sbi.h"

#define PAGE_SIZE 4096u
#define MAX_PAGES_ONE_BY_ONE 16u
#define S_INTERRUPTS (MIP_SSIP | MIP_STIP | MIP_SEIP)

static struct hart {
    uint32_t state;        /* SBI_HSM_* */
    uint32_t next, opaque; /* where to start; next is set last, 0: not yet */
    /* What others ask for: an interrupt of S-mode, and the fences of the
     * harts whose bits are set. */
    uint32_t wants_ssip, fences_from;
    /* The fence that this hart asks for, and how many have not done it. */
    struct fence fence;
    uint32_t n_waiting;
} harts[MAX_HARTS];

static uint32_t present;

void harts_init(uint32_t self, uint32_t mask)
{
    present = mask | 1u << self;
    for (unsigned i = 0; i < MAX_HARTS; i++)
        harts[i].state = i == self ? SBI_HSM_STARTED : SBI_HSM_STOPPED;
}

static uint32_t load(const uint32_t *word)
{
    return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

static void store(uint32_t *word, uint32_t value)
{
    __atomic_store_n(word, value, __ATOMIC_RELEASE);
}

static bool is_present(uint32_t hart)
{
    return hart < MAX_HARTS && (present >> hart & 1);
}

bool harts_named(uint32_t mask, uint32_t base, uint32_t *named)
{
    *named = 0;
    for (unsigned i = 0; i < MAX_HARTS; i++) {
        const uint32_t bit = i - base;
        const uint32_t state = load(&harts[i].state);

        if (base != ~0u && (i < base || bit > 31 || !(mask >> bit & 1)))
            continue;
        if (!is_present(i) && base != ~0u)
            return false;
        mask &= base == ~0u ? mask : ~(1u << bit);
        if (is_present(i) && state != SBI_HSM_STOPPED &&
            state != SBI_HSM_START_PENDING)
            *named |= 1u << i;
    }
    return base == ~0u || mask == 0; /* none beyond MAX_HARTS */
}

/* ---- asking ---- */

static volatile uint32_t *msip_of(uint32_t hart)
{
    return (volatile uint32_t *)(CLINT_BASE + CLINT_MSIP + 4 * hart);
}

static void interrupt(uint32_t hart)
{
    __asm__ volatile("fence" ::: "memory");
    *msip_of(hart) = 1;
}

/* start = size = 0, and size = -1, mean the whole address space. */
static void do_fence(const struct fence *f)
{
    const bool is_all = (f->start == 0 && f->size == 0) ||
                        f->size > MAX_PAGES_ONE_BY_ONE * PAGE_SIZE;
    uint32_t va = f->start & -PAGE_SIZE;
    uint32_t pages = (f->start - va + f->size + PAGE_SIZE - 1) / PAGE_SIZE;

    if (f->function == SBI_RFENCE_FENCE_I)
        __asm__ volatile("fence.i" ::: "memory");
    else if (is_all && f->function == SBI_RFENCE_SFENCE_VMA)
        __asm__ volatile("sfence.vma" ::: "memory");
    else if (is_all)
        __asm__ volatile("sfence.vma zero, %0" ::"r"(f->asid) : "memory");
    else if (f->function == SBI_RFENCE_SFENCE_VMA)
        for (; pages-- > 0; va += PAGE_SIZE)
            __asm__ volatile("sfence.vma %0" ::"r"(va) : "memory");
    else
        for (; pages-- > 0; va += PAGE_SIZE)
            __asm__ volatile("sfence.vma %0, %1" ::"r"(va), "r"(f->asid)
                             : "memory");
}

void harts_receive(void)
{
    const uint32_t self = csr_read(mhartid);
    struct hart *h = &harts[self];
    uint32_t from;

    *msip_of(self) = 0;
    __asm__ volatile("fence" ::: "memory");
    if (__atomic_exchange_n(&h->wants_ssip, 0, __ATOMIC_ACQ_REL))
        csr_set(mip, MIP_SSIP);
    from = __atomic_exchange_n(&h->fences_from, 0, __ATOMIC_ACQ_REL);
    for (unsigned i = 0; i < MAX_HARTS; i++) {
        if (!(from >> i & 1))
            continue;
        do_fence(&harts[i].fence);
        __atomic_sub_fetch(&harts[i].n_waiting, 1, __ATOMIC_ACQ_REL);
    }
}

void harts_interrupt(uint32_t mask)
{
    const uint32_t self = csr_read(mhartid);

    for (unsigned i = 0; i < MAX_HARTS; i++) {
        if (!(mask >> i & 1))
            continue;
        if (i == self) {
            csr_set(mip, MIP_SSIP);
            continue;
        }
        store(&harts[i].wants_ssip, 1);
        interrupt(i);
    }
}

/* Returns once all have done it. Two that ask each other serve each other. */
void harts_fence(uint32_t mask, const struct fence *f)
{
    const uint32_t self = csr_read(mhartid);
    const uint32_t others = mask & ~(1u << self);
    struct hart *h = &harts[self];

    h->fence.function = f->function;
    h->fence.start = f->start;
    h->fence.size = f->size;
    h->fence.asid = f->asid;
    store(&h->n_waiting, (uint32_t)__builtin_popcount(others));
    for (unsigned i = 0; i < MAX_HARTS; i++) {
        if (!(others >> i & 1))
            continue;
        __atomic_or_fetch(&harts[i].fences_from, 1u << self, __ATOMIC_ACQ_REL);
        interrupt(i);
    }
    if (mask >> self & 1)
        do_fence(f);
    while (load(&h->n_waiting))
        if (csr_read(mip) & MIP_MSIP)
            harts_receive();
}

/* ---- starting and stopping ---- */

_Noreturn void hart_wait(void);
void hart_wait(void)
{
    const uint32_t self = csr_read(mhartid);
    struct hart *h = &harts[self];
    uint32_t next;

    csr_write(mie, MIP_MSIP);
    do {
        while (!(csr_read(mip) & MIP_MSIP))
            __asm__ volatile("wfi");
        harts_receive();
        next = load(&h->next);
    } while (load(&h->state) != SBI_HSM_START_PENDING || next == 0);
    h->next = 0;
    hart_open();
    csr_clear(mip, MIP_SSIP);
    __asm__ volatile("sfence.vma\n fence.i" ::: "memory");
    store(&h->state, SBI_HSM_STARTED);
    enter_supervisor(self, h->opaque, next);
}

/* S-mode must be able to fetch there. */
static bool is_code_address(uint32_t pa)
{
    uint8_t byte;

    return pa >= FIRMWARE_BASE + FIRMWARE_SIZE && pa % 2 == 0 &&
           memory_try_load(pa, &byte);
}

int32_t hart_start(uint32_t hart, uint32_t next, uint32_t opaque)
{
    uint32_t expected = SBI_HSM_STOPPED;
    struct hart *h = &harts[hart];

    if (!is_present(hart))
        return SBI_ERR_INVALID_PARAM;
    if (load(&h->state) != SBI_HSM_STOPPED)
        return SBI_ERR_ALREADY_AVAILABLE;
    if (!is_code_address(next))
        return SBI_ERR_INVALID_ADDRESS;
    if (!__atomic_compare_exchange_n(&h->state, &expected,
                                     SBI_HSM_START_PENDING, false,
                                     __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        return SBI_ERR_ALREADY_AVAILABLE;
    h->opaque = opaque;
    store(&h->next, next);
    interrupt(hart);
    return SBI_SUCCESS;
}

void hart_stop(void)
{
    timer_init();
    csr_clear(mip, MIP_STIP | MIP_SSIP);
    store(&harts[csr_read(mhartid)].state, SBI_HSM_STOPPED);
    hart_idle();
}

bool hart_status(uint32_t hart, uint32_t *state)
{
    if (!is_present(hart))
        return false;
    *state = load(&harts[hart].state);
    return true;
}

int32_t hart_suspend(uint32_t type, uint32_t next, uint32_t opaque)
{
    const uint32_t self = csr_read(mhartid);
    struct hart *h = &harts[self];

    if (type != SBI_HSM_RETENTIVE && type != SBI_HSM_NON_RETENTIVE)
        return SBI_ERR_INVALID_PARAM;
    if (type == SBI_HSM_NON_RETENTIVE && !is_code_address(next))
        return SBI_ERR_INVALID_ADDRESS;
    store(&h->state, SBI_HSM_SUSPENDED);
    while (!(csr_read(mip) & csr_read(mie) & S_INTERRUPTS)) {
        __asm__ volatile("wfi");
        if (csr_read(mip) & MIP_MSIP)
            harts_receive();
        if (csr_read(mip) & csr_read(mie) & MIP_MTIP)
            timer_expired();
    }
    store(&h->state, SBI_HSM_STARTED);
    if (type == SBI_HSM_RETENTIVE)
        return SBI_SUCCESS;
    csr_write(satp, 0);
    enter_supervisor(self, opaque, next);
}
