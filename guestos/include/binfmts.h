/* Starting programs. */
#ifndef QUIRE_GUESTOS_BINFMTS_H
#define QUIRE_GUESTOS_BINFMTS_H

#include "fs.h"

#define ARG_PAGES 32 /* arguments and environment: 128 KiB in all */

struct pt_regs;

/* What execve carries from the old address space to the new one. */
struct binprm {
    struct file *file;
    char *path;               /* as given */
    char head[256];           /* the file's first bytes, zeroes behind */
    char *strings[ARG_PAGES]; /* pages: arguments, then environment */
    size_t strings_size;
    unsigned argc, envc;
};

/* Replaces the current program; regs are its next ones. */
int do_execve(const char *path, const char *const *argv,
              const char *const *envp, bool from_user);
int load_elf(struct binprm *bprm, struct pt_regs *regs);
/* Point of no return: the current task gets a fresh address space. */
int begin_new_exec(struct binprm *bprm);

#endif
