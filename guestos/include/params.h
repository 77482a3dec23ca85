/* What the command line said. */
#ifndef QUIRE_GUESTOS_PARAMS_H
#define QUIRE_GUESTOS_PARAMS_H

#define COMMAND_LINE_SIZE 1024
#define INIT_ARGS_MAX 30

extern const char *init_path; /* init=, or NULL */
extern const char *root_name; /* root=, or NULL */
/* [0] is for the path, then what stood after `--`, then NULL. */
extern char *init_argv[INIT_ARGS_MAX + 2];

/* Cuts boot_command_line into parameters and calls their setup functions. */
void parse_params(void);

#endif
