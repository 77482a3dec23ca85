/*
 * The CPUs as a whole: which there are and which run.
 */
#include "cpumask.h"

struct cpumask __cpu_possible_mask = {1};
struct cpumask __cpu_online_mask = {1};
