/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "fuzz/fuzz.h"
#include "helper/ts-helper.h"
#include "reader/ts-array-helper.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Fuzz target of the conversation with the array helper, both ends. The first byte says what the
 * others are:
 *   0  all that a helper says
 *   1  u16 length and that many bytes of listing, then answers: u8 is_error, u16 length, bytes
 *   2  the requests that a helper gets */

#define MAX_ARRAYS 50u

static int
make_file (const void *data, gsize n_bytes)
{
  int fd = memfd_create ("fuzz", MFD_CLOEXEC);

  if (fd < 0 || write (fd, data, n_bytes) != (ssize_t) n_bytes || lseek (fd, 0, SEEK_SET) != 0)
    g_error ("no file in memory");
  return fd;
}

static void
touch (TsNode *node, guint depth)
{
  g_assert_cmpuint (depth, <, 200);
  g_assert_true (g_utf8_validate (ts_node_get_name (node), -1, NULL));
  g_assert_true (g_utf8_validate (ts_node_get_summary (node), -1, NULL));
  for (guint i = 0; i < ts_node_get_n_children (node); i++)
    touch (ts_node_get_child (node, i), depth + 1);
}

static void
hear (const guint8 *said, gsize n_bytes)
{
  static guint8 plain[4096];
  g_autoptr (GBytes) bytes = g_bytes_new_static (plain, sizeof plain);
  g_autoptr (TsSource) source = ts_memory_source_new (bytes);
  g_autoptr (GError) error = NULL;
  g_autoptr (TsDocument) document = NULL;
  g_autoptr (TsNode) root = NULL;
  GPtrArray *arrays;

  root = ts_array_helper_open_pipes (source, open ("/dev/null", O_WRONLY | O_CLOEXEC),
                                     make_file (said, n_bytes), &error);
  g_assert_true ((root == NULL) == (error != NULL));
  if (root == NULL)
    return;
  document = ts_document_new (source, "input", "hdf5", TS_ORIGIN_NUMPY, root);
  touch (ts_document_get_root (document), 0);
  arrays = ts_document_get_arrays (document);
  for (guint i = 0; i < MIN (arrays->len, MAX_ARRAYS); i++) {
    TsTensor *tensor = ts_node_get_tensor (g_ptr_array_index (arrays, i));

    if (tensor != NULL)
      fuzz_read_a_little (tensor);
  }
}

static void
put_reply (GByteArray *out, gboolean is_error, const guint8 *payload, gsize n_bytes)
{
  const TsArrayReply reply = { TS_ARRAY_MAGIC, is_error, n_bytes };

  g_byte_array_append (out, (const guint8 *) &reply, sizeof reply);
  g_byte_array_append (out, payload, (guint) n_bytes);
}

/* Puts the framing around, which chance does not find. */
static void
hear_framed (const guint8 *data, gsize n_bytes)
{
  g_autoptr (GByteArray) said = g_byte_array_new ();
  gsize at = 0;

  for (gboolean is_listing = TRUE; n_bytes - at >= (is_listing ? 2u : 3u); is_listing = FALSE) {
    gboolean is_error = is_listing ? FALSE : data[at++] & 1;
    gsize length = data[at] | (gsize) data[at + 1] << 8;

    at += 2;
    length = MIN (length, n_bytes - at);
    put_reply (said, is_error, data + at, length);
    at += length;
  }
  hear (said->data, said->len);
}

/* A library that answers, and checks that it is asked for no more than fits. */

static char *
answer (guint32 id, guint64 start, guint64 n_bytes, guint8 *out)
{
  g_assert_cmpuint (n_bytes, <=, TS_ARRAY_MAX_READ);
  if (id % 4 == 3)
    return g_strdup ("No such array");
  memset (out, (int) (start & 0xff), MIN (n_bytes, 64));
  return NULL;
}

static char *
decode (guint32 id, guint8 **out, guint64 *n_bytes)
{
  if (id % 4 == 3)
    return g_strdup ("No such array");
  *n_bytes = id % 1000;
  *out = g_malloc0 (MAX (*n_bytes, 1));
  return NULL;
}

static void
ask (const guint8 *data, gsize n_bytes)
{
  static const TsHelperBackend backends[] = { { "random", NULL, answer, NULL },
                                              { "whole", NULL, NULL, decode } };

  for (guint i = 0; i < G_N_ELEMENTS (backends); i++) {
    int in = make_file (data, n_bytes), out = open ("/dev/null", O_WRONLY | O_CLOEXEC);

    ts_helper_serve (&backends[i], in, out);
    close (in);
    close (out);
  }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t n_bytes)
{
  if (n_bytes == 0)
    return 0;
  switch (data[0]) {
  case 0:
    hear (data + 1, n_bytes - 1);
    break;
  case 1:
    hear_framed (data + 1, n_bytes - 1);
    break;
  case 2:
    ask (data + 1, n_bytes - 1);
    break;
  default:
    break;
  }
  return 0;
}
