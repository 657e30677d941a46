/* Reasons to refuse a request (problem.def). Their pages: pages/page_problem.h. */
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

/* The HTTP status. */
unsigned sk_problem_status(enum sk_problem problem);
/* A line of English for a program. */
const char *sk_problem_line(enum sk_problem problem);
/* The problem of a request that failed with this error. */
enum sk_problem sk_problem_of_error(enum sk_error e);

#endif
