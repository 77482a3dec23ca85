/*
 * The kernel's own mappings on the host: real addresses. An access to one that
 * is not in the "TLB" is a signal; the handler walks the kernel's page table
 * as the machine would and shows the frame there. From then on it is seen,
 * whatever becomes of the entry, until somebody flushes it. So a manager that
 * reuses an address without a flush reads and writes the wrong frame here.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "guestos/arch/host/host.h"
#include "guestos/arch/host/kernel_map.h"
#include "guestos/arch/host/memory.h"
#include "kernel.h"
#include "memblock.h"
#include "vmalloc.h"
#include "asm/tlbflush.h"

unsigned long host_vmalloc_start, host_kernel_flushes, host_icache_flushes;

static bool in_tlb[HOST_VMALLOC_SIZE / PAGE_SIZE];
static sigjmp_buf *fault_wanted; /* who is ready for a fault */
static struct sigaction old_action;

static struct pte walk(unsigned long va)
{
    struct pgd *pgd = pgd_offset_k(va);

    return *pte_offset_kernel(
        pmd_offset(pud_offset(p4d_offset(pgd, va), va), va), va);
}

/* False: a page fault. */
static bool fill(unsigned long va)
{
    unsigned long page = (va - VMALLOC_START) >> PAGE_SHIFT;
    struct pte pte = walk(va);

    if (in_tlb[page] || !pte_present(pte))
        return false;
    in_tlb[page] = true;
    host_memory_show(va & PAGE_MASK,
                     (unsigned long)(pte_pfn(pte) - ARCH_PFN_OFFSET)
                         << PAGE_SHIFT);
    return true;
}

static void on_fault(int signal_number, siginfo_t *info, void *context)
{
    unsigned long va = (unsigned long)info->si_addr;

    (void)signal_number, (void)context;
    if (!is_vmalloc_addr(info->si_addr)) {
        sigaction(SIGSEGV, &old_action, NULL); /* again, for the sanitizer */
        return;
    }
    if (fill(va))
        return;
    if (fault_wanted)
        siglongjmp(*fault_wanted, 1);
    vmalloc_dump_addr(va);
    panic("page fault in the kernel, address %lx\n%s", va, host_log());
}

bool host_kernel_load(const void *addr, unsigned char *value)
{
    sigjmp_buf here;
    bool is_there = false;

    if (!sigsetjmp(here, 1)) {
        fault_wanted = &here;
        *value = *(const volatile unsigned char *)addr;
        is_there = true;
    }
    fault_wanted = NULL;
    return is_there;
}

void flush_tlb_kernel_range(unsigned long start, unsigned long end)
{
    host_kernel_flushes++;
    for (; start < end; start += PAGE_SIZE) {
        unsigned long page = (start - VMALLOC_START) >> PAGE_SHIFT;

        if (!in_tlb[page])
            continue;
        in_tlb[page] = false;
        host_memory_hide(start);
    }
}

void host_vmalloc_reserve(void)
{
    struct sigaction action = {.sa_sigaction = on_fault,
                               .sa_flags = SA_SIGINFO | SA_NODEFER};

    if (sigaction(SIGSEGV, &action, &old_action) != 0)
        abort();
    host_vmalloc_start =
        (unsigned long)host_memory_reserve(HOST_VMALLOC_SIZE, PGDIR_SIZE);
}

/* As paging_init: every table of leaves from the start. */
void host_vmalloc_tables(void)
{
    for (unsigned long va = VMALLOC_START; va < VMALLOC_END; va += PGDIR_SIZE) {
        struct pgd *pgd = pgd_offset_k(va);
        void *table = memblock_alloc(PAGE_SIZE, PAGE_SIZE);

        pmd_populate_pfn(pmd_offset(pud_offset(p4d_offset(pgd, va), va), va),
                         virt_to_pfn(table));
    }
}
