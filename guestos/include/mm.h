/*
 * Memory management as the rest of the kernel uses it. Names and semantics
 * are Linux v5.15's.
 *
 * Boot order (kernel/main.c):
 *   memblock_add/_reserve            device tree: memory, firmware, kernel,
 *                                    tree, initrd; memblock_set_current_limit
 *   mm_set_zone_limits(dma, lowmem)  from dma= and lowmem=, 0 = default
 *   (arch) paging_init               direct map, tables of the pkmap and fixmap
 *                                    areas, with memblock_alloc
 *   setup_per_cpu_areas()            static per-CPU data, alloc_percpu
 *   free_area_init()                 zones, mem_map
 *   mem_init()                       frames to the buddy, "Memory: .. available"
 *   kmem_cache_init()                from here on kmalloc
 *   vmalloc_init()                   from here on vmalloc, ioremap
 *   init_per_zone_wmark_min()        watermarks
 *   mm_init()                        caches of mm_struct, VMAs, anon_vma,
 *                                    page cache, swap, reclaim
 *   ... scheduler, first tasks ...
 *   kswapd_run()                     as pid 2
 *   swapon_bdev(bdev)                for each device with the signature
 */
#ifndef QUIRE_GUESTOS_MM_H
#define QUIRE_GUESTOS_MM_H

#include "asm/pgtable.h"
#include "gfp.h"
#include "mm_types.h"
#include "mmzone.h"
#include "page-flags.h"
#include "trace.h"

extern struct page *mem_map;
extern struct mm_struct init_mm;
extern struct list_head mmlist; /* all address spaces but init_mm */
extern struct spinlock mmlist_lock;

// clang-format off
#define VM_READ       0x1ul
#define VM_WRITE      0x2ul
#define VM_EXEC       0x4ul
#define VM_SHARED     0x8ul
#define VM_MAYREAD    0x10ul
#define VM_MAYWRITE   0x20ul
#define VM_MAYEXEC    0x40ul
#define VM_MAYSHARE   0x80ul
#define VM_GROWSDOWN  0x100ul
#define VM_PFNMAP     0x400ul
#define VM_LOCKED     0x2000ul
#define VM_IO         0x4000ul
#define VM_DONTCOPY   0x20000ul
#define VM_DONTEXPAND 0x40000ul
#define VM_ACCOUNT    0x100000ul
#define VM_NORESERVE  0x200000ul

#define VM_STACK_FLAGS (VM_GROWSDOWN | VM_READ | VM_WRITE | VM_MAYREAD | \
                        VM_MAYWRITE | VM_MAYEXEC | VM_ACCOUNT)
#define VM_DATA_FLAGS  (VM_READ | VM_WRITE | VM_MAYREAD | VM_MAYWRITE | \
                        VM_MAYEXEC | VM_ACCOUNT)

/* mmap(2), mprotect(2), madvise(2): the asm-generic values. */
#define PROT_NONE      0x0
#define PROT_READ      0x1
#define PROT_WRITE     0x2
#define PROT_EXEC      0x4
#define PROT_GROWSDOWN 0x01000000
#define PROT_GROWSUP   0x02000000

#define MAP_SHARED          0x01
#define MAP_PRIVATE         0x02
#define MAP_SHARED_VALIDATE 0x03
#define MAP_TYPE            0x0f
#define MAP_FIXED           0x10
#define MAP_ANONYMOUS       0x20
#define MAP_GROWSDOWN       0x0100
#define MAP_DENYWRITE       0x0800
#define MAP_EXECUTABLE      0x1000
#define MAP_LOCKED          0x2000
#define MAP_NORESERVE       0x4000
#define MAP_POPULATE        0x8000
#define MAP_NONBLOCK        0x10000
#define MAP_STACK           0x20000
#define MAP_FIXED_NOREPLACE 0x100000

#define MADV_NORMAL     0
#define MADV_RANDOM     1
#define MADV_SEQUENTIAL 2
#define MADV_WILLNEED   3
#define MADV_DONTNEED   4
#define MADV_PAGEOUT    21

#define FAULT_FLAG_WRITE       0x01u
#define FAULT_FLAG_USER        0x40u
#define FAULT_FLAG_INSTRUCTION 0x100u

#define VM_FAULT_OOM    0x0001u
#define VM_FAULT_SIGBUS 0x0002u
#define VM_FAULT_MAJOR  0x0004u /* had to read from a disk */
#define VM_FAULT_SIGSEGV 0x0040u
#define VM_FAULT_ERROR  (VM_FAULT_OOM | VM_FAULT_SIGBUS | VM_FAULT_SIGSEGV)
// clang-format on

#define DEFAULT_MAX_MAP_COUNT 65530
#define MMAP_MIN_ADDR 65536ul /* below it nothing is ever mapped */
#define STACK_GUARD_GAP (256ul << PAGE_SHIFT)

/* -- Boot ---------------------------------------------------------------- */

/* Ends of ZONE_DMA and ZONE_NORMAL, bytes from the start of DRAM. */
void mm_set_zone_limits(u64 dma_bytes, u64 lowmem_bytes);
void free_area_init(void);
void mem_init(void);
void mm_init(void);
/* Gives boot memory (whole pages) to the buddy allocator. */
void free_reserved_area(void *start, void *end, const char *what);
void free_reserved_range(phys_addr_t start, phys_addr_t end, const char *what);
/* The kernel's image by section, in bytes, for the boot log. */
struct image_sizes {
    unsigned long text, rodata, init, data, bss;
};
struct image_sizes arch_image_sizes(void);

/* -- Frames -------------------------------------------------------------- */

static inline struct page *pfn_to_page(unsigned long pfn)
{
    return mem_map + (pfn - min_low_pfn);
}

static inline unsigned long page_to_pfn(const struct page *page)
{
    return (unsigned long)(page - mem_map) + min_low_pfn;
}

static inline bool pfn_valid(unsigned long pfn)
{
    return pfn >= min_low_pfn && pfn < max_pfn;
}

static inline phys_addr_t page_to_phys(const struct page *page)
{
    return (phys_addr_t)page_to_pfn(page) << PAGE_SHIFT;
}

/* Only for memory in the direct map. */
static inline struct page *virt_to_page(const void *addr)
{
    return pfn_to_page(virt_to_pfn(addr));
}

/* Its address in the direct map; that of its kmap slot for high memory, NULL
 * without one. */
void *page_address_high(const struct page *page);
static inline void *page_address(const struct page *page)
{
    unsigned long pfn = page_to_pfn(page);

    return likely(pfn < max_low_pfn) ? __va((phys_addr_t)pfn << PAGE_SHIFT)
                                     : page_address_high(page);
}

#define ZONES_WIDTH 2
#define ZONES_PGSHIFT (8 * sizeof(unsigned long) - ZONES_WIDTH)
#define NODES_PGSHIFT (ZONES_PGSHIFT - NODES_SHIFT)

static inline enum zone_type page_zonenum(const struct page *page)
{
    return (enum zone_type)(page->flags >> ZONES_PGSHIFT);
}

static inline int page_to_nid(const struct page *page)
{
    return (int)(page->flags >> NODES_PGSHIFT & (MAX_NUMNODES - 1));
}

static inline struct pglist_data *page_pgdat(const struct page *page)
{
    return NODE_DATA(page_to_nid(page));
}

static inline struct zone *page_zone(const struct page *page)
{
    return &page_pgdat(page)->node_zones[page_zonenum(page)];
}

static inline struct page *compound_head(struct page *page)
{
    unsigned long head = page->compound_head;

    return head & 1 ? (struct page *)(head - 1) : page;
}

static inline unsigned int compound_order(const struct page *page)
{
    return PageHead(page) ? (unsigned int)page[1].compound_order : 0;
}

static inline int page_count(const struct page *page)
{
    return __atomic_load_n(&page->_refcount, __ATOMIC_RELAXED);
}

static inline int page_mapcount(const struct page *page)
{
    return __atomic_load_n(&page->_mapcount, __ATOMIC_RELAXED) + 1;
}

static inline bool page_mapped(const struct page *page)
{
    return page_mapcount(page) > 0;
}

static inline void get_page(struct page *page)
{
    __atomic_fetch_add(&page->_refcount, 1, __ATOMIC_RELAXED);
}

/* A reference, unless the page is free or being freed. */
static inline bool get_page_unless_zero(struct page *page)
{
    int old = page_count(page);

    while (old)
        if (__atomic_compare_exchange_n(&page->_refcount, &old, old + 1, false,
                                        __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
            return true;
    return false;
}

static inline bool put_page_testzero(struct page *page)
{
    return __atomic_sub_fetch(&page->_refcount, 1, __ATOMIC_ACQ_REL) == 0;
}

/* Takes all references away if there are exactly `count`, so that nobody can
 * get a new one by get_page_unless_zero; and gives them back. */
static inline bool page_ref_freeze(struct page *page, int count)
{
    return __atomic_compare_exchange_n(&page->_refcount, &count, 0, false,
                                       __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
}
static inline void page_ref_unfreeze(struct page *page, int count)
{
    __atomic_store_n(&page->_refcount, count, __ATOMIC_RELEASE);
}

/* Drops a reference; the last one takes the page off its LRU and frees it. */
void put_page(struct page *page);

/* The order-0 page whose last reference is gone. */
void free_unref_page(struct page *page);

/* -- Address spaces ------------------------------------------------------ */

/* A new address space with one user; NULL without memory. */
struct mm_struct *mm_alloc(void);
/* A copy-on-write copy of the current VMAs and pages of `old`. */
struct mm_struct *dup_mm(struct mm_struct *old);
static inline void mmget(struct mm_struct *mm)
{
    __atomic_fetch_add(&mm->mm_users, 1, __ATOMIC_RELAXED);
}
/* False: the last user is gone, the address space is being taken apart. */
static inline bool mmget_not_zero(struct mm_struct *mm)
{
    int users = __atomic_load_n(&mm->mm_users, __ATOMIC_RELAXED);

    while (users && !__atomic_compare_exchange_n(&mm->mm_users, &users,
                                                 users + 1, false,
                                                 __ATOMIC_RELAXED,
                                                 __ATOMIC_RELAXED))
        ;
    return users;
}
static inline void mmgrab(struct mm_struct *mm)
{
    __atomic_fetch_add(&mm->mm_count, 1, __ATOMIC_RELAXED);
}
/* The last user unmaps everything; the last holder frees the structure. */
void mmput(struct mm_struct *mm);
void mmdrop(struct mm_struct *mm);

static inline void mmap_read_lock(struct mm_struct *mm)
{
    down_read(&mm->mmap_lock);
}
static inline void mmap_read_unlock(struct mm_struct *mm)
{
    up_read(&mm->mmap_lock);
}
static inline void mmap_write_lock(struct mm_struct *mm)
{
    down_write(&mm->mmap_lock);
}
static inline void mmap_write_unlock(struct mm_struct *mm)
{
    up_write(&mm->mmap_lock);
}

static inline unsigned long get_mm_counter(const struct mm_struct *mm,
                                           int member)
{
    long v = __atomic_load_n(&mm->rss_stat[member], __ATOMIC_RELAXED);

    return v < 0 ? 0 : (unsigned long)v;
}
static inline void add_mm_counter(struct mm_struct *mm, int member, long value)
{
    long old =
        __atomic_fetch_add(&mm->rss_stat[member], value, __ATOMIC_RELAXED);

    (void)old; /* hosted builds have no tracepoints */
    TRACE(kmem, rss_stat, mm, member, old, value);
}
static inline unsigned long get_mm_rss(const struct mm_struct *mm)
{
    return get_mm_counter(mm, MM_FILEPAGES) +
           get_mm_counter(mm, MM_ANONPAGES) +
           get_mm_counter(mm, MM_SHMEMPAGES);
}
/* Before pages go: VmHWM. */
static inline void update_hiwater_rss(struct mm_struct *mm)
{
    if (get_mm_rss(mm) > mm->hiwater_rss)
        mm->hiwater_rss = get_mm_rss(mm);
}

/* -- VMAs; mmap_lock is held, for writing where they change -------------- */

/* The first VMA that ends above addr (which it may not contain), or NULL. */
struct vm_area_struct *find_vma(struct mm_struct *mm, unsigned long addr);
struct vm_area_struct *find_vma_prev(struct mm_struct *mm, unsigned long addr,
                                     struct vm_area_struct **prev);
static inline struct vm_area_struct *
find_vma_intersection(struct mm_struct *mm, unsigned long start,
                      unsigned long end)
{
    struct vm_area_struct *vma = find_vma(mm, start);

    return vma && vma->vm_start < end ? vma : NULL;
}

static inline unsigned long vma_pages(const struct vm_area_struct *vma)
{
    return (vma->vm_end - vma->vm_start) >> PAGE_SHIFT;
}

/* Maps; the address or -errno. offset is in pages. Takes its own reference of
 * the file. */
unsigned long do_mmap(struct file *file, unsigned long addr, unsigned long len,
                      unsigned long prot, unsigned long flags,
                      unsigned long pgoff);
unsigned long vm_mmap(struct file *file, unsigned long addr, unsigned long len,
                      unsigned long prot, unsigned long flags,
                      unsigned long pgoff);
int do_munmap(struct mm_struct *mm, unsigned long start, size_t len);
int vm_munmap(unsigned long start, size_t len);
/* Anonymous, private, at a fixed place; prior mappings go. flags: VM_EXEC. */
int vm_brk_flags(unsigned long addr, unsigned long len, unsigned long flags);
int do_mprotect(unsigned long start, size_t len, unsigned long prot);
unsigned long get_unmapped_area(struct mm_struct *mm, unsigned long addr,
                                unsigned long len, unsigned long flags);
/* A stack for exec: VMA of one page that ends at `top` and grows down. The
 * caller fills it through get_user_page(). */
int setup_stack_vma(struct mm_struct *mm, unsigned long top);
/* Grows a stack VMA to contain addr: 0, -ENOMEM or -EFAULT. */
int expand_stack(struct vm_area_struct *vma, unsigned long addr);
/* The VMA of addr, grown if it is the stack below it; NULL: no mapping. */
struct vm_area_struct *find_extend_vma(struct mm_struct *mm,
                                       unsigned long addr);

/* System calls' bodies: the result or -errno. */
long sys_brk(unsigned long brk);
long sys_mmap2(unsigned long addr, unsigned long len, unsigned long prot,
               unsigned long flags, unsigned long fd, unsigned long pgoff);
long sys_munmap(unsigned long addr, size_t len);
long sys_mprotect(unsigned long start, size_t len, unsigned long prot);
long sys_madvise(unsigned long start, size_t len, int behavior);
long sys_mincore(unsigned long start, size_t len, unsigned char *vec);

/* PTE bits for VM_* flags. */
struct pgprot vm_get_page_prot(unsigned long vm_flags);

/* -- Faults and page tables ---------------------------------------------- */

/*
 * Makes the page at addr present for the access; VM_FAULT_*. The caller holds
 * mmap_lock for reading, has found the VMA and checked its rights.
 */
vm_fault_t handle_mm_fault(struct vm_area_struct *vma, unsigned long addr,
                           unsigned int flags);
/*
 * All of a fault: lock, find, grow, check rights, handle. Returns VM_FAULT_*;
 * *si_code is SEGV_MAPERR or SEGV_ACCERR with VM_FAULT_SIGSEGV.
 */
vm_fault_t do_user_fault(struct mm_struct *mm, unsigned long addr,
                         unsigned int flags, int *si_code);

/* The page at addr of a (perhaps foreign) address space, faulted in, with a
 * reference: 0, -EFAULT or -ENOMEM; mmap_lock is held. */
int get_user_page(struct mm_struct *mm, unsigned long addr, bool is_write,
                  struct page **page);
/* Bytes copied from or to another address space; stops at the first hole. */
size_t access_process_vm(struct mm_struct *mm, unsigned long addr, void *buf,
                         size_t len, bool is_write);

/* For fork: the page tables of one VMA. */
int copy_page_range(struct vm_area_struct *dst, struct vm_area_struct *src);
/* Unmaps [start, end) of one VMA and drops its pages. */
void zap_page_range(struct vm_area_struct *vma, unsigned long start,
                    unsigned long end);
/* Frees page tables that map only [floor, ceiling). */
void free_pgtables(struct mm_struct *mm, unsigned long floor,
                   unsigned long ceiling);
/* Pointer to the PTE of addr, NULL where there is no table. */
struct pte *mm_find_pte(struct mm_struct *mm, unsigned long addr);
/* The same, making tables; NULL without memory. */
struct pte *mm_alloc_pte(struct mm_struct *mm, unsigned long addr);

extern struct page *empty_zero_page; /* what unwritten anonymous memory reads */
static inline bool is_zero_pfn(unsigned long pfn)
{
    return pfn == page_to_pfn(empty_zero_page);
}

/* -- Reports ------------------------------------------------------------- */

void show_mem(void);
unsigned long nr_free_pages(void);
unsigned long totalram_pages(void);
unsigned long totalhigh_pages(void);
/* The estimate of memory that new programs could get. */
long si_mem_available(void);
/* Overcommit: may `pages` more be promised? 0 or -ENOMEM. */
int vm_enough_memory(long pages);
extern struct percpu_counter vm_committed_as; /* pages promised */
void vm_acct_init(void);
void vm_acct_memory(long pages);

/* The /proc files of mm/ are declared in proc_fs.h. */

/* Invariants; panics with what is wrong. */
void vma_check(struct mm_struct *mm);

#endif
