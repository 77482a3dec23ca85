/*
 * The names of Octavo's structures, in another order than in Octavo: for
 * tests/test_octavo_view.c, which fills them by hand. Never run, only linked.
 */
typedef unsigned long ulong;

struct list_head {
    struct list_head *next, *prev;
};

enum pageflags {
    PG_head,
    PG_slab,
    PG_locked,
    PG_referenced,
    PG_uptodate,
    PG_dirty,
    PG_lru,
    PG_active,
    PG_reserved,
    PG_writeback,
    PG_swapcache,
    PG_reclaim,
    PG_swapbacked,
};

enum page_type {
    PAGE_TYPE_BUDDY = -20,
    PAGE_TYPE_TABLE = -21,
    PAGE_TYPE_KSTACK = -22,
    PAGE_TYPE_BOUNCE = -23,
    PAGE_TYPE_MEMMAP = -24,
    PAGE_TYPE_KERNEL = -25,
};

struct kmem_cache {
    ulong before;
    const char *name;
};

struct page {
    union {
        struct list_head lru;
        ulong compound_head;
        struct {
            ulong pad;
            ulong compound_order;
        };
    };
    union {
        int _mapcount;
        int page_type;
    };
    int _refcount;
    ulong flags;
    union {
        void *mapping;
        struct kmem_cache *slab_cache;
    };
    ulong private;
};

enum zone_stat_item { NR_OTHER, NR_FREE_PAGES, NR_VM_ZONE_STAT_ITEMS };

enum vm_event_item { PGFAULT, PSWPIN, PSWPOUT, PGMAJFAULT, NR_VM_EVENT_ITEMS };

struct free_area {
    ulong nr_free;
    struct list_head free_list;
};

struct zone {
    const char *name;
    struct free_area free_area[11];
    long vm_stat[NR_VM_ZONE_STAT_ITEMS];
    ulong zone_start_pfn, spanned_pages, present_pages, managed_pages;
    ulong _watermark[3];
};

struct file {
    int before;
    char *f_path;
};

struct vm_area_struct {
    struct vm_area_struct *vm_next;
    struct file *vm_file;
    ulong vm_flags, vm_start, vm_end;
};

struct mm_struct {
    unsigned *pgd;
    struct vm_area_struct *mmap;
    ulong brk, start_brk, start_stack;
};

struct task_struct {
    ulong state;
    char comm[16];
    struct list_head tasks;
    _Bool on_rq;
    int pid;
    unsigned exit_state;
    void *stack;
    struct mm_struct *mm;
    ulong min_flt, maj_flt;
};

struct swap_info_struct {
    unsigned char *swap_map;
    ulong max;
};

typedef struct pglist_data {
    int before;
    struct zone node_zones[3];
    struct task_struct *kswapd;
} pg_data_t;

pg_data_t contig_page_data;
struct page *mem_map;
ulong max_pfn;
struct task_struct init_task, task_a, task_b;
struct mm_struct mm_a, mm_b;
struct vm_area_struct vma_a1, vma_a2;
struct file file_a;
struct kmem_cache cache_small, cache_large;
char text_small[16], text_large[16];
char path_a[16], name_dma[8], name_normal[8];
struct swap_info_struct swap_info[2];
unsigned char swap_map_0[64];
ulong vm_event_states[2][NR_VM_EVENT_ITEMS];
struct page pages[1024];
enum pageflags use_flags;
enum page_type use_types;
enum zone_stat_item use_zone_items;
enum vm_event_item use_events;
unsigned pgd_a[1024] __attribute__((aligned(4096)));
unsigned pgd_b[1024] __attribute__((aligned(4096)));
unsigned leaf_a[1024] __attribute__((aligned(4096)));
unsigned leaf_b[1024] __attribute__((aligned(4096)));

void _start(void);
void _start(void)
{
    for (;;)
        ;
}
