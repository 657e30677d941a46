/* Questions that only a person may answer, before something that cannot be undone. */
#ifndef SK_KEYS_CLI_ASK_H
#define SK_KEYS_CLI_ASK_H

enum sk_answer_given {
    SK_ANSWER_NO,
    SK_ANSWER_YES,
    SK_ANSWER_NOBODY /* there is no terminal: nobody was asked */
};

/* Prints the question, printf-like, on standard error and reads a line from standard input; only
 * "yes" in full means yes. NOBODY unless both are terminals. */
enum sk_answer_given sk_ask(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same with "Type yes or no", asked behind what standard output shows; NOBODY when standard
 * input is no terminal. */
enum sk_answer_given sk_ask_yes_no(const char *question);

#endif
