/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

/* Takes the engine's place in an ordinary build: gives the target every file named, or in a folder
 * named, as it is and with some changes that are the same each time.
 *
 *     fuzz-X [-n CHANGES] FILE|FOLDER... */

#define MAX_CHANGED_BYTES (64u << 10)

static guint n_changes = 300;
static guint n_inputs;

static void
give (const guint8 *data, gsize n_bytes)
{
  /* A block of exactly this size: reading beyond is found by the sanitizers. */
  g_autofree guint8 *copy = g_memdup2 (data, n_bytes);

  LLVMFuzzerTestOneInput (copy, n_bytes);
  n_inputs++;
}

/* The engine's own kind of change, in an ordinary program. */
size_t
LLVMFuzzerMutate (uint8_t *data, size_t n_bytes, size_t room)
{
  static GRand *rand;
  gsize n = n_bytes;

  if (rand == NULL)
    rand = g_rand_new_with_seed (21);
  if (n < room && g_rand_int_range (rand, 0, 4) == 0)
    data[n++] = (guint8) g_rand_int (rand);
  else if (n > 1 && g_rand_int_range (rand, 0, 4) == 0)
    n--;
  if (n > 0)
    data[g_rand_int_range (rand, 0, (gint32) n)] ^= (guint8) (1 << g_rand_int_range (rand, 0, 8));
  return n;
}

/* One to eight changes: another byte, a number of those that break parsers, a part cut out, a part
 * doubled. */
static void
change (GByteArray *data, GRand *rand)
{
  static const guint64 numbers[] = { 0,      1,          0x7f,       0xff,       0x7fff,
                                     0xffff, 0x7fffffff, 0xffffffff, G_MAXINT64, G_MAXUINT64 };
  guint n = (guint) g_rand_int_range (rand, 1, 9);

  for (guint i = 0; i < n && data->len > 8; i++) {
    guint at = (guint) g_rand_int_range (rand, 0, (gint32) data->len - 8);
    guint length = (guint) g_rand_int_range (rand, 1, 9);
    guint64 number = GUINT64_TO_LE (numbers[g_rand_int_range (rand, 0, G_N_ELEMENTS (numbers))]);

    switch (g_rand_int_range (rand, 0, 6)) {
    case 0:
    case 1:
      data->data[at] = (guint8) g_rand_int (rand);
      break;
    case 2:
      data->data[at] ^= (guint8) (1 << g_rand_int_range (rand, 0, 8));
      break;
    case 3:
      memcpy (data->data + at, &number, length);
      break;
    case 4:
      g_byte_array_remove_range (data, at, length);
      break;
    default: {
      guint8 part[8];

      memcpy (part, data->data + at, sizeof part);
      g_byte_array_append (data, part, length);
      memmove (data->data + at + length, data->data + at, data->len - at - length);
      memcpy (data->data + at, part, length);
    }
    }
  }
  if (g_rand_int_range (rand, 0, 10) == 0)
    g_byte_array_set_size (data, (guint) g_rand_int_range (rand, 0, (gint32) data->len + 1));
}

static void
give_file (const char *path)
{
  g_autofree char *content = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GRand) rand = NULL;
  gsize n_bytes;

  if (!g_file_get_contents (path, &content, &n_bytes, &error))
    g_error ("%s", error->message);
  give ((const guint8 *) content, n_bytes);
  if (n_bytes > MAX_CHANGED_BYTES)
    return;
  rand = g_rand_new_with_seed (20);
  for (guint i = 0; i < n_changes; i++) {
    g_autoptr (GByteArray) data = g_byte_array_new ();

    g_byte_array_append (data, (const guint8 *) content, (guint) n_bytes);
    if (i % 2 == 0)
      change (data, rand);
    else
      fuzz_mutate (data, rand);
    give (data->data, data->len);
  }
}

static void
give_folder (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *inner = g_build_filename (path, name, NULL);

    if (g_file_test (inner, G_FILE_TEST_IS_REGULAR))
      give_file (inner);
  }
}

int
main (int argc, char **argv)
{
  for (int i = 1; i < argc; i++) {
    if (g_str_equal (argv[i], "-n") && i + 1 < argc)
      n_changes = (guint) strtoul (argv[++i], NULL, 10);
    else if (g_file_test (argv[i], G_FILE_TEST_IS_DIR))
      give_folder (argv[i]);
    else
      give_file (argv[i]);
  }
  g_print ("TAP version 13\n1..1\nok 1 - %u inputs\n", n_inputs);
  return 0;
}
