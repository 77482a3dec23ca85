/*
 * The command line: `name=value` and `name`, separated by spaces; quotes
 * keep spaces. Early parameters have setup functions in a table made by the
 * linker; what nobody knows, and all after `--`, goes to init.
 */
#include "init.h"
#include "kernel.h"
#include "params.h"
#include "string.h"

char boot_command_line[COMMAND_LINE_SIZE];
const char *init_path;
const char *root_name;
char *init_argv[INIT_ARGS_MAX + 2];

/* The copy that is cut into words, which init_argv points into. */
static char words[COMMAND_LINE_SIZE];

extern const struct early_param __early_param_start[], __early_param_end[];

/* Cuts the next word off; quotes are removed. NULL at the end. */
static char *next_word(char **rest)
{
    char *in = *rest, *out, *word;
    bool quoted = false;

    while (*in == ' ' || *in == '\t' || *in == '\n') {
        in++;
    }
    if (!*in) {
        return NULL;
    }
    for (word = out = in;
         *in && (quoted || (*in != ' ' && *in != '\t' && *in != '\n')); in++) {
        if (*in == '"') {
            quoted = !quoted;
        } else {
            *out++ = *in;
        }
    }
    *rest = *in ? in + 1 : in;
    *out = 0;
    return word;
}

static bool is_param(const char *word, const char *name, const char **value)
{
    size_t len = strlen(name);

    if (strncmp(word, name, len) != 0 || (word[len] != '=' && word[len] != 0)) {
        return false;
    }
    *value = word[len] ? word + len + 1 : "";
    return true;
}

static void __init handle_param(const char *word)
{
    const struct early_param *param;
    const char *value;

    for (param = __early_param_start; param < __early_param_end; param++) {
        if (is_param(word, param->name, &value)) {
            if (param->setup(value) != 0) {
                panic("bad kernel parameter \"%s\"", word);
            }
            return;
        }
    }
    if (strchr(word, '=') == NULL || strchr(word, '.')) {
        return; /* a flag for someone else */
    }
    pr_info("Unknown kernel parameter \"%s\"\n", word);
}

void __init parse_params(void)
{
    char *rest = words, *word;
    int argc = 1;
    bool for_init = false;

    strscpy(words, boot_command_line, sizeof(words));
    while ((word = next_word(&rest)) != NULL) {
        if (for_init) {
            if (argc > INIT_ARGS_MAX) {
                panic("more than %d arguments for init", INIT_ARGS_MAX);
            }
            init_argv[argc++] = word;
        } else if (strcmp(word, "--") == 0) {
            for_init = true;
        } else {
            handle_param(word);
        }
    }
}

static int __init init_setup(const char *value)
{
    init_path = value;
    return 0;
}
early_param("init", init_setup);

static int __init root_setup(const char *value)
{
    root_name = value;
    return 0;
}
early_param("root", root_setup);

/* Where the console is, and how the root is mounted, is not a choice here. */
static int __init ignore_setup(const char *value)
{
    (void)value;
    return 0;
}
early_param("console", ignore_setup);
