/*
 * Runs tests in the machine by name, see debugfs_test.h. It keeps nothing.
 */
#include "debugfs_test.h"

#include "errno.h"
#include "seq_file.h"
#include "string.h"

int debugfs_test_show(struct seq_file *m, void *tests)
{
    for (const struct debugfs_test *t = tests; t->name; t++)
        seq_printf(m, "%s\n", t->name);
    return 0;
}

int debugfs_test_store(void *tests, const char *name)
{
    for (const struct debugfs_test *t = tests; t->name; t++)
        if (!strcmp(name, t->name))
            return t->run();
    return -EINVAL;
}
