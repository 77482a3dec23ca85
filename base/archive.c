/*
 * State as a stream of named fields: one visit saves, restores, hashes or
 * flips. A field in the stream is a 32-bit hash of its name, a 64-bit size
 * and its bytes.
 */
#include "base/archive.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/alloc.h"
#include "base/bits.h"

#define PAGE 4096

struct archive {
    enum archive_mode mode;
    char section[32];
    char error[160];
    uint64_t fields;

    uint8_t *out; /* SAVE */
    size_t out_size, out_capacity;

    const uint8_t *in; /* LOAD */
    size_t in_size, in_at;

    XXH3_state_t *hash; /* HASH */

    uint64_t flip_field; /* FLIP */
    unsigned flip_bit;
    char flipped[64];

    void (*show)(void *ctx, const char *section, const char *name,
                 const void *bytes, size_t size); /* SHOW */
    void *ctx;
};

static struct archive *new_archive(enum archive_mode mode)
{
    struct archive *a = alloc_zeroed(1, sizeof *a);

    a->mode = mode;
    return a;
}

struct archive *archive_new_save(void)
{
    return new_archive(ARCHIVE_SAVE);
}

struct archive *archive_new_load(const void *data, size_t size)
{
    struct archive *a = new_archive(ARCHIVE_LOAD);

    a->in = data;
    a->in_size = size;
    return a;
}

struct archive *archive_new_hash(void)
{
    struct archive *a = new_archive(ARCHIVE_HASH);

    a->hash = XXH3_createState();
    XXH3_64bits_reset(a->hash);
    return a;
}

struct archive *archive_new_flip(uint64_t field, unsigned bit)
{
    struct archive *a = new_archive(ARCHIVE_FLIP);

    a->flip_field = field;
    a->flip_bit = bit;
    return a;
}

struct archive *archive_new_show(void (*field)(void *ctx, const char *section,
                                               const char *name,
                                               const void *bytes, size_t size),
                                 void *ctx)
{
    struct archive *a = new_archive(ARCHIVE_SHOW);

    a->show = field;
    a->ctx = ctx;
    return a;
}

void archive_free(struct archive *a)
{
    if (!a)
        return;
    if (a->hash)
        XXH3_freeState(a->hash);
    free(a->out);
    free(a);
}

static void fail(struct archive *a, const char *name, const char *why)
{
    if (!a->error[0])
        snprintf(a->error, sizeof a->error, "%s: %s: %s", a->section, name,
                 why);
}

static void put(struct archive *a, const void *p, size_t size)
{
    if (a->out_size + size > a->out_capacity) {
        a->out_capacity = (a->out_size + size) * 2;
        a->out = alloc_resize(a->out, a->out_capacity, 1);
    }
    memcpy(a->out + a->out_size, p, size);
    a->out_size += size;
}

static bool get(struct archive *a, void *p, size_t size)
{
    if (size > a->in_size - a->in_at)
        return false;
    memcpy(p, a->in + a->in_at, size);
    a->in_at += size;
    return true;
}

struct header {
    uint32_t name;
    uint64_t size;
};

static struct header header_of(const char *name, size_t size)
{
    return (struct header){(uint32_t)XXH3_64bits(name, strlen(name)), size};
}

static void put_header(struct archive *a, const struct header *h)
{
    put(a, &h->name, sizeof h->name);
    put(a, &h->size, sizeof h->size);
}

static bool get_header(struct archive *a, const char *name,
                       const struct header *want)
{
    struct header h = {0, 0};

    if (!get(a, &h.name, sizeof h.name) || !get(a, &h.size, sizeof h.size)) {
        fail(a, name, "the file ends before this field");
        return false;
    }
    if (h.name != want->name || h.size != want->size) {
        fail(a, name,
             "another field stands here: the snapshot is of another "
             "machine or version");
        return false;
    }
    return true;
}

static void flip(struct archive *a, const char *name, uint8_t *p, size_t size)
{
    size_t at = a->flip_bit / 8 % size;

    if (a->fields != a->flip_field)
        return;
    p[at] = (uint8_t)(p[at] ^ 1u << a->flip_bit % 8);
    snprintf(a->flipped, sizeof a->flipped, "%s.%s", a->section, name);
}

static void visit(struct archive *a, const char *name, void *p, size_t size)
{
    struct header h;

    if (a->error[0] || !size)
        return;
    h = header_of(name, size);
    switch (a->mode) {
    case ARCHIVE_SAVE:
        put_header(a, &h);
        put(a, p, size);
        break;
    case ARCHIVE_LOAD:
        if (get_header(a, name, &h) && !get(a, p, size))
            fail(a, name, "the file ends within this field");
        break;
    case ARCHIVE_HASH:
        XXH3_64bits_update(a->hash, &h.name, sizeof h.name);
        XXH3_64bits_update(a->hash, p, size);
        break;
    case ARCHIVE_FLIP:
        flip(a, name, p, size);
        break;
    case ARCHIVE_SHOW:
        a->show(a->ctx, a->section, name, p, size);
        break;
    }
    a->fields++;
}

/* Sections are marks in a saved stream, and no fields. */
void archive_section(struct archive *a, const char *name)
{
    uint64_t mark = 0;

    snprintf(a->section, sizeof a->section, "%s", name);
    if (a->mode == ARCHIVE_SAVE || a->mode == ARCHIVE_LOAD) {
        visit(a, name, &mark, sizeof mark);
        a->fields--;
    }
}

void archive_u8(struct archive *a, const char *name, uint8_t *v)
{
    visit(a, name, v, sizeof *v);
}

void archive_u16(struct archive *a, const char *name, uint16_t *v)
{
    visit(a, name, v, sizeof *v);
}

void archive_u32(struct archive *a, const char *name, uint32_t *v)
{
    visit(a, name, v, sizeof *v);
}

void archive_u64(struct archive *a, const char *name, uint64_t *v)
{
    visit(a, name, v, sizeof *v);
}

/* A flipped or restored bool must be 0 or 1, so it travels as a byte. */
void archive_bool(struct archive *a, const char *name, bool *v)
{
    uint8_t byte = *v;

    visit(a, name, &byte, 1);
    if (a->mode == ARCHIVE_FLIP && byte != *v)
        *v = !*v;
    else if (a->mode == ARCHIVE_LOAD && !a->error[0])
        byte > 1 ? fail(a, name, "neither 0 nor 1") : (void)(*v = byte);
}

void archive_bytes(struct archive *a, const char *name, void *p, size_t size)
{
    visit(a, name, p, size);
}

static void save_pages(struct archive *a, const char *name, uint8_t *p,
                       size_t size)
{
    struct header h = header_of(name, size);
    uint64_t end = UINT64_MAX;

    put_header(a, &h);
    for (uint64_t at = 0; at < size; at += PAGE) {
        size_t n = size - at < PAGE ? size - at : PAGE;

        if (is_zeroed(p + at, n))
            continue;
        put(a, &at, sizeof at);
        put(a, p + at, n);
    }
    put(a, &end, sizeof end);
}

static void load_pages(struct archive *a, const char *name, uint8_t *p,
                       size_t size)
{
    struct header h = header_of(name, size);
    uint64_t at, next = 0;

    if (!get_header(a, name, &h))
        return;
    memset(p, 0, size);
    while (get(a, &at, sizeof at)) {
        if (at == UINT64_MAX)
            return;
        if (at < next || at >= size || at % PAGE) {
            fail(a, name, "pages out of order or out of range");
            return;
        }
        if (!get(a, p + at, size - at < PAGE ? size - at : PAGE))
            break;
        next = at + PAGE;
    }
    fail(a, name, "the file ends within this field");
}

void archive_pages(struct archive *a, const char *name, void *p, size_t size)
{
    if (a->error[0] || !size)
        return;
    if (a->mode == ARCHIVE_SAVE)
        save_pages(a, name, p, size);
    else if (a->mode == ARCHIVE_LOAD)
        load_pages(a, name, p, size);
    else {
        visit(a, name, p, size);
        return;
    }
    a->fields++;
}

void archive_same_u64(struct archive *a, const char *name, uint64_t here)
{
    uint64_t there = here;
    char why[96];

    visit(a, name, &there, sizeof there);
    if (there == here || a->error[0])
        return;
    snprintf(why, sizeof why,
             "the snapshot is of a machine with %" PRIu64
             ", and this one has %" PRIu64,
             there, here);
    fail(a, name, why);
}

void archive_same_bytes(struct archive *a, const char *name, const void *p,
                        size_t size)
{
    const uint64_t here = XXH3_64bits(p, size);
    uint64_t there = here;

    visit(a, name, &there, sizeof there);
    if (there != here)
        fail(a, name, "the snapshot is of a machine with another");
}

void archive_check(struct archive *a, bool ok, const char *what)
{
    if (a->mode == ARCHIVE_LOAD && !ok)
        fail(a, what, "impossible value");
}

bool archive_is_loading(const struct archive *a)
{
    return a->mode == ARCHIVE_LOAD;
}

bool archive_is_hashing(const struct archive *a)
{
    return a->mode == ARCHIVE_HASH;
}

bool archive_may_change(const struct archive *a)
{
    return a->mode == ARCHIVE_LOAD || a->mode == ARCHIVE_FLIP;
}

bool archive_is_stored(const struct archive *a)
{
    return a->mode == ARCHIVE_SAVE || a->mode == ARCHIVE_LOAD ||
           a->mode == ARCHIVE_SHOW;
}

const char *archive_error(const struct archive *a)
{
    return a->error[0] ? a->error : NULL;
}

const void *archive_data(const struct archive *a, size_t *size)
{
    *size = a->out_size;
    return a->out;
}

uint64_t archive_digest(struct archive *a)
{
    return XXH3_64bits_digest(a->hash);
}

uint64_t archive_fields(const struct archive *a)
{
    return a->fields;
}

const char *archive_flipped(const struct archive *a)
{
    return a->flipped[0] ? a->flipped : NULL;
}
