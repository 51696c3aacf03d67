#include "js_job.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct job {
  const struct job_kind *kind;
  void *data;
  napi_deferred deferred;
  napi_threadsafe_function done;
  bool worked;
  char error[512];
};

static void dispose(struct job *job) {
  job->kind->dispose(job->data);
  free(job);
}

static void settle(napi_env env, struct job *job) {
  napi_value value = job->worked ? job->kind->result(env, job->data) : NULL;
  if (value) {
    napi_resolve_deferred(env, job->deferred, value);
    return;
  }
  bool pending = false;
  napi_is_exception_pending(env, &pending);
  if (pending)
    napi_get_and_clear_last_exception(env, &value);
  else
    napi_create_error(env, NULL, js_text(env, job->worked ? "no memory for the result" : job->error), &value);
  napi_reject_deferred(env, job->deferred, value);
}

static void on_done(napi_env env, napi_value callback, void *context, void *data) {
  (void)callback;
  (void)context;
  if (env) // else the environment is ending
    settle(env, data);
  dispose(data);
}

static void *run(void *argument) {
  struct job *job = argument;
  job->worked = job->kind->run(job->data, job->error, sizeof job->error);
  napi_threadsafe_function done = job->done;
  // When the environment is gone nobody waits for the result; the refused call also counts as our release of the
  // function.
  if (napi_call_threadsafe_function(done, job, napi_tsfn_blocking) != napi_ok)
    dispose(job);
  else
    napi_release_threadsafe_function(done, napi_tsfn_release);
  return NULL;
}

napi_value js_job_start(napi_env env, const struct job_kind *kind, void *data) {
  napi_value promise;
  struct job *job = calloc(1, sizeof *job);
  if (!job) {
    kind->dispose(data);
    napi_throw_error(env, NULL, "no memory");
    return NULL;
  }
  job->kind = kind;
  job->data = data;
  if (napi_create_threadsafe_function(env, NULL, NULL, js_text(env, kind->name), 0, 1, NULL, NULL, NULL, on_done,
                                      &job->done) != napi_ok ||
      napi_create_promise(env, &job->deferred, &promise) != napi_ok) {
    dispose(job);
    napi_throw_error(env, NULL, "no memory");
    return NULL;
  }
  pthread_t thread;
  int error = pthread_create(&thread, NULL, run, job);
  if (error == 0) {
    pthread_detach(thread);
    return promise;
  }
  snprintf(job->error, sizeof job->error, "%s: no thread: %s", kind->name, strerror(error));
  settle(env, job);
  napi_release_threadsafe_function(job->done, napi_tsfn_abort);
  dispose(job);
  return promise;
}
