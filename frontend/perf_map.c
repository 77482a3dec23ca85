/*
 * Keeps the lines of the file, so that some can be taken out again.
 */
#include "frontend/perf_map.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/log.h"

struct line {
    unsigned owner;
    const uint8_t *code;
    size_t size;
    char *name;
};

struct perf_map {
    char path[64];
    FILE *file;
    struct line *lines;
    size_t n, capacity;
    bool is_bad;
};

/* Never through a link that somebody has laid in /tmp, nor into a file of his:
 * one that is there is of a process that had this number before. */
static int create(const char *path)
{
    int fd;

    for (unsigned tries = 0; tries < 2; tries++) {
        fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
        if (fd >= 0 || errno != EEXIST || unlink(path))
            break;
    }
    return fd;
}

struct perf_map *perf_map_open(void)
{
    struct perf_map *map = alloc_zeroed(1, sizeof *map);
    int fd;

    snprintf(map->path, sizeof map->path, "/tmp/perf-%ld.map", (long)getpid());
    fd = create(map->path);
    map->file = fd < 0 ? NULL : fdopen(fd, "w");
    if (!map->file)
        die(EXIT_INPUT, "-perfmap: %s: %s", map->path, strerror(errno));
    /* A profiler may look while the machine runs, or after it was killed. */
    setvbuf(map->file, NULL, _IOLBF, BUFSIZ);
    return map;
}

static void put(struct perf_map *map, const struct line *line)
{
    if (fprintf(map->file, "%" PRIxPTR " %zx %s\n", (uintptr_t)line->code,
                line->size, line->name) < 0)
        map->is_bad = true;
}

void perf_map_add(struct perf_map *map, unsigned owner, const uint8_t *code,
                  size_t size, const char *name)
{
    struct line *line;

    if (map->n == map->capacity) {
        map->capacity = map->capacity ? 2 * map->capacity : 1024;
        map->lines =
            alloc_resize(map->lines, map->capacity, sizeof *map->lines);
    }
    line = &map->lines[map->n++];
    *line = (struct line){owner, code, size, alloc_string(name)};
    put(map, line);
}

static void remove_lines(struct perf_map *map, unsigned owner)
{
    size_t kept = 0;

    for (size_t i = 0; i < map->n; i++) {
        if (map->lines[i].owner == owner)
            free(map->lines[i].name);
        else
            map->lines[kept++] = map->lines[i];
    }
    map->n = kept;
}

void perf_map_drop(struct perf_map *map, unsigned owner)
{
    size_t before = map->n;

    remove_lines(map, owner);
    if (map->n == before)
        return;
    rewind(map->file);
    if (ftruncate(fileno(map->file), 0))
        map->is_bad = true;
    for (size_t i = 0; i < map->n; i++)
        put(map, &map->lines[i]);
}

bool perf_map_close(struct perf_map *map)
{
    bool is_good;

    if (!map)
        return true;
    is_good = !map->is_bad;
    if (fclose(map->file))
        is_good = false;
    if (!is_good)
        log_error("-perfmap: %s: not all of it could be written", map->path);
    for (size_t i = 0; i < map->n; i++)
        free(map->lines[i].name);
    free(map->lines);
    free(map);
    return is_good;
}
