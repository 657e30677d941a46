/* A question on the terminal that only a person may answer. */
#ifndef SK_KEYS_CLI_ASK_H
#define SK_KEYS_CLI_ASK_H

enum sk_answer_given {
    SK_ANSWER_NO,
    SK_ANSWER_YES,
    SK_ANSWER_NOBODY /* standard input or error is no terminal: nobody was asked */
};

/* Prints the question, printf-like, and waits for a line; only "yes" in full means yes. */
enum sk_answer_given sk_ask(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
