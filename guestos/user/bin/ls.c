/*
 * ls [-l] [PATH...]: the entries of directories, sorted, one a line.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "linux_abi.h"
#include "os.h"

struct names {
    char **name;
    size_t count, capacity;
};

static bool remember(const char *name, unsigned type, void *ctx)
{
    struct names *names = ctx;

    (void)type;
    if (name[0] == '.')
        return true;
    if (names->count == names->capacity) {
        size_t capacity = names->capacity ? names->capacity * 2 : 32;
        char **larger = realloc(names->name, capacity * sizeof *larger);

        if (!larger)
            return false;
        names->name = larger;
        names->capacity = capacity;
    }
    names->name[names->count] = strdup(name);
    return names->name[names->count++] != NULL;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static char type_letter(uint32_t mode)
{
    static const char letters[16] = "?pc?d?b?-?l?s???";

    return letters[mode >> 12 & 15];
}

static void print_long(const char *directory, const char *name)
{
    static const char rwx[] = "rwxrwxrwx";
    char path[512], mode[11] = "----------", target[256] = "";
    struct os_stat st;
    long n;

    snprintf(path, sizeof path, "%s%s%s", directory, *directory ? "/" : "",
             name);
    if (os_lstat(path, &st) < 0) {
        fprintf(stderr, "ls: ");
        perror(path);
        return;
    }
    mode[0] = type_letter(st.mode);
    for (unsigned i = 0; i < 9; i++)
        if (st.mode >> (8 - i) & 1)
            mode[i + 1] = rwx[i];
    if (mode[0] == 'l' &&
        (n = os_call(SYS_READLINKAT, LINUX_AT_FDCWD, (long)path, (long)target,
                     sizeof target - 1, 0, 0)) >= 0)
        target[n] = 0;
    printf("%s %3lu %4lu %4lu ", mode, (unsigned long)st.nlink,
           (unsigned long)st.uid, (unsigned long)st.gid);
    if (mode[0] == 'c' || mode[0] == 'b')
        printf("%4lu,%4lu ", (unsigned long)st.rdev_major,
               (unsigned long)st.rdev_minor);
    else
        printf("%9lu ", (unsigned long)st.size);
    printf("%s%s%s\n", name, *target ? " -> " : "", target);
}

static void print(const char *directory, const char *name, bool is_long)
{
    if (is_long)
        print_long(directory, name);
    else
        printf("%s\n", name);
}

static int list(const char *path, bool is_long)
{
    struct names names = {NULL, 0, 0};
    struct os_stat st;

    if (os_lstat(path, &st) < 0) {
        fprintf(stderr, "ls: ");
        perror(path);
        return 1;
    }
    if (!S_ISDIR(st.mode)) {
        print("", path, is_long);
        return 0;
    }
    if (os_list(path, remember, &names) < 0) {
        fprintf(stderr, "ls: ");
        perror(path);
        return 1;
    }
    qsort(names.name, names.count, sizeof *names.name, by_name);
    for (size_t i = 0; i < names.count; i++) {
        print(path, names.name[i], is_long);
        free(names.name[i]);
    }
    free(names.name);
    return 0;
}

int main(int argc, char **argv)
{
    bool is_long = argc > 1 && !strcmp(argv[1], "-l");
    int first = is_long ? 2 : 1, failed = 0;

    if (first == argc)
        return list(".", is_long);
    for (int i = first; i < argc; i++) {
        if (argc - first > 1)
            printf("%s%s:\n", i > first ? "\n" : "", argv[i]);
        failed |= list(argv[i], is_long);
    }
    return failed;
}
