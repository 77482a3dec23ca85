/*
 * Writes the lines of the access trace.
 */
#include "mmu/trace.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"

#define BUFFER_BYTES ((size_t)1 << 20)
/* No line is longer: nine fields, of at most 20 characters and a blank. */
#define LINE_BYTES 200

struct trace {
    int fd;
    int error; /* errno of a write that failed */
    char *at;  /* where the next line goes */
    char *full;
    char buffer[BUFFER_BYTES];
};

struct trace *trace_new(int fd)
{
    struct trace *t = alloc_zeroed(1, sizeof *t);

    t->fd = fd;
    t->at = t->buffer;
    t->full = t->buffer + BUFFER_BYTES - LINE_BYTES;
    return t;
}

static void flush(struct trace *t)
{
    const char *from = t->buffer;

    while (from < t->at && !t->error) {
        ssize_t n = write(t->fd, from, (size_t)(t->at - from));

        if (n > 0)
            from += n;
        else if (n < 0 && errno != EINTR)
            t->error = errno;
    }
    t->at = t->buffer;
}

int trace_close(struct trace *t)
{
    int error;

    if (!t)
        return 0;
    flush(t);
    if (close(t->fd) < 0 && !t->error)
        t->error = errno;
    error = t->error;
    free(t);
    return error;
}

int trace_error(const struct trace *t)
{
    return t->error;
}

/* ---- the parts of a line ---- */

static char *begin(struct trace *t, char kind)
{
    if (t->at > t->full)
        flush(t);
    t->at[0] = kind;
    return t->at + 1;
}

static void end(struct trace *t, char *p)
{
    *p++ = '\n';
    t->at = p;
}

static ALWAYS_INLINE char *put_none(char *p)
{
    p[0] = ' ';
    p[1] = '-';
    return p + 2;
}

static ALWAYS_INLINE char *put_char(char *p, char c)
{
    p[0] = ' ';
    p[1] = c;
    return p + 2;
}

static ALWAYS_INLINE char *put_hex(char *p, uint64_t value)
{
    unsigned n = (67 - (unsigned)__builtin_clzll(value | 1)) / 4;

    *p++ = ' ';
    for (unsigned i = n; i-- > 0; value >>= 4)
        p[i] = "0123456789abcdef"[value & 15];
    return p + n;
}

static ALWAYS_INLINE char *put_decimal(char *p, uint64_t value)
{
    char digits[20];
    unsigned n = 0;

    do
        digits[n++] = (char)('0' + value % 10);
    while (value /= 10);
    *p++ = ' ';
    while (n)
        *p++ = digits[--n];
    return p;
}

static char *put_text(char *p, const char *text)
{
    size_t n = strlen(text);

    *p++ = ' ';
    memcpy(p, text, n);
    return p + n;
}

static char *put_optional_hex(char *p, bool is_there, uint64_t value)
{
    return is_there ? put_hex(p, value) : put_none(p);
}

static char *put_leaf(char *p, const struct trace_access *a)
{
    if (!a->is_translated || !a->has_leaf)
        return put_none(put_none(p));
    p = put_char(p, (char)('0' + a->level));
    return put_char(p, a->is_global ? '1' : '0');
}

/* ---- lines ---- */

void trace_access(struct trace *t, char kind, const struct trace_access *a)
{
    char *p = begin(t, kind);

    p = put_decimal(p, a->hart);
    p = put_optional_hex(p, a->is_translated, a->va);
    p = put_hex(p, a->pa);
    p = put_decimal(p, a->size);
    p = put_optional_hex(p, a->is_translated, a->asid);
    end(t, put_leaf(p, a));
}

void trace_refused(struct trace *t, char kind, const struct trace_access *a)
{
    char *p = put_char(begin(t, 'x'), kind);

    p = put_decimal(p, a->hart);
    p = put_hex(p, a->va);
    p = put_hex(p, a->asid);
    end(t, put_leaf(p, a));
}

void trace_walk(struct trace *t, char kind, const struct trace_access *a)
{
    char *p = begin(t, kind);

    p = put_decimal(p, a->hart);
    p = put_hex(p, a->va);
    p = put_hex(p, a->pa);
    p = put_decimal(p, a->size);
    p = put_hex(p, a->asid);
    p = put_char(p, (char)('0' + a->level));
    end(t, put_none(p));
}

void trace_dma(struct trace *t, bool is_write, uint64_t pa, uint64_t size)
{
    char *p = put_none(put_none(begin(t, is_write ? 'D' : 'd')));

    p = put_decimal(put_hex(p, pa), size);
    end(t, put_none(put_none(put_none(p))));
}

static char *put_or_all(char *p, bool is_there, uint64_t value)
{
    return is_there ? put_hex(p, value) : put_char(p, '*');
}

void trace_sfence(struct trace *t, unsigned hart, bool has_va, uint64_t va,
                  bool has_asid, uint64_t asid)
{
    char *p = put_decimal(begin(t, 'f'), hart);

    end(t, put_or_all(put_or_all(p, has_va, va), has_asid, asid));
}

void trace_fence_i(struct trace *t, unsigned hart)
{
    end(t, put_decimal(begin(t, 'I'), hart));
}

void trace_satp(struct trace *t, unsigned hart, uint64_t satp)
{
    end(t, put_hex(put_decimal(begin(t, 's'), hart), satp));
}

void trace_cbo(struct trace *t, unsigned hart, const char *op, uint64_t pa)
{
    end(t, put_hex(put_text(put_decimal(begin(t, 'z'), hart), op), pa));
}

void trace_models(struct trace *t, bool are_on)
{
    end(t, put_text(begin(t, 'm'), are_on ? "on" : "off"));
}
