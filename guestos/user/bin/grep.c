/*
 * grep [-c] TEXT [FILE...]: the lines that contain TEXT; `^` at its start
 * means the line's start. TEXT is no regular expression.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct search {
    const char *text;
    bool at_start, counts;
    unsigned long found;
};

static bool matches(const struct search *s, const char *line)
{
    if (s->at_start)
        return !strncmp(line, s->text, strlen(s->text));
    return strstr(line, s->text) != NULL;
}

static void take_line(struct search *s, const char *line)
{
    if (!matches(s, line))
        return;
    s->found++;
    if (!s->counts)
        printf("%s\n", line);
}

/* Lines longer than the buffer are searched piece by piece. */
static int search_fd(struct search *s, int fd, const char *name)
{
    char line[1024], block[512];
    size_t n = 0;
    ssize_t got;

    while ((got = read(fd, block, sizeof block)) > 0)
        for (ssize_t i = 0; i < got; i++) {
            if (block[i] != '\n' && n + 1 < sizeof line) {
                line[n++] = block[i];
                continue;
            }
            line[n] = 0;
            take_line(s, line);
            n = 0;
        }
    line[n] = 0;
    if (n)
        take_line(s, line);
    if (got < 0) {
        fprintf(stderr, "grep: ");
        perror(name);
        return 2;
    }
    return 0;
}

int main(int argc, char **argv)
{
    struct search s = {0};
    int first = 1, failed = 0;

    if (argc > 1 && !strcmp(argv[1], "-c")) {
        s.counts = true;
        first = 2;
    }
    if (first >= argc) {
        fprintf(stderr, "usage: grep [-c] TEXT [FILE...]\n");
        return 2;
    }
    s.at_start = argv[first][0] == '^';
    s.text = argv[first] + s.at_start;
    if (first + 1 == argc)
        failed = search_fd(&s, 0, "standard input");
    for (int i = first + 1; i < argc; i++) {
        int fd = open(argv[i], O_RDONLY);

        if (fd < 0) {
            fprintf(stderr, "grep: ");
            perror(argv[i]);
            failed = 2;
            continue;
        }
        failed |= search_fd(&s, fd, argv[i]);
        close(fd);
    }
    if (s.counts)
        printf("%lu\n", s.found);
    return failed ? failed : !s.found;
}
