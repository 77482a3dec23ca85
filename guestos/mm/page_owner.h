/*
 * Who took each frame, for those who look for a leak: kept if the kernel is
 * started with page_owner=on. Then per-CPU lists are off, so that every
 * allocation passes by here.
 */
#ifndef QUIRE_GUESTOS_MM_PAGE_OWNER_H
#define QUIRE_GUESTOS_MM_PAGE_OWNER_H

#include "internal.h"

extern bool page_owner_enabled;

/* At boot, after mem_map: memory for the records. */
void page_owner_init(void);
void __set_page_owner(struct page *page, unsigned int order, gfp_t gfp,
                      unsigned long caller);
void __reset_page_owner(struct page *page, unsigned int order);
void __split_page_owner(struct page *page, unsigned int order);
void __copy_page_owner(struct page *to, struct page *from);
/* The type that the frame was allocated as, or -1: it is free, or nothing is
 * known of it. */
int page_owner_migratetype(const struct page *page);

static inline void set_page_owner(struct page *page, unsigned int order,
                                  gfp_t gfp, unsigned long caller)
{
    if (unlikely(page_owner_enabled))
        __set_page_owner(page, order, gfp, caller);
}

static inline void reset_page_owner(struct page *page, unsigned int order)
{
    if (unlikely(page_owner_enabled))
        __reset_page_owner(page, order);
}

static inline void split_page_owner(struct page *page, unsigned int order)
{
    if (unlikely(page_owner_enabled))
        __split_page_owner(page, order);
}

/* The page has moved: its new frame was taken by who took the old one. */
static inline void copy_page_owner(struct page *to, struct page *from)
{
    if (unlikely(page_owner_enabled))
        __copy_page_owner(to, from);
}

#endif
