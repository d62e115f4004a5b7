/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "fuzz/fuzz.h"
#include "reader/ts-pickle-opcodes.h"

#include <string.h>
#include <zlib.h>

/* Changes that know the formats: what is changed lies inside, and the lengths and checksums around
 * it are made right again, so that a reader gets to see it. */

#define MAX_MEMBERS 32u
#define MAX_CONTENT (1u << 20)

static const char *const tokens[] = {
  "0",
  "1",
  "-1",
  "2",
  "3",
  "64",
  "255",
  "65535",
  "2147483648",
  "4294967296",
  "9223372036854775807",
  "18446744073709551615",
  "99999999999999999999",
  "'<f4'",
  "'>f8'",
  "'|b1'",
  "'|u1'",
  "'<c16'",
  "'|V2'",
  "'|O'",
  "'<U3'",
  "'<M8[s]'",
  "'<f2'",
  "'<f16'",
  "'|V1'",
  "True",
  "False",
  "()",
  "(1,)",
  "[('r','|u1'),('g','|u1')]",
  "\"F32\"",
  "\"BF16\"",
  "\"F8_E4M3\"",
  "\"F4\"",
  "\"BOOL\"",
  "\"C64\"",
  "\"dtype\"",
  "\"shape\"",
  "\"data_offsets\"",
  "\"__metadata__\"",
  "{}",
  "[]",
};

/* A token of the text (a number, a word in quotes) becomes another. */
static void
replace_token (GByteArray *text, GRand *rand)
{
  const char *token = tokens[g_rand_int_range (rand, 0, G_N_ELEMENTS (tokens))];
  guint begin = (guint) g_rand_int_range (rand, 0, (gint32) text->len), end;
  guint8 first;

  while (begin < text->len && !g_ascii_isdigit (text->data[begin]) &&
         strchr ("'\"[({", text->data[begin]) == NULL)
    begin++;
  if (begin == text->len)
    return;
  first = text->data[begin];
  end = begin + 1;
  if (g_ascii_isdigit (first)) {
    while (end < text->len && g_ascii_isdigit (text->data[end]))
      end++;
  } else if (first == '\'' || first == '"') {
    while (end < text->len && text->data[end] != first)
      end++;
    end = MIN (end + 1, text->len);
  }
  g_byte_array_remove_range (text, begin, end - begin);
  {
    g_autofree guint8 *tail = g_memdup2 (text->data + begin, text->len - begin);
    guint n_tail = text->len - begin;

    g_byte_array_set_size (text, begin);
    g_byte_array_append (text, (const guint8 *) token, (guint) strlen (token));
    g_byte_array_append (text, tail, n_tail);
  }
}

static void
mutate_plain (GByteArray *data)
{
  guint size = data->len, room = size + 64;

  g_byte_array_set_size (data, room);
  g_byte_array_set_size (data, (guint) LLVMFuzzerMutate (data->data, size, room));
}

static void
mutate_text (GByteArray *text, GRand *rand)
{
  if (text->len > 0 && g_rand_boolean (rand))
    replace_token (text, rand);
  else
    mutate_plain (text);
}

/* ---- NPY: magic, version, length of the header, header, data ---- */

static gboolean
mutate_npy (GByteArray *data, GRand *rand)
{
  g_autoptr (GByteArray) header = g_byte_array_new ();
  g_autofree guint8 *rest = NULL;
  guint n_length, length, n_rest;
  guint8 *bytes = data->data;

  if (data->len < 12 || memcmp (bytes, "\x93NUMPY", 6) != 0)
    return FALSE;
  n_length = bytes[6] == 1 ? 2 : 4;
  length = bytes[8] | (guint) bytes[9] << 8;
  if (length > data->len - 8 - n_length)
    return FALSE;
  g_byte_array_append (header, bytes + 8 + n_length, length);
  n_rest = data->len - 8 - n_length - length;
  rest = g_memdup2 (bytes + 8 + n_length + length, n_rest);
  mutate_text (header, rand);
  if (n_length == 2 && header->len > G_MAXUINT16)
    return FALSE;
  g_byte_array_set_size (data, 8 + n_length);
  for (guint i = 0; i < n_length; i++)
    data->data[8 + i] = (guint8) (header->len >> (8 * i));
  g_byte_array_append (data, header->data, header->len);
  g_byte_array_append (data, rest, n_rest);
  return TRUE;
}

/* ---- safetensors: u64 length of the header, JSON, data ---- */

static gboolean
mutate_safetensors (GByteArray *data, GRand *rand)
{
  g_autoptr (GByteArray) header = g_byte_array_new ();
  g_autofree guint8 *rest = NULL;
  guint64 length = 0;
  guint n_rest;

  if (data->len < 10)
    return FALSE;
  memcpy (&length, data->data, sizeof length);
  length = GUINT64_FROM_LE (length);
  if (length > data->len - 8 || length < 2 || data->data[8] != '{')
    return FALSE;
  g_byte_array_append (header, data->data + 8, (guint) length);
  n_rest = data->len - 8 - (guint) length;
  rest = g_memdup2 (data->data + 8 + length, n_rest);
  mutate_text (header, rand);
  length = GUINT64_TO_LE ((guint64) header->len);
  g_byte_array_set_size (data, 8);
  memcpy (data->data, &length, sizeof length);
  g_byte_array_append (data, header->data, header->len);
  g_byte_array_append (data, rest, n_rest);
  return TRUE;
}

/* ---- pickle: whole opcodes ---- */

static guint
get_opcode_bytes (const guint8 *data, guint n_left)
{
  guint n_argument = ts_pickle_opcode_get_argument_bytes (data[0]), n_lines = 0;
  guint64 n = 1 + n_argument;

  switch (data[0]) {
  case OP_GLOBAL:
  case OP_INST:
    n_lines = 2;
    break;
  case OP_FLOAT:
  case OP_INT:
  case OP_LONG:
  case OP_PERSID:
  case OP_STRING:
  case OP_UNICODE:
  case OP_GET:
  case OP_PUT:
    n_lines = 1;
    break;
  case OP_BINBYTES:
  case OP_SHORT_BINBYTES:
  case OP_BINSTRING:
  case OP_SHORT_BINSTRING:
  case OP_BINUNICODE:
  case OP_LONG1:
  case OP_LONG4:
  case OP_SHORT_BINUNICODE:
  case OP_BINUNICODE8:
  case OP_BINBYTES8:
  case OP_BYTEARRAY8:
    for (guint i = 0; i < MIN (n_argument, 4) && i + 1 < n_left; i++)
      n += (guint64) data[1 + i] << (8 * i);
    break;
  default:
    break;
  }
  for (; n_lines > 0 && n < n_left; n_lines--) {
    const guint8 *end = memchr (data + n, '\n', n_left - n);

    n = end != NULL ? (guint64) (end - data) + 1 : n_left;
  }
  return (guint) MIN (n, n_left);
}

/* Opcodes are left out, doubled, moved, or changed within. */
static gboolean
mutate_pickle (GByteArray *data, GRand *rand)
{
  g_autoptr (GArray) starts = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr (GByteArray) changed = g_byte_array_new ();
  guint n, from, to, count, action = (guint) g_rand_int_range (rand, 0, 4);

  for (guint at = 0; at < data->len && starts->len < 65536;
       at += get_opcode_bytes (data->data + at, data->len - at))
    g_array_append_val (starts, at);
  n = starts->len;
  if (n < 2)
    return FALSE;
  g_array_append_val (starts, data->len);
  from = (guint) g_rand_int_range (rand, 0, (gint32) n);
  to = (guint) g_rand_int_range (rand, 0, (gint32) n);
  count = (guint) g_rand_int_range (rand, 1, 9);
  count = MIN (count, n - from);
  for (guint i = 0; i < n; i++) {
    guint begin = g_array_index (starts, guint, i);
    guint length = g_array_index (starts, guint, i + 1) - begin;
    gboolean is_chosen = i >= from && i < from + count;

    if (i == to && action > 0) {
      guint part = g_array_index (starts, guint, from);

      if (action < 3)
        g_byte_array_append (changed, data->data + part,
                             g_array_index (starts, guint, from + count) - part);
    }
    if (is_chosen && (action == 0 || action == 2))
      continue;
    if (i == from && action == 3) {
      g_autoptr (GByteArray) opcode = g_byte_array_new ();

      g_byte_array_append (opcode, data->data + begin, length);
      mutate_plain (opcode);
      g_byte_array_append (changed, opcode->data, opcode->len);
      continue;
    }
    g_byte_array_append (changed, data->data + begin, length);
  }
  g_byte_array_set_size (data, 0);
  g_byte_array_append (data, changed->data, changed->len);
  return TRUE;
}

/* ---- zip ---- */

typedef struct
{
  GByteArray *name;
  GByteArray *content; /* plain */
  guint8 method;
} Member;

static void
free_member (gpointer data)
{
  Member *member = data;

  g_byte_array_unref (member->name);
  g_byte_array_unref (member->content);
  g_free (member);
}

static guint32
get_le (const guint8 *bytes, guint n)
{
  guint32 value = 0;

  for (guint i = n; i-- > 0;)
    value = value << 8 | bytes[i];
  return value;
}

static void
put_le (GByteArray *out, guint64 value, guint n)
{
  for (guint i = 0; i < n; i++) {
    guint8 byte = (guint8) (value >> (8 * i));

    g_byte_array_append (out, &byte, 1);
  }
}

static gboolean
run_zlib (GByteArray *data, gboolean is_inflating)
{
  g_autofree guint8 *out = g_malloc (MAX_CONTENT);
  z_stream stream = {
    .next_in = data->data, .avail_in = data->len, .next_out = out, .avail_out = MAX_CONTENT
  };
  int status;

  if (is_inflating) {
    inflateInit2 (&stream, -15);
    status = inflate (&stream, Z_FINISH);
    inflateEnd (&stream);
  } else {
    deflateInit2 (&stream, 1, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY);
    status = deflate (&stream, Z_FINISH);
    deflateEnd (&stream);
  }
  if (status != Z_STREAM_END)
    return FALSE;
  g_byte_array_set_size (data, 0);
  g_byte_array_append (data, out, (guint) stream.total_out);
  return TRUE;
}

/* The members, by the central directory; none when that is not whole. */
static GPtrArray *
take_apart (const guint8 *data, gsize n_bytes)
{
  g_autoptr (GPtrArray) members = g_ptr_array_new_with_free_func (free_member);
  gsize end = n_bytes < 22 ? 0 : n_bytes - 22, at;

  while (end > 0 && memcmp (data + end, "PK\5\6", 4) != 0)
    end--;
  if (end == 0)
    return NULL;
  at = get_le (data + end + 16, 4);
  while (at < end && end - at >= 46 && memcmp (data + at, "PK\1\2", 4) == 0 &&
         members->len < MAX_MEMBERS) {
    const guint8 *entry = data + at;
    gsize n_packed = get_le (entry + 20, 4), n_name = get_le (entry + 28, 2);
    gsize n_more = get_le (entry + 30, 2) + get_le (entry + 32, 2), start = get_le (entry + 42, 4);
    Member *member;

    if (n_name + n_more > end - at - 46 || start > end || end - start < 30)
      return NULL;
    start += 30 + get_le (data + start + 26, 2) + get_le (data + start + 28, 2);
    if (start > end || n_packed > end - start || n_packed > MAX_CONTENT)
      return NULL;
    member = g_new0 (Member, 1);
    member->name = g_byte_array_new ();
    member->content = g_byte_array_new ();
    member->method = entry[10];
    g_ptr_array_add (members, member);
    g_byte_array_append (member->name, entry + 46, (guint) n_name);
    g_byte_array_append (member->content, data + start, (guint) n_packed);
    if (member->method == 8 && !run_zlib (member->content, TRUE))
      member->method = 99;
    at += 46 + n_name + n_more;
  }
  return members->len > 0 ? g_steal_pointer (&members) : NULL;
}

/* Local header and central entry differ in a few fields; @is_streamed: the sizes follow the data.
 */
static void
put_header (GByteArray *out,
            const Member *member,
            guint32 crc,
            gsize n_packed,
            gsize n_plain,
            guint32 offset,
            gboolean is_central,
            gboolean is_streamed)
{
  gboolean has_sizes = is_central || !is_streamed;

  g_byte_array_append (out, (const guint8 *) (is_central ? "PK\1\2" : "PK\3\4"), 4);
  if (is_central)
    put_le (out, 20, 2);
  put_le (out, 20, 2);
  put_le (out, is_streamed ? 8 : 0, 2);
  put_le (out, member->method, 2);
  put_le (out, 0, 4);
  put_le (out, has_sizes ? crc : 0, 4);
  put_le (out, has_sizes ? n_packed : 0, 4);
  put_le (out, has_sizes ? n_plain : 0, 4);
  put_le (out, member->name->len, 2);
  put_le (out, 0, 2);
  if (is_central) {
    put_le (out, 0, 6);
    put_le (out, 0, 4);
    put_le (out, offset, 4);
  }
  g_byte_array_append (out, member->name->data, member->name->len);
}

static void
put_together (GByteArray *out, GPtrArray *members, gboolean is_streamed)
{
  g_autoptr (GByteArray) directory = g_byte_array_new ();

  g_byte_array_set_size (out, 0);
  for (guint i = 0; i < members->len; i++) {
    const Member *member = g_ptr_array_index (members, i);
    g_autoptr (GByteArray) packed = g_byte_array_new ();
    guint32 crc = (guint32) crc32 (0, member->content->data, member->content->len);
    guint32 offset = out->len;

    g_byte_array_append (packed, member->content->data, member->content->len);
    if (member->method == 8)
      run_zlib (packed, FALSE);
    put_header (out, member, crc, packed->len, member->content->len, offset, FALSE, is_streamed);
    g_byte_array_append (out, packed->data, packed->len);
    if (is_streamed) {
      g_byte_array_append (out, (const guint8 *) "PK\7\10", 4);
      put_le (out, crc, 4);
      put_le (out, packed->len, 4);
      put_le (out, member->content->len, 4);
    }
    put_header (directory, member, crc, packed->len, member->content->len, offset, TRUE,
                is_streamed);
  }
  {
    guint32 offset = out->len;

    g_byte_array_append (out, directory->data, directory->len);
    g_byte_array_append (out, (const guint8 *) "PK\5\6\0\0\0\0", 8);
    put_le (out, members->len, 2);
    put_le (out, members->len, 2);
    put_le (out, directory->len, 4);
    put_le (out, offset, 4);
    put_le (out, 0, 2);
  }
}

static gboolean
mutate_zip (GByteArray *data, GRand *rand)
{
  g_autoptr (GPtrArray) members = take_apart (data->data, data->len);
  Member *member;
  guint chosen;

  if (members == NULL)
    return FALSE;
  chosen = (guint) g_rand_int_range (rand, 0, (gint32) members->len);
  /* The pickle of a torch dump says more than any of its storages. */
  for (guint i = 0; i < members->len && g_rand_boolean (rand); i++) {
    member = g_ptr_array_index (members, i);
    if (member->name->len >= 8 &&
        memcmp (member->name->data + member->name->len - 8, "data.pkl", 8) == 0)
      chosen = i;
  }
  member = g_ptr_array_index (members, chosen);
  switch (g_rand_int_range (rand, 0, 8)) {
  case 0:
    mutate_plain (member->name);
    break;
  case 1:
    member->method = member->method == 8 ? 0 : 8;
    break;
  case 2:
    g_ptr_array_remove_index (members, chosen);
    break;
  default:
    fuzz_mutate (member->content, rand);
  }
  put_together (data, members, g_rand_int_range (rand, 0, 4) == 0);
  if (g_rand_int_range (rand, 0, 8) == 0)
    mutate_plain (data);
  return TRUE;
}

void
fuzz_mutate (GByteArray *data, GRand *rand)
{
  const guint8 *bytes = data->data;
  gboolean is_changed = FALSE;

  if (data->len >= 16 && g_rand_int_range (rand, 0, 8) > 0) {
    if (memcmp (bytes, "PK", 2) == 0)
      is_changed = mutate_zip (data, rand);
    else if (memcmp (bytes, "\x93NUMPY", 6) == 0)
      is_changed = mutate_npy (data, rand);
    else if (bytes[8] == '{')
      is_changed = mutate_safetensors (data, rand);
    else if (bytes[0] == OP_PROTO && g_rand_boolean (rand))
      is_changed = mutate_pickle (data, rand);
  }
  if (!is_changed)
    mutate_plain (data);
}

size_t LLVMFuzzerCustomMutator (uint8_t *data, size_t n_bytes, size_t room, unsigned seed);

/* The engine asks for one change of what lies in @data, in place. */
size_t
LLVMFuzzerCustomMutator (uint8_t *data, size_t n_bytes, size_t room, unsigned seed)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  g_autoptr (GByteArray) changed = g_byte_array_new ();

  if (n_bytes == 0)
    return LLVMFuzzerMutate (data, n_bytes, room);
  g_byte_array_append (changed, data, (guint) n_bytes);
  fuzz_mutate (changed, rand);
  if (changed->len == 0 || changed->len > room)
    return LLVMFuzzerMutate (data, n_bytes, room);
  memcpy (data, changed->data, changed->len);
  return changed->len;
}
