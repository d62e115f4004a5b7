/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "helper/ts-helper.h"

#include <errno.h>
#include <openexr.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* OpenEXR parts as arrays: the channels of one layer ("diffuse.R", "diffuse.G", ...) that share
 * type and sampling are one array of height x width x channels, others stand alone. */

#define MAX_LAYERS      4096
#define MAX_LAYER_BYTES (G_GUINT64_CONSTANT (1) << 30)
#define MAX_SIDE        65536

typedef struct
{
  int part;
  TsDtype dtype;
  guint width, height;
  GPtrArray *channels; /* names as in the file, in the order shown */
} Layer;

static struct
{
  exr_context_t file;
  GPtrArray *layers;
  guint8 *pixels; /* of the layer that is being decoded */
  char message[256];
} state;

static int64_t
read_bytes (exr_const_context_t file,
            void *data,
            void *out,
            uint64_t n_bytes,
            uint64_t offset,
            exr_stream_error_func_ptr_t error)
{
  ssize_t got;

  do
    got = pread (TS_ARRAY_FILE_FD, out, n_bytes, (off_t) offset);
  while (got < 0 && errno == EINTR);
  return got;
}

static int64_t
get_file_size (exr_const_context_t file, void *data)
{
  struct stat info;

  return fstat (TS_ARRAY_FILE_FD, &info) == 0 ? (int64_t) info.st_size : -1;
}

static void
keep_message (exr_const_context_t file, exr_result_t code, const char *message)
{
  if (state.message[0] == '\0')
    g_strlcpy (state.message, message, sizeof state.message);
}

static char *
take_error (const char *what)
{
  char *error =
      g_strdup_printf ("%s%s%s", what, state.message[0] != '\0' ? ": " : "", state.message);

  state.message[0] = '\0';
  return error;
}

/* R, G, B, A and Y come first and in that order; the rest by name. */
static int
compare_channels (gconstpointer a, gconstpointer b)
{
  static const char order[] = "RGBAY";
  const char *x = strrchr (*(const char *const *) a, '.');
  const char *y = strrchr (*(const char *const *) b, '.');
  const char *at_x, *at_y;

  x = x != NULL ? x + 1 : *(const char *const *) a;
  y = y != NULL ? y + 1 : *(const char *const *) b;
  at_x = strlen (x) == 1 ? strchr (order, *x) : NULL;
  at_y = strlen (y) == 1 ? strchr (order, *y) : NULL;
  if (at_x != NULL && at_y != NULL)
    return (int) (at_x - at_y);
  if (at_x != NULL || at_y != NULL)
    return at_x != NULL ? -1 : 1;
  return strcmp (x, y);
}

static gboolean
get_dtype (exr_pixel_type_t type, TsDtype *dtype)
{
  switch (type) {
  case EXR_PIXEL_UINT:
    *dtype = TS_DTYPE_UINT32;
    return TRUE;
  case EXR_PIXEL_HALF:
    *dtype = TS_DTYPE_FLOAT16;
    return TRUE;
  case EXR_PIXEL_FLOAT:
    *dtype = TS_DTYPE_FLOAT32;
    return TRUE;
  case EXR_PIXEL_LAST_TYPE:
  default:
    return FALSE;
  }
}

static void
free_layer (gpointer data)
{
  Layer *layer = data;

  g_ptr_array_unref (layer->channels);
  g_free (layer);
}

/* The name of a method that the library does not decode in C (DWA), or decodes to other numbers
 * than its own C++ does (B44 of floats, and of sizes that are no multiple of 4); else %NULL. */
static const char *
find_unread_compression (int part)
{
  exr_compression_t compression;

  if (exr_get_compression (state.file, part, &compression) != EXR_ERR_SUCCESS)
    return NULL;
  switch ((int) compression) {
  case EXR_COMPRESSION_B44:
    return "B44";
  case EXR_COMPRESSION_B44A:
    return "B44A";
  case EXR_COMPRESSION_DWAA:
    return "DWAA";
  case EXR_COMPRESSION_DWAB:
    return "DWAB";
  default:
    return NULL;
  }
}

static void
list_part (GByteArray *out, int part, const char *prefix)
{
  const char *compression = find_unread_compression (part);
  const exr_attr_chlist_t *channels = NULL;
  exr_attr_box2i_t window;
  exr_storage_t storage;
  gint64 width, height;
  g_autofree gboolean *is_done = NULL;

  if (exr_get_channels (state.file, part, &channels) != EXR_ERR_SUCCESS ||
      exr_get_data_window (state.file, part, &window) != EXR_ERR_SUCCESS ||
      exr_get_storage (state.file, part, &storage) != EXR_ERR_SUCCESS) {
    g_autofree char *message = take_error ("The part is damaged");

    ts_listing_error (out, prefix, message);
    return;
  }
  width = (gint64) window.max.x - window.min.x + 1;
  height = (gint64) window.max.y - window.min.y + 1;
  if (storage != EXR_STORAGE_SCANLINE && storage != EXR_STORAGE_TILED) {
    ts_listing_error (out, prefix, "Deep pixels are not read");
    return;
  }
  if (compression != NULL) {
    g_autofree char *message =
        g_strdup_printf ("Compressed by %s, which is not read; save it with ZIP or PIZ compression",
                         compression);

    ts_listing_error (out, prefix[0] != '\0' ? prefix : "pixels", message);
    return;
  }
  if (width < 1 || height < 1 || width > MAX_SIDE || height > MAX_SIDE) {
    ts_listing_error (out, prefix, "The size of the part makes no sense");
    return;
  }
  is_done = g_new0 (gboolean, MAX (channels->num_channels, 1));
  for (int i = 0; i < channels->num_channels; i++) {
    const exr_attr_chlist_entry_t *first = &channels->entries[i];
    const char *dot = strrchr (first->name.str, '.');
    gsize n_prefix = dot != NULL ? (gsize) (dot - first->name.str) : 0;
    g_autofree char *layer_name = g_strndup (first->name.str, n_prefix);
    g_autofree char *name = NULL;
    guint64 dims[3], n_bytes;
    Layer *layer;
    TsDtype dtype;

    if (is_done[i])
      continue;
    if (state.layers->len >= MAX_LAYERS)
      return;
    if (first->x_sampling != 1 || first->y_sampling != 1 ||
        !get_dtype (first->pixel_type, &dtype)) {
      ts_listing_error (out, first->name.str, "Subsampled channels are not read");
      continue;
    }
    layer = g_new0 (Layer, 1);
    layer->part = part;
    layer->dtype = dtype;
    layer->width = (guint) width;
    layer->height = (guint) height;
    layer->channels = g_ptr_array_new_with_free_func (g_free);
    for (int k = i; k < channels->num_channels; k++) {
      const exr_attr_chlist_entry_t *other = &channels->entries[k];
      const char *other_dot = strrchr (other->name.str, '.');
      gsize other_prefix = other_dot != NULL ? (gsize) (other_dot - other->name.str) : 0;

      if (other_prefix != n_prefix || strncmp (other->name.str, first->name.str, n_prefix) != 0 ||
          other->pixel_type != first->pixel_type || other->x_sampling != 1 ||
          other->y_sampling != 1)
        continue;
      is_done[k] = TRUE;
      g_ptr_array_add (layer->channels, g_strdup (other->name.str));
    }
    g_ptr_array_sort (layer->channels, compare_channels);
    dims[0] = layer->height;
    dims[1] = layer->width;
    dims[2] = layer->channels->len;
    n_bytes = dims[0] * dims[1] * dims[2] * ts_dtype_get_size (dtype);
    if (layer->channels->len == 1)
      name = g_strconcat (prefix, prefix[0] != '\0' ? "." : "", first->name.str, NULL);
    else if (n_prefix == 0)
      name = g_strdup (prefix[0] != '\0' ? prefix : "pixels");
    else
      name = g_strconcat (prefix, prefix[0] != '\0' ? "." : "", layer_name, NULL);
    if (n_bytes > MAX_LAYER_BYTES) {
      ts_listing_error (out, name, "The layer is larger than is read");
      free_layer (layer);
    } else {
      g_autoptr (GString) note = g_string_new ("channels");

      for (guint k = 0; k < MIN (layer->channels->len, 16); k++)
        g_string_append_printf (note, " %s", (char *) g_ptr_array_index (layer->channels, k));
      g_ptr_array_add (state.layers, layer);
      ts_listing_dataset (out, name, state.layers->len - 1, dtype, 'C',
                          layer->channels->len > 1 ? 3 : 2, dims, TS_ARRAY_NO_OFFSET, FALSE,
                          note->str);
    }
  }
}

static char *
exr_list (GByteArray *out)
{
  exr_context_initializer_t options = EXR_DEFAULT_CONTEXT_INITIALIZER;
  int n_parts = 0;

  options.error_handler_fn = keep_message;
  options.read_fn = read_bytes;
  options.size_fn = get_file_size;
  options.max_image_width = MAX_SIDE;
  options.max_image_height = MAX_SIDE;
  options.max_tile_width = 16384;
  options.max_tile_height = 16384;
  state.layers = g_ptr_array_new_with_free_func (free_layer);
  if (exr_start_read (&state.file, "file", &options) != EXR_ERR_SUCCESS ||
      exr_get_count (state.file, &n_parts) != EXR_ERR_SUCCESS)
    return take_error ("The OpenEXR library cannot open the file");
  for (int part = 0; part < n_parts; part++) {
    const char *part_name = NULL;
    g_autofree char *numbered = g_strdup_printf ("part%d", part);

    exr_get_name (state.file, part, &part_name);
    list_part (out, part,
               n_parts == 1                                ? ""
               : part_name != NULL && part_name[0] != '\0' ? part_name
                                                           : numbered);
  }
  return NULL;
}

static char *
decode_chunk (const Layer *layer,
              const exr_attr_box2i_t *window,
              const exr_chunk_info_t *chunk,
              exr_decode_pipeline_t *decoder,
              gboolean *is_started)
{
  gsize size = ts_dtype_get_size (layer->dtype);
  gsize pixel_bytes = size * layer->channels->len;
  gint64 x = chunk->start_x, y = chunk->start_y;
  exr_result_t result;

  /* The library counts tiles from the corner of the window, scan lines from zero. */
  if (chunk->type == EXR_STORAGE_SCANLINE) {
    x = 0;
    y -= window->min.y;
  }
  if (x < 0 || y < 0 || chunk->width < 0 || chunk->height < 0 || x + chunk->width > layer->width ||
      y + chunk->height > layer->height)
    return g_strdup ("A part of the picture lies outside of it");
  result = *is_started ? exr_decoding_update (state.file, layer->part, chunk, decoder)
                       : exr_decoding_initialize (state.file, layer->part, chunk, decoder);
  if (result != EXR_ERR_SUCCESS)
    return take_error ("The picture is damaged");
  for (int i = 0; i < decoder->channel_count; i++) {
    exr_coding_channel_info_t *channel = &decoder->channels[i];

    channel->decode_to_ptr = NULL;
    for (guint k = 0; k < layer->channels->len; k++) {
      if (strcmp (channel->channel_name, g_ptr_array_index (layer->channels, k)) != 0)
        continue;
      channel->decode_to_ptr =
          state.pixels + ((gsize) y * layer->width + (gsize) x) * pixel_bytes + k * size;
      channel->user_pixel_stride = (int32_t) pixel_bytes;
      channel->user_line_stride = (int32_t) (pixel_bytes * layer->width);
      channel->user_bytes_per_element = (int16_t) size;
      channel->user_data_type = channel->data_type;
    }
  }
  if (!*is_started &&
      exr_decoding_choose_default_routines (state.file, layer->part, decoder) != EXR_ERR_SUCCESS)
    return take_error ("The picture cannot be decoded");
  *is_started = TRUE;
  if (exr_decoding_run (state.file, layer->part, decoder) != EXR_ERR_SUCCESS)
    return take_error ("The picture is damaged");
  return NULL;
}

static char *
decode_layer (const Layer *layer)
{
  exr_decode_pipeline_t decoder = EXR_DECODE_PIPELINE_INITIALIZER;
  exr_attr_box2i_t window;
  exr_storage_t storage;
  exr_chunk_info_t chunk;
  gboolean is_started = FALSE;
  char *error = NULL;

  if (exr_get_data_window (state.file, layer->part, &window) != EXR_ERR_SUCCESS ||
      exr_get_storage (state.file, layer->part, &storage) != EXR_ERR_SUCCESS)
    return take_error ("The part is damaged");
  if (storage == EXR_STORAGE_SCANLINE) {
    int32_t n_lines = 0;

    if (exr_get_scanlines_per_chunk (state.file, layer->part, &n_lines) != EXR_ERR_SUCCESS ||
        n_lines < 1)
      return take_error ("The part is damaged");
    for (gint64 y = 0; error == NULL && y < layer->height; y += n_lines) {
      if (exr_read_scanline_chunk_info (state.file, layer->part, (int) (window.min.y + y),
                                        &chunk) != EXR_ERR_SUCCESS)
        error = take_error ("The picture is cut off");
      else
        error = decode_chunk (layer, &window, &chunk, &decoder, &is_started);
    }
  } else {
    int32_t tile_width = 0, tile_height = 0;

    if (exr_get_tile_sizes (state.file, layer->part, 0, 0, &tile_width, &tile_height) !=
            EXR_ERR_SUCCESS ||
        tile_width < 1 || tile_height < 1)
      return take_error ("The part is damaged");
    for (gint64 y = 0; error == NULL && y * tile_height < layer->height; y++) {
      for (gint64 x = 0; error == NULL && x * tile_width < layer->width; x++) {
        if (exr_read_tile_chunk_info (state.file, layer->part, (int) x, (int) y, 0, 0, &chunk) !=
            EXR_ERR_SUCCESS) {
          error = take_error ("The picture is cut off");
        } else {
          /* start_x and start_y of a tile are its number in this version of the library */
          chunk.start_x = (int32_t) (x * tile_width);
          chunk.start_y = (int32_t) (y * tile_height);
          error = decode_chunk (layer, &window, &chunk, &decoder, &is_started);
        }
      }
    }
  }
  if (is_started)
    exr_decoding_destroy (state.file, &decoder);
  return error;
}

static char *
exr_decode (guint32 id, guint8 **out, guint64 *n_bytes)
{
  const Layer *layer;

  if (id >= state.layers->len)
    return g_strdup ("No such layer");
  layer = g_ptr_array_index (state.layers, id);
  *n_bytes = (guint64) layer->width * layer->height * layer->channels->len *
             ts_dtype_get_size (layer->dtype);
  *out = state.pixels = g_try_malloc0 (*n_bytes);
  return state.pixels != NULL ? decode_layer (layer) : g_strdup ("Too large for memory");
}

const TsHelperBackend ts_helper_exr = { "exr", exr_list, NULL, exr_decode };
