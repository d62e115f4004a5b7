/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "bench.h"
#include "reader/ts-reader.h"

#include <errno.h>
#include <fcntl.h>
#include <libdeflate.h>
#include <math.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

/* From the start of tenscope-cli to the first image of a dump of 2 GB as a PNG file. The others
 * start a Python that imports NumPy and takes the same image. The dumps have holes: only the images
 * that a guess looks at are there. */

#define N_LARGE     2730u
#define IMAGE_BYTES (3u * BENCH_PLANE * 4u)
#define LARGE_BYTES ((guint64) N_LARGE * IMAGE_BYTES)
#define N_DEFLATED  64u

static guint64 peak_bytes;

/* A picture: slow waves and a little noise, in [-1, 1]. */
static const float *
get_image (void)
{
  static float *image;
  guint32 state = 1;

  if (image != NULL)
    return image;
  image = g_malloc (IMAGE_BYTES);
  for (guint i = 0; i < 3 * BENCH_PLANE; i++) {
    double x = i % BENCH_SIDE, y = i / BENCH_SIDE % BENCH_SIDE, c = i / BENCH_PLANE;

    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    image[i] = (float) (0.8 * sin (x / 23 + c) * cos (y / 31 - c) + (state >> 8) * 0x1p-24 * 0.05);
  }
  return image;
}

static void
write_at (int fd, guint64 offset, const void *data, gsize n_bytes)
{
  if (pwrite (fd, data, n_bytes, (off_t) offset) != (ssize_t) n_bytes)
    g_error ("cannot write: %s", g_strerror (errno));
}

static gboolean
is_there (guint index)
{
  return index == 0 || index == N_LARGE / 2 || index == (N_LARGE - 1) / 2 || index == N_LARGE - 1;
}

/* All images from @offset on; returns the checksum of the whole. */
static guint32
write_images (int fd, guint64 offset)
{
  static guint8 nothing[IMAGE_BYTES];
  gulong image_crc = crc32 (0, (const guint8 *) get_image (), IMAGE_BYTES);
  gulong hole_crc = crc32 (0, nothing, IMAGE_BYTES), crc = 0;

  for (guint i = 0; i < N_LARGE; i++) {
    if (is_there (i))
      write_at (fd, offset + (guint64) i * IMAGE_BYTES, get_image (), IMAGE_BYTES);
    crc = crc32_combine (crc, is_there (i) ? image_crc : hole_crc, IMAGE_BYTES);
  }
  return (guint32) crc;
}

static GByteArray *
make_npy_header (guint n)
{
  GByteArray *header = g_byte_array_new ();
  g_autofree char *text =
      g_strdup_printf ("{'descr': '<f4', 'fortran_order': False, 'shape': (%u, 3, %u, %u), }", n,
                       BENCH_SIDE, BENCH_SIDE);
  g_autofree char *padded = g_strdup_printf ("%-117s\n", text);

  g_byte_array_append (header, (const guint8 *) "\x93NUMPY\1\0\x76\0", 10);
  g_byte_array_append (header, (const guint8 *) padded, 118);
  return header;
}

static void
put_le (GByteArray *out, guint64 value, guint n)
{
  for (guint i = 0; i < n; i++) {
    guint8 byte = (guint8) (value >> (8 * i));

    g_byte_array_append (out, &byte, 1);
  }
}

/* The record before a member's content, or (@offset not -1) its entry of the directory. */
static void
put_member (GByteArray *out,
            const char *name,
            guint method,
            guint32 crc,
            guint64 n_packed,
            guint64 n_bytes,
            gint64 offset)
{
  g_byte_array_append (out, (const guint8 *) (offset < 0 ? "PK\3\4" : "PK\1\2"), 4);
  if (offset >= 0)
    put_le (out, 20, 2);
  put_le (out, 20, 2);
  put_le (out, 0, 2);
  put_le (out, method, 2);
  put_le (out, 0, 4);
  put_le (out, crc, 4);
  put_le (out, n_packed, 4);
  put_le (out, n_bytes, 4);
  put_le (out, strlen (name), 2);
  put_le (out, 0, 2);
  if (offset >= 0) {
    put_le (out, 0, 6);
    put_le (out, 0, 4);
    put_le (out, (guint64) offset, 4);
  }
  g_byte_array_append (out, (const guint8 *) name, (guint) strlen (name));
}

static void
put_end (GByteArray *directory, guint n_members, guint64 offset)
{
  guint n_bytes = directory->len;

  g_byte_array_append (directory, (const guint8 *) "PK\5\6\0\0\0\0", 8);
  put_le (directory, n_members, 2);
  put_le (directory, n_members, 2);
  put_le (directory, n_bytes, 4);
  put_le (directory, offset, 4);
  put_le (directory, 0, 2);
}

static void
make_npy (int fd)
{
  g_autoptr (GByteArray) header = make_npy_header (N_LARGE);

  write_at (fd, 0, header->data, header->len);
  write_images (fd, header->len);
}

static void
make_safetensors (int fd)
{
  g_autofree char *header = g_strdup_printf (
      "{\"images\":{\"dtype\":\"F32\",\"shape\":[%u,3,%u,%u],\"data_offsets\":[0,%" G_GUINT64_FORMAT
      "]}}",
      N_LARGE, BENCH_SIDE, BENCH_SIDE, LARGE_BYTES);
  guint64 length = GUINT64_TO_LE ((guint64) strlen (header));

  write_at (fd, 0, &length, sizeof length);
  write_at (fd, sizeof length, header, strlen (header));
  write_images (fd, sizeof length + strlen (header));
}

static void
make_npz (int fd)
{
  g_autoptr (GByteArray) npy = make_npy_header (N_LARGE);
  g_autoptr (GByteArray) head = g_byte_array_new ();
  g_autoptr (GByteArray) directory = g_byte_array_new ();
  guint64 n_bytes = npy->len + LARGE_BYTES, start = 30 + strlen ("images.npy");
  guint32 crc = (guint32) crc32_combine (crc32 (0, npy->data, npy->len),
                                         write_images (fd, start + npy->len), (long) LARGE_BYTES);

  put_member (head, "images.npy", 0, crc, n_bytes, n_bytes, -1);
  write_at (fd, 0, head->data, head->len);
  write_at (fd, start, npy->data, npy->len);
  put_member (directory, "images.npy", 0, crc, n_bytes, n_bytes, 0);
  put_end (directory, 1, start + n_bytes);
  write_at (fd, start + n_bytes, directory->data, directory->len);
}

/* {"images": tensor} as torch.save() pickles it. */
static void
make_pt (int fd)
{
  g_autoptr (GByteArray) pickle = g_byte_array_new ();
  g_autoptr (GByteArray) head = g_byte_array_new ();
  g_autoptr (GByteArray) directory = g_byte_array_new ();
  static const char begin[] =
      "\x80\2}X\6\0\0\0imagesctorch._utils\n_rebuild_tensor_v2\n((X\7\0\0\0storagectorch\n"
      "FloatStorage\nX\1\0\0\0"
      "0X\3\0\0\0cpuJ";
  static const char end[] = "\x89"
                            "ccollections\nOrderedDict\n)RtRs.";
  static const guint8 version[] = { '3', '\n' };
  guint64 start, end_of_data;
  guint32 crc;

  g_byte_array_append (pickle, (const guint8 *) begin, sizeof begin - 1);
  put_le (pickle, N_LARGE * 3 * BENCH_PLANE, 4);
  g_byte_array_append (pickle, (const guint8 *) "tQK\0(M", 6);
  put_le (pickle, N_LARGE, 2);
  g_byte_array_append (pickle, (const guint8 *) "K\3M\0\1M\0\1t(J\0\0\3\0J\0\0\1\0M\0\1K\1t", 26);
  g_byte_array_append (pickle, (const guint8 *) end, sizeof end - 1);

  crc = (guint32) crc32 (0, pickle->data, pickle->len);
  put_member (head, "a/data.pkl", 0, crc, pickle->len, pickle->len, -1);
  put_member (directory, "a/data.pkl", 0, crc, pickle->len, pickle->len, 0);
  g_byte_array_append (head, pickle->data, pickle->len);
  start = head->len;
  crc = (guint32) crc32 (0, version, 2);
  put_member (head, "a/version", 0, crc, 2, 2, -1);
  put_member (directory, "a/version", 0, crc, 2, 2, (gint64) start);
  g_byte_array_append (head, version, 2);
  start = head->len;
  end_of_data = start + 30 + strlen ("a/data/0") + LARGE_BYTES;
  crc = write_images (fd, end_of_data - LARGE_BYTES);
  put_member (head, "a/data/0", 0, crc, LARGE_BYTES, LARGE_BYTES, -1);
  put_member (directory, "a/data/0", 0, crc, LARGE_BYTES, LARGE_BYTES, (gint64) start);
  write_at (fd, 0, head->data, head->len);
  put_end (directory, 3, end_of_data);
  write_at (fd, end_of_data, directory->data, directory->len);
}

static void
make_deflated (int fd)
{
  g_autoptr (GByteArray) npy = make_npy_header (N_DEFLATED);
  g_autoptr (GByteArray) head = g_byte_array_new ();
  g_autoptr (GByteArray) directory = g_byte_array_new ();
  z_stream stream = { 0 };
  g_autofree guint8 *packed = NULL;
  guint32 crc;

  for (guint i = 0; i < N_DEFLATED; i++)
    g_byte_array_append (npy, (const guint8 *) get_image (), IMAGE_BYTES);
  packed = g_malloc (npy->len);
  deflateInit2 (&stream, 1, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY);
  stream.next_in = npy->data;
  stream.avail_in = npy->len;
  stream.next_out = packed;
  stream.avail_out = npy->len;
  if (deflate (&stream, Z_FINISH) != Z_STREAM_END)
    g_error ("the array does not deflate");
  deflateEnd (&stream);
  crc = (guint32) crc32 (0, npy->data, npy->len);
  put_member (head, "images.npy", 8, crc, stream.total_out, npy->len, -1);
  g_byte_array_append (head, packed, (guint) stream.total_out);
  put_member (directory, "images.npy", 8, crc, stream.total_out, npy->len, 0);
  put_end (directory, 1, head->len);
  write_at (fd, 0, head->data, head->len);
  write_at (fd, head->len, directory->data, directory->len);
}

static char *
get_dump (const char *name, void (*make) (int fd))
{
  char *path = g_build_filename (bench_export_get_folder (), name, NULL);
  int fd = open (path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

  if (fd >= 0) {
    /* In a process of its own: what is started here later begins with our peak as its own. */
    pid_t pid = fork ();
    int status;

    if (pid == 0) {
      make (fd);
      _exit (0);
    }
    if (pid < 0 || waitpid (pid, &status, 0) != pid || status != 0)
      g_error ("cannot make %s", path);
    close (fd);
  }
  return path;
}

/* Starts tenscope-cli and waits until it has written the image into a new folder and ended. */
static void
show_first (const char *name, void (*make) (int fd))
{
  g_autofree char *path = get_dump (name, make);
  static guint n_shown;
  g_autofree char *out = g_strdup_printf ("%s/first-%u", bench_export_get_folder (), ++n_shown);
  const char *arguments[] = { "export", path,        "-i",   "0",       "-o",
                              out,      "--sidecar", "none", "--quiet", NULL };

  peak_bytes = bench_run_program (arguments);
}

static guint64
get_peak (void)
{
  return peak_bytes;
}

#define DEFINE_RUN(kind, name)                                                                     \
  static void run_##kind (void)                                                                    \
  {                                                                                                \
    show_first (name, make_##kind);                                                                \
  }

/* What a window does when such a file is opened and its first image is shown; the others are in
 * memory then. */
static void
run_inflate (void)
{
  const guint64 start[4] = { 0 }, count[4] = { 1, 3, BENCH_SIDE, BENCH_SIDE };
  g_autofree char *path = get_dump ("deflated.npz", make_deflated);
  g_autoptr (TsDocument) document = ts_reader_open_path (path, NULL, NULL);
  TsNode *node = document != NULL ? ts_document_find (document, "images") : NULL;
  g_autoptr (TsBlock) block =
                 node != NULL ? ts_tensor_read (ts_node_get_tensor (node), start, count, NULL, NULL)
                              : NULL;

  if (block == NULL)
    g_error ("cannot read %s", path);
  bench_sink = block->data[0];
}

/* The same bytes, found where make_deflated() puts them. */
static void
run_libdeflate (void)
{
  g_autofree char *path = get_dump ("deflated.npz", make_deflated);
  g_autofree char *file = NULL;
  g_autofree guint8 *out = NULL;
  struct libdeflate_decompressor *decompressor = libdeflate_alloc_decompressor ();
  gsize n_file, n_out = 128 + (gsize) N_DEFLATED * IMAGE_BYTES, start = 30 + strlen ("images.npy");
  guint32 crc;

  if (!g_file_get_contents (path, &file, &n_file, NULL))
    g_error ("cannot read %s", path);
  memcpy (&crc, file + 14, sizeof crc);
  out = g_malloc (n_out);
  if (libdeflate_deflate_decompress_ex (decompressor, file + start, n_file - start, out, n_out,
                                        NULL, NULL) != LIBDEFLATE_SUCCESS ||
      libdeflate_crc32 (0, out, n_out) != GUINT32_FROM_LE (crc))
    g_error ("%s does not inflate", path);
  libdeflate_free_decompressor (decompressor);
}

DEFINE_RUN (npy, "large.npy")
DEFINE_RUN (npz, "large.npz")
DEFINE_RUN (pt, "large.pt")
DEFINE_RUN (safetensors, "large.safetensors")
DEFINE_RUN (deflated, "deflated.npz")

#define MAX_MIB 64

/* np.load: of the whole array, np.mmap: of a map of it */
#define FIRST_RATIOS                                                                               \
  {                                                                                                \
    { "np.mmap", 15 }, { "np.load", 200 }, { "torch.load", 200 },                                  \
    {                                                                                              \
      "memory", MAX_MIB, BENCH_MEMORY                                                              \
    }                                                                                              \
  }

const BenchCase bench_start_cases[] = {
  { "first-npy", "start to first image, .npy of 2 GB", run_npy, NULL, get_peak, FIRST_RATIOS },
  { "first-npz", "the same, stored .npz", run_npz, NULL, get_peak, FIRST_RATIOS },
  { "first-pt", "the same, .pt", run_pt, NULL, get_peak, FIRST_RATIOS },
  { "first-safe", "the same, .safetensors", run_safetensors, NULL, get_peak, FIRST_RATIOS },
  { "first-deflated",
    "the same, deflated .npz of 50 MB",
    run_deflated,
    NULL,
    get_peak,
    { { "np.load", 1.5 } } },
  { "inflate",
    "that file opened and unpacked, in a running process",
    run_inflate,
    NULL,
    NULL,
    { { "libdeflate", 1 / 0.95 }, { "np.load", 1.5 } } },
  { "libdeflate", "libdeflate alone on the same bytes, with the CRC", run_libdeflate },
  { NULL },
};
