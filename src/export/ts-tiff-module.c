/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The module that links libtiff; see ts-tiff-library.h. */

#define TS_TIFF_MODULE

#include "export/ts-tiff-library.h"

extern const TsTiffLibrary ts_tiff_module;

const TsTiffLibrary ts_tiff_module = {
  .client_open = TIFFClientOpenExt,
  .close = TIFFClose,
  .get_version = TIFFGetVersion,
  .is_codec_configured = TIFFIsCODECConfigured,
  .options_alloc = TIFFOpenOptionsAlloc,
  .options_free = TIFFOpenOptionsFree,
  .options_set_error = TIFFOpenOptionsSetErrorHandlerExtR,
  .options_set_warning = TIFFOpenOptionsSetWarningHandlerExtR,
  .set_field = TIFFSetField,
  .write_directory = TIFFWriteDirectory,
  .write_scanline = TIFFWriteScanline,
};
