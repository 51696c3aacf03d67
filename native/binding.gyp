{
  "targets": [
    {
      "target_name": "boardfeed",
      "sources": [
        "binding/addon.c",
        "binding/js_capture.c",
        "binding/js_capture_values.c",
        "binding/js_devices.c",
        "binding/js_fan_out.c",
        "binding/js_job.c",
        "binding/js_mixer.c",
        "binding/js_mp3.c",
        "binding/js_packets.c",
        "binding/js_service_manager.c",
        "binding/js_sound_file.c",
        "binding/js_values.c",
        "core/alsa_words.c",
        "core/block_ring.c",
        "core/capture.c",
        "core/capture_loop.c",
        "core/device_list.c",
        "core/failure.c",
        "core/fan_out.c",
        "core/flac.c",
        "core/mixer.c",
        "core/mp3.c",
        "core/ogg_page.c",
        "core/opus.c",
        "core/pcm_device.c",
        "core/pcm_open.c",
        "core/pcm_params.c",
        "core/pcm_probe.c",
        "core/realtime.c",
        "core/sample_convert.c",
        "core/service_manager.c",
        "core/sound_file.c"
      ],
      "defines": ["NAPI_VERSION=9", "_GNU_SOURCE"],
      "cflags": [
        "-fvisibility=hidden",
        "-pthread",
        "<!@(pkg-config --cflags alsa sndfile samplerate opus flac ogg)"
      ],
      "cflags_c": ["-std=c11", "-O2", "-Wall", "-Wextra", "-Wshadow"],
      "libraries": [
        "<!@(pkg-config --libs alsa sndfile samplerate opus flac ogg)",
        "-lmp3lame",
        "-lm",
        "-pthread",
        # A capture thread that hangs in a driver outlives its environment; its code must stay where it is.
        "-Wl,-z,nodelete"
      ]
    }
  ]
}
