/* A question before something that cannot be undone. */
#ifndef SK_KEYS_CLI_QUESTION_H
#define SK_KEYS_CLI_QUESTION_H

enum sk_reply { SK_REPLY_YES, SK_REPLY_NO, SK_REPLY_NOBODY };

/* Asks on standard error, reads a line from standard input; only "yes" is a yes. NOBODY when
 * standard input is no terminal: a script must say yes with an option. */
enum sk_reply sk_question(const char *text);

#endif
