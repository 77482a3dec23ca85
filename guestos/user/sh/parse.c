/*
 * From a line of text to tokens: quotes, backslashes, comments, variables.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sh.h"

struct parser {
    const struct shell *sh;
    const char *at;
    char *out, *end;
    bool overflow;
};

static void put(struct parser *p, char c)
{
    if (p->out == p->end)
        p->overflow = true;
    else
        *p->out++ = c;
}

static void put_text(struct parser *p, const char *text)
{
    while (text && *text)
        put(p, *text++);
}

static void put_number(struct parser *p, int number)
{
    char digits[16];

    snprintf(digits, sizeof digits, "%d", number);
    put_text(p, digits);
}

/* p->at is behind a `$`. */
static void put_variable(struct parser *p)
{
    char name[64];
    size_t n = 0;
    char c = *p->at;

    if (c == '?') {
        p->at++;
        put_number(p, p->sh->status);
    } else if (c == '$') {
        p->at++;
        put_number(p, (int)getpid());
    } else if (c == '!') {
        p->at++;
        put_number(p, p->sh->last_background);
    } else if (c == '#') {
        p->at++;
        put_number(p, p->sh->argc ? p->sh->argc - 1 : 0);
    } else if (isdigit((unsigned char)c)) {
        p->at++;
        put_text(p, c - '0' < p->sh->argc ? p->sh->argv[c - '0'] : "");
    } else if (isalpha((unsigned char)c) || c == '_') {
        while (isalnum((unsigned char)*p->at) || *p->at == '_') {
            if (n + 1 < sizeof name)
                name[n++] = *p->at;
            p->at++;
        }
        name[n] = 0;
        put_text(p, getenv(name));
    } else {
        put(p, '$');
    }
}

/* Up to the closing quote; false if there is none. */
static bool put_quoted(struct parser *p, char quote)
{
    while (*p->at && *p->at != quote) {
        if (quote == '"' && *p->at == '$') {
            p->at++;
            put_variable(p);
        } else if (quote == '"' && *p->at == '\\' &&
                   strchr("\"\\$", p->at[1]) && p->at[1]) {
            put(p, p->at[1]);
            p->at += 2;
        } else {
            put(p, *p->at++);
        }
    }
    if (!*p->at)
        return false;
    p->at++;
    return true;
}

static bool put_word(struct parser *p)
{
    while (*p->at && !strchr(" \t\r\n|&;<>", *p->at)) {
        char c = *p->at++;

        if (c == '\'' || c == '"') {
            if (!put_quoted(p, c))
                return false;
        } else if (c == '$') {
            put_variable(p);
        } else if (c == '\\' && *p->at) {
            put(p, *p->at++);
        } else {
            put(p, c);
        }
    }
    put(p, 0);
    return true;
}

static const struct {
    char text[3];
    enum token_kind kind;
} operators[] = {
    {"&&", TOKEN_AND}, {"||", TOKEN_OR},        {">>", TOKEN_APPEND},
    {"|", TOKEN_PIPE}, {";", TOKEN_SEMICOLON},  {"&", TOKEN_BACKGROUND},
    {"<", TOKEN_IN},   {">", TOKEN_OUT},
};

static bool take_operator(struct parser *p, enum token_kind *kind)
{
    for (size_t i = 0; i < sizeof operators / sizeof operators[0]; i++) {
        size_t n = strlen(operators[i].text);

        if (!strncmp(p->at, operators[i].text, n)) {
            p->at += n;
            *kind = operators[i].kind;
            return true;
        }
    }
    return false;
}

static bool is_joint(enum token_kind kind)
{
    return kind == TOKEN_SEMICOLON || kind == TOKEN_BACKGROUND ||
           kind == TOKEN_AND || kind == TOKEN_OR;
}

const char *parse_pipeline(const struct shell *sh, const char **text,
                           struct line *line)
{
    struct parser p = {sh, *text, line->bytes, line->bytes + LINE_BYTES,
                       false};

    line->joint = TOKEN_END;
    for (struct token *t = line->token;; t++) {
        if (t == line->token + LINE_TOKENS - 1)
            return "too many words";
        while (*p.at && strchr(" \t\r\n", *p.at))
            p.at++;
        *t = (struct token){TOKEN_END, NULL};
        *text = *p.at == '#' ? p.at + strlen(p.at) : p.at;
        if (!**text)
            return NULL;
        if (take_operator(&p, &t->kind)) {
            if (!is_joint(t->kind))
                continue;
            line->joint = t->kind;
            t->kind = TOKEN_END;
            *text = p.at;
            return NULL;
        }
        *t = (struct token){TOKEN_WORD, p.out};
        if (!put_word(&p))
            return "a quote is not closed";
        if (p.overflow)
            return "line too long";
    }
}
