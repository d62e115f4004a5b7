/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "base/ts-checked.h"
#include "base/ts-cursor.h"
#include "base/ts-half.h"
#include "base/ts-pool.h"

#include <math.h>
#include <string.h>

static void
test_checked (void)
{
  guint64 out = 7;

  g_assert_true (ts_checked_add (G_MAXUINT64 - 1, 1, &out));
  g_assert_cmpuint (out, ==, G_MAXUINT64);
  g_assert_false (ts_checked_add (G_MAXUINT64, 1, &out));
  g_assert_true (ts_checked_mul (1u << 31, G_GUINT64_CONSTANT (1) << 32, &out));
  g_assert_cmpuint (out, ==, G_GUINT64_CONSTANT (1) << 63);
  g_assert_false (
      ts_checked_mul (G_GUINT64_CONSTANT (1) << 32, G_GUINT64_CONSTANT (1) << 32, &out));
  g_assert_true (ts_range_fits (0, 0, 0));
  g_assert_true (ts_range_fits (3, 5, 8));
  g_assert_false (ts_range_fits (3, 6, 8));
  g_assert_false (ts_range_fits (9, 0, 8));
  g_assert_false (ts_range_fits (1, G_MAXUINT64, 8));
}

static void
test_cursor (void)
{
  const guint8 data[] = { 1, 2, 3, 4, 5, 6, 7, 8, 'a', 'b', '\n', '\n', 'c' };
  const gchar *line;
  TsCursor cursor;
  gsize length;

  ts_cursor_init (&cursor, data, sizeof data);
  g_assert_cmphex (ts_cursor_u64le (&cursor), ==, G_GUINT64_CONSTANT (0x0807060504030201));
  g_assert_true (ts_cursor_seek (&cursor, 0));
  g_assert_cmphex (ts_cursor_u64be (&cursor), ==, G_GUINT64_CONSTANT (0x0102030405060708));
  g_assert_true (ts_cursor_seek (&cursor, 1));
  g_assert_cmphex (ts_cursor_u16le (&cursor), ==, 0x0302);
  g_assert_cmphex (ts_cursor_u16be (&cursor), ==, 0x0405);
  g_assert_true (ts_cursor_seek (&cursor, 0));
  g_assert_cmphex (ts_cursor_u32le (&cursor), ==, 0x04030201);
  g_assert_cmphex (ts_cursor_u32be (&cursor), ==, 0x05060708);
  line = ts_cursor_line (&cursor, &length);
  g_assert_cmpmem (line, length, "ab", 2);
  line = ts_cursor_line (&cursor, &length);
  g_assert_cmpuint (length, ==, 0);
  g_assert_cmpuint (ts_cursor_get_remaining (&cursor), ==, 1);
  g_assert_false (cursor.failed);

  /* No end of line: failed, and stays so. */
  g_assert_null (ts_cursor_line (&cursor, &length));
  g_assert_true (cursor.failed);
  g_assert_cmpuint (ts_cursor_u8 (&cursor), ==, 0);
  g_assert_cmpuint (ts_cursor_get_remaining (&cursor), ==, 0);
  g_assert_false (ts_cursor_seek (&cursor, 0));
}

static void
test_cursor_end (void)
{
  const guint8 data[] = { 1, 2, 3 };
  TsCursor cursor;

  ts_cursor_init (&cursor, data, sizeof data);
  g_assert_nonnull (ts_cursor_take (&cursor, 3));
  g_assert_nonnull (ts_cursor_take (&cursor, 0));
  g_assert_false (cursor.failed);
  g_assert_null (ts_cursor_take (&cursor, 1));
  g_assert_true (cursor.failed);

  ts_cursor_init (&cursor, data, sizeof data);
  g_assert_cmpuint (ts_cursor_u32le (&cursor), ==, 0);
  g_assert_true (cursor.failed);

  ts_cursor_init (&cursor, data, sizeof data);
  g_assert_null (ts_cursor_take (&cursor, G_MAXUINT64));
  ts_cursor_init (&cursor, data, sizeof data);
  g_assert_false (ts_cursor_seek (&cursor, 4));
  ts_cursor_init (&cursor, NULL, 0);
  g_assert_cmpuint (ts_cursor_u8 (&cursor), ==, 0);
  g_assert_true (cursor.failed);
}

/* All 65,536 values by another way: as float32 bits put together by hand. */
static float
half_by_bits (guint bits)
{
  union
  {
    guint32 u;
    float f;
  } pun;
  guint32 sign = (guint32) (bits & 0x8000) << 16;
  guint32 exponent = bits >> 10 & 0x1f, mantissa = bits & 0x3ff;

  if (exponent == 0) {
    /* a multiple of 2^-24 */
    pun.f = (float) mantissa / 16777216.0f;
    pun.u |= sign;
  } else {
    pun.u = sign | (exponent == 31 ? 0xffu : exponent + 112) << 23 | mantissa << 13;
  }
  return pun.f;
}

static void
assert_same (float a, float b, guint bits)
{
  gboolean same = isnan (a) ? isnan (b) : a == b && signbit (a) == signbit (b);

  if (!same)
    g_error ("%04x: %.9g is not %.9g", bits, (double) a, (double) b);
}

static void
test_half_to_float (void)
{
  const float *table = ts_half_get_table ();

  for (guint i = 0; i < 65536; i++) {
    assert_same (ts_half_to_float ((guint16) i), half_by_bits (i), i);
    assert_same (table[i], half_by_bits (i), i);
  }
  g_assert_cmpfloat (ts_half_to_float (0x7bff), ==, 65504.0f);
  g_assert_cmpfloat (ts_half_to_float (0x0001), ==, 0x1p-24f);
  g_assert_cmpfloat (ts_half_to_float (0xc000), ==, -2.0f);
  g_assert_true (isinf (ts_half_to_float (0xfc00)));
}

static void
test_half_from_float (void)
{
  for (guint i = 0; i < 65536; i++) {
    float value = ts_half_to_float ((guint16) i);
    guint16 back = ts_half_from_float (value);

    if (isnan (value))
      g_assert_true (isnan (ts_half_to_float (back)));
    else
      g_assert_cmphex (back, ==, i);
    /* Halfway to the next one goes to the even one; a little more or less does not. */
    if ((i & 0x7fff) < 0x7bff) {
      float next = ts_half_to_float ((guint16) (i + 1));
      float middle = value + (next - value) / 2;

      g_assert_cmphex (ts_half_from_float (middle), ==, i & 1 ? i + 1 : i);
      g_assert_cmphex (ts_half_from_float (nextafterf (middle, next)), ==, i + 1);
      g_assert_cmphex (ts_half_from_float (nextafterf (middle, value)), ==, i);
    }
  }
  g_assert_cmphex (ts_half_from_float (65519.0f), ==, 0x7bff);
  g_assert_cmphex (ts_half_from_float (65520.0f), ==, 0x7c00);
  g_assert_cmphex (ts_half_from_float (-1e30f), ==, 0xfc00);
  g_assert_cmphex (ts_half_from_float (0x1p-25f), ==, 0);
  g_assert_cmphex (ts_half_from_float (-1e-30f), ==, 0x8000);
}

static void
test_bfloat16 (void)
{
  g_assert_cmpfloat (ts_bfloat16_to_float (0x3f80), ==, 1.0f);
  g_assert_cmpfloat (ts_bfloat16_to_float (0xc049), ==, -3.140625f);
  g_assert_true (isinf (ts_bfloat16_to_float (0x7f80)));
  g_assert_true (isnan (ts_bfloat16_to_float (0x7fc0)));
}

/* Largest value, smallest normal and subnormal one, where infinity is (0 for none), and how many
 * codes are NaN, from the publications of the formats. */
static const struct
{
  TsFloat8 format;
  guint largest_code;
  float largest, one_code_value;
  guint one_code;
  float smallest_normal;
  guint smallest_normal_code;
  float smallest;
  guint infinity_code;
  guint n_nan;
} float8s[] = {
  { TS_FLOAT8_E4M3FN, 0x7e, 448, 1, 0x38, 0x1p-6f, 0x08, 0x1p-9f, 0, 2 },
  { TS_FLOAT8_E5M2, 0x7b, 57344, 1, 0x3c, 0x1p-14f, 0x04, 0x1p-16f, 0x7c, 6 },
  { TS_FLOAT8_E4M3FNUZ, 0x7f, 240, 1, 0x40, 0x1p-7f, 0x08, 0x1p-10f, 0, 1 },
  { TS_FLOAT8_E5M2FNUZ, 0x7f, 57344, 1, 0x40, 0x1p-15f, 0x04, 0x1p-17f, 0, 1 },
  { TS_FLOAT8_E4M3B11FNUZ, 0x7f, 30, 1, 0x58, 0x1p-10f, 0x08, 0x1p-13f, 0, 1 },
  { TS_FLOAT8_E4M3, 0x77, 240, 1, 0x38, 0x1p-6f, 0x08, 0x1p-9f, 0x78, 14 },
  { TS_FLOAT8_E3M4, 0x6f, 15.5f, 1, 0x30, 0x1p-2f, 0x10, 0x1p-6f, 0x70, 30 },
};

static void
test_float8 (void)
{
  for (gsize f = 0; f < G_N_ELEMENTS (float8s); f++) {
    const float *table = ts_float8_get_table (float8s[f].format);
    guint n_nan = 0;

    g_test_message ("format %u", float8s[f].format);
    g_assert_cmpfloat (table[0], ==, 0.0f);
    g_assert_cmpfloat (table[1], ==, float8s[f].smallest);
    g_assert_cmpfloat (table[float8s[f].smallest_normal_code], ==, float8s[f].smallest_normal);
    g_assert_cmpfloat (table[float8s[f].one_code], ==, float8s[f].one_code_value);
    g_assert_cmpfloat (table[float8s[f].largest_code], ==, float8s[f].largest);
    if (float8s[f].infinity_code != 0) {
      g_assert_true (isinf (table[float8s[f].infinity_code]) &&
                     table[float8s[f].infinity_code] > 0);
      g_assert_true (isinf (table[float8s[f].infinity_code | 0x80]));
    }
    /* Rising, and the same with the other sign. */
    for (guint i = 1; i <= float8s[f].largest_code; i++) {
      g_assert_cmpfloat (table[i], >, table[i - 1]);
      g_assert_cmpfloat (table[i | 0x80], ==, -table[i]);
    }
    for (guint i = 0; i < 256; i++)
      n_nan += isnan (table[i]) != 0;
    g_assert_cmpuint (n_nan, ==, float8s[f].n_nan);
  }
}

/* e5m2 is the upper half of a binary16. */
static void
test_float8_e5m2 (void)
{
  for (guint i = 0; i < 256; i++)
    assert_same (ts_float8_get_table (TS_FLOAT8_E5M2)[i], ts_half_to_float ((guint16) (i << 8)), i);
}

static void
test_float8_e8m0 (void)
{
  const float *table = ts_float8_get_table (TS_FLOAT8_E8M0FNU);

  for (guint i = 0; i < 255; i++)
    g_assert_cmpfloat ((double) table[i], ==, ldexp (1.0, (int) i - 127));
  g_assert_true (isnan (table[255]));
}

/* ---- the pool of threads ---- */

#define N_TASKS 200

typedef struct
{
  GMutex lock;
  GCond cond;
  guint n_done;
  guint order[N_TASKS];
  gboolean is_open; /* tasks may begin */
} Desk;

typedef struct
{
  Desk *desk;
  guint number;
} Task;

static void
task_cb (gpointer data)
{
  Task *task = data;

  g_mutex_lock (&task->desk->lock);
  while (!task->desk->is_open)
    g_cond_wait (&task->desk->cond, &task->desk->lock);
  if (task->number < N_TASKS)
    task->desk->order[task->desk->n_done++] = task->number;
  g_cond_broadcast (&task->desk->cond);
  g_mutex_unlock (&task->desk->lock);
}

/* While all threads are held, tasks queue up: those of the screen come first. */
static void
test_pool_order (void)
{
  Desk desk = { .n_done = 0 };
  Task held = { &desk, N_TASKS };
  Task tasks[N_TASKS];
  guint n_files = N_TASKS / 2, n_threads = ts_pool_get_n_threads (), n_late = 0;

  g_assert_cmpuint (n_threads, >=, 2);
  for (guint i = 0; i < n_threads; i++)
    ts_pool_push (TS_POOL_SCREEN, task_cb, &held);
  for (guint i = 0; i < N_TASKS; i++) {
    tasks[i] = (Task){ &desk, i };
    ts_pool_push (i < n_files ? TS_POOL_FILE : TS_POOL_SCREEN, task_cb, &tasks[i]);
  }
  g_mutex_lock (&desk.lock);
  desk.is_open = TRUE;
  g_cond_broadcast (&desk.cond);
  while (desk.n_done < N_TASKS)
    g_cond_wait (&desk.cond, &desk.lock);
  g_mutex_unlock (&desk.lock);
  /* As many as there are threads may be taken before their turn is noted. */
  for (guint i = 0; i < N_TASKS - n_files; i++)
    n_late += desk.order[i] < n_files;
  g_assert_cmpuint (n_late, <=, n_threads);
}

static void
count_part (guint part, gpointer data)
{
  g_atomic_int_inc (&((int *) data)[part]);
}

static void
run_nested (guint part, gpointer data)
{
  ts_pool_run (7, count_part, (int *) data + 7 * part);
}

/* Every part once; also from within, when all threads are at work. */
static void
test_pool_run (void)
{
  int counts[7 * 64] = { 0 };

  ts_pool_run (0, count_part, counts);
  ts_pool_run (1, count_part, counts);
  g_assert_cmpint (counts[0], ==, 1);
  counts[0] = 0;
  ts_pool_run (64, run_nested, counts);
  for (guint i = 0; i < G_N_ELEMENTS (counts); i++)
    g_assert_cmpint (counts[i], ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/checked", test_checked);
  g_test_add_func ("/cursor/reads", test_cursor);
  g_test_add_func ("/cursor/end", test_cursor_end);
  g_test_add_func ("/half/to-float", test_half_to_float);
  g_test_add_func ("/half/from-float", test_half_from_float);
  g_test_add_func ("/half/bfloat16", test_bfloat16);
  g_test_add_func ("/float8/values", test_float8);
  g_test_add_func ("/float8/e5m2-is-half", test_float8_e5m2);
  g_test_add_func ("/float8/e8m0", test_float8_e8m0);
  g_test_add_func ("/pool/order", test_pool_order);
  g_test_add_func ("/pool/run", test_pool_run);
  return g_test_run ();
}
