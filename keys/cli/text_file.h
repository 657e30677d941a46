/* Files with a text, a code or a passphrase: one reader for all programs. */
#ifndef SK_KEYS_CLI_TEXT_FILE_H
#define SK_KEYS_CLI_TEXT_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "keys/base/error.h"
#include "keys/base/plain.h"

/*
 * UTF-8 with or without a byte order mark, lines ended by LF, CR LF or CR: into guarded memory
 * (sk_secret_free) without the mark, with LF, in normal form C, and a NUL after the last byte. max
 * bounds the resulting length. TEXT (*fault says where), TOO_LARGE, NOT_FOUND, IO, MEMORY.
 */
enum sk_error sk_text_file_read(const char *path, size_t max, uint8_t **out, size_t *len,
                                struct sk_plain_fault *fault);

/* len without the line endings at the end. */
size_t sk_text_without_end(const uint8_t *text, size_t len);

/* The program's one line for an error of sk_text_file_read: which line and byte, and what to do.
 * Returns SK_EXIT_REFUSED. Nothing of the text is shown. */
int sk_text_file_refuse(const char *path, enum sk_error e, const struct sk_plain_fault *fault);

#endif
