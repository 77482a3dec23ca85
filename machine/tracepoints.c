/*
 * Notes in bytes, as the SystemTap SDT description has them:
 *
 *     4 name size | 4 descriptor size | 4 type 3 | "stapsdt\0" |
 *     pc, base, semaphore (an address each) |
 *     provider \0 name \0 operands \0 | up to a multiple of 4
 */
#include "machine/tracepoints.h"

#include <elf.h>
#include <gelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/bits.h"
#include "cpu/isa.h"

#define SECTION ".note.stapsdt"
#define BASE_SECTION ".stapsdt.base"
#define OWNER "stapsdt"
#define TYPE_SDT 3
#define HEADER_BYTES 12
#define NAMES_MAX 200 /* provider and name together */

/* ---- operands ---- */

/* "a0", or "x10"; moves *text behind it. */
static bool parse_register(const char **text, unsigned *reg)
{
    size_t n = strspn(*text, "abcdefghijklmnopqrstuvwxyz0123456789");
    char numbered[8];

    for (unsigned i = 0; i < 32; i++) {
        const char *name = isa_register_name(i);

        snprintf(numbered, sizeof numbered, "x%u", i);
        if ((strlen(name) == n && !strncmp(*text, name, n)) ||
            (strlen(numbered) == n && !strncmp(*text, numbered, n))) {
            *reg = i;
            *text += n;
            return true;
        }
    }
    return false;
}

static bool parse_number(const char **text, int64_t *value)
{
    char *end;

    if (!strchr("-0123456789", **text))
        return false;
    *value = strtoll(*text, &end, 0);
    if (end == *text)
        return false;
    *text = end;
    return true;
}

/* -4@a0: four bytes, signed, in register a0. */
static bool parse_operand(const char **text, struct trace_operand *o)
{
    int64_t size;

    *o = (struct trace_operand){.kind = OPERAND_REGISTER};
    if (!parse_number(text, &size) || *(*text)++ != '@')
        return false;
    if (size < -8 || size > 8)
        return false;
    o->is_signed = size < 0;
    o->size = (unsigned)(size < 0 ? -size : size);
    if (o->size != 1 && o->size != 2 && o->size != 4 && o->size != 8)
        return false;
    if (parse_register(text, &o->reg))
        return true;
    o->kind = OPERAND_CONSTANT;
    if (**text != '(' && !parse_number(text, &o->value))
        return false;
    if (**text != '(')
        return true;
    ++*text;
    o->kind = OPERAND_MEMORY;
    return parse_register(text, &o->reg) && *(*text)++ == ')';
}

bool tracepoint_parse(const char *text, struct tracepoint *t)
{
    t->n_arguments = 0;
    for (text += strspn(text, " "); *text; text += strspn(text, " ")) {
        if (t->n_arguments == TRACE_ARGUMENTS ||
            !parse_operand(&text, &t->arguments[t->n_arguments++]) ||
            (*text && *text != ' '))
            return false;
    }
    return true;
}

/* ---- notes ---- */

struct reader {
    const uint8_t *data;
    size_t len, at;
    unsigned word;     /* bytes of an address */
    uint64_t base;     /* where BASE_SECTION is now; 0: nowhere */
    const char *wrong; /* what is */
};

/* A string of printable characters that ends before `end`, or NULL. */
static const char *take_string(const struct reader *r, size_t *at, size_t end)
{
    const char *text = (const char *)r->data + *at;

    for (size_t i = *at; i < end; i++) {
        if (!r->data[i]) {
            *at = i + 1;
            return text;
        }
        if (r->data[i] < ' ' || r->data[i] > '~')
            break;
    }
    return NULL;
}

/* The descriptor in [at, end). */
static bool read_descriptor(struct reader *r, size_t at, size_t end,
                            struct tracepoint *t)
{
    const char *operands;
    uint64_t base;

    r->wrong = "is too short for its addresses";
    if (end - at < 3 * (size_t)r->word)
        return false;
    t->va = load_le(r->data + at, r->word);
    base = load_le(r->data + at + r->word, r->word);
    if (base && r->base)
        t->va += r->base - base;
    at += 3 * (size_t)r->word;
    t->provider = take_string(r, &at, end);
    t->name = t->provider ? take_string(r, &at, end) : NULL;
    operands = t->name ? take_string(r, &at, end) : NULL;
    r->wrong = "has no three strings";
    if (!operands || !*t->provider || !*t->name)
        return false;
    r->wrong = "has names that are too long";
    if (strlen(t->provider) + strlen(t->name) > NAMES_MAX)
        return false;
    r->wrong = "has operands that are none of RISC-V";
    return tracepoint_parse(operands, t);
}

enum note { NOTE_TRACEPOINT, NOTE_OTHER, NOTE_WRONG };

static enum note read_note(struct reader *r, struct tracepoint *t)
{
    const uint8_t *header = r->data + r->at;
    size_t left = r->len - r->at, name, descriptor, start;

    r->wrong = "is cut short";
    if (left < HEADER_BYTES)
        return NOTE_WRONG;
    name = load_le(header, 4);
    descriptor = load_le(header + 4, 4);
    left -= HEADER_BYTES;
    start = r->at + HEADER_BYTES + ((name + 3) & ~(size_t)3);
    if (name > left || ((name + 3) & ~(size_t)3) > left ||
        descriptor > left - ((name + 3) & ~(size_t)3))
        return NOTE_WRONG;
    r->at = start + ((descriptor + 3) & ~(size_t)3);
    if (r->at > r->len)
        r->at = r->len;
    if (load_le(header + 8, 4) != TYPE_SDT || name != sizeof OWNER ||
        memcmp(header + HEADER_BYTES, OWNER, sizeof OWNER) != 0)
        return NOTE_OTHER;
    return read_descriptor(r, start, start + descriptor, t) ? NOTE_TRACEPOINT
                                                            : NOTE_WRONG;
}

static bool read_section(struct reader *r, struct tracepoint **list, size_t *n,
                         char *error, size_t size)
{
    for (unsigned number = 1; r->at < r->len; number++) {
        struct tracepoint t;
        enum note note = read_note(r, &t);

        if (note == NOTE_WRONG) {
            snprintf(error, size, SECTION ": note %u %s", number, r->wrong);
            return false;
        }
        if (note == NOTE_OTHER)
            continue;
        *list = alloc_resize(*list, *n + 1, sizeof **list);
        (*list)[(*n)++] = t;
    }
    return true;
}

static const char *section_name(Elf *elf, Elf_Scn *section, GElf_Shdr *header)
{
    size_t strings;

    return gelf_getshdr(section, header) && !elf_getshdrstrndx(elf, &strings)
               ? elf_strptr(elf, strings, header->sh_name)
               : NULL;
}

static Elf_Scn *find_section(Elf *elf, const char *name, GElf_Shdr *header)
{
    Elf_Scn *section = NULL;

    while ((section = elf_nextscn(elf, section))) {
        const char *found = section_name(elf, section, header);

        if (found && !strcmp(found, name))
            return section;
    }
    return NULL;
}

bool tracepoints_read(Elf *elf, struct tracepoint **list, size_t *n,
                      char *error, size_t size)
{
    struct reader r = {.word = gelf_getclass(elf) == ELFCLASS64 ? 8 : 4};
    GElf_Shdr header;
    GElf_Ehdr file;
    Elf_Scn *section;
    Elf_Data *data;

    *list = NULL;
    *n = 0;
    if (!gelf_getehdr(elf, &file) || file.e_ident[EI_DATA] != ELFDATA2LSB) {
        snprintf(error, size, "not a little-endian file");
        return false;
    }
    if (find_section(elf, BASE_SECTION, &header))
        r.base = header.sh_addr;
    section = find_section(elf, SECTION, &header);
    if (!section)
        return true;
    data = header.sh_type == SHT_NOTE ? elf_rawdata(section, NULL) : NULL;
    if (!data || (!data->d_buf && data->d_size)) {
        snprintf(error, size, SECTION ": its bytes are not in the file");
        return false;
    }
    r.data = data->d_buf;
    r.len = data->d_size;
    return read_section(&r, list, n, error, size);
}
