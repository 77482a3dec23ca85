/*
 * uname: system, node, release, version and machine.
 */
#include <stdio.h>

#include "linux_abi.h"

int main(void)
{
    struct linux_utsname name;

    if (os_call(SYS_UNAME, (long)&name, 0, 0, 0, 0, 0) < 0) {
        perror("uname");
        return 1;
    }
    printf("%s %s %s %s %s\n", name.sysname, name.nodename, name.release,
           name.version, name.machine);
    return 0;
}
