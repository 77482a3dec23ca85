/*
 * DWARF types through libdw. References in a hostile file may form circles,
 * so every chain and every depth is bounded, and siblings must ascend.
 */
#include "machine/dwarf.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "machine/dwarf_internal.h"

#define DEPTH_MAX 32          /* of nesting and of chains of references */
#define ENTRIES_MAX (1 << 22) /* in the index */
#define NAME_MAX_LEN 128

struct entry {
    const char *name;
    Dwarf_Off offset;
};

/* Top-level entries of one kind, sorted by name. */
struct index {
    struct entry *entries;
    size_t n, cap;
};

struct enumerator {
    const char *name;
    int64_t value;
};

struct dwarf_types {
    Dwarf *dwarf; /* NULL without DWARF */
    struct index types, variables, functions;
    struct enumerator *enumerators;
    size_t n_enumerators, cap_enumerators;
};

bool dwarf_next_sibling(Dwarf_Die *die)
{
    Dwarf_Off before = dwarf_dieoffset(die);
    Dwarf_Die next;

    if (dwarf_siblingof(die, &next) != 0 || dwarf_dieoffset(&next) <= before)
        return false;
    *die = next;
    return true;
}

static bool unsigned_attr(Dwarf_Die *die, unsigned name, uint64_t *value)
{
    Dwarf_Attribute attr;
    Dwarf_Word word;

    if (!dwarf_attr(die, name, &attr) || dwarf_formudata(&attr, &word) != 0)
        return false;
    *value = word;
    return true;
}

static bool signed_attr(Dwarf_Die *die, unsigned name, int64_t *value)
{
    Dwarf_Attribute attr;
    Dwarf_Sword word;

    if (!dwarf_attr(die, name, &attr) || dwarf_formsdata(&attr, &word) != 0)
        return false;
    *value = word;
    return true;
}

static bool type_of(Dwarf_Die *die, Dwarf_Die *type)
{
    Dwarf_Attribute attr;

    return dwarf_attr(die, DW_AT_type, &attr) && dwarf_formref_die(&attr, type);
}

/* Follows typedefs and qualifiers to the type itself. */
static bool peel(Dwarf_Die *type)
{
    for (int i = 0; i < DEPTH_MAX; i++) {
        Dwarf_Die next;

        switch (dwarf_tag(type)) {
        case DW_TAG_typedef:
        case DW_TAG_const_type:
        case DW_TAG_volatile_type:
        case DW_TAG_atomic_type:
        case DW_TAG_restrict_type:
            if (!type_of(type, &next))
                return false;
            *type = next;
            break;
        default:
            return true;
        }
    }
    return false;
}

static bool array_count(Dwarf_Die *array, uint64_t *count)
{
    Dwarf_Die range;

    *count = 1;
    if (dwarf_child(array, &range) != 0)
        return false;
    do {
        uint64_t n;

        if (dwarf_tag(&range) != DW_TAG_subrange_type)
            continue;
        if (!unsigned_attr(&range, DW_AT_count, &n)) {
            if (!unsigned_attr(&range, DW_AT_upper_bound, &n))
                n = UINT64_MAX; /* a flexible array: no elements */
            n++;
        }
        if (n > UINT32_MAX || (*count *= n) > UINT32_MAX)
            return false;
    } while (dwarf_next_sibling(&range));
    return true;
}

/* The size of a peeled type; for an array also its elements. */
static bool type_size(Dwarf_Die *type, uint64_t *size, uint64_t *stride,
                      uint64_t *count, int depth)
{
    Dwarf_Die element;
    uint64_t inner_stride, inner_count;

    *count = 1;
    if (depth > DEPTH_MAX)
        return false;
    if (dwarf_tag(type) != DW_TAG_array_type) {
        if (!unsigned_attr(type, DW_AT_byte_size, size))
            return false;
        *stride = *size;
        return *size <= UINT32_MAX;
    }
    if (!array_count(type, count) || !type_of(type, &element) ||
        !peel(&element) ||
        !type_size(&element, stride, &inner_stride, &inner_count, depth + 1))
        return false;
    *size = *stride * *count; /* both below 2^32 */
    return *size <= UINT32_MAX;
}

static bool is_aggregate(Dwarf_Die *die)
{
    int tag = dwarf_tag(die);

    return tag == DW_TAG_structure_type || tag == DW_TAG_union_type ||
           tag == DW_TAG_class_type;
}

/* Offset and bit-field of a member from the start of its aggregate. */
static bool member_place(Dwarf_Die *member, struct symbol_member *m)
{
    uint64_t offset = 0, bits = 0, first_bit = 0;

    unsigned_attr(member, DW_AT_data_member_location, &offset);
    if (unsigned_attr(member, DW_AT_bit_size, &bits)) {
        unsigned_attr(member, DW_AT_data_bit_offset, &first_bit);
        offset += first_bit / 8;
        first_bit %= 8;
    }
    if (offset > UINT32_MAX || bits > 64)
        return false;
    m->offset = (uint32_t)offset;
    m->bit_offset = (uint32_t)first_bit;
    m->bit_size = (uint32_t)bits;
    return true;
}

/* Finds `name` in an aggregate and its anonymous members; `type` becomes the
 * member's peeled type. */
static bool find_member(Dwarf_Die *aggregate, const char *name,
                        struct symbol_member *m, Dwarf_Die *type, int depth)
{
    Dwarf_Die member;

    if (depth > DEPTH_MAX || dwarf_child(aggregate, &member) != 0)
        return false;
    do {
        const char *its_name;
        struct symbol_member outer = {0};

        if (dwarf_tag(&member) != DW_TAG_member || !type_of(&member, type) ||
            !peel(type) || !member_place(&member, &outer))
            continue;
        its_name = dwarf_diename(&member);
        if (its_name && strcmp(its_name, name) == 0) {
            *m = outer;
            return true;
        }
        if (!its_name && is_aggregate(type)) {
            Dwarf_Die inside = *type;

            if (find_member(&inside, name, m, type, depth + 1)) {
                m->offset += outer.offset;
                return true;
            }
        }
    } while (dwarf_next_sibling(&member));
    return false;
}

/* The first entry of that name, or n. */
static size_t find_entry(const struct index *index, const char *name)
{
    size_t low = 0, high = index->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (strcmp(index->entries[middle].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_named(const struct index *index, size_t i, const char *name)
{
    return i < index->n && strcmp(index->entries[i].name, name) == 0;
}

static bool find_type(struct dwarf_types *t, const char *name, Dwarf_Die *die)
{
    for (size_t i = find_entry(&t->types, name); is_named(&t->types, i, name);
         i++)
        if (dwarf_offdie(t->dwarf, t->types.entries[i].offset, die) &&
            peel(die) && is_aggregate(die))
            return true;
    return false;
}

/* Sizes of a peeled type, for a member or a variable of it. */
static bool describe(Dwarf_Die *type, struct symbol_member *m)
{
    uint64_t size, stride, count, inner;
    Dwarf_Die target = *type;

    if (!type_size(type, &size, &stride, &count, 0))
        return false;
    m->size = (uint32_t)size;
    m->stride = (uint32_t)stride;
    m->count = (uint32_t)count;
    m->target = 0;
    if (dwarf_tag(&target) == DW_TAG_array_type &&
        !(type_of(type, &target) && peel(&target)))
        return true;
    if (dwarf_tag(&target) == DW_TAG_pointer_type) {
        Dwarf_Die pointer = target;

        if (type_of(&pointer, &target) && peel(&target) &&
            type_size(&target, &size, &stride, &inner, 0))
            m->target = (uint32_t)size;
    }
    return true;
}

/* Copies the part of `path` before the next dot; returns what follows it, or
 * NULL if the part does not fit. */
static const char *next_part(const char *path, char part[NAME_MAX_LEN])
{
    size_t n = strcspn(path, ".");

    if (!n || n >= NAME_MAX_LEN)
        return NULL;
    memcpy(part, path, n);
    part[n] = 0;
    return path + n + (path[n] == '.');
}

bool dwarf_types_member(struct dwarf_types *t, const char *type,
                        const char *path, struct symbol_member *m)
{
    Dwarf_Die die, inside;
    uint64_t offset = 0;

    if (!find_type(t, type, &die))
        return false;
    for (;;) {
        char part[NAME_MAX_LEN];

        path = next_part(path, part);
        if (!path || !find_member(&die, part, m, &inside, 0) ||
            !describe(&inside, m))
            return false;
        offset += m->offset;
        if (!*path)
            break;
        die = inside;
        if (dwarf_tag(&die) == DW_TAG_array_type &&
            !(type_of(&inside, &die) && peel(&die)))
            return false;
    }
    if (offset > UINT32_MAX)
        return false;
    m->offset = (uint32_t)offset;
    return true;
}

bool dwarf_types_variable(struct dwarf_types *t, const char *name,
                          struct symbol_member *m)
{
    Dwarf_Die die, type;

    *m = (struct symbol_member){0};
    for (size_t i = find_entry(&t->variables, name);
         is_named(&t->variables, i, name); i++)
        if (dwarf_offdie(t->dwarf, t->variables.entries[i].offset, &die) &&
            type_of(&die, &type) && peel(&type) && describe(&type, m) &&
            m->count)
            return true;
    return false;
}

bool dwarf_types_size(struct dwarf_types *t, const char *type, uint32_t *size)
{
    Dwarf_Die die;
    uint64_t bytes, stride, count;

    if (!find_type(t, type, &die) ||
        !type_size(&die, &bytes, &stride, &count, 0))
        return false;
    *size = (uint32_t)bytes;
    return true;
}

/* ---- for dwarf_code.c ---- */

bool dwarf_size_of_type(Dwarf_Die *die, uint64_t *size)
{
    uint64_t stride, count;
    Dwarf_Die type;

    return type_of(die, &type) && peel(&type) &&
           type_size(&type, size, &stride, &count, 0);
}

bool dwarf_types_function(const struct dwarf_types *t, const char *name,
                          size_t i, Dwarf_Die *die)
{
    size_t at = find_entry(&t->functions, name) + i;

    return is_named(&t->functions, at, name) &&
           dwarf_offdie(t->dwarf, t->functions.entries[at].offset, die);
}

Dwarf *dwarf_types_handle(const struct dwarf_types *t)
{
    return t->dwarf;
}

bool dwarf_types_enumerator(struct dwarf_types *t, const char *name,
                            int64_t *value)
{
    size_t low = 0, high = t->n_enumerators;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (strcmp(t->enumerators[middle].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == t->n_enumerators || strcmp(t->enumerators[low].name, name) != 0)
        return false;
    *value = t->enumerators[low].value;
    return true;
}

static void add_entry(struct index *index, Dwarf_Die *die)
{
    const char *name = dwarf_diename(die);

    if (!name || index->n >= ENTRIES_MAX)
        return;
    if (index->n == index->cap) {
        index->cap = index->cap ? 2 * index->cap : 1024;
        index->entries =
            alloc_resize(index->entries, index->cap, sizeof *index->entries);
    }
    index->entries[index->n++] = (struct entry){name, dwarf_dieoffset(die)};
}

static void add_enumerators(struct dwarf_types *t, Dwarf_Die *enumeration)
{
    Dwarf_Die die;

    if (dwarf_child(enumeration, &die) != 0)
        return;
    do {
        const char *name = dwarf_diename(&die);
        int64_t value;

        if (dwarf_tag(&die) != DW_TAG_enumerator || !name ||
            !signed_attr(&die, DW_AT_const_value, &value) ||
            t->n_enumerators >= ENTRIES_MAX)
            continue;
        if (t->n_enumerators == t->cap_enumerators) {
            t->cap_enumerators =
                t->cap_enumerators ? 2 * t->cap_enumerators : 1024;
            t->enumerators = alloc_resize(t->enumerators, t->cap_enumerators,
                                          sizeof *t->enumerators);
        }
        t->enumerators[t->n_enumerators++] = (struct enumerator){name, value};
    } while (dwarf_next_sibling(&die));
}

static void index_unit(struct dwarf_types *t, Dwarf_Die *unit)
{
    Dwarf_Die die;

    if (dwarf_child(unit, &die) != 0)
        return;
    do {
        switch (dwarf_tag(&die)) {
        case DW_TAG_enumeration_type:
            add_enumerators(t, &die);
            break;
        case DW_TAG_structure_type:
        case DW_TAG_union_type:
        case DW_TAG_typedef:
            if (!dwarf_hasattr(&die, DW_AT_declaration))
                add_entry(&t->types, &die);
            break;
        case DW_TAG_subprogram: /* a declaration has no names within */
            if (!dwarf_hasattr(&die, DW_AT_declaration))
                add_entry(&t->functions, &die);
            break;
        case DW_TAG_variable: /* a declaration has the type, too */
            add_entry(&t->variables, &die);
            break;
        default:
            break;
        }
    } while (dwarf_next_sibling(&die));
}

static int compare_entries(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    int order = strcmp(x->name, y->name);

    return order ? order : (x->offset > y->offset) - (x->offset < y->offset);
}

static int compare_enumerators(const void *a, const void *b)
{
    const struct enumerator *x = a, *y = b;
    int order = strcmp(x->name, y->name);

    return order ? order : (x->value > y->value) - (x->value < y->value);
}

static void sort(struct index *index)
{
    if (index->n)
        qsort(index->entries, index->n, sizeof *index->entries,
              compare_entries);
}

struct dwarf_types *dwarf_types_open(Elf *elf)
{
    struct dwarf_types *t = alloc_zeroed(1, sizeof *t);
    Dwarf_Off offset = 0, next;
    size_t header;

    t->dwarf = dwarf_begin_elf(elf, DWARF_C_READ, NULL);
    if (!t->dwarf)
        return t;
    while (dwarf_nextcu(t->dwarf, offset, &next, &header, NULL, NULL, NULL) ==
               0 &&
           next > offset) {
        Dwarf_Die unit;

        if (dwarf_offdie(t->dwarf, offset + header, &unit))
            index_unit(t, &unit);
        offset = next;
    }
    sort(&t->types);
    sort(&t->variables);
    sort(&t->functions);
    if (t->n_enumerators)
        qsort(t->enumerators, t->n_enumerators, sizeof *t->enumerators,
              compare_enumerators);
    return t;
}

void dwarf_types_close(struct dwarf_types *t)
{
    if (!t)
        return;
    if (t->dwarf)
        dwarf_end(t->dwarf);
    free(t->types.entries);
    free(t->variables.entries);
    free(t->functions.entries);
    free(t->enumerators);
    free(t);
}
