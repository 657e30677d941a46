#include "keys/cli/question.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum sk_reply sk_question(const char *text)
{
    char line[16] = "";

    if (!isatty(STDIN_FILENO)) {
        return SK_REPLY_NOBODY;
    }
    fflush(stdout);
    fprintf(stderr, "%s Type yes or no: ", text);
    fflush(stderr);
    if (fgets(line, sizeof line, stdin) == NULL) {
        return SK_REPLY_NO;
    }
    line[strcspn(line, "\r\n")] = '\0';
    return strcmp(line, "yes") == 0 ? SK_REPLY_YES : SK_REPLY_NO;
}
