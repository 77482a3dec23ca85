/*
 * Pictures as files: none takes the place of another.
 */
#include "frontend/visual/png.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit.h"

static const uint32_t pixels[2] = {0xff102030, 0xffa0b0c0};
static char folder[] = "/tmp/test_png.XXXXXX";

static void enter(void)
{
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(chdir(folder), 0);
}

static void leave(void)
{
    ck_assert_int_eq(chdir("/"), 0);
    ck_assert_int_eq(rmdir(folder), 0);
    memcpy(strrchr(folder, '.') + 1, "XXXXXX", 6);
}

static void save_new(const char *stem)
{
    char error[100] = "";

    ck_assert_msg(png_save_new(stem, pixels, 2, 1, error, sizeof error), "%s",
                  error);
}

START_TEST(a_second_picture_of_a_step_gets_another_name)
{
    enter();
    save_new("quire-7");
    ck_assert_int_ne(access("quire-7-2.png", F_OK), 0);
    save_new("quire-7");
    save_new("quire-7");
    ck_assert_int_ne(access("quire-7-4.png", F_OK), 0);
    save_new("quire-8");
    ck_assert_int_eq(unlink("quire-7.png"), 0);
    ck_assert_int_eq(unlink("quire-7-2.png"), 0);
    ck_assert_int_eq(unlink("quire-7-3.png"), 0);
    ck_assert_int_eq(unlink("quire-8.png"), 0);
    leave();
}
END_TEST

START_TEST(a_file_that_was_there_keeps_its_bytes)
{
    char text[8] = "";
    FILE *f;

    enter();
    f = fopen("quire-7.png", "w");
    ck_assert_ptr_nonnull(f);
    ck_assert_int_ge(fputs("mine", f), 0);
    ck_assert_int_eq(fclose(f), 0);
    save_new("quire-7");
    f = fopen("quire-7.png", "r");
    ck_assert_ptr_nonnull(f);
    ck_assert_ptr_nonnull(fgets(text, sizeof text, f));
    ck_assert_int_eq(fclose(f), 0);
    ck_assert_str_eq(text, "mine");
    ck_assert_int_eq(unlink("quire-7.png"), 0);
    ck_assert_int_eq(unlink("quire-7-2.png"), 0);
    leave();
}
END_TEST

START_TEST(where_nothing_can_be_written_the_reason_is_given)
{
    char error[100] = "";

    ck_assert(
        !png_save_new("/nowhere/quire-7", pixels, 2, 1, error, sizeof error));
    ck_assert_str_eq(error, strerror(ENOENT));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("png");
    TCase *tc = tcase_create("png");

    tcase_add_test(tc, a_second_picture_of_a_step_gets_another_name);
    tcase_add_test(tc, a_file_that_was_there_keeps_its_bytes);
    tcase_add_test(tc, where_nothing_can_be_written_the_reason_is_given);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
