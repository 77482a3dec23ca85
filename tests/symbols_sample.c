/*
 * A program for tests/test_symbols.c: never run, only linked, so that its
 * symbols and its DWARF are known.
 */
typedef struct list {
    struct list *next, *prev;
} list_t;

enum colour { RED = -2, GREEN, BLUE = 40 };
enum unused { NOBODY_USES_ME = 7 };

struct inner {
    short a;
    int b[3][2];
};

struct sample {
    char first;
    union {
        int number;
        struct {
            unsigned char low, high;
        };
    };
    unsigned flag : 1, mode : 3, : 6, wide : 9;
    struct inner inners[5];
    struct list link;
    const volatile long long last;
    enum colour colour;
    char tail[];
};

typedef struct {
    unsigned count;
} anonymous_t;

struct sample sample_variable = {.colour = BLUE};
anonymous_t anonymous_variable;
list_t list_variable;

int sample_function(int x);
int sample_function(int x)
{
    return x * sample_variable.number;
}

void _start(void);
void _start(void)
{
    sample_function((int)anonymous_variable.count);
    for (;;)
        ;
}
