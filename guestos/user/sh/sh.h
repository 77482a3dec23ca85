/*
 * The shell's parts: sh.c reads lines, parse.c cuts them into tokens,
 * run.c runs them, a pipeline at a time.
 */
#ifndef OCTAVO_USER_SH_H
#define OCTAVO_USER_SH_H

#include <stdbool.h>
#include <stddef.h>

enum token_kind {
    TOKEN_WORD,
    TOKEN_PIPE,       /* |  */
    TOKEN_AND,        /* && */
    TOKEN_OR,         /* || */
    TOKEN_SEMICOLON,  /* ;  */
    TOKEN_BACKGROUND, /* &  */
    TOKEN_IN,         /* <  */
    TOKEN_OUT,        /* >  */
    TOKEN_APPEND,     /* >> */
    TOKEN_END,
};

struct token {
    enum token_kind kind;
    char *text; /* TOKEN_WORD: points into struct line */
};

#define LINE_TOKENS 128
#define LINE_BYTES 2048

/* A pipeline, and what stands behind it. */
struct line {
    struct token token[LINE_TOKENS]; /* the last is TOKEN_END */
    enum token_kind joint; /* TOKEN_SEMICOLON, _BACKGROUND, _AND, _OR, _END */
    char bytes[LINE_BYTES];
};

struct shell {
    int status;       /* $? */
    int last_background; /* $! */
    int argc;         /* of the script: $# */
    char **argv;      /* $0, $1 .. */
    bool exits;       /* `exit` was run */
    bool exit_on_error; /* set -e */
};

/* Cuts the first pipeline of *text into tokens, with the variables as they
 * are now, and moves *text behind it and its joint. NULL, or what is wrong. */
const char *parse_pipeline(const struct shell *sh, const char **text,
                           struct line *line);

/* Runs a parsed pipeline and sets sh->status. */
void run_line(struct shell *sh, struct line *line);

#endif
