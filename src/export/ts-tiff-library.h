/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <tiffio.h>

G_BEGIN_DECLS

/* libtiff brings six libraries along, which a third of the time goes into that a program needs to
 * start. So it is behind a module that is loaded when the first TIFF is written: these are the
 * functions we use, filled in by the module. */
typedef struct
{
  __typeof__ (&TIFFClientOpenExt) client_open;
  __typeof__ (&TIFFClose) close;
  __typeof__ (&TIFFGetVersion) get_version;
  __typeof__ (&TIFFIsCODECConfigured) is_codec_configured;
  __typeof__ (&TIFFOpenOptionsAlloc) options_alloc;
  __typeof__ (&TIFFOpenOptionsFree) options_free;
  __typeof__ (&TIFFOpenOptionsSetErrorHandlerExtR) options_set_error;
  __typeof__ (&TIFFOpenOptionsSetWarningHandlerExtR) options_set_warning;
  __typeof__ (&TIFFSetField) set_field;
  __typeof__ (&TIFFWriteDirectory) write_directory;
  __typeof__ (&TIFFWriteScanline) write_scanline;
} TsTiffLibrary;

/* The symbol of the module. */
#define TS_TIFF_LIBRARY_SYMBOL "ts_tiff_module"

/* %NULL when the module is not installed or does not load. Thread-safe. */
const TsTiffLibrary *ts_tiff_library (void);

#ifndef TS_TIFF_MODULE
#define TIFFClientOpenExt(...)                  ts_tiff_library ()->client_open (__VA_ARGS__)
#define TIFFClose(...)                          ts_tiff_library ()->close (__VA_ARGS__)
#define TIFFGetVersion()                        ts_tiff_library ()->get_version ()
#define TIFFIsCODECConfigured(...)              ts_tiff_library ()->is_codec_configured (__VA_ARGS__)
#define TIFFOpenOptionsAlloc()                  ts_tiff_library ()->options_alloc ()
#define TIFFOpenOptionsFree(...)                ts_tiff_library ()->options_free (__VA_ARGS__)
#define TIFFOpenOptionsSetErrorHandlerExtR(...) ts_tiff_library ()->options_set_error (__VA_ARGS__)
#define TIFFOpenOptionsSetWarningHandlerExtR(...)                                                  \
  ts_tiff_library ()->options_set_warning (__VA_ARGS__)
#define TIFFSetField(...)       ts_tiff_library ()->set_field (__VA_ARGS__)
#define TIFFWriteDirectory(...) ts_tiff_library ()->write_directory (__VA_ARGS__)
#define TIFFWriteScanline(...)  ts_tiff_library ()->write_scanline (__VA_ARGS__)
#endif

G_END_DECLS
