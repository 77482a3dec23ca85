/*
 * Tests in the machine that are run by name: the attribute `run` of a
 * directory of /sys/kernel/debug lists them, and runs the one whose name is
 * written to it. Its `data` is the table, which ends with a NULL name.
 */
#ifndef QUIRE_GUESTOS_MM_DEBUGFS_TEST_H
#define QUIRE_GUESTOS_MM_DEBUGFS_TEST_H

#include "sysfs.h"

struct debugfs_test {
    const char *name;
    int (*run)(void); /* 0, or the error that the writer gets */
};

int debugfs_test_show(struct seq_file *m, void *tests);
/* -EINVAL: there is no such test. */
int debugfs_test_store(void *tests, const char *name);

/* The row of `run` among a directory's attributes. */
#define DEBUGFS_TEST_RUN {"run", 0644, debugfs_test_show, debugfs_test_store}

#endif
