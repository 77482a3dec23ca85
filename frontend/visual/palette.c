/*
 * The dark and the light palette, and how two colours mix.
 */
#include "frontend/visual/palette.h"

#define RGB(x) (0xff000000u | 0x##x)

const struct palette palette_dark = {
    .colour =
        {
            [ROLE_BG] = RGB(0F1216),     [ROLE_TRACK] = RGB(1D232A),
            [ROLE_GRID] = RGB(1D232A),   [ROLE_LINE] = RGB(262D35),
            [ROLE_PANEL] = RGB(14181D),  [ROLE_TEXT] = RGB(D9DFE6),
            [ROLE_DIM] = RGB(939DA9),    [ROLE_FAINT] = RGB(66707C),
            [ROLE_MARK] = RGB(FFFFFF),   [ROLE_HALO] = RGB(000000),
            [ROLE_INV] = RGB(E8ECF0),    [ROLE_INVTEXT] = RGB(0F1216),
            [ROLE_FREE] = RGB(1A1F25),   [ROLE_FREELINE] = RGB(3A444F),
            [ROLE_BLUE] = RGB(1A70B6),   [ROLE_ORANGE] = RGB(E29A00),
            [ROLE_SKY] = RGB(6CC3F2),    [ROLE_VERM] = RGB(C44A00),
            [ROLE_GREEN] = RGB(0E9A74),  [ROLE_PURPLE] = RGB(D383AF),
            [ROLE_YELLOW] = RGB(F0E442), [ROLE_G1] = RGB(D2D7DC),
            [ROLE_G2] = RGB(79838F),     [ROLE_G3] = RGB(565F6A),
            [ROLE_WHITE] = RGB(F2F4F6),
        },
    .edge_percent = 30,
};

const struct palette palette_light = {
    .colour =
        {
            [ROLE_BG] = RGB(FFFFFF),     [ROLE_TRACK] = RGB(E6E9EC),
            [ROLE_GRID] = RGB(E6E9EC),   [ROLE_LINE] = RGB(C9CED4),
            [ROLE_PANEL] = RGB(FFFFFF),  [ROLE_TEXT] = RGB(14181D),
            [ROLE_DIM] = RGB(4A535D),    [ROLE_FAINT] = RGB(76808B),
            [ROLE_MARK] = RGB(000000),   [ROLE_HALO] = RGB(FFFFFF),
            [ROLE_INV] = RGB(14181D),    [ROLE_INVTEXT] = RGB(FFFFFF),
            [ROLE_FREE] = RGB(F4F5F6),   [ROLE_FREELINE] = RGB(C3C8CE),
            [ROLE_BLUE] = RGB(0064A6),   [ROLE_ORANGE] = RGB(DF9500),
            [ROLE_SKY] = RGB(6CBBEA),    [ROLE_VERM] = RGB(CC5500),
            [ROLE_GREEN] = RGB(009E73),  [ROLE_PURPLE] = RGB(C46B9C),
            [ROLE_YELLOW] = RGB(F2E63C), [ROLE_G1] = RGB(59626C),
            [ROLE_G2] = RGB(858E98),     [ROLE_G3] = RGB(B0B7BF),
            [ROLE_WHITE] = RGB(14181D),
        },
    .edge_percent = 16,
    .is_light = true,
};

static uint32_t mix_channel(uint32_t a, uint32_t b, unsigned percent,
                            unsigned shift)
{
    uint32_t x = a >> shift & 0xff, y = b >> shift & 0xff;

    return (x * (100 - percent) + y * percent + 50) / 100 << shift;
}

uint32_t colour_mix(uint32_t a, uint32_t b, unsigned percent)
{
    return 0xff000000u | mix_channel(a, b, percent, 16) |
           mix_channel(a, b, percent, 8) | mix_channel(a, b, percent, 0);
}

uint32_t colour_ramp(unsigned i, unsigned n)
{
    /* Cividis (Nunez, Anderton, Renslow 2018) at equal steps. */
    static const uint32_t stops[] = {
        RGB(00224E), RGB(123570), RGB(3B496C), RGB(575D6D), RGB(707173),
        RGB(8A8678), RGB(A59C74), RGB(C3B369), RGB(E1CC55), RGB(FEE838)};
    unsigned last = sizeof stops / sizeof stops[0] - 1;
    unsigned at = i * last * 100 / (n - 1);

    if (at / 100 >= last)
        return stops[last];
    return colour_mix(stops[at / 100], stops[at / 100 + 1], at % 100);
}
