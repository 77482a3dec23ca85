/*
 * Runs a pipeline: its processes, redirections, and the commands that must
 * run in the shell itself.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "linux_abi.h"
#include "os.h"
#include "sh.h"

#define MAX_ARGS 64
#define MAX_PIPELINE 8

struct command {
    char *argv[MAX_ARGS + 1];
    int argc;
    const char *in, *out;
    bool appends;
};

extern char **environ;

/* The commands that change the shell itself; -1 if argv[0] is none. */
static int run_builtin(struct shell *sh, char **argv, int argc)
{
    const char *name = argv[0];

    if (!strcmp(name, "exit")) {
        sh->exits = true;
        return argc > 1 ? (int)strtol(argv[1], NULL, 10) : sh->status;
    }
    if (!strcmp(name, "cd")) {
        if (chdir(argc > 1 ? argv[1] : "/") == 0)
            return 0;
        fprintf(stderr, "sh: cd: ");
        perror(argc > 1 ? argv[1] : "/");
        return 1;
    }
    if (!strcmp(name, "wait")) {
        int status = 0;

        while (os_wait(-1, false, &status) > 0)
            ;
        return 0;
    }
    if (!strcmp(name, "set")) {
        sh->exit_on_error = argc > 1 && !strcmp(argv[1], "-e");
        return 0;
    }
    if (!strcmp(name, "true") || !strcmp(name, ":"))
        return 0;
    if (!strcmp(name, "false"))
        return 1;
    return -1;
}

static void redirect(const char *path, int flags, int fd)
{
    int from;

    if (!path)
        return;
    from = open(path, flags, 0666);
    if (from < 0 || dup2(from, fd) < 0) {
        fprintf(stderr, "sh: ");
        perror(path);
        _exit(1);
    }
    if (from != fd)
        close(from);
}

static void exec_command(struct shell *sh, struct command *c)
{
    char path[256];
    int builtin;

    redirect(c->in, O_RDONLY, 0);
    redirect(c->out, O_WRONLY | O_CREAT | (c->appends ? O_APPEND : O_TRUNC),
             1);
    os_ignore(LINUX_SIGINT, false);
    builtin = run_builtin(sh, c->argv, c->argc);
    if (builtin >= 0)
        _exit(builtin);
    if (strchr(c->argv[0], '/'))
        snprintf(path, sizeof path, "%s", c->argv[0]);
    else
        snprintf(path, sizeof path, "/bin/%s", c->argv[0]);
    execve(path, c->argv, environ);
    if (errno == ENOENT)
        fprintf(stderr, "sh: %s: not found\n", c->argv[0]);
    else {
        fprintf(stderr, "sh: ");
        perror(c->argv[0]);
    }
    _exit(errno == ENOENT ? 127 : 126);
}

/* Reads one simple command; NULL, or what is wrong. */
static const char *read_command(struct token **at, struct command *c)
{
    memset(c, 0, sizeof *c);
    for (;; (*at)++) {
        enum token_kind kind = (*at)->kind;

        if (kind == TOKEN_WORD) {
            if (c->argc == MAX_ARGS)
                return "too many arguments";
            c->argv[c->argc++] = (*at)->text;
        } else if (kind == TOKEN_IN || kind == TOKEN_OUT ||
                   kind == TOKEN_APPEND) {
            if ((*++*at).kind != TOKEN_WORD)
                return "a redirection needs a file";
            *(kind == TOKEN_IN ? &c->in : &c->out) = (*at)->text;
            c->appends = kind == TOKEN_APPEND;
        } else {
            return c->argc ? NULL : "a command is missing";
        }
    }
}

/* Starts command number i of n with its ends of the pipes. */
static pid_t start(struct shell *sh, struct command *c, int in, int out,
                   int unused)
{
    pid_t pid = fork();

    if (pid)
        return pid;
    if (unused >= 0)
        close(unused);
    if (in >= 0) {
        dup2(in, 0);
        close(in);
    }
    if (out >= 0) {
        dup2(out, 1);
        close(out);
    }
    exec_command(sh, c);
    return -1;
}

/* What killed a command, in the words that shells use. */
static void report_signal(int signal)
{
    static const struct {
        int signal;
        const char *text;
    } texts[] = {
        {4, "Illegal instruction"}, {5, "Trace/breakpoint trap"},
        {6, "Aborted"},             {7, "Bus error"},
        {8, "Floating point exception"}, {9, "Killed"},
        {11, "Segmentation fault"}, {15, "Terminated"},
    };

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (texts[i].signal == signal)
            fprintf(stderr, "%s\n", texts[i].text);
}

static int wait_for(pid_t *pid, int n)
{
    int status = 0;

    for (int i = 0; i < n; i++) {
        if (os_wait(pid[i], false, &status) < 0)
            status = 1;
        else if (status > 128)
            report_signal(status - 128);
    }
    return status;
}

static int run_pipeline(struct shell *sh, struct command *c, int n,
                        bool in_background)
{
    pid_t pid[MAX_PIPELINE];
    int in = -1, started = 0, fds[2];

    fflush(stdout);
    for (int i = 0; i < n; i++) {
        fds[0] = fds[1] = -1;
        if (i + 1 < n && pipe(fds) < 0) {
            perror("sh: pipe");
            break;
        }
        pid[i] = start(sh, &c[i], in, fds[1], fds[0]);
        if (in >= 0)
            close(in);
        if (fds[1] >= 0)
            close(fds[1]);
        in = fds[0];
        if (pid[i] < 0) {
            perror("sh: fork");
            break;
        }
        started++;
    }
    if (in >= 0)
        close(in);
    if (in_background && started) {
        sh->last_background = (int)pid[started - 1];
        return 0;
    }
    return started < n ? wait_for(pid, started), 1 : wait_for(pid, n);
}

static bool is_assignment(const struct command *c)
{
    const char *equals = c->argc == 1 ? strchr(c->argv[0], '=') : NULL;

    return equals && equals > c->argv[0];
}

static int assign(char *text)
{
    char *equals = strchr(text, '=');

    *equals = 0;
    return setenv(text, equals + 1, 1) == 0 ? 0 : 1;
}

/* In the shell itself where that makes a difference, else as processes. */
static int run_commands(struct shell *sh, struct command *c, int n,
                        bool in_background)
{
    if (n == 1 && !in_background && !c->in && !c->out) {
        int status;

        if (is_assignment(c))
            return assign(c->argv[0]);
        status = run_builtin(sh, c->argv, c->argc);
        if (status >= 0)
            return status;
    }
    return run_pipeline(sh, c, n, in_background);
}

static const char *read_pipeline(struct token **at, struct command *c, int *n)
{
    const char *error;

    for (*n = 0;; (*at)++) {
        if (*n == MAX_PIPELINE)
            return "too many commands in a pipeline";
        error = read_command(at, &c[(*n)++]);
        if (error || (*at)->kind != TOKEN_PIPE)
            return error;
    }
}

void run_line(struct shell *sh, struct line *line)
{
    static struct command command[MAX_PIPELINE];
    struct token *at = line->token;
    const char *error;
    int n;

    error = read_pipeline(&at, command, &n);
    if (error) {
        fprintf(stderr, "sh: %s\n", error);
        sh->status = 2;
        return;
    }
    sh->status =
        run_commands(sh, command, n, line->joint == TOKEN_BACKGROUND);
}
