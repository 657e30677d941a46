/* Receipt codes out of files: a code on a command line would be seen by other users. */
#ifndef SK_KEYS_REPORT_CODE_FILE_H
#define SK_KEYS_REPORT_CODE_FILE_H

#include "keys/format/receipt.h"

/* Reads the code in a file (plain text, keys/cli/text_file.h) into guarded memory
 * (sk_secret_free). Prints why it failed; returns an exit code. */
int sk_code_file_read(const char *path, struct sk_receipt **out);

#endif
