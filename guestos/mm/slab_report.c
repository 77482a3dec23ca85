/*
 * What debugging finds in slabs, told in Linux's words. Owns is_tainted.
 * Mirrors Linux's slab_bug, print_trailer, print_track, print_hex_dump.
 */
#include "jiffies.h"
#include "kernel.h"
#include "slab_debug.h"
#include "string.h"

#define LINE 16u

static bool is_tainted; /* TAINT_BAD_PAGE; goes on once and for all */

void slab_bug(struct kmem_cache *s, const char *format, ...)
{
    char text[128];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    pr_err("======================================"
           "=======================================\n");
    pr_err("BUG %s (%s): %s\n", s->name,
           is_tainted ? "Tainted: G    B            " : "Not tainted", text);
    pr_err("--------------------------------------"
           "---------------------------------------\n\n");
    is_tainted = true;
}

void slab_fix(struct kmem_cache *s, const char *format, ...)
{
    char text[128];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    pr_err("FIX %s: %s\n", s->name, text);
}

static void print_section(const char *title, const void *start, size_t n)
{
    const unsigned char *p = start;

    for (size_t at = 0; at < n; at += LINE) {
        char hex[3 * LINE + 1], text[LINE + 1];
        size_t used = 0, i;

        for (i = 0; i < LINE && at + i < n; i++) {
            unsigned char c = p[at + i];

            used +=
                (size_t)scnprintf(hex + used, sizeof hex - used, "%02x ", c);
            text[i] = (char)(c >= ' ' && c <= '~' ? c : '.');
        }
        text[i] = 0;
        pr_err("%s%p: %-48s %s\n", title, (const void *)(p + at), hex, text);
    }
}

static void print_track(const char *what, const struct track *track)
{
    if (track->addr)
        pr_err("%s in 0x%lx age=%lu cpu=%u pid=%d\n", what, track->addr,
               jiffies - track->when, track->cpu, track->pid);
}

void print_tracking(struct kmem_cache *s, void *object)
{
    if (!(s->flags & SLAB_STORE_USER))
        return;
    print_track("Allocated", slab_track(s, object, TRACK_ALLOC));
    print_track("Freed", slab_track(s, object, TRACK_FREE));
}

static void print_page_info(struct kmem_cache *s, struct page *page)
{
    pr_err("Slab 0x%p objects=%u used=%u fp=0x%p flags=0x%lx\n", (void *)page,
           slab_objects(s, page), page->inuse, page->freelist, page->flags);
}

static void *link_of(struct kmem_cache *s, void *object)
{
    return slab_ops.links_objects
               ? *(void **)(void *)((char *)object + s->offset)
               : NULL;
}

void print_trailer(struct kmem_cache *s, struct page *page, void *object)
{
    char *p = object, *base = page_address(page);
    unsigned int end = slab_info_end(s);

    print_tracking(s, object);
    print_page_info(s, page);
    pr_err("Object 0x%p @offset=%lu fp=0x%p\n\n", object,
           (unsigned long)(p - base), link_of(s, object));
    if (s->flags & SLAB_RED_ZONE)
        print_section("Redzone  ", p - s->red_left_pad, s->red_left_pad);
    else if (p > base + LINE)
        print_section("Bytes b4 ", p - LINE, LINE);
    print_section("Object   ", p, min(s->object_size, (unsigned)PAGE_SIZE));
    if (s->flags & SLAB_RED_ZONE)
        print_section("Redzone  ", p + s->object_size,
                      s->inuse - s->object_size);
    if (s->flags & SLAB_STORE_USER)
        end += NR_TRACK_ITEMS * (unsigned int)sizeof(struct track);
    if (end != slab_size_from_object(s))
        print_section("Padding  ", p + end, slab_size_from_object(s) - end);
}

void object_err(struct kmem_cache *s, struct page *page, void *object,
                const char *reason)
{
    slab_bug(s, "%s", reason);
    if (slab_has_object(s, page, object))
        print_trailer(s, page, object);
    else
        print_page_info(s, page);
}

void slab_err(struct kmem_cache *s, struct page *page, const char *format, ...)
{
    char text[128];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    slab_bug(s, "%s", text);
    print_page_info(s, page);
}

void slab_trace(struct kmem_cache *s, struct page *page, void *object,
                bool is_alloc)
{
    if (!(s->flags & SLAB_TRACE))
        return;
    pr_info("TRACE %s %s 0x%p inuse=%d fp=0x%p\n", s->name,
            is_alloc ? "alloc" : "free", object, page->inuse, page->freelist);
    if (!is_alloc)
        print_section("Object   ", object, s->object_size);
}
