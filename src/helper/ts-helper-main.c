/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "helper/ts-helper.h"

#include <string.h>
#include <unistd.h>

/* A program of its own that reads one HDF5, MATLAB, TIFF, OpenEXR or picture file with the format's
 * library, so that what the file does to the library it does to a caged process and not to the
 * user's window. */

int
main (int argc, char **argv)
{
  static const TsHelperBackend *const backends[] = {
#ifdef HAVE_HDF5
    &ts_helper_hdf5,
#endif
#ifdef HAVE_MATIO
    &ts_helper_mat,
#endif
#ifdef HAVE_EXR
    &ts_helper_exr,
#endif
    &ts_helper_tiff, &ts_helper_picture, NULL,
  };
  const TsHelperBackend *backend = NULL;
  g_autoptr (GByteArray) listing = g_byte_array_new ();
  char *error;

  for (guint i = 0; backends[i] != NULL; i++) {
    if (argc == 2 && strcmp (argv[1], backends[i]->id) == 0)
      backend = backends[i];
  }
  if (backend == NULL) {
    ts_helper_send_reply (STDOUT_FILENO, g_strdup ("This build cannot read files of this kind"),
                          NULL, 0);
    return 2;
  }
  g_setenv ("HDF5_USE_FILE_LOCKING", "FALSE", TRUE);
  if (!ts_cage_enter () && g_getenv ("TENSCOPE_ALLOW_NO_CAGE") == NULL) {
    ts_helper_send_reply (STDOUT_FILENO,
                          g_strdup ("This system cannot confine the reader of such files"), NULL,
                          0);
    return 2;
  }
  error = backend->list (listing);
  if (error == NULL && listing->len > TS_ARRAY_MAX_LISTING)
    error = g_strdup ("The file lists more than fits");
  if (error != NULL) {
    ts_helper_send_reply (STDOUT_FILENO, error, NULL, 0);
    return 1;
  }
  if (!ts_helper_send_reply (STDOUT_FILENO, NULL, listing->data, listing->len))
    return 1;
  return ts_helper_serve (backend, STDIN_FILENO, STDOUT_FILENO) ? 0 : 2;
}
