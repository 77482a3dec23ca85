/*
 * From patterns to places.
 */
#include "frontend/trace_select.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "frontend/parse.h"

#define NAME_MAX_BYTES 256

static void full_name(const struct tracepoint *t, char *name)
{
    snprintf(name, NAME_MAX_BYTES, "%s:%s", t->provider, t->name);
}

static int compare_strings(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

bool trace_event_names(struct symbols *s, char ***names, size_t *n, char *error,
                       size_t size)
{
    const struct tracepoint *list;
    size_t count, kept = 0;
    char **all;

    if (!symbols_tracepoints(s, &list, &count, error, size))
        return false;
    all = alloc_zeroed(count + 1, sizeof *all);
    for (size_t i = 0; i < count; i++) {
        char name[NAME_MAX_BYTES];

        full_name(&list[i], name);
        all[i] = alloc_string(name);
    }
    qsort(all, count, sizeof *all, compare_strings);
    for (size_t i = 0; i < count; i++) {
        if (kept && !strcmp(all[kept - 1], all[i]))
            free(all[i]);
        else
            all[kept++] = all[i];
    }
    *names = all;
    *n = kept;
    return true;
}

/* ---- what a pattern means ---- */

static bool add(struct symbols *s, struct trace_selection *to, uint64_t va,
                const struct tracepoint *event, const char *function)
{
    uint64_t pa;

    if (!symbols_physical(s, va, &pa))
        return false;
    to->probes = alloc_resize(to->probes, to->n + 1, sizeof *to->probes);
    to->probes[to->n++] = (struct trace_probe){pa, event, function};
    to->has_events |= event != NULL;
    return true;
}

static bool add_events(struct symbols *s, const char *pattern,
                       struct trace_selection *to, bool *is_found, char *error,
                       size_t size)
{
    const struct tracepoint *list;
    size_t n;

    if (!symbols_tracepoints(s, &list, &n, error, size))
        return false;
    for (size_t i = 0; i < n; i++) {
        char name[NAME_MAX_BYTES];

        full_name(&list[i], name);
        if (fnmatch(pattern, name, 0))
            continue;
        *is_found = true;
        if (!add(s, to, list[i].va, &list[i], NULL)) {
            snprintf(error, size, "%s lies outside the program", name);
            return false;
        }
    }
    return true;
}

static void add_functions(struct symbols *s, const char *pattern,
                          struct trace_selection *to, bool *is_found)
{
    const char *name;
    uint64_t va;

    for (size_t i = 0; (name = symbols_code(s, i, &va)); i++)
        if (!fnmatch(pattern, name, 0) && add(s, to, va, NULL, name))
            *is_found = true;
}

/* ---- what it may have meant ---- */

/* What a pattern with a colon can be near: events. One without: events by
 * what is behind their colon, and functions. */
static const char *nearest(struct symbols *s, const char *pattern, char **names,
                           size_t n_names)
{
    size_t n = n_names;
    uint64_t va;
    const char **all, *best;

    if (strchr(pattern, ':'))
        return parse_nearest(pattern, names, n_names, sizeof *names);
    while (symbols_code(s, n - n_names, &va))
        n++;
    all = alloc_zeroed(n + 1, sizeof *all);
    for (size_t i = 0; i < n; i++)
        all[i] = i < n_names ? strchr(names[i], ':') + 1
                             : symbols_code(s, i - n_names, &va);
    best = parse_nearest(pattern, all, n, sizeof *all);
    for (size_t i = 0; best && i < n_names; i++)
        if (best == all[i])
            best = names[i];
    free(all);
    return best;
}

static void explain(struct symbols *s, const char *pattern, char *error,
                    size_t size)
{
    const char *near;
    char **names;
    size_t n;

    if (!trace_event_names(s, &names, &n, error, size))
        return;
    near = nearest(s, pattern, names, n);
    if (near)
        snprintf(error, size, "%s: no such event or function; did you mean %s?",
                 pattern, near);
    else
        snprintf(error, size,
                 "%s: no such event or function; -trace help lists the events",
                 pattern);
    for (size_t i = 0; i < n; i++)
        free(names[i]);
    free(names);
}

static bool select_one(struct symbols *s, const char *pattern,
                       struct trace_selection *to, char *error, size_t size)
{
    bool is_found = false;

    if (!add_events(s, pattern, to, &is_found, error, size))
        return false;
    if (!is_found && !strchr(pattern, ':'))
        add_functions(s, pattern, to, &is_found);
    if (!is_found)
        explain(s, pattern, error, size);
    return is_found;
}

static int compare_probes(const void *a, const void *b)
{
    const struct trace_probe *x = a, *y = b;

    if (x->pa != y->pa)
        return x->pa < y->pa ? -1 : 1;
    if (!x->event != !y->event)
        return x->event ? 1 : -1; /* a function is entered first */
    return x->event ? (x->event > y->event) - (x->event < y->event)
                    : strcmp(x->function, y->function);
}

/* What several patterns mean, or two symbols of a name at one address, stands
 * once. */
static void sort_probes(struct trace_selection *to)
{
    size_t kept = 0;

    qsort(to->probes, to->n, sizeof *to->probes, compare_probes);
    for (size_t i = 0; i < to->n; i++)
        if (!kept || compare_probes(&to->probes[kept - 1], &to->probes[i]))
            to->probes[kept++] = to->probes[i];
    to->n = kept;
}

bool trace_select(struct symbols *s, const char *patterns,
                  struct trace_selection *selection, char *error, size_t size)
{
    struct part part;
    bool is_bad;

    *selection = (struct trace_selection){0};
    while (parse_part(&patterns, &part, &is_bad)) {
        if (part.key[0])
            goto fail_list;
        if (!select_one(s, part.value, selection, error, size))
            goto fail;
    }
    if (is_bad || !selection->n)
        goto fail_list;
    sort_probes(selection);
    return true;

fail_list:
    snprintf(error, size, "a list of patterns, as in kmem:*,alloc_pages");
fail:
    free(selection->probes);
    *selection = (struct trace_selection){0};
    return false;
}
