/*
 * The palettes for colour-blind eyes: any two solid fills must differ by
 * CIEDE2000 of at least 12 as seen with protanopia and with deuteranopia
 * (Machado, Oliveira, Fernandes 2009, severity 1); and text must have the
 * contrast that the design names.
 */
#include "frontend/visual/palette.h"

#include <math.h>

#include "base/compiler.h"
#include "tests/unit.h"

struct lab {
    double l, a, b;
};

static const double protan[3][3] = {{0.152286, 1.052583, -0.204868},
                                    {0.114503, 0.786281, 0.099216},
                                    {-0.003882, -0.048116, 1.051998}};
static const double deutan[3][3] = {{0.367322, 0.860646, -0.227968},
                                    {0.280085, 0.672501, 0.047413},
                                    {-0.011820, 0.042940, 0.968881}};

/* What fills a solid cell. */
static const enum role fills[] = {ROLE_BLUE,   ROLE_ORANGE, ROLE_SKY,
                                  ROLE_VERM,   ROLE_GREEN,  ROLE_PURPLE,
                                  ROLE_YELLOW, ROLE_G1};

static void to_linear(uint32_t colour, double rgb[3])
{
    for (int i = 0; i < 3; i++) {
        double c = (double)(colour >> (16 - 8 * i) & 0xff) / 255;

        rgb[i] = c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
    }
}

static double lab_curve(double t)
{
    return t > 216.0 / 24389 ? cbrt(t) : (24389.0 / 27 * t + 16) / 116;
}

static struct lab to_lab(const double rgb[3])
{
    double x = 0.4124 * rgb[0] + 0.3576 * rgb[1] + 0.1805 * rgb[2];
    double y = 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2];
    double z = 0.0193 * rgb[0] + 0.1192 * rgb[1] + 0.9505 * rgb[2];
    double fx = lab_curve(x / 0.95047), fy = lab_curve(y);
    double fz = lab_curve(z / 1.08883);

    return (struct lab){116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)};
}

static struct lab seen(uint32_t colour, const double matrix[3][3])
{
    double rgb[3], out[3];

    to_linear(colour, rgb);
    for (int i = 0; i < 3; i++) {
        out[i] = matrix[i][0] * rgb[0] + matrix[i][1] * rgb[1] +
                 matrix[i][2] * rgb[2];
        out[i] = out[i] < 0 ? 0 : out[i] > 1 ? 1 : out[i];
    }
    return to_lab(out);
}

static double degrees(double b, double a)
{
    double h = atan2(b, a) * 180 / M_PI;

    return h < 0 ? h + 360 : h;
}

static double cosd(double angle)
{
    return cos(angle * M_PI / 180);
}

/* Sharma, Wu, Dalal 2005. */
static double ciede2000(struct lab p, struct lab q)
{
    double mean = (hypot(p.a, p.b) + hypot(q.a, q.b)) / 2;
    double g = 0.5 * (1 - sqrt(pow(mean, 7) / (pow(mean, 7) + pow(25, 7))));
    double a1 = (1 + g) * p.a, a2 = (1 + g) * q.a;
    double c1 = hypot(a1, p.b), c2 = hypot(a2, q.b);
    double h1 = degrees(p.b, a1), h2 = degrees(q.b, a2);
    double dh = h2 - h1, h = h1 + h2, l = (p.l + q.l) / 2, c = (c1 + c2) / 2;
    double t, sl, sc, sh, rt, dl = q.l - p.l, dc = c2 - c1, big;

    dh = dh > 180 ? dh - 360 : dh < -180 ? dh + 360 : dh;
    if (c1 * c2 > 0)
        h = fabs(h1 - h2) <= 180 ? h / 2
            : h < 360            ? (h + 360) / 2
                                 : (h - 360) / 2;
    big = 2 * sqrt(c1 * c2) * sin(dh / 2 * M_PI / 180);
    t = 1 - 0.17 * cosd(h - 30) + 0.24 * cosd(2 * h) + 0.32 * cosd(3 * h + 6) -
        0.20 * cosd(4 * h - 63);
    sl = 1 + 0.015 * pow(l - 50, 2) / sqrt(20 + pow(l - 50, 2));
    sc = 1 + 0.045 * c;
    sh = 1 + 0.015 * c * t;
    rt = -2 * sqrt(pow(c, 7) / (pow(c, 7) + pow(25, 7))) *
         sin(60 * exp(-pow((h - 275) / 25, 2)) * M_PI / 180);
    return sqrt(pow(dl / sl, 2) + pow(dc / sc, 2) + pow(big / sh, 2) +
                rt * dc / sc * big / sh);
}

static double least_difference(const struct palette *p,
                               const double matrix[3][3])
{
    double least = 1000;

    for (size_t i = 0; i < ARRAY_SIZE(fills); i++)
        for (size_t k = 0; k < i; k++) {
            double d = ciede2000(seen(p->colour[fills[i]], matrix),
                                 seen(p->colour[fills[k]], matrix));

            least = d < least ? d : least;
        }
    return least;
}

static double luminance(uint32_t colour)
{
    double rgb[3];

    to_linear(colour, rgb);
    return 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2];
}

static double contrast(uint32_t a, uint32_t b)
{
    double x = luminance(a), y = luminance(b);

    return (fmax(x, y) + 0.05) / (fmin(x, y) + 0.05);
}

START_TEST(the_difference_is_ciede2000)
{
    /* Pairs 1, 7, 13 and 17 of Sharma, Wu and Dalal's table. */
    static const struct {
        struct lab p, q;
        double d;
    } pairs[] = {
        {{50, 2.6772, -79.7751}, {50, 0, -82.7485}, 2.0425},
        {{50, 0, 0}, {50, -1, 2}, 2.3669},
        {{50, -0.001, 2.49}, {50, 0.0009, -2.49}, 4.8045},
        {{50, 2.5, 0}, {73, 25, -18}, 27.1492},
    };

    for (size_t i = 0; i < ARRAY_SIZE(pairs); i++)
        ck_assert_double_eq_tol(ciede2000(pairs[i].p, pairs[i].q), pairs[i].d,
                                0.0001);
}
END_TEST

START_TEST(dark_fills_differ_for_colour_blind_eyes)
{
    ck_assert_double_ge(least_difference(&palette_dark, protan), 12);
    ck_assert_double_ge(least_difference(&palette_dark, deutan), 12);
}
END_TEST

START_TEST(light_fills_differ_for_colour_blind_eyes)
{
    ck_assert_double_ge(least_difference(&palette_light, protan), 12);
    ck_assert_double_ge(least_difference(&palette_light, deutan), 12);
}
END_TEST

START_TEST(text_has_contrast)
{
    const struct palette *palettes[] = {&palette_dark, &palette_light};

    for (int i = 0; i < 2; i++) {
        const uint32_t *c = palettes[i]->colour;

        ck_assert_double_ge(contrast(c[ROLE_TEXT], c[ROLE_BG]), 13.5);
        ck_assert_double_ge(contrast(c[ROLE_DIM], c[ROLE_BG]), 6.5);
        ck_assert_double_ge(contrast(c[ROLE_FAINT], c[ROLE_BG]), 3.5);
        ck_assert_double_ge(contrast(c[ROLE_INVTEXT], c[ROLE_INV]), 13.5);
    }
}
END_TEST

START_TEST(mixing_goes_from_one_to_the_other)
{
    ck_assert_uint_eq(colour_mix(0xff102030, 0xff506070, 0), 0xff102030);
    ck_assert_uint_eq(colour_mix(0xff102030, 0xff506070, 100), 0xff506070);
    ck_assert_uint_eq(colour_mix(0xff000000, 0xff646464, 50), 0xff323232);
    ck_assert_uint_eq(colour_ramp(0, 11), 0xff00224e);
    ck_assert_uint_eq(colour_ramp(10, 11), 0xfffee838);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("palette");
    TCase *tc = tcase_create("palette");

    tcase_add_test(tc, the_difference_is_ciede2000);
    tcase_add_test(tc, dark_fills_differ_for_colour_blind_eyes);
    tcase_add_test(tc, light_fills_differ_for_colour_blind_eyes);
    tcase_add_test(tc, text_has_contrast);
    tcase_add_test(tc, mixing_goes_from_one_to_the_other);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
