/*
 * The files that a command line names, against each other: what one option
 * reads, or writes too, no other may write.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/log.h"
#include "frontend/internal.h"

struct named_file {
    const char *option;
    const char *path;
    bool is_written;
};

/* Room for those that are not repeated. */
#define MAX_SINGLE 10

struct names {
    struct named_file *files;
    size_t n;
};

static void add(struct names *names, const char *option, const char *path,
                bool is_written)
{
    if (path)
        names->files[names->n++] =
            (struct named_file){option, path, is_written};
}

static void collect(const struct options *o, struct names *names)
{
    const struct machine_config *m = &o->machine;

    for (size_t i = 0; i < o->n_configs; i++)
        add(names, "-config", o->configs[i], false);
    add(names, o->rom ? "-rom" : "-kernel", m->kernel, false);
    add(names, "-bios", m->bios, false);
    add(names, "-initrd", m->initrd, false);
    add(names, "-dtb", m->dtb, false);
    for (unsigned i = 0; i < m->n_drives; i++)
        add(names, "-drive", m->drives[i].file,
            !m->drives[i].is_readonly && !m->is_snapshot);
    if (o->serial == SERIAL_FILE)
        add(names, "-serial", o->serial_file, true);
    if (o->display.kind == VISUAL_PNG)
        add(names, "-display", o->display.file, true);
    add(names, "-D", o->log_file, true);
    add(names, "-stats", o->stats_file, true);
    add(names, "-trace-mem", o->trace_file, true);
    add(names, "-M dumpdtb", o->device_tree_file, true);
}

/* The folder of a path, and the name in it. */
static const char *split(const char *path, struct stat *folder, bool *is_there)
{
    const char *slash = strrchr(path, '/');
    char *copy = alloc_string(slash ? path : ".");

    if (slash)
        copy[slash == path ? 1 : slash - path] = 0;
    *is_there = !stat(copy, folder);
    free(copy);
    return slash ? slash + 1 : path;
}

static bool is_same_inode(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* Devices and pipes can be shared. */
static bool is_same_file(const char *a, const char *b)
{
    struct stat file_a, file_b, folder_a, folder_b;
    bool has_a = !stat(a, &file_a), has_b = !stat(b, &file_b);
    bool is_there_a, is_there_b;

    if (has_a != has_b)
        return false;
    if (has_a)
        return S_ISREG(file_a.st_mode) && is_same_inode(&file_a, &file_b);
    a = split(a, &folder_a, &is_there_a);
    b = split(b, &folder_b, &is_there_b);
    return is_there_a && is_there_b && is_same_inode(&folder_a, &folder_b) &&
           !strcmp(a, b);
}

static void check_pair(const struct named_file *a, const struct named_file *b)
{
    if ((!a->is_written && !b->is_written) || !is_same_file(a->path, b->path))
        return;
    if (!b->is_written)
        die(EXIT_USAGE, "%s %s: %s reads that file: name another", a->option,
            a->path, b->option);
    die(EXIT_USAGE, "%s %s: %s %s that file: name another", b->option, b->path,
        a->option, a->is_written ? "writes" : "reads");
}

void options_check_files(const struct options *o)
{
    struct names names = {0};

    names.files = alloc_zeroed(MAX_SINGLE + o->n_configs + o->machine.n_drives,
                               sizeof *names.files);
    collect(o, &names);
    for (size_t i = 1; i < names.n; i++)
        for (size_t j = 0; j < i; j++)
            check_pair(&names.files[j], &names.files[i]);
    free(names.files);
}
