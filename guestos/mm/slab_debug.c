/*
 * Finding misuse of objects. With everything on, an object looks like this:
 *
 *      red zone | object .......... red zone | link | alloc, free | padding
 *        0xbb     0x6b ... 0xa5       0xbb            who did it    0x5a
 *
 * Red zones are 0xcc while the object is in use; a free object is poisoned,
 * so whoever writes to it is found when it is next looked at. Mirrors Linux's
 * init_object, check_object, alloc_debug_processing, free_debug_processing;
 * what is reported and mended, and how, is Linux's.
 */
#include "slab_debug.h"

#include "init.h"
#include "jiffies.h"
#include "kernel.h"
#include "string.h"

static const char *debug_option; /* set at boot; NULL: nothing is asked for */
static bool keeps_order;

static slab_flags_t flag_of(char letter)
{
    switch (letter | 0x20) { /* small or capital */
    case 'f':
        return SLAB_CONSISTENCY_CHECKS;
    case 'z':
        return SLAB_RED_ZONE;
    case 'p':
        return SLAB_POISON;
    case 'u':
        return SLAB_STORE_USER;
    case 't':
        return SLAB_TRACE;
    default:
        return 0;
    }
}

/* Keeps the option for slab_debug_flags; here its letters are looked at. */
static int slub_debug_setup(const char *value)
{
    bool is_name = false;

    debug_option = value;
    for (const char *at = value; *at; at++) {
        if (*at == ',' || *at == ';')
            is_name = *at == ',';
        else if (is_name || *at == '-' || flag_of(*at))
            continue;
        else if (*at == 'o' || *at == 'O')
            keeps_order = true;
        else
            pr_err("slub_debug option '%c' unknown. skipped\n", *at);
    }
    return 0;
}
early_param("slub_debug", slub_debug_setup);

bool slab_debug_keeps_order(void)
{
    return keeps_order;
}

/* Of a block's letters; *at moves to what follows them. */
static slab_flags_t block_flags(const char **at)
{
    slab_flags_t flags = **at == ',' ? SLAB_DEBUG_DEFAULT : 0;

    for (; **at && **at != ',' && **at != ';'; ++*at)
        flags = **at == '-' ? 0 : flags | flag_of(**at);
    return flags;
}

/* Whether the list "a,b*,c" up to ';' has the name. */
static bool lists_name(const char *list, const char *name)
{
    while (*list && *list != ';') {
        size_t n = 0;

        while (list[n] && list[n] != ',' && list[n] != ';')
            n++;
        if (n && list[n - 1] == '*'
                ? strncmp(name, list, n - 1) == 0
                : strlen(name) == n && strncmp(name, list, n) == 0)
            return true;
        list += n + (list[n] == ',');
    }
    return false;
}

/* "FZ,cache;P,other": what names the cache counts before what names none. */
slab_flags_t slab_debug_flags(const char *name, slab_flags_t flags)
{
    slab_flags_t all = 0;

    for (const char *at = debug_option; at && *at;) {
        slab_flags_t block;

        if (*at == ';') {
            at++;
            continue;
        }
        block = block_flags(&at);
        if (*at != ',')
            all = block;
        else if (lists_name(at + 1, name))
            return flags | block;
        while (*at && *at != ';')
            at++;
    }
    if (debug_option && !*debug_option)
        all = SLAB_DEBUG_DEFAULT;
    return flags | all;
}

unsigned int slab_info_end(const struct kmem_cache *s)
{
    return s->offset >= s->inuse ? s->inuse + (unsigned int)sizeof(void *)
                                 : s->inuse;
}

unsigned int slab_size_from_object(const struct kmem_cache *s)
{
    return s->size - s->red_left_pad;
}

struct track *slab_track(struct kmem_cache *s, void *object,
                         enum track_item item)
{
    return (struct track *)(void *)((char *)object + slab_info_end(s)) + item;
}

static void set_track(struct kmem_cache *s, void *object, enum track_item item,
                      unsigned long addr)
{
    if (!(s->flags & SLAB_STORE_USER))
        return;
    *slab_track(s, object, item) = (struct track){
        .addr = addr,
        .cpu = slab_cpu(),
        .pid = current->pid,
        .when = jiffies,
    };
}

static void init_object(struct kmem_cache *s, void *object, int red)
{
    char *p = object;

    if (s->flags & SLAB_RED_ZONE) {
        memset(p - s->red_left_pad, red, s->red_left_pad);
        memset(p + s->object_size, red, s->inuse - s->object_size);
    }
    if (s->flags & __OBJECT_POISON) {
        memset(p, POISON_FREE, s->object_size - 1);
        p[s->object_size - 1] = (char)POISON_END;
    }
}

/* Of the slab, without what SLAB keeps at its end. */
static size_t slab_bytes(const struct kmem_cache *s, const struct page *page)
{
    size_t bytes = (size_t)PAGE_SIZE << compound_order(page);

    return s->freelist_cache ? bytes : bytes - s->freelist_size;
}

void slab_debug_init(struct kmem_cache *s, struct page *page)
{
    char *start = slab_ops.start(page);

    if (s->flags & SLAB_POISON)
        memset(start, POISON_INUSE,
               slab_bytes(s, page) -
                   (size_t)(start - (char *)page_address(page)));
    for (unsigned int i = 0; i < slab_objects(s, page); i++) {
        char *object = start + i * s->size + s->red_left_pad;

        init_object(s, object, SLUB_RED_INACTIVE);
        if (s->flags & SLAB_STORE_USER)
            memset(slab_track(s, object, TRACK_ALLOC), 0,
                   NR_TRACK_ITEMS * sizeof(struct track));
    }
}

bool slab_has_object(struct kmem_cache *s, struct page *page,
                     const void *object)
{
    const char *start = slab_ops.start(page);
    const char *p = (const char *)object - s->red_left_pad;

    return p >= start && p < start + slab_objects(s, page) * s->size &&
           (size_t)(p - start) % s->size == 0;
}

/* Mends what is not `value`; false and a report when there is such. */
static bool check_bytes(struct kmem_cache *s, struct page *page, void *object,
                        const char *what, char *start, int value, size_t n)
{
    unsigned char *from = (unsigned char *)start, *end = from + n;
    char *base = page_address(page);

    while (from < end && *from == value)
        from++;
    if (from == end)
        return true;
    while (end[-1] == value)
        end--;
    slab_bug(s, "%s overwritten", what);
    pr_err("0x%p-0x%p @offset=%lu. First byte 0x%x instead of 0x%x\n",
           (void *)from, (void *)(end - 1),
           (unsigned long)((char *)from - base), *from, (unsigned int)value);
    print_trailer(s, page, object);
    slab_fix(s, "Restoring %s 0x%p-0x%p=0x%x", what, (void *)from,
             (void *)(end - 1), (unsigned int)value);
    memset(from, value, (size_t)(end - from));
    return false;
}

static bool check_object_padding(struct kmem_cache *s, struct page *page,
                                 void *object)
{
    unsigned int end = slab_info_end(s);

    if (s->flags & SLAB_STORE_USER)
        end += NR_TRACK_ITEMS * (unsigned int)sizeof(struct track);
    return check_bytes(s, page, object, "Object padding", (char *)object + end,
                       POISON_INUSE, slab_size_from_object(s) - end);
}

static bool check_link(struct kmem_cache *s, struct page *page, void *object)
{
    void **link = (void **)(void *)((char *)object + s->offset);

    if (!slab_ops.links_objects || !*link || slab_has_object(s, page, *link))
        return true;
    object_err(s, page, object, "Freepointer corrupt");
    *link = NULL; /* what hung on it is lost */
    return false;
}

static bool check_object(struct kmem_cache *s, struct page *page, void *object,
                         int red)
{
    bool is_free = red == SLUB_RED_INACTIVE;
    char *p = object, *end = p + s->object_size;

    if (s->flags & SLAB_RED_ZONE) {
        if (!check_bytes(s, page, object, "Left Redzone", p - s->red_left_pad,
                         red, s->red_left_pad) ||
            !check_bytes(s, page, object, "Right Redzone", end, red,
                         s->inuse - s->object_size))
            return false;
    } else if (s->flags & SLAB_POISON &&
               !check_bytes(s, page, object, "Alignment padding", end,
                            POISON_INUSE, s->inuse - s->object_size)) {
        return false;
    }
    if (s->flags & SLAB_POISON) {
        if (is_free && s->flags & __OBJECT_POISON &&
            (!check_bytes(s, page, object, "Poison", p, POISON_FREE,
                          s->object_size - 1) ||
             !check_bytes(s, page, object, "End Poison", end - 1, POISON_END,
                          1)))
            return false;
        if (!check_object_padding(s, page, object))
            return false;
    }
    return (!is_free && s->offset < s->inuse) || check_link(s, page, object);
}

/* The rest of the slab, behind its last object. */
static void check_slab_padding(struct kmem_cache *s, struct page *page)
{
    unsigned char *at =
        (unsigned char *)slab_ops.start(page) + slab_objects(s, page) * s->size;
    unsigned char *end =
        (unsigned char *)page_address(page) + slab_bytes(s, page);

    if (!(s->flags & SLAB_POISON))
        return;
    while (at < end && *at == POISON_INUSE)
        at++;
    if (at == end)
        return;
    slab_err(s, page, "Padding overwritten. 0x%p-0x%p @offset=%lu", (void *)at,
             (void *)(end - 1),
             (unsigned long)(at - (unsigned char *)page_address(page)));
    slab_fix(s, "Restoring slab padding 0x%p-0x%p=0x%x", (void *)at,
             (void *)(end - 1), POISON_INUSE);
    memset(at, POISON_INUSE, (size_t)(end - at));
}

bool alloc_debug_processing(struct kmem_cache *s, struct page *page,
                            void *object, unsigned long addr)
{
    if (s->flags & SLAB_CONSISTENCY_CHECKS) {
        check_slab_padding(s, page);
        if (!slab_has_object(s, page, object)) {
            object_err(s, page, object, "Freelist Pointer check fails");
            return false;
        }
        if (!check_object(s, page, object, SLUB_RED_INACTIVE)) {
            slab_fix(s, "Marking all objects used");
            return false;
        }
    }
    set_track(s, object, TRACK_ALLOC, addr);
    slab_trace(s, page, object, true);
    init_object(s, object, SLUB_RED_ACTIVE);
    return true;
}

static bool free_consistency_checks(struct kmem_cache *s, struct page *page,
                                    void *object)
{
    if (!slab_has_object(s, page, object)) {
        slab_err(s, page, "Invalid object pointer 0x%p", object);
        return false;
    }
    if (slab_ops.is_free(s, page, object)) {
        object_err(s, page, object, "Object already free");
        return false;
    }
    return check_object(s, page, object, SLUB_RED_ACTIVE);
}

bool free_debug_processing(struct kmem_cache *s, struct page *page,
                           void *object, unsigned long addr)
{
    if (s->flags & SLAB_CONSISTENCY_CHECKS) {
        check_slab_padding(s, page);
        if (!free_consistency_checks(s, page, object)) {
            slab_fix(s, "Object at 0x%p not freed", object);
            return false;
        }
    }
    set_track(s, object, TRACK_FREE, addr);
    slab_trace(s, page, object, false);
    init_object(s, object, SLUB_RED_INACTIVE);
    return true;
}

unsigned int slab_validate(struct kmem_cache *s, struct page *page)
{
    unsigned int wrong = 0;

    for (unsigned int i = 0; i < slab_objects(s, page); i++) {
        char *object =
            (char *)slab_ops.start(page) + i * s->size + s->red_left_pad;
        int red = slab_ops.is_free(s, page, object) ? SLUB_RED_INACTIVE
                                                    : SLUB_RED_ACTIVE;

        wrong += !check_object(s, page, object, red);
    }
    return wrong;
}
