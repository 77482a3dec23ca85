/*
 * The stand-in kernel of the drivers' test. Memory: this program below
 * 2 MiB, pages for tests from 2 MiB (low) and from 12 MiB (high), pages for
 * the drivers from 8 MiB, which never come back.
 */
#include "stub.h"

#include <stdarg.h>

#include "abi/platform.h"
#include "errno.h"
#include "highmem.h"
#include "init.h"
#include "interrupt.h"
#include "io.h"
#include "mm.h"
#include "of.h"
#include "slab.h"
#include "string.h"
#include "vmstat.h"

#define PAGES (16u << 20 >> PAGE_SHIFT)
#define LOW (2u << 20 >> PAGE_SHIFT)
#define HIGH (12u << 20 >> PAGE_SHIFT)
#define NODE_DMA 100 /* nodes 0 .. 7 are the virtio slots */
#define NODE_DISK 101

struct block_device *disks[MAX_DISKS];
unsigned nr_disks;

static struct page frames[PAGES];
struct page *mem_map = frames;
unsigned long min_low_pfn = ARCH_PFN_OFFSET;
unsigned long max_low_pfn = ARCH_PFN_OFFSET + PAGES;
struct pglist_data contig_page_data;

static const char *tree; /* the device tree */
static unsigned next_frame = 8u << 20 >> PAGE_SHIFT;
struct thread_info stub_task; /* what tp points at */
static unsigned bounces;
static struct {
    irq_handler *handler;
    void *dev;
} handlers[PLIC_SOURCES];

extern const initcall_t initcalls[], initcalls_end[];

static u32 load(unsigned long pa)
{
    return *(volatile u32 *)pa;
}

static void store(unsigned long pa, u32 value)
{
    *(volatile u32 *)pa = value;
}

void stub_exit(unsigned code)
{
    store(FINISHER_BASE, code ? code << 16 | FINISHER_FAIL : FINISHER_PASS);
    for (;;)
        ;
}

/* -- What the drivers call ------------------------------------------------ */

static void put_string(const char *s)
{
    while (*s)
        *(volatile char *)UART_BASE = *s++;
}

static void put_number(unsigned long v, unsigned base)
{
    char digit[2] = {"0123456789abcdef"[v % base], 0};

    if (v >= base)
        put_number(v / base, base);
    put_string(digit);
}

/* Only s, u, d, x and their long forms, cut to 32 bits. */
static void print(const char *format, va_list args)
{
    for (; *format; format++) {
        char c[2] = {*format, 0};
        unsigned longs = 0;

        if (*format != '%') {
            put_string(c);
            continue;
        }
        for (format++; *format == 'l' || *format <= '9'; format++)
            longs += *format == 'l';
        if (*format == 's')
            put_string(va_arg(args, const char *));
        else
            put_number(longs == 2 ? (unsigned long)va_arg(args, u64)
                                  : va_arg(args, unsigned long),
                       *format == 'x' ? 16 : 10);
    }
}

int printk(const char *format, ...)
{
    va_list args;

    put_string("# ");
    va_start(args, format);
    print(format, args);
    va_end(args);
    return 0;
}

int pr_info(const char *format, ...)
{
    (void)format;
    return 0;
}

void report_bug(const char *what, const char *file, int line)
{
    printk("BUG: %s, %s:%u\n", what, file, (unsigned)line);
    stub_exit(1);
}

void report_warning(const char *what, const char *file, int line)
{
    report_bug(what, file, line);
}

void *memset(void *s, int c, size_t n)
{
    for (char *p = s; n--;)
        *p++ = (char)c;
    return s;
}

void *memcpy(void *restrict d, const void *restrict s, size_t n)
{
    const char *from = s;

    for (char *to = d; n--;)
        *to++ = *from++;
    return d;
}

void preempt_schedule(void)
{
}

void *ioremap(phys_addr_t pa, size_t size)
{
    (void)size;
    return (void *)(unsigned long)pa;
}

void iounmap(const volatile void *regs)
{
    (void)regs;
}

struct page *alloc_pages(gfp_t gfp, unsigned order)
{
    struct page *page = &frames[next_frame];

    (void)gfp;
    next_frame += 1u << order;
    BUG_ON(next_frame > HIGH);
    return page;
}

void __free_pages(struct page *page, unsigned order)
{
    (void)page;
    (void)order;
}

void *alloc_pages_exact(size_t size, gfp_t gfp)
{
    void *p = page_address(&frames[next_frame]);

    for (size_t done = 0; done < size; done += PAGE_SIZE)
        (void)alloc_pages(gfp, 0);
    return memset(p, gfp & __GFP_ZERO ? 0 : 0x5a, size);
}

void *kmalloc(size_t size, gfp_t gfp)
{
    return alloc_pages_exact(size, gfp);
}

/* Nothing lies beyond the direct map. */
void *page_address_high(const struct page *page)
{
    (void)page;
    return NULL;
}

void *kmap_local_page(struct page *page)
{
    return page_address(page);
}

void kunmap_local(const void *addr)
{
    (void)addr;
}

void mod_zone_page_state(struct zone *zone, enum zone_stat_item item,
                         long delta)
{
    (void)zone;
    (void)item;
    (void)delta;
}

void count_vm_events(enum vm_event_item item, unsigned long delta)
{
    if (item == BOUNCE_IN || item == BOUNCE_OUT)
        bounces += delta;
}

int request_irq(unsigned irq, irq_handler *handler, const char *name, void *dev)
{
    unsigned long enable = PLIC_BASE + PLIC_ENABLE + 4 * (irq / 32);

    (void)name;
    handlers[irq].handler = handler;
    handlers[irq].dev = dev;
    store(PLIC_BASE + PLIC_PRIORITY + 4 * irq, 1);
    store(enable, load(enable) | 1u << irq % 32);
    return 0;
}

/* Whether the firmware's tree names something; enough to tell the boards
 * apart. Its size stands big-endian in its second word. */
static bool tree_names(const char *what)
{
    u32 size = __builtin_bswap32(*(const u32 *)(tree + 4));
    size_t len = 0, same = 0;

    while (what[len])
        len++;
    for (u32 i = 0; i < size && same < len; i++)
        same = tree[i] == what[same] ? same + 1 : tree[i] == what[0];
    return same == len;
}

/* Eight virtio slots, and Quire's own devices where they are. */
int fdt_next_compatible(int node, const char *compatible)
{
    if (compatible[0] == 'v')
        return node < VIRTIO_SLOTS - 1 ? node + 1 : -1;
    if (node >= 0 || !tree_names(compatible))
        return -1;
    return compatible[7] == 'm' ? NODE_DMA : NODE_DISK;
}

bool fdt_reg(int node, unsigned index, phys_addr_t *pa, u64 *size)
{
    (void)index;
    *size = VIRTIO_SIZE;
    if (node == NODE_DMA)
        *pa = QDMA_BASE;
    else if (node == NODE_DISK)
        *pa = QDISK_BASE;
    else
        *pa = VIRTIO_BASE + (unsigned)node * VIRTIO_STRIDE;
    return true;
}

unsigned fdt_irq(int node)
{
    if (node == NODE_DISK)
        return QDISK_IRQ;
    return VIRTIO_IRQ + (unsigned)node;
}

int register_block_device(struct block_device *bdev)
{
    BUG_ON(nr_disks == MAX_DISKS);
    disks[nr_disks++] = bdev;
    return 0;
}

void bio_endio(struct bio *bio, int error)
{
    bio->error = error;
    bio->end_io(bio);
}

/* -- What the test calls -------------------------------------------------- */

unsigned stub_probe(const char *fdt)
{
    unsigned failed = 0;

    tree = fdt;
    store(PLIC_BASE + PLIC_CONTEXT, 0);
    for (const initcall_t *call = initcalls; call < initcalls_end; call++)
        failed += (*call)() != 0;
    return failed;
}

bool stub_poll(void)
{
    unsigned long claim = PLIC_BASE + PLIC_CONTEXT + 4;
    u32 irq = load(claim);

    if (!irq)
        return false;
    handlers[irq].handler(irq, handlers[irq].dev);
    store(claim, irq);
    return true;
}

struct page *stub_page(unsigned i, bool is_low)
{
    return &frames[(is_low ? LOW : HIGH) + i];
}

unsigned stub_bounces(void)
{
    return bounces;
}

__asm__(".section .text.start, \"ax\"\n"
        ".globl _start\n"
        "_start: la sp, stack_top\n"
        "la tp, stub_task\n"
        "call run_tests\n"
        "1: j 1b\n"
        ".text");
