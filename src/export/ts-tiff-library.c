/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "export/ts-tiff-library.h"

#include <dlfcn.h>

/* Beside the program in the build folder, or where it was installed. */
static void *
load_module (void)
{
  static const char *const places[] = { "..", "../../src" };
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = program != NULL ? g_path_get_dirname (program) : NULL;

  for (guint i = 0; folder != NULL && i < G_N_ELEMENTS (places); i++) {
    g_autofree char *path = g_build_filename (folder, places[i], "tenscope-tiff.so", NULL);

    if (g_file_test (path, G_FILE_TEST_EXISTS))
      return dlopen (path, RTLD_NOW | RTLD_LOCAL);
  }
  return dlopen (TS_MODULE_DIR "/tenscope-tiff.so", RTLD_NOW | RTLD_LOCAL);
}

const TsTiffLibrary *
ts_tiff_library (void)
{
  static const TsTiffLibrary *library;
  static gsize is_tried;

  if (g_once_init_enter (&is_tried)) {
    void *module = load_module ();

    if (module != NULL)
      library = dlsym (module, TS_TIFF_LIBRARY_SYMBOL);
    g_once_init_leave (&is_tried, 1);
  }
  return library;
}
