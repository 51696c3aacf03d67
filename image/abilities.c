/*
 * Preloaded into Node while the image is made. V8 notes in its code cache what the processor can do, and takes no cache of one that
 * can do something else. The processors of the boards lack instructions for cryptography that the emulated one of the same name has, and
 * the machine that the image is made on may be another one altogether. So Node is told what to believe: BOARDFEED_HWCAP, in
 * hexadecimal (getauxval(3), AT_HWCAP).
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/auxv.h>

unsigned long getauxval(unsigned long type) {
  const char *told = getenv("BOARDFEED_HWCAP");
  if (told != NULL && type == AT_HWCAP) return strtoul(told, NULL, 16);
  if (told != NULL && type == AT_HWCAP2) return 0;
  unsigned long (*real)(unsigned long) = (unsigned long (*)(unsigned long))dlsym(RTLD_NEXT, "getauxval");
  return real == NULL ? 0 : real(type);
}
