#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| httpie::fuzzing::chunks(input));
