/*
 * The machine under the natively compiled memory manager: an arena as
 * physical memory, a simulated TLB that forgets only what is flushed, disks
 * that finish when somebody waits, tasks that take turns. One host thread;
 * everything that is random comes from one seed.
 */
#ifndef QUIRE_GUESTOS_HOST_H
#define QUIRE_GUESTOS_HOST_H

#include "blkdev.h"
#include "fs.h"
#include "mm.h"
#include "sched.h"
#include "seq_file.h"

/* Boots the memory manager up to mm_init, once a process (Check forks). */
void host_boot(unsigned long ram_kib, unsigned long dma_kib,
               unsigned long lowmem_kib);
/* Only the arena, and memblock told about it. */
void host_arena_init(unsigned long ram_kib);
void host_tasks_init(void);
/* From QUIRE_SEED, or fixed; prints what it was. */
unsigned long host_seed(void);
unsigned long host_random(unsigned long below);

/* -- Tasks --------------------------------------------------------------- */

/* A process that has an empty address space and runs nothing of its own. */
struct task_struct *host_process(const char *name);
/* A copy of a process: dup_mm. NULL without memory. */
struct task_struct *host_fork(struct task_struct *parent);
void host_exit(struct task_struct *task);
/* Makes a process the current one. */
void host_run_as(struct task_struct *task);
/* The current task goes on on that hart. Only hart 0 is online at first. */
void host_run_on(int cpu);
/* Lets kswapd and others run until they sleep, and all I/O end. */
void host_settle(void);
/* Whether the OOM killer (or SIGBUS) has hit the process; its mm is gone. */
bool host_is_killed(const struct task_struct *task);

/* -- The user's view of memory ------------------------------------------- */

/* A word of the current process, through the TLB, with faults served. False:
 * the fault was an error (VM_FAULT_* in host_last_fault). */
bool host_load(unsigned long va, u32 *value);
bool host_store(unsigned long va, u32 value);
extern vm_fault_t host_last_fault;
extern unsigned long host_tlb_hits;

/* A byte of a kernel mapping (vmalloc.h), whose addresses are real; false: a
 * page fault, which elsewhere ends the test. */
bool host_kernel_load(const void *addr, unsigned char *value);
extern unsigned long host_kernel_flushes;
/* Times that instruction caches were flushed for an address space. */
extern unsigned long host_icache_flushes;
/* The frame that the kmap slot at va shows; 0: none. */
unsigned long host_kmap_slot(unsigned long va);

/* -- Disks and files ----------------------------------------------------- */

/* A disk of zeroes; `delay`: requests end only when somebody waits. */
struct block_device *host_disk(const char *name, unsigned long pages);
/* Writes mkswap's header. */
void host_mkswap(struct block_device *bdev);
char *host_disk_data(struct block_device *bdev);
/* Requests that touch sectors [first, last] fail with -EIO. */
void host_disk_fail(struct block_device *bdev, bool reads, bool writes,
                    u64 first, u64 last);
/* A file whose word at offset o is seed + o. */
struct file *host_file(unsigned long size, u32 seed);

/* -- Checks -------------------------------------------------------------- */

/* What the kernel has printed since the last call; valid until it prints. */
const char *host_log(void);
/* The text of a /proc file; valid until the next call. */
const char *host_proc(int (*show)(struct seq_file *m, void *v));
/*
 * Everything against everything: each frame has one owner, _mapcount equals
 * the entries found in all page tables, _refcount what is known to hold the
 * page, swap_map equals the swap entries found, counters equal sums. Nothing
 * may be in flight.
 */
void mm_audit(void);

#endif
