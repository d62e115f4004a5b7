/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "base/ts-error.h"
#include "bytes/ts-inflate-source.h"
#include "bytes/ts-zip-names.h"
#include "bytes/ts-zip.h"

#include <string.h>
#include <zlib.h>
#ifdef HAVE_LIBZIP
#include <zip.h>
#endif

/* Archives put together by hand, so that any field may lie; and real ones, held against another
 * reader of zip archives where one is there. */

static void
put16 (GByteArray *out, guint value)
{
  guint16 packed = GUINT16_TO_LE ((guint16) value);

  g_byte_array_append (out, (const guint8 *) &packed, sizeof packed);
}

static void
put32 (GByteArray *out, guint64 value)
{
  guint32 packed = GUINT32_TO_LE ((guint32) value);

  g_byte_array_append (out, (const guint8 *) &packed, sizeof packed);
}

static void
put64 (GByteArray *out, guint64 value)
{
  guint64 packed = GUINT64_TO_LE (value);

  g_byte_array_append (out, (const guint8 *) &packed, sizeof packed);
}

static void
put_text (GByteArray *out, const char *text)
{
  g_byte_array_append (out, (const guint8 *) text, (guint) strlen (text));
}

typedef struct
{
  const char *name;
  const guint8 *data;
  gsize n_data;
  guint method;
  gboolean is_zip64;   /* sizes and offset in the central extra field */
  guint n_local_extra; /* that many bytes before the data */
  guint64 size_bytes;  /* as claimed; 0 for the truth */
} Part;

static GByteArray *
deflate_bytes (const guint8 *data, gsize n_data, int level)
{
  z_stream stream = { 0 };
  GByteArray *out = g_byte_array_new ();

  deflateInit2 (&stream, level, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  g_byte_array_set_size (out, (guint) deflateBound (&stream, n_data));
  stream.next_in = (guint8 *) data;
  stream.avail_in = (guint) n_data;
  stream.next_out = out->data;
  stream.avail_out = out->len;
  g_assert_cmpint (deflate (&stream, Z_FINISH), ==, Z_STREAM_END);
  g_byte_array_set_size (out, (guint) stream.total_out);
  deflateEnd (&stream);
  return out;
}

static TsSource *
build (const Part *parts, guint n_parts, gboolean zip64_end)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  g_autoptr (GByteArray) directory = g_byte_array_new ();
  g_autoptr (GBytes) bytes = NULL;
  guint64 directory_at;

  for (guint i = 0; i < n_parts; i++) {
    const Part *part = &parts[i];
    guint64 header_at = out->len;
    guint64 size = part->size_bytes != 0 ? part->size_bytes : part->n_data;
    g_autoptr (GByteArray) packed = NULL;
    guint32 crc = (guint32) crc32 (0, part->data, (uInt) part->n_data);

    if (part->method == 8) {
      packed = deflate_bytes (part->data, part->n_data, 6);
    } else {
      packed = g_byte_array_new ();
      g_byte_array_append (packed, part->data, (guint) part->n_data);
    }
    put32 (out, 0x04034b50);
    put16 (out, 45);
    put16 (out, 0x808);
    put16 (out, part->method);
    put32 (out, 0);
    /* As in a streamed archive: nothing is known yet. */
    put32 (out, 0);
    put32 (out, 0xffffffff);
    put32 (out, 0xffffffff);
    put16 (out, (guint) strlen (part->name));
    put16 (out, part->n_local_extra);
    put_text (out, part->name);
    for (guint j = 0; j < part->n_local_extra; j++)
      g_byte_array_append (out, (const guint8 *) "Z", 1);
    g_byte_array_append (out, packed->data, packed->len);

    put32 (directory, 0x02014b50);
    put32 (directory, 45);
    put16 (directory, 0x808);
    put16 (directory, part->method);
    put32 (directory, 0);
    put32 (directory, crc);
    put32 (directory, part->is_zip64 ? 0xffffffff : packed->len);
    put32 (directory, part->is_zip64 ? 0xffffffff : size);
    put16 (directory, (guint) strlen (part->name));
    put16 (directory, part->is_zip64 ? 34 : 0);
    put16 (directory, 3);
    put64 (directory, 0);
    put32 (directory, part->is_zip64 ? 0xffffffff : header_at);
    put_text (directory, part->name);
    if (part->is_zip64) {
      put16 (directory, 0x4242); /* another field first */
      put16 (directory, 2);
      put16 (directory, 0);
      put16 (directory, 1);
      put16 (directory, 24);
      put64 (directory, size);
      put64 (directory, packed->len);
      put64 (directory, header_at);
    }
    put_text (directory, "abc");
  }
  directory_at = out->len;
  g_byte_array_append (out, directory->data, directory->len);
  if (zip64_end) {
    guint64 end64_at = out->len;

    put32 (out, 0x06064b50);
    put64 (out, 44);
    put32 (out, 45);
    put64 (out, 0);
    put64 (out, n_parts);
    put64 (out, n_parts);
    put64 (out, directory->len);
    put64 (out, directory_at);
    put32 (out, 0x07064b50);
    put32 (out, 0);
    put64 (out, end64_at);
    put32 (out, 1);
  }
  put32 (out, 0x06054b50);
  put32 (out, 0);
  put16 (out, zip64_end ? 0xffff : n_parts);
  put16 (out, zip64_end ? 0xffff : n_parts);
  put32 (out, zip64_end ? 0xffffffff : directory->len);
  put32 (out, zip64_end ? 0xffffffff : directory_at);
  put16 (out, 0);
  bytes = g_byte_array_free_to_bytes (g_steal_pointer (&out));
  return ts_memory_source_new (bytes);
}

static void
assert_member (TsZip *zip, const char *name, const guint8 *data, gsize n_data)
{
  g_autoptr (GError) error = NULL;
  gint index = ts_zip_find (zip, name);
  g_autoptr (TsSource) source = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GBytes) head = NULL;

  g_assert_cmpint (index, >=, 0);
  g_assert_cmpuint (ts_zip_get_member (zip, (guint) index)->size_bytes, ==, n_data);
  source = ts_zip_open_member (zip, (guint) index, &error);
  g_assert_no_error (error);
  bytes = ts_source_read_bytes (source, 0, n_data, n_data, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), n_data, data, n_data);
  if (n_data > 10) {
    g_autoptr (GBytes) part = ts_source_read_bytes (source, n_data - 7, 5, 5, NULL, &error);

    g_assert_cmpmem (g_bytes_get_data (part, NULL), 5, data + n_data - 7, 5);
  }
  head = ts_zip_read_head (zip, (guint) index, 16, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (head, NULL), g_bytes_get_size (head), data, MIN (n_data, 16));
}

static guint8 *
make_data (gsize n_bytes)
{
  guint8 *data = g_malloc (n_bytes);
  guint32 state = 1;

  for (gsize i = 0; i < n_bytes; i++) {
    state = state * 1664525 + 1013904223;
    data[i] = (guint8) (i % 7 == 0 ? state >> 24 : i / 100);
  }
  return data;
}

static void
test_members (gconstpointer zip64)
{
  const gsize n_data = 300000;
  g_autofree guint8 *data = make_data (n_data);
  const gboolean wide = GPOINTER_TO_INT (zip64);
  const Part parts[] = {
    { "stored", data, n_data, 0, wide, 0, 0 },           { "aligned", data, 1000, 0, wide, 41, 0 },
    { "folder/deflated", data, n_data, 8, wide, 20, 0 }, { "none", data, 0, 0, wide, 0, 0 },
    { "\xe6\xbc\xa2", data, 5, 8, wide, 0, 0 },
  };
  g_autoptr (TsSource) source = build (parts, G_N_ELEMENTS (parts), wide);
  g_autoptr (GError) error = NULL;
  g_autoptr (TsZip) zip = ts_zip_new (source, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (ts_zip_get_n_members (zip), ==, G_N_ELEMENTS (parts));
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++) {
    g_assert_cmpstr (ts_zip_get_member (zip, i)->name, ==, parts[i].name);
    assert_member (zip, parts[i].name, parts[i].data, parts[i].n_data);
  }
  g_assert_cmpint (ts_zip_find (zip, "nothing"), ==, -1);
}

/* As the large ones are unpacked: into large pages, and into a file. */
static void
test_to_file (void)
{
  const gsize n_data = 4500000;
  g_autofree guint8 *data = make_data (n_data);
  const Part parts[] = { { "large", data, n_data, 8, FALSE, 0, 0 },
                         { "lies", data, n_data, 8, FALSE, 0, n_data + 1 },
                         { "lies-too", data, n_data, 8, FALSE, 0, n_data - 1 } };
  g_autoptr (TsSource) source = build (parts, G_N_ELEMENTS (parts), FALSE);
  g_autoptr (GError) error = NULL;
  g_autoptr (TsZip) zip = ts_zip_new (source, NULL, &error);

  g_assert_no_error (error);
  for (guint to_file = 0; to_file < 2; to_file++) {
    ts_inflate_set_memory_limit (to_file ? 1 << 20 : 256 << 20);
    assert_member (zip, "large", data, n_data);
    for (guint i = 1; i < 3; i++) {
      g_autoptr (TsSource) lies = ts_zip_open_member (zip, i, &error);
      guint8 got;

      g_assert_no_error (error);
      g_assert_false (ts_source_read (lies, 0, &got, 1, NULL, &error));
      g_assert_error (error, TS_ERROR, TS_ERROR_CORRUPT);
      g_assert_nonnull (strstr (error->message, i == 1 ? "to less" : "to more"));
      g_clear_error (&error);
    }
  }
  ts_inflate_set_memory_limit (256 << 20);
}

/* More than the budget in memory at once: the oldest is let go and unpacked again. */
/* Checksums of what is stored are looked at when somebody asks, up to so many bytes. */
static void
test_check (void)
{
  static const guint8 data[5000] = { 1, 2, 3 };
  const Part parts[] = {
    { "first", data, sizeof data, 0, FALSE, 0, 0 },
    { "second", data, 1000, 0, FALSE, 7, 0 },
    { "empty", data, 0, 0, FALSE, 0, 0 },
    { "packed", data, sizeof data, 8, FALSE, 0, 0 },
  };
  g_autoptr (TsSource) source = build (parts, G_N_ELEMENTS (parts), FALSE);
  g_autoptr (GBytes) bytes = ts_source_read_bytes (source, 0, ts_source_get_size (source),
                                                   G_MAXUINT, NULL, NULL);
  g_autofree guint8 *changed = g_memdup2 (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  g_autoptr (GBytes) changed_bytes = NULL;
  g_autoptr (TsSource) changed_source = NULL;
  g_autoptr (TsZip) zip = ts_zip_new (source, NULL, NULL);
  g_autoptr (TsZip) changed_zip = NULL;
  g_autoptr (GPtrArray) none = ts_zip_check_stored (zip, G_MAXUINT64, NULL);
  g_autoptr (GPtrArray) one = NULL;
  g_autoptr (GPtrArray) few = NULL;
  g_autoptr (GPtrArray) cancelled = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  g_assert_cmpuint (none->len, ==, 0);
  changed[30 + strlen ("first") + 4000] ^= 4;
  changed_bytes = g_bytes_new (changed, g_bytes_get_size (bytes));
  changed_source = ts_memory_source_new (changed_bytes);
  changed_zip = ts_zip_new (changed_source, NULL, NULL);
  one = ts_zip_check_stored (changed_zip, G_MAXUINT64, NULL);
  g_assert_cmpuint (one->len, ==, 1);
  g_assert_cmpstr (g_ptr_array_index (one, 0), ==, "first");
  few = ts_zip_check_stored (changed_zip, 4999, NULL);
  g_assert_cmpuint (few->len, ==, 0);
  g_cancellable_cancel (cancellable);
  cancelled = ts_zip_check_stored (changed_zip, G_MAXUINT64, cancellable);
  g_assert_cmpuint (cancelled->len, ==, 0);
}

static void
test_budget (void)
{
  const gsize n_data = 1 << 20;
  g_autofree guint8 *zeros = g_malloc0 (n_data);
  g_autoptr (GByteArray) packed = deflate_bytes (zeros, n_data, 1);
  guint32 crc = (guint32) crc32 (0, zeros, (uInt) n_data);
  TsSource *sources[3];
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (TsSource) source = NULL;

  bytes = g_byte_array_free_to_bytes (g_steal_pointer (&packed));
  source = ts_memory_source_new (bytes);
  ts_inflate_set_memory_limit (n_data);
  for (guint i = 0; i < 3; i++)
    sources[i] = ts_inflate_source_new (source, n_data, crc);
  for (guint i = 0; i < 5; i++) {
    g_autoptr (GError) error = NULL;
    guint8 got = 1;

    g_assert_true (ts_source_read (sources[i % 3], n_data - 1, &got, 1, NULL, &error));
    g_assert_no_error (error);
    g_assert_cmpuint (got, ==, 0);
  }
  for (guint i = 0; i < 3; i++)
    g_object_unref (sources[i]);
  ts_inflate_set_memory_limit (256 << 20);
}

static gpointer
read_all_of_it (gpointer data)
{
  TsSource *source = data;
  g_autoptr (GError) error = NULL;
  guint32 crc = 0;

  for (guint64 at = 0; at < ts_source_get_size (source); at += 1000) {
    guint8 piece[1000];

    g_assert_true (ts_source_read (source, at, piece, sizeof piece, NULL, &error));
    crc = (guint32) crc32 (crc, piece, sizeof piece);
  }
  return GUINT_TO_POINTER (crc);
}

static void
test_threads (void)
{
  const gsize n_data = 1000000;
  g_autofree guint8 *data = make_data (n_data);
  const Part part = { "x", data, n_data, 8, FALSE, 0, 0 };
  g_autoptr (TsSource) source = build (&part, 1, FALSE);
  g_autoptr (TsZip) zip = ts_zip_new (source, NULL, NULL);
  g_autoptr (TsSource) member = ts_zip_open_member (zip, 0, NULL);
  GThread *threads[8];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("reader", read_all_of_it, member);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_assert_cmpuint (GPOINTER_TO_UINT (g_thread_join (threads[i])), ==,
                      crc32 (0, data, (uInt) n_data));
}

static void
test_names (void)
{
  const struct
  {
    const char *raw, *want;
    gboolean is_utf8;
  } names[] = {
    { "plain", "plain", FALSE },
    { "\x82t\x82", "\xc3\xa9t\xc3\xa9", FALSE },
    { "\xc3\xa9", "\xc3\xa9", FALSE },
    { "\xc3\xa9", "\xc3\xa9", TRUE },
    { "\xff", NULL, TRUE },
    { "\xff", "\xc2\xa0", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree char *name =
        ts_zip_decode_name ((const guint8 *) names[i].raw, strlen (names[i].raw), names[i].is_utf8);

    g_assert_cmpstr (name, ==, names[i].want);
  }
  g_assert_null (ts_zip_decode_name ((const guint8 *) "a\0b", 3, FALSE));
}

static void
test_not_zip (void)
{
  const char *const texts[] = { "", "PK\5\6", "PK\5\6 1234567890123456", "hello, this is no zip" };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (GBytes) bytes = g_bytes_new (texts[i], strlen (texts[i]));
    g_autoptr (TsSource) source = ts_memory_source_new (bytes);
    g_autoptr (GError) error = NULL;

    g_assert_null (ts_zip_new (source, NULL, &error));
    g_assert_error (error, TS_ERROR, TS_ERROR_INCOMPLETE);
  }
}

/* Any one byte of an archive may be wrong. */
static void
test_every_byte (void)
{
  g_autofree guint8 *data = make_data (200);
  const Part parts[] = { { "a", data, 200, 8, TRUE, 4, 0 }, { "bb", data, 50, 0, FALSE, 0, 0 } };
  g_autoptr (TsSource) good = build (parts, G_N_ELEMENTS (parts), TRUE);
  gsize n = (gsize) ts_source_get_size (good);
  const guint8 values[] = { 0x00, 0x01, 0x7f, 0xff };

  for (gsize at = 0; at < n * G_N_ELEMENTS (values); at++) {
    g_autofree guint8 *copy = g_memdup2 (ts_source_peek (good), n);
    g_autoptr (GBytes) bytes = NULL;
    g_autoptr (TsSource) source = NULL;
    g_autoptr (TsZip) zip = NULL;

    copy[at / G_N_ELEMENTS (values)] ^= values[at % G_N_ELEMENTS (values)];
    bytes = g_bytes_new_take (g_steal_pointer (&copy), n);
    source = ts_memory_source_new (bytes);
    zip = ts_zip_new (source, NULL, NULL);
    for (guint i = 0; zip != NULL && i < ts_zip_get_n_members (zip); i++) {
      g_autoptr (TsSource) member = ts_zip_open_member (zip, i, NULL);
      g_autoptr (GBytes) content = NULL;

      if (member != NULL && ts_source_get_size (member) < 1000)
        content = ts_source_read_bytes (member, 0, ts_source_get_size (member), 1000, NULL, NULL);
    }
  }
}

#ifdef HAVE_LIBZIP
/* What libzip reads in a member, or NULL where it refuses. */
static GBytes *
read_by_libzip (zip_t *archive, zip_uint64_t index, guint64 size)
{
  zip_file_t *file = zip_fopen_index (archive, index, 0);
  g_autofree guint8 *data = g_malloc (size + 1);
  zip_int64_t got;

  if (file == NULL)
    return NULL;
  got = zip_fread (file, data, size + 1);
  zip_fclose (file);
  return got < 0 ? NULL : g_bytes_new_take (g_steal_pointer (&data), (gsize) got);
}

static void
compare_with_libzip (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TsSource) source = ts_file_source_new (path, &error);
  g_autoptr (TsZip) zip = ts_zip_new (source, NULL, NULL);
  zip_t *archive = zip_open (path, ZIP_RDONLY, NULL);
  guint n_same = 0;

  g_test_message ("%s", path);
  g_assert_no_error (error);
  for (guint i = 0; zip != NULL && archive != NULL && i < ts_zip_get_n_members (zip); i++) {
    const TsZipMember *member = ts_zip_get_member (zip, i);
    g_autoptr (TsSource) content = ts_zip_open_member (zip, i, NULL);
    g_autoptr (GBytes) ours = NULL;
    g_autoptr (GBytes) theirs = NULL;

    g_assert_cmpuint (ts_zip_get_n_members (zip), ==, zip_get_num_entries (archive, 0));
    g_assert_cmpstr (member->name, ==, zip_get_name (archive, i, ZIP_FL_ENC_GUESS));
    if (content != NULL && member->size_bytes < 64 << 20)
      ours = ts_source_read_bytes (content, 0, member->size_bytes, 64 << 20, NULL, NULL);
    if (member->size_bytes < 64 << 20)
      theirs = read_by_libzip (archive, i, member->size_bytes);
    /* Checksums of stored members are not ours to check; that libzip reads what we do not is
     * looked at one by one in the tests of the readers. */
    if (ours != NULL && theirs != NULL) {
      g_assert_true (g_bytes_equal (ours, theirs));
      n_same++;
    }
  }
  g_test_message ("%u members are the same", n_same);
  if (archive != NULL)
    zip_discard (archive);
}
#endif

static void
test_libzip (void)
{
#ifdef HAVE_LIBZIP
  g_autofree char *good = g_test_build_filename (G_TEST_DIST, "reader", "good", NULL);
  g_autofree char *bad = g_test_build_filename (G_TEST_DIST, "reader", "bad", NULL);
  const char *const folders[] = { good, bad, g_getenv ("TS_SAMPLES") };

  for (gsize i = 0; i < G_N_ELEMENTS (folders); i++) {
    g_autoptr (GDir) dir = g_dir_open (folders[i], 0, NULL);
    const char *name;

    while ((name = g_dir_read_name (dir)) != NULL) {
      g_autofree char *path = g_build_filename (folders[i], name, NULL);

      if (g_str_has_suffix (name, ".npz") || g_str_has_suffix (name, ".pt"))
        compare_with_libzip (path);
    }
  }
#else
  g_test_skip ("built without libzip");
#endif
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/zip/members", GINT_TO_POINTER (FALSE), test_members);
  g_test_add_data_func ("/zip/members64", GINT_TO_POINTER (TRUE), test_members);
  g_test_add_func ("/zip/to-file", test_to_file);
  g_test_add_func ("/zip/threads", test_threads);
  g_test_add_func ("/zip/names", test_names);
  g_test_add_func ("/zip/not-zip", test_not_zip);
  g_test_add_func ("/zip/every-byte", test_every_byte);
  g_test_add_func ("/zip/libzip", test_libzip);
  g_test_add_func ("/zip/budget", test_budget);
  g_test_add_func ("/zip/check", test_check);
  return g_test_run ();
}
