/*
 * malloc as the texts describe it: small blocks from the heap that brk
 * grows, blocks of 128 KiB and more each from their own mapping. A header
 * stands before each block; a free block also has its size at its end (a
 * boundary tag), so that neighbours merge at free in constant time.
 *
 *     heap block:   [ size | flags ][ payload ............... ]
 *     when free:    [ size | flags ][ next ][ prev ] ... [ size ]
 *     mapped block: [ size | MAPPED ][ payload ............... ]
 *
 * Sizes are multiples of 16 and count the header. Headers stand at 8 mod 16,
 * so that payloads are 16-aligned. flags: IN_USE, this block is in
 * use; PREV_IN_USE, so is the one before it; MAPPED.
 * Not thread-safe: our programs have one thread.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define IN_USE 1u
#define PREV_IN_USE 2u
#define MAPPED 4u
#define FLAGS 15u

#define HEADER 8u
#define SMALLEST 32u
#define MMAP_THRESHOLD (128u << 10)
#define TOP_PAD (64u << 10)
#define TRIM_THRESHOLD (128u << 10)
#define PAGE 4096u

struct block {
    uint32_t size; /* with FLAGS in its low bits */
    uint32_t pad;  /* keeps payloads 16-aligned */
    struct block *next, *prev; /* while free */
};

static struct block free_list = {0, 0, &free_list, &free_list};
static char *heap_start, *heap_end; /* heap_end: the sentinel's header */

static uint32_t size_of(const struct block *b)
{
    return b->size & ~FLAGS;
}

static struct block *after(struct block *b)
{
    return (struct block *)((char *)b + size_of(b));
}

static void *payload(struct block *b)
{
    return (char *)b + HEADER;
}

static struct block *block_of(void *p)
{
    return (struct block *)((char *)p - HEADER);
}

static void list_remove(struct block *b)
{
    b->prev->next = b->next;
    b->next->prev = b->prev;
}

static void list_insert(struct block *b)
{
    b->next = free_list.next;
    b->prev = &free_list;
    b->next->prev = b;
    free_list.next = b;
}

/* Marks b free with its boundary tag, and tells the block after it. */
static void set_free(struct block *b, uint32_t size, uint32_t prev_flag)
{
    struct block *next;

    b->size = size | prev_flag;
    next = after(b);
    *((uint32_t *)next - 1) = size;
    next->size &= ~PREV_IN_USE;
}

static struct block *merge(struct block *b)
{
    struct block *next = after(b);
    uint32_t size = size_of(b);

    if (!(next->size & IN_USE)) {
        list_remove(next);
        size += size_of(next);
    }
    if (!(b->size & PREV_IN_USE)) {
        b = (struct block *)((char *)b - *((uint32_t *)b - 1));
        list_remove(b);
        size += size_of(b);
    }
    set_free(b, size, b->size & PREV_IN_USE);
    list_insert(b);
    return b;
}

/* The heap's end is a block of no size, always in use. */
static struct block *sentinel(void)
{
    return (struct block *)heap_end;
}

static int heap_begin(void)
{
    uintptr_t end = (uintptr_t)sbrk(0);
    uintptr_t first = (end + 15) / 16 * 16 + 8;

    if (sbrk((ptrdiff_t)(first + HEADER + 8 - end)) == (void *)-1)
        return -1;
    heap_start = heap_end = (char *)first;
    sentinel()->size = IN_USE | PREV_IN_USE;
    return 0;
}

/* Adds a free block of at least `size` bytes at the heap's end. */
static int heap_grow(uint32_t size)
{
    struct block *b;
    uint32_t prev_flag;

    if (!heap_start && heap_begin() < 0)
        return -1;
    size = (size + TOP_PAD + PAGE - 1) & ~(PAGE - 1);
    if (sbrk((ptrdiff_t)size) == (void *)-1)
        return -1;
    b = sentinel();
    prev_flag = b->size & PREV_IN_USE;
    heap_end += size;
    sentinel()->size = IN_USE;
    set_free(b, size, prev_flag);
    merge(b);
    return 0;
}

/* Gives the heap's free end back when it has grown large. */
static void heap_trim(struct block *b)
{
    uint32_t give;

    if ((char *)after(b) != heap_end || size_of(b) < TRIM_THRESHOLD)
        return;
    give = (size_of(b) - TOP_PAD) & ~(PAGE - 1);
    heap_end -= give;
    sentinel()->size = IN_USE;
    set_free(b, size_of(b) - give, b->size & PREV_IN_USE);
    sbrk(-(ptrdiff_t)give);
}

/* Cuts `size` bytes off a free block and marks them used. */
static void *take(struct block *b, uint32_t size)
{
    uint32_t rest = size_of(b) - size, prev_flag = b->size & PREV_IN_USE;

    list_remove(b);
    if (rest < SMALLEST) {
        b->size |= IN_USE;
        after(b)->size |= PREV_IN_USE;
        return payload(b);
    }
    b->size = size | IN_USE | prev_flag;
    set_free(after(b), rest, PREV_IN_USE);
    list_insert(after(b));
    return payload(b);
}

static void *map_block(size_t size)
{
    size_t bytes = (size + 16 + PAGE - 1) & ~(size_t)(PAGE - 1);
    char *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct block *b = (struct block *)(p + 8);

    if (p == MAP_FAILED)
        return NULL;
    b->size = (uint32_t)bytes | MAPPED | IN_USE;
    return payload(b);
}

void *malloc(size_t size)
{
    uint32_t need;

    if (size > PTRDIFF_MAX - 2 * PAGE) {
        errno = ENOMEM;
        return NULL;
    }
    if (size >= MMAP_THRESHOLD)
        return map_block(size);
    need = ((uint32_t)size + HEADER + 15) & ~15u;
    if (need < SMALLEST)
        need = SMALLEST;
    for (;;) {
        for (struct block *b = free_list.next; b != &free_list; b = b->next)
            if (size_of(b) >= need)
                return take(b, need);
        if (heap_grow(need) < 0) {
            errno = ENOMEM;
            return NULL;
        }
    }
}

void free(void *p)
{
    struct block *b;

    if (!p)
        return;
    b = block_of(p);
    if (b->size & MAPPED) {
        munmap((char *)b - 8, size_of(b));
        return;
    }
    if (!(b->size & IN_USE)) {
        static const char message[] = "free(): double free detected\n";

        write(2, message, sizeof message - 1);
        abort();
    }
    set_free(b, size_of(b), b->size & PREV_IN_USE);
    heap_trim(merge(b));
}

void *calloc(size_t count, size_t size)
{
    size_t bytes;
    void *p;

    if (__builtin_mul_overflow(count, size, &bytes)) {
        errno = ENOMEM;
        return NULL;
    }
    /* A fresh mapping is zero already. */
    if (bytes >= MMAP_THRESHOLD)
        return malloc(bytes);
    p = malloc(bytes);
    return p ? memset(p, 0, bytes) : NULL;
}

static size_t usable(void *p)
{
    struct block *b = block_of(p);

    return size_of(b) - (b->size & MAPPED ? 16 : HEADER);
}

void *realloc(void *p, size_t size)
{
    void *q;

    if (!p)
        return malloc(size);
    if (size <= usable(p) && size >= usable(p) / 2)
        return p;
    q = malloc(size);
    if (!q)
        return NULL;
    memcpy(q, p, size < usable(p) ? size : usable(p));
    free(p);
    return q;
}
