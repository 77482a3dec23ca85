/*
 * State as a stream of named fields. Each module that has state has one
 * function that visits all of it; the same visit saves, restores, hashes or
 * flips, so these can never disagree about what the state is.
 *
 * A restored stream is hostile input: a wrong name, size or value marks the
 * archive as failed, after which every visit does nothing; the first message
 * is kept. Who restores validates with archive_check what the types cannot.
 */
#ifndef QUIRE_BASE_ARCHIVE_H
#define QUIRE_BASE_ARCHIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

enum archive_mode {
    ARCHIVE_SAVE, /* into memory that the archive owns */
    ARCHIVE_LOAD, /* from memory that the caller keeps */
    ARCHIVE_HASH, /* into 64 bits */
    ARCHIVE_FLIP, /* inverts one bit of one field, for tests of the hash */
    ARCHIVE_SHOW, /* tells of each field, for who compares two states */
};

struct archive;

struct archive *archive_new_save(void);
struct archive *archive_new_load(const void *data, size_t size);
struct archive *archive_new_hash(void);
/* Flips bit `bit` (modulo the field's width) of field number `field`, counted
 * from 0 over all fields visited. */
struct archive *archive_new_flip(uint64_t field, unsigned bit);
/* Calls `field` for each field, those that a hash leaves out too. The text and
 * the bytes are there during the call only. */
struct archive *archive_new_show(void (*field)(void *ctx, const char *section,
                                               const char *name,
                                               const void *bytes, size_t size),
                                 void *ctx);
void archive_free(struct archive *a);

/* Starts a part of the stream; names nest by convention: "hart0", "uart". */
void archive_section(struct archive *a, const char *name);
void archive_u8(struct archive *a, const char *name, uint8_t *v);
void archive_u16(struct archive *a, const char *name, uint16_t *v);
void archive_u32(struct archive *a, const char *name, uint32_t *v);
void archive_u64(struct archive *a, const char *name, uint64_t *v);
void archive_bool(struct archive *a, const char *name, bool *v);
void archive_bytes(struct archive *a, const char *name, void *p, size_t size);
/* Like archive_bytes for large, mostly zero memory: saved by non-zero page. */
void archive_pages(struct archive *a, const char *name, void *p, size_t size);

/* SAVE, LOAD and SHOW: what both sides must have in common and is no state, a
 * number or bytes (a digest travels). `name` tells the user which. */
void archive_same_u64(struct archive *a, const char *name, uint64_t here);
void archive_same_bytes(struct archive *a, const char *name, const void *p,
                        size_t size);

/* Fails a restore unless `ok`; `what` names the field or the rule. */
void archive_check(struct archive *a, bool ok, const char *what);

bool archive_is_loading(const struct archive *a);
bool archive_is_hashing(const struct archive *a);
/* LOAD and FLIP: fields may not be afterwards what they were. */
bool archive_may_change(const struct archive *a);
/* SAVE, LOAD and SHOW: for what a digest among the fields stands for
 * otherwise. */
bool archive_is_stored(const struct archive *a);
/* NULL, or why the restore failed. */
const char *archive_error(const struct archive *a);
/* SAVE: the stream so far, owned by the archive. */
const void *archive_data(const struct archive *a, size_t *size);
/* HASH: over all fields, their names and order. */
uint64_t archive_digest(struct archive *a);
/* How many fields were visited; FLIP: the name of the one that was flipped,
 * or NULL if there were not so many. */
uint64_t archive_fields(const struct archive *a);
const char *archive_flipped(const struct archive *a);

#endif
