/* Instructions that may fault on user memory, and where to go on then. */
#include "asm/trap.h"

struct exception_entry {
    unsigned long insn, fixup;
};

extern const struct exception_entry __ex_table_start[], __ex_table_end[];

bool fixup_exception(struct pt_regs *regs)
{
    const struct exception_entry *entry;

    for (entry = __ex_table_start; entry < __ex_table_end; entry++) {
        if (entry->insn == regs->epc) {
            regs->epc = entry->fixup;
            return true;
        }
    }
    return false;
}
