/*
 * In which fields two machines differ.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/bits.h"
#include "tests/lockstep.h"

#define MOST_BYTES 8 /* places that are shown of a large field */

/* A field as the first machine has it; the second's are compared in order. */
struct field {
    char section[32], name[48];
    uint8_t *bytes;
    size_t size;
};

struct fields {
    struct field *field;
    size_t n, at;
    unsigned n_different;
};

static void note(void *ctx, const char *section, const char *name,
                 const void *bytes, size_t size)
{
    struct fields *all = ctx;
    struct field *f;

    if (all->n % 1024 == 0)
        all->field = alloc_resize(all->field, all->n + 1024, sizeof *f);
    f = &all->field[all->n++];
    snprintf(f->section, sizeof f->section, "%s", section);
    snprintf(f->name, sizeof f->name, "%s", name);
    f->bytes = alloc_zeroed(size, 1);
    f->size = size;
    memcpy(f->bytes, bytes, size);
}

static void print_places(const struct field *f, const uint8_t *other)
{
    unsigned n = 0;

    for (size_t at = 0; at + 8 <= f->size; at += 8) {
        if (!memcmp(f->bytes + at, other + at, 8))
            continue;
        if (n++ < MOST_BYTES)
            printf("  %s.%s[0x%zx]: %016" PRIx64 ", %016" PRIx64 "\n",
                   f->section, f->name, at, load_le(f->bytes + at, 8),
                   load_le(other + at, 8));
    }
    if (n > MOST_BYTES)
        printf("  %s.%s: %u more places\n", f->section, f->name,
               n - MOST_BYTES);
}

static void compare(void *ctx, const char *section, const char *name,
                    const void *bytes, size_t size)
{
    struct fields *all = ctx;
    const struct field *f = &all->field[all->at++];

    if (all->at > all->n || f->size != size || strcmp(f->name, name)) {
        printf("  %s.%s: not a field of both\n", section, name);
        all->n_different++;
        return;
    }
    if (!memcmp(f->bytes, bytes, size))
        return;
    all->n_different++;
    if (size <= 8)
        printf("  %s.%s: 0x%" PRIx64 ", 0x%" PRIx64 "\n", section, name,
               load_le(f->bytes, (unsigned)size),
               load_le(bytes, (unsigned)size));
    else
        print_places(f, bytes);
}

unsigned print_differing_fields(struct pair *p)
{
    struct fields all = {0};
    struct archive *a = archive_new_show(note, &all);
    struct archive *b = archive_new_show(compare, &all);

    machine_archive(p->side[SIDE_A].m, a);
    machine_archive(p->side[SIDE_B].m, b);
    archive_free(a);
    archive_free(b);
    for (size_t i = 0; i < all.n; i++)
        free(all.field[i].bytes);
    free(all.field);
    return all.n_different;
}
