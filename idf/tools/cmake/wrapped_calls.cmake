# The calls of the C library that are led into the program's file systems (idf/file_calls.cc defines
# __wrap_NAME for each).
set(ROTA_WRAPPED_CALLS
    access creat fopen fopen64 freopen lstat mkdir open open64 opendir remove rename rmdir stat
    truncate unlink utime)
set(ROTA_WRAP_OPTIONS ${ROTA_WRAPPED_CALLS})
list(TRANSFORM ROTA_WRAP_OPTIONS PREPEND "-Wl,--wrap=")
