/* Names that have several addresses, for a program that is started with this in LD_PRELOAD: what stands in SEVERAL_NAME has
   first the address in SEVERAL_FIRST and then the one in SEVERAL_THEN. All other names are what they are. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

typedef int lookup(const char *, const char *, const struct addrinfo *, struct addrinfo **);

int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints, struct addrinfo **found) {
    lookup *real = (lookup *)dlsym(RTLD_NEXT, "getaddrinfo");
    const char *several = getenv("SEVERAL_NAME");
    if (!name || !several || strcmp(name, several) != 0)
        return real(name, service, hints, found);
    struct addrinfo *then = NULL;
    int wrong = real(getenv("SEVERAL_FIRST"), service, hints, found);
    if (wrong)
        return wrong;
    wrong = real(getenv("SEVERAL_THEN"), service, hints, &then);
    if (wrong)
        return wrong;
    struct addrinfo *last = *found;
    while (last->ai_next)
        last = last->ai_next;
    last->ai_next = then;
    return 0;
}
