/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "base/ts-error.h"
#include "reader/ts-reader-private.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>
#include <string.h>

/* Content that is recognised but not read: a sentence that says what it is and what to do beats
 * "unknown format". */

#define CONVERT                                                                                    \
  N_ ("; it cannot be read here. Load it in Python and save its arrays with numpy.savez()")
#define UNPACK  N_ ("; unpack it first and open what is inside")
#define PICTURE N_ ("; Tenscope opens dumps of arrays, not single pictures")

/* clang-format off: it would indent each row deeper than the one before */
static const struct
{
  guint16 offset;
  guint16 n_bytes;
  const char *bytes;
  const char *what;
  const char *advice; /* (nullable) */
} signatures[] = {
  { 0, 8, "\x89HDF\r\n\x1a\n", N_ ("an HDF5 file"), CONVERT },
    { 0, 19, "MATLAB 5.0 MAT-file", N_ ("a MATLAB file"), CONVERT },
      { 0, 19, "MATLAB 7.3 MAT-file", N_ ("a MATLAB file"), CONVERT },
        { 0, 2, "\x1f\x8b", N_ ("compressed by gzip in an unknown way"), UNPACK },
          { 0, 4, "\x28\xb5\x2f\xfd", N_ ("compressed by Zstandard"), UNPACK },
            { 0, 6,
              "\xfd"
              "7zXZ",
              N_ ("compressed by XZ"), UNPACK },
              { 0, 3, "\x5d\0\0", N_ ("compressed by LZMA"), UNPACK },
                { 0, 3, "BZh", N_ ("compressed by bzip2"), UNPACK },
                  { 0, 4, "\x04\x22\x4d\x18", N_ ("compressed by LZ4"), UNPACK },
                    { 0, 6, "7z\xbc\xaf\x27\x1c", N_ ("a 7-Zip archive"), UNPACK },
                      { 0, 6, "Rar!\x1a\x07", N_ ("a RAR archive"), UNPACK },
                        { 257, 5, "ustar", N_ ("a tar archive"), UNPACK },
                          { 0, 4, "II*\0", N_ ("a TIFF picture"), CONVERT },
                            { 0, 4, "MM\0*", N_ ("a TIFF picture"), CONVERT },
                              { 0, 4, "II+\0", N_ ("a BigTIFF picture"), CONVERT },
                                { 0, 4, "MM\0+", N_ ("a BigTIFF picture"), CONVERT },
                                  { 0, 4, "\x76\x2f\x31\x01", N_ ("an OpenEXR picture"), CONVERT },
                                    { 0, 8, "\x89PNG\r\n\x1a\n", N_ ("a PNG picture"), PICTURE },
                                      { 0, 3, "\xff\xd8\xff", N_ ("a JPEG picture"), PICTURE },
                                        { 0, 4, "GIF8", N_ ("a GIF picture"), PICTURE },
                                          { 8, 4, "WEBP", N_ ("a WebP picture"), PICTURE },
                                            { 0, 8, "PYTORCH1",
                                              N_ ("a preview format of PyTorch 1.0, which PyTorch itself no longer reads") },
                                              { 0, 4, "GGUF", N_ ("a GGUF model"), CONVERT },
                                                { 0, 4, "PAR1", N_ ("a Parquet table"), CONVERT },
                                                  { 0, 6, "ARROW1",
                                                    N_ ("an Arrow table"), CONVERT },
                                                    { 344, 4, "n+1\0",
                                                      N_ ("a NIfTI volume"), CONVERT },
                                                      { 128, 4, "DICM",
                                                        N_ ("a DICOM file"), CONVERT },
                                                        { 0, 16, "SQLite format 3\0",
                                                          N_ ("an SQLite database") },
                                                          { 0, 5, "%PDF-", N_ ("a PDF document") },
                                                            { 0, 4,
                                                              "\x7f"
                                                              "ELF",
                                                              N_ ("a program") },
                                                          };
/* clang-format on */

static gboolean
begins_with (const char *text, const char *with)
{
  return g_ascii_strncasecmp (text, with, strlen (with)) == 0;
}

static const char *
describe_text (const char *text)
{
  while (g_ascii_isspace (*text))
    text++;
  if (begins_with (text, "<!doctype html") || begins_with (text, "<html"))
    return _ ("a web page (HTML), perhaps an error page saved instead of the file; download it again");
  if (begins_with (text, "<?xml") || begins_with (text, "<"))
    return _ ("XML text, not a dump of arrays");
  if (*text == '{' || *text == '[')
    return _ ("JSON text, not a dump of arrays");
  return _ ("text, not a dump of arrays");
}

/* HDF5 may begin behind a block of the user's own, at 512, 1024, 2048, ... */
static gboolean
is_hdf5 (TsSource *source)
{
  guint64 size = ts_source_get_size (source);
  guint8 bytes[8];

  for (guint64 at = 512; at < size - 8 && at < (1u << 20); at *= 2) {
    if (!ts_source_read (source, at, bytes, sizeof bytes, NULL, NULL))
      return FALSE;
    if (memcmp (bytes, "\x89HDF\r\n\x1a\n", sizeof bytes) == 0)
      return TRUE;
  }
  return FALSE;
}

static gboolean
is_text (const guint8 *head, gsize n_bytes)
{
  const char *end;

  if (memchr (head, 0, n_bytes) != NULL)
    return FALSE;
  for (gsize i = 0; i < n_bytes; i++) {
    if (head[i] < 32 && strchr ("\t\n\r\f\x1b", head[i]) == NULL)
      return FALSE;
  }
  /* The end of what was read may cut a character. */
  return g_utf8_validate ((const char *) head, (gssize) n_bytes, &end) ||
         end + 6 > (const char *) head + n_bytes;
}

char *
ts_sniff_describe (TsSource *source, const guint8 *head, gsize n_bytes, int *error_code)
{
  g_autofree char *text = NULL;
  gsize n_zero = 0;

  if (n_bytes == 0) {
    *error_code = TS_ERROR_INCOMPLETE;
    return g_strdup (_ ("The file is empty; is it still being written?"));
  }
  text = g_strndup ((const char *) head, n_bytes);
  if (g_str_has_prefix (text, "version https://git-lfs.github.com/spec/")) {
    const char *line = strstr (text, "\nsize ");
    guint64 size = line != NULL ? g_ascii_strtoull (line + 6, NULL, 10) : 0;

    *error_code = TS_ERROR_INCOMPLETE;
    return g_strdup_printf (_ ("This is a Git LFS pointer, not the dump itself (%" PRIu64
                               " bytes); run \"git lfs pull\" to get it"),
                               size);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (signatures); i++) {
    if (signatures[i].offset + signatures[i].n_bytes <= n_bytes &&
        memcmp (head + signatures[i].offset, signatures[i].bytes, signatures[i].n_bytes) == 0)
      return g_strdup_printf (_ ("This is %s%s"),
                                 _ (signatures[i].what),
                                    signatures[i].advice != NULL ? _ (signatures[i].advice) : "");
  }
  if (n_bytes == TS_PROBE_BYTES && is_hdf5 (source))
    return g_strdup_printf (_ ("This is %s%s"), _ ("an HDF5 or MATLAB 7.3 file"),
                                                   g_dgettext (GETTEXT_PACKAGE, CONVERT));
  while (n_zero < n_bytes && head[n_zero] == 0)
    n_zero++;
  if (n_zero == n_bytes)
    return g_strdup_printf (_ ("The file begins with %" PRIu64
                               " zero bytes: it was perhaps never written completely"),
                               (guint64) n_zero);
  if (is_text (head, n_bytes))
    return g_strdup_printf (_ ("This is %s%s"), describe_text (text), "");
  return g_strdup (
      _ ("The content is of no known format; NumPy, PyTorch, safetensors, pickle, HDF5, MATLAB, "
         "TIFF and OpenEXR files are read"));
}
