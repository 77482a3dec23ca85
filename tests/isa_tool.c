/*
 * What scripts need of the instruction set:
 *
 *   isa_tool doc             docs/isa.md, from the tables
 *   isa_tool words SEED      random instructions of every row, as raw bytes
 *   isa_tool text FILE BASE  their disassembly: address, bits, text
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "cpu/csr.h"
#include "cpu/extension.h"
#include "cpu/isa_pattern.h"

#define WORDS_A_ROW 40

static void print_heading(char letter)
{
    for (size_t i = 0; i < extension_table_rows; i++) {
        const struct extension_row *row = &extension_table[i];

        if (row->letter != letter)
            continue;
        printf("%c%s: %s", row->name[0] - 'a' + 'A', row->name + 1,
               row->meaning);
        return;
    }
    printf("Privileged");
}

static const char *width_name(unsigned xlens)
{
    return xlens == RVALL ? "" : xlens == RV32 ? "RV32" : "RV64";
}

/* `|` ends a cell, so it is escaped. */
static void print_cell(const char *text)
{
    for (; *text; text++)
        printf(*text == '|' ? "\\|" : "%c", *text);
}

static void print_instructions(char letter)
{
    printf("\n## ");
    print_heading(letter);
    printf("\n\n| name | encoding | operands | width | meaning |\n"
           "|---|---|---|---|---|\n");
    for (size_t i = 0; i < isa_table_rows; i++) {
        const struct isa_row *row = &isa_table[i];

        if (row->extension != letter)
            continue;
        printf("| %s | `", row->name);
        print_cell(row->encoding);
        printf("` | %s | %s | ", row->operands, width_name(row->xlens));
        print_cell(row->meaning);
        printf(" |\n");
    }
}

static const char *privilege_name(unsigned number)
{
    static const char *const names[] = {"U", "S", "", "M"};

    return names[number >> 8 & 3];
}

static void print_csr(const struct csr_row *row)
{
    char first[16] = "", last[16] = "";
    unsigned end = row->number + row->count - 1u;

    if (!csr_name(row->number, first) || !csr_name(end, last))
        return;
    printf("| 0x%03x", row->number);
    if (row->count > 1)
        printf(" - 0x%03x | %s - %s", end, first, last);
    else
        printf(" | %s", first);
    printf(" | %s | %s | %s | ", privilege_name(row->number),
           row->number >> 10 == 3 ? "ro" : "rw", width_name(row->xlens));
    print_cell(row->meaning);
    printf(" |\n");
}

static int print_doc(void)
{
    static const char letters[] = "IMACZFabsmzvP";

    printf("# Instructions and CSRs\n\nMade from `cpu/isa_table.c` and "
           "`cpu/csr_table.c` by `make update-isa-doc`; do not edit. The "
           "notation of the encodings is explained at the head of the first. "
           "What is not here raises an illegal-instruction exception.\n");
    for (const char *letter = letters; *letter; letter++)
        print_instructions(*letter);
    printf("\n## Control and status registers\n\n"
           "| number | name | from | access | width | meaning |\n"
           "|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < csr_table_rows; i++)
        print_csr(&csr_table[i]);
    return 0;
}

static uint32_t random_word(struct random *r, const struct isa_row *row,
                            const struct isa_pattern *p)
{
    uint32_t word = (uint32_t)random_next(r);

    if (strstr(row->encoding, "csr ")) {
        const struct csr_row *csr = &csr_table[random_below(r, csr_table_rows)];

        word = (word & 0xfffff) | (uint32_t)csr->number << 20;
    }
    /* The reserved fields of fences are nobody's business but execution's. */
    if (row->op == OP_FENCE)
        word &= 0x0ff00000;
    if (row->op == OP_FENCE_I)
        word = 0;
    return (word & ~p->mask) | p->match;
}

static int print_words(uint64_t seed)
{
    struct random r;

    random_seed(&r, seed);
    for (size_t i = 0; i < isa_table_rows; i++) {
        struct isa_pattern p;

        if (!isa_parse(&isa_table[i], &p))
            return 1;
        for (unsigned n = 0; n < WORDS_A_ROW; n++) {
            uint32_t word = random_word(&r, &isa_table[i], &p);

            fwrite(&word, p.size, 1, stdout);
        }
    }
    return 0;
}

static int print_text(const char *file, uint64_t pc)
{
    struct isa *isa = isa_new(32);
    FILE *f = fopen(file, "rb");
    uint32_t bits = 0;
    char text[64];

    while (f && fread(&bits, 2, 1, f) == 1) {
        unsigned length = isa_length(bits);

        if (length == 4 && fread((char *)&bits + 2, 2, 1, f) != 1)
            break;
        isa_disassemble(isa, text, sizeof text, bits, pc);
        printf("%" PRIx64 "\t%0*" PRIx32 "\t%s\n", pc, (int)length * 2, bits,
               text);
        pc += length;
        bits = 0;
    }
    isa_free(isa);
    if (!f)
        return 1;
    fclose(f);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 2 && !strcmp(argv[1], "doc"))
        return print_doc();
    if (argc == 3 && !strcmp(argv[1], "words"))
        return print_words(strtoull(argv[2], NULL, 0));
    if (argc == 4 && !strcmp(argv[1], "text"))
        return print_text(argv[2], strtoull(argv[3], NULL, 0));
    fprintf(stderr, "usage: isa_tool doc | words SEED | text FILE BASE\n");
    return 2;
}
