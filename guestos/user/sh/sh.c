/*
 * sh [-c COMMAND | FILE [ARGUMENT...]]: a small shell. Words, quotes,
 * variables ($NAME, $?, $$, $!, $#, $0 ..), pipelines, redirections (<, >,
 * >>), lists (; & && ||), comments; exit, cd, wait, set -e, NAME=value. It
 * has no loops and no conditionals.
 */
#include "sh.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "linux_abi.h"
#include "os.h"

/* A line without its newline. Bytes are read one by one, because what stands
 * behind the line belongs to the commands that it starts. */
static bool read_line(int fd, char *text, size_t size)
{
    size_t n = 0;
    char c;
    ssize_t got;

    while ((got = read(fd, &c, 1)) == 1 && c != '\n')
        if (n + 1 < size)
            text[n++] = c;
    text[n] = 0;
    return got == 1 || n;
}

/* A list: pipelines joined by ; & && ||. */
static void run_text(struct shell *sh, const char *text)
{
    static struct line line;
    enum token_kind joint = TOKEN_SEMICOLON;

    while (*text && !sh->exits) {
        const char *error = parse_pipeline(sh, &text, &line);
        bool skipped = (joint == TOKEN_AND && sh->status) ||
                       (joint == TOKEN_OR && !sh->status);

        if (error) {
            fprintf(stderr, "sh: %s\n", error);
            sh->status = 2;
            return;
        }
        if (line.token[0].kind == TOKEN_END && line.joint == TOKEN_END)
            return;
        if (!skipped)
            run_line(sh, &line);
        joint = line.joint;
        if (sh->exit_on_error && sh->status && !skipped &&
            joint != TOKEN_OR && joint != TOKEN_AND)
            sh->exits = true;
    }
}

/* Forgets background commands that have ended. */
static void reap(void)
{
    int status;

    while (os_wait(-1, true, &status) > 0)
        ;
}

static int run_file(struct shell *sh, int fd)
{
    static char text[LINE_BYTES];
    bool prompts = isatty(fd);

    for (;;) {
        if (prompts) {
            printf("# ");
            fflush(stdout);
        }
        if (!read_line(fd, text, sizeof text))
            break;
        run_text(sh, text);
        fflush(stdout);
        if (sh->exits)
            break;
        reap();
    }
    if (prompts && !sh->exits)
        printf("\n");
    return sh->status;
}

int main(int argc, char **argv)
{
    struct shell sh = {0};
    int fd;

    os_ignore(LINUX_SIGINT, true);
    if (argc > 2 && !strcmp(argv[1], "-c")) {
        sh.argc = argc - 2;
        sh.argv = argv + 2;
        run_text(&sh, argv[2]);
        return sh.status;
    }
    if (argc == 1) {
        sh.argc = argc;
        sh.argv = argv;
        return run_file(&sh, 0);
    }
    sh.argc = argc - 1;
    sh.argv = argv + 1;
    fd = open(argv[1], O_RDONLY);
    if (fd < 0) {
        fprintf(stderr, "sh: ");
        perror(argv[1]);
        return 127;
    }
    return run_file(&sh, fd);
}
