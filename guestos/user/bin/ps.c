/*
 * ps: every process, from /proc/PID/stat and /proc/PID/cmdline.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "os.h"

struct process {
    unsigned long ppid, utime, stime, vsize, rss;
    char comm[32], state;
};

/* Fields of /proc/PID/stat by their numbers in proc(5). */
static bool parse(const char *text, struct process *p)
{
    const char *open = strchr(text, '('), *close = strrchr(text, ')');
    unsigned field = 3;
    size_t length;

    if (!open || !close || close < open || close[1] != ' ')
        return false;
    length = (size_t)(close - open - 1);
    if (length >= sizeof p->comm)
        length = sizeof p->comm - 1;
    memcpy(p->comm, open + 1, length);
    p->comm[length] = 0;
    p->state = close[2];
    for (char *at = (char *)close + 3; *at && field < 24;) {
        unsigned long value = strtoul(at, &at, 10);

        switch (++field) {
        case 4: p->ppid = value; break;
        case 14: p->utime = value; break;
        case 15: p->stime = value; break;
        case 23: p->vsize = value; break;
        case 24: p->rss = value; break;
        }
    }
    return field == 24;
}

/* The command line with its NULs as blanks, or [comm] for a kernel thread. */
static void print_command(const char *pid, const struct process *p)
{
    char path[64], *text;
    bool any = false;

    snprintf(path, sizeof path, "/proc/%s/cmdline", pid);
    text = os_read_file(path);
    for (const char *word = text; word && *word; word += strlen(word) + 1) {
        printf("%s%s", any ? " " : "", word);
        any = true;
    }
    printf(any ? "\n" : "[%s]\n", p->comm);
    free(text);
}

static bool show(const char *name, unsigned type, void *ctx)
{
    struct process p = {0};
    char path[64], *text;
    unsigned long seconds;

    (void)type;
    (void)ctx;
    if (!isdigit((unsigned char)name[0]))
        return true;
    snprintf(path, sizeof path, "/proc/%s/stat", name);
    text = os_read_file(path);
    if (text && parse(text, &p)) {
        seconds = (p.utime + p.stime) / 100;
        printf("%5s %5lu %c %7lu %7lu %3lu:%02lu ", name, p.ppid, p.state,
               p.vsize / 1024, p.rss * 4, seconds / 60, seconds % 60);
        print_command(name, &p);
    }
    free(text);
    return true;
}

int main(void)
{
    printf("  PID  PPID S     VSZ     RSS   TIME COMMAND\n");
    if (os_list("/proc", show, NULL) < 0) {
        perror("ps: /proc");
        return 1;
    }
    return 0;
}
