/* What a request is refused for (problem.def). Pages say it in words: pages/page_problem.c. */
#ifndef SK_GATEWAY_HTTP_PROBLEM_H
#define SK_GATEWAY_HTTP_PROBLEM_H

#include "keys/base/error.h"

enum sk_problem {
#define PROBLEM(name, status, text, next, typed, line) SK_PROBLEM_##name,
#define FAILURE(error, problem, file)
#include "gateway/http/problem.def"
#undef PROBLEM
#undef FAILURE
    SK_PROBLEM_COUNT
};

/* The status of HTTP. */
unsigned sk_problem_status(enum sk_problem problem);
/* A line of English for a program. */
const char *sk_problem_line(enum sk_problem problem);
/* Of a request that met this error. */
enum sk_problem sk_problem_of_error(enum sk_error e);

#endif
