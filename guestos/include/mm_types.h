/*
 * The three structures of memory management: a frame (struct page), a range
 * of an address space (vm_area_struct) and an address space (mm_struct).
 */
#ifndef QUIRE_GUESTOS_MM_TYPES_H
#define QUIRE_GUESTOS_MM_TYPES_H

#include "asm/mmu.h"
#include "asm/page.h"
#include "atomic.h"
#include "list.h"
#include "rbtree.h"
#include "rwsem.h"
#include "spinlock.h"
#include "types.h"

struct address_space;
struct anon_vma;
struct file;
struct kmem_cache;
struct pgd;
struct seq_file;

/*
 * One frame; 32 bytes on RV32, mem_map is an array of them. Which members
 * mean something depends on the owner:
 *   free block    page_type BUDDY, private = order, lru on free_area
 *   slab          PG_slab, slab_cache, freelist, counters, lru on a list
 *   anonymous     mapping = anon_vma | 1, index = page offset of the VMA
 *   page cache    mapping = address_space, index = page of the file
 *   swap cache    PG_swapcache, private = swap entry, besides being anonymous
 *   tail page     compound_head = head | 1
 * Rules: flags by atomic operations; _refcount 0 = free; _mapcount counts
 * page-table entries from -1; lru by the lock of the list it is on.
 */
struct page {
    unsigned long flags;
    int _refcount;
    union {
        int _mapcount;
        int page_type; /* enum page_type */
    };
    union {
        unsigned long private;
        struct {
            u16 inuse; /* slab: objects handed out */
            union {
                struct {
                    u16 objects : 15; /* SLUB: objects there are */
                    u16 frozen : 1;   /* SLUB: a hart has it, on no list */
                };
                u16 s_mem; /* SLAB: offset of the first object */
            };
        };
    };
    union {
        void *mapping;
        struct kmem_cache *slab_cache;
    };
    union {
        unsigned long index;
        void *freelist; /* slab: first free object; SLAB: indices */
    };
    union {
        struct list_head lru;
        unsigned long compound_head;
        struct { /* SLUB: in a hart's store */
            struct page *next;
            u16 pages;    /* from here on */
            u16 pobjects; /* free ones in them, when they came */
        };
        struct {
            unsigned long _lru_pad;
            unsigned long compound_order; /* second page of a compound */
        };
    };
};

/*
 * A range of one address space with the same rights and the same backing;
 * [vm_start, vm_end), page-aligned. Changed with mmap_lock held for writing.
 */
struct vm_area_struct {
    unsigned long vm_start;
    unsigned long vm_end;
    struct vm_area_struct *vm_next, *vm_prev;
    struct rb_node vm_rb;
    struct mm_struct *vm_mm;
    u32 vm_page_prot; /* PTE bits of a page mapped here */
    unsigned long vm_flags;     /* VM_* */
    struct list_head i_mmap_node;   /* mapping->i_mmap, for file VMAs */
    struct list_head anon_vma_node; /* anon_vma->head */
    struct anon_vma *anon_vma;
    unsigned long vm_pgoff; /* in pages; for anonymous ones vm_start's */
    struct file *vm_file;   /* one reference, or NULL */
};

enum mm_counter {
    MM_FILEPAGES,
    MM_ANONPAGES,
    MM_SWAPENTS,
    MM_SHMEMPAGES,
    NR_MM_COUNTERS,
};

/*
 * An address space. mm_users counts tasks that run in it, mm_count those that
 * hold the structure (all users together are one). mmap_lock guards the VMAs,
 * page_table_lock the page tables and the counters beside them.
 */
struct mm_struct {
    struct vm_area_struct *mmap; /* list by address */
    struct rb_root mm_rb;
    struct vm_area_struct *mmap_cache; /* last answer of find_vma */
    struct pgd *pgd;
    unsigned long mmap_base; /* top of the area that mmap fills downwards */
    unsigned long task_size;
    int mm_users;
    int mm_count;
    int map_count; /* VMAs */
    unsigned long pgtables_bytes;
    struct spinlock page_table_lock;
    struct atomic tlb_flush_pending; /* ranges being zapped; see memory.c */
    struct rw_semaphore mmap_lock;
    struct list_head mmlist; /* all address spaces, under mmlist_lock */
    unsigned long hiwater_rss, hiwater_vm;
    unsigned long total_vm, locked_vm; /* pages */
    unsigned long data_vm, exec_vm, stack_vm;
    unsigned long def_flags;
    unsigned long start_code, end_code, start_data, end_data;
    unsigned long start_brk, brk, start_stack;
    unsigned long arg_start, arg_end, env_start, env_end;
    long rss_stat[NR_MM_COUNTERS];
    unsigned long flags; /* MMF_* */
    struct file *exe_file;
    struct mm_context context; /* the architecture's */
};

/* OOM victims: their pages are on the way out. */
#define MMF_OOM_VICTIM 1ul

#endif
